"""Checking an answer against a request's grammar, for engines that cannot be held to it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from backends.protocol import BackendError

if TYPE_CHECKING:
    from lark import Lark

_FENCED = re.compile(r"^```[^\n`]*\n.*?^```", re.DOTALL | re.MULTILINE)


def checked(text: str, grammar: str) -> tuple[str, bool]:
    """The part of an answer that the grammar holds, and whether there is one; else the answer as it is.

    The part is all of it, or a fenced block with talk around it. Raises ``BackendError`` for a malformed grammar.
    """
    for part in (text, *(match.group() for match in _FENCED.finditer(text))):
        if conforms(part, grammar):
            return part, True
    return text, False


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
