"""The output of `make dev`: lines of wrangler and the Worker without noise."""

import pytest

from tools.dev import Terminal

NEVER = [
    "Using secrets defined in .wrangler/state/settings-8787.env",
    "Your Worker has access to the following bindings:",
    "Binding                                                  Resource                      Mode",
    "env.ROOMS (Room)                                         Durable Object                local",
    "Attaching additional modules:",
    "│ python_modules/jinja2/__init__.py   │ py     │ 1.70 KiB │",
    "└─────────────────────────────────────┴────────┴──────────┘",
    "[wrangler:info] GET /js/room/room.js 200 OK (194ms)",
    "[wrangler:info] GET /session/x/live 101 Switching Protocols (381ms)",
    "[wrangler:info] Ready on http://localhost:8787",
    "",
]
ALWAYS = [
    "[wrangler:info] GET /session/x 500 Internal Server Error (12ms)",
    '{"event": "request", "status": 200}',
    "✘ [ERROR] Uncaught SyntaxError: invalid syntax",
    "⎔ Reloading local server...",
]


def test_show_prints_nothing_before_ready(capsys: pytest.CaptureFixture[str]):
    terminal = Terminal()
    for line in NEVER + ALWAYS:
        terminal.show(line)

    assert capsys.readouterr().out == ""


def test_show_prints_all_but_noise_once_ready(capsys: pytest.CaptureFixture[str]):
    terminal = Terminal()
    terminal.is_ready = True
    for line in NEVER + ALWAYS:
        terminal.show(line)

    assert capsys.readouterr().out.splitlines() == ALWAYS
