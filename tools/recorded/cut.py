"""The network of the browser that records is gone for minutes: nothing is lost."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Final

from tests.browser.recording_page import Recorded
from tests.browser.room_page import CONNECTED
from tools.bench.report import Table
from tools.networks.call import HOST
from tools.networks.internet import CONE
from tools.networks.lab import Lab, lab
from tools.networks.namespaces import reason_not_to_run as reason_without_networks
from tools.recorded.film import watch
from tools.recorded.people import leave, meet

GONE_S: Final = int(os.environ.get("GONE") or 300)
# A network that is only silent is noticed late; whatever waits then has long failed after a minute.
SILENT_S: Final = min(GONE_S, 60)
BEFORE_S: Final = 15
Fault = Callable[[Lab], None]
AFTER_S: Final = 20


def reason_not_to_run() -> str:
    return reason_without_networks()


def tables(folder: Path) -> list[Table]:
    with lab(folder) as built:
        rows = [
            observe(built, "the cable is out: the browser knows it", GONE_S, (pull, plug)),
            observe(built, "the line loses everything: it cannot", SILENT_S, (block, unblock)),
        ]
    head = [
        "",
        "for",
        "recorded",
        "films",
        "length",
        "lost",
        "its pictures are of their moment within",
    ]
    note = (
        f"The network of the browser that records is gone, from {BEFORE_S} s on. After it has come "
        f"back the lesson goes on for {AFTER_S} s. The pictures are those of the person whose "
        "browser records."
    )
    return [Table("No network", head, rows, note)]


def pull(built: Lab) -> None:
    built.internet.teacher.change(unplugged="eth0")


def plug(built: Lab) -> None:
    built.internet.teacher.change(plugged="eth0")


def block(built: Lab) -> None:
    built.internet.school.disturb("drop")


def unblock(built: Lab) -> None:
    built.internet.school.disturb("")


def observe(built: Lab, name: str, seconds: int, faults: tuple[Fault, Fault]) -> list[str]:
    """The second fault is the end of the first."""
    cut, mend = faults
    built.internet.connect(CONE, CONE)
    site = built.plain
    recorded = meet(site, built.people, f"http://{HOST}:{site.port}")
    recorded.agree()
    began, begun_at = time.monotonic(), time.time()
    pass_time(recorded, BEFORE_S)
    cut(built)
    pass_time(recorded, seconds)
    mend(built)
    pass_time(recorded, AFTER_S)
    for page in (recorded.student, recorded.teacher):
        page.wait_for_selector(CONNECTED)
    length = recorded.end() - began
    films = recorded.films(seconds=180)
    middle = BEFORE_S + seconds / 2
    label = "cut-cable" if cut is pull else "cut-line"
    film = watch(recorded.student, films[0], every=2, pictures={label: middle})
    leave(recorded)
    lags = [lag for _, lag in film.lag("teacher", begun_at)]
    worst = max(abs(lag - median(lags)) for lag in lags)
    read = f"{len(lags)} of {len(film.seen)}"
    return [
        name,
        f"{seconds} s",
        f"{length:.1f} s",
        str(len(films)),
        f"{film.length:.1f} s",
        f"{max(0.0, length - film.length):.1f} s",
        f"{worst:.1f} s ({read} read)",
    ]


def pass_time(recorded: Recorded, seconds: float) -> None:
    recorded.student.wait_for_timeout(seconds * 1000)
