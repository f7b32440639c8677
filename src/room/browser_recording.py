"""The recording of a call between two browsers: who agrees to it, and whose browser makes it.

The plan follows from the answers of both, the seats and what each page says of itself. A page
records only while the plan names it, and the room tells everybody before it takes the first frame.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from db import consents, recordings
from db.consents import Answer
from domain import call_location, consent, presence
from domain.model import Role
from errors import RefusedMessageError, ServiceUnavailableError
from room.sockets import broadcast

if TYPE_CHECKING:
    from collections.abc import Callable

    from context import Context
    from domain.model import Session
    from room.messages import Consent, Recorder
    from room.sockets import LiveSocket, LiveSockets
    from room.storage import Memory

# The teacher's browser records; the student's, if the teacher's cannot.
_ORDER: Final = (Role.TEACHER, Role.STUDENT)
# The call has moved to a provider.
NO_PLAN: Final = {"state": "off", "page": ""}


class BrowserRecording:
    """The recording of one room's call."""

    def __init__(
        self,
        sockets: LiveSockets,
        memory: Memory,
        context: Callable[[], Context],
        now: Callable[[], int],
    ) -> None:
        """`context` raises SettingsError; `now` is the room's own clock."""
        self._sockets = sockets
        self._memory = memory
        self._context = context
        self._now = now
        # Two writes at once could be stored in the other order.
        self._writing = asyncio.Lock()
        self._newest: dict[str, Answer] = {}
        """The newest answer of each role since this object woke up, also if it does not count."""

    @property
    def is_on(self) -> bool:
        """True while a page records."""
        return bool(self._memory.recorder_page)

    def plan(self) -> dict[str, Any] | None:
        """The fields of `recording_plan`; None if browsers do not record this session."""
        if not self._memory.records_in_browser:
            return None
        state = self._state()
        return {
            "words": consent.VERSION,
            "agreed": {role.value: self._answer(role) for role in Role},
            "state": state,
            "page": self._appointed_page() if state == "agreed" else "",
        }

    async def answer(self, socket: LiveSocket, message: Consent) -> None:
        """Count a refusal at once, and an agreement once it is in D1.

        `write_refusals` stores the refusal. Raises: RefusedMessageError if browsers do not record
        this session, or if D1 does not store an agreement.
        """
        if not self._memory.records_in_browser:
            raise RefusedMessageError("not_recorded", "This session is not recorded by browsers.")
        answer = Answer(
            user_id=socket.user_id,
            role=socket.role.value,
            agreed=message.agreed,
            words=message.words,
            text=consent.text_of(message.words),
            decided_at=self._now(),
        )
        self._newest[answer.role] = answer
        if answer.agreed:
            await self._agree(answer)
        else:
            self._memory.unwritten_refusals.append(answer._asdict())
            self._count(answer)

    async def _agree(self, answer: Answer) -> None:
        """Raises: RefusedMessageError."""
        async with self._writing:
            # A newer answer of this person counts instead, also if it came during the write.
            if self._newest[answer.role] is not answer:
                return
            try:
                await self._write(answer)
            except ServiceUnavailableError as error:
                raise RefusedMessageError("not_stored", error.message) from error
            if self._newest[answer.role] is answer:
                self._count(answer)

    def _count(self, answer: Answer) -> None:
        counted = {"user_id": answer.user_id, "agreed": answer.agreed}
        self._memory.consents = {**self._memory.consents, answer.role: counted}
        self.follow()

    async def write_refusals(self) -> None:
        """Store the refusals that are not stored yet. Raises: ServiceUnavailableError."""
        if self._memory.unwritten_refusals:
            async with self._writing:
                await self._write()

    async def _write(self, *agreements: Answer) -> None:
        """Store the refusals, then these: rows are in the order in which people have answered.

        Raises: ServiceUnavailableError.
        """
        memory = self._memory
        refusals = [Answer(**each) for each in memory.unwritten_refusals]
        if not refusals and not agreements:
            return
        try:
            await consents.add(self._context().db, memory.session_id, [*refusals, *agreements])
            # Another refusal may have come meanwhile.
            del memory.unwritten_refusals[: len(refusals)]
        except ServiceUnavailableError:
            # The first refusal of each person is enough: an outage must not fill the memory.
            first: dict[str, dict[str, Any]] = {}
            for each in memory.unwritten_refusals:
                first.setdefault(each["user_id"], each)
            memory.unwritten_refusals = list(first.values())
            raise
        finally:
            memory.save()

    def on_recorder(self, socket: LiveSocket, message: Recorder) -> None:
        """A page says whether it can record, and whether it does."""
        socket.recorder = message.can
        is_appointed = self._state() == "agreed" and self._appointed_page() == socket.page
        if message.on and is_appointed:
            self._memory.recorder_page = socket.page
        elif self._memory.recorder_page == socket.page:
            self._memory.recorder_page = ""
        self.follow()

    def on_left(self, socket: LiveSocket) -> None:
        """A person has left on purpose, and so stopped to record."""
        if self._memory.recorder_page == socket.page:
            self._memory.recorder_page = ""

    async def follow_record(self, session: Session | None) -> None:
        """Adopt what the record says. Answers of replaced people count no more.

        If neither browser can record, the record says so: the platform must hear of it.
        """
        memory = self._memory
        memory.records_in_browser = session is not None and call_location.records_in_browser(
            session, self._context().settings
        )
        if session is not None:
            memory.consents = {
                role: answer
                for role, answer in memory.consents.items()
                if answer["user_id"] == session.participant(Role(role)).id
            }
        self.follow()
        if session is not None and self._state() == "unable":
            await recordings.note_impossible(self._context().db, session.id, now=self._now())

    def follow(self) -> None:
        """Save the state, and tell people what has changed."""
        memory = self._memory
        pages = {seat.page for seat in memory.seats.values()}
        is_empty = not presence.present_roles(memory.seats)
        # A page that is only lost may record on: what it sends later is a part of the recording.
        if is_empty or memory.recorder_page not in pages or self._state() != "agreed":
            memory.recorder_page = ""
        plan, is_on = self.plan(), self.is_on
        said = {"plan": plan, "on": is_on}
        before = memory.recording_said or {"plan": None, "on": False}
        memory.recording_said = said
        memory.save()
        if plan != before["plan"]:
            message = {"type": "recording_plan", **(plan or NO_PLAN)}
            broadcast(message, to=self._sockets.in_room())
        if is_on is not before["on"]:
            broadcast({"type": "recording", "on": is_on}, to=self._sockets.all())

    def _answer(self, role: Role) -> bool | None:
        answer = self._memory.consents.get(role.value)
        return None if answer is None else bool(answer["agreed"])

    def _state(self) -> str:
        answers = [self._answer(role) for role in Role]
        if not self._memory.records_in_browser or False in answers:
            return "refused"
        if None in answers:
            return "asking"
        return "unable" if self._is_impossible() else "agreed"

    def _is_impossible(self) -> bool:
        return all(self._can(role) is False for role in Role)

    def _can(self, role: Role) -> bool | None:
        """Whether the page of this person can record; None if it has not said so yet."""
        return next((socket.recorder for socket in self._sockets.of(role)), None)

    def _appointed_page(self) -> str:
        """The page that must record; empty while a person is missing, or has said nothing yet."""
        seats = self._memory.seats
        if self._memory.recorder_page:
            return self._memory.recorder_page
        if not all(role in seats and seats[role].is_taken for role in Role):
            return ""
        for role in _ORDER:
            can = self._can(role)
            if can:
                return seats[role].page
            if can is None:
                return ""
        return ""
