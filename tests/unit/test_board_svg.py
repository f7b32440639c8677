"""A page's SVG is well-formed XML, whatever people have written on the board."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from pages import board_svg

# Characters that XML forbids. Boards may have been stored before the first two were removed.
FORBIDDEN = "\ufffe\uffff\x00\x0b\x1f"


@pytest.mark.parametrize("char", FORBIDDEN)
def test_page_is_well_formed_with_characters_that_xml_forbids(char: str) -> None:
    written = f"1 < 2{char} & 3"
    place: dict[str, Any] = {"x": 1, "y": 2, "w": 300, "order": 1}
    text = place | {"kind": "text", "size": 20, "colour": "ink", "text": written}
    image = place | {"kind": "image", "h": 200, "image": "picture0", "label": written}
    page = {"title": written, "elements": [text, image]}

    root = ET.fromstring(board_svg.of_page(page, {}))  # noqa: S314 (our own answer)

    shown = [each.text for each in root.iter() if each.tag.endswith(("title", "div"))]
    assert shown == ["1 < 2 & 3"] * 3
