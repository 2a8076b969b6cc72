"""A test file for compiled functions: pytest and Hypothesis, after the specification and the compiled program.

The examples become asserts, the contracts a property over generated arguments. What the program does on further inputs
is recorded in a test of its own, which says that it pins behaviour that nobody specified.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from compiler.front.spec import Contract, Equals, Example, FunctionSpec, RaisesError, Satisfies
from compiler.judge.confinement import MODULES
from compiler.judge.inputs import generate_inputs
from compiler.judge.mutation import Opaque, Value
from compiler.judge.outcome import Raised, Returned, Stopped
from compiler.judge.sandbox import Limits, Probe, ProbeResult, run_probes
from compiler.testfile.strategies import sample_text, strategy_text

_GENERATED = 80
_RECORDED = 40
_LONGEST_RECORD = 300
_SLOW_SECONDS = 0.02


def write_tests(
    functions: Sequence[FunctionSpec], program: str, program_path: str, *, recorded: bool = True, seed: int = 0
) -> str:
    """The text of a test file for ``program``, which stands at ``program_path`` as seen from the test file's folder.

    The program is run in the sandbox, to learn which arguments it takes quickly. With ``recorded`` its results on
    generated inputs are pinned too. An example that the program does not satisfy is marked as an expected failure.
    """
    import black

    functions = [function.finished for function in functions]
    bodies = [part for function in functions for part in _tests_of(_Subject.of(function, program, seed), recorded)]
    text = "\n\n\n".join([_head(functions, program, program_path, "\n".join(bodies)), *bodies]) + "\n"
    return black.format_str(text, mode=black.Mode())


@dataclass(frozen=True, slots=True)
class _Subject:
    """A function with what its program did on its examples and on generated inputs."""

    function: FunctionSpec
    program: str
    examples: tuple[tuple[Example, bool], ...]
    runs: tuple[tuple[tuple[str, ...], ProbeResult], ...]

    @classmethod
    def of(cls, function: FunctionSpec, program: str, seed: int) -> _Subject:
        known = _names_available(program)
        contracts = tuple(
            contract for contract in function.contracts if _free_names(contract.condition) <= known | _own(function)
        )
        function = replace(function, contracts=contracts)
        calls = [
            Probe(e.call.function, e.call.arguments, e.call.keywords, _example_checks(e)) for e in function.examples
        ]
        shown = run_probes(program, calls)
        conditions = tuple(contract.condition for contract in contracts)
        inputs = generate_inputs(function, _GENERATED, seed)
        limits = Limits(cpu_seconds=0.5, stops=10)
        results = run_probes(program, [Probe(function.name, row, (), conditions) for row in inputs], limits)
        verdicts = tuple(
            (example, _holds(example, result)) for example, result in zip(function.examples, shown, strict=True)
        )
        return cls(function, program, verdicts, tuple(zip(inputs, results, strict=True)))

    @property
    def title(self) -> str:
        """The function's name as a part of a name: that of a method has dots."""
        return self.function.name.replace(".", "_")

    def of_kind(self, kind: str) -> list[Contract]:
        return [contract for contract in self.function.contracts if contract.kind == kind]

    def valid(self, result: ProbeResult) -> bool:
        """Whether the input kept every pre-condition."""
        checked = zip(self.function.contracts, result.checks, strict=True)
        return all(held is True for contract, held in checked if contract.kind == "pre")

    def quick_rows(self) -> list[tuple[str, ...]]:
        """The arguments that are valid and answered at once, the examples' own among them."""
        own = [example.call.arguments for example, _ in self.examples if not example.call.keywords]
        rows = [
            row
            for row, result in self.runs
            if self.valid(result) and not isinstance(result.outcome, Stopped) and result.seconds < _SLOW_SECONDS
        ]
        return own + rows


def _example_checks(example: Example) -> tuple[str, ...]:
    match example.expected:
        case Equals(value):
            return (f"result == ({value})",)
        case Satisfies(condition):
            return (condition,)
        case RaisesError():
            return ()


def _holds(example: Example, result: ProbeResult) -> bool:
    match example.expected, result.outcome:
        case RaisesError(exception), Raised(name, _, lineage):
            return exception == name or exception in lineage
        case ((Equals() | Satisfies()), Returned()):
            return result.checks[0] is True
        case _:
            return False


def _head(functions: Sequence[FunctionSpec], program: str, path: str, bodies: str) -> str:
    names = " and ".join(function.name for function in functions)
    uses = _free_names(bodies)
    imports = [f"import {name}" for name in ("copy", "importlib.util") if name != "copy" or "copy." in bodies]
    imports += ["from pathlib import Path"]
    tools = [f"import {name}" for name in ("hypothesis", "pytest") if f"{name}." in bodies]
    tools += ["from hypothesis import strategies as st"] if re.search(r"\bst\.", bodies) else []
    defined = _top_level_names(program)
    lent = sorted(name for name in uses & defined if name not in {"program", "st"})
    modules = sorted(name for name in uses & MODULES - defined - {"copy"})
    return "\n".join(
        [
            f'"""Tests of {names}, written by liftc from the specification and the compiled program."""\n',
            *imports,
            *(f"import {name}" for name in modules),
            "",
            *tools,
            "",
            f"_path = Path(__file__).parent / {str(PurePosixPath(path))!r}",
            f"_spec = importlib.util.spec_from_file_location({PurePosixPath(path).stem!r}, _path)",
            "program = importlib.util.module_from_spec(_spec)",
            "_spec.loader.exec_module(program)",
            *(f"{name} = program.{name}" for name in lent),
        ]
    )


def _free_names(text: str) -> set[str]:
    """The names that a text reads and does not bind itself; nothing where it cannot be parsed."""
    try:
        tree = ast.parse(text.strip())
    except (SyntaxError, ValueError):
        return set()
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    bound = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return {node.id for node in names} - bound - set(dir(builtins))


def _top_level_names(program: str) -> set[str]:
    names: set[str] = set()
    for node in ast.parse(program).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names.update((alias.asname or alias.name).split(".")[0] for alias in aliases)
            case ast.Assign() | ast.AnnAssign():
                names.update(inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))
    return names


def _names_available(program: str) -> set[str]:
    return _top_level_names(program) | MODULES


def _own(function: FunctionSpec) -> set[str]:
    return {"result", *(parameter.name for parameter in function.signature.parameters)}


def _tests_of(subject: _Subject, recorded: bool) -> Iterator[str]:
    known = _names_available(subject.program)
    usable = [(example, held) for example, held in subject.examples if _free_names(example.text) <= known | {"result"}]
    for held in (True, False):
        chosen = [example for example, holds in usable if holds == held]
        if chosen:
            yield _examples_test(subject.title, chosen, held)
    yield from _property_test(subject)
    if recorded:
        yield from _recorded_test(subject, known)


def _examples_test(title: str, examples: Sequence[Example], held: bool) -> str:
    mark = "" if held else '@pytest.mark.xfail(strict=True, reason="the compiled program does not do this")\n'
    name = f"test_{title}_examples" if held else f"test_{title}_examples_not_met"
    lines = [line for example in examples for line in _example_lines(example)]
    return f"{mark}def {name}() -> None:\n" + "\n".join(f"    {line}" for line in lines)


def _example_lines(example: Example) -> list[str]:
    call = f"program.{example.call.text}"
    match example.expected:
        case Equals(value) if example.written is not None and _is_expression(example.written):
            return [f"assert {example.written}"]
        case Equals(value):
            return [f"assert {call} is {value}" if value in {"None"} else f"assert {call} == {value}"]
        case RaisesError(exception):
            return [f"with pytest.raises({exception}):", f"    {call}"]
        case Satisfies(condition):
            return [f"result = {call}", f"assert {condition}"]


def _is_expression(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return True


def _property_test(subject: _Subject) -> Iterator[str]:
    """The contracts as a property; none where there are no contracts, or arguments that cannot be named."""
    function = subject.function
    parameters = [parameter for parameter in function.signature.parameters if parameter.kind == "positional"]
    rows = [row for row in subject.quick_rows() if len(row) == len(parameters)]
    promises = [*subject.of_kind("post"), *subject.of_kind("raises")]
    if not promises or not rows or len(parameters) < len(function.signature.parameters):
        return
    names = [parameter.name for parameter in parameters]
    columns = [[_value(text) for text in column] for column in zip(*rows, strict=True)]
    shown = [
        f"@hypothesis.example({_given_arguments(names, row)})\n" for row in dict.fromkeys(rows[: len(subject.examples)])
    ]
    yield (
        "@hypothesis.settings(max_examples=100, deadline=None, derandomize=True, "
        "suppress_health_check=list(hypothesis.HealthCheck))\n"
        f"{_given(subject, names, columns, rows)}\n{''.join(shown)}"
        f"def test_{subject.title}_contracts({', '.join(names)}) -> None:\n"
        + "\n".join(f"    {line}" for line in _property_lines(subject, names, columns))
    )


def _given(subject: _Subject, names: Sequence[str], columns: Sequence[Sequence[Value]], rows: Sequence[object]) -> str:
    valid = sum(subject.valid(result) for _, result in subject.runs)
    # Where arguments drawn apart would seldom fit together, each is drawn from values that are known to.
    scarce = valid * 2 < len(subject.runs) and len(rows) > 0
    make = sample_text if scarce else strategy_text
    return f"@hypothesis.given({_given_arguments(names, [make(column) for column in columns])})"


def _given_arguments(names: Sequence[str], texts: Sequence[str]) -> str:
    """Arguments of Hypothesis's decorators: by name, but for ``self``, which the decorators have for themselves."""
    if "self" in names:
        return ", ".join(texts)
    return ", ".join(f"{name}={text}" for name, text in zip(names, texts, strict=True))


def _property_lines(subject: _Subject, names: Sequence[str], columns: Sequence[Sequence[Value]]) -> list[str]:
    passed = [
        f"copy.deepcopy({name})"
        if any(isinstance(value, (list, dict, set, Opaque, tuple)) for value in column)
        else name
        for name, column in zip(names, columns, strict=True)
    ]
    call = f"program.{subject.function.name}({', '.join(passed)})"
    lines = [f"hypothesis.assume({contract.condition})" for contract in subject.of_kind("pre")]
    for contract in subject.of_kind("raises"):
        lines += [
            f"if {contract.condition}:",
            f"    with pytest.raises({contract.raises}):",
            f"        {call}",
            "    return",
        ]
    posts = subject.of_kind("post")
    lists = any(isinstance(run.outcome, Returned) and run.outcome.type == "iterator" for _, run in subject.runs)
    if posts:
        lines += [f"result = list({call})" if lists else f"result = {call}"]
    else:
        lines += [call]
    return lines + [f"assert {contract.condition}" for contract in posts]


def _value(text: str) -> Value:
    try:
        value: Value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError):
        return Opaque(text)
    return value


def _recorded_test(subject: _Subject, known: set[str]) -> Iterator[str]:
    """What the program does on generated inputs, where that can be written down."""
    name, title = subject.function.name, subject.title
    returned: list[str] = []
    changed: list[tuple[str, ...]] = []
    raised: list[str] = []
    raises = {node.id for node in ast.walk(ast.parse(subject.program)) if isinstance(node, ast.Name)}
    listed = False
    for row, result in subject.runs:
        if not subject.valid(result) or any(not _free_names(text) <= known for text in row):
            continue
        arguments = f"({', '.join(row)},)"
        match result.outcome:
            case Returned(value, _, kind) if result.seconds < _SLOW_SECONDS:
                listed = listed or kind == "iterator"
                expected = _recordable(value, kind)
                if result.mutated:
                    changed.append(row)
                elif expected is not None:
                    returned.append(f"({arguments}, {expected})")
            case Raised(exception) if exception in raises and hasattr(builtins, exception):
                raised.append(f"({arguments}, {exception})")
    call = f"list(program.{name}(*arguments))" if listed else f"program.{name}(*arguments)"
    if returned:
        yield _table_test(f"test_{title}_as_recorded", returned, "expected", [f"assert {call} == expected"])
    if raised:
        lines = ["with pytest.raises(expected):", f"    {call}"]
        yield _table_test(f"test_{title}_raises_as_recorded", raised, "expected", lines)
    effects = _effects(subject, changed)
    if effects:
        lines = [f"program.{name}(*arguments)", "assert arguments == after"]
        yield _table_test(f"test_{title}_changes_its_arguments_as_recorded", effects, "after", lines)


def _table_test(title: str, rows: Sequence[str], second: str, lines: Sequence[str]) -> str:
    return (
        f'@pytest.mark.parametrize(("arguments", "{second}"), [{", ".join(rows[:_RECORDED])}])\n'
        f"def {title}(arguments, {second}) -> None:\n"
        '    """Recorded from the compiled program: it pins what the program does, which nobody specified."""\n'
        + "\n".join(f"    {line}" for line in lines)
    )


def _recordable(value: str, kind: str) -> str | None:
    """The expected value as a literal; ``None`` where the value's text is none, or is cut or long."""
    text = f"[{value[5:-1]}]" if kind == "iterator" else value
    if len(text) > _LONGEST_RECORD or isinstance(_value(text), Opaque):
        return None
    return None if "Ellipsis" in repr(_value(text)) else text


def _effects(subject: _Subject, rows: Sequence[tuple[str, ...]]) -> list[str]:
    """For each row, the arguments before and after the call."""
    observer = f"\n\ndef _after(*arguments):\n    {subject.function.name}(*arguments)\n    return arguments\n"
    results = run_probes(subject.program + observer, [Probe("_after", row) for row in rows[:_RECORDED]])
    texts = [
        (row, _recordable(result.outcome.value, result.outcome.type))
        for row, result in zip(rows, results, strict=False)
        if isinstance(result.outcome, Returned)
    ]
    return [f"(({', '.join(row)},), {after})" for row, after in texts if after is not None]
