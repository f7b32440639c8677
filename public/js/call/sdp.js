/**
 * The RTCPeerConnection that a description comes from: restarts keep it, a new connection changes it.
 * It is the session id of the `o=` line (RFC 8866, 5.2; RFC 8829, 5.2.1).
 *
 * @param {string} sdp
 */
export function connectionOf(sdp) {
  return /^o=\S+ (\S+)/m.exec(sdp)?.[1] ?? "";
}
