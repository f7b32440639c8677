/** What the pages of one origin share in a browser: private files and locks. */

import { setGlobal } from "./browser.mjs";

const DAY_MS = 24 * 3600 * 1000;

const failure = (name) => Object.assign(new Error(name), { name });

/** As in a browser, a handle is a path: it is of no use once its folder is removed. */
class Folder {
  /** @param {Map<string, any>} root Folders are maps, files are bytes. @param {string[]} path */
  constructor(root, path = []) {
    this.root = root;
    this.path = path;
  }

  get entries() {
    let found = this.root;
    for (const name of this.path) found = found?.get(name);
    if (!found) throw failure("NotFoundError");
    return found;
  }

  async getDirectoryHandle(name, how) {
    this.#find(name, how, new Map());
    return new Folder(this.root, [...this.path, name]);
  }

  async getFileHandle(name, how) {
    this.#find(name, how, new Uint8Array());
    return {
      getFile: async () => new Blob([this.entries.get(name)]),
      createWritable: async () => ({ write: async (bytes) => void this.entries.set(name, bytes), close: async () => {} }),
    };
  }

  async removeEntry(name) {
    if (!this.entries.delete(name)) throw failure("NotFoundError");
  }

  async *keys() {
    yield* [...this.entries.keys()];
  }

  #find(name, { create = false } = {}, empty) {
    if (!this.entries.has(name) && !create) throw failure("NotFoundError");
    if (!this.entries.has(name)) this.entries.set(name, empty);
  }
}

class Locks {
  /** The last one who has each lock, or waits for it. @type {Map<string, Promise<void>>} */
  #taken = new Map();

  async request(name, ...rest) {
    const action = rest.pop();
    const before = this.#taken.get(name);
    if (before && rest[0]?.ifAvailable) return action(null);
    let free = () => {};
    const taken = new Promise((resolve) => (free = () => resolve(undefined)));
    this.#taken.set(name, taken);
    await before;
    try {
      return await action({ name });
    } finally {
      if (this.#taken.get(name) === taken) this.#taken.delete(name);
      free();
    }
  }

  /** @param {string} name */
  isFree(name) {
    return !this.#taken.has(name);
  }
}

/** @param {import("node:test").TestContext} test */
export function openOrigin(test) {
  const root = new Map();
  const locks = new Locks();
  setGlobal(test, "navigator", { storage: { getDirectory: async () => new Folder(root) }, locks });
  return { root, locks, folders: () => [...root.get("recordings").keys()] };
}

/** A piece of ten bytes that was recorded so many days ago. @param {number} from @param {number} [days] */
export function pieceAt(from, days = 0) {
  const ends = Date.now() - days * DAY_MS;
  return { from, begins: ends - 4000, ends, bytes: new Uint8Array(10) };
}
