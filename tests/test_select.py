"""Selection: groups by behaviour, who votes, and what displaces the greedy answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compiler.acceptance.candidate import SUGGESTED, Candidate, Origin, Provenance
from compiler.acceptance.candidates import Candidates
from compiler.acceptance.selection import group_by_behaviour, informative, select
from compiler.front.spec import Call, Equals, Example
from compiler.ir.nodes import Module
from compiler.judge.judge import ExampleVerdict, Judgement

EXAMPLE = Example(Call("f", ("1",)), Equals("2"))


def candidate(
    index: int, vector: str, *, votes: int = 1, passes: bool = True, greedy: bool = False, origin: Origin = "model"
) -> Candidate:
    """A candidate that answers the generated inputs with the letters of ``vector``."""
    verdict = ExampleVerdict(EXAMPLE, "holds" if passes else "fails", "2")
    calls = tuple(Call("f", (str(place),)) for place in range(len(vector)))
    judgement = Judgement((verdict,), (), (), calls, tuple(vector))
    return Candidate(index, Module(()), f"# {index}\n", judgement, Provenance(origin, votes, greedy=greedy))


def test_equal_programs_are_one_candidate_with_what_speaks_for_either() -> None:
    candidates = Candidates()
    first = replace(candidate(0, "a"), provenance=Provenance("search", mdl_significant=False))
    candidates.append(first)
    again = candidates.voted(first.program, Provenance("model", votes=2, greedy=True))
    assert again is not None
    assert again.provenance == Provenance("search", votes=2, greedy=True)
    assert list(candidates) == candidates.mdl_significant == candidates.clean_of("search") == [again]
    assert candidates.voted("# another\n", first.provenance) is None


def test_equal_behaviour_is_one_group() -> None:
    groups = group_by_behaviour([candidate(0, "ab"), candidate(1, "ac"), candidate(2, "ab")], (0, 1))
    assert [[member.index for member in group.members] for group in groups] == [[0, 2], [1]]


def test_inputs_that_most_candidates_reject_are_no_evidence() -> None:
    candidates = [candidate(0, "a!b"), candidate(1, "a!b"), candidate(2, "aab")]
    assert informative(candidates) == (0, 2)


def test_a_failed_example_displaces_the_greedy_answer() -> None:
    choice = select([candidate(0, "a", passes=False, greedy=True), candidate(1, "b")])
    assert choice is not None
    assert choice.candidate.index == 1


@pytest.mark.parametrize("others", ["b", "bbcc", "bbccd"])
def test_the_greedy_answer_stays_without_a_clear_majority(others: str) -> None:
    rivals = [candidate(place, answer) for place, answer in enumerate(others, start=1)]
    choice = select([candidate(0, "a", greedy=True), *rivals])
    assert choice is not None
    assert choice.candidate.index == 0


def test_a_clear_majority_displaces_the_greedy_answer() -> None:
    rivals = [candidate(place, answer) for place, answer in enumerate("bbc", start=1)]
    choice = select([candidate(0, "a", greedy=True), *rivals])
    assert choice is not None
    assert choice.candidate.index == 1
    first = choice.ambiguities[0]
    assert (first.call, first.chosen, first.rival) == ("f(0)", "b", "a")


def test_programs_of_search_do_not_vote() -> None:
    found = [candidate(place, "b", votes=0, origin="search") for place in range(2, 9)]
    choice = select([candidate(0, "a"), candidate(1, "a"), *found])
    assert choice is not None
    assert choice.candidate.index == 0


def test_of_equal_behaviour_the_one_that_answers_most_is_written() -> None:
    choice = select([candidate(0, "ab!"), candidate(1, "ab!"), candidate(2, "abc")])
    assert choice is not None
    assert choice.candidate.index == 2


def test_of_equal_votes_the_earlier_sample_is_chosen() -> None:
    long = replace(candidate(0, "a"), program="# a longer program\n")
    choice = select([long, candidate(1, "b")])
    assert choice is not None
    assert choice.candidate.index == 0


def test_of_programs_without_votes_the_simplest_is_chosen() -> None:
    long = replace(candidate(0, "a", votes=0, origin="search"), program="# a longer program\n")
    choice = select([long, candidate(1, "b", votes=0, origin="search")])
    assert choice is not None
    assert choice.candidate.index == 1


def test_of_programs_that_chance_may_have_found_the_suggested_one_is_chosen_then_a_repair() -> None:
    by_chance = Provenance("search", mdl_significant=False)
    chance = replace(candidate(1, "a"), provenance=by_chance)
    repair = replace(candidate(2, "b"), provenance=replace(by_chance, origin="repair"), program="# a longer program\n")
    told = replace(candidate(3, "c"), provenance=SUGGESTED, program="# the longest of all\n")
    mdl_significant = replace(candidate(4, "d", votes=0, origin="repair"), program="# longer even than that one is\n")
    ranked = [chance, repair, told, mdl_significant]
    for count in range(1, 5):
        choice = select(ranked[:count])
        assert choice is not None
        assert choice.candidate is ranked[count - 1]


def test_no_candidate_is_no_choice() -> None:
    assert select([]) is None
