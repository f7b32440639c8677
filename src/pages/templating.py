"""How Jinja compiles our templates: ahead of time, each page as one template."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any, Final

import jinja2
from markupsafe import Markup, escape

import i18n
from i18n.words import form_for
from pages import marks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jinja2.bccache import Bucket
    from jinja2.nodes import EvalContext

# Plain texts: an isolate reads all parts of its first page, and a pattern that begins with white
# space tries each letter of them.
INCLUDE: Final = '{% include "'
EXTENDS: Final = '{% extends "'
BLOCK: Final = "{% block "
MARKED: Final = re.compile(marks.MESSAGE.format(f"([^{marks.MESSAGE[-1]}]+)"))
VALUE: Final = re.compile(r"%\(\w+\)s")
is_html: Final = jinja2.select_autoescape(["html"])
"""Whether values are escaped in the template of this name."""
TEMPLATES: Final = Path(__file__).parent.parent / "templates"


class InliningLoader(jinja2.FileSystemLoader):
    """Copies included templates into the page, and the page into its layout: one file to compile.

    So no piece of a page passes through a generator for each level. An included template shares
    the page's variables: what it sets, later parts read. `extends` is a page's first line, and a
    block says its name at its end, too.
    """

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        file, path, is_current = super().get_source(environment, template)
        before, *others = file.split(INCLUDE)
        source = _trimmed(before)
        for other in others:
            name, after = other.split('" %}', 1)
            part, *_ = self.get_source(environment, name)
            source += part.removesuffix("\n") + _trimmed(after)
        if source.startswith(EXTENDS):
            name, page = source.removeprefix(EXTENDS).split('" %}', 1)
            source = _in_layout(page, self.get_source(environment, name)[0])
        return source, path, is_current


def _in_layout(page: str, layout: str) -> str:
    """What the page sets outside of its blocks, then the layout with the page's blocks."""
    outside = ""
    while BLOCK in page:
        name = page.partition(BLOCK)[2].partition(" ")[0]
        before, block, page = _cut(page, name)
        start, _, end = _cut(layout, name)
        outside, layout = outside + before, start + block + end
    lines = (outside + page).splitlines(keepends=True)
    return "".join(line for line in lines if line.startswith("{% set ")) + layout


def _cut(text: str, name: str) -> tuple[str, str, str]:
    """The text before this block, in it, and after it.

    Raises: ValueError without such a block.
    """
    before, rest = text.split(f"{BLOCK}{name} %}}", 1)
    block, after = rest.split(f"{{% endblock {name} %}}", 1)
    return _trimmed(before), _trimmed(block), _trimmed(after)


def _trimmed(text: str) -> str:
    """A text between two tags, as Jinja writes it.

    Without the end of the line of the tag before it, and without the indentation of the next one.
    """
    bare = text.rstrip(" \t")
    return (bare if bare.endswith("\n") else text).removeprefix("\n")


def page_templates() -> set[str]:
    """The names of all templates that no other template includes or extends."""
    files = (*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt"))
    sources = {str(file.relative_to(TEMPLATES)): file.read_text(encoding="utf-8") for file in files}
    parts = re.findall(r'{% (?:include|extends) "([^"]+)" %}', "".join(sources.values()))
    return sources.keys() - set(parts)


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
    """A compiled template, whose marks are replaced for the language of its environment."""

    @classmethod
    def from_code(cls, environment: jinja2.Environment, code: CodeType, *args: Any) -> Any:
        language, release = environment.language, environment.release  # type: ignore[attr-defined]
        with i18n.reading(language):
            translated = _translated(code, release, quoted=is_html(code.co_filename))
        return super().from_code(environment, translated, *args)


class TranslatedEnvironment(jinja2.Environment):
    """Our templates in one language.

    What only compiling needs is imported only by it.
    """

    language = i18n.ENGLISH
    release = ""
    newstyle_gettext = True
    template_class = TranslatedTemplate

    def compile(self, source: Any, name: Any = None, *args: Any, **kwargs: Any) -> Any:
        from pages.folding import Folding  # noqa: PLC0415

        if not self.extensions:
            self.add_extension("jinja2.ext.i18n")
            self.newstyle_gettext = True
            self.policies["ext.i18n.trimmed"] = True
        tree = self.parse(source, name)
        Folding(is_html=is_html(name)).visit(tree)
        tree.set_environment(self)
        return super().compile(tree, name, *args, **kwargs)


def make_environment(
    folded: Iterable[str] = (), language: str = i18n.ENGLISH, release: str = ""
) -> TranslatedEnvironment:
    """Jinja's environment for our templates; for `folded` see `PrecompiledBytecodeCache`."""
    environment = TranslatedEnvironment(
        loader=InliningLoader(TEMPLATES),
        autoescape=is_html,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=PrecompiledBytecodeCache(folded),
    )
    environment.language, environment.release = language, str(escape(release))
    environment.globals |= {"ngettext": _ngettext}
    environment.filters |= {"filled": _filled_html, "filled_text": _filled_text}
    return environment


def _translated(code: CodeType, release: str, *, quoted: bool) -> CodeType:
    """The code with its marks replaced in its constants."""

    def words(found: re.Match[str]) -> str:
        whole = found[1].rstrip(marks.BEFORE + marks.AFTER)
        context, _, message = whole.rpartition(marks.CONTEXT)
        text = i18n.pgettext(context, message) if context else i18n.gettext(message)
        text = _quoted(text) if quoted else text
        if found[1] != whole:
            text = VALUE.split(text)[found[1][-1] == marks.AFTER]
        # Values that are filled in later need the doubled percent signs.
        return text % () if "%" in text and not VALUE.search(text) else text

    def constant(value: Any) -> Any:
        if isinstance(value, str):
            return MARKED.sub(words, value).replace(marks.RELEASE, release)
        if isinstance(value, CodeType):
            return _translated(value, release, quoted=quoted)
        return tuple(map(constant, value)) if isinstance(value, tuple) else value

    return code.replace(co_consts=constant(code.co_consts))


def _quoted(text: str) -> str:
    """A message of ours as it may stand in HTML, also in the quotation marks of an attribute."""
    # A message with tags never stands in an attribute.
    return text if "<" in text else text.replace('"', "&#34;")


# The names of the values are those in the message, `%(name)s`, and `%%` stands for a percent sign.


def _filled_html(text: str, /, **values: object) -> Markup:
    # As `Markup`'s own `%` does, in a third of its calls.
    written = text % {name: escape(value) for name, value in values.items()}
    return Markup(written)  # noqa: S704 (our own, and escaped)


def _filled_text(text: str, /, **values: object) -> str:
    return text % values


@jinja2.pass_eval_context
def _ngettext(context: EvalContext, one: str, many: str, num: int, /, **values: object) -> str:
    written = {
        name: i18n.number(value) if isinstance(value, int) else value
        for name, value in {"num": num, **values}.items()
    }
    text = form_for(one, many, num)
    if context.autoescape:
        return _filled_html(_quoted(text), **written)
    return _filled_text(text, **written)
