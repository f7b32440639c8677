"""The rest of the lobby: countdown, clocks, connection check, announcements, size."""

import hashlib
import re
import socket
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.lobby_page import book, lobby, open_checks, wait_for_state
from tools.local_worker import LocalWorker
from tools.paths import ROOT

PUBLIC = ROOT / "public"
BEFORE_USABLE_BYTES = 55_000
IN_ALL_BYTES = 63_000


@pytest.fixture
def session_id(dev_worker: LocalWorker) -> str:
    return book(dev_worker, starts_in=5 * 60)


@pytest.fixture
def page(dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str):
    with lobby(dev_worker, browser_with_camera, session_id) as page:
        wait_for_state(page, "live")
        yield page


def test_chat_lines_of_another_day_have_that_day_above_them(page: Page):
    friday, day = 1_795_780_800, 24 * 3600  # 12:00 UTC on Friday, 27 November 2026
    shown = page.evaluate(
        """async ([friday, day]) => {
          const { ChatLines } = await import("/js/chat/chat_lines.js");
          const zone = { timeZone: "Europe/Berlin", utcOffset: 3600 };
          const clock = { localeTag: "en-GB", monthFirst: false, ...zone };
          const now = () => friday + day;
          const session = { role: "student", other: { called: "Amara" }, clock, now };
          const show = (moments) => {
            const lines = new ChatLines(session, new AbortController().signal);
            const line = { role: "teacher", text: "Hi" };
            moments.forEach((at, id) => lines.show({ ...line, number: id, id: `${id}`, at }));
            const items = [...document.querySelectorAll("#chat-lines li")];
            return items.map((each) => `${each.className}:${each.textContent}`);
          };
          return [show([friday, friday + 60, friday + day]), show([friday + day])];
        }""",
        [friday, day],
    )

    kinds = [[each.split("Amara")[0] for each in lines] for lines in shown]
    friday_words, saturday_words = "chat-day:Friday, 27 November", "chat-day:Saturday, 28 November"
    assert kinds == [[friday_words, "line:", "line:", saturday_words, "line:"], ["line:"]]


def test_the_countdown_ticks_each_second_by_the_servers_clock(page: Page, session_id: str):
    ticks = page.evaluate(
        """async () => {
          const seen = [];
          const countdown = document.getElementById("countdown");
          new MutationObserver(() => seen.push([countdown.textContent, Date.now()]))
            .observe(countdown, { childList: true });
          await new Promise((resolve) => setTimeout(resolve, 4000));
          return seen;
        }"""
    )

    shown = {text for text, _ in ticks}
    assert 3 <= len(shown) <= 5
    assert all(text.startswith("Starts in 4:") for text in shown)


def test_the_countdown_ignores_a_wrong_clock_on_this_device(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    an_hour_fast = "const real = Date.now; Date.now = () => real() + 3_600_000;"
    # performance's clock is wrong in the same way on a real device.
    script = an_hour_fast + (
        "Object.defineProperty(performance, 'timeOrigin', "
        "{ value: performance.timeOrigin + 3_600_000 });"
    )
    with lobby(dev_worker, browser_with_camera, session_id, script=script) as page:
        wait_for_state(page, "live")

        expect(page.locator("#countdown")).to_contain_text("Starts in 4:")


def test_the_start_on_this_devices_clock(dev_worker: LocalWorker, browser_with_camera: Browser):
    session_id = book(dev_worker, starts_in=0, start=(start := int(time.time()) + 3 * 24 * 3600))
    for zone in ("Europe/London", "Asia/Tokyo"):
        there = datetime.fromtimestamp(start, ZoneInfo(zone))
        with lobby(dev_worker, browser_with_camera, session_id, timezone_id=zone) as page:
            words = page.locator("#device-zone")
            expect(words).to_contain_text(f"on this device's clock ({zone})")
            expect(words).to_contain_text(f"{there:%H:%M}")
            for path in (f"/session/{session_id}/reschedule", "/session/demo-ended"):
                page.goto(path)
                expect(words).to_contain_text(f"on this device's clock ({zone})")
    with lobby(dev_worker, browser_with_camera, session_id, timezone_id="Europe/Paris") as page:
        expect(page.locator("#checks-line")).to_be_visible()
        loaded = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
        expect(page.locator("#device-zone")).to_be_hidden()
        assert any("lobby.js" in name for name in loaded)
        assert not any("device_zone.js" in name for name in loaded)


def test_the_connection_check_runs_by_itself_and_on_its_button(page: Page):
    result = page.locator("#network-result")
    # The quality depends on the load of this machine.
    expect(result).to_have_attribute("data-quality", re.compile("good|fair|poor"))
    expect(result).to_contain_text("ms to our server")
    expect(result).to_contain_text("Mbit/s")
    line = page.locator("#checks-line")
    expect(line).to_have_text(re.compile("all good$|^Connection: (limited|poor)$"))
    open_checks(page)
    asked = []
    page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[-1]))
    page.locator("#check-network").click()

    expect(page.locator("#announcer")).to_contain_text("ms to our server")
    assert asked.count("ping.txt") == 9
    assert asked.count("probe.bin") == 1

    # A STUN server that gives no answer.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        result.evaluate(
            "(result, port) => (result.dataset.stun = `stun:127.0.0.1:${port}`)",
            silent.getsockname()[1],
        )
        page.locator("#check-network").click()
        expect(result).to_contain_text("May not reach everybody")
    expect(result).to_have_attribute("data-quality", re.compile("fair|poor"))


def test_a_slow_connection(page: Page):
    expect(page.locator("#network-result")).to_contain_text("ms to our server")
    open_checks(page)
    throttle(page, latency=300, kilobits=1000)
    page.locator("#check-network").click()

    result = page.locator("#network-result")
    expect(result).to_contain_text(re.compile("^(Slow: video may freeze|Poor)"), timeout=15_000)


def test_a_poor_connection(page: Page):
    expect(page.locator("#network-result")).to_contain_text("ms to our server")
    open_checks(page)
    throttle(page, latency=600, kilobits=300)
    page.locator("#check-network").click()

    result = page.locator("#network-result")
    expect(result).to_contain_text("Poor: use audio only.", timeout=25_000)
    expect(result).to_have_attribute("data-quality", "poor")
    expect(page.locator("#checks-line")).to_have_text("Connection: poor")


def throttle(page: Page, *, latency: int, kilobits: int) -> None:
    page.context.new_cdp_session(page).send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": latency,
            "downloadThroughput": kilobits * 1000 / 8,
            "uploadThroughput": kilobits * 1000 / 8,
        },
    )


def test_a_browser_without_webrtc_is_warned_and_may_join(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    script = "delete window.RTCPeerConnection;"
    with lobby(dev_worker, browser_with_camera, session_id, script=script) as page:
        expect(page.locator("#network-result")).to_have_attribute("data-quality", "blocked")
        expect(page.locator("#network-result")).to_contain_text("WebRTC")
        expect(page.locator("#checks-line")).to_have_text("Connection: no calls")
        expect(page.locator("#no-calls")).to_contain_text("You can join for chat and files. To be")
        expect(page.locator("#join")).to_be_enabled()


def test_the_download_test_is_skipped_while_saving_data(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    script = "Object.defineProperty(navigator.connection, 'saveData', { value: true });"
    with lobby(dev_worker, browser_with_camera, session_id, script=script) as page:
        expect(page.locator("#network-result")).to_contain_text("ms to our server")
        expect(page.locator("#network-result")).not_to_contain_text("Mbit/s")


def test_one_polite_live_region(page: Page):
    regions = page.evaluate(
        "[...document.querySelectorAll('[role=status], [aria-live=polite]')].map((e) => e.id)"
    )

    assert regions == ["announcer"]


def test_announcements_are_all_spoken(page: Page):
    heard = page.evaluate(
        """async () => {
          const { announce } = await import("/js/shared/announce.js");
          const heard = [];
          const region = document.getElementById("announcer");
          new MutationObserver(() => region.textContent && heard.push(region.textContent))
            .observe(region, { childList: true });
          ["one", "two", "two"].forEach(announce);
          await new Promise((resolve) => setTimeout(resolve, 2500));
          return heard;
        }"""
    )

    assert heard[-3:] == ["one", "two", "two"]


def test_the_lobby_stays_light(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    """On a device in the account's zone: elsewhere device_zone.js is loaded as well."""
    loaded: list[str] = []
    device = {"timezone_id": "Europe/Berlin"}
    with lobby(dev_worker, browser_with_camera, session_id, **device) as page:
        page.on("request", lambda request: loaded.append(request.url))
        page.reload()
        wait_for_state(page, "live")
        expect(page.locator("#network-result")).to_contain_text("ms to our server")

    weights = {
        name: (PUBLIC / "js" / name).stat().st_size
        for name in (url.partition("/js/")[2] for url in loaded)
        if name.endswith(".js")
    }
    # These load once the page is usable; the room's modules are for the next step.
    assert weights.pop("room/room.js")
    check = (
        *("lobby/connection_check.js", "lobby/network.js", "lobby/reach.js"),
        "shared/numbers.js",
    )
    later = sum(weights.pop(name, 0) for name in check)
    assert sum(weights.values()) <= BEFORE_USABLE_BYTES, weights
    assert sum(weights.values()) + later <= IN_ALL_BYTES


def test_the_probe_cannot_be_compressed_and_can_be_made_again():
    blocks = (hashlib.sha256(b"session-room probe %d" % n).digest() for n in range(8192))

    assert Path(PUBLIC / "probe.bin").read_bytes() == b"".join(blocks)
