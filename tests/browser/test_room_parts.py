"""Modules of the room in a lobby's page, without a call and without another person."""

import pytest
from playwright.sync_api import Page

from tests.browser.room_page import Meeting

# Shared by the tests below. `spoken` has all announcements. Any origin may be framed.
HELPERS = """() => {
  window.$ = (id) => document.getElementById(id);
  window.until = async (holds) => {
    for (let tries = 0; !holds(); tries += 1) {
      if (tries > 1000) throw new Error(`never: ${holds}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const { frames, ...data } = JSON.parse($("session-data").textContent);
  $("session-data").textContent = JSON.stringify(data);
  window.spoken = [];
  const note = () => $("announcer").textContent && spoken.push($("announcer").textContent);
  new MutationObserver(note).observe($("announcer"), { childList: true });
  window.toasts = () => [...$("toasts").children].map((each) => each.textContent);
}"""

# The first welcome has the present state, a later welcome has changes since.
WELCOMES = """async () => {
  const { OtherPerson } = await import("/js/room/other_person.js");
  const { CallPlace } = await import("/js/call/call_place.js");
  const session = { other: { called: "Amara" }, role: "student" };
  const other = new OtherPerson(session);
  const ended = new AbortController();
  const place = new CallPlace(session, {}, { provider: "peer" }, ended.signal);
  const media = { microphone: true, camera: true, screen: false };
  const welcome = (found, recording) => {
    $("toasts").replaceChildren();
    spoken.length = 0;
    other.onWelcome(found);
    place.onMessage({ type: "welcome", epoch: 0, recording });
    return toasts();
  };
  const away = { state: "left", page: null, media: null };
  const here = { state: "online", page: "a", media };
  const first = welcome(away, false);
  const came = welcome(here, false);
  const again = welcome(here, false);
  const changed = welcome({ ...here, media: { ...media, microphone: false, screen: true } }, true);
  await until(() => spoken.includes("Amara is muted."));
  ended.abort();
  return { first, came, again, changed };
}"""

# The strip below a provider's call, when the provider does not report its person as joined.
STRIP = """async () => {
  const { Embed } = await import("/js/call/embed.js");
  const later = [];
  const real = window.setTimeout;
  window.setTimeout = (does, ms) => (ms === 20_000 ? later.push(does) : real(does, ms));
  const ended = new AbortController();
  const grant = { provider: "bigbluebutton", url: "about:blank" };
  const session = { other: { called: "Amara" }, join: async () => grant };
  const embed = new Embed(session, ended.signal);
  embed.show(grant);
  const first = document.querySelector("#embed iframe");
  await until(() => later.length > 0);
  const shown = !$("embed-out").hidden;
  later.splice(0).forEach((does) => does());
  const putAway = $("embed-out").hidden;
  // The settings go on offering what the strip has offered.
  document.querySelector("#settings-part [data-call=reload]").click();
  await until(() => !$("embed-out").hidden);
  const again = document.querySelector("#embed iframe") !== first;
  const opened = [];
  const { open } = window;
  window.open = () => void opened.push("tab");
  document.querySelector("#settings-part [data-call=tab]").click();
  window.open = open;
  ended.abort();
  window.setTimeout = real;
  return { shown, putAway, again, opened };
}"""

# The call ends for this page: after a click on Leave in it, or because it has moved. Only the room
# knows which, and its socket may be down.
LEFT = """async () => {
  const { CallPlace } = await import("/js/call/call_place.js");
  const ended = new AbortController();
  const live = { isUp: true };
  const first = { provider: "plugnmeet", place: "plugnmeet/first", url: "about:blank" };
  const second = { provider: "bigbluebutton", place: "bigbluebutton/second", url: "about:blank" };
  const session = { other: { called: "Amara" }, role: "student", join: async () => second };
  const callPlace = new CallPlace(session, live, first, ended.signal);
  let left = 0;
  callPlace.addEventListener("left", () => (left += 1));
  const leave = (isUp) => {
    live.isUp = isUp;
    callPlace.embed.dispatchEvent(new Event("left"));
    return left;
  };
  const welcome = ({ provider, place }) => {
    live.isUp = true;
    callPlace.onMessage({ type: "welcome", epoch: 1, provider, place, recording: false });
    return left;
  };
  const sameCall = [leave(true), leave(false), welcome(first)];
  const movedCall = [leave(false), welcome(second), welcome(second)];
  await until(() => document.querySelector("#embed iframe"));
  ended.abort();
  return { sameCall, movedCall };
}"""

# An own line is sent; its sender has scrolled up when the room's echo of it comes.
ECHO = """async () => {
  const { ChatLines } = await import("/js/chat/chat_lines.js");
  for (const id of ["room", "panel", "chat-part"]) $(id).hidden = false;
  const list = $("chat-lines");
  Object.assign(list.style, { height: "120px", overflow: "auto", flex: "none" });
  const clock = { localeTag: "en-GB", monthFirst: false, timeZone: "UTC", utcOffset: 0 };
  const session = { role: "student", other: { called: "Amara" }, clock, now: () => 0 };
  const lines = new ChatLines(session, new AbortController().signal);
  const line = (number, role) => ({ number, id: `line-${number}`, role, text: "Hi", at: 0 });
  for (let number = 1; number < 12; number += 1) lines.show(line(number, "teacher"));
  lines.showUnsent("line-12", "Hi");
  const scrolls = list.scrollTop > 0;
  list.scrollTop = 0;
  lines.show(line(12, "student"));
  const kept = { scrolls, top: list.scrollTop, news: !$("chat-new").hidden };
  for (const id of ["room", "panel", "chat-part"]) $(id).hidden = true;
  return { ...kept, waiting: document.querySelectorAll("#chat-lines .waiting").length };
}"""

# Lines and unsent lines; which of them show whose they are and when.
GROUPS = """async () => {
  const { ChatLines } = await import("/js/chat/chat_lines.js");
  for (const id of ["room", "panel", "chat-part"]) $(id).hidden = false;
  const clock = { localeTag: "en-GB", monthFirst: false, timeZone: "UTC", utcOffset: 0 };
  const session = { role: "student", other: { called: "Amara" }, clock, now: () => 0 };
  const lines = new ChatLines(session, new AbortController().signal);
  const said = [["teacher", 0], ["teacher", 59], ["teacher", 60], ["student", 61], ["teacher", 62]];
  said.forEach(([role, at], number) =>
    lines.show({ number, id: `${number}`, role, text: "Hi", at }),
  );
  for (const id of ["a", "b"]) lines.showUnsent(id, "Hi");
  const headings = [...document.querySelectorAll("#chat-lines .line-who")];
  const shown = headings.map((each) => each.offsetWidth > 1);
  for (const id of ["room", "panel", "chat-part"]) $(id).hidden = true;
  return shown;
}"""

UNREAD = """async () => {
  const { Unread } = await import("/js/chat/chat_unread.js");
  const unread = (id) => new Unread({ id, role: "student" }, () => {});
  unread("first").readUpTo = 7;
  unread("second").readUpTo = 3;
  const both = ["first", "second", "third"].map((id) => unread(id).readUpTo);
  for (let number = 0; number < 100; number += 1) unread(`other-${number}`).readUpTo = 1;
  const kept = JSON.parse(localStorage.getItem("session-room:chat-read:student")).length;
  localStorage.setItem("session-room:chat-read:student", "first\\n7");
  return { both, kept, ofBefore: unread("first").readUpTo };
}"""

# A noise gate gives zeros while its person listens; a muted headset gives nothing else. Time runs
# ahead by more than the silence that is reported.
SILENCE = """async () => {
  const { SilentMicrophone } = await import("/js/call/silent_microphone.js");
  const context = new AudioContext();
  const gate = new GainNode(context);
  const source = new ConstantSourceNode(context);
  const { stream } = new MediaStreamAudioDestinationNode(context);
  const output = new MediaStreamAudioDestinationNode(context);
  source.connect(gate).connect(output);
  source.start();
  const real = performance.now.bind(performance);
  let ahead = 0;
  performance.now = () => real() + ahead;
  const mute = () => {
    const microphone = new SilentMicrophone();
    microphone.listenTo(stream.clone().getAudioTracks()[0]);
    return microphone;
  };
  const gated = new SilentMicrophone();
  gated.listenTo(output.stream.getAudioTracks()[0]);
  const first = mute();
  ahead += 20_000;
  await until(() => first.silent);
  const whileSpeaking = gated.silent;
  gate.gain.value = 0;
  const second = mute();
  ahead += 20_000;
  await until(() => second.silent);
  const whileListening = gated.silent;
  for (const each of [gated, first, second]) each.listenTo(null);
  performance.now = real;
  await context.close();
  return { whileSpeaking, whileListening };
}"""

# A phone call suspends audio, and the page comes back.
SUSPENDED = """async () => {
  const { Listening } = await import("/js/call/listening.js");
  const { resume } = AudioContext.prototype;
  const contexts = [];
  AudioContext.prototype.resume = function () { contexts.push(this); return resume.call(this); };
  const { stream } = new MediaStreamAudioDestinationNode(new AudioContext());
  const listening = new Listening(stream.getAudioTracks()[0], 1024);
  await until(() => listening.isRunning);
  await listening.analyser.context.suspend();
  const suspended = listening.isRunning;
  dispatchEvent(new Event("focus"));
  await until(() => listening.isRunning);
  listening.stop();
  dispatchEvent(new Event("focus"));
  AudioContext.prototype.resume = resume;
  return { suspended, resumed: contexts.length };
}"""


@pytest.fixture(scope="module")
def page(shared_meeting: Meeting) -> Page:
    page = shared_meeting.open("student")
    page.evaluate(HELPERS)
    return page


def test_a_later_welcome_shows_changes_since_the_first(page: Page) -> None:
    assert page.evaluate(WELCOMES) == {
        "first": [],
        "came": ["Amara is here."],
        "again": [],
        "changed": ["Amara shares the screen.", "This session is being recorded now."],
    }


def test_reload_and_new_tab_move_to_the_settings(page: Page) -> None:
    assert page.evaluate(STRIP) == {
        "shown": True,
        "putAway": True,
        "again": True,
        "opened": ["tab"],
    }


def test_a_provider_call_that_ends_without_the_socket_waits_for_the_place(page: Page) -> None:
    assert page.evaluate(LEFT) == {"sameCall": [1, 1, 2], "movedCall": [2, 2, 2]}


def test_the_echo_of_an_own_line_does_not_scroll(page: Page) -> None:
    assert page.evaluate(ECHO) == {"scrolls": True, "top": 0, "news": False, "waiting": 0}


def test_lines_are_grouped_by_person_and_minute(page: Page) -> None:
    assert page.evaluate(GROUPS) == [True, False, True, True, True, True, False]


def test_the_newest_read_line_is_stored_for_each_session(page: Page) -> None:
    assert page.evaluate(UNREAD) == {"both": [7, 3, 0], "kept": 20, "ofBefore": 0}


def test_suspended_audio_is_resumed_when_the_page_comes_back(page: Page) -> None:
    assert page.evaluate(SUSPENDED) == {"suspended": False, "resumed": 1}


def test_silence_after_sound_is_not_reported(page: Page) -> None:
    assert page.evaluate(SILENCE) == {"whileSpeaking": False, "whileListening": False}
