"""The canonical text of a value: one text for all values that Python's ``==`` calls equal.

Behaviour vectors are made of these texts, in the child process that runs candidates and in the interpreter alike. The
standard library is all that this file may import: the child sees nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from itertools import islice

DEEPEST = 100
LONGEST_TEXT = 2000
LONGEST_ITERATOR = 1000
_EXACT_FLOAT = 2.0**53
_LONGEST_DECIMAL = 10_000
_PLAIN_FUNCTIONS = frozenset({"function", "builtin_function_or_method", "method", "method_descriptor"})


def canonical(value: object) -> str:
    """A text that two values share exactly when ``==`` calls them equal, as far as their types are ordinary.

    Numbers share across types (``True``, ``1``, ``1.0``, ``Decimal(1)``); floats are rounded to 12 significant digits;
    ``nan`` equals itself. Sets and dicts are sorted. Generators and other iterators are used up, and show what they
    gave (at most ``LONGEST_ITERATOR`` items) and the exception that ended them. A long text is cut and ends in a
    digest.
    """
    return shorten(_write(value, ()))


def shorten(text: str) -> str:
    """The text itself, or its beginning with a digest of the whole, so that equal long texts stay equal."""
    if len(text) <= LONGEST_TEXT:
        return text
    return (
        f"{text[: LONGEST_TEXT // 2]}...#{blake2b(text.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"
    )


def is_iterator(value: object) -> bool:
    """Whether looking at the value's items uses it up."""
    return hasattr(type(value), "__next__")


def drain(iterator: Iterator[object]) -> tuple[list[object], str]:
    """The first items of an iterator, and how it went on: an empty text where it ended there."""
    items: list[object] = []
    try:
        items.extend(islice(iterator, LONGEST_ITERATOR))
        # Only a further step tells an iterator that is at its end from one that is cut.
        if len(items) == LONGEST_ITERATOR and next(islice(iterator, 1), items) is not items:
            return items, "..."
    except Exception as error:
        return items, f"!{type(error).__name__}"
    return items, ""


def write_items(items: list[object], ending: str) -> str:
    """The canonical text of an iterator that gave these items."""
    texts = [_write(item, ()) for item in items]
    return shorten(f"iter({', '.join([*texts, ending] if ending else texts)})")


def _write(value: object, above: tuple[int, ...]) -> str:
    kind = type(value)
    writer = _WRITERS.get(kind)
    if writer is not None:
        return writer(value)
    if id(value) in above or len(above) >= DEEPEST:
        return "..."
    return _write_compound(value, (*above, id(value)))


def _write_compound(value: object, above: tuple[int, ...]) -> str:
    match value:
        case list():
            return f"[{_join(value, above)}]"
        case tuple():
            return f"({_join(value, above)},)"
        case set() | frozenset():
            return f"{{{_join_sorted(value, above)}}}" if value else "set()"
        case dict():
            entries = [f"{_write(key, above)}: {_write(item, above)}" for key, item in value.items()]
            return f"{{{', '.join(sorted(entries))}}}"
        case str():
            return str.__repr__(value)
        case int():
            return _write_int(int(value))
        case float():
            return _write_float(float(value))
        case bytearray() | memoryview():
            return repr(bytes(value))
        case range():
            return _write_range(value)
    match type(value).__name__:
        case "dict_keys" | "dict_items":
            return f"{{{_join_sorted(value, above)}}}" if value else "set()"  # type: ignore[arg-type]
        case "dict_values":
            return f"values[{_join(value, above)}]"  # type: ignore[arg-type]
        case "deque":
            return f"deque[{_join(value, above)}]"  # type: ignore[arg-type]
        case "Decimal" | "Fraction":
            return _write_ratio(value)
        case name if name in _PLAIN_FUNCTIONS:
            return "<function>"
    if is_iterator(value):
        items, ending = drain(value)  # type: ignore[arg-type]
        return f"iter({_join([*items], above)}{ending and f', {ending}'})"
    return _write_object(value, above)


def _join(values: Iterable[object], above: tuple[int, ...]) -> str:
    return ", ".join([_write(item, above) for item in values])


def _join_sorted(values: Iterable[object], above: tuple[int, ...]) -> str:
    return ", ".join(sorted([_write(item, above) for item in values]))


def _write_int(value: int) -> str:
    # Long decimal texts take quadratic time and are refused by the interpreter.
    return str(value) if value.bit_length() < _LONGEST_DECIMAL else hex(value)


def _write_float(value: float) -> str:
    if value != value:
        return "nan"
    if value in (float("inf"), float("-inf")):
        return str(value)
    if value.is_integer() and abs(value) < _EXACT_FLOAT:
        return str(int(value))
    rounded = float(format(value, ".12g"))
    return str(int(rounded)) if rounded.is_integer() else repr(rounded)


def _write_complex(value: complex) -> str:
    if value.imag == 0:
        return _write_float(value.real)
    return f"complex({_write_float(value.real)}, {_write_float(value.imag)})"


def _write_range(value: range) -> str:
    # Ranges are equal as sequences: the stop and, for one item, the step do not count.
    if not value:
        return "range()"
    return f"range({value[0]})" if value[0] == value[-1] else f"range({value[0]}, {value[-1]}, {value.step})"


def _write_ratio(value: object) -> str:
    try:
        top, bottom = value.as_integer_ratio()  # type: ignore[attr-defined]
    except (ValueError, OverflowError):
        return str(value).lower().replace("infinity", "inf")
    if bottom == 1:
        return _write_int(top)
    nearest = top / bottom
    return _write_float(nearest) if nearest.as_integer_ratio() == (top, bottom) else f"{top}/{bottom}"


def _write_object(value: object, above: tuple[int, ...]) -> str:
    kind = type(value)
    if isinstance(value, type):
        return f"<class {value.__name__}>"
    if isinstance(value, BaseException):
        return f"{kind.__name__}({_join(value.args, above)})"
    if kind.__repr__ is object.__repr__ or hasattr(kind, "__dataclass_fields__"):
        fields = getattr(value, "__dict__", None) or {
            name: getattr(value, name) for name in getattr(kind, "__slots__", ()) if hasattr(value, name)
        }
        return f"{kind.__name__}({', '.join(f'{name}={_write(item, above)}' for name, item in sorted(fields.items()))})"
    return without_addresses(repr(value))


def without_addresses(text: str) -> str:
    """The text without the `` at 0x7f...`` of default representations, which differ from run to run."""
    parts = text.split(" at 0x")
    return parts[0] + "".join(part.lstrip("0123456789abcdefABCDEF") for part in parts[1:])


_WRITERS: dict[type, Callable[..., str]] = {
    type(None): repr,
    bool: lambda value: "1" if value else "0",
    int: _write_int,
    float: _write_float,
    complex: _write_complex,
    str: repr,
    bytes: repr,
}
