"""What compiling works out in a template: the page is the same, with fewer steps."""

from pathlib import Path

import jinja2
import pytest

import i18n.catalogues
import i18n.words
from pages import templating
from pages.templating import make_environment

GERMAN = {
    "Join": "Beitreten",
    "Say %%": 'Sag "%%"',
    "%(name)s is here": "Hier ist %(name)s, zu 100 %%",
    "%(name)s waits for %(other)s": "Auf %(other)s wartet %(name)s",
    'Go <b title="%(name)s">on</b>': 'Weiter <b title="%(name)s">so</b>',
    "verb\4Change": "Ändern",
}


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The page that a source makes, in German."""
    monkeypatch.setattr(templating, "TEMPLATES", tmp_path)
    catalogue = i18n.catalogues.catalogue("de")._replace(messages=GERMAN)
    monkeypatch.setattr(i18n.words, "catalogue", lambda _language: catalogue)

    def write(source: str, name: str = "page.html", **values: object) -> str:
        (tmp_path / name).write_text(source)
        return make_environment(language="de", release="/v1").get_template(name).render(values)

    return write


def code_of(source: str) -> str:
    environment = make_environment()
    return environment.compile(source, "page.html", raw=True)


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ('{{ _("Join") }}', "Beitreten"),
        ('{{ _("Join") if x else _("Say %%") }}', "Beitreten"),
        ('{{ _("Join") if not x else _("Say %%") }}', "Sag &#34;%&#34;"),
        ('{{ "a" if not x }}', ""),
        ('{{ 1 if not x else 2 if not x else "<" }}', "&lt;"),
        ('{{ pgettext("verb", "Change") }}', "Ändern"),
        ('{{ _("%(name)s is here", name=x) }}', "Hier ist &lt;Ö&gt;, zu 100 %"),
        ("{% trans name=x %}{{ name }} is here{% endtrans %}", "Hier ist &lt;Ö&gt;, zu 100 %"),
        (
            '{{ _("%(name)s waits for %(other)s", name=x, other="%") }}',
            "Auf % wartet &lt;Ö&gt;",
        ),
        (
            """{{ _('Go <b title="%(name)s">on</b>', name=x) }}""",
            'Weiter <b title="&lt;Ö&gt;">so</b>',
        ),
        ('{{ _("%(name)s is here", name=x)|upper }}', "HIER IST &LT;Ö&GT;, ZU 100 %"),
        ("{{ release }}/app.css", "/v1/app.css"),
    ],
)
def test_messages_and_alternatives(written, source, page):
    assert written(source, x="<Ö>") == page


def test_the_same_in_text(written):
    source = '{{ _("Say %%") }} {{ _("%(name)s is here", name=x) }} {{ release }}'

    assert written(source, "mail.txt", x="<Ö>") == 'Sag "%" Hier ist <Ö>, zu 100 % /v1'


@pytest.mark.parametrize(
    ("source", "page"),
    [
        (
            '{% for a, b in [(x, _("Join")), ("y", 2)] %}{{ a }}{{ b }};{% endfor %}',
            "1Beitreten;y2;",
        ),
        (
            '{% for a in ["p", "q"] %}{% for b in [1, 2] %}{{ a ~ b }} {% endfor %}{% endfor %}',
            "p1 p2 q1 q2 ",
        ),
        ("{% for a in [1, 2] %}{{ loop.index }}{% endfor %}", "12"),
        ("{% for a in [1, 2] if a > 1 %}{{ a }}{% endfor %}", "2"),
        ("{% for a in [1, 2] %}{% set b = a %}{{ b }}{% endfor %}{{ b is defined }}", "12False"),
        ("{% for a in [] %}{{ a }}{% else %}none{% endfor %}", "none"),
        (
            '{% with a = "p" %}{% for b in [a] %}<i id="{{ a }}{{ b }}">{% endfor %}{% endwith %}',
            '<i id="pp">',
        ),
        ("{% set a = 2 %}{% with a = 1 %}{{ a }}{% endwith %}{{ a }}", "12"),
    ],
)
def test_loops_and_names(written, source, page):
    assert written(source, x=1) == page


def test_constants_become_one_text_of_the_code():
    code = code_of(
        '<p>{% for a in ["x", "y"] %}<b id="{{ a }}">{{ _("Join") }}</b>{% endfor %}</p>'
    )

    text = "\\ue000Join\\ue001"
    assert f'<p><b id="x">{text}</b><b id="y">{text}</b></p>' in code


def test_a_value_alone_is_written_between_two_texts():
    code = code_of('{{ _("%(name)s is here", name=x) }}')

    assert "filled" not in code
    assert code.count("escape(") == 1


def test_values_that_are_missing_fail(written):
    with pytest.raises(jinja2.UndefinedError, match="nobody"):
        written('{{ _("%(name)s is here", name=nobody) }}')
