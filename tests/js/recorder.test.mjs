import assert from "node:assert/strict";
import { test } from "node:test";
import { alone } from "../../public/js/recording/alone.js";
import { setGlobal } from "./browser.mjs";
import { openOrigin } from "./origin.mjs";

/** A recorder that waits because another page sends. @param {import("node:test").TestContext} t */
async function waiting(t) {
  const { locks } = openOrigin(t);
  const asked = [];
  setGlobal(t, "document", { createElement: () => ({ getContext: () => ({}) }) });
  setGlobal(t, "AudioContext", class {
    close() {}
  });
  const { Recorder } = await import("../../public/js/recording/recorder.js");
  let finish = () => {};
  const sends = alone("s", () => new Promise((resolve) => (finish = () => resolve(undefined))));
  const session = { id: "s", request: async (what) => void asked.push(what) };
  const with_ = { session, sources: { arePlaying: async () => {} }, format: { container: "mp4" }, onBroken() {}, onRefused() {} };
  const recorder = new Recorder(/** @type {any} */ (with_));
  const prepared = recorder.prepare();
  await new Promise((resolve) => setImmediate(resolve));
  return { recorder, prepared, asked, locks, finish: () => (finish(), sends) };
}

for (const how of ["stop", "settle"]) {
  test(`a recorder that must ${how} while it waits for its turn gives it back at once`, async (t) => {
    const { recorder, prepared, asked, locks, finish } = await waiting(t);
    await recorder[how]();
    await recorder.sent();
    await finish();
    await prepared;

    assert.ok(locks.isFree("session-room:recording:s"));
    assert.deepEqual(asked, []);
  });
}
