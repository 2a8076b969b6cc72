"""Checking an answer against a request's grammar, for engines that cannot be held to it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from backends.protocol import BackendError

if TYPE_CHECKING:
    from lark import Lark


def conforms(text: str, grammar: str) -> bool:
    """Whether the grammar holds the text. Raises ``BackendError`` for a malformed grammar."""
    from lark.exceptions import LarkError

    try:
        parser = _parser(grammar)
    except LarkError as error:
        raise BackendError(f"the request's grammar is malformed: {error}") from error
    try:
        parser.parse(text)
    except LarkError:
        return False
    return True


@lru_cache(maxsize=64)
def _parser(grammar: str) -> Lark:
    from lark import Lark

    return Lark(grammar, parser="earley", lexer="dynamic")
