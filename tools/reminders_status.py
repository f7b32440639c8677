"""`make reminders-status`: the state of all mail in production, or with WHERE=local in `make dev`.

Shows counts, times and errors; names and addresses stay in the database.
"""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any

from tools import environments, setup
from tools.dev import STATE
from tools.node import node_environment, wrangler
from tools.paths import ROOT
from tools.secrets_status import SIGNED_OUT
from tools.steps import StepFailedError

LATE_S = 5 * 60
DAY_S = 24 * 60 * 60
STATES = """
SELECT state, count(*) AS mails, min(due_at) AS oldest, max(due_at) AS newest
  FROM mails GROUP BY state ORDER BY state
"""
DELIVERIES = """
SELECT coalesce(delivery, 'unknown') AS delivery, count(*) AS mails
  FROM mails WHERE state = 'sent' GROUP BY delivery ORDER BY delivery
"""
ERRORS = """
SELECT kind, session_id, due_at, attempts, last_error FROM mails
 WHERE state IN ('pending', 'sending', 'dead') AND last_error IS NOT NULL
 ORDER BY due_at DESC LIMIT 10
"""
SUPPRESSED = "SELECT reason, count(*) AS addresses FROM suppressions GROUP BY reason"
PROGRESS = "SELECT done_until FROM progress WHERE job = 'reminders'"
QUERIES = (STATES, DELIVERIES, ERRORS, SUPPRESSED, PROGRESS)


def main() -> None:
    try:
        setup.main("run")
        states, deliveries, errors, suppressed, progress = query(os.environ.get("WHERE", ""))
    except StepFailedError as failure:
        sys.exit(f"make reminders-status: {failure}")
    now = int(time.time())
    print("mails by state")
    for row in states:
        due = f"due {at(row['oldest'])} to {at(row['newest'])}"
        print(f"  {row['state']:10} {row['mails']:>8}   {due}")
    print_counts("delivery of sent mails", deliveries, "delivery", "mails")
    print_counts("suppressed addresses", suppressed, "reason", "addresses")
    print("last errors" if errors else "no errors")
    for row in errors:
        print(
            f"  {at(row['due_at'])}  {row['kind']} of {row['session_id']},"
            f" {row['attempts']} attempts: {row['last_error']}"
        )
    sys.exit(verdict(states, progress, now))


def query(where: str) -> list[list[dict[str, Any]]]:
    """Return the rows of each query. Raises: StepFailedError, which names the remedy."""
    target = (
        ["--local", f"--persist-to={STATE}"]
        if where == "local"
        else ["--remote", *environments.options()]
    )
    command = wrangler("d1", "execute", "DB", *target, "--json", "--command", ";".join(QUERIES))
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=node_environment() | {"CI": "true"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    output = done.stdout + done.stderr
    if done.returncode == 0:
        return [answer["results"] for answer in json.loads(done.stdout)]
    if any(words in output for words in SIGNED_OUT):
        msg = 'not signed in to Cloudflare: make wrangler RUN="login", or set CLOUDFLARE_API_TOKEN.'
        raise StepFailedError(msg)
    msg = f"wrangler could not query the database:\n{output.strip()}"
    raise StepFailedError(msg)


def verdict(states: list[dict[str, Any]], progress: list[dict[str, Any]], now: int) -> str | None:
    """Return a warning to exit with; None if all is well."""
    unsent = [row["oldest"] for row in states if row["state"] in ("pending", "sending")]
    if not progress or now - progress[0]["done_until"] > LATE_S:
        last = at(progress[0]["done_until"]) if progress else "never"
        return f"WARNING: the minute's work has not run since {last}."
    if unsent and now - min(unsent) > LATE_S:
        return f"WARNING: mail is late, the oldest was due {at(min(unsent))}."
    if any(row["state"] == "dead" and now - row["newest"] < 2 * DAY_S for row in states):
        return "WARNING: some mail has failed for good (dead) lately; see the errors above."
    print("all well")
    return None


def print_counts(title: str, rows: list[dict[str, Any]], name: str, count: str) -> None:
    if rows:
        print(title)
    for row in rows:
        print(f"  {row[name]:10} {row[count]:>8}")


def at(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M} UTC"


if __name__ == "__main__":
    main()
