import { t } from "../words/words.js";

/** The session's clock in the room, and the notices that the server gives about it. */

const MINUTE = 60;

/**
 * @param {{ scheduledStart: number, scheduledEnd: number, closesAt: number }} times Epoch seconds.
 * @param {number} now
 * @returns {{ text: string, tone: "calm" | "soon" | "over" }}
 */
export function clockOf({ scheduledStart, scheduledEnd, closesAt }, now) {
  if (now < scheduledStart) {
    return { text: t("Starts in {duration}", { duration: digits(scheduledStart - now) }), tone: "calm" };
  }
  if (now < scheduledEnd) {
    const left = scheduledEnd - now;
    // Translators: {duration} is such as 12:30 or 1:02:30.
    return { text: t("{duration} left", { duration: digits(left) }), tone: left <= 5 * MINUTE ? "soon" : "calm" };
  }
  const duration = digits(Math.max(0, closesAt - now));
  return { text: t("Overtime · closes in {duration}", { duration }), tone: "over" };
}

/** The words for each notice of the server. */
export const NOTICES = {
  ten_minutes: t("10 minutes left."),
  five_minutes: t("5 minutes left."),
  one_minute: t("1 minute left."),
  end: t("Time is up. No rush: the room stays open for 15 more minutes."),
  closing: t("The room closes in 2 minutes."),
};

/** @param {number} seconds */
function digits(seconds) {
  const whole = Math.floor(seconds);
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${two(Math.floor(whole / MINUTE) % 60)}:${two(whole % MINUTE)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
