"""Production has nothing of development, and names missing settings only to the operator."""

import re

import pytest

import routes
from tests.worker.lesson import until
from tests.worker.site import BROWSER, booking, error_of
from tools.dev_settings import development

DEVELOPMENT_PATHS = sorted(
    {re.sub(r"\{\w+\}", "x", route.path) for route in routes.ROUTES if route.development}
)


@pytest.fixture(scope="module")
def unfinished(site_with):
    """A half-configured production site with a development secret."""
    return site_with(
        ENVIRONMENT="production",
        AUTH_JWT_SECRET="",
        LINK_SECRETS="",
        COURSE_URL="",
        PLATFORM_TOKEN=development("http://x")["PLATFORM_TOKEN"],
        PEER_FIRST="maybe",
    )


def test_development_has_paths_of_its_own():
    wanted = {"/dev", "/dev/sign-in", "/dev/seed", "/dev/outbox", "/dev/platform"}

    assert wanted <= set(DEVELOPMENT_PATHS)


@pytest.mark.parametrize("path", [*DEVELOPMENT_PATHS, "/dev/sign-in?user=student", "/dev/x"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE"])
def test_production_has_no_development_path(production, method, path):
    for user in (None, "student"):
        answer = production.request(method, path, user=user)

        assert answer.status_code == 404
        assert "Set-Cookie" not in answer.headers
    page = production.request("GET", path, headers=BROWSER)
    assert (page.status_code, "demo" in page.text) == (404, False)


def test_a_session_is_booked_and_opened(production, new_id):
    assert production.put(new_id, booking()).status_code == 201
    assert production.page(f"/session/{new_id}", user="student").status_code == 200
    assert production.post(f"/session/{new_id}/join", user="teacher").status_code == 200
    assert production.page(f"/r/{production.link(new_id, 'student')}").status_code == 303
    assert production.page(f"/session/{new_id}").status_code == 302


def test_the_bare_address_redirects(production, new_id):
    assert production.put(new_id, booking()).status_code == 201
    settings = production.settings
    for user, target in {
        "student": settings["STUDENT_DASHBOARD_URL"],
        "teacher": settings["TEACHER_DASHBOARD_URL"],
        "somebody-else": settings["STUDENT_DASHBOARD_URL"],
        None: settings["SIGN_IN_URL"],
    }.items():
        assert production.page("/", user=user).headers["Location"] == target, user


def test_events_go_to_analytics_engine_and_not_to_d1(production, new_id):
    production.book(new_id)
    production.page(f"/session/{new_id}", user="student")
    body = {"event": "tech_issue", "error_type": "x"}
    answer = production.post(f"/session/{new_id}/events", user="student", json=body)

    assert answer.status_code == 204
    with production.d1() as db:
        assert db.execute("SELECT count(*) FROM analytics_events").fetchone()[0] == 0


def test_secrets_of_development_are_refused(production):
    token = development("http://x")["PLATFORM_TOKEN"]

    error_of(production.get("/platform/sessions/s1", token=token), 401)


def test_health_names_missing_features(production):
    health = production.get("/healthz").json()

    assert health["ok"] is True
    assert health["lacks"] == [
        "without RESEND_API_KEY nobody gets mail",
        "without TURN some pairs of networks cannot connect",
    ]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/session/s1"),
        ("POST", "/session/s1/join"),
        ("PUT", "/platform/sessions/s1"),
        ("GET", "/r/token"),
        ("GET", "/dev"),
    ],
)
def test_an_unfinished_configuration_refuses_every_request(unfinished, method, path):
    answer = unfinished.request(method, path)

    assert error_of(answer, 503) == {
        "code": "not_configured",
        "message": "Session Room is not set up yet. "
        "Its operator can see what is missing in the log.",
    }


def test_an_unfinished_configuration_has_an_error_page(unfinished):
    page = unfinished.page("/session/s1")

    assert page.status_code == 503
    assert "Session Room is not set up yet." in page.text


PROBLEMS = [
    "PEER_FIRST must be true or false",
    "missing settings: COURSE_URL, LINK_SECRETS, AUTH_JWT_SECRET",
    "development secrets in production: PLATFORM_TOKEN",
]


def test_the_log_names_all_missing_settings(unfinished):
    unfinished.get("/session/s1")

    until(
        lambda: [line["problems"] for line in unfinished.worker.logged("not_configured")][-1:],
        [PROBLEMS],
    )


def test_health_names_all_missing_settings(unfinished):
    health = unfinished.get("/healthz")

    assert health.status_code == 503
    assert health.json() == {"ok": False, "problems": PROBLEMS}


def test_no_answer_or_log_has_a_secret(unfinished, production):
    secrets = {unfinished.settings["PLATFORM_TOKEN"], production.settings["AUTH_JWT_SECRET"]}
    secrets |= {production.settings["PLATFORM_TOKEN"], production.settings["LINK_SECRETS"]}
    answers = [site.get(path) for site in (unfinished, production) for path in ("/healthz", "/x")]
    told = "".join(answer.text + str(answer.headers) for answer in answers)
    logged = unfinished.worker.logs() + production.worker.logs()

    assert [secret for secret in secrets if secret in told + logged] == []
