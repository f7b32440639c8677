/** Draws what is recorded: both people, or what is shared with both beside it. */

import { HEIGHT, WIDTH } from "./formats.js";
import { places } from "./layout.js";

const ROOM = "#111";
const TILE = "#1b1d21";
const CHIP = "rgb(17 17 17 / 75%)";
const WORDS = "#f0eee9";
const ROUND = 14;
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';

/**
 * @typedef {{ name: string, initials: string, avatar: HTMLImageElement | null,
 *   colours: { behind: string, letters: string }, video: HTMLVideoElement | null }} Person
 * `video` is null while their camera is off, or nothing comes from them.
 * @typedef {{ people: Person[], shared: HTMLVideoElement | HTMLCanvasElement | null }} Scene
 */

export class Picture {
  canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  #pen = this.canvas.getContext("2d", { alpha: false });

  /** @param {Scene} scene */
  draw({ people, shared }) {
    const pen = this.#pen;
    pen.fillStyle = ROOM;
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    const boxes = places(people.map(({ video }) => sizeOf(video)), shared && sizeOf(shared));
    if (boxes.shared) this.#show(shared, boxes.shared, "#000");
    people.forEach((person, at) => this.#person(person, boxes.people[at]));
  }

  /** @param {Person} person @param {import("./layout.js").Box} box */
  #person(person, box) {
    const pen = this.#pen;
    if (person.video) this.#show(person.video, box, TILE);
    else {
      this.#clip(box, () => (pen.fillStyle = TILE, pen.fillRect(box.x, box.y, box.w, box.h)));
      this.#avatar(person, box);
    }
    this.#name(person.name, box);
  }

  /** @param {CanvasImageSource} source @param {import("./layout.js").Box} box @param {string} colour Behind it. */
  #show(source, { x, y, w, h }, colour) {
    const pen = this.#pen;
    this.#clip({ x, y, w, h }, () => {
      pen.fillStyle = colour;
      pen.fillRect(x, y, w, h);
      pen.drawImage(source, x, y, w, h);
    });
  }

  /** @param {Person} person @param {import("./layout.js").Box} box */
  #avatar({ initials, avatar, colours }, box) {
    const pen = this.#pen;
    const size = Math.min(box.w, box.h) * 0.4;
    const [x, y] = [box.x + (box.w - size) / 2, box.y + (box.h - size) / 2];
    pen.save();
    pen.beginPath();
    pen.arc(x + size / 2, y + size / 2, size / 2, 0, 7);
    pen.clip();
    pen.fillStyle = colours.behind;
    pen.fillRect(x, y, size, size);
    if (avatar) pen.drawImage(avatar, x, y, size, size);
    else this.#write(initials, { x: x + size / 2, y: y + size / 2, size: size * 0.4, colour: colours.letters, align: "center" });
    pen.restore();
  }

  /** @param {string} name @param {import("./layout.js").Box} box */
  #name(name, box) {
    const pen = this.#pen;
    const size = box.w < 320 ? 14 : 18;
    pen.font = `${size}px ${FONT}`;
    const width = Math.min(pen.measureText(name).width, box.w - 32);
    const [x, y, h] = [box.x + 8, box.y + box.h - size * 1.6 - 8, size * 1.6];
    pen.fillStyle = CHIP;
    pen.beginPath();
    pen.roundRect(x, y, width + 16, h, h / 2);
    pen.fill();
    this.#write(name, { x: x + 8, y: y + h / 2, size, colour: WORDS, align: "left", most: width });
  }

  /** @param {string} words @param {{ x: number, y: number, size: number, colour: string, align: CanvasTextAlign, most?: number }} how */
  #write(words, { x, y, size, colour, align, most }) {
    const pen = this.#pen;
    pen.font = `${size}px ${FONT}`;
    pen.fillStyle = colour;
    pen.textAlign = align;
    pen.textBaseline = "middle";
    pen.fillText(words, x, y, most);
  }

  /** @param {import("./layout.js").Box} box @param {() => void} draw */
  #clip({ x, y, w, h }, draw) {
    const pen = this.#pen;
    pen.save();
    pen.beginPath();
    pen.roundRect(x, y, w, h, ROUND);
    pen.clip();
    draw();
    pen.restore();
  }
}

/** @param {HTMLVideoElement | HTMLCanvasElement | null} source */
function sizeOf(source) {
  if (!source) return { w: 0, h: 0 };
  return source instanceof HTMLVideoElement ? { w: source.videoWidth, h: source.videoHeight } : { w: source.width, h: source.height };
}
