"""What each step of the set-up depends on: a step runs again when one of its inputs changes."""

from tools import setup


def test_templates_are_compiled_again_when_the_packages_change():
    """Jinja compiles them, and Jinja is one of the Worker's packages."""
    assert set(setup.VENDOR.inputs) <= set(setup.BYTECODE.inputs)
