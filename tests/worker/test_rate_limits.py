"""The optional binding RATE_LIMIT, configured as environments do, with a lower limit."""

import shutil
import time
import tomllib
import uuid
from collections.abc import Iterator

import pytest

from auth import links
from auth.links import RoomLink
from routes import ROUTES
from tests.worker.site import Site, booking, error_of, person
from tools import dev_settings, empty_database
from tools.environments import Environment, config_of
from tools.local_worker import LocalWorker, free_port
from tools.paths import PYTHON_MODULES, ROOT, SNAPSHOT

LIMIT = 3
# A minute may end meanwhile, which resets the count.
ENOUGH = 2 * LIMIT + 1
LIMITED = {
    "GET /session/{session_id}/live",
    "POST /session/{session_id}/join",
    "POST /session/{session_id}/waiting",
    "POST /session/{session_id}/events",
    "POST /session/{session_id}/feedback",
    "POST /session/{session_id}/resources",
    "POST /session/{session_id}/uploads",
    "POST /session/{session_id}/board/images",
    "POST /session/{session_id}/board/continue",
    "POST /session/{session_id}/reschedule",
    "POST /session/{session_id}/reschedule/answer",
    "POST /session/{session_id}/recordings",
    "GET /r/{token}",
    "GET /r/{token}/calendar",
    "GET /r/{token}/reschedule",
}


class LimitedWorker(LocalWorker):
    """The Worker with its own configuration."""

    def _command(self) -> list[str]:
        return [*super()._command(), f"--config={self.state / 'wrangler.toml'}"]


def with_limits(config: str) -> str:
    """wrangler.toml as for an environment with a rate limit, with a lower number."""
    environment = Environment("e", "e", "e.test", "e", rate_limit_namespace="1001")
    [block] = config_of(tomllib.loads(config), environment)["ratelimits"]
    return f"""{config}
[[ratelimits]]
name = "{block["name"]}"
namespace_id = "{block["namespace_id"]}"
simple = {{ limit = {LIMIT}, period = {block["simple"]["period"]} }}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    project = tmp_path_factory.mktemp("limited")
    shutil.copytree(ROOT / "src", project / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "public", project / "public")
    (project / "python_modules").symlink_to(PYTHON_MODULES)
    config = (ROOT / "wrangler.toml").read_text(encoding="utf-8")
    (project / "wrangler.toml").write_text(with_limits(config), encoding="utf-8")
    port = free_port()
    settings = dev_settings.development(f"http://localhost:{port}")
    empty_database.copy_to(project)
    worker = LimitedWorker(settings, port=port, state=project, ip="localhost", snapshot=SNAPSHOT)
    worker.start()
    site = Site(worker)
    yield site
    site.close()
    worker.stop()


@pytest.fixture
def pair(site: Site) -> tuple[str, str, str]:
    """A session of two people without counted requests."""
    name = uuid.uuid4().hex[:8]
    student, teacher = f"student-{name}", f"teacher-{name}"
    people = {"student": person(student), "teacher": person(teacher)}
    assert site.put(f"session-{name}", booking(**people)).is_success
    return f"/session/session-{name}", student, teacher


def test_the_limited_routes_are_these():
    assert {f"{each.method} {each.path}" for each in ROUTES if each.limited} == LIMITED


@pytest.mark.parametrize("route", sorted(LIMITED))
def test_too_many_requests_are_refused(site, pair, route):
    method, path = route.split()
    session_id = pair[0].removeprefix("/session/")
    where = path.format(session_id=session_id, token=site.link(session_id, pair[1]))
    accept = {"Accept": "application/json"}
    answers = [
        site.request(method, where, user=pair[1], json={}, headers=accept) for _ in range(ENOUGH)
    ]
    statuses = [answer.status_code for answer in answers]
    refused = answers[statuses.index(429)]

    assert 429 not in statuses[:LIMIT]
    assert refused.headers["Retry-After"] == "60"
    assert error_of(refused, 429) == {
        "code": "too_many_requests",
        "message": "That was too often. Please try again in a minute.",
    }


def test_each_person_and_each_route_has_its_own_count(site, pair):
    path, student, teacher = pair
    mine = [site.post(f"{path}/join", user=student).status_code for _ in range(ENOUGH)]

    assert 429 in mine
    assert site.post(f"{path}/join", user=teacher).status_code == 200
    issue = {"event": "tech_issue", "error_type": "x"}
    assert site.post(f"{path}/events", user=student, json=issue).status_code == 204


def test_a_link_counts_for_its_person(site, pair):
    path, student, _ = pair
    cookie = site.room_cookie(path.removeprefix("/session/"), student)
    mine = [site.post(f"{path}/join", cookie=cookie).status_code for _ in range(ENOUGH)]

    assert mine[:LIMIT] == [200] * LIMIT
    assert 429 in mine
    assert 429 in [site.post(f"{path}/join", user=student).status_code for _ in range(ENOUGH)]


def test_a_link_for_a_frame_counts_for_its_person(site, pair):
    """The frames of a whole school may come from one address."""
    session_id, keys = pair[0].removeprefix("/session/"), site.settings["LINK_SECRETS"].split(",")
    mine, other = (
        links.sign_for_frame(RoomLink(session_id, user_id), keys, now=int(time.time()))
        for user_id in pair[1:]
    )
    opened = [site.page(f"/r/{mine}").status_code for _ in range(ENOUGH)]

    assert set(opened) == {303, 429}
    assert site.page(f"/r/{other}").status_code == 303


def test_forged_links_are_counted_by_address(site, pair):
    tried = [site.page(f"/r/forged-{number}").status_code for number in range(ENOUGH)]
    link = site.link(pair[0].removeprefix("/session/"), pair[1])

    assert set(tried) == {404, 429}
    assert site.page(f"/r/{link}").status_code == 303


def test_signed_out_requests_are_counted_by_address(site, pair):
    tried = [site.post(f"{pair[0]}/join").status_code for _ in range(ENOUGH)]
    forged = [site.post(f"{pair[0]}/join", token=f"x.y.{n}").status_code for n in range(ENOUGH)]

    assert set(tried) <= {401, 429}
    assert 429 in tried
    assert 429 in forged


def test_other_routes_are_not_limited(site, pair):
    path, student, _ = pair
    for _ in range(ENOUGH):
        assert site.get(f"{path}/state", user=student).status_code == 200
        assert site.post("/webhooks/resend").status_code == 401
        assert site.get("/platform/recordings").status_code == 401
        assert site.show(path.removeprefix("/session/"))


def test_without_the_binding_nothing_is_limited(dev_worker, site_with):
    plain = site_with()
    joined = {plain.post("/session/demo-joinable/join", user="demo-student") for _ in range(70)}

    assert {answer.status_code for answer in joined} == {200}
