import assert from "node:assert/strict";
import { test } from "node:test";
import { about, interruptedInWords, progressInWords, sizeInWords } from "../../public/js/files/file_words.js";
import { canRetry, missingParts, pauseBeforeRetry } from "../../public/js/files/upload_policy.js";
import { setGlobal } from "./browser.mjs";

const SIZES = [
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1000, "1 KB"],
  [1500, "1.5 KB"],
  [340_400, "340 KB"],
  [9_960_000, "10 MB"],
  [2_000_000_000, "2 GB"],
];
for (const [size, words] of SIZES) {
  test(`${size} bytes are ${words}`, () => assert.equal(sizeInWords(size), words));
}

const LENGTHS = [
  [20, "1 minute · 1 MB"],
  [3360, "56 minutes · 1 MB"],
  [3600, "1 hour · 1 MB"],
  [7260, "2 hours 1 minute · 1 MB"],
  [undefined, "1 MB"],
];
for (const [duration_seconds, words] of LENGTHS) {
  test(`a film of ${duration_seconds} s reads ${words}`, () =>
    assert.equal(about({ size_bytes: 1e6, duration_seconds }), words));
}

const PROGRESS = [
  ["queued", true, "Waiting for its turn · 4 MB"],
  ["sending", true, "1 MB of 4 MB"],
  ["waiting", true, "Connection lost, trying again · 1 MB of 4 MB"],
  ["waiting", false, "Waiting for the network · 1 MB of 4 MB"],
  ["checking", true, "Almost done…"],
  ["failed", true, "The file is empty."],
];
for (const [state, onLine, words] of PROGRESS) {
  test(`an upload reads "${words}"`, (t) => {
    setGlobal(t, "navigator", { onLine });
    const upload = { state, sent: 1e6, file: { size: 4e6 }, problem: "The file is empty." };
    assert.equal(progressInWords(upload), words);
  });
}

test("an interrupted upload says how far it has come", () => {
  const words = interruptedInWords({ received_bytes: 999, size_bytes: 1000 });
  assert.equal(words, "Interrupted at 99 %. Choose the same file again to go on.");
});

/** Size, bytes of a part, parts that arrived, and the missing [number, start, end]. */
const PARTS = [
  [10, 4, [], [[1, 0, 4], [2, 4, 8], [3, 8, 10]]],
  [10, 4, [1, 3], [[2, 4, 8]]],
  [8, 4, [1], [[2, 4, 8]]],
  [8, 4, [1, 2], []],
  [0, 4, [], []],
];
for (const [size, partBytes, arrived, missing] of PARTS) {
  test(`of ${size} bytes in parts of ${partBytes}, ${arrived.length} arrived: ${missing.length} are missing`, () => {
    const parts = missingParts(size, partBytes, arrived).map(({ number, start, end }) => [number, start, end]);
    assert.deepEqual(parts, missing);
  });
}

/** Status, tries so far, and the pause in ms. */
const PAUSES = [
  [0, 1, 1000],
  [503, 2, 2000],
  [500, 4, 8000],
  [0, 5, 15_000],
  [0, 6, null],
  [429, 1, null],
  [400, 1, null],
  [413, 1, null],
];
for (const [status, tries, pause] of PAUSES) {
  test(`after try ${tries} with ${status} an upload waits ${pause} ms`, () =>
    assert.equal(pauseBeforeRetry(status, tries), pause));
}

for (const [status, expected] of [[0, true], [400, true], [429, true], [500, true], [401, false], [404, false], [413, false]]) {
  test(`Retry after ${status}: ${expected}`, () => assert.equal(canRetry(status), expected));
}
