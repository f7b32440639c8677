"""The parts of plugnmeet-protocol v1.5.0 that we use: fields, rules and defaults of a room.

They are copied from the .proto files and utils/default_variables.go, independently of `src/`.
Standard library only: `make dev PROVIDER=plugnmeet-fake` runs on the bare Python.
"""

import copy
import re
from typing import Any, Final

ID: Final = re.compile(r"[a-zA-Z0-9-_]+\Z")
URI: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://\S+\Z")
RESERVED_USERS: Final = ("sip_", "ingres_", "pnm_agent-", "pnm_tts_agent-", "user_")

# Field name to type. `?` marks proto3-optional: false differs from absent.
ALLOWED: Final = {"is_allow": "bool"}
ROOM_FEATURES: Final[dict[str, Any]] = {
    "allow_webcams": "bool",
    "mute_on_start": "bool",
    "allow_screen_share": "bool",
    "allow_rtmp": "bool?",
    "allow_view_other_webcams": "bool",
    "allow_view_other_users_list": "bool",
    "admin_only_webcams": "bool",
    "room_duration": "uint?",
    "enable_analytics": "bool",
    "allow_virtual_bg": "bool?",
    "allow_raise_hand": "bool?",
    "allow_reactions": "bool?",
    "auto_gen_user_id": "bool?",
    "recording_features": {
        "is_allow": "bool",
        "is_allow_cloud": "bool",
        "enable_auto_cloud_recording": "bool",
        "is_allow_local": "bool",
        "only_record_admin_webcams": "bool",
    },
    "chat_features": {**ALLOWED, "is_allow_file_upload": "bool", "max_file_size": "uint?"},
    "shared_note_pad_features": ALLOWED,
    "whiteboard_features": {**ALLOWED, "preload_file": "uri?"},
    "external_media_player_features": ALLOWED,
    "waiting_room_features": {"is_active": "bool", "waiting_room_msg": "str"},
    "breakout_room_features": {**ALLOWED, "allowed_number_rooms": "uint"},
    "display_external_link_features": ALLOWED,
    "ingress_features": ALLOWED,
    "end_to_end_encryption_features": {
        "is_enabled": "bool",
        "included_chat_messages": "bool",
        "included_whiteboard": "bool",
        "enabled_self_insert_encryption_key": "bool",
    },
    "polls_features": ALLOWED,
    "insights_features": ALLOWED,
    "sip_dial_in_features": {**ALLOWED, "enable_dial_in_on_create": "bool"},
    "external_broadcasting_features": {**ALLOWED, "is_allow_rtmp": "bool"},
}
LOCKS: Final = {
    f"lock_{name}": "bool?"
    for name in (
        *("microphone", "webcam", "screen_sharing", "chat", "chat_send_message"),
        *("chat_file_share", "private_chat", "whiteboard", "shared_notepad", "reactions"),
    )
}
CREATE: Final[dict[str, Any]] = {
    "room_id": "id!",
    "empty_timeout": "uint?",
    "max_participants": "uint?",
    "metadata": {
        "room_title": "str!",
        "welcome_message": "str?",
        "webhook_url": "uri?",
        "logout_url": "uri?",
        "extra_data": "map",
        "room_features": ROOM_FEATURES,
        "default_lock_settings": LOCKS,
        "copyright_conf": {"display": "bool", "text": "str"},
    },
}
TOKEN: Final[dict[str, Any]] = {
    "room_id": "id!",
    "user_info": {
        "name": "str!",
        "user_id": "str!",
        "is_admin": "bool",
        "is_hidden": "bool",
        "user_metadata": {
            "profile_pic": "uri?",
            "record_webcam": "bool?",
            "preferred_lang": "str?",
            "lock_settings": LOCKS,
            "extra_data": "map",
            "ex_user_id": "str?",
        },
    },
}
ROOM: Final = {"room_id": "str!"}
FETCH: Final = {
    "room_ids": "list",
    "room_sid": "str?",
    "from": "uint",
    "limit": "uint",
    "order_by": "str",
}
RECORD: Final = {"record_id": "str!"}

DEFAULTS: Final[dict[str, Any]] = {
    "allow_webcams": True,
    "mute_on_start": False,
    "allow_screen_share": True,
    "allow_view_other_webcams": True,
    "allow_view_other_users_list": True,
    "admin_only_webcams": False,
    "enable_analytics": True,
    "allow_virtual_bg": True,
    "allow_raise_hand": True,
    "allow_reactions": True,
    "recording_features": {
        "is_allow": True,
        "is_allow_cloud": True,
        "is_allow_local": True,
        "enable_auto_cloud_recording": False,
        "only_record_admin_webcams": False,
    },
    "chat_features": {"is_allow": True, "is_allow_file_upload": True},
    "shared_note_pad_features": {"is_allow": True},
    "whiteboard_features": {"is_allow": True},
    "external_media_player_features": {"is_allow": True},
    "waiting_room_features": {"is_active": False, "waiting_room_msg": ""},
    "breakout_room_features": {"is_allow": True, "allowed_number_rooms": 6},
    "display_external_link_features": {"is_allow": True},
    "ingress_features": {"is_allow": True},
    "end_to_end_encryption_features": {
        "is_enabled": False,
        "included_chat_messages": False,
        "included_whiteboard": False,
        "enabled_self_insert_encryption_key": False,
    },
    "polls_features": {"is_allow": True},
    "insights_features": {"is_allow": True},
    "sip_dial_in_features": {"is_allow": True},
    "external_broadcasting_features": {"is_allow": True, "is_allow_rtmp": True},
}
MAX_ROOM_ID: Final = 64
MAX_WEBHOOK_URL: Final = 255


def problems(data: Any, fields: dict[str, Any], path: str = "") -> list[str]:
    """The errors in a request, unknown fields included; the real server drops these silently."""
    if not isinstance(data, dict):
        return [f"{path or 'body'} must be an object"]
    found = [f"unknown field {path}{name}" for name in data if name not in fields]
    for name, kind in fields.items():
        if isinstance(kind, dict):
            if name in data:
                found += problems(data[name], kind, f"{path}{name}.")
        elif name in data:
            if not _fits(data[name], kind.rstrip("?!")):
                found.append(f"{path}{name} must be a {kind}, not {data[name]!r}")
        elif kind.endswith("!"):
            found.append(f"{path}{name} is required")
    return found


def _fits(value: Any, kind: str) -> bool:
    match kind:
        case "bool":
            return isinstance(value, bool)
        case "uint":
            return isinstance(value, int) and not isinstance(value, bool) and value >= 0
        case "id":
            return isinstance(value, str) and bool(ID.match(value))
        case "uri":
            return isinstance(value, str) and bool(URI.match(value))
        case "map":
            return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
        case "list":
            return isinstance(value, list) and all(isinstance(v, str) for v in value)
    return isinstance(value, str)


def create_problems(data: Any) -> list[str]:
    found = problems(data, CREATE)
    if found:
        return found
    room_id, metadata = data["room_id"], data.get("metadata")
    if metadata is None or "room_features" not in metadata:
        found.append("metadata.room_features is required")
    if room_id.startswith("user_") or "-FIELD_" in room_id or len(room_id) > MAX_ROOM_ID:
        found.append("room_id is reserved or too long")
    if len((metadata or {}).get("webhook_url", "")) > MAX_WEBHOOK_URL:
        found.append("webhook_url is too long")
    if 0 in (data.get("max_participants"), data.get("empty_timeout")):
        found.append("must be greater than 0")
    return found


def token_problems(data: Any) -> list[str]:
    found = problems(data, TOKEN)
    if found:
        return found
    user_id = data["user_info"]["user_id"]
    if not ID.match(user_id) or user_id.startswith(RESERVED_USERS) or user_id.endswith("-native"):
        found.append("user_id is malformed or reserved")
    return found


def features_in_effect(asked: dict[str, Any], *, honours_false: bool) -> dict[str, Any]:
    """The features in effect after the request.

    Since v2.3.0 the server merges them over the defaults as protobuf does: a false, a zero and an
    empty text are not copied, unless the field is proto3-optional.
    """
    merged = copy.deepcopy(DEFAULTS)
    _merge(merged, asked, ROOM_FEATURES, honours_false=honours_false)
    recording = merged["recording_features"]
    if not recording["is_allow"]:
        recording |= {"is_allow_cloud": False, "is_allow_local": False}
        recording["enable_auto_cloud_recording"] = False
    if not merged["chat_features"]["is_allow"]:
        merged["chat_features"]["is_allow_file_upload"] = False
    if "room_duration" in merged:
        merged["room_duration"] = str(merged["room_duration"])  # uint64 is a text in JSON
    return merged


def _merge(
    target: dict[str, Any], asked: dict[str, Any], fields: dict[str, Any], *, honours_false: bool
) -> None:
    for name, value in asked.items():
        kind = fields[name]
        if isinstance(kind, dict):
            _merge(target.setdefault(name, {}), value, kind, honours_false=honours_false)
        elif value or kind.endswith("?") or (honours_false and isinstance(value, bool)):
            target[name] = value
