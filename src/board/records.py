"""The board's records and messages as a browser sends them; docs/protocol.md describes them.

Coordinates are page units: a page's sheet is 1600 x 1200 units.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from domain import human_text
from errors import RefusedMessageError

MAX_OPS: Final = 200
MAX_POINTS: Final = 5_000

Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{8,32}$")]
Place = Annotated[float, Field(ge=-10_000, le=20_000, allow_inf_nan=False)]
Distance = Annotated[float, Field(ge=-30_000, le=30_000, allow_inf_nan=False)]
Length = Annotated[float, Field(ge=0, le=30_000, allow_inf_nan=False)]
Width = Annotated[float, Field(ge=1, le=60, allow_inf_nan=False)]
Colour = Literal["ink", "grey", "red", "orange", "green", "blue", "purple", "pink"]
Words = Annotated[str, AfterValidator(human_text.without_marks)]
Points = Annotated[list[Distance], Field(min_length=2, max_length=2 * MAX_POINTS)]
Pressures = Annotated[
    list[Annotated[int, Field(ge=0, le=100)]], Field(min_length=1, max_length=MAX_POINTS)
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Element(_Strict):
    id: Id
    page: Id
    x: Place
    y: Place


class _Ink(_Strict):
    points: Points
    """x and y of each point, relative to the origin."""
    pressures: Pressures | None = None

    @model_validator(mode="after")
    def _has_pairs(self) -> Self:
        if len(self.points) % 2:
            raise ValueError("each point needs x and y")
        if self.pressures is not None and 2 * len(self.pressures) != len(self.points):
            raise ValueError("each point needs a pressure")
        return self


class Stroke(_Element, _Ink):
    kind: Literal["stroke"]
    scale: Annotated[float, Field(ge=0.01, le=100, allow_inf_nan=False)] = 1
    colour: Colour
    size: Width
    highlighter: bool = False


class Line(_Element):
    kind: Literal["line", "arrow"]
    dx: Distance
    dy: Distance
    colour: Colour
    size: Width


class Shape(_Element):
    kind: Literal["rectangle", "ellipse"]
    w: Length
    h: Length
    colour: Colour
    size: Width
    filled: bool = False


class Text(_Element):
    kind: Literal["text"]
    w: Length
    text: Annotated[Words, StringConstraints(min_length=1, max_length=4_000)]
    colour: Colour
    size: Annotated[float, Field(ge=8, le=200, allow_inf_nan=False)]


class Image(_Element):
    kind: Literal["image"]
    w: Length
    h: Length
    image: Id
    label: Annotated[Words, StringConstraints(max_length=200)] = ""


Element = Annotated[Stroke | Line | Shape | Text | Image, Field(discriminator="kind")]
_ELEMENT: Final[TypeAdapter[Stroke | Line | Shape | Text | Image]] = TypeAdapter(Element)
# The room writes these; `edit` changes none of them.
_BY_THE_ROOM: Final = ("by", "version", "order", "deleted")
_FIXED: Final = {"page", "kind", *_BY_THE_ROOM}


class Edit(BaseModel):
    """The fields of an element to replace."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    id: Id

    @model_validator(mode="after")
    def _leaves_what_is_fixed(self) -> Self:
        if fixed := _FIXED & self.fields.keys():
            raise ValueError(f"{min(fixed)} cannot be changed")
        return self

    @property
    def fields(self) -> dict[str, Any]:
        return self.__pydantic_extra__ or {}

    def apply(self, record: dict[str, Any]) -> dict[str, Any]:
        """The record with these fields. Raises: RefusedMessageError if it is no element then."""
        kept = {name: record[name] for name in _BY_THE_ROOM if name in record}
        drawn = {name: value for name, value in record.items() if name not in kept}
        try:
            element = _ELEMENT.validate_python(drawn | self.fields)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            raise RefusedMessageError("malformed", f"edit: {first['msg']}") from error
        return element.model_dump(exclude_none=True) | kept


class Page(_Strict):
    id: Id
    title: Annotated[Words, StringConstraints(max_length=80)]
    position: Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]


class Op(_Strict):
    """One step of a change: exactly one of the fields."""

    put: Element | None = None
    edit: Edit | None = None
    delete: Id | None = None
    restore: Id | None = None
    put_page: Page | None = None
    delete_page: Id | None = None
    restore_page: Id | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(value is not None for _, value in self) != 1:
            raise ValueError("needs exactly one operation")
        return self


class Change(_Strict):
    """Steps that take effect together, or not at all. A repeated `change` changes nothing."""

    type: Literal["board"]
    change: Id
    ops: Annotated[list[Op], Field(min_length=1, max_length=MAX_OPS)]


class Since(_Strict):
    """The page needs every record that is newer than this version."""

    type: Literal["board_since"]
    since: Annotated[int, Field(ge=0)]


class Mode(_Strict):
    """How both look at the board."""

    type: Literal["board_mode"]
    open: bool | None = None
    read_only: bool | None = None
    follow: bool | None = None
    page: Id | None = None


class Pointer(_Strict):
    page: Id
    x: Place
    y: Place
    laser: bool


class LiveInk(_Ink):
    """A stroke that is being drawn; later messages have the points that came since."""

    id: Id
    page: Id
    colour: Colour
    size: Width
    highlighter: bool
    x: Place
    y: Place


class View(_Strict):
    """The part of a page that the sender sees."""

    page: Id
    x: Distance
    y: Distance
    w: Length
    h: Length


class Live(_Strict):
    """What the other person sees at once, and nobody stores: one of the fields."""

    type: Literal["board_live"]
    pointer: Pointer | None = None
    ink: LiveInk | None = None
    view: View | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        given = self.model_fields_set - {"type"}
        # `null` says that the pointer has left the page.
        if len(given) != 1 or (given != {"pointer"} and self.ink is None and self.view is None):
            raise ValueError("needs one of: a pointer, ink, a view")
        return self


BoardMessage = Change | Since | Mode | Live
