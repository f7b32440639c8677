"""The Worker serves its OpenAPI document."""

from openapi import document
from settings import Settings


def test_the_worker_serves_its_document(site):
    served = site.get("/openapi.json")
    cookie = site.settings["AUTH_COOKIE"]
    settings = Settings(environment="development", public_url=site.url, auth_cookie=cookie)

    assert served.status_code == 200
    assert served.headers["Content-Type"] == "application/json; charset=utf-8"
    assert served.json() == document.document(settings)


def test_a_recording_without_fields_is_refused(site):
    refused = site.post("/dev/recordings", json={"session_id": 1})

    assert refused.status_code == 422


def test_production_serves_it_without_paths_of_development(production):
    served = production.get("/openapi.json")

    assert served.status_code == 200
    assert "/platform/sessions/{session_id}" in served.json()["paths"]
    assert [path for path in served.json()["paths"] if path.startswith("/dev")] == []
    secrets = [production.settings[name] for name in ("PLATFORM_TOKEN", "LINK_SECRETS")]
    assert not any(secret in served.text for secret in secrets)
