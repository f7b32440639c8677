/** The elements of one page as SVG, and which of them lie at a place. */

import { around, boundsOf, isWithin, touches } from "./geometry.js";
import { drawn } from "./shapes.js";

/** @typedef {import("./sync.js").Fields} Fields */

export class Surface {
  /** @type {Map<string, { node: SVGElement, record: Fields }>} */
  #drawn = new Map();

  /**
   * @param {SVGGElement} layer
   * @param {string} images The address of pictures, without their ids.
   * @param {(record: Fields) => string} nameOf For screen readers.
   */
  constructor(layer, images, nameOf) {
    this.layer = layer;
    this.images = images;
    this.nameOf = nameOf;
  }

  /** All of a page. @param {Fields[]} records In their order. */
  show(records) {
    this.#drawn.clear();
    const nodes = records.map((record) => this.#draw(record));
    this.layer.replaceChildren(...nodes);
  }

  /** @param {string} id @param {Fields | undefined} record Undefined: it is gone. */
  update(id, record) {
    const known = this.#drawn.get(id);
    if (!record) {
      known?.node.remove();
      this.#drawn.delete(id);
      return;
    }
    const hadFocus = known?.node === document.activeElement;
    const node = this.#draw(record);
    if (known && known.record.order === record.order) known.node.replaceWith(node);
    else {
      known?.node.remove();
      this.layer.insertBefore(node, this.#above(record.order));
    }
    if (hadFocus) node.focus({ preventScroll: true });
  }

  /** @param {string} id */
  node(id) {
    return this.#drawn.get(id)?.node;
  }

  /** @param {string} id @returns {Fields | undefined} With the height of a text. */
  record(id) {
    const known = this.#drawn.get(id);
    if (known?.record.kind !== "text") return known?.record;
    const words = /** @type {HTMLElement} */ (known.node.querySelector(".board-text"));
    return { ...known.record, h: words.offsetHeight };
  }

  /** @param {Iterable<string>} ids @returns The bounds of those that are shown; null when none is. */
  bounds(ids) {
    const records = [...ids].map((id) => this.record(id)).filter(Boolean);
    return records.length > 0 ? around(records.map(boundsOf)) : null;
  }

  /** @returns {string[]} From the lowest to the topmost. */
  get ids() {
    return Array.from(this.layer.children, (node) => /** @type {SVGElement} */ (node).dataset.id);
  }

  /** @param {{ x: number, y: number }} place @param {number} reach @returns {string | undefined} The topmost one there. */
  at({ x, y }, reach) {
    return this.ids.reverse().find((id) => touches(this.record(id), x, y, reach));
  }

  /** @param {import("./geometry.js").Box} box @returns {string[]} Those that are wholly inside. */
  within(box) {
    return this.ids.filter((id) => isWithin(boundsOf(this.record(id)), box));
  }

  /** @param {Fields} record */
  #draw(record) {
    const node = drawn(record, this.images);
    node.dataset.id = record.id;
    node.dataset.order = record.order;
    node.setAttribute("tabindex", "0");
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", this.nameOf(record));
    this.#drawn.set(record.id, { node, record });
    return node;
  }

  /** @param {number} order @returns {Element | null} The lowest element above it. */
  #above(order) {
    let above = null;
    let node = /** @type {SVGElement | null} */ (this.layer.lastElementChild);
    for (; node && Number(node.dataset.order) > order; node = /** @type {SVGElement | null} */ (node.previousElementSibling)) above = node;
    return above;
  }
}
