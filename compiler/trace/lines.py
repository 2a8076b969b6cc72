"""The lines of a trace file: events as JSON, read back into events, and the JSON Schema of a line.

The format is described in ``docs/trace.md``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import get_args

from compiler.trace.events import EVENTS, Event
from compiler.trace.events.event import TIMED
from compiler.trace.typed_json import FieldError, TypeForm, read_fields, schema_of_fields, types_of, write

VERSION = 2


def _fields(kind: type[Event]) -> tuple[Mapping[str, TypeForm], Mapping[str, TypeForm]]:
    types = types_of(kind)
    timed = {name: made for name, made in types.items() if get_args(made)[1:] == (TIMED,)}
    return {name: made for name, made in types.items() if name not in timed}, timed


FIELDS = {kind: _fields(kind) for kind in EVENTS.values()}
"""The types of each event's fields by name: of those that say what happened, and of those that depend on the clock."""


def to_line(event: Event, sequence: int, *, timed: bool = True) -> str:
    """An event as one line of JSON without a line end; what depends on the clock is left out unless ``timed``."""
    data, timing = FIELDS[type(event)]
    return write(
        {
            "v": VERSION,
            "seq": sequence,
            "event": event.event(),
            "data": {name: getattr(event, name) for name in data},
            "timing": {name: getattr(event, name) for name in timing if timed},
        }
    )


def read_line(line: str) -> Event:
    """The event of a line. Raises ``ValueError``, which says what is wrong and where in the line."""
    try:
        raw = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON ({error.msg})") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("v"), int):
        raise ValueError("not an event of a trace")
    if raw["v"] != VERSION:
        raise ValueError(f"written as version {raw['v']} of traces, while this liftc reads version {VERSION}")
    kind = EVENTS.get(str(raw.get("event")))
    if kind is None:
        raise ValueError(f"unknown event {raw.get('event')!r}")
    values: list[Mapping[str, object]] = []
    for part in ("data", "timing"):
        if not isinstance(raw.get(part), dict):
            raise FieldError(f"`{part}` is not an object")
        values.append(raw[part])
    data, timing = FIELDS[kind]
    return kind(**read_fields(data, values[0], "data"), **read_fields(timing, values[1], "timing", optional=timing))


def line_schema() -> dict[str, object]:
    """The JSON Schema of a line."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A line of a trace of liftc, version {VERSION}",
        "oneOf": [_event_schema(kind) for kind in EVENTS.values()],
    }


def _event_schema(kind: type[Event]) -> dict[str, object]:
    data, timing = FIELDS[kind]
    properties = {
        "v": {"const": VERSION},
        "seq": {"type": "integer", "minimum": 0},
        "event": {"const": kind.event()},
        "data": schema_of_fields(data),
        "timing": schema_of_fields(timing, optional=timing),
    }
    return {
        "description": (kind.__doc__ or "").splitlines()[0],
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
