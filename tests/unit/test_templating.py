"""How templates are compiled: ahead of time, and into blocks that come whole."""

import io
import pickle
from pathlib import Path

import jinja2
import markupsafe
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages import templating
from pages.environment import templates
from pages.templating import TEMPLATES, Environment, Precompiled, escaped, whole_pages

NAMES = sorted(whole_pages())


def test_blocks_come_whole():
    environment = Environment()
    environment.loader = jinja2.DictLoader(
        {
            "base": "<{% block main %}{% endblock %}>",
            "page": "{% extends 'base' %}{% block main %}a{% for n in [1, 2] %}{{ n }}"
            "{% if n == 1 %}{% include 'part' %}{% endif %}{% endfor %}"
            "{% block inner %}{{ x }}b{% endblock %}{% endblock %}",
            "part": "[{{ n }}{{ x }}]",
        }
    )
    page = environment.get_template("page")

    assert [piece for piece in page.generate(x="x") if piece] == ["<a1[1x]2xb>"]


def test_parts_are_written_where_they_are_included(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(templating, "TEMPLATES", tmp_path)
    (tmp_path / "inner.html").write_text("{{ x }}\n")
    (tmp_path / "part.html").write_text(
        '{% for x in xs %}\n  {% include "inner.html" %}\n{% endfor %}\n'
    )
    (tmp_path / "page.html").write_text(
        '<p>{% include "inner.html" %}</p>\n  {% include "part.html" %}\n<b>'
    )

    assert whole_pages() == {"page.html"}
    page = Environment().get_template("page.html")
    assert page.render(x="<", xs=[1, 2]) == "<p>&lt;</p>\n12<b>"


@given(st.text(alphabet="&<>'\"a\xe4\U0001f600;#0") | st.integers() | st.none())
def test_values_are_escaped_as_jinja_would(value: object):
    for each in (value, markupsafe.Markup(value)):  # noqa: S704
        assert escaped(each) == str(markupsafe.escape(each))


def test_what_pages_hold_is_escaped():
    environment = Environment()
    environment.loader = jinja2.DictLoader(
        {
            "page.html": "{{ x }}{% block main %}{{ x }}{% include 'part.html' %}{% endblock %}",
            "part.html": "{% macro of(y) %}{{ y }}{% endmacro %}{{ of(x) }}",
            "plain.txt": "{{ x }}",
        }
    )

    assert environment.get_template("page.html").render(x="<") == "&lt;&lt;&lt;"
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


def test_what_is_edited_is_compiled_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(templating, "TEMPLATES", tmp_path)
    monkeypatch.setattr(Precompiled, "writes", True)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "icons").write_text("icons")

    def rendered(text: str, folded: tuple[str, ...] = ()) -> str:
        (tmp_path / "page.html").write_text(text)
        return Environment(folded=folded).get_template("page.html").render()

    def kept() -> bytes:
        return (tmp_path / "__pycache__" / "page.html.cpython-314.pyc").read_bytes()

    assert rendered("one") == "one"
    first = kept()
    assert rendered("one") == "one"
    assert kept() == first
    assert rendered("one", ("icons",)) == "one"
    assert kept() != first
    assert rendered("two") == "two"
