/** Two pages of the board for test_board_machine.py: the real sync.js, without a browser. One JSON line in, one out. */

import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { Sync } = await import(pathToFileURL(process.argv[2]).href);
const COLOURS = ["ink", "red", "blue"];

class Page {
  constructor(role) {
    this.role = role;
    /** What survives a reload. */
    this.kept = new Map();
    this.open();
  }

  open() {
    this.isOpen = false;
    this.sent = [];
    this.timers = [];
    this.refused = [];
    this.sync = new Sync({
      role: this.role,
      send: (message) => this.isOpen && Boolean(this.sent.push(message)),
      store: {
        load: () => [...this.kept.values()],
        keep: (change) => void this.kept.set(change.change, structuredClone(change)),
        forget: (id) => void this.kept.delete(id),
      },
      onRefused: ({ code }) => void this.refused.push(code),
      later: (action) => void this.timers.push(action),
    });
  }

  act({ does, number, id, more }) {
    const { sync } = this;
    const pages = sync.pages();
    const page = pages[number % Math.max(1, pages.length)];
    const elements = page ? sync.elements(page.id) : [];
    const element = elements[number % Math.max(1, elements.length)];
    if (does === "undo") sync.history.undo();
    else if (does === "redo") sync.history.redo();
    else if (does === "add page") sync.change([{ put_page: { id, title: `Page ${number}`, position: number } }]);
    else if (!page) return false;
    else if (does === "rename page") sync.change([{ put_page: { id: page.id, title: `Renamed ${number}`, position: page.position } }]);
    else if (does === "delete page") sync.change([{ delete_page: page.id }]);
    else if (does === "draw") sync.change(more.map((each) => ({ put: strokeOf(each, page.id, number) })));
    else if (!element) return false;
    else if (does === "move") sync.change([{ edit: { id: element.id, x: number % 1500, y: number % 1100 } }]);
    else if (does === "colour") sync.change([{ edit: { id: element.id, colour: COLOURS[number % 3] } }]);
    else if (does === "erase") sync.change(elements.slice(number % elements.length, (number % elements.length) + 3).map((each) => ({ delete: each.id })));
    return true;
  }

  screen() {
    return this.sync.pages().map((page) => ({ ...page, elements: this.sync.elements(page.id) }));
  }
}

function strokeOf(id, page, number) {
  return { id, page, kind: "stroke", x: number % 1000, y: 7.5, points: [0, 0, number % 50, 3.5], colour: "ink", size: 4 };
}

/** @type {{ [role: string]: Page }} */
const people = {};

function answer({ who, what, ...given }) {
  if (what === "begin") people[who] = new Page(who);
  const page = people[who];
  if (what === "connect") page.isOpen = true;
  if (what === "down") {
    page.isOpen = false;
    page.sync.down();
  }
  if (what === "reload") page.open();
  if (what === "receive") page.sync.receive(JSON.parse(given.text));
  if (what === "timers") for (const action of page.timers.splice(0)) action();
  const did = what === "act" ? page.act(given) : undefined;
  const found = what === "screen" ? page.screen() : undefined;
  const { unconfirmed, version } = page.sync;
  return { sent: page.sent.splice(0), did, screen: found, unconfirmed, version, timers: page.timers.length, refused: page.refused.splice(0) };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(answer(JSON.parse(line)))}\n`);
}
