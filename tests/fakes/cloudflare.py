"""Cloudflare's API for one Worker: wrangler's requests during releases, with a real database.

The answers have the shapes that wrangler reads; no external validator exists for them.
"""

import json
import re
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs
from uuid import uuid4

ACCOUNT = "0" * 31 + "a"
DOES_NOT_START = {"code": 10021, "message": "Uncaught SyntaxError: the Worker does not start"}
NO_SUBDOMAIN = {"enabled": False, "previews_enabled": False}


class Refused(Exception):  # noqa: N818 (an answer)
    """An error of the API: `error` is its {code, message}."""

    def __init__(self, status, error):
        super().__init__(error["message"])
        self.status, self.error = status, error


class CloudflareFake(ThreadingHTTPServer):
    """An account with queues and database of the Worker `name`; the Worker does not exist yet.

    `url` goes into CLOUDFLARE_API_BASE_URL. `calls` holds the changes in order, as
    (kind, *parts of the path, body); `unknown` the requests without a route.
    """

    daemon_threads = True

    def __init__(self, name):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.calls = []
        self.unknown = []
        self.queues = {f"{name}-recordings", f"{name}-recordings-dead"}
        self.versions = {}
        self.deployments = []
        self.migration_tag = None
        self.refuses_uploads = False
        self.database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self.database.row_factory = sqlite3.Row
        self.lock = threading.Lock()

    def start(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()
        self.database.close()

    def add_version(self, metadata):
        if self.refuses_uploads:
            raise Refused(400, DOES_NOT_START)
        number = len(self.versions) + 1
        version = {
            "id": str(uuid4()),
            "number": number,
            "metadata": {
                "created_on": f"2026-11-25T10:00:{number:02d}Z",
                "author_email": "",
                "source": "wrangler",
                "has_preview": False,
            },
            "annotations": metadata.get("annotations", {}),
            "resources": {
                "bindings": metadata["bindings"],
                "script": {"etag": "e"},
                "script_runtime": {},
            },
            "startup_time_ms": 1,
        }
        self.versions[version["id"]] = version
        return version

    def add_deployment(self, versions, annotations):
        deployment = {
            "id": str(uuid4()),
            "created_on": f"2026-11-25T11:00:{len(self.deployments):02d}Z",
            "author_email": "",
            "source": "wrangler",
            "strategy": "percentage",
            "versions": versions,
            "annotations": annotations,
        }
        self.deployments.insert(0, deployment)
        return deployment


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: CloudflareFake

    def log_message(self, *_):
        pass

    def answer(self):
        body = self.body()
        path, _, query = self.path.partition("?")
        try:
            handle, place = self.route(path)
            with self.server.lock:
                result = handle(self.server, body or parse_qs(query), *place)
            self.send(200, result, [])
        except Refused as refusal:
            self.send(refusal.status, None, [refusal.error])

    do_GET = do_POST = do_PUT = do_PATCH = answer  # noqa: N815 (the base class calls these)

    def route(self, path):
        for method, pattern, handle in ROUTES:
            if method == self.command and (match := re.fullmatch(pattern, path)):
                return handle, match.groups()
        self.server.unknown.append(f"{self.command} {path}")
        raise Refused(404, {"code": 7003, "message": f"No route for {path}"})

    def body(self):
        kind = self.headers.get("Content-Type", "")
        content = self.content()
        if kind.startswith("multipart/form-data"):
            # An upload: only the part with its metadata matters.
            _, _, part = content.partition(b'name="metadata"')
            return json.loads(part.partition(b"\r\n\r\n")[2].partition(b"\r\n--")[0])
        # wrangler does not always send the content type of a JSON body.
        return json.loads(content) if content.startswith((b"{", b"[")) else {}

    def content(self):
        if not self.headers.get("Transfer-Encoding"):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        content = b""
        while size := int(self.rfile.readline(), 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return content

    def send(self, status, result, errors):
        pages = {"page": 1, "per_page": 100, "count": 1, "total_count": 1, "total_pages": 1}
        answer = {
            "success": not errors,
            "result": result,
            "errors": errors,
            "messages": [],
            "result_info": pages,
        }
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def service(fake, _body, _name):
    if not fake.versions:
        raise Refused(404, {"code": 10090, "message": "This Worker does not exist."})
    script = {
        "tag": "t",
        "tags": [],
        "last_deployed_from": "wrangler",
        "migration_tag": fake.migration_tag,
    }
    return {"default_environment": {"environment": "production", "script": script}}


def upload(fake, metadata, name):
    version = fake.add_version(metadata)
    fake.calls.append(("upload", name, metadata))
    return version


def put_script(fake, metadata, name):
    """`wrangler deploy` uses it for a new Worker, or for new Durable Object classes."""
    version = fake.add_version(metadata)
    fake.migration_tag = metadata["migrations"]["new_tag"]
    fake.add_deployment([{"version_id": version["id"], "percentage": 100}], {})
    fake.calls.append(("put", name, metadata))
    return {"id": name, "etag": "e", "deployment_id": version["id"], "startup_time_ms": 1}


def deploy(fake, body, name):
    deployment = fake.add_deployment(body["versions"], body["annotations"])
    fake.calls.append(("deploy", name, body))
    return deployment


def queues(fake, query):
    return [
        {"queue_id": name, "queue_name": name, "producers": [], "consumers": []}
        for name in query["name"]
        if name in fake.queues
    ]


def query_d1(fake, statement, database):
    """Run one statement with parameters, one SELECT, or a script such as a migration."""
    sql, params = statement["sql"], statement.get("params", [])
    rows = []
    if params or re.match(r"\s*(SELECT|PRAGMA)", sql):
        rows = [dict(row) for row in fake.database.execute(sql, params)]
    else:
        fake.database.executescript(sql)
        fake.calls.append(("migrate", database, sql))
    return [{"results": rows, "success": True, "meta": {"duration": 0}}]


def noted(kind):
    """Accept a change and record it."""

    def handle(fake, body, *place):
        fake.calls.append((kind, *place, body))
        return {}

    return handle


def always(result):
    return lambda *_: result


A = rf"/accounts/{ACCOUNT}"
SCRIPT = rf"{A}/workers/scripts/([^/]+)"
CHANGESET = {"added": [], "removed": [], "updated": [], "conflicting": []}
ROUTES = [
    ("GET", rf"{A}/workers/services/([^/]+)", service),
    ("PUT", SCRIPT, put_script),
    ("POST", rf"{SCRIPT}/versions", upload),
    ("GET", rf"{SCRIPT}/versions/([^/]+)", lambda fake, _b, _n, version: fake.versions[version]),
    ("GET", rf"{SCRIPT}/deployments", lambda fake, *_: {"deployments": fake.deployments}),
    ("POST", rf"{SCRIPT}/deployments", deploy),
    ("POST", rf"{SCRIPT}/assets-upload-session", always({"jwt": "jwt", "buckets": []})),
    ("GET", rf"{SCRIPT}/secrets", always([])),
    ("PATCH", rf"{SCRIPT}/script-settings", always({})),
    ("GET", rf"{A}/workers/workers/([^/]+)", always({"subdomain": NO_SUBDOMAIN})),
    ("POST", rf"{SCRIPT}/subdomain", always(NO_SUBDOMAIN)),
    ("POST", rf"{SCRIPT}/domains/changeset", always(CHANGESET)),
    ("PUT", rf"{SCRIPT}/domains/records", noted("domains")),
    ("PUT", rf"{SCRIPT}/schedules", noted("schedules")),
    ("GET", rf"{A}/queues", queues),
    ("POST", rf"{A}/queues/([^/]+)/consumers", noted("consumer")),
    ("POST", rf"{A}/d1/database/([^/]+)/query", query_d1),
]
