const reported = new Set();

/**
 * Tell the operator of problems with devices, of each once a page.
 *
 * @param {Map<import("./capture.js").Kind, import("./device_problems.js").Problem>} problems
 * @param {import("./session.js").Session} session
 */
export function reportProblems(problems, session) {
  for (const [kind, { code }] of problems) {
    const name = `${kind}_${code}`;
    if (!reported.has(name)) session.report(name);
    reported.add(name);
  }
}
