"""Scripts and styles under the address of their release, as `make deploy` uploads them."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests import plain_http
from tests.browser.lobby_page import book
from tests.browser.signing_in import sign_in
from tests.browser.windows import usual_options
from tests.conftest import start_worker
from tools import site
from tools.local_worker import LocalWorker

ANOTHER = "/a/0123456789abcdef"
# What the page loaded: the path, and the bytes that came over the network.
LOADED = """() => performance.getEntriesByType("resource")
  .filter(({ name }) => /[.](js|css)$/.test(name))
  .map(({ name, transferSize }) => [new URL(name).pathname, transferSize])"""


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorker]:
    """Return a Worker with the static files of a release."""
    public = tmp_path_factory.mktemp("site") / "site"
    settings = {"RELEASE": site.build(public)}
    worker = start_worker(settings, tmp_path_factory.mktemp("state"), public)
    yield worker
    worker.stop()


@pytest.fixture(scope="module")
def client(released: LocalWorker) -> Iterator[httpx.Client]:
    with plain_http.client(released.url, timeout=60) as client:
        yield client


def test_a_second_visit_asks_for_no_script_and_no_style(
    released: LocalWorker, browser_with_camera: Browser
) -> None:
    session_id = book(released, starts_in=300)
    # Without a route: Playwright switches the cache off for a context that has one.
    options = {"base_url": released.url} | usual_options(browser_with_camera)
    with closing(browser_with_camera.new_context(**options)) as context:
        sign_in(context, released, "demo-student", released.url)
        first, second = [loaded_by_a_visit(context.new_page(), session_id) for _ in range(2)]

    release = released.settings["RELEASE"]
    assert {path.startswith(f"{release}/") for path in [*first, *second]} == {True}
    assert all(first.values()), "the first visit loads everything"
    assert sum(second.values()) == 0


def loaded_by_a_visit(page: Page, session_id: str) -> dict[str, int]:
    page.goto(f"/session/{session_id}")
    page.locator("#toggle-camera[aria-pressed=true]").wait_for()
    page.get_by_text("ms to").wait_for(state="attached")
    return dict(page.evaluate(LOADED))


def test_a_file_of_this_release_may_be_kept(client: httpx.Client, released: LocalWorker) -> None:
    answer = client.get(f"{released.settings['RELEASE']}/js/lobby/lobby.js")

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_address_of_another_release_has_the_file_and_is_not_kept(client: httpx.Client) -> None:
    answer = client.get(f"{ANOTHER}/js/lobby/lobby.js")

    assert answer.text == (site.PUBLIC / "js" / "lobby" / "lobby.js").read_text(encoding="utf-8")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    "path", ["js/lobby/removed.js", "avatars/x/amara.svg", "js/..%2fx/a.js", "js/lobby"]
)
def test_an_address_of_another_release_has_nothing_else(client: httpx.Client, path: str) -> None:
    assert client.get(f"{ANOTHER}/{path}").status_code == 404


def test_a_changed_script_changes_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = site.build(tmp_path / "before")
    shutil.copytree(site.PUBLIC, tmp_path / "public")
    monkeypatch.setattr(site, "PUBLIC", tmp_path / "public")
    assert site.build(tmp_path / "same") == before

    with (tmp_path / "public" / "css" / "shared" / "app.css").open("a") as file:
        file.write("/* changed */")

    assert site.build(tmp_path / "after") != before
