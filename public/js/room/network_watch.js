/**
 * Whether this device has a network, as far as the page knows. Browsers say "offline" at once, but
 * some say so while there is a network, or for seconds after it came back: then the socket knows.
 *
 * Events: `change` when `isOffline` changes.
 */
export class NetworkWatch extends EventTarget {
  isOffline = false;

  /** @param {LiveSocket} live @param {AbortSignal} signal Ends it. */
  constructor(live, signal) {
    super();
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
  }
}
