"""Conversion to JavaScript where Pyodide's default differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import js
from pyodide.ffi import to_js

if TYPE_CHECKING:
    from collections.abc import Mapping


def js_object(values: Mapping[str, Any]) -> Any:
    """An Object; by default a dict becomes a Map."""
    return to_js(dict(values), dict_converter=js.Object.fromEntries)
