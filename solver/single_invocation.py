"""Functions from what must hold of their results, where each is applied to one tuple of arguments only.

Terms are found by counterexample-guided quantifier instantiation (Reynolds et al. 2015, "Counterexample-Guided
Quantifier Instantiation for Synthesis in SMT"): a point where no term so far is right gives the next one. In place of
their conditions, which repeat the whole specification, each term gets the fewest atoms that imply it where the earlier
cases do not hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from solver import smt
from solver.formulas import Formula, Value, Writer, atoms, holds, junction, negation, put
from solver.linear import Atom, Comparison, Environment, Linear, weight
from solver.meter import BudgetSpentError
from solver.piecewise import Arm, Guard, Piecewise, Values
from solver.projection import project
from solver.queries import Queries
from solver.reading import Reader, UnreadableError
from solver.smt import Smt

_MOST_TERMS = 64
_MOST_ARMS = 200
_TRIED_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A function that is right for all inputs. ``names`` tells what the names in it are, inputs and others."""

    function: Piecewise
    names: Mapping[str, Smt]


@dataclass(frozen=True, slots=True)
class Impossible:
    """Inputs for which no values are right."""

    inputs: Environment


@dataclass(frozen=True, slots=True)
class NotFound:
    """Neither; the reason says why."""

    reason: str


Outcome: TypeAlias = Found | Impossible | NotFound


def synthesise(
    specification: Smt,
    inputs: Mapping[str, Smt],
    outputs: Mapping[str, Smt],
    queries: Queries,
) -> Outcome:
    """A function from inputs to outputs under which the specification holds for all inputs."""
    names = {name: queries.own(term) for name, term in {**inputs, **outputs}.items()}
    reader = Reader(names, list(outputs))
    try:
        formula = junction("and", [reader.formula(queries.own(specification)), *reader.facts])
        sought = {name: reader.names[name] for name in reader.sought}
        return _Search(formula, reader.names, sought, queries, Writer(reader.names, queries.context)).run(len(outputs))
    except UnreadableError as error:
        return NotFound(str(error))
    except BudgetSpentError:
        return NotFound("the budget is spent")


@dataclass(slots=True)
class _Piece:
    """A set of values with what is known of it: where it is right, a point where it alone is, and a guard."""

    values: Values
    right: Formula
    smt: Smt
    wrong_at: Environment | None = None
    guard: Guard | None = None
    guarded_at: Environment | None = None


@dataclass(slots=True)
class _Search:
    formula: Formula
    names: dict[str, Smt]
    outputs: Mapping[str, Smt]
    queries: Queries
    writer: Writer
    pieces: list[_Piece] = field(default_factory=list)
    arms: list[Arm] = field(default_factory=list)
    passed: list[Smt] = field(default_factory=list)

    @property
    def seen(self) -> dict[str, Smt]:
        """Every name but the outputs."""
        return {name: term for name, term in self.names.items() if name not in self.outputs}

    def run(self, wanted: int) -> Outcome:
        """The function for the first few outputs; the others are only what these must be consistent with."""
        failure = self._collect()
        if failure is not None:
            return failure
        while len(self.arms) < _MOST_ARMS:
            otherwise = self._rest()
            if otherwise is not None:
                arms = [Arm(arm.guard, arm.values[:wanted]) for arm in self.arms]
                return Found(Piecewise(tuple(arms), otherwise[:wanted]), self.seen)
            step = self._step()
            if step is not None:
                return step
        return NotFound("too many cases")

    def _collect(self) -> Outcome | None:
        """Finds terms until at every point one of them is right, or until that is hard to tell."""
        while len(self.pieces) < _MOST_TERMS:
            match self.queries.solve([_not(piece.smt) for piece in self.pieces], self.seen):
                case smt.Satisfied(values):
                    added = self._add(_environment(values))
                    if not isinstance(added, _Piece):
                        return added
                case _:
                    return None
        return None

    def _add(self, point: Environment) -> _Piece | Outcome:
        """The piece that a point gives, which no piece so far is right at."""
        names = {name: self.names[name] for name in self.outputs}
        there = [self.names[name] == point[name] for name in self.seen]
        match self.queries.solve([*there, self.writer.write(self.formula)], names):
            case smt.Unsatisfiable():
                return Impossible(point)
            case smt.GaveUp(reason):
                return NotFound(f"Z3 gave up: {reason}")
            case smt.Satisfied(values):
                here = {**point, **_environment(values)}
        kinds = {name: _is_truth(term) for name, term in self.outputs.items()}

        def possible(formula: Formula) -> bool:
            constraints = [*there, self.writer.write(formula)]
            return isinstance(self.queries.solve(constraints, {}), smt.Satisfied)

        values_found = project(self.formula, kinds, here, possible, self._quotient)
        if values_found is None:
            return NotFound("no linear term was found for the result")
        return self._piece(values_found)

    def _quotient(self, dividend: Linear, divisor: int) -> str:
        """A name for a quotient, rounded down, of which points that are known say nothing."""
        term = dividend.smt(self.names) / divisor
        name = str(term.sexpr())
        if name not in self.names:
            self.names[name] = term
            for piece in self.pieces:
                piece.wrong_at = piece.guarded_at = None
        return name

    def _piece(self, values: Values) -> _Piece:
        by_name: dict[str, Value] = dict(zip(self.outputs, values, strict=True))
        right = put(self.formula, by_name)
        piece = _Piece(values, right, self.writer.write(right))
        self.pieces.append(piece)
        return piece

    def _inside(self, point: Environment | None) -> bool:
        """Whether no arm so far takes a point."""
        return point is not None and not any(all(atom.holds(point) for atom in arm.guard) for arm in self.arms)

    def _rest(self) -> Values | None:
        """Values that are right wherever no arm holds."""
        for piece in self.pieces:
            if self._inside(piece.wrong_at):
                continue
            match self.queries.solve([*self.passed, _not(piece.smt)], self.seen):
                case smt.Unsatisfiable():
                    return piece.values
                case smt.Satisfied(values):
                    piece.wrong_at = _environment(values)
        return None

    def _step(self) -> Outcome | None:
        """Adds one arm: of the guards tried, the one with the least to read."""
        tried: list[tuple[int, int, _Piece]] = []
        waiting = [piece for piece in self.pieces if self._needed(piece)]
        waiting.sort(key=lambda piece: weight(piece.guard or ()))
        for index, piece in enumerate(waiting):
            before = piece.guard or ()
            piece.guard = self._guard(piece, before)
            tried.append((weight(piece.guard), index, piece))
            if len(tried) == _TRIED_AT_ONCE or len(piece.guard) <= 1 or len(piece.guard) < len(before):
                break
        if tried:
            self._take(min(tried, key=lambda item: item[:2])[2])
            return None
        return self._step_anywhere()

    def _needed(self, piece: _Piece) -> bool:
        """Whether at some point that no arm takes this piece alone is right; the guard is then known too."""
        if self._inside(piece.guarded_at):
            return True
        others = [_not(other.smt) for other in self.pieces if other is not piece]
        match self.queries.solve([*self.passed, piece.smt, *others], self.seen):
            case smt.Satisfied(values):
                piece.guarded_at = _environment(values)
                piece.guard = self._guard(piece, _atoms_at(piece.right, piece.guarded_at))
                return True
            case _:
                piece.guarded_at = None
                return False

    def _step_anywhere(self) -> Outcome | None:
        """Adds an arm for some point that no arm takes yet."""
        match self.queries.solve(self.passed, self.seen):
            case smt.GaveUp(reason):
                return NotFound(f"Z3 gave up: {reason}")
            case smt.Satisfied(values):
                point = _environment(values)
            case smt.Unsatisfiable():
                point = {}
        right = [piece for piece in self.pieces if holds(piece.right, point)]
        if not right:
            added = self._add(point)
            if not isinstance(added, _Piece):
                return added
            right = [added]
        piece = right[0]
        piece.guard = self._guard(piece, _atoms_at(piece.right, point))
        self._take(piece)
        return None

    def _take(self, piece: _Piece) -> None:
        guard = piece.guard or ()
        self.arms.append(Arm(guard, piece.values))
        self.passed.append(self.writer.write(negation(junction("and", guard))))

    def _guard(self, piece: _Piece, choice: Guard) -> Guard:
        """The fewest of the atoms that imply the piece where no arm holds; all of them where Z3 cannot tell."""
        background = [*self.passed, _not(piece.smt)]
        kept = self.queries.fewest(background, [self.writer.write(atom) for atom in choice])
        return choice if kept is None else tuple(choice[index] for index in kept)


def _atoms_at(formula: Formula, point: Environment) -> Guard:
    """What is true at a point of everything that a formula asks: the strictest and longest atoms first."""
    true = [atom if atom.holds(point) else atom.negated() for atom in dict.fromkeys(atoms(formula, point))]
    return tuple(sorted(dict.fromkeys(true), key=_strictness))


def _strictness(atom: Atom) -> tuple[bool, int]:
    return not (isinstance(atom, Comparison) and atom.relation == "="), -weight([atom])


def _environment(values: Mapping[str, object]) -> dict[str, int | bool]:
    return {name: value for name, value in values.items() if isinstance(value, int)}


def _is_truth(term: Smt) -> bool:
    import z3

    return bool(z3.is_bool(term))


def _not(term: Smt) -> Smt:
    import z3

    return z3.Not(term)
