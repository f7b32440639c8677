/** The pictures: the other person's camera and screen, our own, and their covers. */

const $ = (id) => document.getElementById(id);
const room = $("room");
const remote = /** @type {HTMLVideoElement} */ ($("remote-video"));
const screen = /** @type {HTMLVideoElement} */ ($("remote-screen"));
const own = /** @type {HTMLVideoElement} */ ($("self-video"));
const tap = $("tap-to-hear");
/** Found once: the small window takes these elements out of the page for a while. */
const tile = $("remote");
const cover = { place: $("remote-cover"), words: $("cover-text"), hint: $("cover-hint") };
const badge = { place: $("reconnecting"), words: $("reconnecting-text") };

export class Stage {
  #shown = { camera: true, screen: false, here: false };
  /** Plays the sound while the pictures are in the small window. */
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
    setTracks(remote, [microphone, camera]);
    setTracks(screen, [shared]);
    this.#placeSound();
    this.play();
  }

  /** @param {boolean} apart True while the pictures are in the small window: browsers may refuse sound there. */
  keepSoundHere(apart) {
    this.#soundIsApart = apart;
    this.#placeSound();
  }

  #placeSound() {
    remote.muted = this.#soundIsApart;
    const stream = /** @type {MediaStream | null} */ (remote.srcObject);
    setTracks(this.#sound, this.#soundIsApart ? (stream?.getAudioTracks() ?? []) : []);
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

  /** The cover with their name stays until the first picture. */
  #coverUp() {
    const { camera, screen: sharing, here } = this.#shown;
    const hasPicture = camera && remote.videoWidth > 0;
    cover.place.hidden = here && (hasPicture || sharing);
  }

  /** @param {string} words @param {string} [hint] The cover's text. */
  setCoverText(words, hint = "") {
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
   * @param {{ picture: string, sound: string }} lack The words in place of each; empty when it works.
   */
  showOwn(camera, { picture, sound }) {
    setTracks(own, camera ? [camera] : []);
    own.hidden = !camera;
    $("self-cover").hidden = Boolean(camera);
    $("self-cover-text").textContent = picture;
    $("self-note").hidden = !sound;
    if (sound) $("self-note-text").textContent = sound;
    // The picture of a back camera is not mirrored.
    own.classList.toggle("mirrored", camera?.getSettings().facingMode !== "environment");
  }

  /** Remove all pictures and the sound. */
  clear() {
    for (const player of [remote, screen, own, this.#sound]) player.srcObject = null;
  }

  /** @param {string} id The speaker's; empty for the system's default. */
  async useSpeaker(id) {
    for (const player of [remote, this.#sound]) {
      await /** @type {any} */ (player).setSinkId?.(id).catch(() => {});
    }
  }

  /**
   * Play all media. Sound needs a gesture in some browsers: then a button asks for one.
   *
   * @returns {Promise<boolean>} False when the browser refuses.
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

  /** Our own picture can be dragged to a corner; its button moves it to the next one. */
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
 * Play these tracks. The same tracks keep their stream, without a flicker.
 *
 * @param {HTMLMediaElement} player
 * @param {MediaStreamTrack[]} tracks
 */
function setTracks(player, tracks) {
  const shown = /** @type {MediaStream | null} */ (player.srcObject)?.getTracks() ?? [];
  if (shown.length === tracks.length && shown.every((track) => tracks.includes(track))) return;
  player.srcObject = tracks.length > 0 ? new MediaStream(tracks) : null;
}
