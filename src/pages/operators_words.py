"""What operators read for codes of events, mails and troubles; an unknown code as it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAILS: Final = {
    "24h": "reminder, 24 hours before",
    "1h": "reminder, 1 hour before",
    "15min": "reminder, 15 minutes before",
    "waiting": "somebody waits",
    "cancelled": "cancellation",
    "reschedule_asked": "request for another time",
    "reschedule_accepted": "the new time",
    "reschedule_declined": "request declined",
}
RECORDINGS: Final = {
    "announced": "Waits for its copy",
    "copying": "Is being copied",
    "failed": "Could not be copied",
}
# Each `{who}` is the student, the teacher, or somebody.
_HAPPENINGS: Final = {
    "session.booked": "Booked",
    "session.rescheduled": "Moved to another time",
    "session.cancelled": "Cancelled",
    "session.started": "Both are there: the session has started",
    "session.no_show": "Somebody did not come",
    "session.ended": "Ended",
    "participant.joined": "{who} joined",
    "participant.left": "{who} left",
    "reschedule.requested": "{who} asked for another time",
    "reschedule.declined": "The request of {who} was declined",
    "feedback.submitted": "{who} gave stars",
    "resource.added": "{who} added a file",
    "resource.removed": "A file was removed",
    "recording.announced": "A recording was announced",
    "recording.copying": "The recording is being copied",
    "recording.ready": "The recording is ready",
    "recording.failed": "The recording could not be copied",
    "recording.agreed": "{who} agreed to a recording",
    "recording.refused": "{who} refused a recording",
    "board.saved": "The board was saved",
    "call.connected": "{who} sees the other one",
    "browser.trouble": "{who} has trouble",
    "mail.pending": "A mail to {who} waits",
    "mail.sending": "A mail to {who} is being sent",
    "mail.sent": "A mail to {who} was sent",
    "mail.skipped": "A mail to {who} was not needed",
    "mail.withdrawn": "A mail to {who} was withdrawn",
    "mail.dead": "A mail to {who} could not be sent",
}
_TROUBLES: Final = {
    "peer_lost": "the call broke",
    "peer_unreachable": "the two browsers could not connect",
    "join_unavailable": "joining failed: a service is down (503)",
    "join_refused": "joining was refused",
    "join_unreachable": "joining failed: no connection to us",
    "room_failed": "the room did not load",
    "provider_unavailable": "the video service is down",
    "embed_failed": "the video service's call did not load",
}
_DEVICE_PROBLEMS: Final = {
    "missing": "none was found",
    "busy": "another program uses it",
    "security": "the browser's settings forbid it",
    "policy": "the page around ours does not allow it",
    "system": "the system's settings forbid it",
    "dismissed": "the question was closed without an answer",
    "denied": "the person has blocked it",
    "insecure": "the page was not opened by https",
    "unsupported": "the browser cannot use it",
    "unplugged": "it was unplugged",
    "interrupted": "the system has taken it away",
    "unknown": "it does not start",
}
_GOES_WRONG: Final = ("browser.trouble", "mail.dead", "recording.failed", "session.no_show")
# Fields that the title or another detail says already.
_SAID: Final = ("at", "what", "role", "attempts", "told_platform", "again", "way")
# The ends of names of times.
_MOMENTS: Final = ("_at", "_start", "_end", "_starts")


def trouble(code: str) -> str:
    """What a browser has reported, such as `camera_denied`."""
    device, _, problem = code.partition("_")
    if device in ("camera", "microphone", "speaker") and problem in _DEVICE_PROBLEMS:
        return f"{device}: {_DEVICE_PROBLEMS[problem]}"
    return _TROUBLES.get(code, code)


def title(entry: Mapping[str, Any]) -> str:
    """What happened, in an entry of a timeline."""
    words = _HAPPENINGS.get(entry["what"], str(entry["what"]))
    who = f"the {entry['role']}" if entry["role"] else "somebody"
    text = words.replace("{who}", who)
    return text[:1].upper() + text[1:]


def goes_wrong(entry: Mapping[str, Any]) -> bool:
    """True if this is what an operator looks for."""
    return entry["what"] in _GOES_WRONG or entry.get("delivery") in ("failed", "bounced")


def details(entry: Mapping[str, Any]) -> Iterator[str]:
    """What else an entry says."""
    for name, value in entry.items():
        # `joined_at` of a person who joins repeats the entry's own time.
        if name not in _SAID and value is not None and value != entry["at"]:
            yield _detail(name, value)
    if way := entry.get("way"):
        yield "directly" if way == "direct" else "through a relay"
    if entry.get("again"):
        yield "again, after a loss"
    if "told_platform" not in entry and (entry.get("attempts") or 0) > 1:
        yield f"{entry['attempts']} attempts"


def not_told(entry: Mapping[str, Any]) -> str:
    """That the platform has not taken an event, if so."""
    attempts = entry.get("attempts") or 0
    tried = f"after {attempts} attempt{'' if attempts == 1 else 's'}"
    match entry.get("told_platform"):
        case "dead":
            return f"The platform has not taken this, {tried}."
        case "pending":
            return (
                f"The platform has not taken this yet, {tried}."
                if attempts
                else ("The platform has not been told yet.")
            )
    return ""


def _detail(name: str, value: Any) -> str:
    match name:
        case "browser":
            return str(value)
        case "trouble":
            return trouble(value)
        case "kind":
            return MAILS.get(value, str(value))
        case "milliseconds":
            return f"after {value} ms"
    return f"{name.replace('_', ' ')}: {_text(name, value)}"


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_text(name, each) for each in value)
    return moment(value) if name.endswith(_MOMENTS) else str(value)


def moment(at: int) -> str:
    """`28 November 2026, 14:05:09`, in UTC: operators of one deployment live in several zones."""
    return f"{day(at)}, {clock(at)}"


def day(at: int) -> str:
    when = datetime.fromtimestamp(at, UTC)
    return f"{when.day} {when:%B %Y}"


def clock(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%H:%M:%S}"
