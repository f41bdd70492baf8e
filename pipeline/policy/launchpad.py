"""The parameters of the policy that a Launchpad offers for a what-if: those with a description, all optional.

Not here: Dagster, whose config class is passed in; what a what-if changes (``changes``).
"""

from typing import Any, TypeVar

from pydantic import BaseModel, Field, create_model

from pipeline.policy.parts import Part

Config = TypeVar("Config", bound=BaseModel)


def offered(section: type[Part], base: type[Config], nested: type[BaseModel]) -> type[Config]:
    """A model with the described parameters of a section and of the sections in it, each optional.

    Limits are left to the policy itself, so that a what-if is refused in the same words as a file.

    Args:
        section: the policy, or a section of it.
        base: the class that the model extends.
        nested: the class that models of sections within it extend.

    Returns:
        A subclass of ``base`` named after the section.

    >>> from pipeline.policy import Policy
    >>> model = offered(Policy, BaseModel, BaseModel)
    >>> model(score={"rho": 1}).model_dump(exclude_none=True)["score"]
    {'rho': 1.0}
    """
    fields: dict[str, Any] = {}
    for name, field in section.model_fields.items():
        kind: Any = field.annotation
        if isinstance(kind, type) and issubclass(kind, Part):
            part = offered(kind, nested, nested)
            if part.model_fields:
                fields[name] = (part, part())
        elif field.description:
            # A parameter of several types, such as a year or a word, is offered as text.
            kind = kind if isinstance(kind, type) else str
            fields[name] = (kind | None, Field(default=None, description=field.description))
    meaning = section.__doc__ if base is nested else base.__doc__
    return create_model(f"{section.__name__}Config", __base__=base, __doc__=meaning, **fields)
