"""From the names of models, as users write them, to the back end that a compile asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compiler.text.diagnostics import Diagnostic

if TYPE_CHECKING:
    from backends.address import Address
    from backends.protocol import Backend
    from backends.registry import KnownModel

AUTOMATIC = "auto"
NO_MODEL = "none"
PATIENT_SECONDS = 300.0
_FEW, _MANY = 8, 16
"""How many answers llama.cpp decodes at once: more than a compile asks for, and as many as two cores are faster by."""


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


def open_engine(
    model: str = AUTOMATIC,
    *,
    cached: bool = True,
    offline: bool = False,
    seconds: float = PATIENT_SECONDS,
    many: bool = False,
) -> Engine:
    """The back end for a model: a known model's name, a GGUF file's path, ``none``, a remote model's address, a model
    with the engine that loads it (``transformers:MODEL``), or ``auto``: the default one if it is here.

    A remote model is asked only where its address is given, and a failing one for no more than about ``seconds``;
    ``offline`` answers for it from the cache alone. Replies are cached unless ``cached`` is false; where the cache
    cannot be used, a note says so. ``many`` readies llama.cpp for the questions of many compiles at the same time,
    which takes memory. Raises ``BackendError`` for a model that is missing or damaged, and for a remote one without its
    package or key; one that does not load or cannot be reached tells so at its first request.
    """
    if model == NO_MODEL:
        return Engine(None, None)
    from backends.address import parse_address
    from backends.local import parse_local
    from backends.models import DEFAULT_MODEL, find_model, list_models
    from backends.opening import open_local

    address = parse_address(model)
    if address is not None:
        return _remote(address, cached=cached, offline=offline, seconds=seconds)
    local = parse_local(model)
    if local is not None:
        backend, notes = _kept(open_local(local, offline=offline), cached)
        return Engine(backend, local.name, notes)
    if model == AUTOMATIC:
        default = next(listed for listed in list_models() if listed.known.name == DEFAULT_MODEL)
        if default.state == "absent":
            return Engine(None, None, (_no_model(default.known),))
        model = DEFAULT_MODEL
    from backends.llama_cpp import LlamaCpp

    file = find_model(model)
    backend, notes = _kept(LlamaCpp(file, parallel=_MANY if many else _FEW), cached)
    return Engine(backend, file.name, notes)


def open_cascade(
    models: Sequence[str],
    *,
    cached: bool = True,
    offline: bool = False,
    seconds: float = PATIENT_SECONDS,
    learned_order: bool = False,
    many: bool = False,
) -> Engine:
    """The back end for several models, asked in the order given, or in that which the local store has taught.

    Names that stand for no model are left out. Raises as ``open_engine`` does.
    """
    from backends.cascade import Cascade

    opened: list[Engine] = []
    try:
        for model in dict.fromkeys(models):
            opened.append(open_engine(model, cached=cached, offline=offline, seconds=seconds, many=many))
    except BaseException:
        for engine in opened:
            engine.close()
        raise
    stages = [engine.backend for engine in opened if engine.backend is not None]
    notes = tuple(dict.fromkeys(note for engine in opened for note in engine.notes))
    if len(stages) > 1 and learned_order:
        stages, unread = _by_experience(stages)
        notes += unread
    names = {id(engine.backend): engine.name for engine in opened}
    name = ", ".join(told for stage in stages if (told := names[id(stage)]) is not None)
    if len(stages) < 2:
        return Engine(stages[0] if stages else None, name or None, notes)
    return Engine(Cascade(stages), name, notes)


@contextmanager
def opened_engine(
    model: str = AUTOMATIC,
    *,
    models: Sequence[str] = (),
    cached: bool = True,
    offline: bool = False,
    seconds: float = PATIENT_SECONDS,
    learned_order: bool = False,
    many: bool = False,
) -> Iterator[Engine]:
    """The same for a block, a cascade where ``models`` are given.

    An interruption leaves it without waiting for what the model still decodes.
    """
    engine = open_cascade(
        models or (model,), cached=cached, offline=offline, seconds=seconds, learned_order=learned_order, many=many
    )
    try:
        yield engine
    except Exception:
        engine.close()
        raise
    engine.close()


def _by_experience(stages: list[Backend]) -> tuple[list[Backend], tuple[Diagnostic, ...]]:
    import sqlite3

    from compiler.runs.experience import experience, in_learned_order
    from compiler.runs.store import store_path, unusable

    try:
        return in_learned_order(stages, experience()), ()
    except sqlite3.Error as error:
        return stages, (unusable(store_path(), error),)


def check_prices(engine: Engine) -> None:
    """Raise ``BackendError`` for a model whose price is not known, before anything is spent."""
    from backends.cascade import stages_of
    from backends.prices import required_price

    for stage in stages_of(engine.backend) if engine.backend is not None else ():
        required_price(stage.engine, stage.model)


def _remote(address: Address, *, cached: bool, offline: bool, seconds: float) -> Engine:
    if offline:
        from backends.cache import CachedBackend

        return Engine(CachedBackend(None, engine=address.engine, model=address.id), address.name)
    from backends.asking import SILENT_SECONDS, Manner
    from backends.retry import RetryPolicy

    manner = Manner(retry=RetryPolicy(deadline=seconds), silent_seconds=min(seconds, SILENT_SECONDS))
    inner: Backend
    if address.engine == "anthropic":
        from backends.anthropic import Anthropic

        inner = Anthropic(address, manner)
    else:
        from backends.openai import OpenAICompatible

        inner = OpenAICompatible(address, manner)
    backend, notes = _kept(inner, cached)
    return Engine(backend, address.name, notes)


def _kept(inner: Backend, cached: bool) -> tuple[Backend, tuple[Diagnostic, ...]]:
    if not cached:
        return inner, ()
    from backends.cache import CachedBackend
    from backends.protocol import BackendError

    try:
        return CachedBackend(inner), ()
    except BackendError as error:
        return inner, (Diagnostic("L0603", str(error), help=(error.hint,), severity="warning"),)


def _no_model(model: KnownModel) -> Diagnostic:
    return Diagnostic(
        "L0602",
        "no model is here, so only search is used",
        help=(
            f"`liftc models pull {model.name}` gets the default one ({model.size})",
            "`--model none` says this is meant",
        ),
        severity="note",
    )
