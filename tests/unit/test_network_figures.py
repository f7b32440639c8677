"""How `make networks` reads what it has observed."""

from types import SimpleNamespace

from tools.networks.call import STEADY_MS, Break, gaps_of, is_steady, now_ms
from tools.networks.interruptions import Observation
from tools.networks.namespaces import reason_not_to_run


def test_a_break_counts_from_a_second_on_and_if_it_ended_after_the_moment():
    frames = [0, 5000, 5100, 6100, 6200, 9000]

    assert gaps_of(frames, 5000) == [(6200, 9000)]
    assert gaps_of(frames, 4999) == [(0, 5000), (6200, 9000)]


def test_pictures_are_back_when_they_have_come_for_three_seconds():
    now = now_ms()
    flowing = [now - STEADY_MS - 1000 + 500 * step for step in range(9)]

    assert is_steady(visit(flowing), now - STEADY_MS - 2000)
    assert not is_steady(visit(flowing), now - 1000), "they began before that moment"
    assert not is_steady(visit(flowing[-1:]), 0), "one picture"
    assert not is_steady(visit(flowing[:-4]), 0), "they have stopped"
    assert not is_steady(visit([]), 0)


def test_a_call_that_does_not_come_back_has_no_figures():
    read = (["Reconnecting…", "Unable to connect."], [])

    assert Observation(("direct", ""), None, 0, read).cells() == [
        *("direct", "it does not come back", "", "Reconnecting… → Unable to connect.", "nothing")
    ]
    assert Observation(("direct", "relay by UDP"), Break(12.04, 9000), 5500, read).cells()[:3] == [
        *("direct, then relay by UDP", "12.0 s", "3.5 s")
    ]

    assert Observation(("direct", "direct"), Break(0.0, 0), 0, read).cells()[1] == "it never stops"


def test_another_system_gets_a_reason(monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")

    assert reason_not_to_run() == "it needs Linux"


def visit(frames):
    return SimpleNamespace(observed=lambda _: frames)
