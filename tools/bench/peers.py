"""Our Worker and its peers: each has its own wrangler and a copy of the same data."""

import shutil
import sqlite3
import time
import tomllib
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import jwt

from tests.conftest import PRODUCTION_SECRETS
from tools import dev_settings, vendor
from tools.bench import javascript
from tools.local_worker import LOCAL_FLAG, LocalWorker, free_port
from tools.paths import CACHE, PYTHON_MODULES, REQUIREMENTS, ROOT
from tools.steps import run

OURS, JAVASCRIPT, BARE, FASTAPI = "Session Room", "JavaScript", "bare Python", "FastAPI"
SOURCES = Path(__file__).parent / "peers"
BUILT = CACHE / "bench"
SDK = (
    "workers",
    "_workers_sdk_*",
    "_cloudflare_compat_flags.pyi",
    "_pyodide_entrypoint_helper.pyi",
)
SESSION, STUDENT, TEACHER = "bench-session", "bench-student", "bench-teacher"
HOUR_S = 60 * 60


def build(names: Iterable[str]) -> dict[str, Path]:
    """Make the projects of these peers; the wrangler.toml of each by its name."""
    builders = {JAVASCRIPT: built_javascript, BARE: built_bare, FASTAPI: built_fastapi}
    return {name: builders[name]() for name in names if name in builders}


def built_javascript() -> Path:
    source = folder_of("javascript")
    javascript.write_modules(source)
    return configured(source, "worker.js")


def built_bare() -> Path:
    source = folder_of("bare")
    vendored(source, only=SDK)
    return configured_as_ours(source)


def built_fastapi() -> Path:
    """FastAPI's Worker calls our own queries, rules and templates."""
    source = folder_of("fastapi")
    shutil.copytree(ROOT / "src", source, dirs_exist_ok=True, ignore=vendor_nothing)
    shutil.copy(SOURCES / "fastapi" / "entry.py", source)
    vendored(source)
    run([*vendor.INSTALL, "--only-binary=:all:", *vendor.WASM_TARGET, "--require-hashes",
         "--upgrade", f"--target={source.parent / 'python_modules'}",
         f"--requirement={REQUIREMENTS / 'bench.txt'}"])  # fmt: skip
    return configured(source, "entry.py")


def folder_of(name: str) -> Path:
    target = BUILT / name / "src"
    shutil.rmtree(target.parent, ignore_errors=True)
    shutil.copytree(SOURCES / name, target)
    return target


def vendor_nothing(_folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name == "entry.py"}


def vendored(source: Path, only: tuple[str, ...] = ("*",)) -> None:
    """Give a Python peer our packages, or some of them."""
    target = source.parent / "python_modules"
    target.mkdir()
    (target / "pyvenv.cfg").touch()
    for pattern in only:
        for found in PYTHON_MODULES.glob(pattern):
            if found.is_dir():
                shutil.copytree(found, target / found.name, dirs_exist_ok=True)
            else:
                shutil.copy(found, target)


def configured(source: Path, main: str) -> Path:
    """Write the wrangler.toml: our runtime, D1, analytics and assets only."""
    ours = tomllib.loads((ROOT / "wrangler.toml").read_text(encoding="utf-8"))
    [database], [dataset] = ours["d1_databases"], ours["analytics_engine_datasets"]
    python = [*ours["compatibility_flags"], LOCAL_FLAG] if main.endswith(".py") else []
    config = source.parent / "wrangler.toml"
    config.write_text(
        f"""name = "{source.parent.name}"
main = "src/{main}"
compatibility_date = "{ours["compatibility_date"]}"
compatibility_flags = {python}
[assets]
directory = "{ROOT / ours["assets"]["directory"]}"
binding = "ASSETS"
[[d1_databases]]
binding = "{database["binding"]}"
database_name = "{database["database_name"]}"
database_id = "{database["database_id"]}"
[[analytics_engine_datasets]]
binding = "{dataset["binding"]}"
dataset = "{dataset["dataset"]}"
[[rules]]
type = "Data"
globs = {ours["rules"][0]["globs"]}
fallthrough = true
[python_modules]
exclude = {ours["python_modules"]["exclude"]}
"""
    )
    return config


def configured_as_ours(source: Path) -> Path:
    """Write our own wrangler.toml: the services of its bindings take time to start too."""
    ours = (ROOT / "wrangler.toml").read_text(encoding="utf-8")
    config = source.parent / "wrangler.toml"
    config.write_text(
        ours.replace("compatibility_flags = [", f'compatibility_flags = ["{LOCAL_FLAG}",', 1)
        .replace('directory = "public"', f'directory = "{ROOT / "public"}"')
        .replace('migrations_dir = "migrations"', f'migrations_dir = "{ROOT / "migrations"}"')
    )
    return config


def migrated(folder: Path) -> Path:
    """A state folder whose D1 has our schema and one session, about to begin."""
    worker = LocalWorker(settings(), port=free_port(), state=folder)
    worker.apply_migrations()
    book(folder, [SESSION], start=int(time.time()) + 600)
    return folder


def book(state: Path, ids: list[str], *, start: int) -> None:
    """Sessions of an hour for one student and one teacher, written directly to the local D1."""
    (path,) = state.glob("v3/d1/*/[!m]*.sqlite")
    with closing(sqlite3.connect(path, timeout=20)) as d1, d1:
        add_sessions(d1, ids, start=start)


def add_sessions(d1: sqlite3.Connection, ids: list[str], *, start: int) -> None:
    now = int(time.time())
    d1.execute("INSERT OR IGNORE INTO courses VALUES ('algebra', 'Linear Algebra', ?)", (now,))
    d1.executemany(
        "INSERT OR IGNORE INTO users (id, name, email, avatar, time_zone, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            (who, name, f"{who}@example.com", "/avatars/lena.svg", zone, now)
            for who, name, zone in (
                (STUDENT, "Lena Fischer", "Europe/Berlin"),
                (TEACHER, "Amara Okafor", "America/New_York"),
            )
        ],
    )
    d1.execute("INSERT OR IGNORE INTO enrollments VALUES (?, 'algebra', ?)", (STUDENT, now))
    d1.executemany(
        "INSERT INTO sessions (id, course_id, student_id, teacher_id, scheduled_start,"
        " scheduled_end, created_at, updated_at) VALUES (?1, 'algebra', ?2, ?3, ?4, ?5, ?6, ?6)",
        [(each, STUDENT, TEACHER, start, start + HOUR_S, now) for each in ids],
    )


def settings() -> dict[str, str]:
    """Production settings, for all peers: development adds a write to D1 for each page."""
    return (
        dev_settings.development("https://sessions.example.com")
        | PRODUCTION_SECRETS
        | {"ENVIRONMENT": "production"}
    )


def peer(config: Path | None, data: Path, state: Path, snapshot: Path | None = None) -> LocalWorker:
    """A Worker, not started yet, with a copy of the data. Ours has no `config` of its own."""
    shutil.copytree(data, state)
    return LocalWorker(
        settings(),
        port=free_port(),
        state=state,
        ip="localhost",
        config=config,
        snapshot=snapshot,
    )


def cookie(who: str) -> str:
    """The cookie of a person who is signed in for two hours."""
    defaults = settings()
    claims = {"sub": who, "exp": int(time.time()) + 2 * HOUR_S}
    token = jwt.encode(claims, defaults["AUTH_JWT_SECRET"], "HS256")
    return f"{defaults['AUTH_COOKIE']}={token}"
