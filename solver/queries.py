"""Queries to Z3 under one budget: each has a limit of work, all together have one, and the caller may end them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from solver import smt
from solver.meter import BudgetSpentError
from solver.smt import Smt


class Queries:
    """Asks Z3, and counts the work in Z3's own deterministic unit.

    All terms must be of ``context``: where nothing else is asked, Z3's answers depend on nothing that was asked before.
    Every method raises ``BudgetSpentError`` where the budget of all queries is used up, or ``should_stop`` says so.
    """

    def __init__(
        self,
        each: int,
        together: int,
        should_stop: Callable[[], bool] = lambda: False,
        about: smt.Subject = smt.NOTHING,
    ) -> None:
        import z3

        self.context: Smt = z3.Context()
        self.spent = 0
        self.asked = 0
        self._each = each
        self._together = together
        self._should_stop = should_stop
        self._about = about

    def own(self, term: Smt) -> Smt:
        """The term in the context of these queries."""
        return term if term.ctx == self.context else term.translate(self.context)

    def solve(self, constraints: Sequence[Smt], variables: Mapping[str, Smt]) -> smt.Answer:
        """Whether the constraints can hold together, and for which values of the variables."""
        import z3

        solver = self._solver(constraints)
        answer = self._check(solver, ())
        if answer == z3.unsat:
            return smt.Unsatisfiable()
        if answer == z3.unknown:
            return smt.GaveUp(solver.reason_unknown())
        model = solver.model()
        return smt.Satisfied(
            {name: smt.python_value(model.eval(term, model_completion=True)) for name, term in variables.items()}
        )

    def fewest(self, background: Sequence[Smt], candidates: Sequence[Smt]) -> list[int] | None:
        """Which of the candidates contradict the background, so that none of these can be spared.

        Those that stand first are dropped first. ``None`` where all together are not known to contradict it.
        """
        import z3

        solver = self._solver(background)
        marks = [z3.Bool(f"candidate {index}", self.context) for index in range(len(candidates))]
        for mark, candidate in zip(marks, candidates, strict=True):
            solver.add(z3.Implies(mark, candidate))
        if self._check(solver, marks) != z3.unsat:
            return None
        kept = self._core(solver, marks)
        for index in list(kept):
            if index not in kept:
                continue
            rest = [other for other in kept if other != index]
            if self._check(solver, [marks[other] for other in rest]) == z3.unsat:
                core = set(self._core(solver, marks))
                kept = [other for other in rest if other in core]
        return kept

    def _core(self, solver: Smt, marks: Sequence[Smt]) -> list[int]:
        core = {mark.get_id() for mark in solver.unsat_core()}
        return [index for index, mark in enumerate(marks) if mark.get_id() in core]

    def _solver(self, constraints: Sequence[Smt]) -> Smt:
        import z3

        solver = z3.Solver(ctx=self.context)
        solver.set("rlimit", self._each)
        solver.set("random_seed", 0)
        solver.add(*constraints)
        return solver

    def _check(self, solver: Smt, assumptions: Sequence[Smt]) -> Smt:
        if self.spent >= self._together or self._should_stop():
            raise BudgetSpentError
        answer = smt.check(solver, self._about, self._each, assumptions, self.spent)
        self.asked += 1
        self.spent = smt.work_of(solver)
        return answer
