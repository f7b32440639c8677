"""How Jinja compiles our templates: ahead of time, each page as one template."""

from __future__ import annotations

import functools
import re
from contextlib import suppress
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any, Final

import jinja2
from markupsafe import Markup, escape

import i18n
from i18n.words import form_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jinja2.bccache import Bucket
    from jinja2.nodes import EvalContext

# With the white space around it that Jinja drops.
INCLUDE: Final = re.compile(r'(?m)(?:^[ \t]*)?\{% include "([^"]+)" %\}\n?')
# A message without values. It becomes text of the page, between marks that no template has.
MESSAGE: Final = re.compile(r'\{\{ _\("([^"\\]+)"\) \}\}')
MARKED: Final = re.compile("\ue000([^\ue001]+)\ue001")
TEMPLATES: Final = Path(__file__).parent.parent / "templates"


class InliningLoader(jinja2.FileSystemLoader):
    """Copies an included template into the page: faster than a call, and one file to compile.

    The included template shares the page's variables: what it sets, later parts read. Messages
    without values become marked text, which `TranslatedTemplate` translates once, not at each call.
    """

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        source, path, is_current = super().get_source(environment, template)

        def part(found: re.Match[str]) -> str:
            return self.get_source(environment, found[1])[0].removesuffix("\n")

        whole = INCLUDE.sub(part, source)
        return MESSAGE.sub("\ue000\\1\ue001", whole), path, is_current


def page_templates() -> set[str]:
    """The names of all templates that no other template includes."""
    files = (*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt"))
    sources = {str(file.relative_to(TEMPLATES)): file.read_text(encoding="utf-8") for file in files}
    return sources.keys() - {part for text in sources.values() for part in INCLUDE.findall(text)}


class PrecompiledBytecodeCache(jinja2.BytecodeCache):
    """Reads what set-up has compiled (tools/templates.mjs): parsing is most of the first page.

    Jinja itself compiles a template that was edited since, and all of them on another Python.
    """

    writes = False
    """Set-up sets this, to keep what it compiles."""

    def __init__(self, folded: Iterable[str]) -> None:
        """`folded`: templates whose output Jinja writes into others when it compiles these."""
        self._folded = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in folded)

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002
        """A file's name, with the suffix that wrangler.toml deploys."""
        return f"{name.replace('/', '-')}.cpython-314.pyc"

    def get_source_checksum(self, source: str) -> str:
        return super().get_source_checksum(source + self._folded)

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(FileNotFoundError), self._path(bucket).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if self.writes:
            with self._path(bucket).open("wb") as file:
                bucket.write_bytecode(file)

    def _path(self, bucket: Bucket) -> Path:
        return TEMPLATES / "__pycache__" / bucket.key


class TranslatedTemplate(jinja2.Template):
    """A compiled template, whose marked text is in the language of its environment."""

    @classmethod
    def from_code(cls, environment: jinja2.Environment, code: CodeType, *args: Any) -> Any:
        language, is_html = environment.language, code.co_filename.endswith(".html")  # type: ignore[attr-defined]
        with i18n.reading(language):
            translated = _translated(code, is_html=is_html)
        return super().from_code(environment, translated, *args)


class TranslatedEnvironment(jinja2.Environment):
    """Our templates in one language.

    Jinja's i18n extension is imported only to compile: compiled templates just call functions.
    """

    language = i18n.ENGLISH
    newstyle_gettext = True
    template_class = TranslatedTemplate

    def compile(self, *args: Any, **kwargs: Any) -> Any:
        if not self.extensions:
            self.add_extension("jinja2.ext.i18n")
            self.newstyle_gettext = True
            self.policies["ext.i18n.trimmed"] = True
        return super().compile(*args, **kwargs)


def make_environment(
    folded: Iterable[str] = (), language: str = i18n.ENGLISH
) -> TranslatedEnvironment:
    """Jinja's environment for our templates; for `folded` see `PrecompiledBytecodeCache`."""
    environment = TranslatedEnvironment(
        loader=InliningLoader(TEMPLATES),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=PrecompiledBytecodeCache(folded),
    )
    environment.language = language
    environment.globals |= {
        "_": _gettext,
        "gettext": _gettext,
        "ngettext": _ngettext,
        "pgettext": _pgettext,
    }
    return environment


def _translated(code: CodeType, *, is_html: bool) -> CodeType:
    """The code with the marked messages in its constants translated."""

    def words(found: re.Match[str]) -> str:
        return _filled(i18n.gettext(found[1]), {}, is_html=is_html)

    def constant(value: Any) -> Any:
        if isinstance(value, str):
            return MARKED.sub(words, value)
        if isinstance(value, CodeType):
            return _translated(value, is_html=is_html)
        return tuple(map(constant, value)) if isinstance(value, tuple) else value

    return code.replace(co_consts=constant(code.co_consts))


# As Jinja's "new style" functions: a message is markup of ours, and its values are escaped. The
# names of the values are those in the message, `%(name)s`, and `%%` stands for a percent sign.


@jinja2.pass_eval_context
def _gettext(context: EvalContext, message: str, /, **values: object) -> str:
    return _filled(i18n.gettext(message), values, is_html=context.autoescape)


@jinja2.pass_eval_context
def _pgettext(context: EvalContext, about: str, message: str, /, **values: object) -> str:
    return _filled(i18n.pgettext(about, message), values, is_html=context.autoescape)


@jinja2.pass_eval_context
def _ngettext(context: EvalContext, one: str, many: str, num: int, /, **values: object) -> str:
    written = {
        name: i18n.number(value) if isinstance(value, int) else value
        for name, value in {"num": num, **values}.items()
    }
    return _filled(form_for(one, many, num), written, is_html=context.autoescape)


def _filled(text: str, values: dict[str, object], *, is_html: bool) -> str:
    if not is_html:
        return text % values if "%" in text else text
    found = _markup(text)
    if "%" not in text:
        return found
    # As `Markup`'s own `%` does, in a third of its calls.
    written = str(found) % {name: escape(value) for name, value in values.items()}
    return Markup(written)  # noqa: S704 (our own, and escaped)


# Few: messages stand in templates, and languages are eight.
@functools.cache
def _markup(text: str) -> Markup:
    """A message of ours as it may stand in HTML, also in the quotation marks of an attribute."""
    # A message with tags never stands in an attribute.
    return Markup(text if "<" in text else text.replace('"', "&#34;"))  # noqa: S704 (our own)
