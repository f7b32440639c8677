import assert from "node:assert/strict";
import { test } from "node:test";

const MODULE = new URL("../../public/js/shared/parent_page.js", import.meta.url).href;
const ALLOWED = ["https://www.example.com", "https://app.example.com"];
let loads = 0;

/** The messages of a page that its parent frames, each with the origin that it is for. */
async function posted({ ancestors, view = "joinable", lobby = true, happens = [] }) {
  const sent = [];
  const heard = new EventTarget();
  const data = { id: "lesson-1", view, parentOrigins: ALLOWED, byLink: false };
  const elements = { "session-data": { textContent: JSON.stringify(data) }, lobby: lobby ? {} : null };
  Object.assign(globalThis, {
    document: { getElementById: (id) => elements[id] },
    location: { ancestorOrigins: ancestors },
    parent: { postMessage: (message, origin) => sent.push([message.type, origin]) },
    addEventListener: heard.addEventListener.bind(heard),
  });
  await import(`${MODULE}?${(loads += 1)}`);
  for (const detail of happens) heard.dispatchEvent(new CustomEvent("session-room", { detail }));
  return sent;
}

test("messages go to the parent's origin alone", async () => {
  const sent = await posted({ ancestors: [ALLOWED[1], ALLOWED[0]], happens: ["joined"] });

  assert.deepEqual(sent, [["lobby", ALLOWED[1]], ["joined", ALLOWED[1]]]);
});

test("where browsers do not name the parent, each allowed origin is tried, and no other", async () => {
  const sent = await posted({ ancestors: undefined });

  assert.deepEqual(sent, [["lobby", ALLOWED[0]], ["lobby", ALLOWED[1]]]);
});

test("a parent of another origin is told nothing", async () => {
  assert.deepEqual(await posted({ ancestors: ["https://evil.example"], happens: ["joined"] }), []);
});

test("a page of what is over says which end it was", async () => {
  const over = { ancestors: [ALLOWED[0]], lobby: false };

  assert.deepEqual(await posted({ ...over, view: "ended" }), [["ended", ALLOWED[0]]]);
  assert.deepEqual(await posted({ ...over, view: "no_show" }), [["ended", ALLOWED[0]]]);
  assert.deepEqual(await posted({ ...over, view: "cancelled" }), [["cancelled", ALLOWED[0]]]);
});
