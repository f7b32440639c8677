"""`make secrets` before and after there is a Worker."""

import subprocess

import pytest

from tools import secrets_status
from tools.steps import StepFailedError


def answer(monkeypatch, code, output, error=""):
    done = subprocess.CompletedProcess([], code, output, error)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    return secrets_status.names_set()


def test_the_names_that_are_set(monkeypatch):
    assert answer(monkeypatch, 0, '[{"name": "LINK_SECRETS"}]') == {"LINK_SECRETS"}


def test_before_the_first_deployment_none_is_set(monkeypatch):
    # wrangler 4.164's own words.
    error = 'Worker "session-room" not found.\n\nIf this is a new Worker, run `wrangler deploy`'

    assert answer(monkeypatch, 1, "", error) == set()


def test_any_other_failure_is_told(monkeypatch):
    with pytest.raises(StepFailedError, match="fetch failed"):
        answer(monkeypatch, 1, "", "fetch failed")


@pytest.mark.parametrize(("label", "ending"), [(None, '"'), ("staging", '" ENV=staging')])
def test_the_hint_sets_a_secret_of_the_same_environment(monkeypatch, label, ending):
    monkeypatch.delenv("ENV", raising=False)
    if label:
        monkeypatch.setenv("ENV", label)

    assert (
        secrets_status.how_to_set() == f'Set one with: make wrangler RUN="secret put NAME{ending}'
    )
