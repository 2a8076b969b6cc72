"""The public interface of liftc: ``import liftc; liftc.compile_spec(...)``."""

from __future__ import annotations

TYPE_CHECKING = False  # As in ``typing``, which is not imported, so that ``liftc --version`` starts as fast as Python.
if TYPE_CHECKING:
    from pathlib import Path

    from backends.protocol import Backend
    from compiler.options import Options
    from compiler.result import Result

__version__ = "0.1.0"
__all__ = ["__version__", "compile_spec"]


def compile_spec(
    spec: str | Path,
    *,
    model: str = "auto",
    options: Options | None = None,
    backend: Backend | None = None,
    name: str = "spec.txt",
) -> Result:
    """Compile a specification into a Python function with evidence.

    ``spec`` is the text of a specification, or the ``Path`` of its file. A text is called ``name``: one that ends in
    ``.py`` is a Python file with ``...`` where code is missing. ``model`` is a known model's name, a GGUF file's path,
    a remote model's address (``openai:MODEL@BASE_URL``, ``anthropic:MODEL``), ``none``, or ``auto`` for the default
    model where it has been pulled; a ``backend`` of one's own takes its place.

    Returns the result, rejected ones included: its ``program``, the evidence for each of its ``functions``, its
    ``diagnostics`` and its ``trace``. Raises ``compiler.diagnostics.LiftcError`` where the specification cannot be read
    or the back end fails.
    """
    from pathlib import Path

    from compiler.driver import compile_source
    from compiler.engine import open_engine
    from compiler.front import read_source
    from compiler.source import Source

    source = read_source(spec) if isinstance(spec, Path) else Source(name, spec)
    if backend is not None:
        return compile_source(source, options, backend)
    engine = open_engine(model)
    try:
        return compile_source(source, options, engine.backend)
    finally:
        engine.close()
