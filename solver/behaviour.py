"""Behaviour vectors: a term's value on each input, and the keys by which equal vectors are found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Sized
from marshal import dumps
from typing import Any, TypeAlias

from solver.sorts import (
    ANY,
    BOOL,
    BYTES,
    FLOAT,
    INT,
    NONE,
    STR,
    DictSort,
    IterableSort,
    ListSort,
    RowSort,
    SetSort,
    Sort,
    TupleSort,
    UnionSort,
)


class Failure:
    """The value of a term on an input where its evaluation raises."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<failure>"


FAILURE = Failure()
Vector: TypeAlias = tuple[object, ...]

LONGEST_VALUE = 4096

_BYTES_A_TERM = 450
_BYTES_A_NUMBER = 40
_BYTES_A_TEXT = 65
# A nested value is about so much larger than a character of its text; the text is kept too.
_BYTES_A_CHARACTER = 12
_WIDEST_INTEGER = 1 << 2048
# The version of the marshal format that writes equal values in one way, whether or not they are the same object.
_PACKED = 2


def is_scalar(sort: Sort) -> bool:
    """Whether vectors of this sort are their own keys, as long as their values are what the sort says."""
    return sort in (INT, BOOL, STR, BYTES)


def key_maker(sort: Sort) -> Callable[[Vector], object]:
    """A function from vectors of a sort to hashable keys, equal only for vectors that no component can tell apart."""
    if is_scalar(sort):
        return _scalar_key
    if _holds_sets(sort):
        return _frozen_key
    if not _is_plain(sort):
        return repr
    return _packed_key if {FLOAT, ANY}.isdisjoint(_atoms(sort)) else _packed_safely


def _scalar_key(vector: Vector) -> object:
    try:
        hash(vector)
    except TypeError:
        # An annotation said that these are scalars, and the examples pass something else.
        return _frozen_key(vector)
    return vector


def _packed_key(vector: Vector) -> object:
    """Equal for the same vectors as ``repr``, and made many times as fast."""
    values: Any = vector
    try:
        return dumps(values, _PACKED)
    except ValueError:
        values = tuple([... if value is FAILURE else value for value in vector])
    try:
        return dumps(values, _PACKED)
    except ValueError:
        return repr(vector)


def _packed_safely(vector: Vector) -> object:
    """As ``_packed_key`` where a vector may hold numbers that are none, and sets.

    The former print alike, and end in one of two ways as eight bytes; the latter print in the order of their history.
    """
    key = _packed_key(vector)
    if isinstance(key, bytes) and (b"\xf8\x7f" in key or b"\xf8\xff" in key or b"<" in key or b">" in key):
        return repr(vector)
    return key


def _frozen_key(vector: Vector) -> object:
    return repr([_freeze(value) for value in vector])


def _freeze(value: object) -> object:
    # The order in which a set prints depends on the hash seed and on its history.
    match value:
        case set() | frozenset():
            return ("set", sorted(repr(_freeze(item)) for item in value))
        case list():
            return [_freeze(item) for item in value]
        case tuple():
            return tuple(_freeze(item) for item in value)
        case dict():
            return {repr(_freeze(key)): _freeze(item) for key, item in value.items()}
        case _:
            return value


def _is_plain(sort: Sort) -> bool:
    """Whether values of a sort can be packed, most of the time at least. Iterables may be ranges and views."""
    if isinstance(sort, IterableSort) and not isinstance(sort.element, TupleSort):
        return False
    return set(_atoms(sort)) <= {ANY, INT, FLOAT, BOOL, STR, BYTES, NONE}


def _atoms(sort: Sort) -> Iterator[Sort]:
    match sort:
        case ListSort(element) | RowSort(element) | IterableSort(element):
            yield from _atoms(element)
        case DictSort(key, value):
            yield from (*_atoms(key), *_atoms(value))
        case TupleSort(items) | UnionSort(items):
            for item in items:
                yield from _atoms(item)
        case _:
            yield sort


def _holds_sets(sort: Sort) -> bool:
    match sort:
        case SetSort():
            return True
        case ListSort(element) | RowSort(element) | IterableSort(element):
            return _holds_sets(element)
        case DictSort(key, value):
            return _holds_sets(key) or _holds_sets(value)
        case TupleSort(items):
            return any(map(_holds_sets, items))
        case _:
            return False


def size_of(vector: Vector, key: object) -> int:
    """About how many bytes a kept term with this vector and key takes; it depends on nothing but these."""
    if isinstance(key, (str, bytes)):
        text = key if isinstance(key, str) else repr(vector)
        return _BYTES_A_TERM + 8 * len(vector) + _BYTES_A_CHARACTER * len(text)
    texts = vector and isinstance(vector[0], str)
    if not texts:
        return _BYTES_A_TERM + _BYTES_A_NUMBER * len(vector)
    return _BYTES_A_TERM + _BYTES_A_TEXT * len(vector) + sum(len(value) for value in vector if isinstance(value, str))


def bounds_checker(sort: Sort) -> Callable[[Sequence[Any]], bool]:
    """A function that tells whether no value of a vector of this sort is too large to be worth keeping."""
    if sort in (BOOL, NONE):
        return _always
    if sort == FLOAT:
        return _no_wide_integer
    return _small_integers if sort == INT else _short


def _always(values: Sequence[Any]) -> bool:  # noqa: ARG001
    return True


def _small_integers(values: Sequence[Any]) -> bool:
    try:
        return bool(max(values) < _WIDEST_INTEGER and min(values) > -_WIDEST_INTEGER)
    except TypeError:
        return _no_wide_integer(values)


def _no_wide_integer(values: Sequence[Any]) -> bool:
    # Where the sort is float, Python's values may be integers, and these grow without bound.
    return all(not isinstance(value, int) or -_WIDEST_INTEGER < value < _WIDEST_INTEGER for value in values)


def _short(values: Sequence[Any]) -> bool:
    try:
        return max(map(len, values)) <= LONGEST_VALUE
    except TypeError:
        return all(not isinstance(value, Sized) or len(value) <= LONGEST_VALUE for value in values)
