import assert from "node:assert/strict";
import { test } from "node:test";
import { layoutOf } from "../../public/js/stage/layout_rules.js";
import { otherCamera } from "../../public/js/stage/other_camera.js";
import { SpeakingRule } from "../../public/js/stage/speaking_rule.js";
import { MOST, WHOLE, panned, zoomed } from "../../public/js/stage/zoom_rules.js";

const CALL = { isAlone: false, screen: false, board: false, newest: "screen", chosen: "shared" };
/** What is on the stage, and its layout, what is shared, and what is large. */
const LAYOUTS = [
  [{}, "pair", "", ""],
  [{ isAlone: true }, "alone", "", ""],
  [{ screen: true }, "shared", "screen", "shared"],
  [{ board: true, isAlone: true }, "shared", "board", "shared"],
  [{ board: true, screen: true, newest: "board" }, "shared", "board", "shared"],
  [{ board: true, screen: true, newest: "screen" }, "shared", "screen", "shared"],
  // One is closed: the other one is shown again.
  [{ board: true, newest: "screen" }, "shared", "board", "shared"],
  [{ screen: true, chosen: "remote" }, "shared", "screen", "remote"],
  // Nothing is shared any more: nothing is small.
  [{ chosen: "self" }, "pair", "", ""],
];
for (const [changes, layout, shared, large] of LAYOUTS) {
  test(`the stage's layout: ${JSON.stringify(changes)}`, () =>
    assert.deepEqual(layoutOf({ ...CALL, ...changes }), { layout, shared, large }));
}

const SIZE = { width: 800, height: 400 };
/** The point of the picture that lies at a point of the window. */
const under = ({ scale, x, y }, at) => ({ x: (at.x - x) / scale, y: (at.y - y) / scale });

test("a zoom keeps the point under the pointer", () => {
  const at = { x: 500, y: 100 };
  const once = zoomed(WHOLE, 2, at, SIZE);
  const twice = zoomed(once, 1.5, at, SIZE);
  assert.equal(twice.scale, 3);
  for (const view of [once, twice]) assert.deepEqual(under(view, at), at);
});

test("a zoom ends at the whole picture and at its largest", () => {
  const middle = { x: 400, y: 200 };
  assert.equal(zoomed(WHOLE, 1000, middle, SIZE).scale, MOST);
  const back = zoomed(zoomed(WHOLE, 4, { x: 0, y: 0 }, SIZE), 0.001, { x: 790, y: 390 }, SIZE);
  assert.deepEqual(back, WHOLE);
});

test("a picture that is moved leaves no edge empty", () => {
  const view = zoomed(WHOLE, 2, { x: 400, y: 200 }, SIZE);
  assert.deepEqual(panned(view, 10_000, -10_000, SIZE), { scale: 2, x: 0, y: -400 });
  assert.deepEqual(panned(view, 30, 20, SIZE), { scale: 2, x: -370, y: -180 });
  assert.deepEqual(panned(WHOLE, 30, 20, SIZE), WHOLE);
});

test("a person speaks from the first loud moment until a pause", () => {
  const rule = new SpeakingRule();
  const heard = [0.1, 0.6, 0.1, 0.1, 0.1, 0.1, 0.1, 0.7].map((loudness) => rule.isSpeaking(loudness));
  assert.deepEqual(heard, [false, true, true, true, true, false, false, true]);
});

const camera = (name) => ({ id: name, name });
const PHONE = ["Front Camera", "Front Ultra Wide Camera", "Back Camera", "Back Telephoto Camera"].map(camera);
const CAMERAS = [
  [PHONE, "Front Camera", "Back Camera"],
  [PHONE, "Back Telephoto Camera", "Front Camera"],
  [[camera("camera2 1, facing front"), camera("camera2 0, facing back")], "camera2 1, facing front", "camera2 0, facing back"],
  [[camera("one"), camera("two")], "two", "one"],
  [[camera("one")], "one", undefined],
  [[camera("one"), camera("two")], "", "one"],
  [[], "", undefined],
];
for (const [cameras, current, other] of CAMERAS) {
  test(`the other camera of ${cameras.length}, from "${current}"`, () =>
    assert.equal(otherCamera(cameras, current)?.name, other));
}
