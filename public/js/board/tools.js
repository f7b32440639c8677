import { Eraser, Laser, Pen, Shape } from "./drawing.js";
import { newId } from "./sync.js";

const PEN_SIZES = [3, 6, 12];
const SIZES = { highlighter: [18, 32, 48], text: [28, 40, 64] };
/** These change nothing. */
const FOR_READERS = ["laser", "select"];

/** The chosen tool, colour and width. */
export class Tools {
  name = "pen";
  colour = "ink";
  /** 0, 1 or 2: thin, medium, thick. */
  step = 1;

  /** @param {Board} board */
  constructor(board) {
    this.board = board;
    /** @type {{ [name: string]: Tool }} */
    this.all = {
      select: board.selection,
      text: board.texts,
      pen: new Pen(board, false),
      highlighter: new Pen(board, true),
      eraser: new Eraser(board),
      line: new Shape(board, "line"),
      arrow: new Shape(board, "arrow"),
      rectangle: new Shape(board, "rectangle"),
      ellipse: new Shape(board, "ellipse"),
      laser: new Laser(board),
    };
  }

  /** What a pointer gets; null moves the page. @returns {Tool | null} */
  get current() {
    return this.board.mode.mayDraw || FOR_READERS.includes(this.name) ? (this.all[this.name] ?? null) : null;
  }

  get size() {
    return sizesOf(this.name)[this.step];
  }

  /** @param {string} name */
  choose(name) {
    const { texts, selection, toolbar } = this.board;
    texts.finish();
    this.name = name;
    if (name !== "select" && selection.ids.size > 0) selection.set([]);
    toolbar.show();
  }

  /** Colour or width, also of what is selected. @param {{ colour?: string, step?: number }} what */
  restyle({ colour, step }) {
    this.colour = colour ?? this.colour;
    this.step = step ?? this.step;
    const records = this.board.selection.records.filter(({ kind }) => kind !== "image");
    this.board.change(records.map(({ id, kind, highlighter }) => {
      const size = sizesOf(highlighter ? "highlighter" : kind)[step];
      return { edit: { id, ...(colour ? { colour } : { size }) } };
    }));
    this.board.toolbar.show();
  }

  /** A new element on this page, in the chosen style. @param {string} kind @param {Fields} fields @returns {Fields} */
  make(kind, fields) {
    const { colour, size } = this;
    return { id: newId(), page: this.board.page, kind, ...fields, ...(kind === "image" ? {} : { colour, size }) };
  }
}

/** @param {string} what A tool, or a kind of element. @returns {number[]} */
function sizesOf(what) {
  return SIZES[what] ?? PEN_SIZES;
}
