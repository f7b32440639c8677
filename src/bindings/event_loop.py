"""The runtime's event loop, without what nothing here uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyodide import webloop
from pyodide.ffi import create_once_callable

if TYPE_CHECKING:
    from collections.abc import Callable


def share_one_stack() -> None:
    """Have callbacks run on the stack they are called on, which is 1.6 % of a page.

    Pyodide gives each a stack of its own (webloop.py, 314.0), for those that wait with `run_sync`.
    Ours await. With a Pyodide that does it in another way, this changes nothing.
    """
    webloop.create_once_callable = _once


def _once(callback: Callable[[], None], **_may_syncify: bool) -> Any:
    return create_once_callable(callback)
