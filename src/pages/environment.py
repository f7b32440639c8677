"""Our templates with their filters."""

from __future__ import annotations

import functools
import zlib
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

import i18n
from domain.human_text import isolated, isolated_lines
from pages import ended_page
from pages.templating import make_environment

if TYPE_CHECKING:
    import jinja2

    from settings import Settings

AVATAR_COLOURS: Final = 6
# Macros that templates use as filters, by name: calling a filter costs a third of calling a macro.
# Jinja draws an icon of a literal name when it compiles the template.
ICONS: Final = {"icon": "partials/icons.html", "room_icon": "partials/room_icons.html"}
ROWS: Final = {"avatar": "partials/person.html", "file_row": "partials/files.html"}
# Their arguments are the same for many people, so they are filled in once for each.
CHOICES: Final = {
    "file_template": "partials/files.html",
    "language_options": "partials/language_options.html",
    "star_choice": "partials/feedback.html",
    "tag_choice": "partials/feedback.html",
}
MOST_KEPT: Final = 256


def fill(template: str, settings: Settings | None = None, **values: Any) -> str:
    """One template, filled in; values in html are escaped. A page of ours needs `settings`."""
    language = i18n.current()
    return compiled(template, language, settings.release if settings else "").render(
        values,
        language=language,
        direction=i18n.direction(),
    )


# Jinja's own cache has a lock and counts its uses.
@functools.cache
def compiled(name: str, language: str, release: str) -> jinja2.Template:
    return templates(language, release).get_template(name)


@functools.cache
def templates(language: str = i18n.ENGLISH, release: str = "") -> jinja2.Environment:
    """All templates in one language, with their filters. Made at the first use."""
    environment = make_environment(ICONS.values(), language, release)
    environment.filters |= {
        "initials": initials,
        "colour": colour,
        "isolated": isolated,
        "isolated_lines": isolated_lines,
        "text": text,
    } | ended_page.FILTERS
    for name, template in (ICONS | ROWS | CHOICES).items():
        macro = getattr(environment.get_template(template).module, name)
        is_kept = name not in ROWS
        environment.filters[name] = functools.lru_cache(MOST_KEPT)(macro) if is_kept else macro
    return environment


def text(value: str) -> Markup:
    """Escaped for the text between tags, where quotation marks may stand as they are."""
    return Markup(str(escape(value)).replace("&#39;", "'").replace("&#34;", '"'))  # noqa: S704


def initials(name: str) -> str:
    """`MO` for Maya Okafor."""
    parts = name.split()
    return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper() or "?"


def colour(person_id: str) -> int:
    """A number that stays the same for a person, for the colour behind their initials."""
    return zlib.crc32(person_id.encode()) % AVATAR_COLOURS
