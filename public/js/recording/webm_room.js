/** A run of WebM gets room behind its Segment's header, in which the server writes duration and index. */

/** The whole element, with its own header of 3 bytes. */
const ROOM = 256;
const VOID = 0xec;
/** The id of the Segment, and its size, which is unknown. */
const SEGMENT_HEADER = 12;

/** @param {Uint8Array} segment From its id on. @returns {Uint8Array} */
export function withRoom(segment) {
  const room = new Uint8Array(ROOM);
  room.set([VOID, 0x40, ROOM - 3]);
  return joined([segment.subarray(0, SEGMENT_HEADER), room, segment.subarray(SEGMENT_HEADER)]);
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
