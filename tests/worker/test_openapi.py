"""The Worker serves the OpenAPI document in development (production: test_production.py)."""

from openapi import document
from settings import Settings


def test_the_worker_serves_its_document(site):
    served = site.get("/openapi.json")
    settings = Settings(public_url=site.url, auth_cookie=site.settings["AUTH_COOKIE"])

    assert served.status_code == 200
    assert served.headers["Content-Type"] == "application/json; charset=utf-8"
    assert served.json() == document.document(settings)


def test_a_recording_without_fields_is_refused(site):
    refused = site.post("/dev/recordings", json={"session_id": 1})

    assert refused.status_code == 422
