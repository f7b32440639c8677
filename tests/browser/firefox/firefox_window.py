"""What is around the page in Firefox: its preferences, and its own questions."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count

from websockets.sync.client import ClientConnection, connect

DEADLINE_S = 20
PRESS = """{
  const { panel } = PopupNotifications;
  const buttons = ["button", "secondaryButton"].map((each) => panel.firstElementChild?.[each]);
  const button = buttons.find((each) => each?.label === "%s");
  button?.click();
  Boolean(button);
}"""


class FirefoxWindow:
    """Runs scripts with the rights of Firefox itself."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = count(1)

    def prefer(self, preferences: Mapping[str, bool]) -> None:
        for name, value in preferences.items():
            self._run(f"Services.prefs.setBoolPref('{name}', {json.dumps(value)})")

    def answer(self, label: str) -> None:
        """Press this button of the question for camera and microphone, once it is asked."""
        deadline = time.monotonic() + DEADLINE_S
        while not any(self._run(PRESS % label)):
            assert time.monotonic() < deadline, f"Firefox does not ask: no button {label}"
            time.sleep(0.05)

    def _run(self, script: str) -> list[object]:
        """Return its value in each window."""
        tree = self._command("browsingContext.getTree", {"moz:scope": "chrome"})
        windows = [each for each in tree["contexts"] if each["url"].endswith("/browser.xhtml")]
        return [
            self._command(
                "script.evaluate",
                {
                    "expression": script,
                    "target": {"context": window["context"]},
                    "awaitPromise": False,
                },
            )["result"].get("value")
            for window in windows
        ]

    def _command(self, method: str, params: dict[str, object]) -> dict[str, object]:
        command = {"id": next(self._numbers), "method": method, "params": params}
        self._socket.send(json.dumps(command))
        return json.loads(self._socket.recv())["result"]


@contextmanager
def window_of_firefox(port: int) -> Iterator[FirefoxWindow]:
    """Return the window of the Firefox whose bridge listens there."""
    with connect(f"ws://127.0.0.1:{port}", proxy=None, max_size=None) as socket:
        yield FirefoxWindow(socket)
