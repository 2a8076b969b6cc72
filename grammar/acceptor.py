"""An incremental acceptor: whether a text, read character by character, is in a grammar or can still become so.

It follows every way to read the text at once, over one graph of calls in which equal calls are shared, so that its work
stays polynomial however ambiguous the grammar is (Tomita 1986, "Efficient Parsing for Natural Language"). It knows no
tokens and no longest match: it is what the other engines are compared with.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from grammar.automata import Network, State
from grammar.characters import Characters, characters
from grammar.notation import START, Grammar, read_grammar


@dataclass(slots=True, eq=False)
class _Call:
    """A definition that was called at one point of the text, with what goes on where it ends."""

    after: list[tuple[State, _Call]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text read so far: whether it is ``complete``, and with ``after`` what becomes of it with more."""

    complete: bool
    _network: Network
    _open: tuple[tuple[State, _Call], ...]

    @property
    def viable(self) -> bool:
        """Whether the text is in the grammar, or a beginning of a text that is."""
        return self.complete or bool(self._open)

    @property
    def following(self) -> Characters:
        """The characters that may come next."""
        return characters(span for state, _ in self._open for wanted, _ in state.reads for span in wanted.ranges)

    def after(self, text: str) -> Reading:
        """The reading with more text."""
        reading = self
        for character in text:
            stepped = ((self._network.step(state, character), call) for state, call in reading._open)
            reading = _closed(self._network, [(state, call) for state, call in stepped if state is not None])
        return reading


def begin(grammar: str | Grammar) -> Reading:
    """The reading of no text yet. Raises ``NotationError`` for what is no portable grammar."""
    network = _network(grammar) if isinstance(grammar, str) else Network(grammar)
    return _closed(network, [(network.start_of(START), _Call())])


def accepts(grammar: str | Grammar, text: str) -> bool:
    """Whether the text is in the grammar. Raises ``NotationError`` for what is no portable grammar."""
    return begin(grammar).after(text).complete


@lru_cache(maxsize=64)
def _network(grammar: str) -> Network:
    return Network(read_grammar(grammar))


def _closed(network: Network, items: Iterable[tuple[State, _Call]]) -> Reading:
    """All that the items lead to without reading: the calls that begin here, and what follows calls that end here.

    A call that both begins and ends here has read nothing: what the grammar knows as nullable is passed over instead.
    """
    begun: dict[str, _Call] = {}
    here: set[_Call] = set()
    complete = False
    seen: dict[tuple[State, _Call], None] = {}
    pending = list(items)
    while pending:
        item = pending.pop()
        if item in seen:
            continue
        seen[item] = None
        state, call = item
        for name in state.calls:
            after = (network.back(state, name), call)
            if name not in begun:
                begun[name] = _Call()
                here.add(begun[name])
                pending.append((network.start_of(name), begun[name]))
            begun[name].after.append(after)
            if name in network.nullable:
                pending.append(after)
        if state.accepts:
            complete = complete or not call.after
            if call not in here:
                pending += call.after
    return Reading(complete, network, tuple(item for item in seen if item[0].reads))
