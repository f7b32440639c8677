"""The session page as one would write it with FastAPI: same schema, queries, rules and templates.

What differs is what a framework and the SDK bring: routing, request and response, D1's conversion.
"""

import json
import time
from urllib.parse import urlsplit

import jwt
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse
from workers import asgi

from pages import render
from auth.access import LoadedAccess
from db import outcomes
from db import sessions
from settings import NAMES, Settings

app = FastAPI()
settings = None


@app.get("/session/{session_id}", response_class=HTMLResponse)
async def show(session_id: str, request: Request):
    started = time.monotonic()
    env = request.scope["env"]
    configured = settings_of(env)
    user_id = signed_in_user(request, configured)
    results = await env.DB.batch(
        [
            env.DB.prepare(sessions.FIND).bind(session_id),
            env.DB.prepare(outcomes.FIND).bind(session_id),
        ]
    )
    if not results[0].results:
        raise HTTPException(404, "Session not found. Check your dashboard.")
    session = sessions.of_row(results[0].results[0])
    role = session.role_of(user_id)
    if role is None:
        raise HTTPException(403, "You're not part of this session.")
    env.ANALYTICS.writeDataPoint(
        {"indexes": [session_id], "blobs": ["page_view", session_id, role.value], "doubles": []}
    )
    loaded = outcomes.of_session(session_id).parse([results[1].results])
    access = LoadedAccess(session, role, int(time.time()), loaded=loaded)
    response = HTMLResponse(render.session_page(access, configured), headers=headers(request))
    took = round((time.monotonic() - started) * 1000, 1)
    print(json.dumps({"event": "request", "route": "/session/{session_id}", "milliseconds": took}))
    return response


def settings_of(env) -> Settings:
    global settings
    if settings is None:
        found = {name: getattr(env, name, "") for name in NAMES}
        settings = Settings.from_env({k: v for k, v in found.items() if isinstance(v, str)})
    return settings


def signed_in_user(request: Request, configured: Settings) -> str:
    try:
        token = request.cookies[configured.auth_cookie]
        return jwt.decode(token, configured.auth_jwt_secret, ["HS256"])["sub"]
    except (jwt.PyJWTError, KeyError) as error:
        raise HTTPException(401, "Please sign in.") from error


def headers(request: Request) -> dict[str, str]:
    host = urlsplit(str(request.url)).netloc
    return {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; "
            f"media-src 'self' blob:; connect-src 'self' ws://{host} wss://{host}; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self)",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Strict-Transport-Security": "max-age=31536000",
        "Cache-Control": "private, no-store",
        "Vary": "Cookie, Accept-Language",
        "X-Frame-Options": "DENY",
    }


Default = asgi.entrypoint(app)
