"""The messages that a browser may send on the live socket; docs/protocol.md describes them."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import from_json

from board.records import MAX_OPS, Change, Distance, Id, Ink, Length, Line, OnPage, Shape
from domain import consent, human_text
from errors import RefusedMessageError
from web.validation import Strict

MAX_MESSAGE_BYTES: Final = 64 * 1024
MAX_BOARD_BYTES: Final = 256 * 1024
MAX_CHAT_CHARACTERS: Final = 2_000
MAX_SDP_CHARACTERS: Final = 60_000
MAX_ID_CHARACTERS: Final = 64
MAX_OFFER_NUMBER: Final = 1_000_000

# Within a text of JSON these quotation marks would be escaped.
_IS_BOARD: Final = re.compile(r'(?<!\\)"type"\s*:\s*"board"')
_CHANGE_ID: Final = re.compile(r'(?<!\\)"change"\s*:\s*"([0-9a-z]{8,32})"')
_SIGNAL_CONTENT: Final = {"description", "candidate", "restart"}

PageId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16,32}$")]
ShortText = Annotated[str, StringConstraints(max_length=256)]


class Description(Strict):
    """An offer or answer as `RTCPeerConnection.localDescription` gives it."""

    type: Literal["offer", "answer"]
    sdp: Annotated[str, StringConstraints(min_length=1, max_length=MAX_SDP_CHARACTERS)]
    offer: Annotated[int | None, Field(ge=0, le=MAX_OFFER_NUMBER)] = None
    """The number of this offer, or of the offer that this answers; older pages send none."""


class Candidate(Strict):
    """An ICE candidate as `RTCIceCandidate.toJSON` gives it."""

    candidate: Annotated[str, StringConstraints(max_length=2_000)]
    sdp_mid: Annotated[ShortText | None, Field(alias="sdpMid")] = None
    sdp_line: Annotated[int | None, Field(alias="sdpMLineIndex", ge=0, le=255)] = None
    fragment: Annotated[ShortText | None, Field(alias="usernameFragment")] = None


class Signal(Strict):
    """One step of the negotiation, for the page of the other person that `to` names."""

    type: Literal["signal"]
    to: PageId
    description: Description | None = None
    candidate: Candidate | None = None
    restart: Literal[True] | None = None
    """The side that only answers requests a restart of ICE from the other side."""

    @model_validator(mode="after")
    def _has_one_content(self) -> Self:
        if sum(getattr(self, name) is not None for name in _SIGNAL_CONTENT) != 1:
            raise ValueError("needs one of: a description, a candidate, a restart")
        return self

    def relayed(self, sender: str) -> dict[str, Any]:
        """The message as the other page gets it."""
        content = self.model_dump(by_alias=True, exclude_none=True, include=_SIGNAL_CONTENT)
        return {"type": "signal", "from": sender, **content}


class Chat(Strict):
    """A line of chat. The sender makes `id`, so sending it again after a lost socket is safe."""

    type: Literal["chat"]
    id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{8,64}$")]
    text: Annotated[
        str,
        AfterValidator(human_text.tidy),
        StringConstraints(min_length=1, max_length=MAX_CHAT_CHARACTERS),
    ]


class Media(Strict):
    """The devices that the sender has switched on."""

    type: Literal["media"]
    microphone: bool
    camera: bool
    screen: bool
    call: bool = True
    """False if the sender's browser cannot make a call between two browsers."""
    saves: bool = False
    """True if the sender wants little data: the other person's page sends a small picture."""


class Leave(Strict):
    """The sender leaves on purpose: the room does not wait for a reconnection."""

    type: Literal["leave"]


class Move(Strict):
    """Move the call of both people from peer to peer to the provider.

    `epoch` is the sender's epoch. The message has no effect if the call has moved since.
    """

    type: Literal["move"]
    epoch: Annotated[int, Field(ge=0, le=1_000)]
    reason: Literal["not_connected", "restart_failed", "asked"]


class Consent(Strict):
    """The sender's answer to the recording by browsers; a refusal stops a running recording."""

    type: Literal["recording_consent"]
    agreed: bool
    words: ShortText
    """The version of the sentence that the sender has read, and its language: domain/consent.py."""

    @model_validator(mode="after")
    def _has_read_our_words(self) -> Self:
        if not consent.are_ours(self.words):
            raise ValueError("these words are not ours")
        return self


class Recorder(Strict):
    """Whether the sender's page can record the call, and whether it does."""

    type: Literal["recorder"]
    can: bool
    on: bool


class Since(Strict):
    """The page needs every record that is newer than this version."""

    type: Literal["board_since"]
    since: Annotated[int, Field(ge=0)]


class Mode(Strict):
    """How both look at the board."""

    type: Literal["board_mode"]
    open: bool | None = None
    read_only: bool | None = None
    follow: bool | None = None
    page: Id | None = None


class Pointer(OnPage):
    laser: bool


class LiveInk(Ink):
    """A stroke that is being drawn; later messages have the points that came since."""

    highlighter: bool


class Box(Strict):
    x: Distance
    y: Distance
    w: Length
    h: Length


class View(Box):
    """The part of a page that the sender sees."""

    page: Id


class Drag(Strict):
    """These elements are moved or resized: from their bounds to others."""

    page: Id
    ids: Annotated[list[Id], Field(min_length=1, max_length=MAX_OPS)]
    origin: Annotated[Box, Field(alias="from")]
    to: Box


class Live(Strict):
    """What the other person sees at once, and nobody stores: one of the fields."""

    type: Literal["board_live"]
    pointer: Pointer | None = None
    ink: LiveInk | None = None
    shape: Line | Shape | None = None
    drag: Drag | None = None
    view: View | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        given = self.model_fields_set - {"type"}
        # `null` says that the pointer has left the page, or that a drawing or drag is given up.
        is_over = given in ({"pointer"}, {"shape"})
        if len(given) != 1 or not (is_over or self.ink or self.drag or self.view):
            raise ValueError("needs one of: a pointer, ink, a shape, a drag, a view")
        return self


BoardMessage = Change | Since | Mode | Live
Message = Signal | Chat | Media | Leave | Move | Consent | Recorder | BoardMessage
_MESSAGES: Final[TypeAdapter[Message]] = TypeAdapter(
    Annotated[Message, Field(discriminator="type")]
)


def parse(raw: object) -> Message:
    """The message in a frame. Raises: RefusedMessageError."""
    if not isinstance(raw, str):
        raise RefusedMessageError("malformed", "Messages are JSON texts.")
    is_board = _IS_BOARD.search(raw) is not None
    limit = MAX_BOARD_BYTES if is_board else MAX_MESSAGE_BYTES
    if len(raw) > limit or len(raw.encode(errors="replace")) > limit:
        message = f"Messages of this type have at most {limit} bytes."
        line_id = _change_id(raw) if is_board else ""
        raise RefusedMessageError("too_large", message, line_id=line_id)
    try:
        return _MESSAGES.validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        line_id = _change_id(raw) if is_board else ""
        if first["loc"][:1] == ("chat",):
            line_id = _line_id(raw)
        message = f"{where}: {first['msg']}"
        raise RefusedMessageError("malformed", message, line_id=line_id) from error


def _change_id(raw: str) -> str:
    """The id in a refused change of the board; empty if it has none."""
    found = _CHANGE_ID.search(raw)
    return found[1] if found else ""


def _line_id(raw: str) -> str:
    """The id in a refused line of chat, which is a JSON object; empty if it has none."""
    # json.loads would overflow the stack on some thousand brackets.
    line_id = from_json(raw).get("id")
    return line_id if isinstance(line_id, str) and len(line_id) <= MAX_ID_CHARACTERS else ""
