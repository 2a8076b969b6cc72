"""What a model is asked about a SyGuS problem, what its Python answers count as, and the search that they guide."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from backends.protocol import BackendError, Proposal, Request
from compiler.sygus.from_python import terms_in
from compiler.sygus.guided import guidance_for
from compiler.sygus.problem import Problem
from compiler.sygus.proposals import proposal_requests
from compiler.sygus.reader import read_problem
from compiler.sygus.solve import solve
from compiler.sygus.text import print_term
from compiler.text.source import Source

TEXT = """(set-logic SLIA)
(synth-fun f ((name String)) String ((S String) (I Int)) (
  (S String (name " " "-" (str.++ S S) (str.replace S S S) (str.substr S I I)))
  (I Int (0 1 2 (+ I I) (- I I) (str.len S) (str.indexof S S I)))))
(constraint (= (f "938-242-504") "242"))
(constraint (= (f "23-916-545") "916"))
(check-synth)
"""


def problem() -> Problem:
    return read_problem(Source("area.sl", TEXT))


class Answering:
    engine = "test"
    model = "test"

    def __init__(self, *texts: str, fails: bool = False) -> None:
        self.texts = texts
        self.fails = fails

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        answers = [Proposal(text, 1, 1, "stop") for text in self.texts]
        if self.fails:
            raise BackendError("down", arrived=[*answers, *[None] * (len(requests) - len(answers))])
        return answers[: len(requests)]

    def close(self) -> None:
        """There is nothing to free."""


@pytest.mark.parametrize(
    ("answer", "term"),
    [
        ("```python\ndef f(s):\n    return s.split('-')[0]\n", '(str.substr name 0 (str.indexof name "-" 0))'),
        ("def f(s):\n    return s[:3]", "(str.substr name 0 3)"),
        (
            "def f(s):\n    return s[-3:]",
            "(str.substr name (- (str.len name) 3) (- (str.len name) (- (str.len name) 3)))",
        ),
        (
            "def f(s):\n    i = s.find('-')\n    return s[0:i] + ' '",
            '(str.++ (str.substr name 0 (str.indexof name "-" 0)) " ")',
        ),
        ("f = lambda s: s.replace('-', '')", '(str.replace name "-" "")'),
        (
            "def f(s):\n    if '-' in s:\n        return s\n    return str(len(s))",
            '(ite (str.contains name "-") name (str.from_int (str.len name)))',
        ),
        ("def f(s):\n    return s[0]\nprint(f(", "(str.at name 0)"),
    ],
)
def test_python_answers_are_read_as_terms(answer: str, term: str) -> None:
    assert [print_term(found) for found in terms_in(answer, problem())] == [term]


@pytest.mark.parametrize("answer", ["I cannot do that.", "", "```python\nimport os\n```"])
def test_what_is_no_program_holds_no_terms(answer: str) -> None:
    assert terms_in(answer, problem()) == []


def test_the_model_is_shown_the_examples() -> None:
    greedy, *samples = proposal_requests(problem(), samples=2)
    assert "assert f('23-916-545') == '916'" in greedy.messages[0].content
    assert greedy.sampling.temperature == 0
    assert [request.occurrence for request in samples] == [0, 1]


def test_a_problem_without_examples_is_not_asked_about() -> None:
    text = "(set-logic LIA)(synth-fun g ((x Int)) Int)(declare-var x Int)(constraint (> (g x) x))(check-synth)"
    assert guidance_for(read_problem(Source("g.sl", text)), Answering("def g(x): return x")).costs == {}


def test_answers_guide_the_search() -> None:
    answers = Answering("def f(s):\n    return s.split('-')[0]", "def f(s):\n    return s.split('-')[1]")
    guided = guidance_for(problem(), answers, samples=1)
    costs = {print_term(production): cost for (_, production), cost in guided.costs.items()}  # type: ignore[arg-type]
    assert guided.answers == 2
    assert costs["(str.substr S I I)"] <= costs["(str.replace S S S)"]
    assert solve(problem(), costs=guided.costs).terms


def test_answers_that_came_before_a_failure_count() -> None:
    assert guidance_for(problem(), Answering("def f(s):\n    return s[0:3]", fails=True)).answers == 1
    with pytest.raises(BackendError):
        guidance_for(problem(), Answering(fails=True))
