"""The handlers that Cloudflare finds when the Worker is uploaded."""

import sys
from types import ModuleType

import pytest

import tests.unit.host_runtime  # noqa: F401  isort: skip (makes `entry` importable)
import entry
from tools.node import workerd_binary

# The source lies in the binary behind its name, padded with zeros, and ends with zeros.
NAME = b"pyodide-internal:introspection.py\0"


@pytest.fixture
def introspection(monkeypatch):
    """The module with which workerd, and the check of an upload, searches for handlers."""
    workers = ModuleType("workers")
    for name in ("DurableObject", "WorkerEntrypoint"):
        setattr(workers, name, getattr(sys.modules["workers"], name))
    workers.WorkflowEntrypoint = type("WorkflowEntrypoint", (), {})
    workers.python_from_rpc = workers.python_to_rpc = lambda value: value
    code = ModuleType("pyodide.code")
    code.relaxed_call = None
    monkeypatch.setitem(sys.modules, "workers", workers)
    monkeypatch.setitem(sys.modules, "pyodide.code", code)
    module = ModuleType("introspection")
    exec(source_of_introspection(), vars(module))  # noqa: S102 (workerd's own source)
    return module


def source_of_introspection():
    _, found, rest = workerd_binary().read_bytes().partition(NAME)
    assert found, "this workerd keeps its introspection elsewhere"
    return rest.lstrip(b"\0").partition(b"\0")[0].decode()


def test_the_check_of_an_upload_finds_every_handler(introspection):
    assert introspection.collect_methods(entry.Default) == ["fetch", "queue", "scheduled"]


def test_the_check_of_an_upload_finds_the_rooms_methods(introspection):
    assert {"fetch", "alarm", "webSocketMessage", "webSocketClose"} <= set(
        introspection.collect_methods(entry.Room)
    )
