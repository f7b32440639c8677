"""`/session/{id}/chat.txt`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auth.access import admit
from files import file_names
from i18n import _
from sessions import chat_text
from web.messages import Response

if TYPE_CHECKING:
    from context import Context
    from web.messages import Request


async def download(request: Request, ctx: Context, session_id: str) -> Response:
    """The chat as a text file."""
    access = await admit(request, ctx, session_id)
    # Translators: the name of a file, without its ending.
    name = _("Chat, {course}", course=access.session.course.title)
    file_name = file_names.from_words(name, "txt")
    return Response(
        await chat_text.read(ctx, access),
        headers=[
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Disposition", file_names.content_disposition(file_name)),
        ],
    )
