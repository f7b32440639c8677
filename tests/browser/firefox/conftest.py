"""Firefox for tests, without a window, as Debian packs it."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Playwright

from tests.browser.firefox.firefox_window import FirefoxWindow, window_of_firefox
from tests.browser.firefox.sound_server import SPEAKER, SoundServer
from tools import other_browsers
from tools.local_worker import free_port

BRIDGE = Path(__file__).with_name("bridge.py")
# A camera whose colour changes slowly and a microphone with a tone.
FAKE_MEDIA = {"media.navigator.streams.fake": True}
WITHOUT_QUESTION = {"media.navigator.permission.disabled": True}
# Both browsers of a call are on this machine.
ON_ONE_MACHINE = {
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
}


class Firefox(NamedTuple):
    """A Firefox with fake devices that it gives without a question."""

    browser: Browser
    window: FirefoxWindow
    sound: SoundServer


@pytest.fixture(scope="session")
def firefox(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    if not (program := other_browsers.find_firefox()) or not shutil.which("pulseaudio"):
        pytest.skip("Firefox or PulseAudio is not installed")
    folder, port = tmp_path_factory.mktemp("firefox"), free_port()
    bridge = folder / "firefox"
    bridge.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{BRIDGE}" {port} "{program}" "$@"\n')
    bridge.chmod(0o755)
    sound = SoundServer(folder)
    with sound.running():
        sound.add(*SPEAKER)
        browser = playwright.firefox.launch(
            channel="moz-firefox",
            executable_path=bridge,
            args=["--remote-allow-system-access"],
            firefox_user_prefs=FAKE_MEDIA | WITHOUT_QUESTION | ON_ONE_MACHINE,
            env={**os.environ, "PULSE_SERVER": sound.address},
        )
        with window_of_firefox(port) as window:
            yield Firefox(browser, window, sound)
        browser.close()
