"""The host's stand-in for the runtime does what the runtime does where rooms depend on it."""

from tests.unit.cast import OPENS, START
from tests.unit.faults import Case, World, running
from tests.unit.host_runtime import ObjectState

PAGE = "5" * 16


class Object:
    """What sets its own alarm again while the alarm rings, `after_s` later."""

    def __init__(self, after_s):
        self.state = ObjectState(lambda: START, lambda: None)
        self._after_s = after_s

    async def alarm(self):
        await self.state.storage.setAlarm(int((START + self._after_s) * 1000))


async def test_an_alarm_that_is_set_at_or_before_now_while_it_rings_never_fires():
    for after_s, alarm in ((-1, None), (0, None), (0.001, START + 0.001)):
        ringing = Object(after_s)
        await ringing.state.ring(ringing.alarm)

        assert ringing.state.alarm == alarm
        ringing.state.close()


async def test_an_alarm_that_is_set_at_now_between_alarms_fires():
    between = Object(0)
    await between.state.ring(between.alarm)
    await between.alarm()

    assert between.state.alarm == START
    between.state.close()


def world():
    return World(now=OPENS)


async def prepare(world):
    world.book()


async def nothing(_world):
    pass


async def test_a_person_whose_browser_falls_silent_leaves_and_the_one_who_pings_stays():
    with running(Case(prepare, nothing, make=world)) as here:
        await prepare(here)
        sockets = [await here.connect(role, PAGE) for role in ("student", "teacher")]
        await here.rooms.alarms(START)
        sockets[0].silent_since = START
        await here.rooms.alarms(START + 60)

        assert [socket.closed for socket in sockets] == [4004, None]
        stays = here.rows("SELECT user_id, left_at FROM attendance ORDER BY user_id")
        [(student, left_at), teacher] = stays
        assert (student, teacher) == ("student", ("teacher", None))
        assert START <= left_at <= START + 10


async def test_a_room_answers_its_chat_as_lines():
    with running(Case(prepare, nothing, make=world)) as here:
        await prepare(here)
        socket = await here.connect("student", PAGE)
        line = '{"type": "chat", "id": "0123456789abcdef", "text": "Hello"}'
        await here.rooms.run("s1", "webSocketMessage", socket, line)
        file = await here.press("GET", "/session/s1/chat.txt", "teacher")

        assert "] Student Example: Hello\n" in file.body
