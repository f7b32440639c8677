"""Two people whose session one of their browsers records."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

from tests import plain_http
from tests.browser.room_page import CONNECTED, Meeting, join, meeting_on
from tests.people import token_of
from tools.local_worker import LocalWorker

ON = '#recording[data-on="true"]'
WORDS = "#recording-words"
FRAGMENT_S = 4
# Hertz.
VOICES = {"teacher": 500, "student": 1500}
# A camera of one colour, and a voice of one tone: the recording shows and sounds both.
COLOURS = {"teacher": "#b00000", "student": "#0000b0"}
ONE_COLOUR_AND_TONE = """([colour, hertz]) => {
  const { mediaDevices } = navigator;
  const context = new AudioContext();
  addEventListener("click", () => context.resume(), true);
  const camera = () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
    const pen = canvas.getContext("2d");
    let count = 0;
    const draw = () => {
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 640, 360);
      pen.fillStyle = "white";
      pen.fillRect((count++ * 10) % 600, 150, 40, 40);
    };
    setInterval(draw, 100);
    draw();
    return canvas.captureStream(10).getVideoTracks();
  };
  const microphone = () => {
    const tone = new OscillatorNode(context, { frequency: hertz });
    const quiet = new GainNode(context, { gain: 0.2 });
    const end = context.createMediaStreamDestination();
    tone.connect(quiet).connect(end);
    tone.start();
    return end.stream.getAudioTracks();
  };
  mediaDevices.getUserMedia = async ({ video, audio }) =>
    new MediaStream([...(video ? camera() : []), ...(audio ? microphone() : [])]);
}"""


class Recorded:
    """A meeting that is booked with a recording, and its two people in the room."""

    def __init__(self, meeting: Meeting) -> None:
        self.meeting = meeting
        self.requests: list[str] = []

    def enter(self, script: str = "", prepare: Callable[[Page], object] = id) -> tuple[Page, Page]:
        """Student and teacher, connected. `script` runs in the teacher's page first.

        `prepare` gets that page before it loads.
        """
        pages = {}
        for role in ("student", "teacher"):
            page = pages[role] = self.meeting.open(role)
            page.add_init_script(f"({ONE_COLOUR_AND_TONE})({[COLOURS[role], VOICES[role]]})")
            if role == "teacher":
                page.add_init_script(script)
                prepare(page)
            page.on("request", lambda request: self.requests.append(request.url))
            page.reload()
            join(page)
        for page in pages.values():
            page.wait_for_selector(CONNECTED)
        self.student, self.teacher = pages["student"], pages["teacher"]
        return self.student, self.teacher

    def agree(self) -> float:
        """Both agree. Returns when the recording began."""
        for page in (self.student, self.teacher):
            page.locator("#recording-agree").click()
        return self.is_on()

    def is_on(self) -> float:
        # Looks at each frame: `expect` looks once a second after a while.
        for page in (self.student, self.teacher):
            page.wait_for_function(
                """([on, words]) => document.querySelector(on)?.checkVisibility()
                  && document.querySelector(words)?.textContent.trim() === 'Recording'""",
                arg=[ON, WORDS],
            )
        return time.monotonic()

    def end(self) -> float:
        """The teacher ends the session for both. Returns when."""
        self.teacher.locator("#call-leave").click()
        self.teacher.locator("#call-end").click()
        self.teacher.locator("#end-confirm").click()
        ended = time.monotonic()
        for page in (self.student, self.teacher):
            page.locator('body[data-view="ended"]').wait_for()
        return ended

    def listing(self) -> dict[str, Any]:
        settings = self.meeting.worker.settings
        cookie = f"{settings['AUTH_COOKIE']}={token_of('demo-student', settings)}"
        address = f"{self.meeting.worker.url}/session/{self.meeting.id}/resources"
        found: dict[str, Any] = plain_http.request(
            "GET", address, headers={"Cookie": cookie}
        ).json()
        return found

    def films(self, count: int = 1, seconds: float = 60) -> list[dict[str, Any]]:
        """Wait until these recordings are ready."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.listing()
            films = [each for each in found["resources"] if each["type"] == "recording"]
            if len(films) == count and found["recording"] == "ready":
                return films
            assert time.monotonic() < deadline, found
            self.student.wait_for_timeout(200)

    def wait_for_a_piece(self) -> None:
        arrived = "SELECT 1 FROM recordings WHERE session_id = ? AND received_bytes > 0"
        while not self.sql(arrived, self.meeting.id):
            self.student.wait_for_timeout(200)

    def sent(self) -> list[str]:
        """The requests that begin or send a recording."""
        return [url for url in self.requests if f"{self.meeting.id}/recordings" in url]

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement in D1 directly, without the Worker."""
        (path,) = self.meeting.worker.state.glob("v3/d1/*/[!m]*.sqlite")
        with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as connection:
            return list(connection.execute(statement, values))


@contextmanager
def recorded_on(worker: LocalWorker, browser: Browser) -> Iterator[Recorded]:
    with meeting_on(worker, browser, recording_enabled=True) as meeting:
        yield Recorded(meeting)


def look(page: Page, film: dict[str, Any], *moments: float) -> dict[str, Any]:
    """Play a film in a page of the session: its length, and what is seen at these moments.

    `seen` has the colours in the middle of the left and of the right half, and of both pictures of
    the strip; `heard` how loud the two voices are, and a tone that nobody makes.
    """
    found: dict[str, Any] = page.evaluate(
        """async ([id, moments, hertz]) => {
          const address = `${location.pathname.split("/").slice(0, 3).join("/")}/resources/${id}`;
          const video = Object.assign(document.createElement("video"), { muted: true });
          const happens = (name) => new Promise((resolve, reject) => {
            video.addEventListener(name, resolve, { once: true });
            video.addEventListener("error", () => reject(new Error(video.error.message)));
          });
          const loaded = happens("loadeddata");
          video.src = address;
          await loaded;
          const pen = new OffscreenCanvas(1280, 720).getContext("2d");
          const seen = [];
          for (const moment of moments) {
            const arrived = happens("seeked");
            // `seeked` may come before the picture is there to draw. The same picture comes once.
            const shown = new Promise((resolve) => {
              video.requestVideoFrameCallback(resolve);
              setTimeout(resolve, 3_000);
            });
            video.currentTime = moment;
            await Promise.all([arrived, shown]);
            pen.drawImage(video, 0, 0);
            const at = (x, y) => [...pen.getImageData(x, y, 1, 1).data].slice(0, 3);
            seen.push({
              left: at(320, 300), right: at(960, 300), middle: at(500, 360),
              upper: at(1152, 240), lower: at(1152, 380),
            });
          }
          const bytes = await (await fetch(address)).arrayBuffer();
          const context = new OfflineAudioContext(1, 48000, 48000);
          const sound = await context.decodeAudioData(bytes);
          const samples = sound.getChannelData(0);
          const from = Math.floor(samples.length / 2);
          const part = samples.subarray(from, from + 24000);
          const heard = hertz.map((each) => {
            let [re, im] = [0, 0];
            part.forEach((sample, at) => {
              const angle = (2 * Math.PI * each * at) / sound.sampleRate;
              re += sample * Math.cos(angle);
              im += sample * Math.sin(angle);
            });
            return (2 * Math.hypot(re, im)) / part.length;
          });
          const loudest = samples.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
          return { length: video.duration, seen, heard, loudest };
        }""",
        [film["id"], list(moments), [*VOICES.values(), 3100]],
    )
    return found


def is_of(role: str, colour: list[int]) -> bool:
    """Whether this is the colour of their camera, after compression."""
    wanted = bytes.fromhex(COLOURS[role][1:])
    return all(abs(each - want) < 40 for each, want in zip(colour, wanted, strict=True))
