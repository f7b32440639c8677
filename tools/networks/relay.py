"""A real coturn, which is STUN server and TURN server."""

import base64
import hmac
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tools.networks.internet import SERVER
from tools.networks.namespaces import BOUND

SECRET: Final = "the-secret-that-coturn-and-the-site-share"  # noqa: S105 (of this internet only)
PORT: Final = 3478
# What a strict firewall lets through.
WEB_PORT: Final = 443
STUN: Final = f'[{{"urls": "stun:{SERVER}:{PORT}"}}]'
URLS: Final = ",".join(
    f"turn:{SERVER}:{port}" for port in (PORT, f"{PORT}?transport=tcp", f"{WEB_PORT}?transport=tcp")
)
START_DEADLINE_S: Final = 10.0


def credentials(expires_at: int) -> dict[str, str]:
    """Name and password that coturn accepts until then (epoch seconds)."""
    username = f"{expires_at}:somebody"
    signature = hmac.digest(SECRET.encode(), username.encode(), "sha1")
    return {"username": username, "credential": base64.b64encode(signature).decode()}


@contextmanager
def coturn(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run coturn at the server. Raises: TimeoutError if it does not answer."""
    config = folder / "turnserver.conf"
    config.write_text(
        "\n".join(
            (
                f"listening-ip={SERVER}",
                f"relay-ip={SERVER}",
                f"listening-port={PORT}",
                f"aux-server={SERVER}:{WEB_PORT}",
                "use-auth-secret",
                f"static-auth-secret={SECRET}",
                "realm=session-room",
                *("no-tls", "no-dtls", "no-cli", "no-multicast-peers"),
                f"userdb={folder / 'turndb'}",
                f"pidfile={folder / 'turnserver.pid'}",
            )
        )
    )
    with (folder / "coturn.log").open("w") as log:
        command = ["turnserver", "-c", str(config), "--log-file=stdout"]
        process = subprocess.Popen(
            [*BOUND, *command], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_until_it_answers()
            yield process
        finally:
            process.kill()
            process.wait()


def wait_until_it_answers() -> None:
    deadline = time.monotonic() + START_DEADLINE_S
    while True:
        try:
            socket.create_connection((SERVER, PORT), timeout=1).close()
        except OSError as error:
            if time.monotonic() > deadline:
                msg = "coturn does not answer"
                raise TimeoutError(msg) from error
            time.sleep(0.05)
        else:
            return
