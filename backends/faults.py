"""What went wrong between us and a server, told in one manner for every engine.

Both official SDKs name their errors alike, so one reading serves them. No message ever holds the key.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from backends.address import Address
from backends.keys import Key, variable_of
from backends.protocol import BackendError

_SHOWN = 200
_BUSY = (408, 409, 425, 429, 529)


class ServerError(BackendError):
    """A failed attempt. ``status`` is HTTP's, ``retry_after`` the seconds that the server asks to wait.

    ``lasting`` says that no request to this server can succeed until somebody changes something.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        hint: str = "",
        retryable: bool = False,
        lasting: bool = False,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint, retryable=retryable, code=code)
        self.lasting = lasting
        self.status = status
        self.retry_after = retry_after


def broken_off(address: Address, why: str) -> ServerError:
    """The answer ended before its end."""
    return ServerError(f"the answer of {address.name} broke off: {why}", code="L0607", retryable=True)


def unreadable(address: Address, error: Exception) -> ServerError:
    """The server answered with what is no answer."""
    told = f"{type(error).__name__}" if not isinstance(error, json.JSONDecodeError) else f"it is not JSON ({error.msg})"
    return ServerError(
        f"the answer of {address.name} cannot be read: {told}",
        code="L0607",
        hint=f"check that {address.url} is the base URL of a server for `{address.engine}`",
        retryable=True,
    )


def missing_package(engine: str, package: str = "") -> BackendError:
    """A package of an engine, by default the one of its own name, is not installed."""
    return BackendError(
        f"the engine `{engine}` needs the package `{package or engine}`, which is not installed",
        hint=f"install it: pip install 'liftc[{engine}]'",
        code="L0609",
    )


def fault_of(error: Exception, address: Address, key: Key, sdk: Any, *, begun: bool = False) -> ServerError:
    """An error of an SDK (the module ``openai`` or ``anthropic``) as a fault; ``begun`` if some answer had come."""
    if isinstance(error, sdk.APIStatusError):
        return _refusal(error, address, key)
    if begun and isinstance(error, sdk.APIConnectionError):
        return broken_off(address, key.redact(_root(error)))
    if isinstance(error, sdk.APITimeoutError):
        return ServerError(
            f"{address.name} does not answer", code="L0604", hint=f"is {address.url} overloaded?", retryable=True
        )
    if isinstance(error, sdk.APIConnectionError):
        reason = key.redact(_root(error))
        return ServerError(
            f"{address.name} cannot be reached: {reason}",
            code="L0604",
            hint=f"check that a server listens at {address.url}",
            retryable=True,
        )
    if isinstance(error, sdk.APIError):
        return ServerError(f"{address.name} failed: {key.redact(str(error))[:_SHOWN]}", code="L0606", retryable=True)
    if type(error).__module__.startswith(("httpx", "httpcore")):
        return broken_off(address, key.redact(_root(error)))
    return unreadable(address, error)


def _refusal(error: Any, address: Address, key: Key) -> ServerError:
    status: int = error.status_code
    told = key.redact(_told(error))
    if status in (401, 403):
        variable = variable_of(address)
        plain = address.url.startswith("http://") and not address.is_loopback
        hint = "the key is sent over https only" if plain else f"check {variable}, or the keyring's entry of that name"
        return ServerError(
            f"{address.name} refuses the key ({status}): {told}", code="L0605", hint=hint, lasting=True, status=status
        )
    if getattr(error, "code", None) == "insufficient_quota":
        return ServerError(
            f"the account behind {address.name} is used up: {told}", code="L0608", lasting=True, status=status
        )
    # A status below 400 came before the stream in which the error stood.
    if status in _BUSY or status >= 500 or status < 300:
        wait = _retry_after(error.response.headers)
        limited = f", and asks to wait {wait:g} s" if wait is not None else ""
        return ServerError(
            f"{address.name} is {'busy' if status in _BUSY else 'failing'} ({status}{limited}): {told}",
            code="L0606",
            hint="try again later, or name another model to fall back to with --models",
            retryable=True,
            status=status,
            retry_after=wait,
        )
    hint = f"check the model's name and the base URL {address.url}" if status == 404 else ""
    return ServerError(
        f"{address.name} refuses the request ({status}): {told}",
        code="L0608",
        hint=hint,
        lasting=status in (402, 404),
        status=status,
    )


def _told(error: Any) -> str:
    """The server's own words, in one line and not too many."""
    body = error.body
    inner = body.get("error", body) if isinstance(body, Mapping) else body
    words = inner.get("message", inner) if isinstance(inner, Mapping) else inner
    return " ".join(str(words or error.response.reason_phrase).split())[:_SHOWN]


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """The wait that a server asks for, in seconds (RFC 9110, 10.2.3; the SDKs' ``retry-after-ms`` as well)."""
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        text = headers.get("retry-after", "")
        if text.replace(".", "", 1).isdigit():
            return float(text)
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time()) if text else None
    except ValueError:
        return None


def _root(error: BaseException) -> str:
    """The innermost reason: the SDKs wrap what the system said."""
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__ or error
    return str(error) or type(error).__name__
