"""Both people can download the chat after the call, until it is deleted."""

import secrets
from collections.abc import Callable

import schedule
from tests.people import STRANGER, STUDENT, TEACHER
from tests.worker.live_room import MINUTE, Room, until
from tests.worker.site import Site

DAY = 24 * 60 * MINUTE


def chat_file(room: Room, who: str) -> tuple[int, str]:
    headers = {"Cookie": room.cookie(who)}
    answer = room.http.get(f"/session/{room.id}/chat.txt", headers=headers)
    return answer.status_code, answer.text


def shift(site: Site, room: Room, seconds: int) -> None:
    with site.d1() as db:
        db.execute(
            "UPDATE sessions SET scheduled_start = scheduled_start + ?1,"
            " scheduled_end = scheduled_end + ?1 WHERE id = ?2",
            (seconds, room.id),
        )


async def test_the_chat_can_be_downloaded_until_it_is_deleted(
    site: Site, book: Callable[..., Room]
) -> None:
    room = book(starts_in=5 * MINUTE)
    student, teacher = await room.enter(STUDENT), await room.enter(TEACHER)
    await student.send("chat", id=secrets.token_hex(8), text="Hello\n[09:00] Amara Okafor: forged")
    await teacher.receive("chat")
    assert room.post("end", TEACHER).is_success
    await until(lambda: room.record()["status"], "completed")
    status, text = chat_file(room, TEACHER)

    assert status == 200
    assert "] Lena Fischer: Hello\n    [09:00] Amara Okafor: forged\n" in text
    assert chat_file(room, STRANGER)[0] == 403
    shift(site, room, -91 * DAY)
    site.worker.scheduled(schedule.HOURLY)
    shift(site, room, 91 * DAY)
    assert chat_file(room, TEACHER)[1].endswith("\n\nThe chat has been deleted.\n")
