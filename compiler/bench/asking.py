"""Many questions to a model, asked in batches: an engine decodes some together, and a cache keeps each batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from backends.protocol import Backend, Proposal, Request

TOGETHER = 256
"""How many answers are asked for at once. An engine decodes as many of them together as it can, and ever
fewer of a batch's last ones."""

Asked = TypeVar("Asked")


def answered(
    asked: Sequence[Asked], request_of: Callable[[Asked], Request], backend: Backend
) -> Iterator[list[tuple[Asked, Proposal]]]:
    """The answers batch by batch, each beside what it answers.

    Raises ``BackendError``; the answers of the batches before are in the cache, where there is one.
    """
    for start in range(0, len(asked), TOGETHER):
        some = asked[start : start + TOGETHER]
        yield list(zip(some, backend.propose([request_of(item) for item in some]), strict=True))
