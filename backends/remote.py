"""Models behind a server's official SDK: connected once, asked with attempts and pauses of ours, answers streamed."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, Generic

from backends.address import Address
from backends.asking import Asker, Manner
from backends.faults import missing_package
from backends.gaps import refuse_gaps
from backends.keys import find_key
from backends.protocol import Proposal, Request
from backends.streaming import Answer, events, gather
from backends.wire import Refused, check_installed, connection


class Remote(ABC, Generic[Answer]):
    """A model behind a server that the SDK named ``engine`` speaks to.

    Attempts and pauses are ours alone, so that one place decides how often a request may be sent. Raises
    ``BackendError`` at once where the SDK or the key is missing; nothing is sent before the first request.
    """

    engine: str
    client_class: str

    def __init__(self, address: Address, manner: Manner | None, refused: Refused) -> None:
        check_installed(self.engine)
        self._address = address
        self._manner = manner or Manner()
        self._key = find_key(address)
        self._sdk: Any = None
        self._client: Any = None
        self._opening = threading.Lock()
        self._refused = refused
        self._asker = Asker(address.name, self._answer, self._manner)

    @property
    def model(self) -> str:
        return self._address.id

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        """Answer all requests, in order. Raises ``BackendError`` with the answers that arrived."""
        refuse_gaps(requests, f"the {self.engine} engine")
        self._open()
        return self._asker.ask(requests)

    def close(self) -> None:
        """Close the connections."""
        self._asker.close()
        if self._client is not None:
            self._client.close()

    def _open(self) -> None:
        with self._opening:
            if self._client is not None:
                return
            try:
                self._sdk = import_module(self.engine)
            except ImportError as error:
                raise missing_package(self.engine) from error
            self._client = getattr(self._sdk, self.client_class)(
                api_key=self._key.secret,
                base_url=self._address.url,
                max_retries=0,
                http_client=connection(self._sdk, self._address, self._manner.silent_seconds),
            )

    def _answer(self, request: Request, stop: threading.Event) -> Proposal:
        def send(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
            return events(lambda: self._stream(body), self._address, self._key, self._sdk, stop)

        return self._proposal(request, gather(self._begun, send, self._body(request), self._refused, self._address))

    @abstractmethod
    def _begun(self) -> Answer:
        """An answer of which nothing has arrived."""

    @abstractmethod
    def _stream(self, body: Mapping[str, Any]) -> Any:
        """The SDK's own stream of the answer to a body."""

    @abstractmethod
    def _body(self, request: Request) -> dict[str, Any]:
        """A request as the server takes it."""

    @abstractmethod
    def _proposal(self, request: Request, answer: Answer) -> Proposal:
        """A whole answer as a proposal."""
