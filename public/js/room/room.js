/**
 * Entering the room: from the lobby, after leaving, and back from another tab or device.
 *
 * @typedef {{ provider: string, place?: string, url?: string, ice_servers?: RTCIceServer[], expires_at: number }} Grant
 * @typedef {{ grant: Grant, devices: Devices, session: Session }} Entry
 */

import { GONE } from "../shared/state_follower.js";
import { showLeft } from "./left_room.js";
import { LiveSocket } from "./live_socket.js";
import { Room } from "./room_page.js";

const WELCOME_DUE_MS = 12_000;

/**
 * Enter; resolves when the room is shown. Throws the reason of a refusal.
 *
 * @param {Omit<Entry, "grant"> & { grant?: Grant | Promise<Grant>, since?: number,
 *   takeSocket?: () => WebSocket | null }} entry `grant`: what a lobby has asked for already. `since`: when
 *   the person chose to, by `performance.now()`. `takeSocket`: the lobby's socket goes on as the room's.
 */
export async function enterRoom({ grant, devices, session, since = performance.now(), takeSocket = () => null }) {
  // A provider may take half a minute, in which the other person must not see somebody come. Between
  // two browsers the socket opens beside the request.
  if (!session.callsPeer) await (grant ??= session.join());
  const page = Array.from(crypto.getRandomValues(new Uint8Array(8)), hex).join("");
  const mayEnter = () =>
    session.fetchState().then(
      (state) => state.can_join,
      (error) => !GONE.includes(error.status),
    );
  const live = new LiveSocket(session.id, page, mayEnter, takeSocket());
  // After the socket, which the other person waits for.
  grant ??= session.join();
  const takeEarlyMessages = keepMessages(live);
  let isOver = false;
  live.addEventListener("over", () => (isOver = true), { once: true });
  const welcomed = welcome(live);
  welcomed.catch(() => {});
  try {
    // First the grant: its refusal has a sentence for people.
    grant = await grant;
    await welcomed;
    if (isOver) throw new Error("over");
  } catch (error) {
    live.leave();
    throw error;
  }
  const onLeft = () => showLeft(session, () => rejoin({ devices, session }), live.leftOnRecord);
  const over = () => takeOver({ devices, session });
  const room = new Room({ grant, devices, session, live, since, takeOver: over, onLeft });
  session.happened("joined");
  for (const detail of takeEarlyMessages()) live.dispatchEvent(new CustomEvent("message", { detail }));
  room.open();
  history.replaceState(null, "");
}

/** Keep the socket's messages until there is a room that acts on them. @param {LiveSocket} live */
function keepMessages(live) {
  const messages = [];
  const keep = (event) => messages.push(event["detail"]);
  live.addEventListener("message", keep);
  return () => {
    live.removeEventListener("message", keep);
    return messages;
  };
}

/** "Continue here": the room then replaces the other page. */
async function takeOver({ devices, session }) {
  try {
    await devices.start({ quietly: true });
    await enterRoom({ devices, session });
  } catch {
    // The page that the server has now says why.
    location.reload();
  }
}

/** Enter again after leaving. Throws the reason of a refusal, with the devices off again. */
async function rejoin({ devices, session }) {
  devices.start();
  try {
    await enterRoom({ devices, session });
  } catch (error) {
    devices.stop();
    // The page that the server has now says why.
    if (GONE.includes(error.status)) location.reload();
    throw error;
  }
}

/** @param {LiveSocket} live */
function welcome(live) {
  return new Promise((resolve, reject) => {
    live.addEventListener("up", resolve, { once: true });
    live.addEventListener("over", () => reject(new Error("refused")), { once: true });
    setTimeout(() => reject(new Error("no welcome")), WELCOME_DUE_MS);
  });
}

/** @param {number} byte */
function hex(byte) {
  return byte.toString(16).padStart(2, "0");
}
