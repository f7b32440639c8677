const reported = new Set();

/**
 * Tell the operator of each problem once a page.
 *
 * @param {import("./devices.js").Devices["problems"]} problems
 * @param {import("../shared/session.js").Session} session
 */
export function reportProblems(problems, session) {
  for (const [kind, problem] of problems) {
    const name = `${kind}_${problem}`;
    if (!reported.has(name)) session.report(name);
    reported.add(name);
  }
}
