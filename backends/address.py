"""Where a remote model is: the engine whose language its server speaks, the model's name, the server's base URL."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from backends.protocol import BackendError

ENGINES = {"openai": "https://api.openai.com/v1", "anthropic": "https://api.anthropic.com"}
_FORM = re.compile(r"(?P<engine>openai|anthropic):(?P<model>.*?)(?:@(?P<url>https?://.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Address:
    """A model behind a server. ``base_url`` is ``None`` for the engine's own public service."""

    engine: str
    model: str
    base_url: str | None = None

    @property
    def url(self) -> str:
        """The base URL that is asked."""
        return self.base_url or ENGINES[self.engine]

    @property
    def id(self) -> str:
        """What names the model in cache keys, traces and evidence: equal names at different servers are different."""
        return self.model if self.base_url is None else f"{self.model}@{self.base_url}"

    @property
    def name(self) -> str:
        """The address as users write it."""
        return f"{self.engine}:{self.id}"

    @property
    def is_loopback(self) -> bool:
        """Whether the server runs on this machine."""
        host = urlsplit(self.url).hostname or ""
        try:
            return host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False


def parse_address(text: str) -> Address | None:
    """Read ``openai:MODEL@BASE_URL`` or ``anthropic:MODEL``; ``None`` for anything that names no remote engine.

    Raises ``BackendError`` where the model or the URL is malformed, or the URL carries a password or a query: what
    stands in an address is written into traces and caches.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    engine, model, url = match["engine"], match["model"], match["url"]
    form = f"`{engine}:MODEL` or `{engine}:MODEL@https://HOST/PATH`"
    if not model or model != model.strip() or "@http" in model:
        raise BackendError(f"a remote model's address names no model: {engine}:…", hint=f"write {form}", code="L0608")
    if url is None:
        return Address(engine, model)
    try:
        parts = urlsplit(url)
        sound = bool(parts.hostname) and parts.port != 0 and not re.search(r"\s", url)
    except ValueError:
        sound = False
    if not sound or "@" in url or parts.query or parts.fragment:
        raise BackendError(
            f"the base URL of {engine}:{model} is not a plain one: it must be a host and a path, without a password",
            hint=f"write {form}; keys come from the environment or the keyring",
            code="L0608",
        )
    return Address(engine, model, url.rstrip("/"))
