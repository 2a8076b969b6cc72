"""What goes over the wire to remote engines: the connection, parameters that a server does not take, code as JSON."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from backends.address import Address
from backends.faults import ServerError, missing_package

CONNECT_SECONDS = 5.0


def check_installed(engine: str, *packages: str) -> None:
    """Raise ``BackendError`` where a package of an engine, by default the one of its own name, is not installed.

    Nothing is imported yet, which takes a second.
    """
    from importlib.util import find_spec

    for package in packages or (engine,):
        try:
            found = find_spec(package) is not None
        except ValueError:
            found = False
        if not found:
            raise missing_package(engine, package)


def connection(sdk: Any, address: Address, silent_seconds: float) -> Any:
    """An HTTP client of an SDK that follows no redirect, since that could carry the key elsewhere.

    A server on this machine is not asked through a proxy.
    """
    return sdk.DefaultHttpxClient(
        timeout=sdk.Timeout(silent_seconds, connect=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=not address.is_loopback,
    )


class Refused:
    """The optional parameters that a server has refused: each then takes its next alternative, or is left out.

    Servers and models differ in what they take (several newer models take no temperature), and say so in a refusal
    that costs nothing. Threads may share it.
    """

    def __init__(self, optional: Iterable[str], alternatives: Mapping[str, Sequence[object]] | None = None) -> None:
        self._optional = tuple(optional)
        self._alternatives = alternatives or {}
        self._refusals: Counter[str] = Counter()
        self._lock = threading.Lock()

    def allowed(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The request's body with what the server takes."""
        choices = {name: (value, *self._alternatives.get(name, ())) for name, value in body.items()}
        return {
            name: values[self._refusals[name]] for name, values in choices.items() if self._refusals[name] < len(values)
        }

    def takes(self, name: str) -> bool:
        """Whether a parameter has not been refused so far."""
        return not self._refusals[name]

    def learn(self, fault: ServerError, sent: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
        """Whether a refusal names parameters that were ``sent`` and can do without; they will from now on."""
        if fault.status not in (400, 422):
            return False
        named = [name for name in self._optional if name in sent and re.search(rf"\b{name}\b", str(fault))]
        with self._lock:
            now = self.allowed(body)
            self._refusals.update(name for name in named if now.get(name) == sent[name])
        return bool(named)


def mapping(value: object) -> Mapping[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def whole(value: object) -> int:
    """The value if it is a count, else 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
