/** The few globals of a browser that pure modules use, and a clock that tests move. */

import { mock } from "node:test";

const events = new EventTarget();
globalThis.window = globalThis;
globalThis.addEventListener = events.addEventListener.bind(events);
globalThis.removeEventListener = events.removeEventListener.bind(events);
globalThis.location = { hostname: "sessions.test" };

const STEP_MS = 100;

/** Take over timers, `performance.now` and `Date.now`; the test's end gives them back. */
export class Clock {
  #now = 0;

  /** @param {import("node:test").TestContext} test */
  constructor(test) {
    mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
    const spy = mock.method(performance, "now", () => this.#now);
    test.after(() => {
      mock.timers.reset();
      spy.mock.restore();
    });
  }

  get now() {
    return this.#now;
  }

  /** Let time pass in small steps; what timers await is done after each. @param {number} ms */
  async advance(ms) {
    for (const end = this.#now + ms; this.#now < end; ) {
      this.#now += STEP_MS;
      mock.timers.tick(STEP_MS);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** @param {string} type For `addEventListener` of the page. */
export function fire(type) {
  events.dispatchEvent(new Event(type));
}

/** Set a global until the test's end. @param {import("node:test").TestContext} test */
export function setGlobal(test, name, value) {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  test.after(() => (before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]));
}

/** A `Storage` that works, or one that is switched off. */
export class FakeStorage {
  #items = new Map();
  isOff = false;

  getItem(key) {
    return this.#use().get(key) ?? null;
  }

  setItem(key, value) {
    this.#use().set(key, value);
  }

  removeItem(key) {
    this.#use().delete(key);
  }

  #use() {
    if (this.isOff) throw new DOMException("denied", "SecurityError");
    return this.#items;
  }
}
