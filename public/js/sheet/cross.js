/** A pointer that keys move. It puts the chosen tool down and up, as a hand does. */

export class Cross {
  /** @type {Place | null} */
  #place = null;
  /** The tool that is down. @type {Tool | null} */
  #tool = null;

  /** @param {Sheet} sheet */
  constructor(sheet) {
    const { element, camera, signal } = sheet;
    this.sheet = sheet;
    this.mark = sheet.find("board-cross");
    element.addEventListener("focusout", () => this.lift(), { signal });
    camera.addEventListener("change", () => this.#show(), { signal });
  }

  /** @param {number} dx @param {number} dy */
  move(dx, dy) {
    const { camera } = this.sheet;
    const { x, y } = this.#place ?? camera.centre;
    this.#place = { x: x + dx, y: y + dy };
    camera.reveal({ ...this.#place, w: 0, h: 0 });
    this.#show();
    this.#tool?.move([this.#place]);
  }

  /** Put the tool down, or up. @returns {"down" | "up" | undefined} */
  press() {
    const { tools } = this.sheet;
    if (!this.#place) this.move(0, 0);
    if (this.#tool) {
      this.#stop("end");
      return "up";
    }
    const tool = tools.current;
    tool?.start(this.#place);
    // A text is written at once; the others need a second place.
    if (tools.name === "text") tool?.end();
    else this.#tool = tool;
    return this.#tool ? "down" : undefined;
  }

  /** Give up what is being drawn, or else take the cross away. @returns {boolean} Whether there was a cross. */
  cancel() {
    const wasThere = this.#place !== null;
    if (this.#tool) this.#stop("cancel");
    else this.lift();
    return wasThere;
  }

  /** Take the cross away; what it draws is finished. */
  lift() {
    this.#stop("end");
    this.#place = null;
    this.#show();
  }

  /** @param {"end" | "cancel"} how */
  #stop(how) {
    const tool = this.#tool;
    this.#tool = null;
    tool?.[how]();
  }

  #show() {
    this.mark.toggleAttribute("hidden", !this.#place);
    if (this.#place) this.mark.setAttribute("transform", this.sheet.camera.markAt(this.#place));
  }
}
