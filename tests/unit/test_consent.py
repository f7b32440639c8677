"""When both people of a session have agreed to its recording."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consent import ON_THE_WAY_S, held_throughout


def said(*answers):
    names = {"s": "student", "t": "teacher"}
    return [
        {"role": names[who], "agreed": int(agreed), "decided_at": at} for at, who, agreed in answers
    ]


# Both agree from 110 to 200 and from 300 to 400.
TWICE = said(
    (100, "s", True),
    (110, "t", True),
    (200, "s", False),
    (250, "t", False),
    (270, "s", True),
    (300, "t", True),
    (400, "t", False),
)


@pytest.mark.parametrize(
    ("begin", "end", "held"),
    [
        (120, 124, True),
        (110, 200, True),
        (108, 112, True),
        (104, 108, False),
        (198, 202, True),
        (199, 203, False),
        (220, 224, False),
        (196, 304, False),
        (272, 276, False),
        (300, 304, True),
        (404, 408, False),
    ],
)
def test_a_piece_is_kept_only_from_a_time_in_which_both_agreed(begin, end, held):
    assert held_throughout(TWICE, begin, end) is held


def test_nothing_is_kept_before_both_have_answered():
    assert not held_throughout([], 0, 4)
    assert not held_throughout(said((0, "s", True), (0, "s", True)), 0, 4)
    assert held_throughout(said((0, "s", True), (0, "t", True)), 1000, 1004)


@given(
    st.lists(st.tuples(st.integers(1, 20), st.sampled_from("st"), st.booleans()), max_size=12),
    st.integers(0, 200),
    st.integers(0, 8),
)
def test_it_is_as_if_each_second_was_asked_for(steps, begin, length):
    at, answers = 0, []
    for pause, who, agreed in steps:
        at += pause
        answers.append((at, who, agreed))
    moments = [*answers, (10**6, "s", False)]
    agreed = {}
    held = set()
    for (start, who, yes), (stop, _, _) in pairwise(moments):
        agreed[who] = yes
        if agreed == {"s": True, "t": True}:
            held |= set(range(start, min(stop, 1000)))
    sure = range(begin + ON_THE_WAY_S, begin + length - ON_THE_WAY_S)
    found = held_throughout(said(*answers), begin, begin + length)

    if set(range(begin, begin + length + 1)) <= held:
        assert found
    if found:
        assert set(sure) <= held
