"""Selection: which of the candidates that survive is the answer.

Candidates are grouped by what they do on the generated inputs. Only model samples vote, and the greedy answer is
displaced only by a clear majority of the others, a broken contract or a failed example.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from compiler.acceptance.candidate import Candidate, Provenance
from compiler.acceptance.evidence import Ambiguity

_NO_ANSWER = ("!", "?", "~")


@dataclass(frozen=True, slots=True)
class Group:
    """Candidates that do the same on every input that counts."""

    members: tuple[Candidate, ...]

    @property
    def votes(self) -> int:
        return sum(member.provenance.votes for member in self.members)

    @property
    def greedy(self) -> bool:
        return any(member.provenance.greedy for member in self.members)

    @property
    def best(self) -> Candidate:
        """The member to emit: the greedy answer itself, else what answers most inputs, else the shortest program."""
        return min(
            self.members,
            key=lambda member: (
                not member.provenance.greedy,
                _doubt(member),
                _unanswered(member),
                len(member.program),
                member.index,
            ),
        )

    @property
    def first(self) -> int:
        """The place in the order of creation of the first member."""
        return min(member.index for member in self.members)


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen candidate with the groups it was chosen from, best first, and the inputs that tell them apart."""

    candidate: Candidate
    groups: tuple[Group, ...]
    ambiguities: tuple[Ambiguity, ...]


def _doubt(candidate: Candidate) -> int:
    """How little speaks for a program besides its examples.

    What chance may have found is least: but for the words that suggest it, or the answer that it is a repair of.
    """
    match candidate.provenance:
        case Provenance(mdl_significant=True):
            return 0
        case Provenance(suggested=True):
            return 1
        case Provenance(origin="repair"):
            return 2
    return 3


def _unanswered(candidate: Candidate) -> int:
    """How many generated inputs a candidate raises on or does not end on, those that count for no group among them."""
    return sum(entry[:1] in _NO_ANSWER for entry in candidate.judgement.vector)


def informative(candidates: Sequence[Candidate]) -> tuple[int, ...]:
    """The generated inputs that count: those which most model candidates answer, neither raising nor stopping."""
    voters = [candidate for candidate in candidates if candidate.provenance.votes] or list(candidates)
    if not voters:
        return ()
    length = len(voters[0].judgement.vector)
    answered = [
        sum(voter.provenance.votes or 1 for voter in voters if voter.judgement.vector[index][:1] not in _NO_ANSWER)
        for index in range(length)
    ]
    total = sum(candidate.provenance.votes or 1 for candidate in voters)
    return tuple(index for index in range(length) if 2 * answered[index] > total)


def group_by_behaviour(candidates: Sequence[Candidate], inputs: Sequence[int]) -> list[Group]:
    """Groups of equal behaviour on the given inputs, in the order of their first members."""
    groups: dict[tuple[str, ...], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[tuple(candidate.judgement.vector[index] for index in inputs)].append(candidate)
    return [Group(tuple(members)) for members in groups.values()]


def best_judged(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates with the fewest broken contracts and failed examples, in order."""

    def faults(candidate: Candidate) -> tuple[int, int]:
        judgement = candidate.judgement
        return len(judgement.examples) - judgement.passed, min(1, len(judgement.violations))

    least = min(map(faults, candidates), default=(0, 0))
    return [candidate for candidate in candidates if faults(candidate) == least]


def select(candidates: Sequence[Candidate], *, by_behaviour: bool = True) -> Choice | None:
    """Choose among all candidates; ``None`` where there are none.

    Without ``by_behaviour`` the first of the best judged is taken, as sampling and filtering does.
    """
    survivors = best_judged(candidates)
    if not survivors:
        return None
    inputs = informative(candidates)
    groups = _ranked(group_by_behaviour(survivors, inputs))
    first = min(survivors, key=lambda candidate: candidate.index)
    winner = groups[0].best if by_behaviour else first
    ordered = sorted(groups, key=lambda group: winner not in group.members)
    return Choice(winner, tuple(ordered), _ambiguities(winner, ordered, inputs))


def _ranked(groups: Sequence[Group]) -> list[Group]:
    """The groups, best first: by votes, then by age; the greedy answer's unless it is clearly outvoted.

    Samples of equal votes are taken in their order, as sampling and filtering takes them, so that chance alone never
    makes the choice worse than that; of programs without votes the simplest comes first.
    """
    ranked = sorted(groups, key=_rank)
    greedy = next((group for group in ranked if group.greedy), None)
    if greedy is None or greedy is ranked[0] or _outvotes(ranked[0], greedy, ranked):
        return ranked
    return [greedy, *(group for group in ranked if group is not greedy)]


def _rank(group: Group) -> tuple[int, int, int]:
    return -group.votes, _doubt(group.best), group.first if group.votes else len(group.best.program)


def _outvotes(rival: Group, greedy: Group, groups: Sequence[Group]) -> bool:
    """Whether a rival has more votes than the greedy answer's group, and most of the votes that are not for it."""
    others = sum(group.votes for group in groups) - greedy.votes
    return rival.votes > greedy.votes and 2 * rival.votes > others


def _ambiguities(winner: Candidate, groups: Sequence[Group], inputs: Sequence[int]) -> tuple[Ambiguity, ...]:
    found: list[Ambiguity] = []
    for group in groups[1:]:
        rival = group.best
        index = next(i for i in inputs if rival.judgement.vector[i] != winner.judgement.vector[i])
        call = winner.judgement.calls[index].text
        found.append(Ambiguity(call, winner.judgement.vector[index], rival.judgement.vector[index]))
    return tuple(found)
