"""What models cost, from ``prices.toml`` and the user's own table before it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from backends.address import ENGINES, parse_address
from backends.home import home
from backends.protocol import BackendError, Request

Table = Mapping[str, Mapping[str, "Price"]]
_MILLION = 1_000_000
# What chat templates add around messages.
_TEMPLATE_TOKENS = 64
# What a tool's description adds to a prompt.
_TOOL_TOKENS = 1024


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens that a model reads and writes."""

    read: float
    written: float

    def of(self, prompt_tokens: int, completion_tokens: int) -> float:
        """What an answer cost, in dollars."""
        return (self.read * prompt_tokens + self.written * completion_tokens) / _MILLION

    def most(self, request: Request) -> float:
        """What an answer to a request costs at most: a token is at least one byte."""
        texts = [message.content for message in request.messages]
        texts += [] if request.gap is None else [request.gap.prefix, request.gap.suffix]
        prompt = sum(len(text.encode()) for text in texts)
        tool = 0 if request.grammar is None else _TOOL_TOKENS
        return self.of(prompt + tool + _TEMPLATE_TOKENS, request.sampling.max_tokens)


FREE = Price(0.0, 0.0)


def price_of(engine: str, model: str) -> Price | None:
    """The price of a model by the name of its engine and its id; ``None`` where it is not known.

    What runs on this machine costs nothing unless the user's table says otherwise. Raises ``BackendError`` for a
    user's table that cannot be read.
    """
    if engine not in ENGINES:
        return FREE
    for table in (_own_table(users_table()), _table(_shipped(), "prices.toml")):
        for pattern, price in table.get(engine, {}).items():
            if fnmatchcase(model, pattern):
                return price
    address = parse_address(f"{engine}:{model}")
    return FREE if address is not None and address.is_loopback else None


def required_price(engine: str, model: str) -> Price:
    """The price of a model. Raises ``BackendError`` where it is not known."""
    price = price_of(engine, model)
    if price is None:
        line = f'`"{model}" = [READ, WRITTEN]` under `[{engine}]`'
        raise BackendError(
            f"no price is known for {engine}:{model}, so --budget-money cannot be kept to",
            hint=f"write a line {line} into {users_table()}: dollars per million tokens",
            code="L0611",
        )
    return price


def users_table() -> Path:
    """Where the user's own prices stand."""
    return home() / "prices.toml"


def _own_table(path: Path) -> Table:
    try:
        return _table(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _unreadable(str(path), str(error)) from error


def _shipped() -> str:
    return (files("backends") / "prices.toml").read_text(encoding="utf-8")


@lru_cache(maxsize=8)
def _table(text: str, name: str) -> Table:
    try:
        data = tomllib.loads(text)
        return {engine: {model: _price(pair) for model, pair in rows.items()} for engine, rows in data.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise _unreadable(name, str(error)) from error


def _price(pair: object) -> Price:
    match pair:
        case [int() | float() as read, int() | float() as written] if read >= 0 and written >= 0:
            return Price(float(read), float(written))
    raise ValueError(f"expected two prices, [read, written], not {pair!r}")


def _unreadable(name: str, why: str) -> BackendError:
    return BackendError(
        f"the table of prices {name} cannot be read: {why}",
        hint='a line of it reads `"MODEL" = [0.10, 0.50]` under `[openai]` or `[anthropic]`',
        code="L0611",
    )
