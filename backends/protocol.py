"""What every engine understands: batched requests in, proposals out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to decode. A temperature of 0 is greedy. ``seed`` is the compile's; the engine mixes in the occurrence."""

    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 512
    seed: int = 0
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """A text with a gap between a prefix and a suffix: a question to models that know fill-in-the-middle."""

    prefix: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model: a conversation, or a ``gap`` without any messages.

    ``grammar`` is Lark text in the portable dialect (see ``grammar/python.lark``); ``None`` decodes freely.
    ``occurrence`` counts identical requests of one compile from 0: equal requests with other occurrences are
    independent samples.
    """

    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    grammar: str | None = None
    occurrence: int = 0
    gap: Gap | None = None

    def key(self, engine: str, model: str) -> str:
        """A hex digest of the whole request for one engine and model: the key of caches and traces.

        A request without a gap has the key that it had before there were any.
        """
        asked = {name: value for name, value in asdict(self).items() if name != "gap" or value is not None}
        data = json.dumps([engine, model, asked], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(data.encode()).hexdigest()

    @property
    def engine_seed(self) -> int:
        """The seed for an engine: the compile's, with the occurrence mixed in; 31 bits."""
        digest = hashlib.sha256(f"{self.sampling.seed}/{self.occurrence}".encode()).digest()
        return int.from_bytes(digest[:4], "big") & 0x7FFFFFFF


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the model answered.

    ``logprob`` is the sum of the tokens' log-probabilities (nats) where the engine tells it. ``seconds`` is the
    engine's own timing (prefill and decoding); ``cached`` says that no model ran for this answer. ``conforms`` says,
    where the engine could not be held to the request's grammar, whether the answer is in it all the same.
    """

    text: str
    prompt_tokens: int
    completion_tokens: int
    finish: Literal["stop", "length"]
    logprob: float | None = None
    seconds: float = 0.0
    cached: bool = False
    conforms: bool | None = None


class BackendError(Exception):
    """An engine failed. ``hint`` says what to do; ``retryable`` whether the same request may succeed later.

    ``code`` is the diagnostic's. ``arrived`` are the answers that came before, in the order of the requests, ``None``
    where one did not: they have been paid for and are not asked for again.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        retryable: bool = False,
        code: str = "L0601",
        arrived: Sequence[Proposal | None] = (),
    ) -> None:
        super().__init__(message)
        self.hint = hint
        self.retryable = retryable
        self.code = code
        self.arrived = arrived


class Interrupted(KeyboardInterrupt):
    """Ctrl-C while an engine was asked; ``arrived`` are the answers that had come, as in ``BackendError``."""

    def __init__(self, arrived: Sequence[Proposal | None]) -> None:
        super().__init__()
        self.arrived = arrived


class Backend(Protocol):
    """An engine with a model. ``engine`` and ``model`` name them in keys, traces and evidence."""

    @property
    def engine(self) -> str: ...

    @property
    def model(self) -> str: ...

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        """Answer all requests, in order, batched as the engine can. Raises ``BackendError``."""
        ...

    def close(self) -> None:
        """Free the engine. It may not be used afterwards."""
        ...
