"""A person's picture, or initials where browsers would block the picture."""

import pytest

from domain.model import Role
from pages import environment
from tests.unit.cast import person


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://cdn.example.com/m.png", '<img src="https://cdn.example.com/m.png"'),
        ("/avatars/maya.svg", '<img src="/avatars/maya.svg"'),
        ("http://cdn.example.com/m.png", ">MO<"),
        (None, ">MO<"),
    ],
)
def test_a_picture_over_plain_http_is_replaced_by_initials(address, shown):
    maya = person(Role.STUDENT)._replace(name="Maya Okafor", avatar=address)
    macros = environment.templates().get_template("partials/person.html").module

    assert shown in macros.avatar(maya)
