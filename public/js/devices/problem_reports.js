const reported = new Set();

/** Report each problem to the operator, once a page. @param {Session} session */
export function reportProblems(problems, session) {
  for (const [kind, problem] of problems) {
    const name = `${kind}_${problem}`;
    if (!reported.has(name)) session.report(name);
    reported.add(name);
  }
}
