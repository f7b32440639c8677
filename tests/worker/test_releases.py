"""`make deploy` and `make rollback`: the real wrangler against a fake of Cloudflare's API."""

import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.fakes.cloudflare import ACCOUNT, CloudflareFake
from tools import deploy, environments
from tools.paths import MIGRATIONS, ROOT
from tools.steps import StepFailedError

NAME = "session-room-staging"
DOMAIN = "sessions.staging.test"
DATABASE = "11111111-2222-3333-4444-555555555555"
ENVIRONMENTS = {
    "production": ("session-room", "sessions.school.test", "99999999-2222-3333-4444-555555555555"),
    "staging": (NAME, DOMAIN, DATABASE),
}
FILE = """
name = "{}"
domain = "{}"
database_id = "{}"
account_id = "{}"

[vars]
SIGN_IN_URL = "https://staging.test/sign-in"
STUDENT_DASHBOARD_URL = "https://staging.test/student"
TEACHER_DASHBOARD_URL = "https://staging.test/teacher"
COURSE_URL = "https://staging.test/courses/{{course_id}}"
MAIL_FROM = "Session Room <sessions@staging.test>"
"""
# test_deploying.py packs the whole Worker, which takes seconds; one module is enough here.
ENTRY = """
from workers import DurableObject, WorkerEntrypoint

class Room(DurableObject):
    pass

class Default(WorkerEntrypoint):
    pass
"""


class Releases:
    """Runs `make deploy` and `make rollback` for staging, and records requests to Cloudflare."""

    def __init__(self, cloudflare: CloudflareFake) -> None:
        self.cloudflare = cloudflare
        self.healthy = True
        self.asked = 0
        # Versions that answer the first requests, one each, while a deployment spreads.
        self.lagging: list[str] = []

    def make(self, *arguments: str) -> str:
        """Return the reason of a failure, or "". Afterwards `calls` has only this run's changes."""
        self.cloudflare.calls.clear()
        try:
            deploy.main(list(arguments))
        except SystemExit as failure:
            return str(failure)
        return ""

    def health(self, address: str) -> dict[str, object]:
        """Answer as the deployed version, or as an older one that still answers."""
        assert address == f"https://{DOMAIN}/healthz"
        self.asked += 1
        version = self.lagging.pop() if self.lagging else self.live
        return {
            "ok": self.healthy,
            "version": f"tag {version[:8]}",
            "lacks": ["without TURN some pairs of networks cannot connect"],
        }

    @property
    def live(self) -> str:
        [share] = self.cloudflare.deployments[0]["versions"]
        assert share["percentage"] == 100
        return str(share["version_id"])

    def changes(self) -> list[str]:
        """Return the kinds of changes in order; repeated kinds in a row are one."""
        kinds = [kind for kind, *_ in self.cloudflare.calls]
        return [kind for i, kind in enumerate(kinds) if kinds[i - 1 : i] != [kind]]

    def sent(self, kind: str):
        """Return the body of the first change of this kind."""
        return next(call[-1] for call in self.cloudflare.calls if call[0] == kind)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with this project's wrangler.toml and migrations, and a Worker of one module."""
    project = tmp_path / "project"
    for folder in ("src", "public", "environments"):
        (project / folder).mkdir(parents=True)
    (project / "src" / "entry.py").write_text(ENTRY)
    (project / "public" / "robots.txt").write_text("")
    (project / "wrangler.toml").write_text((ROOT / "wrangler.toml").read_text())
    shutil.copytree(MIGRATIONS, project / "migrations")
    for label, values in ENVIRONMENTS.items():
        (project / "environments" / f"{label}.toml").write_text(FILE.format(*values, ACCOUNT))
    git = ["git", "-c", "user.name=Test", "-c", "user.email=test@school.test"]
    for arguments in (["init"], ["add", "wrangler.toml"], ["commit", "--message=Mend it"]):
        command = [*git, *arguments]
        subprocess.run(command, cwd=project, check=True, capture_output=True)
    return project


@pytest.fixture
def releases(project, tmp_path, monkeypatch):
    cloudflare = CloudflareFake(NAME)
    cloudflare.start()
    running = Releases(cloudflare)
    for module in (deploy, environments):
        monkeypatch.setattr(module, "ROOT", project)
    monkeypatch.setattr(environments, "FOLDER", project / "environments")
    monkeypatch.setattr(deploy, "HEALTHY_WITHIN_S", 0.0)
    monkeypatch.setattr(deploy, "health", running.health)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    for name, value in {
        "ENV": "staging",
        "CLOUDFLARE_API_BASE_URL": cloudflare.url,
        "CLOUDFLARE_API_TOKEN": "token-of-a-test",
        "WRANGLER_LOG_PATH": str(tmp_path / "logs"),
    }.items():
        monkeypatch.setenv(name, value)
    yield running
    cloudflare.stop()
    assert cloudflare.unknown == []


def bad_release_is_rolled_back(releases: Releases, project: Path, monkeypatch) -> None:
    """One command deploys the previous release, also in open rooms, from any checkout."""
    config = project / "wrangler.toml"
    before = config.read_text()
    config.write_text(before.replace('code_update_strategy = { mode = "immediate" }\n', ""))
    assert config.read_text() != before
    # The bad release answers one more request, as healthy.
    releases.healthy, releases.asked, releases.lagging = True, 0, [releases.live]
    monkeypatch.setattr(deploy, "HEALTHY_WITHIN_S", 60.0)
    assert releases.make("rollback") == ""
    assert releases.asked == 2
    assert releases.changes() == ["deploy"]
    assert releases.sent("deploy")["code_update_strategy"] == {"mode": "immediate"}
    config.write_text(before)


def test_deploy_and_rollback_of_a_worker(releases, project, monkeypatch, tmp_path, capsys):
    cloudflare = releases.cloudflare

    assert "at a terminal" in releases.make()
    assert releases.changes() == [], "the first release could replace DNS records"

    # The first release sets the secrets and the domain.
    secrets = tmp_path / "secrets"
    secrets.write_text("PLATFORM_TOKEN=a\nLINK_SECRETS=b\nAUTH_JWT_SECRET=c\n")
    monkeypatch.setenv("SECRETS", str(secrets))
    monkeypatch.setattr(deploy, "at_a_terminal", lambda: True)
    assert releases.make() == ""
    assert "without TURN some pairs of networks cannot connect" in capsys.readouterr().out
    assert releases.changes()[:2] == ["migrate", "put"]
    assert set(releases.changes()[2:]) == {"domains", "schedules", "consumer"}
    assert releases.sent("put")["migrations"]["new_tag"] == "v1"
    assert "global_fetch_strictly_public" in releases.sent("put")["compatibility_flags"]
    at_once = {
        body["settings"]["batch_size"]: body["settings"].get("max_concurrency")
        for kind, *_, body in cloudflare.calls
        if kind == "consumer"
    }
    assert at_once[1] == 4, (
        "one recording a batch, few at once: the provider's server holds live calls"
    )
    assert [each["hostname"] for each in releases.sent("domains")["origins"]] == [DOMAIN]
    _, domain, database = ENVIRONMENTS["production"]
    everything = str(cloudflare.calls)
    assert domain not in everything
    assert database not in everything
    names = set(re.findall(r"session-room[a-z-]*", everything))
    endings = ("", "-files", "-recordings", "-recordings-dead")
    assert names == {NAME + ending for ending in endings}
    first = releases.live

    # A later release is uploaded, then migrated, then deployed. This one is not healthy.
    monkeypatch.delenv("SECRETS")
    monkeypatch.setattr(deploy, "at_a_terminal", lambda: False)
    (project / "migrations" / "0998_next.sql").write_text("CREATE TABLE next (id TEXT);")
    releases.healthy = False
    assert "make rollback ENV=staging" in releases.make()
    assert releases.changes()[:3] == ["upload", "migrate", "deploy"]
    assert set(releases.changes()[3:]) == {"schedules", "consumer"}, "the domain is unchanged"
    uploaded = releases.sent("upload")
    assert uploaded["annotations"]["workers/tag"] == deploy.git("rev-parse", "--short=12", "HEAD")
    assert uploaded["annotations"]["workers/message"].endswith(" Mend it")
    assert {"type": "inherit", "name": "PLATFORM_TOKEN"} in uploaded["bindings"]
    assert releases.sent("deploy")["code_update_strategy"] == {"mode": "immediate"}
    assert releases.live != first

    bad_release_is_rolled_back(releases, project, monkeypatch)
    assert releases.live == first

    # A version that Cloudflare rejects changes nothing.
    cloudflare.refuses_uploads = True
    (project / "migrations" / "0999_last.sql").write_text("CREATE TABLE last (id TEXT);")
    assert "failed at step 'upload'; nothing has changed" in releases.make()
    assert releases.changes() == []
    assert releases.live == first


@pytest.mark.parametrize(("named", "failure"), [("", "still deployed"), ("live", "")])
def test_declined_rollback_fails(project, monkeypatch, named: str, failure: str) -> None:
    """wrangler asks at a terminal, and exits with 0 after the answer "no"."""
    monkeypatch.setenv("VERSION", named)
    monkeypatch.setattr(environments, "ROOT", project)
    monkeypatch.setattr(deploy, "run", lambda *_: [])
    monkeypatch.setattr(deploy, "live_version", lambda _: "live")
    monkeypatch.setattr(deploy, "health", lambda _: {"ok": True, "version": "live"})
    environment = environments.load("staging", project / "environments")
    try:
        deploy.roll_back(environment)
        message = ""
    except StepFailedError as error:
        message = str(error)
    assert failure in message
    assert bool(message) is bool(failure)
