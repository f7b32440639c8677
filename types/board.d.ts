/** Types that the board's modules name without an import. Only tsc reads this file (jsconfig.json). */

type Board = import("../public/js/board/board.js").Board;
/** A page or an element; docs/protocol.md has the fields. */
type Fields = { [field: string]: any };
/** Steps of the board that take effect together. */
type Change = { change: string; ops: Fields[] };
type Place = { x: number; y: number };
type Box = { x: number; y: number; w: number; h: number };
/** `even`: the same width and height, please. */
type Point = Place & { pressure?: number; even?: boolean };
/** Gets the way of a pointer, in units of the page: `start`, `move` with the newest points, and `end` or `cancel`. */
type Tool = { start(point: Point): void; move(points: Point[]): void; end(): void; cancel(): void };
/** Keeps unconfirmed changes. */
type Store = { load(): Change[]; keep(change: Change): void; forget(id: string): void };
