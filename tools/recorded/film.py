"""What is in a film: which moment each picture shows, and which voices each second has."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

from tests.browser.recording_page import VOICES
from tools.paths import ROOT

WATCH: Final = (Path(__file__).parent / "film.js").read_text(encoding="utf-8")
PICTURES: Final = ROOT / ".cache" / "screens"
# A fifth of a second, and its bits: see camera.js.
UNIT_S: Final = 0.2
ROUND_S: Final = 2048 * UNIT_S
NOBODY_HERTZ: Final = 3100
# A voice is heard if it is so loud, and so many times as loud as a tone that nobody makes.
LOUD: Final = 0.02
CLEAR: Final = 10


@dataclass
class Film:
    """`seen` has, for moments of the film, the moments that the pictures of both show."""

    length: float
    seen: list[dict[str, float]]
    heard: dict[str, list[bool]]
    sound: float

    def lag(self, role: str, began: float) -> list[tuple[float, float]]:
        """For each moment of the film, how many seconds after `began` its picture is, less it."""
        found = []
        for each in self.seen:
            if each[role] < 0:
                continue
            shown = (each[role] * UNIT_S - began) % ROUND_S
            lag = (shown - each["at"] + ROUND_S / 2) % ROUND_S - ROUND_S / 2
            found.append((each["at"], lag))
        return found

    def silent(self, role: str) -> list[int]:
        """The seconds in which this person is not heard."""
        return [at for at, is_heard in enumerate(self.heard[role]) if not is_heard]


def watch(
    page: Page, film: dict[str, Any], *, every: float = 1, pictures: dict[str, float] | None = None
) -> Film:
    """Watch a film in a page of the session. `pictures` are kept under these names."""
    named = pictures or {}
    session = page.url.split("/session/")[1].partition("/")[0].partition("?")[0]
    address = f"/session/{session}/resources/{film['id']}"
    hertz = [*VOICES.values(), NOBODY_HERTZ]
    found = page.evaluate(WATCH, [address, every, list(named.values()), hertz])
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, picture in zip(named, found["pictures"], strict=True):
        (PICTURES / f"recorded-{name}.png").write_bytes(base64.b64decode(picture))
    heard = {
        role: [second[at] > LOUD and second[at] > CLEAR * second[-1] for second in found["heard"]]
        for at, role in enumerate(VOICES)
    }
    return Film(found["length"], found["seen"], heard, found["sound"])
