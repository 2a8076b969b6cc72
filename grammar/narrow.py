"""Expressions of one sort over a typed scope, as a grammar.

One rule for each level of precedence, sort and scope, so that whatever is decoded has the right type: names that exist,
methods that their receivers have, calls with the right number and types of arguments. What follows a receiver goes
from sort to sort until it reaches the one wanted, as in the automata of Mündler et al. (2025, "Type-Constrained Code
Generation with Language Models"); here it is a grammar without left recursion, which any engine takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

from grammar.bound_names import Scope, item_binding, loop_bindings
from grammar.interpolation import fields_over
from grammar.notation import Part, Reference, Repeat, Text, choice, sequence
from grammar.operations import KEY, SLICE
from grammar.optional_parts import NEXT, any_of, either, listed, maybe, repeated, row
from grammar.productive import productive
from grammar.rule_book import TERMINALS, RuleBook
from grammar.sorts_in_play import fitting, is_float_inside, sorts_in_play
from grammar.ways import Ways
from solver.sorts import (
    BOOL,
    FLOAT,
    INT,
    NONE,
    STR,
    DictSort,
    FunctionSort,
    IterableSort,
    ListSort,
    RowSort,
    SetSort,
    Sort,
    TupleSort,
    UnionSort,
    element_of,
)

# What a small model that has begun with the wrong value goes on with. Without an end there would be none.
_MOST_ALIKE = 3
"""How many steps may follow each other that leave the sort as it is, as ``.strip().lower()`` does."""

_MOST_MORE = 7
"""How many operands of one operator may follow the first."""

Level: TypeAlias = Literal["whole", "expr", "test", "term", "primary", "head", "comp", "slice", "keyed"]


def narrowed_rules(sort: Sort, scope: Mapping[str, Sort], prefix: str) -> tuple[str, dict[str, Part]]:
    """The rules for an expression of a sort over these names, and the name of the first; all begin with ``prefix``.

    A name may have dots, as ``math.sqrt``. Raises ``ValueError`` where no expression of that sort can be written.
    """
    sorts = sorts_in_play(sort, scope.values())
    rules = _Rules(RuleBook(prefix), Ways(sorts, frozenset(scope)))
    numbers = {each: number for number, each in enumerate(sorts)}
    first = rules.rule("whole", sort, Scope(0, dict(scope), numbers))
    if first is None:
        raise ValueError("no expression of that sort can be written in that scope")
    return first.name, productive(rules.book.finish() | TERMINALS, first.name)


@dataclass(frozen=True, slots=True)
class _Rules:
    """How the expressions of one hole are written, level by level."""

    book: RuleBook
    ways: Ways

    def rule(self, level: Level, sort: Sort, scope: Scope) -> Reference | None:
        """A reference to the rule for expressions of a sort; ``None`` where the sort is not in play."""
        number = scope.sorts.get(sort)
        if number is None:
            return None
        return self.book.named(f"{level}_{number}_{scope.number}", lambda: self._at(level)(sort, scope))

    def _at(self, level: Level) -> Callable[[Sort, Scope], Iterator[Part | None]]:
        return {
            "whole": self._whole,
            "expr": self._expr,
            "test": self._test,
            "term": self._term,
            "primary": self._primary,
            "head": self._head,
            "comp": self._comprehension,
            "slice": self._slice,
            "keyed": self._keyed,
        }[level]

    def _expr(self, sort: Sort, scope: Scope) -> Iterator[Part | None]:
        """Any expression: conditionals, and what has a value of several sorts."""
        match sort:
            case UnionSort(options):
                levels = [self.rule(_plain_level(option), option, scope) for option in options]
                plain: Part | None = choice(level for level in (*levels, self.rule("primary", sort, scope)) if level)
            case IterableSort(element):
                for other in scope.sorts:
                    if other != sort and fitting(other, sort) and not isinstance(other, UnionSort):
                        yield self.rule("term", other, scope)
                yield self.rule("primary", sort, scope)
                yield row(Text("("), self.rule("comp", element, scope), Text(")"))
                return
            case _:
                plain = self.rule(_plain_level(sort), sort, scope)
                if is_float_inside(sort):
                    plain = either(plain, *self._displays(sort, scope))
        test = self._condition(scope)
        yield row(plain, maybe(row(Text(" if "), test, Text(" else "), plain)))

    def _whole(self, sort: Sort, scope: Scope) -> Iterator[Part | None]:
        """An expression of which its place says the sort, so that it may be an empty display."""
        plain = self.rule("expr", sort, scope)
        yield plain
        empty = _empty(sort)
        if empty is not None:
            test = self._condition(scope)
            yield empty
            for one, other in ((empty, plain), (plain, empty)):
                yield row(one, Text(" if "), test, Text(" else "), other)

    def _test(self, _: Sort, scope: Scope) -> Iterator[Part | None]:
        """Truth values: ``and`` and ``or`` over comparisons."""
        one = self.book.named(f"truth_{scope.number}", lambda: self._truths(scope))
        yield row(one, repeated(row(Reference("AND_OR"), one), most=_MOST_MORE))

    def _condition(self, scope: Scope) -> Part | None:
        """What stands after an ``if``: truth values, and what counts as one."""
        sized = [sort for sort in scope.sorts if isinstance(sort, ListSort | SetSort | DictSort) or sort == STR]
        truth = self.book.named(f"truth_{scope.number}", lambda: self._truths(scope))
        counted = [self.rule("primary", sort, scope) for sort in sized]
        one = self.book.named(f"counted_{scope.number}", lambda: [truth, self.rule("term", INT, scope), *counted])
        more = row(one, repeated(row(Reference("AND_OR"), one), most=_MOST_MORE))
        return self.book.named(f"condition_{scope.number}", lambda: [more])

    def _truths(self, scope: Scope) -> Iterator[Part | None]:
        compared = self.book.named(f"compared_{scope.number}", lambda: self._comparisons(scope))
        yield sequence([maybe(Text("not ")), compared])
        sized = [sort for sort in scope.sorts if isinstance(sort, ListSort | SetSort | DictSort) or sort == STR]
        yield row(Text("not "), either(*(self.rule("primary", sort, scope) for sort in sized)))

    def _comparisons(self, scope: Scope) -> Iterator[Part | None]:
        boolean = self.rule("primary", BOOL, scope)
        yield row(boolean, maybe(row(Reference("EQUALS"), boolean)))
        for atom in (_number(scope), STR):
            term = self.rule("term", atom, scope)
            yield term and sequence([term, Repeat(sequence([Reference("COMPARED"), term]), 1, 2)])
        for sort in scope.sorts:
            term = self.rule("term", sort, scope)
            if sort not in (INT, FLOAT, BOOL, STR, NONE) and not isinstance(sort, IterableSort):
                yield row(term, Reference("EQUALS"), term)
            if isinstance(sort, UnionSort) and NONE in sort.options:
                yield row(self.rule("primary", sort, scope), any_of(" is None", " is not None"))
            item = element_of(sort)
            if item in scope.sorts and not isinstance(sort, TupleSort) and item is not None:
                yield row(self.rule("term", item, scope), any_of(" in ", " not in "), term)
        for item in (INT, STR):
            items = listed(self.rule("term", item, scope), 2)
            options = [row(Text(opening), items, Text(closing)) for opening, closing in ("()", "[]", "{}")]
            yield row(self.rule("term", item, scope), any_of(" in ", " not in "), either(*options))

    def _term(self, sort: Sort, scope: Scope) -> Iterator[Part | None]:
        """What stands beside a comparison: arithmetic, concatenation, operations on sets."""
        operators = {INT: "WHOLE_OP", FLOAT: "REAL_OP", STR: "JOIN"}
        match sort:
            case ListSort() | RowSort():
                operator = "JOIN"
            case SetSort():
                operator = "SET_OP"
            case _ if sort in operators:
                operator = operators[sort]
            case _:
                yield self.rule("primary", sort, scope)
                return
        one = self.book.named(f"unit_{scope.sorts[sort]}_{scope.number}", lambda: self._units(sort, scope))
        yield row(one, repeated(row(Reference(operator), one), most=_MOST_MORE))

    def _units(self, sort: Sort, scope: Scope) -> Iterator[Part | None]:
        primary = self.rule("primary", sort, scope)
        count = either(Reference("INT_LITERAL"), self.rule("primary", INT, scope))
        if sort in (INT, FLOAT):
            real = either(Reference("FLOAT_LITERAL"), primary) if sort == FLOAT else None
            yield row(maybe(Text("-")), either(count, real), maybe(row(Reference("POWER"), count)))
        elif isinstance(sort, SetSort):
            yield primary
        else:
            yield row(primary, maybe(row(Reference("TIMES"), count)))

    def _primary(self, sort: Sort, scope: Scope) -> Iterator[Part | None]:
        """A receiver, and what follows it until the value has the sort."""
        for first in scope.sorts:
            yield row(self.rule("head", first, scope), self._tail(first, sort, scope))

    def _tail(self, here: Sort, wanted: Sort, scope: Scope) -> Part | None:
        """What may follow a value of one sort so that the whole has another; nothing where they are the same."""
        if wanted not in self.ways.reached(here, scope):
            return sequence(()) if here == wanted else None
        return self.book.named(
            f"tail_{scope.sorts[here]}_{scope.sorts[wanted]}_{scope.number}",
            lambda: self._tails(here, wanted, scope),
        )

    def _tails(self, here: Sort, wanted: Sort, scope: Scope) -> Iterator[Part | None]:
        options: list[Part | None] = []
        for after in self.ways.steps.get(here, {}):
            if after != here and after in scope.sorts:
                tail = self._tail(after, wanted, scope)
                options.append(tail and row(self._step(here, after, scope), tail))
        following = maybe(either(*options)) if here == wanted else either(*options)
        if here in self.ways.steps.get(here, {}):
            yield row(Repeat(self._step(here, here, scope), 0, _MOST_ALIKE), following)
        else:
            yield following

    def _step(self, here: Sort, after: Sort, scope: Scope) -> Part:
        def make() -> Iterator[Part | None]:
            for (slots, rest), words in self.ways.steps[here][after].items():
                yield self._written(words, rest, slots[1:], scope)

        return self.book.named(f"step_{scope.sorts[here]}_{scope.sorts[after]}_{scope.number}", make)

    def _head(self, sort: Sort, scope: Scope) -> Iterator[Part | None]:
        """Names, literals, brackets, displays, and calls."""
        for name, own in scope.names.items():
            if own == sort or (isinstance(sort, UnionSort) and isinstance(own, UnionSort) and fitting(own, sort)):
                yield Text(name)
            if isinstance(own, FunctionSort) and own.parameters is not None and own.result == sort:
                arguments = [self.rule("whole", parameter, scope) for parameter in own.parameters]
                parts = [part for argument in arguments for part in (NEXT, argument)][1:]
                yield row(Text(f"{name}("), *parts, Text(")"))
        match sort:
            case _ if sort == STR:
                yield Reference("STR_LITERAL")
                yield from self._interpolated(scope)
            case _ if sort == BOOL:
                yield from (Text("True"), Text("False"))
            case _ if sort == NONE:
                yield Text("None")
        if not isinstance(sort, IterableSort | UnionSort) and sort != NONE:
            yield row(Text("("), self.rule("term" if sort in (INT, FLOAT) else "expr", sort, scope), Text(")"))
        if not is_float_inside(sort):
            yield from self._displays(sort, scope)
        for (slots, rest), words in self.ways.heads.get(sort, {}).items():
            yield self._written(words, rest, slots, scope)

    def _written(
        self, words: Sequence[str], rest: Sequence[str | Sort], slots: Sequence[Sort], scope: Scope
    ) -> Part | None:
        """Operations with their slots filled. A generator that is the only argument stands without brackets."""
        given = iter(slots)
        written: list[Part | None] = [self.book.one_of(words)]
        for before, part, after in zip((words[0], *rest), rest, (*rest[1:], ""), strict=False):
            if isinstance(part, str):
                written.append(NEXT if part == ", " else Text(part))
                continue
            is_alone = str(before).endswith("(") and str(after).startswith(")")
            slot = next(given)
            match slot:
                case _ if slot == SLICE:
                    written.append(self.rule("slice", INT, scope))
                case _ if slot == KEY:
                    written.append(self.rule("keyed", element_of(slots[0]) or INT, scope))
                case IterableSort(element) if is_alone:
                    written.append(either(self.rule("expr", slot, scope), self.rule("comp", element, scope)))
                case _:
                    is_default = len(slots) == 2 and words[0] in (".get(", ".setdefault(") and slot is slots[1]
                    written.append(self.rule("whole" if is_default else "expr", slot, scope))
        return row(*written)

    def _displays(self, sort: Sort, scope: Scope) -> Iterator[Part | None]:
        match sort:
            case ListSort(element):
                yield row(Text("["), listed(self.rule("expr", element, scope)), Text("]"))
                yield row(Text("["), self.rule("comp", element, scope), Text("]"))
            case SetSort(element):
                yield row(Text("{"), listed(self.rule("expr", element, scope)), Text("}"))
                yield row(Text("{"), self.rule("comp", element, scope), Text("}"))
            case TupleSort(items) if len(items) > 1:
                parts = [part for item in items for part in (NEXT, self.rule("expr", item, scope))]
                yield row(Text("("), *parts[1:], Text(")"))
            case DictSort(key, value):
                pair = self._pair(key, value, scope)
                yield row(Text("{"), listed(pair), Text("}"))
                yield row(Text("{"), self._looped(lambda inner: self._pair(key, value, inner), scope), Text("}"))

    def _pair(self, key: Sort, value: Sort, scope: Scope) -> Part | None:
        return row(self.rule("expr", key, scope), Text(": "), self.rule("expr", value, scope))

    def _comprehension(self, sort: Sort, scope: Scope) -> Iterator[Part | None]:
        """What stands between the brackets of a comprehension whose items have a sort."""
        yield self._looped(lambda inner: self.rule("expr", sort, inner), scope)

    def _looped(self, body: Callable[[Scope], Part | None], scope: Scope) -> Part | None:
        options: list[Part | None] = []
        for iterable in scope.sorts:
            if not isinstance(iterable, IterableSort):
                continue
            for inner in self.book.inner(scope, loop_bindings(scope.names, iterable.element)):
                loop = Text(f" for {', '.join(name for name in inner.names if name not in scope.names)} in ")
                test = maybe(row(Text(" if "), self._condition(inner)))
                options.append(row(body(inner), loop, self._source(iterable, scope), test))
        return either(*options)

    def _source(self, iterable: Sort, scope: Scope) -> Part | None:
        """What a loop runs over."""
        fits = [sort for sort in scope.sorts if fitting(sort, iterable) and not isinstance(sort, UnionSort)]
        return self.book.named(
            f"source_{scope.sorts[iterable]}_{scope.number}",
            lambda: (self.rule("term", sort, scope) for sort in fits),
        )

    def _slice(self, _: Sort, scope: Scope) -> Iterator[Part | None]:
        place = maybe(self.rule("expr", INT, scope))
        yield row(place, Reference("RANGE"), place, maybe(row(Reference("RANGE"), place)))

    def _keyed(self, item: Sort, scope: Scope) -> Iterator[Part | None]:
        """Functions of an item by whose value items are ordered."""
        if isinstance(item, ListSort | RowSort | SetSort | DictSort) or item == STR:
            yield Text("len")
        if item in (INT, FLOAT):
            yield Text("abs")
        if item == STR:
            yield from (Text("str.lower"), Text("str.upper"))
        for name, own in scope.names.items():
            if isinstance(own, FunctionSort) and own.parameters == (item,) and own.result in (INT, FLOAT, STR):
                yield Text(name)
        bound = item_binding(scope.names, item)
        for inner in self.book.inner(scope, [bound]):
            keys = either(*(self.rule("expr", sort, inner) for sort in (_number(inner), STR)))
            plain = self.book.named(f"key_{inner.number}", partial(iter, (keys,)))
            pair = row(Text("("), listed(plain, 2), Text(")"))
            yield row(Text(f"lambda {', '.join(bound)}: "), either(plain, pair))

    def _interpolated(self, scope: Scope) -> Iterator[Part | None]:
        """Formatted strings."""
        fields = self.book.named(f"fields_{scope.number}", lambda: fields_over(scope.names))
        part = either(Reference("F_TEXT"), fields)
        for quote in "\"'":
            yield row(Text(f"f{quote}"), repeated(part, most=_MOST_MORE), Text(quote))


def _number(scope: Scope) -> Sort:
    """The sort of numbers in general."""
    return FLOAT if FLOAT in scope.sorts else INT


def _plain_level(sort: Sort) -> Level:
    return "test" if sort == BOOL else "term"


def _empty(sort: Sort) -> Part | None:
    """A display without items, which has a sort only where one is asked for."""
    match sort:
        case ListSort():
            return Text("[]")
        case DictSort():
            return Text("{}")
        case SetSort():
            return Text("set()")
        case _:
            return None
