/**
 * What is recorded and not sent yet, in the browser's private files: it outlives the page. A folder for each recording, from
 * its beginning to its end; a file for each piece, whose name says where it belongs.
 */

import { ifNobodyElse } from "./alone.js";

const FOLDER = "recordings";
/** No server takes pieces that are older. */
const OLD_MS = 7 * 24 * 3600 * 1000;

/** @typedef {{ from: number, size: number, begins: number, ends: number }} Kept `begins`, `ends`: as a piece has them. */
/** @typedef {KeptPieces | PiecesInMemory} Keeper */

/** By session. @type {Map<string, PiecesInMemory>} */
const inMemory = new Map();

/** Browsers refuse files in private windows: then it is kept in the page alone. @param {string} sessionId @returns {Promise<Keeper>} */
export async function keeperOf(sessionId) {
  try {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(FOLDER, { create: true });
    const name = encodeURIComponent(sessionId);
    // What fails is tried again by the next page.
    await forgetOld(folder, name).catch(() => {});
    return new KeptPieces(folder, name);
  } catch {
    if (!inMemory.has(sessionId)) inMemory.set(sessionId, new PiecesInMemory());
    return inMemory.get(sessionId);
  }
}

export class KeptPieces {
  outlivesThePage = true;

  /** @param {FileSystemDirectoryHandle} all Of all sessions. @param {string} name Of this session's folder. */
  constructor(all, name) {
    this.all = all;
    this.name = name;
  }

  /** Made again if another session's page has removed it while it was empty. */
  get #folder() {
    return this.all.getDirectoryHandle(this.name, { create: true });
  }

  /** @returns {Promise<string[]>} Recordings that are not finished. */
  async recordings() {
    return (await names(await this.#folder)).map(decodeURIComponent);
  }

  /** @param {string} recording */
  async begin(recording) {
    await this.#of(recording);
  }

  /** @param {string} recording @param {import("./pieces.js").Piece} piece */
  async keep(recording, { from, begins, ends, bytes }) {
    const file = await (await this.#of(recording)).getFileHandle(`${from}-${bytes.length}-${begins}-${ends}`, { create: true });
    const writing = await file.createWritable();
    await writing.write(/** @type {Uint8Array<ArrayBuffer>} */ (bytes));
    await writing.close();
  }

  /** @param {string} recording @returns {Promise<Kept[]>} In their order. */
  async list(recording) {
    const kept = (await names(await this.#of(recording))).map(keptOf).filter(({ size }) => size > 0);
    return kept.sort((one, other) => one.from - other.from);
  }

  /** @param {string} recording @param {Kept} piece @returns {Promise<Blob>} */
  async read(recording, { from, size, begins, ends }) {
    const file = await (await (await this.#of(recording)).getFileHandle(`${from}-${size}-${begins}-${ends}`)).getFile();
    // Its writing was cut off.
    if (file.size !== size) throw new Error("a piece is not whole");
    return file;
  }

  /** @param {string} recording @param {Kept} piece */
  async drop(recording, { from, size, begins, ends }) {
    await (await this.#of(recording)).removeEntry(`${from}-${size}-${begins}-${ends}`);
  }

  /** @param {string} recording */
  async end(recording) {
    await (await this.#folder).removeEntry(encodeURIComponent(recording), { recursive: true }).catch(() => {});
  }

  /** @param {string} recording */
  async #of(recording) {
    return (await this.#folder).getDirectoryHandle(encodeURIComponent(recording), { create: true });
  }
}

/** Other sessions' pieces that nobody has sent in time. @param {FileSystemDirectoryHandle} folder @param {string} but Of this session. */
async function forgetOld(folder, but) {
  for (const name of await names(folder)) {
    // The folder of a recording in progress is empty now and then.
    if (name !== but) await ifNobodyElse(decodeURIComponent(name), () => forgetIfOld(folder, name));
  }
}

/** @param {FileSystemDirectoryHandle} folder @param {string} name */
async function forgetIfOld(folder, name) {
  const kept = new KeptPieces(folder, name);
  const pieces = (await Promise.all((await kept.recordings()).map((each) => kept.list(each)))).flat();
  if (pieces.every(({ ends }) => ends < Date.now() - OLD_MS)) await folder.removeEntry(name, { recursive: true });
}

/** The same, as long as the page lives. */
class PiecesInMemory {
  outlivesThePage = false;
  /** @type {Map<string, Map<number, import("./pieces.js").Piece>>} */
  #all = new Map();

  async recordings() {
    return [...this.#all.keys()];
  }

  /** @param {string} recording */
  async begin(recording) {
    if (!this.#all.has(recording)) this.#all.set(recording, new Map());
  }

  /** @param {string} recording @param {import("./pieces.js").Piece} piece */
  async keep(recording, piece) {
    await this.begin(recording);
    this.#all.get(recording).set(piece.from, piece);
  }

  /** @param {string} recording @returns {Promise<Kept[]>} */
  async list(recording) {
    const pieces = [...(this.#all.get(recording)?.values() ?? [])];
    return pieces.map(({ from, begins, ends, bytes }) => ({ from, size: bytes.length, begins, ends }));
  }

  /** @param {string} recording @param {Kept} piece */
  async read(recording, { from }) {
    return new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (this.#all.get(recording).get(from).bytes)]);
  }

  /** @param {string} recording @param {Kept} piece */
  async drop(recording, { from }) {
    this.#all.get(recording)?.delete(from);
  }

  /** @param {string} recording */
  async end(recording) {
    this.#all.delete(recording);
  }
}

/** @param {any} folder A FileSystemDirectoryHandle; not all type definitions know its iterators. @returns {Promise<string[]>} */
async function names(folder) {
  const found = [];
  for await (const name of folder.keys()) found.push(name);
  return found;
}

/** @param {string} name @returns {Kept} */
function keptOf(name) {
  const [from, size, begins, ends] = name.split("-").map(Number);
  return { from, size, begins, ends };
}
