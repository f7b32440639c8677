/**
 * Keeps the servers of a call usable: relays refuse credentials that have ended, and an earlier join
 * may have got none.
 */

const AGAIN_MS = 30_000;

export class CallServers {
  #until;
  #askedAt = -Infinity;

  /**
   * @param {Session} session
   * @param {import("./call.js").Call} call
   * @param {{ expires_at: number, ice_servers?: RTCIceServer[] }} grant
   */
  constructor(session, call, grant) {
    this.session = session;
    this.call = call;
    this.#until = grant.expires_at;
  }

  /** The session may have been made longer. @param {number} closesAt */
  keepUntil(closesAt) {
    if (closesAt > this.#until) this.renew();
  }

  /** Ask for new ones, not too often. */
  async renew() {
    if (performance.now() - this.#askedAt < AGAIN_MS) return;
    this.#askedAt = performance.now();
    const grant = await this.session.join().catch(() => null);
    if (!grant?.ice_servers) return;
    this.#until = grant.expires_at;
    const isSame = JSON.stringify(grant.ice_servers) === JSON.stringify(this.call.iceServers);
    if (!isSame) this.call.useServers(grant.ice_servers);
  }
}
