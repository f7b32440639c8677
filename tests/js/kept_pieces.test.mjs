import assert from "node:assert/strict";
import { test } from "node:test";
import { alone } from "../../public/js/recording/alone.js";
import { keeperOf } from "../../public/js/recording/kept_pieces.js";
import { openOrigin, pieceAt } from "./origin.mjs";

test("a recording in progress keeps its folder while all of it is sent and another session's page opens", async (t) => {
  const { folders } = openOrigin(t);
  await alone("A", async () => {
    const keeper = await keeperOf("A");
    await keeper.begin("r");
    await keeperOf("B");

    assert.deepEqual(await keeper.recordings(), ["r"]);
    assert.ok(folders().includes("A"));
  });
});

test("a folder that was removed before its recording began is made again", async (t) => {
  openOrigin(t);
  const keeper = await keeperOf("A");
  await keeper.recordings();
  await keeperOf("B");
  await keeper.keep("r", pieceAt(0));

  assert.deepEqual((await keeper.list("r")).map(({ from }) => from), [0]);
});

test("pieces that nobody has sent in a week are forgotten, and others stay", async (t) => {
  const { folders } = openOrigin(t);
  for (const [session, days] of [["old", 8], ["new", 6]]) await (await keeperOf(String(session))).keep("r", pieceAt(0, Number(days)));
  await (await keeperOf("B")).begin("r");

  assert.deepEqual(folders(), ["new", "B"]);
});

test("what cannot be forgotten costs no files", async (t) => {
  const { root } = openOrigin(t);
  await keeperOf("A");
  // No folder of ours has such a name.
  root.get("recordings").set("%", new Map());

  assert.equal((await keeperOf("B")).outlivesThePage, true);
});
