/**
 * What lies where on the stage.
 *
 * @typedef {object} OnStage
 * @property {boolean} isAlone Whether the other person is not in the room.
 * @property {boolean} screen Whether the other person shares their screen.
 * @property {boolean} board Whether the board is open.
 * @property {"screen" | "board"} newest What was begun last.
 * @property {Large} chosen What the person has made large.
 *
 * @typedef {"shared" | "remote" | "self"} Large
 */

/**
 * @param {OnStage} on
 * @returns {{ layout: "alone" | "pair" | "shared", shared: "" | "screen" | "board", large: "" | Large }}
 */
export function layoutOf({ isAlone, screen, board, newest, chosen }) {
  if (screen || board) {
    const shared = screen && board ? newest : screen ? "screen" : "board";
    return { layout: "shared", shared, large: chosen };
  }
  return { layout: isAlone ? "alone" : "pair", shared: "", large: "" };
}
