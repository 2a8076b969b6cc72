"""llama.cpp's own grammar engine without a model, by the functions that ``xllamacpp``'s library shows.

They are no public interface: where another version of the library lacks them, ``find_library`` gives ``None``.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache
from typing import Any

_INIT = "_Z23llama_grammar_init_implPK11llama_vocabPKcS3_bPS3_mPKim"
_ACCEPT = "_Z20llama_grammar_acceptP13llama_grammarj"
_STACKS = "_Z24llama_grammar_get_stacksP13llama_grammar"
_CLONE = "_Z24llama_grammar_clone_implRK13llama_grammar"
_FREE = "_Z23llama_grammar_free_implP13llama_grammar"
_WORDS_OF_A_VECTOR = 3


@dataclass(frozen=True, slots=True)
class LlamaGrammars:
    """The library's functions over grammars, which are addresses here."""

    _init: Any
    _accept: Any
    _stacks: Any
    clone: Any
    free: Any

    def read(self, gbnf: str) -> int:
        """The state before any text. Raises ``ValueError`` where the grammar is none."""
        state = self._init(None, gbnf.encode(), b"root", False, None, 0, None, 0)
        if not state:
            raise ValueError("llama.cpp does not read the grammar")
        return int(state)

    def depths_after(self, state: int, character: str) -> list[int]:
        """Read one more character; how deep each way of reading the text then is, where 0 has come to an end."""
        self._accept(state, ord(character))
        stacks = _words(self._stacks(state))
        begin, end = stacks[0], stacks[1]
        ways = _words(begin)
        count = (end - begin) // (8 * _WORDS_OF_A_VECTOR)
        return [(ways[_WORDS_OF_A_VECTOR * way + 1] - ways[_WORDS_OF_A_VECTOR * way]) // 8 for way in range(count)]


@cache
def find_library() -> LlamaGrammars | None:
    """The functions of the installed ``xllamacpp``, if it is installed and shows them."""
    try:
        from xllamacpp import xllamacpp  # type: ignore[import-untyped]

        library = ctypes.CDLL(xllamacpp.__file__)
        address, size = ctypes.c_void_p, ctypes.c_size_t
        init = _function(library, _INIT, address, address, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_bool)
        init.argtypes = [*init.argtypes, address, size, address, size]
        # llama.cpp prints a grammar's errors of its own accord.
        library.llama_log_set(None, None)
        return LlamaGrammars(
            init,
            _function(library, _ACCEPT, None, address, ctypes.c_uint32),
            _function(library, _STACKS, address, address),
            _function(library, _CLONE, address, address),
            _function(library, _FREE, None, address),
        )
    except (ImportError, OSError, AttributeError):
        return None


def _function(library: ctypes.CDLL, name: str, result: Any, *arguments: Any) -> Any:
    found = getattr(library, name)
    found.restype, found.argtypes = result, list(arguments)
    return found


def _words(address: int) -> Any:
    return ctypes.cast(address, ctypes.POINTER(ctypes.c_uint64))
