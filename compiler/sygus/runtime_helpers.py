"""SMT-LIB's operators where Python has none that agrees: emitted programs carry those functions that they need.

The bodies are for people who read such a program: each stands on its own and says what is special in its docstring.
"""


def quotient(dividend: int, divisor: int) -> int:
    """The quotient whose remainder is never negative; 0 for division by zero."""
    if divisor == 0:
        return 0
    return dividend // divisor if divisor > 0 else -(dividend // -divisor)


def remainder(dividend: int, divisor: int) -> int:
    """The remainder from 0 to below the divisor's size; the dividend for division by zero."""
    return dividend % abs(divisor) if divisor != 0 else dividend


def substring(text: str, start: int, length: int) -> str:
    """The part of a text; empty where it starts outside the text or its length is not positive."""
    if start < 0 or length <= 0:
        return ""
    return text[start : start + length]


def character_at(text: str, index: int) -> str:
    """The character at an index; empty outside the text."""
    return text[index : index + 1] if index >= 0 else ""


def find_from(text: str, part: str, start: int) -> int:
    """Where a part first occurs from a start on; -1 where it does not, or the start is outside the text."""
    return text.find(part, start) if start >= 0 else -1


def replace_every(text: str, part: str, new: str) -> str:
    """The text with every occurrence of a part replaced; the empty part is not replaced."""
    return text.replace(part, new) if part else text


def is_digit(text: str) -> bool:
    """Whether a text is one of the digits 0 to 9."""
    return len(text) == 1 and "0" <= text <= "9"


def digits_to_int(text: str) -> int:
    """The number that a text of digits writes; -1 for every other text."""
    return int(text) if text.isascii() and text.isdigit() else -1


def int_to_digits(number: int) -> str:
    """The decimal digits of a number; empty for negative numbers."""
    return str(number) if number >= 0 else ""


def code_of(text: str) -> int:
    """The code point of a single character; -1 for every other text."""
    return ord(text) if len(text) == 1 else -1


def character_of(code: int) -> str:
    """The character of a code point up to 0x2FFFF; empty for every other number."""
    return chr(code) if 0 <= code <= 0x2FFFF else ""
