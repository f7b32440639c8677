"""The OpenAPI document: valid to an independent validator, and complete."""

import re
import subprocess
import sys

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from openapi import document
from openapi.operations import OPERATIONS, Caller
from routes import ROUTES
from settings import Settings
from tools.paths import ROOT

DOCUMENT = document.document(
    Settings(environment="development", public_url="https://sessions.example.com")
)
OPERATIONS_IN_IT = {
    (method.upper(), path): operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}


def test_the_document_is_valid():
    assert [str(error) for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_the_document_has_every_route_and_no_other():
    assert set(OPERATIONS_IN_IT) == {(route.method, route.path) for route in ROUTES}
    assert len(OPERATIONS_IN_IT) == len(ROUTES)


def test_every_operation_has_a_route():
    assert set(OPERATIONS) == {route.handler for route in ROUTES}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_a_route_has_a_description(route):
    described = OPERATIONS_IN_IT[route.method, route.path]
    in_path = {each["name"] for each in described["parameters"] if each["in"] == "path"}

    assert described["summary"].endswith(".")
    assert in_path == set(re.findall(r"\{(\w+)\}", route.path))
    assert min(map(int, described["responses"])) < 400
    assert (described["tags"] == ["development"]) == route.development


def test_every_failure_has_the_same_shape():
    failures = [
        answer["content"]["application/json"]["schema"]
        for (_, path), described in OPERATIONS_IN_IT.items()
        for status, answer in described["responses"].items()
        if status >= "400" and path != "/healthz"
    ]

    assert len(failures) > len(OPERATIONS_IN_IT)
    assert failures == [{"$ref": "#/components/schemas/Error"}] * len(failures)


def test_a_body_is_described_by_its_model():
    put = OPERATIONS_IN_IT["PUT", "/platform/sessions/{session_id}"]
    taken = put["requestBody"]["content"]["application/json"]["schema"]
    booking = DOCUMENT["components"]["schemas"]["Booking"]

    assert taken == {"$ref": "#/components/schemas/Booking"}
    assert {"course", "student", "teacher", "scheduled_start", "scheduled_end"} == set(
        booking["required"]
    )
    assert booking["additionalProperties"] is False


def test_a_route_with_a_body_has_its_security_scheme():
    for route in ROUTES:
        caller = OPERATIONS[route.handler].caller
        guarded = bool(OPERATIONS_IN_IT[route.method, route.path]["security"])
        assert guarded == (caller in (Caller.PARTICIPANT, Caller.PLATFORM))


def test_the_worker_does_not_import_the_document_at_start_up():
    made_of = {"openapi", "openapi.operations", "openapi.schemas"}
    program = f"import sys, app; sys.exit(bool({made_of} & set(sys.modules)))"
    environment = {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", program], env=environment, check=False)

    assert done.returncode == 0
