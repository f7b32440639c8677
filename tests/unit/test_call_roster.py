"""Who is in a provider's call: the order and repetition of events make no difference."""

from hypothesis import given
from hypothesis import strategies as st

from domain.model import Role
from providers.base import CallEvent, CallEventType
from room import call_roster
from room.call_roster import CallRoster

ROLES = st.sampled_from([Role.STUDENT, Role.TEACHER])
LIVES = st.sampled_from(["one", "two"])


@st.composite
def call_events(draw: st.DrawFn) -> CallEvent:
    kind = draw(st.sampled_from(list(CallEventType)))
    subject_id = draw(st.sampled_from(["PA_1", "PA_2", "PA_3"]))
    # A connection belongs to one person for good.
    role = Role.TEACHER if subject_id == "PA_3" else Role.STUDENT
    if kind is CallEventType.FINISHED:
        return CallEvent(kind, draw(LIVES))
    return CallEvent(kind, draw(LIVES), subject_id, role)


def roster_of(events: list[CallEvent]) -> CallRoster:
    roster = CallRoster()
    for event in events:
        roster = call_roster.apply_event(roster, event)
    return roster


@given(st.lists(call_events(), max_size=12), st.randoms())
def test_roster_ignores_order_and_repetition(events, random):
    shuffled = [*events, *events[:3]]
    random.shuffle(shuffled)

    assert roster_of(shuffled) == roster_of(events)


@given(st.lists(call_events(), max_size=12))
def test_roster_and_events_survive_json(events):
    assert CallRoster.from_json(roster_of(events).to_json()) == roster_of(events)
    assert [CallEvent.from_json(event.to_json()) for event in events] == events


def joined(connection: str, role: Role = Role.STUDENT, call: str = "one") -> CallEvent:
    return CallEvent(CallEventType.JOINED, call, connection, role)


def left(connection: str, call: str = "one") -> CallEvent:
    return CallEvent(CallEventType.LEFT, call, connection, Role.STUDENT)


def test_second_connection_keeps_person_in_call():
    assert roster_of([joined("PA_1"), joined("PA_2"), left("PA_1")]).roles == {Role.STUDENT}
    assert roster_of([joined("PA_1"), joined("PA_2"), left("PA_1"), left("PA_2")]).roles == set()


def test_finished_room_is_empty_until_its_next_life():
    over = roster_of([joined("PA_1"), CallEvent(CallEventType.FINISHED, "one"), joined("PA_2")])

    assert over.roles == set()
    assert call_roster.apply_event(over, joined("PA_3", call="two")).roles == {Role.STUDENT}


def test_role_that_left_returns_with_new_connection_only():
    out = call_roster.mark_role_left(
        roster_of([joined("PA_1"), joined("PA_3", Role.TEACHER)]), Role.STUDENT
    )

    assert out.roles == {Role.TEACHER}
    assert call_roster.apply_event(out, joined("PA_1")).roles == {Role.TEACHER}
    assert call_roster.apply_event(out, joined("PA_2")).roles == {Role.STUDENT, Role.TEACHER}


@given(st.lists(call_events(), max_size=12), st.sets(ROLES))
def test_corrected_roster_equals_provider_answer(events, present):
    assert call_roster.correct_roles(roster_of(events), present, 1).roles == present


def test_recording_runs_from_start_to_stop_or_end_of_room():
    start = CallEvent(CallEventType.RECORDING, "one", "rec")
    stop = CallEvent(CallEventType.RECORDING_STOPPED, "one", "rec")

    assert roster_of([start]).is_recording
    assert not roster_of([stop, start]).is_recording
    assert not roster_of([start, CallEvent(CallEventType.FINISHED, "one")]).is_recording
