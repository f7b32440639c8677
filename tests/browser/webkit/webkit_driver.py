"""WebKit for tests: Debian's MiniBrowser under Xvfb, driven by the W3C's WebDriver protocol."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.people import token_of
from tools.local_worker import LocalWorker, free_port

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
DEADLINE_S = 20
SCREEN = "1280x1000x24"
# A module that failed fails each time that it is asked for.
NOTE_ERRORS = """
const done = arguments[arguments.length - 1];
window.errors = [];
const note = (what) => errors.push(String(what));
const address = ({ src, href }) => src ?? href;
const onError = ({ message, target }) => note(message ?? `not loaded: ${address(target)}`);
addEventListener("error", onError, true);
addEventListener("unhandledrejection", ({ reason }) => note(`unhandled: ${reason}`));
addEventListener("securitypolicyviolation", ({ blockedURI }) => note(`blocked: ${blockedURI}`));
const { error } = console;
console.error = (...all) => { note(all.join(" ")); error(...all); };
const modules = [...document.querySelectorAll("script[type=module]")];
Promise.all(modules.map(({ src }) => import(src).catch(note))).then(() => done(modules.length));
"""


class WebKit:
    """One window."""

    def __init__(self, worker: LocalWorker, driver: httpx.Client, browser: str) -> None:
        self._worker = worker
        self._driver = driver
        options = {"binary": browser, "args": ["--automation"]}
        wanted = {"webkitgtk:browserOptions": options}
        started = self._send("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._session = f"/session/{started['sessionId']}"
        self.version: str = started["capabilities"]["browserVersion"]

    def sign_in(self, user: str) -> None:
        """Set the platform's cookie, in place of all others."""
        self._send("POST", f"{self._session}/url", {"url": f"{self._worker.url}/ping.txt"})
        self._send("DELETE", f"{self._session}/cookie")
        name = self._worker.settings["AUTH_COOKIE"]
        cookie = {"name": name, "value": token_of(user, self._worker.settings), "httpOnly": True}
        self._send("POST", f"{self._session}/cookie", {"cookie": cookie})

    def open(self, path: str) -> None:
        """Open a page of the Worker; its list `errors` has what goes wrong in it."""
        self._send("POST", f"{self._session}/url", {"url": f"{self._worker.url}{path}"})
        self._send("POST", f"{self._session}/execute/async", {"script": NOTE_ERRORS, "args": []})

    def run(self, script: str, *arguments: Any) -> Any:
        body = {"script": script, "args": arguments}
        return self._send("POST", f"{self._session}/execute/sync", body)

    def wait_for(self, script: str, *arguments: Any) -> None:
        """Until the script returns something true."""
        deadline = time.monotonic() + DEADLINE_S
        while not self.run(script, *arguments):
            assert time.monotonic() < deadline, f"never true: {script} {arguments}"
            time.sleep(0.05)

    def click(self, selector: str) -> None:
        self._on(selector, "click", {})

    def type(self, selector: str, text: str) -> None:
        self._on(selector, "value", {"text": text})

    def resize(self, width: int, height: int) -> None:
        self._send("POST", f"{self._session}/window/rect", {"width": width, "height": height})

    def close(self) -> None:
        self._send("DELETE", self._session)

    def _on(self, selector: str, what: str, body: dict[str, str]) -> None:
        found = {"using": "css selector", "value": selector}
        element = self._send("POST", f"{self._session}/element", found)[ELEMENT]
        self._send("POST", f"{self._session}/element/{element}/{what}", body)

    def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        value = self._driver.request(method, path, json=body).json()["value"]
        assert not isinstance(value, dict) or "error" not in value, value
        return value


@contextmanager
def webkit_on(worker: LocalWorker, browser: str) -> Iterator[WebKit]:
    """Start WebKit on a screen of its own."""
    with (
        running("Xvfb", "-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp") as screen,
        running("WebKitWebDriver", f"--port={(port := free_port())}", display=number(screen)),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as driver,
    ):
        wait_until_it_answers(driver)
        webkit = WebKit(worker, driver, browser)
        yield webkit
        webkit.close()


@contextmanager
def running(*command: str, display: str = "") -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "DISPLAY": display, "GDK_BACKEND": "x11"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def number(screen: subprocess.Popen[str]) -> str:
    """Return the name of the display, which Xvfb chooses itself."""
    assert screen.stdout
    return f":{screen.stdout.readline().strip()}"


def wait_until_it_answers(driver: httpx.Client) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while True:
        try:
            driver.get("/status")
        except httpx.TransportError:
            assert time.monotonic() < deadline, "WebKitWebDriver does not answer"
            time.sleep(0.05)
        else:
            return
