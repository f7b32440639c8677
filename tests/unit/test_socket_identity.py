"""The identity of a live socket, as the Worker sends it to the room."""

import json

from domain.model import Role
from room.identity import SocketIdentity

IDENTITY = SocketIdentity("s1", "lena", Role.STUDENT, "0123456789abcdef", watching=False)


def test_identity_survives_json():
    assert SocketIdentity.from_json(IDENTITY.to_json()) == IDENTITY


def test_identity_reads_json_of_older_and_newer_worker():
    sent = json.loads(IDENTITY.to_json()) | {"mood": "good"}
    del sent["user_id"]

    assert SocketIdentity.from_json(json.dumps(sent)) == IDENTITY._replace(user_id="")
