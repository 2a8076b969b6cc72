"""What a program may name, and what guards each call: ``subset.txt``, read.

A guard's name says what is bounded; ``harmless`` is a decision like any other. The interpreter has a check for each
(``compiler/interpreter/checks.py``), search a condition for some (``guards``).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

HARMLESS = frozenset(("harmless", "value", "replaced"))
"""Guards that check nothing."""

_BUILTINS = ("functions", "types", "exceptions", "constants")


def _read() -> dict[str, dict[str, str]]:
    sections: dict[str, dict[str, str]] = {}
    for line in (files("solver.operations") / "subset.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            names = sections.setdefault(line[1:-1], {})
        elif not line.startswith("#"):
            name, guard = line.split()
            names[name] = guard
    return sections


_SECTIONS = _read()

BUILTINS: Mapping[str, frozenset[str]] = {kind: frozenset(_SECTIONS[kind]) for kind in _BUILTINS}
"""The built-in names by kind: functions, types, exceptions, constants."""

MODULES: dict[str, frozenset[str]] = {
    section.removeprefix("module "): frozenset(names)
    for section, names in _SECTIONS.items()
    if section.startswith("module ")
}
"""The modules, with the names that may be taken from each."""

ATTRIBUTES: frozenset[str] = frozenset(_SECTIONS["attributes"])
"""Attributes and methods that may be taken from any value."""

GUARDS: Mapping[str, str] = {
    **{f"builtins.{name}": guard for kind in _BUILTINS for name, guard in _SECTIONS[kind].items()},
    **{f"{module}.{name}": guard for module in MODULES for name, guard in _SECTIONS[f"module {module}"].items()},
    **{f".{name}": guard for kind in ("attributes", "own attributes") for name, guard in _SECTIONS[kind].items()},
}
"""The guard of each callable: of ``builtins.len``, ``math.gcd``, and ``.strip``, a method of any value."""
