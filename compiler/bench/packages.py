"""Installed packages and the standard library as source text: found by name and read, never imported."""

from __future__ import annotations

import ast
import platform
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path, PurePath

from compiler.bench.suites import SuiteError
from compiler.front.context import module_names

STANDARD_LIBRARY = "CPython"
_TESTS = frozenset({"test", "tests"})
_ONLY_FOR_CHECKERS = frozenset({"TYPE_CHECKING", "typing.TYPE_CHECKING"})


@dataclass(frozen=True, slots=True)
class Distribution:
    """What was installed together: its provenance, and its modules' files by their dotted names."""

    name: str
    version: str
    licence: str
    files: Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class SourceModule:
    """A module's statements, and by name those that bind it at the top level."""

    name: str
    is_package: bool
    text: str
    body: tuple[ast.stmt, ...]
    bindings: Mapping[str, tuple[ast.stmt, ...]]

    def absolute(self, node: ast.ImportFrom) -> str:
        """The dotted name of the module that an import names."""
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        kept = parts[: len(parts) - node.level + self.is_package]
        return ".".join([*kept, *([node.module] if node.module else [])])


def find_distributions(names: Sequence[str], folder: Path | None = None) -> list[Distribution]:
    """The distributions so named, in ``folder`` or else in the running environment, sorted by their names.

    Names of modules of the standard library come together as one distribution. Raises ``SuiteError``.
    """
    standard = sorted(set(names) & sys.stdlib_module_names)
    found = [_installed(name, folder) for name in sorted({_canonical(name) for name in set(names) - {*standard}})]
    if standard:
        files = {module: path for name in standard for module, path in _standard(name)}
        found.append(Distribution(STANDARD_LIBRARY, platform.python_version(), "PSF-2.0", files))
    return sorted(found, key=lambda item: item.name.lower())


def read_module(distribution: Distribution, name: str) -> SourceModule | None:
    """A module of the distribution; ``None`` where it has none of that name that this Python can read."""
    path = distribution.files.get(name)
    if path is None:
        return None
    try:
        text = path.read_text(encoding="utf-8")
        body = tuple(_plain(ast.parse(text).body))
    except (OSError, ValueError, SyntaxError, RecursionError):
        return None
    bindings: dict[str, tuple[ast.stmt, ...]] = {}
    for node in body:
        for bound in _bound(node):
            bindings[bound] = (*bindings.get(bound, ()), node)
    return SourceModule(name, path.stem == "__init__", text, body, bindings)


def _installed(name: str, folder: Path | None) -> Distribution:
    installed = metadata.distributions(path=sys.path if folder is None else [str(folder)])
    held = next((item for item in installed if _canonical(item.name or "") == name), None)
    if held is None or held.files is None:
        raise SuiteError(f"no installed package {name} in {folder or 'this environment'}")
    inside = [(file, Path(str(held.locate_file(file)))) for file in held.files if ".." not in file.parts]
    return Distribution(held.name, held.version, _licence(held), dict(sorted(_modules(inside))))


def _licence(held: metadata.Distribution) -> str:
    """The licence that the metadata names, its text reduced to the first line; empty where they name none."""
    trove = [item.rpartition(" :: ")[2] for item in held.metadata.get_all("Classifier", []) if item.startswith("Lic")]
    named = [*held.metadata.get_all("License-Expression", []), *trove, *held.metadata.get_all("License", [])]
    return next((line for text in named for line in text.strip().splitlines()[:1]), "")


def _standard(name: str) -> Iterator[tuple[str, Path]]:
    root = Path(sysconfig.get_path("stdlib"))
    paths = [root / f"{name}.py", *(root / name).rglob("*.py")]
    yield from _modules([(path.relative_to(root), path) for path in paths if path.is_file()])


def _modules(files: Sequence[tuple[PurePath, Path]]) -> Iterator[tuple[str, Path]]:
    for relative, path in files:
        parts = relative.with_suffix("").parts
        if relative.suffix == ".py" and not _TESTS & {*parts} and not parts[-1].startswith("test_"):
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def _canonical(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _plain(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements with those for type checkers, and with what is tried first where an import may fail."""
    for node in body:
        match node:
            case ast.If(test=test, body=inner) if ast.unparse(test) in _ONLY_FOR_CHECKERS:
                yield from _plain(inner)
            case ast.Try(body=inner, handlers=handlers) if all(_is_of_import(handler) for handler in handlers):
                yield from _plain(inner)
            case _:
                yield node


def _is_of_import(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.type, ast.Name) and handler.type.id in {"ImportError", "ModuleNotFoundError"}


def _bound(node: ast.stmt) -> frozenset[str]:
    """The names that a statement binds at the module's top level, under a condition or in a loop too."""
    inner = [item for item in ast.iter_child_nodes(node) if isinstance(item, ast.stmt | ast.ExceptHandler)]
    own = module_names(ast.Module([node], []))
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return own
    statements = [part for item in inner for part in (item.body if isinstance(item, ast.ExceptHandler) else [item])]
    return own.union(*map(_bound, statements))
