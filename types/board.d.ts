/** Types that the board's modules name without an import. Only tsc reads this file (jsconfig.json). */

type Board = import("../public/js/board/board.js").Board;
/** Steps of the board that take effect together. */
type Change = { change: string; ops: Fields[] };
/** Keeps unconfirmed changes. */
type Store = { load(): Change[]; keep(change: Change): void; forget(id: string): void };
