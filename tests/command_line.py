"""The command ``liftc`` as a process of its own, for the tests that need one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
START = [sys.executable, "-c", "import sys; from compiler.cli import main; sys.exit(main())"]
DOUBLE = "Twice a number.\n\ndouble(2) == 4\ndouble(5) == 10\ndouble(-3) == -6\n"


def run(
    arguments: Sequence[str | Path], *, stdin: str = "", limits: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*START, *map(str, arguments)],
        cwd=ROOT,
        input=stdin,
        preexec_fn=limits,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
