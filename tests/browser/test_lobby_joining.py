"""Joining from the lobby, and what can prevent it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Request, Route, WebSocketRoute, expect

from tests.browser.lobby_page import (
    COUNT_REQUESTS,
    FAKE_DEVICES,
    JOIN_WINDOW_S,
    ROOM_MODULE,
    book,
    cancel,
    lobby,
    signed_in,
    wait_for_state,
)
from tools.local_worker import LocalWorker

UNAVAILABLE = (
    '{"error":{"code":"provider_unavailable","message":"Video service unavailable. Try again."}}'
)
TOO_EARLY = '{"error":{"code":"too_early","message":"This session is not open yet."}}'
FAILED_LOAD = "Failed to load resource"
# The page joins before its lobby's socket is open.
SOCKET_NOT_YET_OPEN = "WebSocket is closed before the connection is established"

# Exports that a page of the release before uses of modules that it loads late.
LATE_EXPORTS = {
    "connection_check": ["watchConnection"],
    "problem_panel": ["showProblems"],
    "test_tone": ["playTestTone"],
    "default_device": ["follow"],
    "device_help": ["explain", "readHelp"],
    "problem_reports": ["reportProblems"],
    "device_zone": ["showDeviceZone"],
    "waiting_mail": ["offerWaitingMail", "showWaitingMail"],
    "files": ["FileList"],
    "session_files": ["SessionWithFiles"],
    "upload": ["Uploads"],
}
LATE_IMPORTS = """async (wanted) => {
  const found = {};
  for (const [name, exports] of Object.entries(wanted)) {
    const module = await import(`/js/${name}.js`);
    found[name] = exports.every((each) => typeof module[each] === "function");
  }
  return found;
}"""


@pytest.fixture
def session_id(dev_worker: LocalWorker) -> str:
    return book(dev_worker, starts_in=5 * 60)


def test_joining_passes_the_running_devices_to_the_room(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    with lobby(dev_worker, browser_with_camera, session_id) as page:
        wait_for_state(page, "live")
        page.locator("#join").click()
        page.wait_for_function("() => window.entered === 1")

        assert page.evaluate("grant.provider") == "peer"
        assert page.evaluate("[session.id, session.role]") == [session_id, "student"]
        assert page.evaluate("devices.stream.getTracks().map((t) => t.readyState)") == ["live"] * 2
        assert page.evaluate("[devices.cameraOn, devices.microphoneOn, devices.audioOnly]") == [
            True,
            True,
            False,
        ]
        expect(page.locator("#lobby")).to_be_hidden()


def test_joining_with_audio_only_stops_the_camera(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    with lobby(dev_worker, browser_with_camera, session_id) as page:
        wait_for_state(page, "live")
        page.locator("#join-audio").click()
        page.wait_for_function("() => window.entered === 1")

        assert page.evaluate("devices.stream.getTracks().map((t) => t.kind)") == ["audio"]
        assert page.evaluate("devices.audioOnly") is True


def test_a_double_click_joins_once(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    held: list[Route] = []
    with lobby(dev_worker, browser_with_camera, session_id) as page:
        wait_for_state(page, "live")
        page.route("**/join", lambda route: held.append(route))  # noqa: PLW0108
        page.locator("#join").dblclick()
        expect(page.locator("#join")).to_have_attribute("aria-busy", "true")
        expect(page.locator("#join")).to_have_text("Joining…")
        page.locator("#join-audio").click()
        held[0].continue_()
        page.wait_for_function("() => window.entered === 1")

        assert len(held) == 1


def test_joining_works_by_keyboard(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    with lobby(dev_worker, browser_with_camera, session_id) as page:
        wait_for_state(page, "live")
        page.locator("#join").focus()
        page.keyboard.press("Enter")

        page.wait_for_function("() => window.entered === 1")


def test_the_join_button_is_enabled_when_the_room_opens(
    dev_worker: LocalWorker, browser_with_camera: Browser
):
    session_id = book(dev_worker, starts_in=JOIN_WINDOW_S + 5)
    with lobby(dev_worker, browser_with_camera, session_id) as page:
        join = page.locator("#join")
        expect(join).to_be_disabled()
        expect(join).to_contain_text("Join opens at")
        expect(page.locator("body")).to_have_attribute("data-view", "early")
        wait_for_state(page, "live")

        expect(join).to_be_enabled(timeout=10_000)
        expect(join).to_have_text("Join session")
        expect(page.locator("#announcer")).to_have_text("The room is open. You can join now.")
        expect(page.locator("body")).to_have_attribute("data-view", "joinable")
        expect(page.locator(".status")).to_have_attribute("data-tone", "joinable")
        # A click at once is not too early for the server.
        join.click()
        page.wait_for_function("() => window.entered === 1")


def test_an_early_visitor_gets_the_prompt_on_join(
    dev_worker: LocalWorker, chromium: Callable[..., Browser]
):
    session_id = book(dev_worker, starts_in=JOIN_WINDOW_S + 8)
    browser = chromium(FAKE_DEVICES, asks=True)
    with lobby(dev_worker, browser, session_id, script=COUNT_REQUESTS) as page:
        wait_for_state(page, "idle")
        expect(page.locator("#join")).to_be_enabled()
        assert page.evaluate("window.requests") == 0
        page.locator("#join").click()
        page.wait_for_function("() => window.entered === 1")

        assert page.evaluate("window.requests") > 0


def test_the_lobby_shows_the_words_that_a_reload_shows(
    dev_worker: LocalWorker, browser_with_camera: Browser
):
    session_id = book(dev_worker, starts_in=JOIN_WINDOW_S + 4)
    with lobby(dev_worker, browser_with_camera, session_id) as page:
        expect(page.locator("body")).to_have_attribute("data-view", "joinable", timeout=10_000)
        expect(page.locator("#status-label")).to_have_text("Open now")
        live = words(page)
        page.reload()

        assert words(page) == live


def words(page: Page) -> list[str]:
    return [page.locator(each).inner_text() for each in ("#heading", "#lead", "#status-label")]


def test_joining_too_early_shows_a_note(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    with lobby(dev_worker, browser_with_camera, session_id, expected=[FAILED_LOAD]) as page:
        wait_for_state(page, "live")
        page.route("**/join", lambda route: route.fulfill(status=409, body=TOO_EARLY))
        with page.expect_request("**/state"):
            page.locator("#join").click()

        expect(page.locator("#join-note")).to_have_text("This session is not open yet.")
        expect(page.locator("#lobby")).to_be_visible()


def test_joining_a_cancelled_session_shows_its_page(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    # Before the page knows of it.
    script = "window.WebSocket = class extends EventTarget { send() {} close() {} };"
    refused = {"expected": [FAILED_LOAD], "script": script}
    with lobby(dev_worker, browser_with_camera, session_id, **refused) as page:
        wait_for_state(page, "live")
        page.route("**/state", lambda route: route.abort())
        cancel(dev_worker, session_id)
        page.locator("#join").click()

        expect(page.locator("#heading")).to_have_text("This session was cancelled")


@pytest.mark.parametrize(("failures", "works"), [(1, True), (9, False)])
def test_a_lobby_whose_scripts_did_not_load_is_loaded_again(
    dev_worker: LocalWorker,
    browser_with_camera: Browser,
    session_id: str,
    failures: int,
    works: bool,
):
    loads: list[Request] = []

    def answer(route: Route) -> None:
        if len(loads) > failures:
            route.continue_()
        else:
            # What a page gets that loads while the network changes.
            route.abort("internetdisconnected")

    with signed_in(dev_worker, browser_with_camera) as context:
        page = context.new_page()
        page.on("request", lambda asked: asked.is_navigation_request() and loads.append(asked))
        page.route("**/js/lobby/countdown.js", answer)
        page.goto(f"/session/{session_id}")
        if works:
            wait_for_state(page, "live")
            expect(page.get_by_text("did not load completely")).to_have_count(0)
        else:
            expect(page.get_by_text("did not load completely")).to_be_visible(timeout=30_000)
            assert len(loads) == 4


def test_a_cancellation_reloads_the_lobby(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    with lobby(dev_worker, browser_with_camera, session_id) as page:
        wait_for_state(page, "live")
        cancel(dev_worker, session_id)

        expect(page.locator("#heading")).to_have_text("This session was cancelled")


def test_an_ended_lobby_does_not_watch_again_before_the_reload(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    with lobby(dev_worker, browser_with_camera, session_id) as page:
        wait_for_state(page, "live")
        sockets = []
        page.on("websocket", lambda socket: sockets.append(socket.url))
        asked: list[Route] = []
        page.route("**/state", lambda route: asked.append(route))  # noqa: PLW0108 (Playwright marks it)
        cancel(dev_worker, session_id)
        # Longer than a reconnection after a lost socket.
        page.wait_for_timeout(2000)
        assert (len(asked), sockets) == (1, [])

        asked.pop().continue_()
        expect(page.locator("#heading")).to_have_text("This session was cancelled")


def test_a_new_time_reloads_the_lobby(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    with lobby(dev_worker, browser_with_camera, session_id) as page:
        wait_for_state(page, "live")
        book(dev_worker, id=session_id, starts_in=2 * 3600)

        expect(page.locator("#join")).to_contain_text("Join opens at")


def test_a_reload_that_does_not_help_is_not_repeated(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    loads = []
    with lobby(dev_worker, browser_with_camera, session_id) as page:
        wait_for_state(page, "live")
        page.on("request", lambda r: loads.append(r.url) if r.is_navigation_request() else None)
        page.route("**/state", change_state(lambda state: state.update(view="ended")))
        with page.expect_navigation():
            come_back(page)
        wait_for_state(page, "live")
        with page.expect_response("**/state"):
            come_back(page)
        page.wait_for_timeout(500)

        assert len(loads) == 1


def test_a_replaced_lobby_stops_watching(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    sockets: list[WebSocketRoute] = []

    def give_way(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.close(code=4001)

    with lobby(dev_worker, browser_with_camera, session_id) as page:
        page.route_web_socket("**/live?watch=1", give_way)
        page.reload()
        wait_for_state(page, "live")
        page.wait_for_timeout(3500)

        assert len(sockets) == 1


def test_the_title_follows_the_heading(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    def waiting(state: dict) -> None:
        state["words"]["heading"] = "Amara is here"

    with lobby(dev_worker, browser_with_camera, session_id) as page:
        wait_for_state(page, "live")
        page.route("**/state", change_state(waiting))
        come_back(page)

        expect(page).to_have_title("Amara is here · Linear Algebra")
        page.unroute_all(behavior="wait")


def test_the_connection_check_ends_with_the_lobby(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    probes: list[Route] = []
    with lobby(dev_worker, browser_with_camera, session_id, expected=[FAILED_LOAD]) as page:
        page.route("**/ping.txt", lambda route: probes.append(route))  # noqa: PLW0108
        with page.expect_request("**/ping.txt"):
            page.reload()
        # Sooner than the check's own timeout.
        with page.expect_event("requestfailed", is_ping, timeout=2000):
            page.locator("#join").click()
        page.wait_for_function("() => window.entered === 1")
        page.wait_for_timeout(500)

        assert len(probes) == 1


def is_ping(request: Request) -> bool:
    return request.url.endswith("/ping.txt")


def test_the_other_persons_arrival_is_announced(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    def teacher_arrives(state: dict) -> None:
        for person in state["participants"]:
            person["present"] = person["role"] == "teacher"

    with lobby(dev_worker, browser_with_camera, session_id) as page:
        wait_for_state(page, "live")
        page.route("**/state", change_state(teacher_arrives))
        come_back(page)

        expect(page.locator("#announcer")).to_have_text("Amara is here.")


def test_joining_works_once_the_video_service_is_back(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    issues: list[str] = []
    with lobby(
        dev_worker, browser_with_camera, session_id, expected=[FAILED_LOAD], issues=issues
    ) as page:
        wait_for_state(page, "live")
        page.route("**/join", lambda route: route.fulfill(status=503, body=UNAVAILABLE))
        page.locator("#join").click()
        heading = page.locator("#trouble-heading")
        expect(heading).to_have_text("Video service unavailable. Try again.")
        expect(heading).to_be_focused()
        expect(page.locator("#lobby")).to_be_hidden()
        assert page.title() == "Video service unavailable. Try again."
        assert issues == ["join_unavailable"]

        page.locator("#trouble-retry").click()
        expect(page.locator("#trouble-retry")).to_have_attribute("aria-busy", "false")
        expect(page.locator("#announcer")).to_have_text("Video service unavailable. Try again.")

        page.unroute("**/join")
        page.locator("#trouble-retry").click()
        page.wait_for_function("() => window.entered === 1")
        expect(page.locator("#trouble")).to_be_hidden()
        assert page.title() == "In the room"
        assert page.evaluate("devices.cameraOn")


def test_joining_without_a_connection_leads_back_to_the_lobby(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    with lobby(dev_worker, browser_with_camera, session_id, expected=[FAILED_LOAD]) as page:
        expect(page.locator("#network-result")).to_contain_text("ms to our server")
        page.context.set_offline(True)
        page.locator("#join").click()
        expect(page.locator("#trouble-heading")).to_have_text("Unable to connect.")
        page.get_by_role("button", name="Back to the lobby").click()
        assert page.title().startswith("Ready for Amara?")
        expect(page.locator("#lobby")).to_be_visible()
        expect(page.locator("#join")).to_be_focused()
        wait_for_state(page, "live")
        expect(page.locator("#network-result")).to_contain_text("Offline")

        page.context.set_offline(False)
        expect(page.locator("#network-result")).to_contain_text("ms to our server")
        page.locator("#join").click()
        page.wait_for_function("() => window.entered === 1")


def test_a_lobby_without_the_rooms_scripts_joins_in_a_new_page(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    """The new page joins without a click, and only once."""
    requests = []

    def fail_once(route: Route) -> None:
        requests.append(route)
        if len(requests) == 1:
            route.abort()
        else:
            route.fallback()

    with lobby(
        dev_worker,
        browser_with_camera,
        session_id,
        room=fail_once,
        expected=[FAILED_LOAD, SOCKET_NOT_YET_OPEN],
    ) as page:
        expect(page.locator("#network-result")).to_contain_text("ms to our server")
        page.evaluate("window.before = true")
        page.locator("#join").click()
        page.wait_for_function("() => window.entered === 1 && !window.before")
        assert page.evaluate("devices.audioOnly") is False
        page.reload()
        wait_for_state(page, "live")
        assert page.evaluate("[window.entered ?? 0, history.state]") == [0, None]


def test_rooms_scripts_that_fail_are_loaded_by_one_new_page(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    issues: list[str] = []
    with lobby(
        dev_worker,
        browser_with_camera,
        session_id,
        room=abort,
        issues=issues,
        expected=[FAILED_LOAD, SOCKET_NOT_YET_OPEN],
    ) as page:
        wait_for_state(page, "live")
        page.evaluate("window.before = true")
        with page.expect_request("**/events"):
            page.locator("#join").click()
        expect(page.locator("#trouble-heading")).to_have_text("Unable to connect.")
        assert page.evaluate("window.before") is None
        assert issues == ["room_failed"]

        page.context.unroute(ROOM_MODULE, abort)
        page.locator("#trouble-retry").click()
        page.wait_for_function("() => window.entered === 1")


def test_retry_without_a_connection_keeps_the_page(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    with lobby(
        dev_worker, browser_with_camera, session_id, room=abort, expected=[FAILED_LOAD]
    ) as page:
        wait_for_state(page, "live")
        page.evaluate("window.same = true")
        page.route("**/{join,state}", abort)
        for button in ("#join", "#trouble-retry"):
            page.locator(button).click()
            expect(page.locator(button)).to_have_attribute("aria-busy", "false")
            expect(page.locator("#trouble-heading")).to_have_text("Unable to connect.")

        assert page.evaluate("window.same")


def test_a_page_of_the_release_before_finds_its_scripts(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    """Delete this with public/_redirects."""
    with lobby(dev_worker, browser_with_camera, session_id) as page:
        wait_for_state(page, "live")
        exports = page.evaluate(LATE_IMPORTS, LATE_EXPORTS)
        assert exports == dict.fromkeys(LATE_EXPORTS, True)
        page.evaluate("""() => {
          window.before = true;
          import("/js/room.js").then((room) => room.enterRoom({ devices: { audioOnly: true } }));
        }""")
        page.wait_for_function("() => window.entered === 1 && !window.before")
        assert page.evaluate("devices.audioOnly") is True


def test_audio_only_joins_after_a_failed_join(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    with lobby(dev_worker, browser_with_camera, session_id, expected=[FAILED_LOAD]) as page:
        wait_for_state(page, "live")
        page.route("**/join", lambda route: route.abort(), times=1)
        page.locator("#join").click()
        expect(page.locator("#trouble")).to_be_visible()
        page.locator("#trouble-audio").click()
        page.wait_for_function("() => window.entered === 1")

        assert page.evaluate("devices.stream.getTracks().map((t) => t.kind)") == ["audio"]


def test_a_room_that_breaks_shows_trouble(
    dev_worker: LocalWorker, browser_with_camera: Browser, session_id: str
):
    issues: list[str] = []

    def broken(route: Route) -> None:
        body = "export async function enterRoom() { throw new Error('broken'); }"
        route.fulfill(content_type="text/javascript", body=body)

    with lobby(dev_worker, browser_with_camera, session_id, room=broken, issues=issues) as page:
        wait_for_state(page, "live")
        with page.expect_request("**/events"):
            page.locator("#join").click()

        expect(page.locator("#trouble-heading")).to_have_text("Unable to connect.")
        assert issues == ["room_failed"]


def abort(route: Route) -> None:
    route.abort()


def come_back(page: Page) -> None:
    """Fire the event of a page that has just become visible again."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def change_state(change: Callable[[dict], None]) -> Callable[[Route], None]:
    """Return a route handler that changes the server's answer to GET /state."""

    def handle(route: Route) -> None:
        state = route.fetch().json()
        change(state)
        route.fulfill(json=state)

    return handle
