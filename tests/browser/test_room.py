"""Two people in the room, in real Chromium through the real Worker."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.room_page import (
    CONNECTED,
    MINUTE,
    Meeting,
    ask_to_end,
    audio_energy,
    join,
    meeting_on,
    seconds_played,
    wait_until_it_plays,
)
from tools.local_worker import LocalWorker


def state(page: Page, name: str, seconds: float = 10) -> None:
    page.wait_for_selector(f'#room[data-state="{name}"]', timeout=seconds * 1000)


def test_they_see_and_hear_each_other_after_the_second_join(meeting: Meeting) -> None:
    student, teacher = meeting.enter("student"), meeting.enter("teacher")

    state(student, "connected")
    state(teacher, "connected")
    for page in (student, teacher):
        wait_until_it_plays(page)
        before = seconds_played(page)
        page.wait_for_timeout(1000)
        assert seconds_played(page) > before
        assert audio_energy(page) > 0
    assert meeting.record()["status"] == "in_progress"


def test_another_device_is_taken_without_negotiating_again(meeting: Meeting) -> None:
    count = """() => {
      window.offers = 0;
      const real = RTCPeerConnection.prototype.setLocalDescription;
      RTCPeerConnection.prototype.setLocalDescription = function (...all) {
        window.offers += 1;
        return real.apply(this, all);
      };
    }"""
    student = meeting.open("student")
    student.evaluate(count)
    join(student)
    meeting.enter("teacher")
    state(student, "connected")
    before = student.evaluate("window.offers")
    student.get_by_role("button", name="More").click()
    student.locator("#call-microphone-picker").select_option(index=1)
    student.get_by_role("button", name="Camera").click()
    student.get_by_role("button", name="Camera").click()
    student.wait_for_timeout(1000)

    assert student.evaluate("window.offers") == before
    assert student.locator(CONNECTED).count() == 1


def test_a_reload_returns_to_the_call_and_the_chat(meeting: Meeting) -> None:
    student, teacher = meeting.both()
    student.get_by_role("button", name="Chat").click()
    student.get_by_label("Message to Amara").fill("before the reload")
    student.keyboard.press("Enter")
    expect(teacher.locator("#chat-lines li")).to_have_count(1)
    wait_until_it_plays(teacher)
    student.reload()
    state(teacher, "reconnecting")
    # The last picture stays under the words: the camera is not switched off.
    expect(teacher.locator("#remote-cover")).to_be_hidden()
    join(student)

    state(student, "connected")
    state(teacher, "connected")
    student.get_by_role("button", name="Chat").click()
    expect(student.locator("#chat-lines")).to_contain_text("before the reload")
    assert len(meeting.record()["attendance"]) == 2
    wait_until_it_plays(teacher)
    before = seconds_played(teacher)
    teacher.wait_for_timeout(500)
    assert seconds_played(teacher) > before


def test_both_pages_reload_at_once(meeting: Meeting) -> None:
    student, teacher = meeting.both()
    student.reload(wait_until="commit")
    teacher.reload(wait_until="commit")
    join(student)
    join(teacher)

    state(student, "connected")
    state(teacher, "connected")


def test_a_browser_without_webrtc_joins_for_chat_and_both_know_why(meeting: Meeting) -> None:
    errors: list[str] = []
    student = meeting.open("student")
    student.on("pageerror", lambda error: errors.append(str(error)))
    student.add_init_script("window.RTCPeerConnection = undefined;")
    student.reload()
    student.locator("#join").click()
    teacher = meeting.enter("teacher")

    expect(student.locator("#room-status-words")).to_have_text("Amara is here, by chat only")
    expect(student.locator("#cover-hint")).to_contain_text("This browser cannot make video calls.")
    expect(student.locator("#call-camera")).to_be_hidden()
    expect(student.locator("#self")).to_be_hidden()
    expect(teacher.locator("#room-status-words")).to_have_text("Lena is here, by chat only")
    expect(teacher.locator("#cover-hint")).to_contain_text("Lena's browser cannot make video")
    student.get_by_role("button", name="Chat").click()
    student.get_by_label("Message to Amara").fill("Only by chat today")
    student.keyboard.press("Enter")
    expect(teacher.locator("#call-chat")).to_have_attribute("data-unread", "1")
    assert errors == []


def test_a_second_tab_takes_over_and_the_first_can_take_it_back(meeting: Meeting) -> None:
    student, teacher = meeting.both()
    second = student.context.new_page()
    second.goto(student.url)
    join(second)

    state(second, "connected")
    expect(student.get_by_role("heading", name="You joined in another place")).to_be_focused()
    assert student.evaluate("document.getElementById('self-video').srcObject") is None
    student.get_by_role("button", name="Continue here").click()
    state(student, "connected")
    state(second, "replaced")
    state(teacher, "connected")


def test_taking_it_back_shows_the_chat_once_and_a_working_panel(meeting: Meeting) -> None:
    student = meeting.enter("student")
    student.get_by_role("button", name="Chat").click()
    student.get_by_label("Message to Amara").fill("only once")
    student.keyboard.press("Enter")
    second = student.context.new_page()
    second.goto(student.url)
    join(second)
    state(student, "replaced")
    expect(student.locator("#panel")).to_be_hidden()
    student.bring_to_front()
    student.get_by_role("button", name="Continue here").click()
    state(student, "waiting")

    student.locator("#call-chat").click()
    expect(student.locator("#chat-lines li")).to_have_count(1)
    student.get_by_role("button", name="Close panel").click()
    expect(student.locator("#panel")).to_be_hidden()


def test_the_teacher_ends_it_for_both(meeting: Meeting) -> None:
    student, teacher = meeting.both()
    ask_to_end(teacher)
    teacher.get_by_role("button", name="Stay").click()
    expect(teacher.locator("#end-dialog")).to_be_hidden()
    ask_to_end(teacher)
    teacher.locator("#end-confirm").click()

    for page in (student, teacher):
        expect(page.get_by_role("heading", name="Session ended")).to_be_visible()
    assert meeting.record()["status"] == "completed"


def test_a_failed_end_shows_the_reason(meeting: Meeting) -> None:
    teacher = meeting.enter("teacher")
    answer = {"error": {"code": "unavailable", "message": "Session Room is briefly unavailable."}}
    teacher.route("**/end", lambda route: route.fulfill(status=503, json=answer))
    ask_to_end(teacher)
    teacher.locator("#end-confirm").click()
    problem = teacher.locator("#end-problem")
    expect(problem).to_have_text("Session Room is briefly unavailable.")
    teacher.get_by_role("button", name="Stay").click()
    ask_to_end(teacher)

    expect(problem).to_be_empty()


def test_a_waiting_person_reads_that_the_other_has_not_joined(
    dev_worker: LocalWorker, browser_with_camera: Browser
) -> None:
    with meeting_on(dev_worker, browser_with_camera, starts_in=-MINUTE) as meeting:
        student = meeting.enter("student")
        expect(student.locator("#cover-text")).to_have_text("Waiting for Amara")
        meeting.clock_at(meeting.start + 10 * MINUTE)

        expect(student.get_by_role("heading", name="Amara hasn't joined")).to_be_focused()
        student.locator("[data-card=no_show] [data-do=leave]").click()
        expect(student.get_by_role("heading", name="You left")).to_be_visible()
        student.reload()
        mail = student.get_by_role("button", name="E-mail Amara that you are waiting")
        mail.click()
        expect(mail).to_be_hidden()
        told = student.locator("#lobby [data-waiting-mail] p")
        expect(told).to_have_text("We are e-mailing Amara that you are waiting.")
        expect(told).to_be_focused()
        # After "You left" the devices start on the click, not before.
        student.locator("#join").click()
        student.get_by_role("button", name="Keep waiting").click()
        state(student, "waiting")
        teacher = meeting.enter("teacher")
        state(teacher, "connected")
        state(student, "connected")
        assert meeting.record()["status"] == "in_progress"


NAME = "element => element.getAttribute('aria-label') ?? element.textContent.trim()"


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the button of that name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(f"({NAME})(document.activeElement)") == name:
            assert page.evaluate("document.activeElement.matches(':focus-visible')")
            return
    raise AssertionError(f"{name} is not reached by Tab")


def test_a_whole_session_by_keyboard_alone(meeting: Meeting) -> None:
    """From the lobby to the end, without a pointer."""
    student = meeting.enter("student")
    teacher = meeting.open("teacher")
    teacher.locator("#toggle-camera[aria-pressed=true]").wait_for()
    tab_to(teacher, "Join session")
    teacher.keyboard.press("Enter")
    state(teacher, "connected")
    expect(teacher.locator("#room-heading")).to_be_focused()
    tab_to(teacher, "Microphone")
    teacher.keyboard.press("Space")
    expect(student.locator("#other-muted")).to_be_visible()
    tab_to(teacher, "Camera")
    teacher.keyboard.press("Enter")
    expect(student.locator("#remote-cover")).to_be_visible()
    tab_to(teacher, "Chat")
    teacher.keyboard.press("Enter")
    expect(teacher.get_by_label("Message to Lena")).to_be_focused()
    teacher.keyboard.type("by keyboard")
    teacher.keyboard.press("Enter")
    expect(student.locator("#chat-lines li")).to_have_count(1)
    teacher.keyboard.press("Escape")
    expect(teacher.locator("#call-chat")).to_be_focused()
    tab_to(teacher, "Files")
    teacher.keyboard.press("Enter")
    expect(teacher.get_by_role("tab", name="Files")).to_be_focused()
    teacher.keyboard.press("ArrowLeft")
    expect(teacher.get_by_role("tab", name="Chat")).to_be_focused()
    teacher.keyboard.press("Escape")
    tab_to(teacher, "More")
    teacher.keyboard.press("Enter")
    expect(teacher.get_by_role("heading", name="More")).to_be_focused()
    tab_to(teacher, "Full screen")
    teacher.keyboard.press("Escape")
    expect(teacher.locator("#call-more")).to_be_focused()
    tab_to(teacher, "Leave")
    teacher.keyboard.press("Enter")
    expect(teacher.locator("#leave-now")).to_be_focused()
    teacher.keyboard.press("Escape")
    expect(teacher.locator("#call-leave")).to_be_focused()
    teacher.keyboard.press("Enter")
    teacher.keyboard.press("Tab")
    teacher.keyboard.press("Enter")
    expect(teacher.get_by_role("button", name="Stay")).to_be_focused()
    teacher.keyboard.press("Tab")
    teacher.keyboard.press("Enter")

    for page in (student, teacher):
        expect(page.get_by_role("heading", name="Session ended")).to_be_visible()


def test_a_shortcut_announces_its_effect_once_it_happened(meeting: Meeting) -> None:
    student = meeting.enter("student")
    spoken = student.locator("#announcer")
    for word in ("off", "on"):
        student.keyboard.press("v")
        expect(spoken).to_have_text(f"Camera {word}")
    # Chosen at once here; people take their time.
    student.evaluate(
        """() => {
          const choose = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
          window.choices = 0;
          navigator.mediaDevices.getDisplayMedia = async (what) => {
            window.choices += 1;
            await new Promise((resolve) => setTimeout(resolve, 1500));
            return choose(what);
          };
        }"""
    )
    student.keyboard.press("s")
    student.keyboard.press("s")
    student.wait_for_timeout(1000)
    expect(spoken).to_have_text("Camera on")
    expect(spoken).to_have_text("Share screen on")
    assert student.evaluate("window.choices") == 1


def test_the_room_opens_where_storage_is_switched_off(meeting: Meeting) -> None:
    student = meeting.open("student")
    student.add_init_script(
        """
        for (const area of ["localStorage", "sessionStorage"]) {
          Object.defineProperty(window, area, {
            get() { throw new DOMException("", "SecurityError"); },
          });
        }
        """
    )
    student.reload()
    join(student)
    student.keyboard.press("o")
    student.get_by_label("Use single-key shortcuts").press("Space")
    student.locator("#room-heading").focus()
    student.keyboard.press("m")
    student.wait_for_timeout(300)
    expect(student.locator("#call-microphone")).to_have_attribute("aria-pressed", "true")


def test_a_name_covers_the_picture_until_it_comes(meeting: Meeting) -> None:
    meeting.enter("student")
    teacher = meeting.open("teacher")
    teacher.add_init_script(
        """const video = HTMLVideoElement.prototype;
        const { get } = Object.getOwnPropertyDescriptor(video, "videoWidth");
        window.blind = true;
        Object.defineProperty(video, "videoWidth", {
          get() { return blind ? 0 : get.call(this); },
        });"""
    )
    teacher.reload()
    join(teacher)
    teacher.wait_for_selector(CONNECTED)
    expect(teacher.locator("#remote-cover")).to_contain_text("Lena's picture is coming…")
    wait_until_it_plays(teacher)
    expect(teacher.locator("#remote-cover")).to_be_visible()
    teacher.evaluate(
        """() => {
          window.blind = false;
          document.getElementById("remote-video").dispatchEvent(new Event("resize"));
        }"""
    )

    expect(teacher.locator("#remote-cover")).to_be_hidden()
