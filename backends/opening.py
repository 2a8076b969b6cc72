"""Opening the engine that loads a model into this process, whose package is imported only then."""

from __future__ import annotations

from backends.local import LocalModel
from backends.protocol import Backend


def open_local(model: LocalModel, *, offline: bool = False) -> Backend:
    """The engine with the model, which is loaded at the first request.

    ``offline`` takes a model of the Hub only where it has been fetched before. Raises ``BackendError`` for a package
    that is not installed, and for a model or an adapter that is not there.
    """
    match model.engine:
        case "transformers":
            from backends.transformers import Transformers

            return Transformers.of(model, offline=offline)
        case "vllm":
            from backends.vllm import VLLM

            return VLLM.of(model, offline=offline)
        case _:
            from backends.outlines import Outlines

            return Outlines.of(model, offline=offline)
