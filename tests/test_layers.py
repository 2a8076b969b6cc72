"""The layers of imports, and what the wheel holds."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from collections.abc import Set
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = {"backends", "compiler", "grammar", "solver", "training"}
HEAVY = {"z3", "libcst", "black", "xllamacpp", "constraint", "rich", "hypothesis", "lark", "numpy"}
HEAVY |= {"anthropic", "httpx2", "keyring", "openai"}


def imports_of(path: Path, *, at_top: bool = False) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if at_top else list(ast.walk(tree))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_packages_import_only_the_layers_below() -> None:
    result = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def modules() -> dict[str, Path]:
    files = [ROOT / "liftc.py", *(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in files}


def imported(path: Path, known: Set[str]) -> set[str]:
    """Our modules that a file imports anywhere: at its top, in a function, or for types alone."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & known
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, path
            within = {f"{node.module}.{alias.name}" for alias in node.names} & known
            found |= within or {node.module} & known
    return found


def test_no_modules_import_each_other_in_a_circle() -> None:
    ours = modules()
    TopologicalSorter({name: imported(path, ours.keys()) for name, path in ours.items()}).prepare()


@pytest.mark.parametrize("part", ["front", "ir", "interpreter", "judge", "acceptance", "synthesis"])
def test_the_parts_of_the_compiler_do_not_know_the_driver_or_the_command(part: str) -> None:
    above = ("compiler.pipeline", "compiler.runs", "compiler.cli", "compiler.bench", "liftc")
    for path in sorted((ROOT / "compiler" / part).rglob("*.py")):
        assert not {name for name in imports_of(path) if name.startswith(above)}, path.name


WRITERS = ("front", "task", "propagation", "synthesis", "acceptance", "pipeline")
READING = {"events", "select", "start", "lines", "text", "untimed"}


@pytest.mark.parametrize("part", WRITERS)
def test_no_logic_reads_the_trace_back(part: str) -> None:
    for path in sorted((ROOT / "compiler" / part).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Attribute(ast.Name("trace") | ast.Attribute(attr="trace"), attr):
                    assert attr not in READING, f"{path}:{node.lineno}"


def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    for package in sorted(PACKAGES):
        for path in sorted((ROOT / package).rglob("*.py")):
            heavy = {name.split(".")[0] for name in imports_of(path, at_top=True)} & HEAVY
            # What only runs with the library anyway may say so once at its top.
            assert not heavy & {"rich", "black", "xllamacpp", "hypothesis"}, path


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["trace", "--help"], ["bench", "--help"]])
def test_the_command_starts_light(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom compiler.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        "print('\\n' + ' '.join(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in result.stdout.splitlines()[-1].split()}
    assert not loaded & HEAVY
    if arguments == ["--version"]:
        assert not loaded & {"argparse", "dataclasses", "inspect", "json", "pathlib", "re", "typing"}


@pytest.mark.slow
def test_the_wheel_holds_the_five_packages_and_the_module(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == PACKAGES | {"liftc.py"}
    assert {"compiler/text/catalogue.toml", "backends/models.toml", "grammar/python.lark"} <= set(names)
    assert "compiler/bench/suites/own.jsonl" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
