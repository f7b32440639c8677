import { inNumbers } from "../shared/numbers.js";
import { t } from "../words/words.js";

/**
 * The quality of the connection: fair from 3 % loss or 250 ms round trip on, poor from 10 % or 500 ms
 * on. The median of the last samples decides, so one outlier does not count.
 */

const EVERY_MS = 2000;
const SAMPLES = 5;
/** The first samples after a start: an outage's losses are counted, and reported, after its end. */
const SETTLING = 2;
const FAIR = { loss: 0.03, roundTrip: 0.25 };
const POOR = { loss: 0.1, roundTrip: 0.5 };

/** Labels beside three bars, and what they mean. */
export const QUALITY = {
  // Translators: Measuring, Good, Fair and Weak are labels of the connection, beside three bars: one short word each.
  unknown: { label: t("Measuring"), words: t("The connection is being measured.") },
  good: { label: t("Good"), words: t("Picture and sound travel well.") },
  fair: {
    label: t("Fair"),
    words: t("Some of it arrives late or not at all. Sound goes first; the picture may stutter."),
  },
  poor: {
    label: t("Weak"),
    words: t("Much of it is lost on the way. Switching the camera off helps the sound most."),
  },
};

/** @typedef {{ quality: keyof typeof QUALITY, loss: number, roundTrip: number, relayed: boolean, limit: string }} Report */

export class QualityMeter extends EventTarget {
  #timer = 0;
  #settling = 0;
  #samples = [];
  #before = { lost: 0, received: 0 };

  /** Start to measure; a meter that measures goes on. @param {() => Promise<RTCStatsReport>} getStats */
  start(getStats) {
    if (this.#timer) return;
    this.#settling = SETTLING;
    const timer = window.setInterval(async () => {
      const sample = read(await getStats());
      if (this.#timer === timer) this.#add(sample);
    }, EVERY_MS);
    this.#timer = timer;
    this.dispatchEvent(new Event("start"));
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#samples = [];
  }

  #add(sample) {
    const lost = sample.lost - this.#before.lost;
    const received = sample.received - this.#before.received;
    this.#before = { lost: sample.lost, received: sample.received };
    if (this.#settling-- > 0) return;
    const incoming = received + lost > 0 ? Math.max(0, lost) / (received + Math.max(0, lost)) : 0;
    this.#samples = [...this.#samples, { ...sample, loss: Math.max(incoming, sample.outgoing) }];
    this.#samples = this.#samples.slice(-SAMPLES);
    const loss = median(this.#samples.map((each) => each.loss));
    const roundTrip = median(this.#samples.map((each) => each.roundTrip));
    const detail = { quality: grade(loss, roundTrip), loss, roundTrip, relayed: sample.relayed, limit: sample.limit };
    this.dispatchEvent(new CustomEvent("report", { detail }));
  }
}

/** @returns {keyof typeof QUALITY} */
function grade(loss, roundTrip) {
  const beyond = (limit) => loss >= limit.loss || roundTrip >= limit.roundTrip;
  if (beyond(POOR)) return "poor";
  return beyond(FAIR) ? "fair" : "good";
}

/** @param {RTCStatsReport} report Returns the figures that decide. */
function read(report) {
  const found = { lost: 0, received: 0, outgoing: 0, roundTrip: 0, relayed: isRelayed(report), limit: "none" };
  report.forEach((each) => {
    if (each.type === "inbound-rtp") {
      found.lost += each.packetsLost ?? 0;
      found.received += each.packetsReceived ?? 0;
    } else if (each.type === "remote-inbound-rtp") {
      found.outgoing = Math.max(found.outgoing, each.fractionLost ?? 0);
    } else if (each.type === "outbound-rtp" && each.kind === "video" && each.qualityLimitationReason) {
      found.limit = each.qualityLimitationReason;
    } else if (isInUse(each)) {
      found.roundTrip = each.currentRoundTripTime ?? found.roundTrip;
    }
  });
  return found;
}

/** @param {RTCStatsReport} report Whether the media goes through a relay, of either side. */
export function isRelayed(report) {
  let relayed = false;
  report.forEach((each) => {
    if (!isInUse(each)) return;
    const ends = [each.localCandidateId, each.remoteCandidateId];
    relayed = ends.some((id) => report.get(id)?.candidateType === "relay");
  });
  return relayed;
}

function isInUse({ type, nominated, state }) {
  return type === "candidate-pair" && nominated && state === "succeeded";
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

/** @param {Report} report One line with the figures. */
export function numbers({ loss, roundTrip, relayed, limit }) {
  const digits = loss < 0.1 ? 1 : 0;
  const share = inNumbers(loss, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits });
  const parts = [
    // Translators: {share} is a percentage, of the packets of sound and picture.
    t("{share} lost", { share }),
    t("{count} ms there and back", { count: inNumbers(Math.round(roundTrip * 1000)) }),
    // Translators: how sound and picture travel.
    relayed ? t("through a relay") : t("directly from you to each other"),
  ];
  if (limit === "cpu") parts.push(t("your computer is busy and sends a smaller picture"));
  return parts.join(" · ");
}
