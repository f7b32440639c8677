/** Where fragments lie in a recording's bytes. */

/** @typedef {{ from: number, begins: number, ends: number, bytes: Uint8Array }} Piece `begins`, `ends`: epoch milliseconds of its media, by this device's clock. */

export class Pieces {
  /** @param {number} from Bytes that the recording has. @param {number} partBytes No piece crosses a multiple of them. */
  constructor(from, partBytes) {
    this.at = from;
    this.partBytes = partBytes;
  }

  /** @param {Uint8Array} bytes A fragment. @param {{ begins: number, ends: number }} times @returns {Piece[]} */
  cut(bytes, times) {
    const pieces = [];
    for (let rest = bytes; rest.length > 0; ) {
      const most = this.partBytes - (this.at % this.partBytes);
      const piece = rest.subarray(0, most);
      pieces.push({ ...times, from: this.at, bytes: piece });
      this.at += piece.length;
      rest = rest.subarray(most);
    }
    return pieces;
  }
}
