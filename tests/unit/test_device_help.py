"""What the page says about devices that do not work: public/device_help.json."""

import itertools
import json
import re

import pytest

from tools.paths import ROOT

HELP = json.loads((ROOT / "public/device_help.json").read_text(encoding="utf-8"))
MODULE = (ROOT / "public/js/devices/device_problems.js").read_text(encoding="utf-8")
TYPE = re.search(r"@typedef \{([^}]+)\} Problem", MODULE)
assert TYPE
PROBLEMS = re.findall(r'"(\w+)"', TYPE[1])
WHATS = ["camera", "microphone", "camera and microphone"]
BROWSERS = [*HELP["browsers"], "your browser"]
SYSTEMS = [*HELP["systems"], None]
FILLED_IN = {"what", "are", "browser", "host"}


def first(entries, **here):
    """The entry that device_help.js would choose."""
    for entry in entries:
        wanted = {name: [value] if isinstance(value, str) else value
                  for name, value in entry["when"].items()}  # fmt: skip
        if all(here[name] in values for name, values in wanted.items()):
            return entry
    return None


def everywhere(problems):
    for problem, what, browser, system in itertools.product(problems, WHATS, BROWSERS, SYSTEMS):
        yield {"problem": problem, "what": what, "browser": browser, "system": system}


@pytest.mark.parametrize("problem", [each for each in PROBLEMS if each != "unknown"])
def test_each_problem_has_words_of_its_own(problem):
    unknown = HELP["problems"][-1]

    assert unknown["when"] == {}
    assert all(first(HELP["problems"], **here) is not unknown for here in everywhere([problem]))


@pytest.mark.parametrize("problem", ["denied", "system"])
def test_a_refusal_has_steps_on_every_browser_and_system(problem):
    assert all(first(HELP["steps"], **here) for here in everywhere([problem]))


def test_no_other_problem_has_steps():
    others = set(PROBLEMS) - {"denied", "system"}

    assert not any(first(HELP["steps"], **here) for here in everywhere(others))


@pytest.mark.parametrize("entries", ["problems", "steps"])
def test_every_entry_is_chosen_somewhere(entries):
    chosen = [first(HELP[entries], **here) for here in everywhere(PROBLEMS)]

    assert all(entry in chosen for entry in HELP[entries])


def test_nothing_is_left_to_fill_in():
    assert set(re.findall(r"\{(\w+)\}", json.dumps(HELP))) == FILLED_IN


def test_a_refused_permission_is_told_in_the_specifications_words():
    denied = first(HELP["problems"], **next(everywhere(["denied"])))

    assert denied["title"] == "Please allow camera/microphone access."
