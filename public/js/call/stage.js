/** The pictures: the other person's camera and screen, our own, and what covers them. */

const $ = (id) => document.getElementById(id);
const room = $("room");
const remote = /** @type {HTMLVideoElement} */ ($("remote-video"));
const screen = /** @type {HTMLVideoElement} */ ($("remote-screen"));
const own = /** @type {HTMLVideoElement} */ ($("self-video"));
const tap = $("tap-to-hear");
/** Looked up once: the small window takes all this out of the page for a while. */
const tile = $("remote");
const cover = { place: $("remote-cover"), words: $("cover-text"), hint: $("cover-hint") };
const badge = { place: $("reconnecting"), words: $("reconnecting-text") };

export class Stage {
  #shown = { camera: true, screen: false, here: false };
  /** Plays the sound while the pictures are in another window. */
  #sound = new Audio();
  #soundIsApart = false;

  /** @param {AbortSignal} signal */
  constructor(signal) {
    remote.addEventListener("resize", () => this.#coverUp(), { signal });
    tap.addEventListener("click", () => this.play(), { signal });
    // Safari leaves videos paused after the page was in the background.
    document.addEventListener("visibilitychange", () => document.hidden || this.play(), { signal });
    this.#makeMovable(signal);
  }

  get remoteVideo() {
    return screen.hidden ? remote : screen;
  }

  /** @param {MediaStreamTrack[]} tracks The other person's microphone, camera and screen. */
  showRemote([microphone, camera, shared]) {
    if (!camera) return;
    put(remote, [microphone, camera]);
    put(screen, [shared]);
    this.#placeSound();
    this.play();
  }

  /** @param {boolean} apart The pictures are in another window, where browsers may refuse to play sound. */
  keepSoundHere(apart) {
    this.#soundIsApart = apart;
    this.#placeSound();
  }

  #placeSound() {
    remote.muted = this.#soundIsApart;
    const stream = /** @type {MediaStream | null} */ (remote.srcObject);
    put(this.#sound, this.#soundIsApart ? (stream?.getAudioTracks() ?? []) : []);
  }

  /** @param {{ camera: boolean, screen: boolean, here: boolean }} what */
  showCovers(what) {
    this.#shown = what;
    const { camera, screen: sharing, here } = what;
    screen.hidden = !(here && sharing);
    room.dataset.sharing = String(!screen.hidden);
    remote.classList.toggle("off", !(here && camera));
    this.#coverUp();
  }

  /** Until the first picture is there, their name is better than nothing. */
  #coverUp() {
    const { camera, screen: sharing, here } = this.#shown;
    const hasPicture = camera && remote.videoWidth > 0;
    cover.place.hidden = here && (hasPicture || sharing);
  }

  /** @param {string} words @param {string} [hint] What the cover says. */
  say(words, hint = "") {
    cover.words.textContent = words;
    cover.hint.textContent = hint;
  }

  /** @param {string} words Over the picture; empty when all is well. @param {boolean} dimmed */
  showReconnecting(words, dimmed) {
    badge.place.hidden = !words;
    if (words) badge.words.textContent = words;
    tile.classList.toggle("dimmed", dimmed);
  }

  /**
   * @param {MediaStreamTrack | null} camera
   * @param {{ picture: string, sound: string }} lack What to say in place of each; empty when all is well.
   */
  showOwn(camera, { picture, sound }) {
    put(own, camera ? [camera] : []);
    own.hidden = !camera;
    $("self-cover").hidden = Boolean(camera);
    $("self-cover-text").textContent = picture;
    $("self-note").hidden = !sound;
    if (sound) $("self-note-text").textContent = sound;
    // A back camera shows the world as it is; a mirror is for faces.
    own.classList.toggle("mirrored", camera?.getSettings().facingMode !== "environment");
  }

  /** Let go of all pictures and of the sound. */
  clear() {
    for (const player of [remote, screen, own, this.#sound]) player.srcObject = null;
  }

  /** @param {string} id The speaker's, empty for the system's own. */
  async useSpeaker(id) {
    for (const player of [remote, this.#sound]) {
      await /** @type {any} */ (player).setSinkId?.(id).catch(() => {});
    }
  }

  /**
   * Sound needs a gesture in some browsers: then a button asks for one.
   *
   * @returns {Promise<boolean>} Whether the browser lets it all play.
   */
  async play() {
    if (own.srcObject) own.play().catch(() => {});
    try {
      if (remote.srcObject) await remote.play();
      if (screen.srcObject && !screen.hidden) await screen.play();
      if (this.#sound.srcObject) await this.#sound.play();
      if (document.activeElement === tap) $("room-heading").focus();
      tap.hidden = true;
      return true;
    } catch (error) {
      const refused = error.name === "NotAllowedError";
      if (refused) tap.hidden = false;
      return !refused;
    }
  }

  /** Our own picture goes to the corner that it is dragged to, or to the next one by its button. */
  #makeMovable(signal) {
    const self = $("self");
    const corners = ["bottom-right", "bottom-left", "top-left", "top-right"];
    const moveTo = (corner) => {
      self.dataset.corner = corner;
      self.style.translate = "";
    };
    moveTo(corners[0]);
    const next = () => moveTo(corners[(corners.indexOf(self.dataset.corner) + 1) % corners.length]);
    $("self-move").addEventListener("click", next, { signal });
    let from = null;
    const grab = (event) => {
      from = { x: event.clientX, y: event.clientY };
      own.setPointerCapture(event.pointerId);
    };
    const drag = (event) => {
      if (from) self.style.translate = `${event.clientX - from.x}px ${event.clientY - from.y}px`;
    };
    const drop = (event) => {
      if (!from) return;
      from = null;
      const area = $("stage-area").getBoundingClientRect();
      const vertical = event.clientY < area.top + area.height / 2 ? "top" : "bottom";
      const horizontal = event.clientX < area.left + area.width / 2 ? "left" : "right";
      moveTo(`${vertical}-${horizontal}`);
    };
    const handlers = { pointerdown: grab, pointermove: drag, pointerup: drop, pointercancel: drop };
    for (const [event, does] of Object.entries(handlers)) own.addEventListener(event, does, { signal });
  }
}

/**
 * Show these tracks, without a new stream (and a flicker) when they are the ones shown already.
 *
 * @param {HTMLMediaElement} player
 * @param {MediaStreamTrack[]} tracks
 */
function put(player, tracks) {
  const shown = /** @type {MediaStream | null} */ (player.srcObject)?.getTracks() ?? [];
  if (shown.length === tracks.length && shown.every((track) => tracks.includes(track))) return;
  player.srcObject = tracks.length > 0 ? new MediaStream(tracks) : null;
}
