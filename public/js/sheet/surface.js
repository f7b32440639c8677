/** The elements of one page as SVG, and which of them lie at a place. */

import { around, boundsOf, isWithin, touches } from "./geometry.js";
import { drawn } from "./shapes.js";

export class Surface {
  /** @type {Map<string, { node: SVGElement, record: Fields }>} */
  #drawn = new Map();

  /** @param {Sheet} sheet */
  constructor(sheet) {
    this.sheet = sheet;
    this.layer = sheet.find("board-elements");
  }

  /** All of a page. @param {Fields[]} records In their order. */
  show(records) {
    this.#drawn.clear();
    this.layer.replaceChildren(...records.map((record) => this.#draw(record)));
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
    if (known?.record.order === record.order) known.node.replaceWith(node);
    else {
      known?.node.remove();
      this.layer.insertBefore(node, this.#above(record.order));
    }
    if (hadFocus) node.focus({ preventScroll: true });
  }

  /** Show these as if their bounds were others, until they are drawn again. @param {Iterable<string>} ids @param {Box} from @param {Box} to */
  place(ids, from, to) {
    const [across, down] = [to.w / (from.w || 1), to.h / (from.h || 1)];
    const matrix = `matrix(${across} 0 0 ${down} ${to.x - from.x * across} ${to.y - from.y * down})`;
    for (const id of ids) this.node(id)?.setAttribute("transform", matrix);
  }

  /** @param {string} id */
  node(id) {
    return this.#drawn.get(id)?.node;
  }

  /** @param {string} id @returns {Fields | undefined} With the height of a text. */
  record(id) {
    const { record, node } = this.#drawn.get(id) ?? {};
    if (record?.kind !== "text") return record;
    return { ...record, h: /** @type {HTMLElement} */ (node.querySelector(".board-text")).offsetHeight };
  }

  /** @param {Iterable<string>} ids @returns The bounds of those that are shown; null when none is. */
  bounds(ids) {
    const records = [...ids].map((id) => this.record(id)).filter(Boolean);
    return records.length > 0 ? around(records.map(boundsOf)) : null;
  }

  /** @returns {string[]} From the lowest to the topmost. */
  get ids() {
    return Array.from(this.layer.children, ({ dataset }) => dataset.id);
  }

  /** @param {Place} place @param {number} reach @returns {string | undefined} The topmost one there. */
  at({ x, y }, reach) {
    return this.ids.reverse().find((id) => touches(this.record(id), x, y, reach));
  }

  /** @param {Box} box @returns {string[]} Those that are wholly inside. */
  within(box) {
    return this.ids.filter((id) => isWithin(boundsOf(this.record(id)), box));
  }

  /** @param {Fields} record */
  #draw(record) {
    const node = drawn(record, this.sheet.images);
    Object.assign(node.dataset, { id: record.id, order: record.order });
    for (const [name, value] of [["tabindex", "0"], ["role", "img"], ["aria-label", this.sheet.keeper.nameOf(record)]]) node.setAttribute(name, value);
    this.#drawn.set(record.id, { node, record });
    return node;
  }

  /** @param {number} order @returns {Element | null} The lowest element above it. */
  #above(order) {
    let above = null;
    for (let node = this.layer.lastElementChild; Number(node?.dataset.order) > order; node = node.previousElementSibling) above = node;
    return above;
  }
}
