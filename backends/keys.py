"""Keys of remote engines: found in the environment or the keyring, and kept out of everything that is written."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from backends.address import Address
from backends.protocol import BackendError

VARIABLES = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}
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

    The key goes over plain ``http`` only to this machine. Raises ``BackendError`` where the engine's own service is
    meant and there is no key, or for a key that no header can carry.
    """
    if address.url.startswith("http://") and not address.is_loopback:
        return Key(_NONE)
    variable = VARIABLES[address.engine]
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
