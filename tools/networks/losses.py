"""What is seen and heard while packets are lost at random, both ways."""

from typing import Final

from tools.bench.report import Table
from tools.networks.call import Call, Visit, call, now_ms
from tools.networks.internet import CONE
from tools.networks.lab import Lab

FAULTS: Final = {
    "nothing is lost": "",
    "5 % of all packets are lost": "numgen random mod 100 < 5 drop",
    "10 % of all packets are lost": "numgen random mod 100 < 10 drop",
    "20 % of all packets are lost": "numgen random mod 100 < 20 drop",
    "at most 150 kbit/s each way": "\n".join(
        # What comes faster is lost at once: there is no queue.
        f'iifname "{side}" meta l4proto udp limit rate over 18750 bytes/second burst 8 kbytes drop'
        for side in ("lan", "wan")
    ),
}
# The page adapts in the first seconds, which do not count.
SETTLES_S: Final = 15
OBSERVED_S: Final = 20
WITHIN_S: Final = 60.0


def tables(lab: Lab) -> list[Table]:
    rows = []
    for name, fault in FAULTS.items():
        lab.internet.connect(CONE, CONE)
        with call(lab.people, lab.plain) as made:
            made.join()
            made.break_after(0, WITHIN_S)
            rows.append([name, *under(lab, made, fault)])
        print(" | ".join(rows[-1]), flush=True)
    head = [
        "the student's line",
        "student sees",
        "teacher sees",
        "student hears",
        "teacher hears",
        "student reads",
        "quality shown",
    ]
    note = (
        f"Over {OBSERVED_S} s, after the first {SETTLES_S} s. The camera makes 10 pictures/s. "
        "Heard is the part of the sound that the browser did not have to make up."
    )
    return [Table("What remains on a bad line?", head, rows, note, words=True)]


def under(lab: Lab, made: Call, fault: str) -> list[str]:
    """What both see, hear and read on a line with this fault."""
    lab.internet.home.disturb(fault)
    began = now_ms()
    made.pass_time(SETTLES_S)
    frames = [visit.observed("frames.length") for visit in made.visits]
    heard = [visit.observed("sound()") for visit in made.visits]
    made.pass_time(OBSERVED_S)
    seen = [
        f"{(visit.observed('frames.length') - before) / OBSERVED_S:.1f} pictures/s"
        for visit, before in zip(made.visits, frames, strict=True)
    ]
    sound = [part_heard(visit, before) for visit, before in zip(made.visits, heard, strict=True)]
    said = made.student.words_since(began)
    quality = made.student.page.locator("#quality-label").text_content() or ""
    return [*seen, *sound, " → ".join(said) or "nothing", quality]


def part_heard(visit: Visit, before: list[float]) -> str:
    samples, made_up = (
        now - then for now, then in zip(visit.observed("sound()"), before, strict=True)
    )
    return f"{100 * (1 - made_up / samples):.0f} %" if samples else "nothing"
