const LOOK_EVERY_MS = 500;
const ANSWER_DUE_MS = 1000;

/**
 * Whether this device has a network, as far as the page knows. Browsers say "offline" at once, but
 * some say so while there is a network, and for seconds after it came back. So the page looks itself:
 * by a small file, since browsers slow down sockets that fail often.
 *
 * Events: `change` when `isOffline` changes.
 */
export class NetworkWatch extends EventTarget {
  isOffline = false;

  /** @param {LiveSocket} live @param {AbortSignal} signal Ends it. */
  constructor(live, signal) {
    super();
    this.live = live;
    this.signal = signal;
    const isBack = () => this.#set(false);
    const onOffline = async () => {
      this.#set(true);
      if (await live.check()) isBack();
    };
    addEventListener("offline", onOffline, { signal });
    addEventListener("online", isBack, { signal });
    live.addEventListener("up", isBack, { signal });
  }

  /** @param {boolean} isOffline */
  #set(isOffline) {
    if (isOffline === this.isOffline) return;
    this.isOffline = isOffline;
    this.dispatchEvent(new Event("change"));
    if (isOffline) this.#look();
  }

  async #look() {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    if (!this.isOffline || this.signal.aborted) return;
    const signal = AbortSignal.timeout(ANSWER_DUE_MS);
    const answer = await fetch("/ping.txt", { cache: "no-store", signal }).catch(() => null);
    if (answer?.ok) this.live.hurry();
    this.#look();
  }
}
