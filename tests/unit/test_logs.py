"""The level of each log event."""

import ast
import json
import re
from types import SimpleNamespace

import pytest

import logs

import tests.unit.host_runtime  # noqa: F401  isort: skip (makes `bindings` importable)
import bindings
from tools.paths import ROOT, SOURCE

FAILS = re.compile(r"_(failed|dead|late|unavailable|refused|missing|backlog|abuse)\b|_not_|^not_")


def calls():
    """Each call of `log` in the source."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("log", "logs.log"):
                yield node


def events():
    return {node.args[0].value for node in calls()}


def test_a_failure_is_not_logged_as_info():
    failures = {event for event in events() if FAILS.search(event)}

    assert {"unexpected_error", "mail_dead", "recording_failed"} <= events()
    assert {event for event in failures if logs.level_of(event) == "info"} == set()


def test_every_event_with_a_level_is_logged_somewhere():
    assert (logs.ERRORS | logs.WARNINGS) - events() == set()
    assert logs.ERRORS.isdisjoint(logs.WARNINGS)


def test_no_log_call_passes_a_level():
    assert [
        ast.unparse(node) for node in calls() if "level" in {k.arg for k in node.keywords}
    ] == []


def test_operations_md_describes_every_error_and_warning():
    rows = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").splitlines()
    levels = {
        name: level
        for row in rows
        if (level := next((word for word in ("error", "warning") if f"({word})" in row), None))
        for name in re.findall(r"`(\w+)`", row.split("|")[1])
    }

    assert levels == {event: logs.level_of(event) for event in logs.ERRORS | logs.WARNINGS}


@pytest.mark.parametrize(
    ("event", "method"),
    [("request", "log"), ("mail_late", "warn"), ("unexpected_error", "error")],
)
def test_the_console_gets_each_line_at_its_level(monkeypatch, event, method):
    heard = []
    console = SimpleNamespace(
        **{
            name: lambda line, name=name: heard.append((name, json.loads(line)["event"]))
            for name in ("log", "warn", "error")
        }
    )
    monkeypatch.setattr(bindings.js, "console", console)
    monkeypatch.setattr(logs, "write", bindings._to_console)

    logs.log(event)

    assert heard == [(method, event)]


@pytest.mark.parametrize(
    ("given", "version"),
    [
        (
            SimpleNamespace(VERSION=SimpleNamespace(id="0123456789abcdef", tag="8f3c2aa")),
            "8f3c2aa 01234567",
        ),
        (SimpleNamespace(VERSION=SimpleNamespace(id="0123456789abcdef", tag="")), "01234567"),
        (SimpleNamespace(), ""),
    ],
)
def test_the_version_is_the_tag_or_the_start_of_the_id(given, version):
    assert bindings.version_of(given) == version


def test_each_line_has_the_version(monkeypatch, capsys):
    monkeypatch.setattr(logs, "version", "8f3c2aa")

    logs.log("request", status=200)

    assert json.loads(capsys.readouterr().out) == {
        "event": "request",
        "status": 200,
        "version": "8f3c2aa",
    }
