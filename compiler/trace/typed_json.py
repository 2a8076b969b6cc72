"""Dataclasses as JSON: written, read back by the types of their fields, and described in words and as a JSON Schema.

The types are those of the trace's events: texts, numbers, truth values, literals, tuples, mappings from texts, other
dataclasses, and any of these or ``None``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, Literal, TypeAlias, get_args, get_origin, get_type_hints

# A type as data; classes, generic aliases and unions have no type in common.
TypeForm: TypeAlias = Any

_PLAIN: Mapping[TypeForm, tuple[str, str]] = {
    str: ("string", "a text"),
    int: ("integer", "a whole number"),
    float: ("number", "a number"),
    bool: ("boolean", "true or false"),
}


class FieldError(ValueError):
    """A value is not of its field's type. The message names the field."""


def types_of(made: TypeForm) -> Mapping[str, TypeForm]:
    """The types of a dataclass's fields by their names, with what annotates them."""
    hints = get_type_hints(made, include_extras=True)
    return {field.name: hints[field.name] for field in fields(made)}


def _taken_apart(made: TypeForm) -> tuple[TypeForm, tuple[TypeForm, ...]]:
    """What a generic type or a union is made with, and its parts; annotations apart."""
    origin: TypeForm = get_origin(made)
    parts = get_args(made)
    return _taken_apart(parts[0]) if origin is Annotated else (origin or made, parts)


def _has_fields(made: TypeForm) -> bool:
    return is_dataclass(made)


def write(value: object) -> str:
    """A value as JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_as_dict)


def _as_dict(value: Any) -> dict[str, object]:
    if isinstance(value, Mapping):
        return dict(value)
    return {field.name: getattr(value, field.name) for field in fields(value)}


def read(made: TypeForm, value: object, where: str) -> Any:
    """A JSON value as one of the type ``made``. Raises ``FieldError``, which names the place by ``where``."""
    origin, parts = _taken_apart(made)
    match value:
        case dict() if _has_fields(origin):
            return origin(**read_fields(types_of(origin), value, where))
        case dict() if origin is Mapping:
            return {key: read(parts[1], item, f"{where}.{key}") for key, item in value.items()}
        case list() if origin is tuple and (parts[-1] is ... or len(parts) == len(value)):
            each = parts[:1] * len(value) if parts[-1] is ... else parts
            pairs = zip(each, value, strict=True)
            return tuple(read(part, item, f"{where}[{place}]") for place, (part, item) in enumerate(pairs))
        case str() if origin is Literal and value in parts:
            return value
        case _ if type(value) is origin or (origin is float and type(value) is int):
            return value
        case _ if type(None) in parts:
            return None if value is None else read(parts[0], value, where)
    raise FieldError(f"`{where}` is to be {in_words(made)}, not `{write(value)[:60]}`")


def read_fields(
    types: Mapping[str, TypeForm], value: Mapping[str, object], where: str, optional: Iterable[str] = ()
) -> dict[str, Any]:
    """The values of fields by their names: no others, and all but the ``optional`` ones. Raises ``FieldError``."""
    for name in [*value, *types]:
        if name not in types:
            raise FieldError(f"`{where}` has `{name}`, which is unknown")
        if name not in value and name not in optional:
            raise FieldError(f"`{where}` lacks `{name}`")
    return {name: read(types[name], item, f"{where}.{name}") for name, item in value.items()}


def in_words(made: TypeForm) -> str:
    """What values of a type are."""
    origin, parts = _taken_apart(made)
    if origin in _PLAIN:
        return _PLAIN[origin][1]
    if _has_fields(origin):
        return f"an object with {', '.join(f'`{name}`' for name in types_of(origin))}"
    if origin is Literal:
        return " or ".join(f"`{option}`" for option in parts)
    if origin is Mapping:
        return f"an object, each value {in_words(parts[1])}"
    if origin is tuple and parts[-1] is ...:
        return f"a list, each item {in_words(parts[0])}"
    if origin is tuple:
        return f"[{', '.join(map(in_words, parts))}]"
    return f"{in_words(parts[0])} or null"


def schema(made: TypeForm) -> dict[str, object]:
    """The JSON Schema of a type's values."""
    origin, parts = _taken_apart(made)
    if origin in _PLAIN:
        return {"type": _PLAIN[origin][0]}
    if _has_fields(origin):
        return schema_of_fields(types_of(origin))
    if origin is Literal:
        return {"enum": list(parts)}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": schema(parts[1])}
    if origin is tuple and parts[-1] is ...:
        return {"type": "array", "items": schema(parts[0])}
    if origin is tuple:
        each = [schema(part) for part in parts]
        return {"type": "array", "prefixItems": each, "items": False, "minItems": len(parts)}
    return {"anyOf": [schema(parts[0]), {"type": "null"}]}


def schema_of_fields(types: Mapping[str, TypeForm], optional: Iterable[str] = ()) -> dict[str, object]:
    """The JSON Schema of an object with these fields."""
    return {
        "type": "object",
        "properties": {name: schema(made) for name, made in types.items()},
        "required": [name for name in types if name not in optional],
        "additionalProperties": False,
    }
