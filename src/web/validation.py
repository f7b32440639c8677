"""Parses input into pydantic models; the error names every invalid field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from domain import human_text
from errors import InvalidError, InvalidFormError
from i18n import N_, _, ngettext, number

if TYPE_CHECKING:
    from collections.abc import Callable

Model = TypeVar("Model", bound=BaseModel)

# What pydantic says of forms that people send; of the rest only programs hear, in English.
# Translators: a field of a form that was left empty.
N_("Field required")


class Form(BaseModel):
    """What a person fills in, as a form or as JSON of our scripts."""

    model_config = ConfigDict(extra="forbid")


class Strict(BaseModel):
    """JSON of a program: each value has its own type, and there is nothing beside the fields."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def parse(model: type[Model], data: Any) -> Model:
    """`data` as a `model`. Raises: InvalidError, InvalidFormError for a sentence of ours."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
        fields = {
            ".".join(map(str, problem["loc"])) or "body": _(
                problem["msg"].removeprefix("Value error, ")
            )
            for problem in problems
        }
        is_ours = all(problem["type"] == "value_error" for problem in problems)
        if issubclass(model, Form) and is_ours:
            raise InvalidFormError(fields) from error
        raise InvalidError(fields) from error


def _tidy(text: object) -> object:
    return human_text.tidy(text.replace("\r\n", "\n")) if isinstance(text, str) else text


def _at_most(characters: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        if (excess := len(text) - characters) > 0:
            raise ValueError(
                # Translators: {most} is how many characters a text may have.
                ngettext(
                    "At most {most} characters, please: this is {count} too many.",
                    "At most {most} characters, please: this is {count} too many.",
                    excess,
                    most=number(characters),
                )
            )
        return text

    return check


def written(most: int) -> tuple[BeforeValidator, AfterValidator]:
    """Annotations for a text that people write: tidied, then at most `most` characters.

    A line end counts as one character, although forms send two.
    """
    return BeforeValidator(_tidy), AfterValidator(_at_most(most))
