"""Results of a benchmark as JSON Lines: one self-describing row a compile, appended as soon as it is there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

from compiler.bench.json_lines import append_line, read_lines
from compiler.bench.provenance import Provenance, read_provenance

VERSION = 1
_PACKAGES = ("compiler", "solver", "grammar", "backends")
_SOURCES = (".py", ".toml", ".txt", ".lark")


@dataclass(frozen=True, slots=True)
class Configuration:
    """What was measured. Rows of different configurations never stand for each other.

    ``model`` and ``engine`` are ``None`` for compiles without a model; ``title`` is the model's name for people.
    ``whole_pool`` says that samples were scored which neither side drew, ``revision`` is a digest of liftc's own files.
    """

    title: str
    engine: str | None
    model: str | None
    budget_tokens: int
    budget_seconds: float
    samples: int
    without: tuple[str, ...]
    liftc: str
    whole_pool: bool = False
    revision: str = ""

    @property
    def label(self) -> str:
        """The configuration in a few words, as reports print it."""
        return " ".join([self.title, *(f"without {part}" for part in self.without)])


@dataclass(frozen=True, slots=True)
class Solved:
    """Who passes the hidden tests; ``None`` where there was no model to ask.

    ``accepted`` is liftc's accepted program, ``best_effort`` its best program, accepted or not. ``drawn`` says whether
    any answer that liftc or the baseline drew passes as it is, ``pool`` whether any of the greedy answer and all the
    samples that a compile may ask for does.
    """

    accepted: bool
    best_effort: bool
    greedy: bool | None = None
    filtered: bool | None = None
    drawn: bool | None = None
    pool: bool | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One problem compiled with one seed, and the raw model's answers beside it.

    ``key`` tells what was measured: problem, seed and configuration. ``status`` is the compile's, or ``error`` where it
    ended without a result; ``error`` says why. ``failures`` and ``programs`` are by who wrote the program (``liftc``,
    ``greedy``, ``filtered``). ``memory`` is the most bytes that the measuring process had taken until then. ``cached``
    counts the answers that came from the cache and took no time; ``baseline`` counts what the baseline drew.
    ``lowering`` counts the different raw answers that pass the hidden tests (``right``) and how many of those are in
    the IR's subset (``lowered``); ``refused`` says why the others are not. ``provenance`` is of the row's own run.
    """

    key: str
    suite: str
    id: str
    category: str
    seed: int
    configuration: Configuration
    status: str
    solved: Solved
    origin: str = ""
    error: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    requests: int = 0
    cached: int = 0
    seconds: float = 0.0
    phases: Mapping[str, float] = field(default_factory=dict)
    memory: int = 0
    baseline: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    programs: Mapping[str, str] = field(default_factory=dict)
    lowering: Mapping[str, int] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    provenance: Provenance | None = None

    def to_json(self) -> str:
        """The row as one line of JSON without a line end."""
        return json.dumps({"v": VERSION, **asdict(self)}, ensure_ascii=False, sort_keys=True)


@cache
def revision() -> str:
    """A digest of the files that liftc consists of: rows of one state of the code do not stand for another's."""
    root, digest = Path(__file__).resolve().parents[2], hashlib.sha256()
    found = (path for package in _PACKAGES for path in (root / package).rglob("*") if path.suffix in _SOURCES)
    for path in sorted(found):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def row_key(digest: str, seed: int, configuration: Configuration) -> str:
    """A hex digest of what one row measures; ``digest`` is the problem's."""
    data = json.dumps([VERSION, digest, seed, asdict(configuration)], sort_keys=True)
    return hashlib.sha256(data.encode()).hexdigest()[:24]


def read_rows(path: Path) -> list[Row]:
    """The rows of a file, the last of each key. A line that is torn or of another version counts as not there.

    Raises ``OSError`` for a file that is there and cannot be read.
    """
    return list({row.key: row for row in read_lines(path, VERSION, _row)}.values())


def read_all(paths: Sequence[Path]) -> list[Row]:
    """The rows of several files, the last of each key."""
    rows = {row.key: row for path in paths for row in read_rows(path)}
    return list(rows.values())


def append_row(path: Path, row: Row) -> None:
    """Write a row to the end of a file. Raises ``OSError``."""
    append_line(path, row.to_json())


def _row(raw: dict[str, Any]) -> Row:
    configuration, solved = _configuration(raw.pop("configuration")), Solved(**raw.pop("solved"))
    provenance = read_provenance(raw.pop("provenance", None))
    return Row(configuration=configuration, solved=solved, provenance=provenance, **_known(raw))


def _configuration(raw: dict[str, Any]) -> Configuration:
    return Configuration(**{**raw, "without": tuple(raw["without"])})


def _known(raw: dict[str, Any]) -> dict[str, Any]:
    names = {item.name for item in fields(Row)}
    known = {name: value for name, value in raw.items() if name in names}
    return {**known, "refused": tuple(known.get("refused", ()))}
