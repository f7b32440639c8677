import { SavingRule } from "./saving_rule.js";
import { savesData } from "../devices/switches.js";
import { toast } from "../shared/toasts.js";
import { t } from "../words/words.js";

/**
 * Small pictures for little data: where one of the two has switched "Save data" on, and while the
 * connection is poor. Sound stays as it is.
 *
 * Events: `change` when `asksOther` may have changed.
 */
export class DataSaver extends EventTarget {
  #rule = new SavingRule();
  #theySave = false;
  #isTold = false;

  /**
   * @param {Devices} devices
   * @param {import("./call.js").Call} call
   * @param {AbortSignal} signal Ends it.
   */
  constructor(devices, call, signal) {
    super();
    this.devices = devices;
    this.call = call;
    call.meter.addEventListener("start", () => this.#rule.restart(), { signal });
    call.meter.addEventListener("report", (event) => this.#onReport(event["detail"].quality), { signal });
    devices.addEventListener("change", () => this.#apply(), { signal });
    this.#apply();
  }

  /** Whether the other one is asked for a small picture. */
  get asksOther() {
    return savesData(this.devices) || this.#rule.stage === 2;
  }

  /** @param {boolean} theySave Whether the other one asks for a small picture. */
  onOther(theySave) {
    this.#theySave = theySave;
    this.#apply();
  }

  /** @param {string} quality */
  #onReport(quality) {
    if (!this.#rule.add(quality)) return;
    if (this.#rule.stage > 0 && !this.#isTold && !savesData(this.devices)) {
      this.#isTold = true;
      toast(t("Your connection is weak, so your picture is smaller for now. Sound goes first."));
    }
    this.#apply();
    this.dispatchEvent(new Event("change"));
  }

  #apply() {
    this.call.sendSmallPicture(savesData(this.devices) || this.#rule.stage > 0 || this.#theySave);
  }
}
