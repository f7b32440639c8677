"""A page of the board as SVG, as public/js/sheet/shapes.js draws it in the light theme.

The result runs nothing and loads nothing: numbers are formatted here, texts are escaped, colours
come from a table, and pictures are data URIs.
"""

from __future__ import annotations

import math
import operator
from html import escape
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from domain.human_text import without_marks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHEET: Final = (0.0, 0.0, 1600.0, 1200.0)
"""x, y, width and height in page units."""
MARGIN: Final = 20
COLOURS: Final = {
    "ink": "#1f2328",
    "grey": "#6b7280",
    "red": "#c62828",
    "orange": "#b8560a",
    "green": "#1b7a3d",
    "blue": "#1d5fbf",
    "purple": "#7a3db8",
    "pink": "#bf2f72",
}
# As in perfect-freehand, with the client's option: a light pen draws a thinner line.
THINNING: Final = 0.6
# The points of a stroke are written in tenths, and the middles between them in halves of tenths.
TENTHS: Final = 10
LINE_HEIGHT: Final = 1.35
# The mean width of a letter, to guess how high a text is.
LETTER: Final = 0.5
# The only style: board_formulas.js leaves it out where the policy of our pages would block it.
_STYLE: Final = (
    "<style>foreignObject{overflow:visible}div{font-family:system-ui,sans-serif;"
    f"line-height:{LINE_HEIGHT};white-space:pre-wrap;overflow-wrap:anywhere}}</style>"
)

Point = tuple[float, float]


def of_page(page: Mapping[str, Any], images: Mapping[str, str]) -> str:
    """The SVG. `images` has a data URI for each picture that the page shows."""
    drawn = sorted(page["elements"], key=lambda element: element["order"])
    left, top, right, bottom = SHEET[0], SHEET[1], SHEET[0] + SHEET[2], SHEET[1] + SHEET[3]
    for element in drawn:
        x, y, x2, y2 = _bounds(element)
        left, top = min(left, x - MARGIN), min(top, y - MARGIN)
        right, bottom = max(right, x2 + MARGIN), max(bottom, y2 + MARGIN)
    width, height = right - left, bottom - top
    sheet = f'x="{_n(left)}" y="{_n(top)}" width="{_n(width)}" height="{_n(height)}"'
    content = "".join(_element(element, images) for element in drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}" '
        f'viewBox="{_n(left)} {_n(top)} {_n(width)} {_n(height)}">'
        f"<title>{_escaped(page['title'])}</title>{_STYLE}"
        f'<rect {sheet} fill="#fff"/>{content}</svg>'
    )


def _element(element: Mapping[str, Any], images: Mapping[str, str]) -> str:
    kind, colour = element["kind"], COLOURS.get(element.get("colour", "ink"), COLOURS["ink"])
    x, y = element["x"], element["y"]
    if kind == "image":
        box = f'x="{_n(x)}" y="{_n(y)}" width="{_n(element["w"])}" height="{_n(element["h"])}"'
        href = escape(images.get(element["image"], ""))
        label = f"<title>{_escaped(element['label'])}</title>"
        return f'<image {box} preserveAspectRatio="none" href="{href}">{label}</image>'
    if kind == "text":
        return _text(element, colour)
    if kind == "stroke":
        return _stroke(element, colour)
    line = _line(colour, element["size"])
    fill = f'fill="{colour}" fill-opacity="0.2"' if element.get("filled") else 'fill="none"'
    if kind == "rectangle":
        box = f'width="{_n(element["w"])}" height="{_n(element["h"])}"'
        return f'<rect x="{_n(x)}" y="{_n(y)}" {box} {line} {fill}/>'
    if kind == "ellipse":
        rx, ry = element["w"] / 2, element["h"] / 2
        centre = f'cx="{_n(x + rx)}" cy="{_n(y + ry)}" rx="{_n(rx)}" ry="{_n(ry)}"'
        return f"<ellipse {centre} {line} {fill}/>"
    path = f"M{_n(x)} {_n(y)}l{_n(element['dx'])} {_n(element['dy'])}"
    if kind == "arrow":
        path += _arrow_head(x, y, element["dx"], element["dy"], element["size"])
    return f'<path d="{path}" {line} fill="none"/>'


def _line(colour: str, size: float) -> str:
    ends = 'stroke-linecap="round" stroke-linejoin="round"'
    return f'stroke="{colour}" stroke-width="{_n(size)}" {ends}'


def _text(element: Mapping[str, Any], colour: str) -> str:
    """A text that wraps at its width. A formula is shown as its code: board_formulas.js sets it."""
    box = f'x="{_n(element["x"])}" y="{_n(element["y"])}" width="{_n(element["w"])}"'
    look = f'color="{colour}" font-size="{_n(element["size"])}"'
    return (
        f'<foreignObject {box} height="{_n(_text_height(element))}" {look}>'
        f'<div xmlns="http://www.w3.org/1999/xhtml" dir="auto">{_escaped(element["text"])}</div>'
        "</foreignObject>"
    )


def _escaped(text: str) -> str:
    """The text without characters that XML forbids: stored boards may have some."""
    return escape(without_marks(text))


def _text_height(element: Mapping[str, Any]) -> float:
    letters = max(1.0, element["w"] / (element["size"] * LETTER))
    lines = sum(max(1, math.ceil(len(line) / letters)) for line in element["text"].split("\n"))
    return float(lines * element["size"] * LINE_HEIGHT)


def _stroke(element: Mapping[str, Any], colour: str) -> str:
    """With pressures an outline; without, a line of one width."""
    points, pressures = element["points"], element.get("pressures")
    place = f'transform="translate({_n(element["x"])} {_n(element["y"])})'
    place += f' scale({element.get("scale", 1) / TENTHS / 2:.4g})"'
    opacity = ' opacity="0.35"' if element.get("highlighter") else ""
    if pressures and len(pressures) > 1:
        border = _outline(points, pressures, element["size"])
        return f'<path d="{_through(border)}Z" {place} fill="{colour}"{opacity}/>'
    line = _line(colour, element["size"] * TENTHS * 2)
    path = _through([each * TENTHS for each in points])
    return f'<path d="{path}" {place} {line} fill="none"{opacity}/>'


def _outline(points: Sequence[float], pressures: Sequence[int], size: float) -> list[float]:
    """The border of a stroke in tenths: one way on its left side, and back on its right.

    Both ends are round.
    """
    xs, ys = ([each * TENTHS for each in points[side::2]] for side in (0, 1))
    thin, more = size * TENTHS * (1 - THINNING) / 2, size * TENTHS * THINNING / 100
    before = zip(xs[:1] + xs, ys[:1] + ys, strict=False)
    after = zip(xs[1:] + xs[-1:], ys[1:] + ys[-1:], strict=True)
    left, right = [], []
    across, down = 0.0, 1.0
    for x, y, (x0, y0), (x1, y1), pressure in zip(xs, ys, before, after, pressures, strict=False):
        length = math.hypot(x1 - x0, y1 - y0)
        if length:
            across, down = (y0 - y1) / length, (x1 - x0) / length
        radius = thin + more * pressure
        side, height = across * radius, down * radius
        left.append((x + side, y + height))
        right.append((x - side, y - height))
    end = _cap((xs[-1], ys[-1]), left[-1], thin + more * pressures[-1])
    start = _cap((xs[0], ys[0]), right[0], thin + more * pressures[0])
    return list(chain.from_iterable([*left, *end, *right[::-1], *start]))


def _cap(centre: Point, start: Point, radius: float) -> list[Point]:
    """Half a circle, from `start` against the clock of the page."""
    angle = math.atan2(start[1] - centre[1], start[0] - centre[0])
    steps = [angle - math.pi * step / 6 for step in range(1, 6)]
    return [
        (centre[0] + radius * math.cos(each), centre[1] + radius * math.sin(each)) for each in steps
    ]


def _through(points: Sequence[float]) -> str:
    """A smooth line through [x0, y0, ...] in tenths: a point bends it, and it passes the middles.

    `T` mirrors the last control point at the middle, which is the next point. This is exact in
    whole numbers alone: in halves of tenths, the sum of two points is their middle. They are also
    the quickest to write, and a page may have 300,000 points.
    """
    whole = list(map(round, points))
    x, y = whole[0] * 2, whole[1] * 2
    if len(whole) == 2:  # noqa: PLR2004
        return f"M{x} {y}h.1"
    middles = list(map(operator.add, whole[2:-2], whole[4:]))
    curves = ""
    if middles:
        curves = f"Q{whole[2] * 2} {whole[3] * 2} {middles[0]} {middles[1]}"
    if middles[2:]:
        curves += f"T{str(middles[2:])[1:-1]}"
    return f"M{x} {y}{curves}L{whole[-2] * 2} {whole[-1] * 2}"


def _arrow_head(x: float, y: float, dx: float, dy: float, size: float) -> str:
    angle, length = math.atan2(dy, dx), min(math.hypot(dx, dy) / 2, 10 + size * 3)
    tip = x + dx, y + dy
    (x0, y0), (x1, y1) = (
        (tip[0] - length * math.cos(angle + turn), tip[1] - length * math.sin(angle + turn))
        for turn in (0.5, -0.5)
    )
    return f"M{_n(x0)} {_n(y0)}L{_n(tip[0])} {_n(tip[1])}L{_n(x1)} {_n(y1)}"


def _bounds(element: Mapping[str, Any]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom."""
    x, y = element["x"], element["y"]
    if element["kind"] == "stroke":
        scale, points = element.get("scale", 1), element["points"]
        xs, ys = points[::2], points[1::2]
        left, top = x + scale * min(xs), y + scale * min(ys)
        return left, top, x + scale * max(xs), y + scale * max(ys)
    if "dx" in element:
        x2, y2 = x + element["dx"], y + element["dy"]
        return min(x, x2), min(y, y2), max(x, x2), max(y, y2)
    height = _text_height(element) if element["kind"] == "text" else element["h"]
    return x, y, x + element["w"], y + height


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
