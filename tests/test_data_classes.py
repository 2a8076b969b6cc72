"""Data classes in a file with holes: functions see the plain classes that they stand for."""

from __future__ import annotations

import pytest

from compiler.front.data_classes import without_data_classes
from compiler.pipeline.driver import compile_source
from compiler.task.options import Options
from compiler.text.source import Source
from tests.test_replay import Scripted

ORDER = '''\
from dataclasses import dataclass, field


@dataclass
class Order:
    """An order.

    >>> order = Order("pen", 3)
    >>> order.add("red")
    >>> order.tags
    ['red']
    >>> order
    Order(name='pen', count=3, price=2, tags=['red'])
    """

    name: str
    count: int
    price: int = 2
    tags: list[str] = field(default_factory=list)

    def total(self) -> int:
        """What it costs.

        >>> Order("pen", 3).total()
        6
        >>> Order("pen", 2, 5).total()
        10
        """
        ...

    def add(self, tag: str) -> None:
        """Add a tag at the end."""
        self.tags.append(tag)


assert Order("ink", 4, price=7).total() == 28
'''
TOTAL = "```python\ndef total(self) -> int:\n    return self.count * self.price\n```"


def test_a_method_of_a_data_class_is_filled() -> None:
    result = compile_source(Source("order.py", ORDER), Options(samples=0), Scripted((TOTAL,)))
    assert result.program == ORDER.replace("        ...\n", "        return self.count * self.price\n")


CLASSES = """\
import dataclasses
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Point:
    x: int
    y: int = 0


@dataclasses.dataclass
class Bag:
    items: list = field(default_factory=list)
    size: int = field(default=3)

    def __post_init__(this):
        this.first = this.items[:1]


@dataclass
class Empty:
    pass
"""


def test_the_plain_class_does_what_the_data_class_does() -> None:
    written = without_data_classes(CLASSES)
    assert "dataclass" not in written
    results = []
    for text in (CLASSES, written):
        names: dict[str, object] = {"__name__": "classes"}
        exec("import sys, types; sys.modules.setdefault('classes', types.ModuleType('classes'))", {})
        exec(text, names)
        said = (
            "[Point(1), Point(y=2, x=3), Point(1) == Point(1, 0), Point(1) == 1, len({Point(1), Point(1)}),"
            " Bag(), Bag([4, 5]).first, Bag().items is Bag().items, Bag([1]) == Bag([1]), Bag.size, Empty() == Empty()]"
        )
        results.append(repr(eval(said, names)))
    assert results[0] == results[1]


@pytest.mark.parametrize(
    "text",
    [
        "@dataclass(order=True)\nclass A:\n    x: int\n",
        "@dataclass\nclass A(B):\n    x: int\n",
        "@dataclass\nclass A:\n    x: ClassVar[int] = 3\n",
        "@dataclass\nclass A:\n    x: int = field(default=3, repr=False)\n",
        "@total_ordering\nclass A:\n    x: int\n",
        "class A:\n    x: int\n",
    ],
)
def test_what_is_not_understood_stays(text: str) -> None:
    assert without_data_classes(text) == text
