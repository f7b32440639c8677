/** A run of WebM gets room behind its Segment's header, in which the server writes duration and index. */

/** The whole element, with its own header of 3 bytes. */
const ROOM = 256;
const VOID = 0xec;
const ID_LENGTH = 4;

/** @param {Uint8Array} segment From its id on. @returns {Uint8Array} */
export function withRoom(segment) {
  // The zeros before the first 1 of a size tell how many bytes it has more. (Math.clz32 counts in 32 bits.)
  const header = ID_LENGTH + Math.clz32(segment[ID_LENGTH]) - 24 + 1;
  const room = new Uint8Array(ROOM);
  room.set([VOID, 0x40, ROOM - 3]);
  return joined([segment.subarray(0, header), room, segment.subarray(header)]);
}

/** @param {Uint8Array[]} parts @returns {Uint8Array} */
export function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, each) => sum + each.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
