"""The lobby's device check in Firefox: its question, and microphones and speakers that go."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Page, expect

from tests.browser.firefox.conftest import FAKE_MEDIA, WITHOUT_QUESTION, Firefox
from tests.browser.firefox.sound_server import SPEAKER
from tests.browser.lobby_page import book, lobby, open_checks, wait_for_state
from tools.local_worker import LocalWorker

PLEASE_ALLOW = "Please allow camera/microphone access."
# The script runs in the empty page before, too, which has no storage.
WITHOUT_CAMERA = """
if (location.host) localStorage.setItem("session-room:devices", '{"cameraOn": false}');
"""
TONES = {"first": "440", "second": "300"}


@pytest.fixture
def visit(dev_worker: LocalWorker, firefox: Firefox) -> Callable[..., AbstractContextManager[Page]]:
    """Return a function that opens a lobby."""
    session_id = book(dev_worker, starts_in=300)
    return lambda script="": lobby(dev_worker, firefox.browser, session_id, script=script)


@pytest.fixture
def questions(firefox: Firefox) -> Iterator[None]:
    """Let Firefox ask before it gives a device."""
    asks = {name: not value for name, value in WITHOUT_QUESTION.items()}
    firefox.window.prefer(asks | {"media.navigator.permission.fake": True})
    yield
    firefox.window.prefer(WITHOUT_QUESTION)


@pytest.fixture
def microphones(firefox: Firefox) -> Iterator[dict[str, str]]:
    """Plug in two microphones in place of the fake devices."""
    firefox.window.prefer(dict.fromkeys(FAKE_MEDIA, False))
    plugged = {
        name: firefox.sound.add("module-sine-source", f"source_name={name}", f"frequency={tone}")
        for name, tone in TONES.items()
    }
    yield plugged
    for device in plugged.values():
        firefox.sound.remove(device)
    firefox.window.prefer(FAKE_MEDIA)


def test_the_picture_runs_the_meter_moves_and_the_speaker_plays(visit) -> None:
    with visit() as page:
        wait_for_state(page, "live")
        page.wait_for_function("() => document.getElementById('preview-video').videoWidth > 0")
        page.wait_for_function("() => document.getElementById('microphone-level').ariaValueNow > 0")
        expect(page.locator("#network-result")).to_contain_text("ms to our server")
        open_checks(page)
        button = page.locator("#test-speaker")
        button.click()
        expect(button).to_have_attribute("aria-busy", "true")
        expect(button).to_have_attribute("aria-busy", "false")
        expect(page.locator("#device-note")).to_be_hidden()


def test_block_is_explained(visit, firefox: Firefox, questions: None) -> None:
    with visit() as page:
        firefox.window.answer("Block")

        expect(page.locator("#problem-title")).to_have_text(PLEASE_ALLOW)
        expect(page.locator("#problem-text")).to_contain_text("blocks the camera and microphone")
        expect(page.locator("#problem-steps li").first).to_contain_text("crossed-out")
        open_checks(page)
        expect(page.locator("#microphone-picker")).to_have_text("No access to the microphone")
        expect(page.locator("#camera-picker")).to_have_text("No access to the camera")
        expect(page.locator("#join")).to_be_enabled()


def test_an_unplugged_microphone_is_named_and_the_next_one_is_used_once_allowed(
    visit, firefox: Firefox, questions: None, microphones: dict[str, str]
) -> None:
    with visit(WITHOUT_CAMERA) as page:
        firefox.window.answer("Allow")
        open_checks(page)
        chosen = page.locator("#microphone-picker option:checked")
        expect(chosen).to_have_text("Sine source at 440 Hz")
        firefox.sound.remove(microphones.pop("first"))

        expect(page.locator("#problem-title")).to_have_text(
            "Your microphone is no longer connected."
        )
        expect(page.locator("#problem-text")).to_contain_text("If the browser asks, choose Allow.")
        expect(chosen).to_have_text("No microphone in use")
        firefox.window.answer("Allow")
        expect(page.locator("#device-note")).to_have_text(
            "Your microphone was disconnected. Using Sine source at 300 Hz now."
        )
        expect(chosen).to_have_text("Sine source at 300 Hz")
        expect(page.locator("#device-problem")).to_be_hidden()


def test_the_test_sound_ends_without_any_speaker(visit, firefox: Firefox) -> None:
    firefox.sound.remove(firefox.sound.find(SPEAKER[0]))
    try:
        with visit(WITHOUT_CAMERA) as page:
            open_checks(page)
            button = page.locator("#test-speaker")
            button.click()
            expect(button).to_have_attribute("aria-busy", "true")
            expect(button).to_have_attribute("aria-busy", "false")
            expect(page.locator("#device-note")).to_contain_text("could not be played")
    finally:
        firefox.sound.add(*SPEAKER)
