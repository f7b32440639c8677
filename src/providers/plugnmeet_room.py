"""Requests to PlugNmeet: a room for one lesson, and a person's way into it. Pure.

Field names and types: plugnmeet-protocol v1.5.0, plugnmeet_create_room.proto and
plugnmeet_gen_token.proto. The server drops unknown fields without an error, so a
test checks each.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from domain.model import Role
from i18n.languages import match
from providers.base import ROOM_LIFE_MINUTES, absolute_address, language_of, left_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domain.model import Session

# An unjoined room is deleted after this time. The server accepts no shorter time.
EMPTY_TIMEOUT_S: Final = 1800
PEOPLE: Final = 2
# The recorder counts as a participant.
PEOPLE_WITH_RECORDER: Final = 3
MAX_NAME: Final = 100

# The languages of its client (plugNmeet-client, src/helpers/languages.ts). The client takes these
# tags only, and ignores all others.
LANGUAGES: Final = (
    *("ar-SA", "bn-BD", "cs-CZ", "da-DK", "de-DE", "el-GR", "en", "es-ES", "et-EE", "fa-IR"),
    *("fr-FR", "he-IL", "hr-HR", "hu-HU", "id-ID", "it-IT", "ja-JP", "ko-KR", "lv-LV", "nl-NL"),
    *("no-NO", "pl-PL", "pt-PT", "ro-RO", "ru-RU", "sv-SE", "tr-TR", "uk-UA", "vi-VN", "zh-CN"),
    "zh-TW",
)

# The dark colours of our room, so that the frame fits the page.
DESIGN: Final = {
    "primary_color": "#1b5e59",
    "secondary_color": "#124845",
    "background_color": "#14161a",
    "header_bg_color": "#1d2026",
    "footer_bg_color": "#1d2026",
    "side_panel_bg_color": "#1d2026",
}


def create_request(session: Session, room_id: str, public_url: str) -> dict[str, Any]:
    """The body of /room/create.

    All flags are sent, although most versions of the server ignore the false ones.
    """
    recorded = session.recording_enabled
    return {
        "room_id": room_id,
        "max_participants": PEOPLE_WITH_RECORDER if recorded else PEOPLE,
        "empty_timeout": EMPTY_TIMEOUT_S,
        "metadata": {
            "room_title": session.course.title[:MAX_NAME],
            "webhook_url": f"{public_url}/webhooks/plugnmeet",
            "logout_url": left_url(session, public_url),
            "extra_data": {"session_id": session.id},
            "room_features": _features(session),
            "default_lock_settings": _locks(),
            "copyright_conf": {"display": False, "text": ""},
        },
    }


def _features(session: Session) -> dict[str, Any]:
    recorded = session.recording_enabled
    return {
        "allow_webcams": True,
        "mute_on_start": False,
        "allow_screen_share": True,
        "allow_view_other_webcams": True,
        "allow_view_other_users_list": True,
        "admin_only_webcams": False,
        "allow_virtual_bg": True,
        "allow_raise_hand": False,  # there is only one other person
        "allow_reactions": True,
        "room_duration": ROOM_LIFE_MINUTES,
        "enable_analytics": False,
        "auto_gen_user_id": False,
        "recording_features": {
            "is_allow": recorded,
            "is_allow_cloud": recorded,
            "is_allow_local": False,
            "enable_auto_cloud_recording": recorded,
            "only_record_admin_webcams": False,
        },
        "chat_features": {"is_allow": True, "is_allow_file_upload": True},
        "shared_note_pad_features": {"is_allow": True},
        "whiteboard_features": {"is_allow": True},
        "external_media_player_features": {"is_allow": True},
        # Our lobby is the waiting room.
        "waiting_room_features": {"is_active": False, "waiting_room_msg": ""},
        "breakout_room_features": {"is_allow": False, "allowed_number_rooms": 1},
        "display_external_link_features": {"is_allow": False},
        "ingress_features": {"is_allow": False},
        "polls_features": {"is_allow": False},
        "insights_features": {"is_allow": False},
        "sip_dial_in_features": {"is_allow": False},
        "external_broadcasting_features": {"is_allow": False, "is_allow_rtmp": False},
        "end_to_end_encryption_features": {
            "is_enabled": False,
            "included_chat_messages": False,
            "included_whiteboard": False,
            "enabled_self_insert_encryption_key": False,
        },
    }


def _locks() -> dict[str, bool]:
    """Lock private chat only, since there is no third person. A student can do all the rest."""
    return {
        "lock_microphone": False,
        "lock_webcam": False,
        "lock_screen_sharing": False,
        "lock_chat": False,
        "lock_chat_send_message": False,
        "lock_chat_file_share": False,
        "lock_private_chat": True,
        "lock_whiteboard": False,
        "lock_shared_notepad": False,
        "lock_reactions": False,
    }


def token_request(session: Session, room_id: str, role: Role, public_url: str) -> dict[str, Any]:
    """The body of /room/getJoinToken. The person's id is the role: nothing personal."""
    person = session.participant(role)
    about: dict[str, Any] = {
        "record_webcam": session.recording_enabled,
        "preferred_lang": match(language_of(person), LANGUAGES) or "en",
    }
    if person.avatar:
        about["profile_pic"] = absolute_address(person.avatar, public_url)
    return {
        "room_id": room_id,
        "user_info": {
            "name": person.name[:MAX_NAME],
            "user_id": role.value,
            "is_admin": role is Role.TEACHER,
            "is_hidden": False,
            "user_metadata": about,
        },
    }


def join_url(server: str, token: str) -> str:
    design = quote(json.dumps(DESIGN, separators=(",", ":")), safe="")
    return f"{server}/?access_token={quote(token, safe='')}&custom_design={design}"


def not_in_effect(requested: Mapping[str, Any], effective: Mapping[str, Any]) -> list[str]:
    """The features that differ from the request, such as `recording_features.is_allow`."""
    return sorted(_differences(requested, effective, ""))


def _differences(requested: Mapping[str, Any], effective: Any, path: str) -> Iterator[str]:
    for name, wanted in requested.items():
        got = effective.get(name) if isinstance(effective, dict) else None
        if isinstance(wanted, dict):
            yield from _differences(wanted, got, f"{path}{name}.")
        # int64 values are texts, and unset fields may be absent.
        elif str(wanted) != str(got) and (wanted or got):
            yield f"{path}{name}"
