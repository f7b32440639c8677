import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock, setGlobal } from "./browser.mjs";

/** An element that takes whatever is done to it. */
const element = () => ({
  textContent: "",
  value: "",
  dataset: {},
  classList: { add() {} },
  addEventListener() {},
  setAttribute() {},
  removeAttribute() {},
  append() {},
  replaceChildren() {},
  insertBefore() {},
});

test("a room that the person has left sends no messages again, nor says why they wait", async (t) => {
  const clock = new Clock(t);
  const elements = new Map();
  const getElementById = (id) => elements.get(id) ?? elements.set(id, element()).get(id);
  setGlobal(t, "document", { documentElement: { lang: "en" }, getElementById, createElement: element });
  const waiting = ["a", "b", "c", "d"].map((words, number) => [String(number), words]);
  setGlobal(t, "sessionStorage", { getItem: () => JSON.stringify({ draft: "", waiting }) });
  const { Chat } = await import("../../public/js/chat/chat.js");
  const end = new AbortController();
  const sent = [];
  const live = { isUp: true, send: (message) => sent.push(message) };
  const session = { id: "s", role: "teacher", other: { called: "Amara" } };
  const chat = new Chat(live, new EventTarget(), session, end.signal);
  chat.refuse({ code: "too_frequent" });
  await clock.advance(5000);
  assert.equal(sent.length, 3, "a few, in the room");

  end.abort();
  const problem = getElementById("chat-problem");
  problem.textContent = "";
  await clock.advance(60_000);
  assert.equal(sent.length, 3);
  assert.equal(problem.textContent, "");
});
