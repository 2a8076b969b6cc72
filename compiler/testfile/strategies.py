"""Hypothesis strategies as source text, after values that a function is known to take."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.judge.mutation import Opaque, Value, profile_of, text_of

_FEW = 40


def strategy_text(values: Sequence[Value]) -> str:
    """The text of a strategy (with ``st`` for ``hypothesis.strategies``) that covers these values and their like.

    Ranges, lengths and alphabets are those of the values. What has a fixed form (words, dates, tables, things that are
    no literals) is sampled from the values themselves.
    """
    kinds = {_kind(value): [other for other in values if _kind(other) == _kind(value)] for value in values}
    return " | ".join(_of_one_kind(kind, group) for kind, group in sorted(kinds.items()))


def _kind(value: Value) -> str:
    match value:
        case bool():
            return "bool"
        case int():
            return "int"
        case set() | frozenset():
            return type(value).__name__
        case float() | str() | list() | tuple() | dict() | None:
            return type(value).__name__
        case _:
            return "other"


def _of_one_kind(kind: str, values: Sequence[Value]) -> str:
    match kind:
        case "NoneType":
            return "st.none()"
        case "bool":
            return "st.booleans()"
        case "int" | "float":
            return _of_numbers(kind, [value for value in values if isinstance(value, (int, float))])
        case "str":
            return _of_texts([value for value in values if isinstance(value, str)])
        case "list" | "set" | "frozenset":
            return _of_collections(kind, [value for value in values if isinstance(value, (list, set, frozenset))])
        case "tuple":
            return _of_tuples([value for value in values if isinstance(value, tuple)])
        case "dict":
            return _of_dicts([value for value in values if isinstance(value, dict)])
        case _:
            return sample_text(values)


def sample_text(values: Sequence[Value]) -> str:
    """A strategy that gives one of the values."""
    texts = list(dict.fromkeys(map(text_of, values)))
    return f"st.sampled_from([{', '.join(texts[:_FEW])}])"


def _of_numbers(kind: str, values: Sequence[int | float]) -> str:
    finite = [value for value in values if abs(value) < 1e15]
    if not finite:
        return sample_text(values)
    if kind == "int":
        return f"st.integers({min(finite)}, {max(finite)})"
    # Hundredths: rounding near the limits of floats is not what a specification speaks of.
    return f"st.integers({round(min(finite) * 100)}, {round(max(finite) * 100)}).map(lambda n: n / 100)"


def _of_texts(values: Sequence[str]) -> str:
    profile = profile_of(values, (), negative=False)
    if profile.words or profile.formats:
        return sample_text(values)
    letters = "".join(sorted(set("".join(values))))
    longest = max(map(len, values))
    return f"st.text({letters!r}, min_size={min(map(len, values))}, max_size={longest})" if longest else 'st.just("")'


def _of_collections(kind: str, values: Sequence[list[Value] | set[Value] | frozenset[Value]]) -> str:
    items = [item for value in values for item in (value if isinstance(value, list) else sorted(value, key=repr))]
    profile = profile_of(list(values), (), negative=False)
    if not items or profile.rectangular or any(isinstance(item, Opaque) for item in items):
        return sample_text(values)
    shortest, longest = min(map(len, values)), max(map(len, values))
    maker = {"list": "lists", "set": "sets", "frozenset": "frozensets"}[kind]
    text = f"st.{maker}({strategy_text(items)}, min_size={shortest}, max_size={longest})"
    return f"{text}.map(sorted)" if kind == "list" and profile.rising else text


def _of_tuples(values: Sequence[tuple[Value, ...]]) -> str:
    lengths = {len(value) for value in values}
    if len(lengths) == 1:
        return f"st.tuples({', '.join(strategy_text(column) for column in zip(*values, strict=True))})"
    items = [item for value in values for item in value]
    return f"st.lists({strategy_text(items)}, min_size={min(lengths)}, max_size={max(lengths)}).map(tuple)"


def _of_dicts(values: Sequence[dict[Value, Value]]) -> str:
    keys = [key for value in values for key in value]
    items = [item for value in values for item in value.values()]
    if not keys:
        return "st.just({})"
    longest = max(map(len, values))
    return f"st.dictionaries({strategy_text(keys)}, {strategy_text(items)}, max_size={longest})"
