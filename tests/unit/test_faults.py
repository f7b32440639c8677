"""Every use case, with each of its outside calls failing, in each way that calls fail."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

import pytest

import retention
from files import cleanup, uploads
from files.streams import Fetched
from mail import tick
from providers.base import Recording, RecordingSource
from recordings import consumer, copying, finishing, parts, receiving, sources
from sessions import overdue as sessions_overdue
from tests.fakes import bigbluebutton, browser_streams
from tests.fakes.films import Film
from tests.unit import board_messages
from tests.unit.booked import insert
from tests.unit.cast import DAY, END, HOUR, MINUTE, START, booking
from tests.unit.faults import WEBHOOKS, Case, How, World, fail_each_call, running

PDF = b"%PDF-1.7 some pages"
FILM = Film(3500, duration_s=90)


async def booked(world, **changes):
    world.book(**changes)


async def nothing_booked(_world):
    pass


def press(method, path, who="student", data=None, **given):
    async def act(world):
        return [await world.press(method, path, who, data, **given)]

    return act


async def ticks(world, count=40):
    """Run the jobs of each minute, for `count` minutes."""
    for _ in range(count):
        world.now += MINUTE
        await minute(world)


async def minute(world):
    for work in (sessions_overdue.close_overdue, tick.tick, cleanup.sweep):
        await work(world.context())
    await world.deferred()


def joining(provider, **settings):
    return Case(
        booked,
        press("POST", "/session/s1/join"),
        make=partial(World, provider, **settings),
    )


# Platform.


async def moved_body(world):
    world.book(scheduled_start=START + DAY, scheduled_end=START + DAY + HOUR)


def put(**changes):
    body = booking(scheduled_start=START + 2 * DAY, scheduled_end=START + 2 * DAY + HOUR, **changes)
    return press("PUT", "/platform/sessions/s1", "platform", body)


CANCEL = Case(
    partial(booked, scheduled_start=START + DAY, scheduled_end=START + DAY + HOUR),
    press("POST", "/platform/sessions/s1/cancel", "platform"),
    ticks,
)

ERASE = Case(
    partial(booked, scheduled_start=START + DAY, scheduled_end=START + DAY + HOUR),
    press("DELETE", "/platform/people/student?cancel=true", "platform"),
    ticks,
    result="mails accepted",
)

# After the session.

over = partial(booked, status="completed", started_at=START, ended_at=END)
AFTER = partial(World, now=END + MINUTE)


async def with_file(world, status="ready"):
    await over(world)
    file = {"id": "f1", "session_id": "s1", "name": "a.pdf", "type": "application/pdf"}
    file |= {"r2_key": "sessions/s1/resources/f1", "size_bytes": len(PDF), "status": status}
    file |= {"created_at": END, "updated_at": END, "deleted_at": END, "etag": '"1"'}
    insert(world.connection, "session_resources", **file)
    world.files.objects[file["r2_key"]] = (PDF, END)


async def upload_whole(world):
    return [await world.press("POST", "/session/s1/resources?name=a.pdf", "teacher", body=PDF)]


async def hours_later(world):
    """A day later the sweep runs."""
    world.now += 25 * HOUR
    await minute(world)
    world.files.uploads.clear()  # R2 itself drops unfinished uploads after a week


async def upload_in_parts(world):
    """Upload as the browser does: in steps; after an interruption only the missing ones."""
    new = {"name": "a.pdf", "size_bytes": 20, "key": "k1234567"}
    seen = [await world.press("POST", "/session/s1/uploads", "teacher", new)]
    if not good(seen):
        return seen
    upload = json.loads(seen[0].body)
    place = f"/session/s1/uploads/{upload['id']}"
    for number, body in ((1, PDF[:8]), (2, PDF[8:16]), (3, b"more")):
        if number not in upload["parts"] and good(seen):
            seen.append(await world.press("PUT", f"{place}/parts/{number}", "teacher", body=body))
    if good(seen):
        seen.append(await complete(world, place))
    return seen


async def complete(world, place):
    """The browser repeats this request once if it gets no response."""
    first = await world.press("POST", f"{place}/complete", "teacher")
    if good([first]) or world.outage.how is How.LASTING:
        return first
    return await world.press("POST", f"{place}/complete", "teacher")


def good(seen):
    return all(response is not None and response.status < 400 for response in seen)


async def upload_and_cancel(world):
    new = {"name": "a.pdf", "size_bytes": 20, "key": "k1234567"}
    seen = [await world.press("POST", "/session/s1/uploads", "teacher", new)]
    if good(seen):
        place = f"/session/s1/uploads/{json.loads(seen[0].body)['id']}"
        seen.append(await world.press("PUT", f"{place}/parts/1", "teacher", body=PDF[:8]))
    if good(seen):
        seen.append(await world.press("DELETE", place, "teacher"))
    return seen


# Another time.

ahead = partial(booked, scheduled_start=START + DAY, scheduled_end=START + DAY + HOUR)
PROPOSED = START + 3 * DAY


async def asked(world):
    await ahead(world)
    data = {"proposed_times": [PROPOSED], "reason": "Exams"}
    await world.press("POST", "/session/s1/reschedule", "student", data)
    await minute(world)


def answering(choice):
    async def act(world):
        [(request,)] = world.rows("SELECT id FROM reschedules")
        data = {"request": request, "choice": choice}
        return [await world.press("POST", "/session/s1/reschedule/answer", "teacher", data)]

    return act


async def ask_then_a_minute(world):
    """A minute passes before the second click, so that the mail is sent before it."""
    data = {"proposed_times": [PROPOSED], "reason": "Exams"}
    seen = [await world.press("POST", "/session/s1/reschedule", "student", data)]
    if not good(seen):
        world.heal()
        await minute(world)
    return seen


# Webhooks.


async def held(world, **changes):
    """The session is booked, and the student has pressed Join."""
    world.book(**changes)
    await world.press("POST", "/session/s1/join")


async def in_the_call(world):
    await held(world)
    [room] = world.plug.rooms.values()
    world.plug._connect(room, "student", "S", admin=False)


async def left_the_meeting(world):
    """BigBlueButton has ended the meeting of a student whose attendance is still open."""
    world.book()
    answer = await world.press("POST", "/session/s1/join")
    world.bbb.join(urlsplit(json.loads(answer.body)["url"]).query)
    await world.rooms.check_provider("s1")  # the room reads which provider holds its call
    await world.rooms.check_provider("s1")
    assert world.rows("SELECT left_at FROM attendance") == [(None,)]
    [meeting] = world.bbb.meetings.values()
    meeting.people.clear()


async def two_minutes(world):
    """The room queries the provider each minute."""
    await world.rooms.alarms(world.now + 2 * MINUTE)


async def half_a_minute(world):
    """The room repeats failed writes."""
    await world.rooms.alarms(world.now + 30)


def plugnmeet_event(event, **about):
    delivered = {}

    async def act(world):
        if world not in delivered:
            [room] = world.plug.rooms.values()
            delivered.clear()
            delivered[world] = world.plug.webhook(event, room, **about)
        body, headers = delivered[world]
        lower = {name.lower(): value for name, value in headers.items()}
        return [await world.press("POST", "/webhooks/plugnmeet", body=body, headers=lower)]

    return act


STUDENT_CAME = {
    "participant": {"sid": "PA_1", "identity": "student", "name": "S", "state": "ACTIVE"}
}
RECORDED = {"recording_info": {"record_id": "rec1", "recorder_msg": "success"}}


async def bigbluebutton_recording(world):
    [meeting] = world.bbb.meetings.values()
    body, headers = bigbluebutton.recording_ready(meeting, "rec1")
    lower = {name.lower(): value for name, value in headers.items()}
    return [await world.press("POST", "/webhooks/bigbluebutton", body=body, headers=lower)]


async def bigbluebutton_end(world):
    [meeting] = world.bbb.meetings.values()
    address = urlsplit(meeting.asked["meta_endCallbackUrl"])
    return [await world.press("GET", f"{address.path}?{address.query}")]


async def bounced(world):
    event = {"type": "email.bounced", "data": {"email_id": "m", "to": ["student@example.com"]}}
    body, moment = json.dumps(event).encode(), str(world.now)
    key = base64.b64decode(WEBHOOKS.removeprefix("whsec_"))
    signed = hmac.new(key, f"e1.{moment}.".encode() + body, hashlib.sha256).digest()
    headers = {"svix-id": "e1", "svix-timestamp": moment}
    headers["svix-signature"] = f"v1,{base64.b64encode(signed).decode()}"
    return [await world.press("POST", "/webhooks/resend", body=body, headers=headers)]


# Recordings.


class FilmSource:
    """The provider's interface; its answers are outside calls too."""

    def __init__(self, ctx, world):
        self.ctx, self.world = ctx, world

    async def list_recordings(self, _room_id):
        return await self.world.call("http.list", self._listed)

    async def open_recording(self, _record_id):
        return await self.world.call("http.open", self._opened)

    async def _listed(self):
        return [Recording("rec1", FILM.size)]

    async def _opened(self):
        return RecordingSource("film")


def film(ranges, headers):
    size = FILM.size
    if not ranges:
        return Fetched(200, {"content-length": str(size)}, FILM.read(0, size))
    first, last = map(int, headers["Range"].removeprefix("bytes=").split("-"))
    if first >= size:
        return Fetched(416, {}, b"")
    last = min(last, size - 1)
    found = {"content-range": f"bytes {first}-{last}/{size}", "etag": '"1"'}
    return Fetched(206, found, FILM.read(first, last - first + 1))


async def recorded(world, *, announced=True, ranges=True):
    await over(world, recording_enabled=1, provider="plugnmeet", provider_room_id="room")
    world.films["film"] = partial(film, ranges)
    if announced:
        await consumer.announce(world.context(), "s1", "plugnmeet", "rec1")


async def deliver(world):
    await world.deliver()


async def two_deliveries(world):
    world.queue *= 2
    await world.deliver()
    await world.deliver()


async def until_there(world):
    """The queue and the five-minute sweep, for two hours."""
    for _ in range(24):
        world.now += 5 * MINUTE
        await consumer.sweep(world.context())
        await world.deliver()
        await world.deliver()
    world.files.uploads.clear()


# A browser's recording. It is cut into pieces that make several parts.

SENT = browser_streams.stream("mp4", 8)
DEVICE = "0123456789abcdef"
PIECE = 900
SMALL_PART = 1800


async def agreed(world):
    world.book(recording_enabled=1)
    for user_id in ("student", "teacher"):
        answer = {"session_id": "s1", "user_id": user_id, "role": user_id, "agreed": 1}
        insert(world.connection, "recording_consents", **answer, words="1", decided_at=START)


async def send_recording(world):
    """As the page does: from what has arrived, and then it says that this is all."""
    seen = []
    if not world.rows("SELECT 1 FROM recordings WHERE state <> 'receiving'"):
        new = {"device": DEVICE, "format": "mp4"}
        seen.append(await world.press("POST", "/session/s1/recordings", "teacher", new))
        if not good(seen):
            return seen
    [(record_id, position)] = world.rows("SELECT record_id, received_bytes FROM recordings")
    place = f"/session/s1/recordings/{record_id}"
    while position < len(SENT.content) and good(seen):
        stop = min(position + PIECE, (position // SMALL_PART + 1) * SMALL_PART)
        body = SENT.content[position:stop]
        seen.append(await world.press("PUT", f"{place}/bytes/{position}", "teacher", body=body))
        position = stop
    if good(seen):
        seen.append(await world.press("POST", f"{place}/finish", "teacher"))
    return seen


async def all_sent(world):
    await agreed(world)
    assert good(await send_recording(world))
    await world.deferred()


async def nothing_sent(world):
    await agreed(world)
    new = {"device": DEVICE, "format": "mp4"}
    begun = await world.press("POST", "/session/s1/recordings", "teacher", new)
    place = f"/session/s1/recordings/{json.loads(begun.body)['id']}"
    await world.press("PUT", f"{place}/bytes/0", "teacher", body=SENT.content[:700])
    await world.press("POST", f"{place}/finish", "teacher")


async def left_behind(world):
    """The browser is gone, and the session is over."""
    await agreed(world)
    new = {"device": DEVICE, "format": "mp4"}
    begun = await world.press("POST", "/session/s1/recordings", "teacher", new)
    place = f"/session/s1/recordings/{json.loads(begun.body)['id']}"
    for start in range(0, len(SENT.content), PIECE):
        body = SENT.content[start : start + PIECE]
        await world.press("PUT", f"{place}/bytes/{start}", "teacher", body=body)
    world.connection.execute("UPDATE sessions SET status = 'completed', started_at = 1")
    world.now += 20 * MINUTE


def sweep_recordings(world):
    return consumer.sweep(world.context())


LATER = partial(World, now=END + HOUR)


@pytest.fixture
def _small_parts(monkeypatch):
    monkeypatch.setattr(copying, "PART_BYTES", 1000)
    monkeypatch.setattr(uploads, "PART_BYTES", 8)
    for module in (parts, receiving, finishing):
        monkeypatch.setattr(module, "PART_BYTES", SMALL_PART)


# The clock's work.


async def overdue(world):
    for number, status in enumerate(("scheduled", "in_progress", "scheduled"), start=1):
        started = START if status == "in_progress" else None
        world.book(f"s{number}", status=status, started_at=started)
    for session_id, user_id in (("s2", "student"), ("s2", "teacher"), ("s3", "teacher")):
        stay = {"session_id": session_id, "user_id": user_id}
        insert(world.connection, "attendance", **stay, first_joined_at=START, last_joined_at=START)


async def mail_is_due(world):
    for number in range(3):
        world.book(f"s{number}", created_at=START - 2 * DAY)


async def left_over(world):
    await with_file(world)
    for number, status in enumerate(("uploading", "deleted")):
        file = {"id": f"x{number}", "session_id": "s1", "name": "a.pdf", "type": "application/pdf"}
        file |= {"r2_key": f"sessions/s1/resources/x{number}", "size_bytes": 3, "status": status}
        insert(world.connection, "session_resources", **file, created_at=START, updated_at=START)
        world.files.objects[file["r2_key"]] = (b"pdf", START)


async def long_ago(world):
    await with_file(world)
    for user_id in ("student", "teacher"):
        stay = {"session_id": "s1", "user_id": user_id, "left_at": END}
        insert(world.connection, "attendance", **stay, first_joined_at=START, last_joined_at=START)
        mail = {"session_id": "s1", "user_id": user_id, "kind": "1h", "state": "sent"}
        times = {"scheduled_start": START, "due_at": START - HOUR, "created_at": START - HOUR}
        insert(world.connection, "mails", id=user_id, **mail, **times)
    world.files.objects["sessions/gone/resources/old"] = (b"x", START)
    insert(world.connection, "deleted_sessions", id="gone", deleted_at=world.now)
    for session_id in ("s1", "gone"):
        kept = world.rooms.awake(session_id)
        kept._memory.session_id = session_id
        kept._relay._chat.add(*said("hello"))
        kept._memory.save()


def said(text):
    from domain.model import Role  # noqa: PLC0415
    from room.messages import Chat  # noqa: PLC0415

    return Role.STUDENT, Chat(type="chat", id="12345678", text=text), START


def work(*works):
    async def act(world):
        for each in works:
            await each(world.context())

    return act


def again(act):
    async def finish(world):
        for _ in range(3):
            await world.rooms.alarms(world.now + DAY)
            await act(world)

    return finish


async def drawn(world):
    """The student has drawn on the board."""
    await booked(world)
    socket = await world.connect("student", "5" * 16)
    content = board_messages.page("page0000"), board_messages.stroke("page0000")
    message = json.dumps(board_messages.said(*content))
    await world.rooms.run("s1", "webSocketMessage", socket, message)


async def drawn_before(world):
    """An earlier session of the two has a board."""
    earlier = {"scheduled_start": START - DAY, "scheduled_end": END - DAY}
    world.book("s0", status="completed", **earlier)
    sheet = {"id": "page0000", "title": "", "position": 1, "elements": []}
    element = {"id": "line0000", "page": "page0000", "kind": "line", "by": "student", "order": 1}
    sheet["elements"].append(element | {"x": 0, "y": 0, "dx": 9, "dy": 9})
    board = json.dumps({"version": 1, "pages": [sheet]}).encode()
    key = "sessions/s0/board/board.json"
    world.files.objects[key] = (board, START)
    saved = {"session_id": "s0", "r2_key": key, "version": 1, "first_page": "page0000"}
    insert(world.connection, "boards", **saved, size_bytes=len(board), saved_at=START)
    await booked(world)


async def ten_minutes(world):
    await world.rooms.alarms(world.now + 10 * MINUTE)


CASES = {
    "join peer to peer": joining("peer", turn_key_id="k", turn_key_api_token="t"),
    "join plugnmeet": joining("plugnmeet"),
    "join bigbluebutton": joining("bigbluebutton"),
    "book": Case(nothing_booked, put(), ticks),
    "move": Case(moved_body, put(), ticks),
    "cancel": CANCEL,
    "delete a person": ERASE,
    "feedback": Case(over, press("POST", "/session/s1/feedback", data={"rating": 4}), make=AFTER),
    "ask for another time": Case(ahead, ask_then_a_minute, ticks, coarse_s=DAY),
    "accept another time": Case(asked, answering(PROPOSED), ticks),
    "decline another time": Case(asked, answering("decline"), ticks),
    "withdraw": Case(asked, press("POST", "/session/s1/reschedule/withdraw"), ticks),
    "somebody came (plugnmeet)": Case(
        in_the_call,
        plugnmeet_event("participant_joined", **STUDENT_CAME),
        half_a_minute,
        make=partial(World, "plugnmeet"),
    ),
    "recording ready (plugnmeet)": Case(
        partial(held, recording_enabled=1),
        plugnmeet_event("recording_proceeded", **RECORDED),
        make=partial(World, "plugnmeet"),
    ),
    "recording ready (bigbluebutton)": Case(
        partial(held, recording_enabled=1),
        bigbluebutton_recording,
        make=partial(World, "bigbluebutton"),
    ),
    "call ended (bigbluebutton)": Case(
        left_the_meeting,
        bigbluebutton_end,
        two_minutes,
        make=partial(World, "bigbluebutton"),
        coarse_s=HOUR,
    ),
    "bounced (resend)": Case(booked, bounced),
    "upload whole": Case(over, upload_whole, hours_later, make=AFTER, refusals=(503, 400)),
    "upload in parts": Case(over, upload_in_parts, hours_later, make=AFTER, refusals=(503, 400)),
    "cancel an upload": Case(over, upload_and_cancel, hours_later, make=AFTER, refusals=(503, 400)),
    "delete a file": Case(
        with_file, press("DELETE", "/session/s1/resources/f1", "teacher"), make=AFTER
    ),
    "restore a file": Case(
        partial(with_file, status="deleted"),
        press("POST", "/session/s1/resources/f1/restore", "teacher"),
        make=AFTER,
    ),
    "download a file": Case(
        with_file, press("GET", "/session/s1/resources/f1"), make=AFTER, is_read_only=True
    ),
    "end with a board": Case(
        drawn, press("POST", "/session/s1/end", "teacher"), ten_minutes, coarse_s=HOUR, done=(410,)
    ),
    "carry on a board": Case(
        drawn_before,
        press("POST", "/session/s1/board/continue", data={"session_id": "s0"}),
        ten_minutes,
        coarse_s=HOUR,
        done=(409,),
    ),
    "the page": Case(booked, press("GET", "/session/s1"), is_read_only=True),
    "copy a recording in parts": Case(recorded, deliver, until_there, make=LATER, coarse_s=DAY),
    "copy a recording whole": Case(
        partial(recorded, ranges=False), deliver, until_there, make=LATER, coarse_s=DAY
    ),
    "the same message twice": Case(recorded, two_deliveries, until_there, make=LATER, coarse_s=DAY),
    "ask for recordings": Case(
        partial(recorded, announced=False), sweep_recordings, until_there, make=LATER, coarse_s=DAY
    ),
    "send a recording": Case(
        agreed, send_recording, until_there, coarse_s=DAY, refusals=(503, 400)
    ),
    "complete a sent recording": Case(all_sent, deliver, until_there, coarse_s=DAY),
    "forget an empty recording": Case(nothing_sent, deliver, until_there, coarse_s=DAY),
    "sweep a sent recording": Case(left_behind, sweep_recordings, until_there, coarse_s=DAY),
    "close what is overdue": Case(
        overdue, work(sessions_overdue.close_overdue), make=partial(World, now=END + HOUR)
    ),
    "mail": Case(mail_is_due, work(tick.tick), ticks, make=partial(World, now=START - 14 * MINUTE)),
    "sweep files": Case(left_over, work(cleanup.sweep), make=partial(World, now=START + 2 * DAY)),
    "purge": Case(
        long_ago,
        work(retention.purge),
        again(work(retention.purge)),
        make=partial(World, now=END + 400 * DAY),
        # A room whose call failed deletes its chat a day later.
        coarse_s=100 * DAY,
    ),
}

# The data at the end of each case, so that no case passes by doing nothing.
RESULTS = {
    "join plugnmeet": "calls held",
    "join bigbluebutton": "calls held",
    "cancel": "mails accepted",
    "feedback": "feedback",
    "ask for another time": "mails accepted",
    "accept another time": "mails accepted",
    "decline another time": "mails accepted",
    "somebody came (plugnmeet)": "attendance",
    "recording ready (plugnmeet)": "recordings",
    "recording ready (bigbluebutton)": "recordings",
    "call ended (bigbluebutton)": "attendance",
    "bounced (resend)": "suppressions",
    "end with a board": "boards",
    "carry on a board": "boards",
    "upload whole": "files",
    "upload in parts": "files",
    "copy a recording in parts": "files",
    "copy a recording whole": "files",
    "the same message twice": "files",
    "ask for recordings": "files",
    "send a recording": "files",
    "complete a sent recording": "files",
    "sweep a sent recording": "files",
    "mail": "mails accepted",
}


@pytest.mark.usefixtures("_small_parts")
@pytest.mark.parametrize("how", list(How))
@pytest.mark.parametrize("name", CASES)
async def test_use_case_is_exactly_once_with_any_call_failing(name, how, monkeypatch):
    case = CASES[name]
    made = {}

    def make():
        made["world"] = case.make()
        return made["world"]

    if "recording" in name or "same message" in name:
        source = lambda _name, ctx: FilmSource(ctx, made["world"])  # noqa: E731
        monkeypatch.setattr(sources, "of_provider", source)

    assert await fail_each_call(replace(case, make=make, result=RESULTS.get(name, "")), how) > 0


async def test_bigbluebutton_end_callback_makes_the_room_record_who_left():
    """Without the callback the case above ends the same: the room queries each minute."""
    case = CASES["call ended (bigbluebutton)"]
    with running(case) as world:
        await case.prepare(world)
        await case.act(world)
        await half_a_minute(world)

        assert world.rows("SELECT left_at FROM attendance") == [(START,)]
