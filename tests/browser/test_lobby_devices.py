"""The device check with working devices: picture, meter, lists, switches, stored choices."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.lobby_page import (
    ALLOW_ALL,
    FAKE_DEVICES,
    book,
    lobby,
    open_checks,
    wait_for_state,
)
from tools.local_worker import LocalWorker

TWO_CAMERAS = "--use-fake-device-for-media-stream=device-count=2"


@pytest.fixture
def session_id(dev_worker: LocalWorker) -> str:
    return book(dev_worker, starts_in=5 * 60)


def test_the_picture_runs(dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str):
    with lobby(dev_worker, browser_with_camera, session_id) as page:
        wait_for_state(page, "live")

        page.wait_for_function("() => document.getElementById('preview-video').videoWidth > 0")
        expect(page.locator("#start-check")).to_be_hidden()
        expect(page.get_by_role("button", name="Camera", exact=True)).to_have_attribute(
            "aria-pressed", "true"
        )


def test_the_meter_moves_and_updates_screen_readers_four_times_a_second_at_most(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    with lobby(dev_worker, browser_with_camera, session_id) as page:
        wait_for_state(page, "live")
        seen = page.evaluate(
            """async () => {
              const bar = document.getElementById("microphone-level");
              const levels = [];
              let spoken = 0;
              new MutationObserver((records) => { spoken += records.length; })
                .observe(bar, { attributeFilter: ["aria-valuenow"] });
              const started = performance.now();
              while (performance.now() - started < 3000) {
                await new Promise(requestAnimationFrame);
                levels.push(Number(bar.style.getPropertyValue("--level")));
              }
              return { spoken, low: Math.min(...levels), high: Math.max(...levels) };
            }"""
        )

        assert seen["high"] > 0.4
        assert seen["low"] < 0.3
        assert 2 <= seen["spoken"] <= 12


def test_silence_is_noticed(dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str):
    with lobby(dev_worker, browser_with_camera, session_id, script=SILENT_MICROPHONE) as page:
        wait_for_state(page, "live")
        hint = page.locator("#microphone-hint")
        expect(hint).to_be_hidden()

        expect(hint).to_be_visible(timeout=12_000)
        page.locator("#toggle-microphone").click()
        expect(hint).to_be_hidden()


def test_camera_off_stops_the_track_and_on_starts_it_again(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    with lobby(dev_worker, browser_with_camera, session_id, script=COLLECT_TRACKS) as page:
        wait_for_state(page, "live")
        page.locator("#toggle-camera").click()
        wait_for_state(page, "off")

        assert live_tracks(page, "video") == 0
        assert live_tracks(page, "audio") == 1
        expect(page.locator("#toggle-camera")).to_have_attribute("aria-pressed", "false")
        expect(page.locator("#toggle-camera")).to_have_accessible_name("Camera")

        page.locator("#toggle-camera").click()
        wait_for_state(page, "live")
        assert live_tracks(page, "video") == 1


def test_microphone_off_mutes_the_track(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    with lobby(dev_worker, browser_with_camera, session_id, script=COLLECT_TRACKS) as page:
        wait_for_state(page, "live")
        page.locator("#toggle-microphone").click()

        enabled = "tracks.filter((t) => t.kind === 'audio').map((t) => t.enabled)"
        assert page.evaluate(enabled) == [False]
        expect(page.locator("#toggle-microphone")).to_have_attribute("aria-pressed", "false")
        expect(page.locator("#microphone-level")).to_have_attribute("aria-valuenow", "0")


def test_switches_are_remembered(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    with lobby(dev_worker, browser_with_camera, session_id, script=COLLECT_TRACKS) as page:
        wait_for_state(page, "live")
        page.locator("#toggle-camera").click()
        page.locator("#toggle-microphone").click()
        page.reload()
        wait_for_state(page, "off")

        # The camera was not started at all.
        assert page.evaluate("tracks.map((t) => t.kind)") == ["audio"]
        expect(page.locator("#toggle-microphone")).to_have_attribute("aria-pressed", "false")


def test_chosen_devices_are_used_and_remembered(
    dev_worker: LocalWorker, chromium: Callable[..., Browser], session_id: str
):
    # Without windows the ids of devices are new in each page.
    browser = chromium(TWO_CAMERAS, ALLOW_ALL, asks=True)
    with lobby(dev_worker, browser, session_id, script=COLLECT_TRACKS) as page:
        wait_for_state(page, "live")
        open_checks(page)
        expect(page.locator("#camera-picker option")).to_have_count(2)
        page.locator("#camera-picker").select_option(label="fake_device_1")
        page.locator("#microphone-picker").select_option(label="Fake Audio Input 2")
        page.locator("#speaker-picker").select_option(label="Fake Audio Output 1")
        expect_running(page, "fake_device_1", "Fake Audio Input 2")
        # The earlier tracks were stopped.
        page.wait_for_function("() => tracks.filter((t) => t.readyState === 'live').length === 2")

        page.reload()
        wait_for_state(page, "live")
        expect_running(page, "fake_device_1", "Fake Audio Input 2")
        open_checks(page)
        expect(page.locator("#camera-picker option:checked")).to_have_text("fake_device_1")
        expect(page.locator("#microphone-picker option:checked")).to_have_text("Fake Audio Input 2")
        expect(page.locator("#speaker-picker option:checked")).to_have_text("Fake Audio Output 1")
        expect(page.locator("#device-note")).to_be_hidden()


def test_a_phone_closes_one_camera_before_it_opens_the_next(
    dev_worker: LocalWorker, chromium: Callable[..., Browser], session_id: str
):
    phone = {
        "user_agent": "Mozilla/5.0 (Linux; Android 15) Chrome/150.0 Mobile Safari/537.36",
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
    }
    # Without windows the ids of devices are new in each page.
    browser = chromium(TWO_CAMERAS, ALLOW_ALL, asks=True)
    with lobby(dev_worker, browser, session_id, script=COLLECT_TRACKS, **phone) as page:
        wait_for_state(page, "live")
        open_checks(page)
        page.locator("#camera-picker").select_option(label="fake_device_1")
        expect_running(page, "fake_device_1", "Fake Default Audio Input")

        assert page.evaluate("window.mostCamerasAtOnce") == 1


def test_the_test_sound_plays_on_the_chosen_speaker(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    with lobby(dev_worker, browser_with_camera, session_id, script=COLLECT_SINKS) as page:
        wait_for_state(page, "live")
        open_checks(page)
        page.locator("#speaker-picker").select_option(label="Fake Audio Output 2")
        chosen = page.locator("#speaker-picker").input_value()
        button = page.locator("#test-speaker")
        button.click()
        expect(button).to_have_attribute("aria-busy", "true")
        expect(button).to_have_attribute("aria-busy", "false")

        assert page.evaluate("sinks") == [chosen]


def test_no_speaker_picker_where_none_can_be_chosen(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    script = "delete HTMLMediaElement.prototype.setSinkId;"
    with lobby(dev_worker, browser_with_camera, session_id, script=script) as page:
        wait_for_state(page, "live")
        open_checks(page)

        expect(page.locator("#speaker-picker")).to_be_hidden()
        expect(page.locator("#test-speaker")).to_be_visible()


def test_leaving_the_page_stops_the_devices(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    with lobby(dev_worker, browser_with_camera, session_id, script=COLLECT_TRACKS) as page:
        wait_for_state(page, "live")
        page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")

        assert page.evaluate("tracks.map((t) => t.readyState)") == ["ended", "ended"]


def test_an_early_visitor_gets_the_prompt_on_a_button(
    dev_worker: LocalWorker, chromium: Callable[..., Browser]
):
    early = book(dev_worker, starts_in=3600)
    with lobby(dev_worker, chromium(FAKE_DEVICES, asks=True), early, script=COLLECT_TRACKS) as page:
        page.wait_for_timeout(500)
        wait_for_state(page, "idle")
        assert page.evaluate("window.requests") == 0

        page.get_by_role("button", name="Check camera and microphone").press("Enter")
        wait_for_state(page, "error")
        expect(page.locator("#device-check-heading")).to_be_focused()


def test_an_early_visitor_with_permission_gets_the_picture_at_once(
    dev_worker: LocalWorker, chromium: Callable[..., Browser]
):
    early = book(dev_worker, starts_in=3600)
    permissions = ["camera", "microphone"]
    with lobby(
        dev_worker, chromium(FAKE_DEVICES, asks=True), early, permissions=permissions
    ) as page:
        wait_for_state(page, "live")


COLLECT_TRACKS = """
{
  Object.assign(window, { tracks: [], requests: 0, mostCamerasAtOnce: 0 });
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    requests += 1;
    const stream = await ask(constraints);
    tracks.push(...stream.getTracks());
    const cameras = tracks.filter((t) => t.kind === "video" && t.readyState === "live").length;
    mostCamerasAtOnce = Math.max(mostCamerasAtOnce, cameras);
    return stream;
  };
}
"""
COLLECT_SINKS = """
{
  window.sinks = [];
  const choose = HTMLMediaElement.prototype.setSinkId;
  HTMLMediaElement.prototype.setSinkId = function (id) {
    sinks.push(id);
    return choose.call(this, id);
  };
}
"""
SILENT_MICROPHONE = """
{
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await ask(constraints);
    const silence = new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0];
    stream.getAudioTracks().forEach((track) => { track.stop(); stream.removeTrack(track); });
    stream.addTrack(silence);
    return stream;
  };
}
"""


def live_tracks(page: Page, kind: str) -> int:
    script = f"tracks.filter((t) => t.kind === '{kind}' && t.readyState === 'live').length"
    return page.evaluate(script)


def expect_running(page: Page, *labels: str) -> None:
    page.wait_for_function(
        """(labels) => {
          const live = tracks.filter((t) => t.readyState === "live").map((t) => t.label);
          return labels.every((label) => live.includes(label));
        }""",
        arg=list(labels),
    )
