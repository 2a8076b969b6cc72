"""Where figures come from: the state of the code, the day, the command and the machine."""

from __future__ import annotations

import platform
import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from backends.cores import usable_cores

# Whose folders a path leads through is nobody's business: its last part says what was measured.
_FOLDERS = re.compile(r"(?:^|(?<==))[.~]{0,2}/(?:[^/]+/)*")


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a figure is of. ``commit`` is empty outside a checkout, and ends in ``-dirty`` where a file differs."""

    commit: str = ""
    date: str = ""
    command: str = ""
    machine: str = ""


def provenance(arguments: Sequence[str]) -> Provenance:
    """The provenance of what ``liftc`` with these arguments measures now."""
    return Provenance(_commit(), datetime.now(UTC).date().isoformat(), command_line(arguments), _machine())


def read_provenance(raw: object) -> Provenance | None:
    """A provenance as JSON data; ``None`` for anything else."""
    if not isinstance(raw, Mapping):
        return None
    return Provenance(**{item.name: str(raw.get(item.name, "")) for item in fields(Provenance)})


def command_line(arguments: Sequence[str]) -> str:
    """The command for people: whatever lies elsewhere is ``PATH/`` and its name."""
    return shlex.join(["liftc", *(_FOLDERS.sub("PATH/", argument) for argument in arguments)])


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        told = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return told.stdout.strip()


def _machine() -> str:
    try:
        described = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        described = ""
    name = re.search(r"^model name\s*:\s*(.+)$", described, re.MULTILINE)
    cores = usable_cores()
    return f"{name[1] if name else platform.machine()}, {cores} {'core' if cores == 1 else 'cores'}"
