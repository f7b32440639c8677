"""Bodies of requests without a use case."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, StringConstraints

MAX_SHIFT_S: Final = 24 * 60 * 60
MAX_WAIT_MS: Final = 60 * 60 * 1000


class TechIssue(BaseModel):
    """A problem in the browser: one word, such as an error's name, never a message."""

    model_config = ConfigDict(extra="forbid")

    event: Literal["tech_issue"]
    error_type: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,39}$")]


class CallConnected(BaseModel):
    """How long picture or sound of a call between two browsers took to come, or to come again."""

    model_config = ConfigDict(extra="forbid")

    event: Literal["call_connected"]
    milliseconds: Annotated[int, Field(ge=0, le=MAX_WAIT_MS)]
    """Since both were there, or since the call was lost."""
    way: Literal["direct", "relayed"]
    again: bool
    """Whether the call was connected before."""


class BrowserEvent(RootModel[TechIssue | CallConnected]):
    """What a browser may report."""


class EarlierBoard(BaseModel):
    """The earlier session whose board is carried on."""

    model_config = ConfigDict(extra="forbid")

    session_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class ClockShift(BaseModel):
    """How far a room's clock runs ahead of the real one."""

    model_config = ConfigDict(extra="forbid")

    seconds: Annotated[int, Field(ge=0, le=MAX_SHIFT_S)]


class NewRecording(BaseModel):
    """A recording, as a provider would announce it."""

    model_config = ConfigDict(extra="forbid")

    session_id: str
    record_id: str
