import assert from "node:assert/strict";
import { test } from "node:test";
import { SmallPages } from "../../public/js/sheet/small.js";
import { setGlobal } from "./browser.mjs";

const PICTURE = [{ kind: "image", image: "i", x: 0, y: 0, w: 9, h: 9 }];

/** Draw a page with a picture twice. @param {import("node:test").TestContext} t @param {number} status Of the first answer. */
async function drawnTwice(t, status) {
  const statuses = [status, 200];
  let asked = 0;
  setGlobal(t, "fetch", async () => {
    asked += 1;
    return new Response("", { status: statuses.shift() });
  });
  setGlobal(t, "createImageBitmap", async () => "a picture");
  setGlobal(t, "IntersectionObserver", class {
    constructor(onChange) {
      this.onChange = onChange;
    }
    observe() {
      this.onChange([{ isIntersecting: true }]);
    }
    disconnect() {}
  });
  const drawn = [];
  const ignore = () => {};
  const pen = new Proxy({}, { get: (_pen, name) => (name === "drawImage" ? (image) => drawn.push(image) : ignore), set: () => true });
  const canvas = { width: 320, getContext: () => pen };
  const small = new SmallPages("/images/");
  for (const _ of [1, 2]) await small.draw(/** @type {any} */ (canvas), PICTURE, /** @type {any} */ ({ getPropertyValue: ignore }));
  return { asked, drawn };
}

test("a picture that the server could not give is asked for by the next drawing", async (t) => {
  assert.deepEqual(await drawnTwice(t, 503), { asked: 2, drawn: ["a picture"] });
});

test("a picture that is not there is asked for once", async (t) => {
  assert.deepEqual(await drawnTwice(t, 404), { asked: 1, drawn: [] });
});
