"""How templates are compiled: ahead of time, each page as one template."""

import io
import pickle
from pathlib import Path

import jinja2
import pytest

import i18n.catalogues
import i18n.words
from pages import templating
from pages.environment import templates
from pages.templating import TEMPLATES, PrecompiledBytecodeCache, make_environment, page_templates

NAMES = sorted(page_templates())


def test_a_part_is_copied_to_where_it_is_included(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(templating, "TEMPLATES", tmp_path)
    (tmp_path / "inner.html").write_text("{{ x }}\n")
    (tmp_path / "part.html").write_text(
        '{% for x in xs %}\n  {% include "inner.html" %}\n{% endfor %}\n'
    )
    (tmp_path / "page.html").write_text(
        '<p>{% include "inner.html" %}</p>\n  {% include "inner.html" %}\n'
        '  {% include "part.html" %}\n<b>'
    )

    assert page_templates() == {"page.html"}
    page = make_environment().get_template("page.html")
    assert page.render(x="<", xs=[1, 2]) == "<p>&lt;</p>\n&lt;12<b>"


def test_a_page_is_copied_into_its_layouts_as_jinja_extends_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(templating, "TEMPLATES", tmp_path)
    (tmp_path / "base.html").write_text(
        "<body{% block kind %}{% endblock kind %}>\n"
        "  {% block body %}\n  no body\n  {% endblock body %}\n"
        "{% block end %}the end{% endblock end %}"
    )
    (tmp_path / "middle.html").write_text(
        '{% extends "base.html" %}\n{# A comment. #}\n{% set tone = "warm" %}\n\n'
        '{% block kind %} class="a{% block more %}{% endblock more %}"{% endblock kind %}\n'
        "{% block body %}\n{{ tone }}\n{% block main %}\n{% endblock main %}\n{% endblock body %}\n"
    )
    (tmp_path / "page.html").write_text(
        '{% extends "middle.html" %}\n{% set word = "<" %}\n{% block more %} b{% endblock more %}\n'
        "Not written.\n{% block main %}\n<p>{{ word }}</p>\n{% endblock main %}\n"
    )

    assert page_templates() == {"page.html"}
    page = make_environment().get_template("page.html").render()
    as_jinja_does = jinja2.Environment(
        loader=jinja2.FileSystemLoader(tmp_path),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    assert page == '<body class="a b">\nwarm\n<p>&lt;</p>\nthe end'
    assert page == as_jinja_does.get_template("page.html").render()


def test_a_message_without_values_is_translated_once_a_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(templating, "TEMPLATES", tmp_path)
    source = (
        """{% macro m() %}{{ _("Join") }}{% endmacro %}<a title="{{ _("Say %%") }}">{{ m() }}</a>"""
    )
    (tmp_path / "page.html").write_text(source)
    (tmp_path / "page.txt").write_text('{{ _("Say %%") }}')
    words = {"Join": "<b>Beitreten</b>", "Say %%": 'Sag "%%"'}
    german = i18n.catalogues.catalogue("de")._replace(messages=words)
    english = i18n.catalogues.catalogue("en")
    monkeypatch.setattr(i18n.words, "catalogue", {"de": german, "en": english}.__getitem__)

    def rendered(name: str, language: str) -> str:
        return make_environment(language=language).get_template(name).render()

    assert rendered("page.html", "en") == '<a title="Say %">Join</a>'
    assert rendered("page.html", "de") == '<a title="Sag &#34;%&#34;"><b>Beitreten</b></a>'
    assert rendered("page.txt", "de") == 'Sag "%"'


def test_html_is_escaped_and_text_is_not():
    environment = make_environment()
    environment.loader = jinja2.DictLoader(
        {
            "page.html": "{% set body %}{{ x }}{% include 'part.html' %}{% endset %}{{ body }}",
            "part.html": "{% macro of(y) %}{{ y }}{% endmacro %}{{ of(x) }}",
            "plain.txt": "{{ x }}",
        }
    )

    assert environment.get_template("page.html").render(x="<") == "&lt;&lt;"
    assert environment.get_template("plain.txt").render(x="<") == "<"


@pytest.mark.parametrize("name", NAMES)
def test_set_up_has_compiled_each_template_as_it_is_now(name: str):
    environment = templates()
    cache, source = environment.bytecode_cache, environment.loader.get_source(environment, name)[0]
    compiled = io.BytesIO((TEMPLATES / "__pycache__" / cache.get_cache_key(name)).read_bytes())
    # The magic of Jinja's buckets: its own version, then Python's.
    assert compiled.read(2) == b"j2"
    [_, version, checksum] = [pickle.load(compiled) for _ in range(3)]  # noqa: S301

    assert version == (3 << 24) | 14
    assert checksum == cache.get_source_checksum(source)


def test_an_edited_template_is_compiled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(templating, "TEMPLATES", tmp_path)
    monkeypatch.setattr(PrecompiledBytecodeCache, "writes", True)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "icons").write_text("icons")

    def rendered(text: str, folded: tuple[str, ...] = ()) -> str:
        (tmp_path / "page.html").write_text(text)
        return make_environment(folded).get_template("page.html").render()

    def kept() -> bytes:
        return (tmp_path / "__pycache__" / "page.html.cpython-314.pyc").read_bytes()

    assert rendered("one") == "one"
    first = kept()
    assert rendered("one") == "one"
    assert kept() == first
    assert rendered("one", ("icons",)) == "one"
    assert kept() != first
    assert rendered("two") == "two"
