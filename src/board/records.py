"""The board's records and changes as a browser sends them; docs/protocol.md describes them.

Coordinates are page units: a page's sheet is 1600 x 1200 units.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError, model_validator
from typing_extensions import TypedDict

from domain import human_text
from errors import RefusedMessageError
from web.validation import Strict

MAX_OPS: Final = 200
MAX_POINTS: Final = 5_000

Id = Annotated[str, Field(pattern=r"^[0-9a-z]{8,32}$")]
Place = Annotated[float, Field(ge=-10_000, le=20_000)]
Distance = Annotated[float, Field(ge=-30_000, le=30_000)]
Length = Annotated[float, Field(ge=0, le=30_000)]
Width = Annotated[float, Field(ge=1, le=60)]
Colour = Literal["ink", "grey", "red", "orange", "green", "blue", "purple", "pink"]
Words = Annotated[str, AfterValidator(human_text.without_marks)]
Pressure = Annotated[int, Field(ge=0, le=100)]


class OnPage(Strict):
    page: Id
    x: Place
    y: Place


class _Element(OnPage):
    id: Id


class _Drawn(_Element):
    colour: Colour
    size: Width


class Ink(_Drawn):
    points: Annotated[list[Distance], Field(min_length=2, max_length=2 * MAX_POINTS)]
    """x and y of each point, relative to the origin."""
    pressures: list[Pressure] | None = None

    @model_validator(mode="after")
    def _has_pairs(self) -> Self:
        if len(self.points) % 2:
            raise ValueError("each point needs x and y")
        if self.pressures is not None and 2 * len(self.pressures) != len(self.points):
            raise ValueError("each point needs a pressure")
        return self


class Stroke(Ink):
    kind: Literal["stroke"]
    scale: Annotated[float, Field(ge=0.01, le=100)] = 1
    highlighter: bool = False


class Line(_Drawn):
    kind: Literal["line", "arrow"]
    dx: Distance
    dy: Distance


class Shape(_Drawn):
    kind: Literal["rectangle", "ellipse"]
    w: Length
    h: Length
    filled: bool = False


class Text(_Drawn):
    kind: Literal["text"]
    w: Length
    text: Annotated[Words, Field(min_length=1, max_length=4_000)]
    size: Annotated[float, Field(ge=8, le=200)]


class Image(_Element):
    kind: Literal["image"]
    w: Length
    h: Length
    image: Id
    label: Annotated[Words, Field(max_length=200)] = ""


Element = Annotated[Stroke | Line | Shape | Text | Image, Field(discriminator="kind")]
_ELEMENT: Final[TypeAdapter[Stroke | Line | Shape | Text | Image]] = TypeAdapter(Element)
# The room writes these, so they are no fields of an element that a browser sends.
_BY_THE_ROOM: Final = {"by", "version", "order"}
_FIXED: Final = {"page", "kind"}


class Edit(Strict, extra="allow"):
    """The fields of an element to replace."""

    id: Id

    def apply(self, record: dict[str, Any]) -> dict[str, Any]:
        """The record with these fields. Raises: RefusedMessageError if it is no element then."""
        fields = self.model_extra or {}
        if fixed := _FIXED & fields.keys():
            raise RefusedMessageError("malformed", f"edit: {min(fixed)} cannot be changed")
        made = {name: value for name, value in record.items() if name in _BY_THE_ROOM}
        drawn = {name: value for name, value in record.items() if name not in made}
        try:
            element = _ELEMENT.validate_python(drawn | fields)
        except ValidationError as error:
            raise RefusedMessageError("malformed", f"edit: {error.errors()[0]['msg']}") from error
        return element.model_dump(exclude_none=True) | made


class Page(Strict):
    id: Id
    title: Annotated[Words, Field(max_length=80)]
    position: Annotated[float, Field(ge=-1e9, le=1e9)]


class Op(TypedDict, total=False):
    """One step of a change: exactly one of the fields."""

    put: Element
    edit: Edit
    delete: Id
    restore: Id
    put_page: Page
    delete_page: Id
    restore_page: Id


OneOp = Annotated[Op, Field(min_length=1, max_length=1)]


class Change(Strict):
    """Steps that take effect together, or not at all. A repeated `change` changes nothing."""

    type: Literal["board"]
    change: Id
    ops: Annotated[list[OneOp], Field(min_length=1, max_length=MAX_OPS)]
