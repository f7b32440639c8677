"""`make messages`: brings the catalogues of all languages up to date with the sources.

    python -m tools.messages           update locales/, then compile
    python -m tools.messages compile   what the Worker and the page's scripts read (set-up does it)
    python -m tools.messages check     the catalogues fit the sources (`make check` does it)

`locales/LANGUAGE/messages.po` has the words of pages, errors and mails, `scripts.po` those of
public/js. docs/translating.md is the guide.
"""

import json
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from tools.paths import LOCALES, ROOT, SOURCE

sys.path.insert(0, str(SOURCE))

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from domain import regions
from i18n.languages import COMPLETE, ENGLISH, LANGUAGES, PSEUDO
from tools import cldr

SCRIPTS: Final = ROOT / "public" / "js"
DEVICE_HELP: Final = ROOT / "public" / "device_help.json"
MADE: Final = SOURCE / "i18n" / "made"
MADE_SCRIPTS: Final = SCRIPTS / "words" / "made"
PSEUDO_SOURCES: Final = ROOT / "tools" / "pseudo"
TRANSLATED: Final = LANGUAGES[1:]
# Of Python and scripts, and of templates.
PLACEHOLDER: Final = re.compile(r"\{(\w+)[^}]*\}|%\((\w+)\)s")
TAG: Final = re.compile(r"<[^>]*>")


class Rule(NamedTuple):
    """Which form of a plural a count needs: for gettext and JavaScript, and in Python.

    CLDR has one more form for whole millions in some languages; no count of ours reaches them.
    """

    forms: int
    c: str
    python: str


ONE_OR_MORE: Final = Rule(2, "n != 1", "int(n != 1)")
UP_TO_ONE: Final = Rule(2, "n > 1", "int(n > 1)")
RULES: Final = dict.fromkeys(LANGUAGES, ONE_OR_MORE) | {
    "fr": UP_TO_ONE,
    "pt-BR": UP_TO_ONE,
    "uk": Rule(
        3,
        "n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2",
        "0 if n % 10 == 1 and n % 100 != 11"
        " else 1 if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else 2",
    ),
    "ar": Rule(
        6,
        "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5",
        "n if n <= 2 else 3 if 3 <= n % 100 <= 10 else 4 if n % 100 >= 11 else 5",
    ),
}


class Domain(NamedTuple):
    """One file of each language, and where its messages stand."""

    name: str
    folder: Path
    methods: list[tuple[str, str]]
    keywords: dict[str, Any]


DOMAINS: Final = (
    Domain(
        "messages",
        SOURCE,
        [("i18n/**", "ignore"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2"),
         ("**.py", "python")],
        {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)},
    ),
    Domain(
        "scripts",
        SCRIPTS,
        [("vendor/**", "ignore"), ("words/**", "ignore"), ("**.js", "javascript")],
        {"t": None, "tn": (1, 2)},
    ),
)  # fmt: skip


def po_file(language: str, domain: Domain) -> Path:
    return LOCALES / language / f"{domain.name}.po"


def extracted(domain: Domain) -> Catalog:
    """All messages of the sources."""
    from babel.messages.extract import extract_from_dir  # noqa: PLC0415

    catalog = _empty(None)
    found = extract_from_dir(
        domain.folder,
        domain.methods,
        {"**": {"newstyle_gettext": "true", "trimmed": "true", "trim_blocks": "true",
                "lstrip_blocks": "true", "silent": "false"}},
        keywords=domain.keywords,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    )  # fmt: skip
    more = _device_help() if domain.folder == SCRIPTS else ()
    for path, _line, message, comments, context in sorted(
        [*found, *more], key=lambda each: each[0]
    ):
        # Without line numbers: they would change with each edit of a source.
        catalog.add(message, locations=[(path, 0)], auto_comments=comments, context=context)
    return catalog


def _device_help() -> Iterator[tuple[str, int, str, list[str], None]]:
    """The sentences of device_help.json, with the browsers and systems that each is for."""
    data = json.loads(DEVICE_HELP.read_text(encoding="utf-8"))
    places: dict[str, list[str]] = {}
    for entry in ({"when": {}, "works": data["works"]}, *data["problems"], *data["steps"]):
        when = entry.pop("when")
        place = " on ".join(when[name] for name in ("browser", "system") if when.get(name))
        for text in _texts(entry):
            places.setdefault(text, []).append(place)
    for text, found in places.items():
        # Sentences of several browsers name no button of one.
        alone = found[0] if len(found) == 1 else ""
        comments = [f"{alone}: with the words that stand there."] if alone else []
        yield DEVICE_HELP.name, 0, text, comments, None


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value
    return [text for part in parts for text in _texts(part)]


def catalog_of(language: str, domain: Domain) -> Catalog:
    """What a language's file has; nothing where there is no file yet."""
    file = po_file(language, domain)
    if not file.exists():
        return _empty(language)
    with file.open("rb") as opened:
        return read_po(opened, locale=language.replace("-", "_"), abort_invalid=True)


def _empty(language: str | None) -> Catalog:
    catalog = Catalog(
        locale=language and language.replace("-", "_"), project="Session Room", charset="utf-8",
        fuzzy=False, header_comment="",
    )  # fmt: skip
    if language:
        rule = RULES[language]
        catalog._num_plurals = rule.forms  # type: ignore[assignment]  # noqa: SLF001
        catalog._plural_expr = f"({rule.c})"  # type: ignore[assignment]  # noqa: SLF001
    return catalog


def update() -> None:
    """Add new messages to every language and remove those that no source has."""
    for domain in DOMAINS:
        template = extracted(domain)
        for language in TRANSLATED:
            file = po_file(language, domain)
            catalog = _empty(language)
            known = catalog_of(language, domain)
            for message in template:
                if not message.id:
                    continue
                before = known.get(message.id, message.context)
                catalog.add(
                    message.id,
                    before.string if before else None,
                    message.locations,
                    before.flags if before else (),
                    message.auto_comments,
                    before.user_comments if before else (),
                    context=message.context,
                )
            file.parent.mkdir(parents=True, exist_ok=True)
            _write(file, catalog)


def _write(file: Path, catalog: Catalog) -> None:
    catalog.creation_date = catalog.revision_date = None  # type: ignore[assignment]
    with file.open("wb") as opened:
        write_po(opened, catalog, width=100, sort_output=True, include_lineno=False,
                 omit_header=True)  # fmt: skip
    rule = RULES[file.parent.name]
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {file.parent.name.replace("-", "_")}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: nplurals={rule.forms}; plural=({rule.c});\\n"\n\n'
    )
    file.write_text(header + file.read_text(encoding="utf-8"), encoding="utf-8")


def compile_all() -> None:
    """Write `src/i18n/made` and `public/js/words/made` anew."""
    for folder in (MADE, MADE_SCRIPTS):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    messages, scripts = DOMAINS
    (MADE / "__init__.py").write_text('"""Compiled catalogues: tools/messages.py makes them."""\n')
    for language in LANGUAGES:
        (MADE / f"{language.replace('-', '_')}.py").write_text(
            module_of(language, translations(language, messages)), encoding="utf-8"
        )
        if language != ENGLISH:
            (MADE_SCRIPTS / f"{language}.js").write_text(
                script_of(language, translations(language, scripts)), encoding="utf-8"
            )
    for language in PSEUDO:
        shutil.copy(PSEUDO_SOURCES / "disguise.py", MADE / f"{language.replace('-', '_')}.py")
        shutil.copy(PSEUDO_SOURCES / "disguise.js", MADE_SCRIPTS / f"{language}.js")


def translations(language: str, domain: Domain) -> dict[str, str | tuple[str, ...]]:
    """What is translated, by its English; a context stands before it, with \\4."""
    if language == ENGLISH:
        return {}
    found: dict[str, str | tuple[str, ...]] = {}
    for message in catalog_of(language, domain):
        if not message.id or message.fuzzy or not is_whole(message):
            continue
        one, strings = ids_of(message)[0], strings_of(message)
        key = f"{message.context}\4{one}" if message.context else one
        found[key] = strings if isinstance(message.id, tuple) else strings[0]
    return found


def ids_of(message: Message) -> tuple[str, ...]:
    """The English, of which a plural has two forms."""
    return tuple(message.id) if isinstance(message.id, (tuple, list)) else (message.id,)


def strings_of(message: Message) -> tuple[str, ...]:
    found = message.string
    return tuple(found) if isinstance(found, (tuple, list)) else (found or "",)


def is_whole(message: Message) -> bool:
    return all(strings_of(message))


def module_of(language: str, words: dict[str, str | tuple[str, ...]]) -> str:
    """A catalogue as a module of Python: its bytecode loads faster than any other form."""
    rule = RULES[language]
    plural = eval(f"lambda n: {rule.python}")  # noqa: S307 (our own text above)
    forms = cldr.forms(language, plural, regions.MONTH_FIRST.split())
    return (
        '"""Made by tools/messages.py."""\n\n'
        f"MESSAGES = {words!r}\n\n\n"
        f"def plural(n):\n    return {rule.python}\n\n\n"
        f"FORMS = {forms!r}\n\nCITIES = {cldr.cities(language)!r}\n"
    )


def script_of(language: str, words: dict[str, str | tuple[str, ...]]) -> str:
    """The same for scripts: no module, so that it runs before the page's modules."""
    rule, written = RULES[language], json.dumps(words, ensure_ascii=False)
    return f"globalThis.words = {{ plural: (n) => Number({rule.c}), messages: {written} }};\n"


def problems() -> list[str]:
    """What is wrong with the catalogues."""
    found = []
    for domain in DOMAINS:
        template = extracted(domain)
        for language in TRANSLATED:
            file = po_file(language, domain)
            catalog = catalog_of(language, domain)
            where = file.relative_to(ROOT)
            for message in catalog:
                if message.id and is_whole(message):
                    found += [f"{where}: {said}" for said in faults(message, RULES[language])]
            if language in COMPLETE:
                found += [f"{where}: {said}" for said in gaps(catalog, template)]
    return found


def faults(message: Message, rule: Rule) -> list[str]:
    """Where a translation does not fit its English."""
    ids, strings = ids_of(message), strings_of(message)
    found = []
    if len(ids) > 1 and len(strings) != rule.forms:
        found.append(f"{ids[0]!r} needs {rule.forms} forms")
    for string in strings:
        wanted = {name for text in ids for name in _placeholders(text)}
        given = set(_placeholders(string))
        # A form may spell out its number: "one day".
        optional = {"count"} if len(ids) > 1 else set()
        if given - wanted or wanted - given - optional:
            found.append(f"{string!r} has other placeholders than {ids[-1]!r}")
        # Templates write such a message as the text before the value and the text after it.
        if len(ids) == len(_placeholders(ids[0])) == 1 and len(_placeholders(string)) > 1:
            found.append(f"{string!r} has its placeholder more than once, unlike {ids[0]!r}")
        if Counter(TAG.findall(string)) != Counter(TAG.findall(ids[-1])):
            found.append(f"{string!r} has other tags than {ids[-1]!r}")
    return found


def _placeholders(text: str) -> list[str]:
    return [brace or percent for brace, percent in PLACEHOLDER.findall(text)]


def gaps(catalog: Catalog, template: Catalog) -> list[str]:
    """What is missing or unsure in a language that is to be whole, and what no source has."""
    found = []
    for message in template:
        known = catalog.get(message.id, message.context) if message.id else None
        if message.id and (known is None or not is_whole(known)):
            found.append(f"{message.id!r} is missing")
        elif known and known.fuzzy:
            found.append(f"{message.id!r} is fuzzy")
    found += [
        f"{message.id!r} is in no source: run `make messages`"
        for message in catalog
        if message.id and template.get(message.id, message.context) is None
    ]
    return found


def main(arguments: list[str]) -> None:
    match arguments:
        case []:
            update()
            compile_all()
        case ["compile"]:
            compile_all()
        case ["check"]:
            if found := problems():
                sys.exit("\n".join(found))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
