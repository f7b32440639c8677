/** Types that the modules of the sheet and of the board name without an import. Only tsc reads this file (jsconfig.json). */

type Sheet = import("../public/js/sheet/sheet.js").Sheet;
/** A page or an element; docs/protocol.md has the fields. */
type Fields = { [field: string]: any };
type Place = { x: number; y: number };
type Box = { x: number; y: number; w: number; h: number };
/** `even`: the same width and height, please. */
type Point = Place & { pressure?: number; even?: boolean };
/** Gets the way of a pointer, in units of the page: `start`, `move` with the newest points, and `end` or `cancel`. */
type Tool = { start(point: Point): void; move(points: Point[]): void; end(): void; cancel(): void };
/** Has the elements of a sheet, and says what one may do with them. */
interface Keeper {
  readonly mayDraw: boolean;
  /** Whether one may move and enlarge the page. */
  readonly mayMove: boolean;
  /** In their order. */
  elements(page: string): Fields[];
  /** Undefined when it is gone. */
  shown(id: string): Fields | undefined;
  add(elements: Fields[]): void;
  change(ops: Fields[]): void;
  /** For screen readers. */
  nameOf(element: Fields): string;
}
/** Hears what somebody does on a sheet before it is kept. */
interface Onlooker {
  point(place: Place | null, laser?: boolean): void;
  ink(stroke: Fields): void;
  shape(shape: Fields): void;
  drag(ids: Set<string>, from: Box, to: Box): void;
  end(kept: boolean): void;
}
