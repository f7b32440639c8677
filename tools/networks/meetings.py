"""Can two people meet: each pair of networks, with and without TURN."""

import statistics
from typing import Final

from tools.bench.report import Table
from tools.local_worker import LocalWorker
from tools.networks.call import call
from tools.networks.internet import CONE, NO_UDP, ONLY_443, SYMMETRIC
from tools.networks.lab import Lab

PAIRS: Final = (
    (CONE, CONE),
    (SYMMETRIC, CONE),
    (SYMMETRIC, SYMMETRIC),
    (NO_UDP, CONE),
    (NO_UDP, SYMMETRIC),
    (ONLY_443, CONE),
)
TRIES: Final = 3
WITHIN_S: Final = 60.0


def tables(lab: Lab) -> list[Table]:
    rows = []
    for student, teacher in PAIRS:
        lab.internet.connect(student, teacher)
        cells = [meeting(lab, site) for site in (lab.plain, lab.relayed)]
        rows.append([student.name, teacher.name, *cells])
        print(" | ".join(rows[-1]), flush=True)
    note = (
        "How the call goes, and the seconds from the second person's Join to the first picture at "
        f"both (median of {TRIES} calls); or the seconds until both read that it does not work."
    )
    head = ["student's network", "teacher's network", "with STUN alone", "with coturn"]
    return [Table("Can they meet?", head, rows, note, words=True)]


def meeting(lab: Lab, site: LocalWorker) -> str:
    """What happens when both join."""
    seconds = []
    for _ in range(TRIES):
        with call(lab.people, site) as made:
            made.join()
            outcome = made.outcome(WITHIN_S)
            if not outcome.connected:
                return f'no; after {outcome.took_s:.1f} s: "{made.student.observed("card()")}"'
            seconds.append(outcome.took_s)
            way = made.way
    return f"{way}, {statistics.median(seconds):.1f} s"
