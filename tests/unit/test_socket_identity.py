"""Who opens a live socket, told by the Worker to the room."""

import json

from domain.model import Role
from room.identity import SocketIdentity

VISITOR = SocketIdentity("s1", "lena", Role.STUDENT, "0123456789abcdef", watching=False)


def test_identity_survives_json():
    assert SocketIdentity.from_json(VISITOR.to_json()) == VISITOR


def test_identity_reads_json_of_older_and_newer_worker():
    told = json.loads(VISITOR.to_json()) | {"mood": "good"}
    del told["user_id"]

    assert SocketIdentity.from_json(json.dumps(told)) == VISITOR._replace(user_id="")
