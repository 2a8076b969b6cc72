"""Streamed answers: their events as plain data, whatever goes wrong as a ``ServerError``, and when one is whole.

Answers are streamed because only so does a server that has fallen silent show, and can an answer be stopped.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from time import monotonic
from typing import Any, Protocol, TypeVar

from backends.address import Address
from backends.faults import ServerError, broken_off, fault_of, unreadable
from backends.keys import Key
from backends.wire import Refused, mapping

WHOLE_SECONDS = 600.0


class Gathered(Protocol):
    """An answer while its events arrive; ``finish`` says why it ended, once it has."""

    finish: str

    def add(self, event: Mapping[str, Any]) -> None: ...


Answer = TypeVar("Answer", bound=Gathered)


def events(
    stream: Callable[[], Any], address: Address, key: Key, sdk: Any, stop: threading.Event
) -> Iterator[Mapping[str, Any]]:
    """The events of the answer that an SDK's ``stream`` opens, until ``stop`` is set. Raises ``ServerError``."""
    begun, since = False, monotonic()
    try:
        with stream() as opened:
            for event in opened:
                begun = True
                if stop.is_set():
                    raise broken_off(address, "it is no longer wanted")
                if monotonic() - since > WHOLE_SECONDS:
                    raise broken_off(address, f"it takes longer than {WHOLE_SECONDS:g} s")
                yield mapping(event.to_dict() if hasattr(event, "to_dict") else event)
    except ServerError:
        raise
    except Exception as error:
        # What the SDK holds on to, the request's headers included, must not travel with the error.
        raise fault_of(error, address, key, sdk, begun=begun) from None


def gather(
    new: Callable[[], Answer],
    send: Callable[[Mapping[str, Any]], Iterator[Mapping[str, Any]]],
    body: Mapping[str, Any],
    refused: Refused,
    address: Address,
) -> Answer:
    """A whole answer to ``body``, sent again without the parameters that are refused. Raises ``ServerError``.

    An answer whose end has come is whole, whatever becomes of its connection then.
    """
    while True:
        sent, answer = refused.allowed(body), new()
        try:
            for event in send(sent):
                answer.add(event)
        except (TypeError, ValueError) as error:
            raise unreadable(address, error) from None
        except ServerError as error:
            if answer.finish:
                return answer
            if not refused.learn(error, sent, body):
                raise
            continue
        if not answer.finish:
            raise broken_off(address, "it has no end")
        return answer
