"""The lines of a trace: events are written and read back as they were, and what is no event is refused by its field."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.cli import main
from compiler.trace.events import EVENTS, Event
from compiler.trace.lines import FIELDS, VERSION, read_line, to_line
from compiler.trace.trace import parse_trace


def any_event(kind: type[Event]) -> st.SearchStrategy[Event]:
    data, timing = FIELDS[kind]
    return st.builds(kind, **{name: st.from_type(made) for name, made in {**data, **timing}.items()})


@given(st.sampled_from(list(EVENTS.values())).flatmap(any_event))
def test_an_event_is_read_as_it_was_written(event: Event) -> None:
    line = to_line(event, 7)
    again = read_line(line)
    assert type(again) is type(event)
    assert to_line(again, 7) == line
    assert json.loads(to_line(again, 7, timed=False))["timing"] == {}


CUT = {"v": VERSION, "seq": 0, "event": "cut", "data": {"where": "search", "step": 3}, "timing": {"at": 0.5}}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"v": 1}, f"written as version 1 of traces, while this liftc reads version {VERSION}"),
        ({"event": "dance"}, "unknown event 'dance'"),
        ({"data": []}, "`data` is not an object"),
        ({"data": {"where": "search"}}, "`data` lacks `step`"),
        ({"data": {"where": "search", "step": 3, "why": "x"}}, "`data` has `why`, which is unknown"),
        ({"data": {"where": "search", "step": "3"}}, '`data.step` is to be a whole number, not `"3"`'),
        ({"data": {"where": "search", "step": True}}, "`data.step` is to be a whole number, not `true`"),
        ({"timing": {"at": None}}, "`timing.at` is to be a number, not `null`"),
        (
            {"event": "stopped", "data": {"where": "", "step": 1, "calls": [[0, None, "whim"]]}},
            r"`data.calls\[0\]\[2\]`",
        ),
    ],
)
def test_a_line_that_is_no_event_is_refused_by_its_field(change: dict[str, object], told: str) -> None:
    assert isinstance(read_line(json.dumps(CUT)), Event)
    with pytest.raises(ValueError, match=told):
        read_line(json.dumps({**CUT, **change}))
    with pytest.raises(ValueError, match=f"line 1: {told}"):
        parse_trace([json.dumps({**CUT, **change})])


def test_the_command_prints_the_schema_of_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["trace", "--schema"])
    kinds = {item["properties"]["event"]["const"]: item for item in json.loads(capsys.readouterr().out)["oneOf"]}
    assert list(kinds) == list(EVENTS)
    assert kinds["cut"]["properties"]["data"] == {
        "type": "object",
        "properties": {"where": {"type": "string"}, "step": {"type": "integer"}},
        "required": ["where", "step"],
        "additionalProperties": False,
    }
    assert kinds["narrow"]["properties"]["data"]["properties"]["sizes"]["prefixItems"][0] == {
        "anyOf": [{"type": "integer"}, {"type": "null"}]
    }
