"""Specifications that contradict themselves once: each with the code of its diagnostic and the kinds it must name."""

SPECIFICATIONS = {
    # Examples among each other.
    "two values": ("def f(n)\n\nf(1) == 2\nf(4) == 4\nf(1) == 3\n", "L0301", "example example"),
    "two texts": ("def f(s: str) -> str\n\nf('a') == 'b'\nf('a') == 'B'\n", "L0301", "example example"),
    "two lists": ("def f(xs)\n\nf([1, 2]) == [2, 1]\nf([1] + [2]) == [1, 2]\n", "L0301", "example example"),
    "two constants": ("def f()\n\nf() == 1\nf() == 2\n", "L0301", "example example"),
    "value and exception": ("def f(n)\n\nf(1) == 2\nf(1) raises ValueError\n", "L0301", "example example"),
    "two exceptions": ("def f(n)\n\nf(1) raises KeyError\nf(1) raises ValueError\n", "L0301", "example example"),
    "by keyword": ("def f(a, b=2)\n\nf(1) == 3\nf(1, b=2) == 4\n", "L0301", "example example"),
    "value and condition": ("def f(n: int) -> int\n\nf(1) == 2\nassert f(1) > 5\n", "L0301", "example example"),
    "exception and condition": (
        "def f(n: int) -> int\n\nf(1) raises ValueError\nassert f(1) > 5\n",
        "L0301",
        "example example",
    ),
    "two conditions": ("def f(n: int) -> int\n\nassert f(1) > 5\nassert f(1) < 3\n", "L0305", "type example example"),
    # Examples against contracts.
    "broken post": ("def f(n: int) -> int\n\npost: result > n\n\nf(3) == 3\nf(4) == 5\n", "L0303", "post example"),
    "broken length": (
        "def f(s: str) -> str\n\npost: len(result) == len(s)\n\nf('ab') == 'a'\n",
        "L0303",
        "post example",
    ),
    "broken order": (
        "def f(xs: list[int]) -> list[int]\n\npost: result == sorted(result)\n\nf([1, 2]) == [2, 1]\n",
        "L0303",
        "post example",
    ),
    "broken among posts": (
        "def f(n: int) -> int\n\npost: result >= 0\npost: result % 2 == 0\npost: result < 100\n\nf(3) == 7\n",
        "L0303",
        "post example",
    ),
    "broken type check": ("def f(n: int)\n\npost: isinstance(result, str)\n\nf(3) == 3\n", "L0303", "post example"),
    "must raise": (
        "def f(n: int) -> int\n\nraises: ValueError when n < 0\n\nf(-1) == 3\nf(1) == 1\n",
        "L0306",
        "raises example",
    ),
    "must raise another": (
        "def f(n: int) -> int\n\nraises: ValueError when n < 0\n\nf(-1) raises KeyError\n",
        "L0306",
        "raises example",
    ),
    "must raise, says more": (
        "def f(n: int) -> int\n\nraises: ValueError when n == 0\n\nassert f(0) > 3\n",
        "L0306",
        "raises example",
    ),
    "condition and post": (
        "def f(n: int) -> int\n\npost: result < n\n\nassert f(3) > 5\n",
        "L0305",
        "type post example",
    ),
    "condition and two posts": (
        "def f(n: int) -> int\n\npost: result <= 2 * n\npost: result % 3 == 0\n\nassert f(2) > 3\nassert f(3) > 3\n",
        "L0305",
        "type post post example",
    ),
    # Examples against types.
    "text for a number": ("def f(n: int) -> int\n\nf(0) == 'a'\nf(1) == 1\n", "L0304", "type example"),
    "number for a text": ("def f(n: int) -> str\n\nf(0) == 7\n", "L0304", "type example"),
    "number for a list": ("def f(n: int) -> list[int]\n\nf(0) == 7\n", "L0304", "type example"),
    "list for a dict": ("def f(n: int) -> dict[str, int]\n\nf(0) == [7]\n", "L0304", "type example"),
    # Bounds and intervals.
    "bounds": ("def f(n: Annotated[int, Gt(5), Lt(3)]) -> int\n", "L0305", "bound bound"),
    "bound and pre": ("def f(n: Annotated[int, Gt(5)]) -> int\n\npre: n < 3\n", "L0305", "bound pre"),
    "bound and posts": (
        "def f(n: Annotated[int, Ge(10)]) -> int\n\npost: result > n\npost: result < 5\n",
        "L0305",
        "bound post post",
    ),
    "lengths of a bound": (
        "def f(xs: Annotated[list[int], MinLen(3)]) -> int\n\npre: len(xs) <= 2\n",
        "L0305",
        "bound pre",
    ),
    "whole numbers": ("def f(n: int) -> int\n\npre: 3 < n < 4\n", "L0305", "type pre"),
    "two pres": ("def f(n: int) -> int\n\npre: n > 9\npre: n != 12\npre: n < 5\n", "L0305", "pre pre"),
    "two posts": ("def f(n: int) -> int\n\npost: result > 9\npost: result < 5\n", "L0305", "post post"),
    "chain": (
        "def f(n: int) -> float\n\npre: n > 0\npost: result > n\npost: result < 1\n",
        "L0305",
        "type pre post post",
    ),
    "length of the result": (
        "def f(xs: list[int]) -> list[int]\n\npost: len(result) >= 2\npost: len(result) < 2\n",
        "L0305",
        "post post",
    ),
    "floats": ("def f(x: float) -> float\n\npost: result > 0.5\npost: result < 0.25\n", "L0305", "post post"),
    "posts of what raises": (
        "def f(n: int) -> int\n\nraises: ValueError when n < 0\npost: result > 9\npost: result < 5\n\nf(3) > 0\n",
        "L0305",
        "post post",
    ),
    # Literals.
    "literals": (
        "def f(n: int) -> str\n\npost: result in ('a', 'b')\npost: result == 'c'\n",
        "L0305",
        "post post",
    ),
    "three literals": (
        "def f(n: int) -> str\n\npost: result in ('a', 'b')\npost: result in ('b', 'c')\npost: result in ('a', 'c')\n",
        "L0305",
        "post post post",
    ),
    "literals too short": (
        "def f(n: int) -> str\n\npost: result in ('a', 'b')\npost: len(result) > 1\n",
        "L0305",
        "post post",
    ),
    "literal of another type": ("def f(n: int) -> int\n\npost: result == 'none'\n", "L0305", "type post"),
    "no truth value": ("def f(n: int) -> bool\n\npost: result == 5\n", "L0307", "type post"),
    "listed parameter": ("def f(n: int) -> int\n\npre: n in (1, 2, 3)\npre: n * n > 10\n", "L0305", "pre pre"),
    # Arithmetic.
    "impossible alone": ("def f(n: int) -> int\n\npost: result % 2 == 5\npost: result > n\n", "L0307", "type post"),
    "never true": ("def f(n: int) -> int\n\npost: False\n\nf(1) == 1\n", "L0307", "post"),
    "relations": (
        "def f(a: int, b: int) -> int\n\npre: a > 0\npre: b > 3\npost: result > a + b\npost: result < b\n",
        "L0307",
        "type type type pre post post",
    ),
    "lengths": (
        "def f(xs: list[int]) -> list[int]\n\npost: len(result) > len(xs)\npost: result[0] == 1\n"
        "post: len(result) < len(xs) - 2\n",
        "L0307",
        "post post",
    ),
    "parity": (
        "def f(n: int) -> int\n\npost: result == 2 * n\npost: result % 2 == 1\n",
        "L0307",
        "type type post post",
    ),
    "multiples": (
        "def f(n: Annotated[int, MultipleOf(4)]) -> int\n\npre: n % 2 == 1\n",
        "L0307",
        "type bound pre",
    ),
    "orders": (
        "def f(a: int, b: int, c: int) -> int\n\npre: a < b\npre: b < c\npre: c < a\npost: result > a\n",
        "L0307",
        "type type type pre pre pre",
    ),
    "cases": (
        "def f(n: int) -> int\n\npost: result == n or result == n + 1\npost: result > n + 1 or result < n\n",
        "L0307",
        "type type post post",
    ),
    "prefixes": (
        "def f(s: str) -> str\n\npost: result.startswith('ab')\npost: len(result) < 2\n",
        "L0307",
        "type post post",
    ),
    "only where it returns": (
        "def f(n: int) -> int\n\nraises: ValueError when n <= 5\npost: result > n\npost: result < 3\n",
        "L0307",
        "type type raises post post",
    ),
}
