"""`make deploy` releases to one environment; `make rollback` deploys the previous release.

Cloudflare checks a version at its upload, so the upload comes first. Every migration works with
the running release, so the database comes second. Then the version is deployed, and its /healthz
is checked.
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from tools import environments, setup
from tools.environments import Environment
from tools.node import node_environment, wrangler
from tools.paths import ROOT
from tools.steps import StepFailedError

# `--strict`: without a terminal, an upload fails where wrangler would ask a question.
# `--no-experimental-provision`: wrangler creates no missing queue or bucket, because it would
# choose the location of the data.
UPLOAD_OPTIONS: Final = ("--strict", "--no-experimental-provision")
# wrangler's reasons to refuse an upload that `wrangler deploy` accepts: the Worker is new, or its
# Durable Object classes change.
NEEDS_DEPLOY: Final = ("does not yet exist", "pending Durable Object migration")
IMMEDIATE: Final = "--durable-objects-code-update-mode=immediate"
HEALTHY_WITHIN_S: Final = 60.0
MESSAGE_CHARACTERS: Final = 100
# Cloudflare's Browser Integrity Check refuses Python's own name.
USER_AGENT: Final = "session-room-deploy"


def main(arguments: list[str]) -> None:
    is_rollback = arguments == ["rollback"]
    try:
        environment = environments.load(environments.chosen(), environments.FOLDER)
        setup.main("run")
        if is_rollback:
            roll_back(environment)
        else:
            deploy(environment)
    except StepFailedError as failure:
        sys.exit(f"make {'rollback' if is_rollback else 'deploy'}: {failure}")


def deploy(environment: Environment) -> None:
    """Release this checkout. Raises: StepFailedError, which names the failed step."""
    # Without a terminal wrangler replaces DNS records and does not ask, so we leave the domain out.
    terminal = at_a_terminal()
    config = environments.write_config(environment, with_domain=terminal)
    tag, message = release_labels()
    options = [*UPLOAD_OPTIONS, *tag, *message, *secrets_file()]
    version = upload(config, options)
    if version:
        migrate(config)
        run("deployment", config, "versions", "deploy", f"{version}@100%", "--yes", *message)
        run("triggers", config, "triggers", "deploy")
        if not terminal:
            print("The domain is unchanged: only a release at a terminal sets it.")
    elif terminal:
        migrate(config)
        version = version_of(run("deployment", config, "deploy", *options))
    else:
        raise StepFailedError(
            "run the first release of a Worker at a terminal, and any release with a new `tag` "
            "under [[migrations]]: wrangler may have to ask about DNS records."
        )
    smoke(environment, version)


def upload(config: Path, options: list[str]) -> str | None:
    """Return the id of the uploaded version, which serves nobody yet.

    None if Cloudflare requires `wrangler deploy` instead. Raises: StepFailedError.
    """
    code, events = run_wrangler(config, "versions", "upload", *options)
    if code == 0:
        return version_of(events)
    reasons = [str(event.get("message")) for event in events if event["type"] == "command-failed"]
    if any(words in reason for words in NEEDS_DEPLOY for reason in reasons):
        return None
    raise StepFailedError("failed at step 'upload'; nothing has changed. The reason is above.")


def migrate(config: Path) -> None:
    run("migrations", config, "d1", "migrations", "apply", "DB", "--remote")


def roll_back(environment: Environment) -> None:
    """Deploy the previous version, or the one in VERSION, also in open rooms.

    Raises: StepFailedError.
    """
    version = os.environ.get("VERSION", "")
    config = environments.write_config(environment)
    named = [version] if version else []
    before = live_version(config)
    run("rollback", config, "rollback", *named, IMMEDIATE, "--message=make rollback")
    live = live_version(config)
    # wrangler asks at a terminal, and exits with 0 after the answer "no".
    if live == before and live != version:
        raise StepFailedError(f"failed at step 'rollback'; version {live[:8]} is still deployed.")
    smoke(environment, live)


def live_version(config: Path) -> str:
    """Return the id of the version that serves all requests. Raises: StepFailedError."""
    done = subprocess.run(
        wrangler("deployments", "status", "--json", f"--config={config}"),
        cwd=ROOT,
        env=node_environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StepFailedError("failed at step 'deployments status'; wrangler's reason is above.")
    shares = json.loads(done.stdout)["versions"]
    return str(max(shares, key=lambda share: share["percentage"])["version_id"])


def smoke(environment: Environment, version: str) -> None:
    """Wait until /healthz reports that this version is healthy; the old one may answer for a while.

    Raises: StepFailedError.
    """
    address = f"https://{environment.domain}/healthz"
    deadline = time.monotonic() + HEALTHY_WITHIN_S
    while True:
        answer = health(address)
        if answer.get("ok") and version[:8] in str(answer.get("version")):
            print(f"{address} is healthy.")
            for lack in answer.get("lacks", []):
                print(f'Note: {lack} (docs/operations.md, "Optional services").')
            return
        if time.monotonic() > deadline:
            raise StepFailedError(
                f"{address} does not report that version {version[:8]} is healthy, but "
                f"{json.dumps(answer)}. To go back: make rollback ENV={environment.label}"
            )
        time.sleep(1)


def health(address: str) -> dict[str, Any]:
    """Return the response of /healthz; if there is none, the reason as `error`."""
    request = urllib.request.Request(address, headers={"User-Agent": USER_AGENT})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            content = response.read()
    except urllib.error.HTTPError as error:
        content = error.read()
    except OSError as error:
        return {"error": str(error)}
    try:
        answer = json.loads(content)
    except ValueError:
        return {"error": "the answer is not JSON"}
    return answer if isinstance(answer, dict) else {"error": "the answer is not an object"}


def release_labels() -> tuple[list[str], list[str]]:
    """Return wrangler's options for tag and message, which name the commit; empty without git."""
    commit = git("rev-parse", "--short=12", "HEAD")
    if not commit:
        return [], []
    tag = f"{commit}-changed" if git("status", "--porcelain", "--untracked-files=no") else commit
    message = f"{tag} {git('log', '-1', '--format=%s')}"
    return [f"--tag={tag}"], [f"--message={message[:MESSAGE_CHARACTERS]}"]


def git(*arguments: str) -> str:
    """Return what git prints; "" without git or outside a repository."""
    command = ["git", *arguments]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def secrets_file() -> list[str]:
    """Return wrangler's option for the file of NAME=value lines that SECRETS names."""
    path = os.environ.get("SECRETS")
    return [f"--secrets-file={Path(path).resolve()}"] if path else []


def at_a_terminal() -> bool:
    """True if wrangler can ask a person. Without a terminal it uses its own defaults."""
    return sys.stdin.isatty() and sys.stdout.isatty() and not os.environ.get("CI")


def run(step: str, config: Path, *arguments: str) -> list[dict[str, Any]]:
    """Run wrangler and return its events. Raises: StepFailedError, which names the step."""
    code, events = run_wrangler(config, *arguments)
    if code != 0:
        raise StepFailedError(f"failed at step '{step}'; wrangler's reason is above.")
    return events


def run_wrangler(config: Path, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """Run wrangler at this terminal; return its exit code and the events it writes to a file."""
    with TemporaryDirectory() as folder:
        events = Path(folder) / "events"
        done = subprocess.run(
            wrangler(*arguments, f"--config={config}"),
            cwd=ROOT,
            env=node_environment() | {"WRANGLER_OUTPUT_FILE_PATH": str(events)},
            check=False,
        )
        lines = events.read_text(encoding="utf-8").splitlines() if events.is_file() else []
    return done.returncode, [json.loads(line) for line in lines]


def version_of(events: list[dict[str, Any]]) -> str:
    """Return the id of the version that wrangler has uploaded."""
    return next(str(event["version_id"]) for event in events if event.get("version_id"))


if __name__ == "__main__":
    main(sys.argv[1:])
