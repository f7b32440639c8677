/**
 * A sheet of paper that one draws on: its elements, the part that is seen, pointers and tools. It knows no room. Its keeper
 * has the elements; its onlooker hears what is done before it is kept.
 */

import { Camera } from "./camera.js";
import { Cross } from "./cross.js";
import { Pointers } from "./pointers.js";
import { Selection } from "./selecting.js";
import { drawn } from "./shapes.js";
import { Surface } from "./surface.js";
import { Texts } from "./texts.js";
import { Tools } from "./tools.js";

/** Event: `change`, of the tool, the style, or what is selected. */
export class Sheet extends EventTarget {
  /** The page that is shown, and that new elements lie on. */
  page = "";

  /**
   * @param {object} with
   * @param {HTMLElement} with.root Has the drawings and the field for texts: templates/session/board.html.
   * @param {string} with.images The address of pictures, without their ids.
   * @param {Keeper} with.keeper
   * @param {Onlooker} with.onlooker
   * @param {AbortSignal} with.signal
   */
  constructor({ root, images, keeper, onlooker, signal }) {
    super();
    this.root = root;
    this.images = images;
    this.keeper = keeper;
    this.onlooker = onlooker;
    this.signal = signal;
    this.element = this.find("board-surface");
    this.camera = new Camera(this);
    this.surface = new Surface(this);
    this.selection = new Selection(this);
    this.texts = new Texts(this);
    this.tools = new Tools(this);
    this.cross = new Cross(this);
    this.pointers = new Pointers(this);
  }

  /** @param {string} id @returns {any} */
  find(id) {
    return this.root.querySelector(`#${id}`);
  }

  focus() {
    this.element.focus({ preventScroll: true });
  }

  /** @param {string} page */
  show(page) {
    this.texts.finish();
    this.page = page;
    this.selection.ids.clear();
    this.surface.show(this.keeper.elements(page));
    this.selection.show();
  }

  /** Show again what the keeper has. @param {string} id */
  redraw(id) {
    const record = this.keeper.shown(id);
    this.surface.update(id, record?.page === this.page ? record : undefined);
  }

  /** What a tool draws just now. @param {Fields | null} record */
  preview(record) {
    this.find("board-preview").replaceChildren(...(record ? [drawn(record, "")] : []));
  }

  /** @param {Iterable<string>} ids */
  remove(ids) {
    this.keeper.change(Array.from(ids, (id) => ({ delete: id })));
  }

  /** The look of the tools has changed. */
  tellChange() {
    this.dispatchEvent(new Event("change"));
  }
}
