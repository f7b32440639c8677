"""What becomes of a call when something happens to its network, its relay or the site."""

import time
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from playwright.sync_api import BrowserContext

from tools.bench.report import Table
from tools.networks import relay
from tools.networks.call import Break, Call, Prepare, call, now_ms
from tools.networks.internet import CONE, SYMMETRIC
from tools.networks.lab import Lab

OUTAGES_S: Final = (3, 12, 25, 60)
WITHIN_S: Final = 60.0
# For how long a relay's credentials are good.
CREDENTIALS_S: Final = 20

SHORTEN: Final = """
const fetched = window.fetch;
window.fetch = async (...request) => {
  const answer = await fetched(...request);
  if (!answer.ok || !String(request[0]).endsWith("/join")) return answer;
  const grant = await answer.json();
  for (const server of grant.ice_servers) {
    if (server.username) Object.assign(server, await shortCredentials());
  }
  return Response.json(grant);
};
"""

# It happens in a call. Returns when it began and when the network was back (ms).
Event = Callable[[Lab, Call], tuple[float, float]]


class Case(NamedTuple):
    """What happens, in a direct call or in one by a relay."""

    name: str
    event: Event
    relayed: bool = False
    prepare: Prepare | None = None


class Observation(NamedTuple):
    """How a call went before and after, and its break; None if that did not end.

    The network was back at `back` (ms). `read` has the sentences of student and teacher.
    """

    ways: tuple[str, str]
    found: Break | None
    back: float
    read: tuple[list[str], list[str]]

    def cells(self) -> list[str]:
        before, after = self.ways
        way = before if after in (before, "") else f"{before}, then {after}"
        seconds = ["it does not come back", ""] if self.found is None else ["it never stops", ""]
        if self.found and self.found.still_s:
            back_s = max(0.0, self.found.over - self.back) / 1000
            seconds = [f"{self.found.still_s:.1f} s", f"{back_s:.1f} s"]
        return [way, *seconds, *(" → ".join(said) or "nothing" for said in self.read)]


def tables(lab: Lab) -> list[Table]:
    rows = []
    for case in CASES:
        rows.append([case.name, *observe(lab, case).cells()])
        print(" | ".join(rows[-1]), flush=True)
    head = ["what happens", "way", "no picture for", "back after", "student reads", "teacher reads"]
    note = (
        "It happens to the student. The picture of one of the two stands still for so long, and "
        "moves again so many seconds after the network is back."
    )
    return [Table("What becomes of a call?", head, rows, note, words=True)]


def observe(lab: Lab, case: Case) -> Observation:
    """Let it happen in a call that has a picture."""
    access = SYMMETRIC if case.relayed else CONE
    lab.internet.connect(access, access)
    with call(lab.people, lab.relayed if case.relayed else lab.plain, case.prepare) as made:
        made.join()
        made.break_after(0, WITHIN_S)
        way = made.way
        cut, back = case.event(lab, made)
        try:
            found = made.break_after(cut, WITHIN_S)
        except TimeoutError:
            found = None
        student, teacher = (visit.words_since(cut) for visit in made.visits)
        return Observation((way, made.way), found, back, (student, teacher))


def change_network(lab: Lab, _: Call) -> tuple[float, float]:
    cut = now_ms()
    lab.internet.student.change(unplugged="eth0", plugged="eth1")
    return cut, now_ms()


def unplug(seconds: int, lab: Lab, made: Call) -> tuple[float, float]:
    """The browser knows that it is offline."""
    cut = now_ms()
    lab.internet.student.change(unplugged="eth0")
    made.pass_time(seconds)
    lab.internet.student.change(plugged="eth0")
    return cut, now_ms()


def break_line(seconds: int, lab: Lab, made: Call) -> tuple[float, float]:
    """The browser cannot know: its own network is as before."""
    cut = now_ms()
    lab.internet.home.disturb("drop")
    made.pass_time(seconds)
    lab.internet.home.disturb("")
    return cut, now_ms()


def restart_site(_: Lab, made: Call) -> tuple[float, float]:
    cut = now_ms()
    made.site.stop()
    made.site.start()
    made.wait(lambda: all(visit.words.startswith("Connected") for visit in made.visits), WITHIN_S)
    return cut, now_ms()


def shorten_credentials(context: BrowserContext) -> None:
    """Give each join credentials that end soon."""
    context.expose_function(
        "shortCredentials", lambda: relay.credentials(int(time.time()) + CREDENTIALS_S)
    )
    context.add_init_script(SHORTEN)


def change_network_too_late(lab: Lab, made: Call) -> tuple[float, float]:
    """coturn goes on with a relay whose credentials have ended, but gives no new one for them."""
    made.pass_time(CREDENTIALS_S)
    return change_network(lab, made)


CASES: Final = (
    Case("Wi-Fi, then mobile data", change_network),
    *(Case(f"no network for {seconds} s", partial(unplug, seconds)) for seconds in OUTAGES_S),
    Case("the line loses everything for 12 s", partial(break_line, 12)),
    Case("the site starts again", restart_site),
    Case("Wi-Fi, then mobile data", change_network, relayed=True),
    Case("no network for 12 s", partial(unplug, 12), relayed=True),
    Case(
        "the relay's credentials end; Wi-Fi, then mobile data",
        change_network_too_late,
        relayed=True,
        prepare=shorten_credentials,
    ),
)
