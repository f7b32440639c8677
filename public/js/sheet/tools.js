import { Eraser, Laser, Pen, Shape } from "./drawing.js";
import { newId } from "./ids.js";

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

  /** @param {Sheet} sheet */
  constructor(sheet) {
    this.sheet = sheet;
    /** @type {{ [name: string]: Tool }} */
    this.all = {
      select: sheet.selection,
      text: sheet.texts,
      pen: new Pen(sheet, false),
      highlighter: new Pen(sheet, true),
      eraser: new Eraser(sheet),
      line: new Shape(sheet, "line"),
      arrow: new Shape(sheet, "arrow"),
      rectangle: new Shape(sheet, "rectangle"),
      ellipse: new Shape(sheet, "ellipse"),
      laser: new Laser(sheet),
    };
  }

  /** What a pointer gets; null moves the page. @returns {Tool | null} */
  get current() {
    return this.sheet.keeper.mayDraw || FOR_READERS.includes(this.name) ? (this.all[this.name] ?? null) : null;
  }

  get size() {
    return sizesOf(this.name)[this.step];
  }

  /** @param {string} name */
  choose(name) {
    const { texts, cross, selection } = this.sheet;
    texts.finish();
    cross.lift();
    this.name = name;
    if (name !== "select" && selection.ids.size > 0) selection.set([]);
    this.sheet.tellChange();
  }

  /** Colour or width, also of what is selected. @param {{ colour?: string, step?: number }} what */
  restyle({ colour, step }) {
    this.colour = colour ?? this.colour;
    this.step = step ?? this.step;
    const records = this.sheet.selection.records.filter(({ kind }) => kind !== "image");
    this.sheet.keeper.change(records.map(({ id, kind, highlighter }) => {
      const size = sizesOf(highlighter ? "highlighter" : kind)[step];
      return { edit: { id, ...(colour ? { colour } : { size }) } };
    }));
    this.sheet.tellChange();
  }

  /** A new element on this page, in the chosen style. @param {string} kind @param {Fields} fields @returns {Fields} */
  make(kind, fields) {
    const { colour, size } = this;
    return { id: newId(), page: this.sheet.page, kind, ...fields, ...(kind === "image" ? {} : { colour, size }) };
  }
}

/** @param {string} what A tool, or a kind of element. @returns {number[]} */
function sizesOf(what) {
  return SIZES[what] ?? PEN_SIZES;
}
