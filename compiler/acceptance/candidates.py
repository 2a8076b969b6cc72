"""The candidates of one unit in the order of their creation, each program once, and which of them pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import overload

from compiler.acceptance.candidate import Candidate, Origin, Provenance


@dataclass(slots=True)
class Candidates(Sequence[Candidate]):
    """A list of candidates in which equal programs are one candidate with the votes of all."""

    _found: list[Candidate] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)

    @overload
    def __getitem__(self, index: int) -> Candidate: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Candidate]: ...
    def __getitem__(self, index: int | slice) -> Candidate | Sequence[Candidate]:
        return self._found[index]

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self._found)

    def append(self, candidate: Candidate) -> None:
        """Take in a candidate whose program is not there yet; its index is the length so far."""
        self._places[candidate.program] = len(self._found)
        self._found.append(candidate)

    def voted(self, program: str, provenance: Provenance) -> Candidate | None:
        """The candidate of an equal program, with what speaks for this one added; ``None`` if there is none."""
        place = self._places.get(program)
        if place is None:
            return None
        known = self._found[place]
        self._found[place] = replace(known, provenance=known.provenance.with_another(provenance))
        return self._found[place]

    @property
    def clean(self) -> list[Candidate]:
        """Those that pass everything visible."""
        return [candidate for candidate in self._found if candidate.judgement.clean]

    @property
    def mdl_significant(self) -> list[Candidate]:
        """Those that break nothing and whose description length is significant."""
        return [candidate for candidate in self.clean if candidate.provenance.mdl_significant]

    def clean_of(self, origin: Origin) -> list[Candidate]:
        """Those of one origin that pass everything visible."""
        return [candidate for candidate in self.clean if candidate.provenance.origin == origin]
