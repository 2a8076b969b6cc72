"""From the name of a model, as users write it, to the back end that a compile asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic

if TYPE_CHECKING:
    from backends.protocol import Backend

AUTOMATIC = "auto"
NO_MODEL = "none"


@dataclass(frozen=True, slots=True)
class Engine:
    """A back end (``None`` for no model) with the model's name for people, and what there is to say of the choice."""

    backend: Backend | None
    name: str | None
    notes: tuple[Diagnostic, ...] = ()

    def close(self) -> None:
        """Free the model."""
        if self.backend is not None:
            self.backend.close()


def open_engine(model: str = AUTOMATIC, *, cached: bool = True) -> Engine:
    """The back end for a known model's name, a GGUF file's path, ``none``, or ``auto``: the default one if it is here.

    Replies are cached unless ``cached`` is false; where the cache cannot be used, a note says so. Raises
    ``BackendError`` for a model that is missing or damaged; one that does not load tells so at its first request.
    """
    if model == NO_MODEL:
        return Engine(None, None)
    from backends.models import DEFAULT_MODEL, find_model, list_models

    if model == AUTOMATIC:
        default = next(listed for listed in list_models() if listed.known.name == DEFAULT_MODEL)
        if default.state == "absent":
            return Engine(None, None, (_no_model(DEFAULT_MODEL, default.known.bytes),))
        model = DEFAULT_MODEL
    from backends.llama_cpp import LlamaCpp

    file = find_model(model)
    backend, notes = _cached(LlamaCpp(file)) if cached else (LlamaCpp(file), ())
    return Engine(backend, file.name, notes)


@contextmanager
def opened_engine(model: str = AUTOMATIC, *, cached: bool = True) -> Iterator[Engine]:
    """The same for a block; an interruption leaves it without waiting for what the model still decodes."""
    engine = open_engine(model, cached=cached)
    try:
        yield engine
    except Exception:
        engine.close()
        raise
    engine.close()


def _cached(inner: Backend) -> tuple[Backend, tuple[Diagnostic, ...]]:
    from backends.cache import CachedBackend
    from backends.protocol import BackendError

    try:
        return CachedBackend(inner), ()
    except BackendError as error:
        return inner, (Diagnostic("L0603", str(error), help=(error.hint,), severity="warning"),)


def _no_model(name: str, size: int) -> Diagnostic:
    return Diagnostic(
        "L0602",
        "no model is here, so only search is used",
        help=(
            f"`liftc models pull {name}` gets the default one ({size >> 20} MiB)",
            "`--model none` says this is meant",
        ),
        severity="note",
    )
