"""Input into models, with every wrong field named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from errors import InvalidError

if TYPE_CHECKING:
    from pydantic import BaseModel

Model = TypeVar("Model", bound="BaseModel")


def parse(model: type[Model], data: Any) -> Model:
    """`data` as a `model`. Raises: InvalidError."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise InvalidError(
            {
                ".".join(map(str, problem["loc"])) or "body": problem["msg"].removeprefix(
                    "Value error, "
                )
                for problem in error.errors(include_url=False, include_context=False)
            }
        ) from error
