"""Every way in which camera and microphone can fail, in real Chromium.

Chromium is brought into the state itself where flags and permissions can do so. Where they cannot
(in use, blocked by the system), getUserMedia rejects with the DOMException that Chromium would
give.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.lobby_page import (
    ALLOW_ALL,
    FAKE_DEVICES,
    NO_CAMERA,
    book,
    lobby,
    open_checks,
    reject_devices,
    wait_for_state,
)
from tools.local_worker import LocalWorker

PLEASE_ALLOW = "Please allow camera/microphone access."
Start = Callable[..., Browser]
REMEMBERED = """
localStorage.setItem("session-room:devices", JSON.stringify({
  camera: { id: "of-another-day", name: "An old camera" },
  microphone: { id: "of-another-day", name: "An old headset" },
}));
"""


@pytest.fixture
def session_id(dev_worker: LocalWorker) -> str:
    return book(dev_worker, starts_in=5 * 60)


def expect_problem(page: Page, title: str, text: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#problem-title")).to_have_text(title)
    expect(page.locator("#problem-text")).to_contain_text(text)


def no_problem(page: Page) -> None:
    expect(page.locator("#device-problem")).to_be_hidden()


def test_denied(dev_worker: LocalWorker, chromium: Start, session_id: str):
    issues: list[str] = []
    with lobby(dev_worker, chromium(FAKE_DEVICES, asks=True), session_id, issues=issues) as page:
        wait_for_state(page, "error")

        expect_problem(page, PLEASE_ALLOW, "This browser blocks the camera and microphone")
        expect(page.locator("#problem-steps li").first).to_contain_text("left of the address")
        expect(page.locator("#join")).to_be_enabled()
        assert sorted(issues) == ["camera_denied", "microphone_denied"]


def test_a_permission_granted_later_starts_the_devices(
    dev_worker: LocalWorker, chromium: Start, session_id: str
):
    with lobby(dev_worker, chromium(FAKE_DEVICES, asks=True), session_id) as page:
        expect_problem(page, PLEASE_ALLOW, "This browser blocks")
        page.context.grant_permissions(["camera", "microphone"])

        wait_for_state(page, "live")
        no_problem(page)


def test_try_again_works_without_reload_and_keeps_the_focus_in_the_page(
    dev_worker: LocalWorker, chromium: Start, session_id: str
):
    script = reject_devices("NotReadableError", "Could not start video source")
    with lobby(dev_worker, chromium(FAKE_DEVICES, ALLOW_ALL), session_id, script=script) as page:
        expect(page.locator("#problem-retry")).to_be_visible()
        page.evaluate("window.repaired = true; window.stayed = true")
        page.locator("#problem-retry").click()

        wait_for_state(page, "live")
        no_problem(page)
        expect(page.locator("#toggle-microphone")).to_be_focused()
        assert page.evaluate("window.stayed")


def test_only_the_microphone_is_granted(dev_worker: LocalWorker, chromium: Start, session_id: str):
    with lobby(
        dev_worker, chromium(FAKE_DEVICES, asks=True), session_id, permissions=["microphone"]
    ) as page:
        expect_problem(page, PLEASE_ALLOW, "Your microphone works: you can join with audio only.")
        expect(page.locator("#problem-text")).to_contain_text("This browser blocks the camera")
        expect(page.locator("#toggle-microphone")).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#toggle-camera")).to_have_attribute("aria-pressed", "false")


def test_only_the_camera_is_granted(dev_worker: LocalWorker, chromium: Start, session_id: str):
    with lobby(
        dev_worker, chromium(FAKE_DEVICES, asks=True), session_id, permissions=["camera"]
    ) as page:
        wait_for_state(page, "live")

        expect_problem(page, PLEASE_ALLOW, "nobody would hear you")


def test_no_devices_at_all(dev_worker: LocalWorker, chromium: Start, session_id: str):
    issues: list[str] = []
    # A machine without hardware, and no fake devices either.
    with lobby(dev_worker, chromium(ALLOW_ALL), session_id, issues=issues) as page:
        expect_problem(page, "No camera or microphone found.", "Plug one in")
        open_checks(page)
        expect(page.locator("#camera-picker")).to_have_text("No camera available")
        expect(page.locator("#join")).to_be_enabled()
        assert sorted(issues) == ["camera_missing", "microphone_missing"]


def test_no_camera(dev_worker: LocalWorker, chromium: Start, session_id: str):
    with lobby(dev_worker, chromium(NO_CAMERA, ALLOW_ALL), session_id) as page:
        expect_problem(page, "No camera found.", "you can join with audio only")
        wait_for_state(page, "error")
        expect(page.locator("#toggle-microphone")).to_have_attribute("aria-pressed", "true")


def test_no_microphone(dev_worker: LocalWorker, chromium: Start, session_id: str):
    script = reject_devices("NotFoundError", "Requested device not found", kinds="audio")
    with lobby(dev_worker, chromium(FAKE_DEVICES, ALLOW_ALL), session_id, script=script) as page:
        expect_problem(page, "No microphone found.", "Plug one in or switch it on")
        wait_for_state(page, "live")


def test_a_camera_in_use_starts_when_the_other_app_ends(
    dev_worker: LocalWorker, chromium: Start, session_id: str
):
    script = reject_devices("NotReadableError", "Could not start video source", kinds="video")
    with lobby(dev_worker, chromium(FAKE_DEVICES, ALLOW_ALL), session_id, script=script) as page:
        expect_problem(page, "Your camera is in use or not responding.", "Close other apps")
        page.evaluate("window.repaired = true; window.dispatchEvent(new Event('focus'))")

        wait_for_state(page, "live")
        no_problem(page)


def test_blocked_by_the_operating_system(dev_worker: LocalWorker, chromium: Start, session_id: str):
    issues: list[str] = []
    script = reject_devices("NotAllowedError", "Permission denied by system")
    windows = (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/150.0.0.0 Safari/537.36"
    )
    with lobby(
        dev_worker,
        chromium(FAKE_DEVICES, ALLOW_ALL),
        session_id,
        script=script,
        user_agent=windows,
        issues=issues,
    ) as page:
        expect_problem(page, PLEASE_ALLOW, "your device's own settings block it")
        expect(page.locator("#problem-steps")).to_contain_text("Privacy & security")
        assert "camera_system" in issues


def test_a_missing_remembered_device_is_replaced_with_a_note(
    dev_worker: LocalWorker, chromium: Start, session_id: str
):
    with lobby(
        dev_worker, chromium(FAKE_DEVICES, ALLOW_ALL), session_id, script=REMEMBERED
    ) as page:
        wait_for_state(page, "live")

        no_problem(page)
        expect(page.locator("#device-note")).to_contain_text("is not connected. Using")
        expect(page.locator("#toggle-microphone")).to_have_attribute("aria-pressed", "true")


def test_blocked_by_the_pages_policy(
    dev_worker: LocalWorker, chromium: Start, session_id: str, violations: list[str]
):
    browser = chromium(FAKE_DEVICES, ALLOW_ALL)
    # Chromium blocks local sockets of a page that the test has changed.
    expected = ["Permissions policy", "LOCAL_NETWORK_ACCESS"]
    with lobby(dev_worker, browser, session_id, expected=expected) as page:
        page.route(f"**/session/{session_id}", without_cameras)
        page.reload()

        expect_problem(page, PLEASE_ALLOW, "are switched off for this page")
    # The test provokes them.
    violations.clear()


def without_cameras(route) -> None:
    response = route.fetch()
    headers = response.headers | {"permissions-policy": "camera=(), microphone=()"}
    route.fulfill(response=response, headers=headers)


def test_an_insecure_address(dev_worker: LocalWorker, chromium: Start, session_id: str):
    browser = chromium(FAKE_DEVICES, ALLOW_ALL, "--host-resolver-rules=MAP room.test 127.0.0.1")
    address = f"http://room.test:{dev_worker.port}"
    with lobby(
        dev_worker, browser, session_id, base_url=address, expected=["Cross-Origin-Opener-Policy"]
    ) as page:
        expect_problem(page, "Camera and microphone need a secure connection.", "https")
        open_checks(page)
        expect(page.locator("#camera-picker")).to_have_text("No camera available")


def test_a_browser_without_media_devices(dev_worker: LocalWorker, chromium: Start, session_id: str):
    script = "Object.defineProperty(Navigator.prototype, 'mediaDevices', { get: () => undefined })"
    with lobby(dev_worker, chromium(FAKE_DEVICES, ALLOW_ALL), session_id, script=script) as page:
        expect_problem(page, "This browser cannot use a camera or microphone.", "Firefox")


def test_an_unanswered_prompt_shows_a_hint(
    dev_worker: LocalWorker, chromium: Start, session_id: str
):
    with prompting(dev_worker, chromium, session_id) as page:
        wait_for_state(page, "asking")
        expect(page.locator("#preview-message")).to_contain_text("Look for the permission prompt")
        expect(page.locator("#announcer")).to_contain_text("Look for the permission prompt")
        expect(page.locator("#checks-line")).to_have_text(re.compile("checking…$"))
        no_problem(page)
        expect(page.locator("#join")).to_be_enabled()


def test_a_late_answer_to_the_prompt_starts_the_devices(
    dev_worker: LocalWorker, chromium: Start, session_id: str
):
    with prompting(dev_worker, chromium, session_id) as page:
        expect(page.locator("#preview-message")).to_contain_text("Look for the permission prompt")
        page.evaluate("window.answer()")

        wait_for_state(page, "live")
        no_problem(page)


def test_ask_again_after_a_lost_prompt_starts_the_devices(
    dev_worker: LocalWorker, chromium: Start, session_id: str
):
    with prompting(dev_worker, chromium, session_id) as page:
        again = page.get_by_role("button", name="Ask again")
        expect(again).to_be_visible(timeout=15_000)
        page.evaluate("window.answered = true")
        again.click()
        wait_for_state(page, "live")
        page.evaluate("window.answer()")
        page.wait_for_timeout(500)

        # The tracks of the forgotten prompt were stopped.
        assert page.evaluate("window.opened.filter((t) => t.readyState === 'live').length") == 2


def test_a_dismissed_prompt_is_not_opened_again_by_itself(
    dev_worker: LocalWorker, chromium: Start, session_id: str
):
    script = PERMISSION_IS_PROMPT + reject_devices("NotAllowedError", "Permission dismissed")
    with lobby(dev_worker, chromium(FAKE_DEVICES, ALLOW_ALL), session_id, script=script) as page:
        expect_problem(page, PLEASE_ALLOW, "closed without an answer")
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        page.wait_for_timeout(300)

        assert len(page.evaluate("window.asked")) == 1


def test_an_unplugged_microphone_is_replaced(
    dev_worker: LocalWorker, chromium: Start, session_id: str
):
    with lobby(
        dev_worker, chromium(FAKE_DEVICES, ALLOW_ALL), session_id, script=KEEP_TRACKS
    ) as page:
        wait_for_state(page, "live")
        page.evaluate("unplug('audio')")

        expect(page.locator("#device-note")).to_contain_text("Your microphone was disconnected.")
        expect(page.locator("#toggle-microphone")).to_have_attribute("aria-pressed", "true")
        no_problem(page)


def test_an_unplugged_camera_starts_when_it_is_plugged_in_again(
    dev_worker: LocalWorker, chromium: Start, session_id: str
):
    script = reject_devices("NotFoundError", "Requested device not found", kinds="video")
    script = f"window.repaired = true; {script} {KEEP_TRACKS}"
    with lobby(dev_worker, chromium(FAKE_DEVICES, ALLOW_ALL), session_id, script=script) as page:
        wait_for_state(page, "live")
        page.evaluate("window.repaired = false; unplug('video')")
        expect_problem(page, "Your camera is no longer connected.", "Plug it in again")
        wait_for_state(page, "error")

        page.evaluate("window.repaired = true")
        page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
        wait_for_state(page, "live")
        no_problem(page)


def test_device_help_that_failed_to_load_is_loaded_again(
    dev_worker: LocalWorker, chromium: Start, session_id: str
):
    script = reject_devices("NotReadableError", "Could not start video source")
    browser = chromium(FAKE_DEVICES, ALLOW_ALL)
    with lobby(dev_worker, browser, session_id, script=script, expected=["ERR_FAILED"]) as page:
        page.route("**/device_help.json", lambda route: route.abort())
        page.reload()
        expect_problem(page, "Your camera or microphone does not work.", "could not be loaded")
        page.unroute("**/device_help.json")
        page.locator("#problem-retry").click()

        expect_problem(page, "Your camera and microphone are in use or not responding.", "Close")


PERMISSION_IS_PROMPT = """
navigator.permissions.query = async () =>
  Object.assign(new EventTarget(), { state: window.answered ? "granted" : "prompt" });
"""
KEEP_TRACKS = """
{
  window.opened = [];
  const inner = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await inner(constraints);
    opened.push(...stream.getTracks());
    return stream;
  };
  // What Chromium does to a track whose device has gone.
  window.unplug = (kind) => {
    const track = opened.findLast((each) => each.kind === kind);
    track.stop();
    track.dispatchEvent(new Event("ended"));
    navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
  };
}
"""
NOBODY_ANSWERS = """
{
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const open = new Promise((resolve) => {
    window.answer = () => { window.answered = true; resolve(); };
  });
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    if (!window.answered) await open;
    return ask(constraints);
  };
}
"""


def prompting(dev_worker: LocalWorker, chromium: Start, session_id: str):
    """Open a lobby whose permission prompt stays open until `window.answer()`."""
    script = PERMISSION_IS_PROMPT + NOBODY_ANSWERS + KEEP_TRACKS
    return lobby(dev_worker, chromium(FAKE_DEVICES, ALLOW_ALL), session_id, script=script)
