"""Keys of remote engines: found in the environment or the keyring, and kept out of everything that is written."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from backends.address import ENGINES, Address
from backends.protocol import BackendError

_VARIABLES = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}
KEYRING_SERVICE = "liftc"
_NONE = "none"
_HIDDEN = "[key]"


@dataclass(frozen=True, slots=True)
class Key:
    """A secret that is never shown: neither by ``repr`` nor, through ``redact``, in what a server says."""

    secret: str = field(repr=False)

    def redact(self, text: str) -> str:
        """The text with every occurrence of the key replaced."""
        return text if self.secret == _NONE else text.replace(self.secret, _HIDDEN)


def find_key(address: Address) -> Key:
    """The key for a server: from the environment, else from the keyring; a placeholder where there is none.

    It stands under the name that ``variable_of`` gives, and goes over plain ``http`` only to this machine. Raises
    ``BackendError`` where the engine's own service is meant and there is no key, or for a key that no header can carry.
    """
    if address.url.startswith("http://") and not address.is_loopback:
        return Key(_NONE)
    variable = variable_of(address)
    secret = (os.environ.get(variable) or _from_keyring(variable) or "").strip()
    if not secret:
        if address.base_url is not None:
            return Key(_NONE)
        raise BackendError(
            f"there is no key for {address.name}",
            hint=f"set {variable}, or run `keyring set {KEYRING_SERVICE} {variable}`",
            code="L0605",
        )
    if not (secret.isascii() and secret.isprintable()) or " " in secret:
        raise BackendError(f"the key in {variable} holds characters that no key has", code="L0605")
    return Key(secret)


def variable_of(address: Address) -> str:
    """The name under which a server's key stands, in the environment and in the keyring.

    The engine's own service and servers on this machine have the engine's; any other host has one of its own
    (``OPENAI_API_KEY_API_MY__HOST_EXAMPLE`` for ``api.my-host.example``), so that no key goes to a server for which it
    was not meant.
    """
    variable = _VARIABLES[address.engine]
    host = urlsplit(address.url).hostname or ""
    if address.is_loopback or host == urlsplit(ENGINES[address.engine]).hostname:
        return variable
    # A host has no empty part, so that two hosts never share a name.
    return f"{variable}_{re.sub(r'[^0-9A-Z_]', '_', host.upper().replace('-', '__'))}"


def _from_keyring(variable: str) -> str | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        return keyring.get_password(KEYRING_SERVICE, variable)
    except KeyringError:
        return None
