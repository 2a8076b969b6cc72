"""The public interface of liftc: ``import liftc; liftc.compile_spec(...)``."""

from __future__ import annotations

TYPE_CHECKING = False  # As in ``typing``, which is not imported, so that ``liftc --version`` starts as fast as Python.
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from backends.protocol import Backend
    from compiler.pipeline.result import Result
    from compiler.task.options import Options
    from compiler.text.diagnostics import LiftcError
    from compiler.text.source import Source

__version__ = "0.1.0"
__all__ = ["__version__", "compile_spec", "compile_specs"]


def compile_spec(
    spec: str | Path | Sequence[str | Path],
    *,
    model: str = "auto",
    options: Options | None = None,
    backend: Backend | None = None,
    name: str = "spec.txt",
) -> Result:
    """Compile a specification into a Python function with evidence.

    ``spec`` is the text of a specification, the ``Path`` of its file, or several of these that make one specification.
    A text is called ``name``: one that ends in ``.py`` is a Python file with ``...`` where code is missing. Of several
    texts the second is called ``spec-2.txt`` and so on; at most one file is Python. ``model`` is a known model's name,
    a GGUF file's path, a remote model's address (``openai:MODEL@BASE_URL``, ``anthropic:MODEL``), a model with the
    engine that loads it (``transformers:MODEL``), ``none``, or ``auto`` for the default model where it has been pulled;
    a ``backend`` of one's own takes its place.

    Returns the result, rejected ones included: its ``program``, the evidence for each of its ``functions``, its
    ``diagnostics`` and its ``trace``. Raises ``compiler.text.diagnostics.LiftcError`` where the specification cannot be
    read or the back end fails, and ``ValueError`` for an empty sequence.
    """
    from pathlib import Path

    from compiler.pipeline.driver import compile_source
    from compiler.runs.engine import open_engine

    source, *more = _sources([spec] if isinstance(spec, str | Path) else spec, name)
    if backend is not None:
        return compile_source(source, options, backend, more=more)
    engine = open_engine(model)
    try:
        return compile_source(source, options, engine.backend, more=more)
    finally:
        engine.close()


def compile_specs(
    specs: Sequence[str | Path],
    *,
    model: str = "auto",
    options: Options | None = None,
    backend: Backend | None = None,
) -> list[Result | LiftcError]:
    """Compile several specifications, each by itself, with one model that answers for eight of them at once.

    Each is a text or the ``Path`` of a file; the rest is as in ``compile_spec``. Gives for each, in order, its result,
    or the error with which it failed. Raises ``LiftcError`` for a file that cannot be read.
    """
    from compiler.runs.batch import compile_together
    from compiler.runs.engine import opened_engine
    from compiler.task.options import Options

    sources, chosen = list(_sources(specs, "spec.txt")) if specs else [], options or Options()
    if backend is not None:
        return compile_together(sources, chosen, backend)
    with opened_engine(model, many=True) as engine:
        return compile_together(sources, chosen, engine.backend)


def _sources(parts: Sequence[str | Path], name: str) -> Iterator[Source]:
    from pathlib import Path

    from compiler.front import read_source
    from compiler.text.source import Source

    if not parts:
        raise ValueError("a specification of no files")
    texts = 0
    for part in parts:
        if isinstance(part, Path):
            yield read_source(part)
            continue
        texts += 1
        yield Source(name if texts == 1 else f"spec-{texts}.txt", part)
