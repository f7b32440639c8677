"""`make secrets`, with a Worker and without one."""

import subprocess

import pytest

from tools import secrets_status
from tools.steps import StepFailedError


def answer(monkeypatch, code, output, error=""):
    done = subprocess.CompletedProcess([], code, output, error)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    return secrets_status.names_set()


def test_names_set_lists_secrets(monkeypatch):
    assert answer(monkeypatch, 0, '[{"name": "LINK_SECRETS"}]') == {"LINK_SECRETS"}


def test_names_set_is_empty_without_a_worker(monkeypatch):
    # The message of wrangler 4.164.
    error = 'Worker "session-room" not found.\n\nIf this is a new Worker, run `wrangler deploy`'

    assert answer(monkeypatch, 1, "", error) == set()


def test_names_set_raises_for_other_failures(monkeypatch):
    with pytest.raises(StepFailedError, match="fetch failed"):
        answer(monkeypatch, 1, "", "fetch failed")


@pytest.mark.parametrize(("label", "ending"), [(None, '"'), ("staging", '" ENV=staging')])
def test_how_to_set_names_the_environment(monkeypatch, label, ending):
    monkeypatch.delenv("ENV", raising=False)
    if label:
        monkeypatch.setenv("ENV", label)

    assert (
        secrets_status.how_to_set() == f'Set one with: make wrangler RUN="secret put NAME{ending}'
    )
