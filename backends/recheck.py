"""Checking an answer against a request's grammar, for engines that cannot be held to it."""

from __future__ import annotations

import re

from backends.protocol import BackendError
from grammar.acceptor import accepts
from grammar.notation import NotationError

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
    try:
        return accepts(grammar, text)
    except NotationError as error:
        raise BackendError(f"the request's grammar is malformed: {error}") from error
