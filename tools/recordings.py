"""`make recordings-status` and `make recordings-retry ID=...`: recordings that are not ready.

Those that a browser still sends are listed at the end: they need nobody.

Requests go to the Worker at PUBLIC_URL, with PLATFORM_TOKEN; by default to that of `make dev`.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote

from tools import dev_settings, project_settings
from tools.dev import DEFAULT_PORT
from tools.local_worker import DIRECT
from tools.paths import ROOT


def main(arguments: list[str]) -> None:
    match arguments:
        case ["status"]:
            show(request("GET", "/platform/recordings")["recordings"])
        case ["retry", record_id]:
            request("POST", f"/platform/recordings/{quote(record_id, safe='')}/retry")
            print(f"{record_id} is queued again. See: make recordings-status")
        case _:
            sys.exit("make recordings-retry: ID is missing, e.g. make recordings-retry ID=...")


def show(recordings: list[dict[str, Any]]) -> None:
    """Print one line a recording; a failed one needs an operator."""
    if not recordings:
        print("All recordings are ready.")
    for each in recordings:
        print(line(each, int(time.time())))
    if any(each["state"] == "failed" for each in recordings):
        print("Retry a failed one with: make recordings-retry ID=...")


def line(recording: dict[str, Any], now: int) -> str:
    """What it is doing, since when, and how much of it has arrived; then why it failed last."""
    about = f"{recording['state']:10} {recording['record_id']}  session {recording['session_id']}"
    begun, moved = (
        f"{max(0, now - recording[name]) // 60} min" for name in ("created_at", "updated_at")
    )
    arrived = f"{recording['received_bytes'] / 1e6:.1f} MB"
    about += f"  begun {begun} ago, changed {moved} ago, {arrived} here"
    return f"{about}  attempts {recording['attempts']}  {recording['last_error'] or ''}".rstrip()


def request(method: str, path: str) -> dict[str, Any]:
    """Return the Worker's answer. If it is an error, print it and exit."""
    origin = f"http://localhost:{os.environ.get('PORT') or DEFAULT_PORT}"
    names = project_settings.names()
    settings = dev_settings.merged(origin, names, ROOT / ".dev.vars", os.environ)
    headers = {"Authorization": f"Bearer {settings['PLATFORM_TOKEN']}"}
    address = settings["PUBLIC_URL"].rstrip("/") + path
    sent = urllib.request.Request(address, method=method, headers=headers)
    opener = DIRECT if address.startswith("http://localhost") else urllib.request.build_opener()
    try:
        with opener.open(sent, timeout=60) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found
    except urllib.error.HTTPError as error:
        sys.exit(f"{address} answered {error.code}: {error.read().decode(errors='replace')[:300]}")
    except OSError as error:
        sys.exit(f"{address} does not answer: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
