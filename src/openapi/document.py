"""The OpenAPI document of every route, made from the route table.

Paths, methods and summaries come from routes.ROUTES and its handlers, bodies from the pydantic
models that check them, failures from errors.py. openapi/operations.py assigns them to routes.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

import errors
from auth.links import ROOM_COOKIE
from openapi import schemas
from openapi.operations import HTML, JSON, OPERATIONS, Caller
from routes import ROUTES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openapi.operations import Operation
    from routes import Route
    from settings import Settings

TITLE: Final = "Session Room"
VERSION: Final = "3.1.0"
ABOUT: Final = (
    "Each GET route also answers HEAD, without the body. Failures have one shape in JSON; a client "
    "that accepts `text/html` gets a page with the same message."
)
# Each is one segment of the path.
PARAMETERS: Final[dict[str, str]] = {
    "session_id": "The platform's id of the session.",
    "person_id": "The platform's id of the person.",
    "resource_id": "A file of the session.",
    "image_id": "A picture of the board.",
    "page": "A page of the board, and `.svg`.",
    "number": "The number of the part, from 1.",
    "calendar": "The token of a person's calendar, and `.ics`.",
    "token": "The token in a mail's link.",
    "event_id": "The id of an event, `evt_...`.",
    "record_id": "The provider's id of the recording; ours, if a browser makes it.",
    "start_byte": "The number of the first byte, from 0.",
    "mail_id": "A mail in the outbox.",
    "release": "A release's digest of its scripts and styles.",
    "kind": "`js` or `css`.",
    "folder": "A folder of scripts or styles.",
    "file": "A script or a style sheet.",
}
SAFE: Final = "GET"


def document(settings: Settings) -> dict[str, Any]:
    """Every route of this deployment, as an OpenAPI 3.1 document."""
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        if route.development and not settings.development:
            continue
        paths.setdefault(route.path, {})[route.method.lower()] = _described(route)
    return {
        "openapi": VERSION,
        "info": {"title": TITLE, "version": "1", "description": ABOUT},
        "servers": [{"url": settings.public_url}],
        "paths": paths,
        "components": {
            "schemas": {"Error": schemas.ERROR, **_models()},
            "securitySchemes": _security_schemes(settings),
        },
    }


def _described(route: Route) -> dict[str, Any]:
    operation = OPERATIONS[route.handler]
    described: dict[str, Any] = {
        "operationId": f"{route.handle.__module__.rpartition('.')[2]}_{route.handle.__name__}",
        "summary": (inspect.getdoc(route.handle) or "").partition("\n")[0],
        "tags": ["development" if route.development else operation.caller.value],
        "parameters": list(_parameters(route, operation)),
        "responses": _responses(route, operation),
        "security": _SECURITY[operation.caller],
    }
    if operation.body:
        content = {kind: {"schema": _schema(taken)} for kind, taken in operation.body.items()}
        described["requestBody"] = {"content": content, "required": True}
    return described


def _parameters(route: Route, operation: Operation) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", route.path):
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": PARAMETERS[name],
            "schema": {"type": "string", "minLength": 1},
        }
    for place, found in (("query", operation.query), ("header", operation.headers)):
        for name, schema in found.items():
            yield {"name": name, "in": place, "required": False, "schema": schema}


def _responses(route: Route, operation: Operation) -> dict[str, Any]:
    found: dict[int, dict[str, Any]] = {}
    for status, contents in operation.answers.items():
        content = {kind: {"schema": schema} for kind, schema in contents.items()}
        found[status] = {"description": "Success."} | ({"content": content} if content else {})
    if route.page and operation.caller is Caller.PARTICIPANT:
        found[302] = {"description": "To the sign-in page."}
    by_status: dict[int, set[str]] = {}
    for failure in _failures(route, operation):
        sentence = f"`{failure.code}`: {failure.message}"
        by_status.setdefault(failure.status, set()).add(sentence)
    shown = {
        JSON: {"schema": {"$ref": "#/components/schemas/Error"}},
        HTML: {"schema": schemas.TEXT},
    }
    for status, sentences in by_status.items():
        known = found.setdefault(status, {"description": "", "content": {}})
        known["description"] = " ".join(sorted(sentences))
        known["content"] = shown | known.get("content", {})
    return {str(status): found[status] for status in sorted(found)}


def _failures(route: Route, operation: Operation) -> Iterable[type[errors.AppError]]:
    """The route's own failures, and those that follow from its callers and its body."""
    yield from operation.fails
    yield errors.NotConfiguredError
    if operation.caller is Caller.PARTICIPANT:
        yield from (errors.SignedOutError, errors.NotParticipantError, errors.SessionNotFoundError)
    elif operation.caller is Caller.PLATFORM:
        yield errors.SignedOutError
    elif operation.caller is Caller.PROVIDER:
        yield errors.WebhookRejectedError
    if route.method != SAFE and not route.cross_site:
        yield errors.CrossSiteError
    if route.limited:
        yield errors.TooManyRequestsError
    if operation.body:
        yield errors.BodyTooLargeError
    if any(_is_model(taken) for taken in operation.body.values()):
        yield from (errors.BadRequestError, errors.InvalidError)


def _is_model(taken: Any) -> bool:
    return isinstance(taken, type) and issubclass(taken, BaseModel)


def _schema(taken: Any) -> dict[str, Any]:
    if _is_model(taken):
        return {"$ref": f"#/components/schemas/{taken.__name__}"}
    return dict(taken)


def _models() -> dict[str, Any]:
    """The JSON Schema of every model that checks a body, by name."""
    models = {
        taken
        for route in ROUTES
        for taken in OPERATIONS[route.handler].body.values()
        if _is_model(taken)
    }
    _, together = models_json_schema(
        [(model, "validation") for model in sorted(models, key=lambda model: model.__name__)],
        ref_template="#/components/schemas/{model}",
    )
    return dict(together["$defs"])


_SECURITY: Final[dict[Caller, list[dict[str, list[str]]]]] = {
    Caller.ANYONE: [],
    Caller.PARTICIPANT: [{"signInCookie": []}, {"signInToken": []}, {"roomCookie": []}],
    Caller.PLATFORM: [{"platformToken": []}],
    # A signature covers the body, which no scheme of OpenAPI can express.
    Caller.PROVIDER: [],
}


def _security_schemes(settings: Settings) -> dict[str, Any]:
    return {
        "signInCookie": {"type": "apiKey", "in": "cookie", "name": settings.auth_cookie},
        "signInToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "roomCookie": {"type": "apiKey", "in": "cookie", "name": ROOM_COOKIE},
        "platformToken": {"type": "http", "scheme": "bearer"},
    }
