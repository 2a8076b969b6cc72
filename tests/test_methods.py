"""Methods with holes: compiled as functions of their object or class, judged by doctests, filled in their class."""

from __future__ import annotations

import pytest

from compiler.front import read_spec
from compiler.front.spec import FunctionSpec
from compiler.judge import verdicts as verdict_kinds
from compiler.pipeline.driver import compile_source
from compiler.runs.replay import compare, replay
from compiler.task.options import Options
from compiler.task.unit import group_functions
from compiler.text.source import Source
from compiler.trace.trace import parse_trace
from tests.test_replay import Scripted

STACK = '''\
class Stack:
    """A stack of numbers.

    >>> s = Stack()
    >>> s.push(1)
    >>> s.push(2)
    >>> s.top()
    2
    >>> s.items
    [1, 2]
    """

    def __init__(self, items=()):
        self.items = list(items)

    def push(self, item: int) -> None:
        self.items.append(item)

    def top(self) -> int:
        """The last item.

        >>> Stack([3, 4]).top()
        4
        >>> Stack().top()
        Traceback (most recent call last):
        IndexError: list index out of range
        """
        ...


assert Stack([7]).top() == 7
'''
TOP = "```python\ndef top(self) -> int:\n    return self.items[-1]\n```"


def test_what_is_read_of_a_method() -> None:
    (top,) = read_spec(Source("stack.py", STACK)).functions
    assert (top.name, top.owner, top.kind, top.outer_name) == ("top", "Stack", "method", "Stack.top")
    assert [example.text for example in top.examples] == [
        "s = Stack(); s.push(1); s.push(2); s.top() == 2",
        "s = Stack(); s.push(1); s.push(2); s.top(); s.items == [1, 2]",
        "Stack([3, 4]).top() == 4",
        "Stack().top() raises IndexError",
        "Stack([7]).top() == 7",
    ]
    assert [example.call.text for example in top.examples][::3] == [
        "top([s := Stack(), s.push(1), s.push(2), s][-1])",
        "top(Stack())",
    ]


def test_a_method_is_filled_in_place_and_judged_on_objects() -> None:
    result = compile_source(Source("stack.py", STACK), Options(samples=0), Scripted((TOP,)))
    before, after = STACK.split("...\n")
    assert result.program is not None
    assert result.program == f"{before}return self.items[-1]\n{after}"
    assert [item.clause for item in result.functions[0].evidence][2] == "Stack([3, 4]).top() == 4"
    trace = parse_trace(result.trace.text().splitlines())
    assert compare(trace, replay(trace)).same


@pytest.mark.parametrize(
    "answer",
    [
        "```python\nclass Stack:\n    def __init__(self):\n        self.items = []\n\n    def top(self) -> int:\n"
        "        return self.items[-1]\n```",
        "```python\n    def top(self) -> int:\n        return self.items[-1]\n```",
    ],
)
def test_an_answer_may_hold_the_method_in_its_class_or_indented(answer: str) -> None:
    result = compile_source(Source("stack.py", STACK), Options(samples=0), Scripted((answer,)))
    assert result.program == STACK.replace("...\n", "return self.items[-1]\n")


def test_a_method_that_is_wrong_on_an_object_is_not_accepted() -> None:
    wrong = TOP.replace("-1", "0")
    result = compile_source(Source("stack.py", STACK), Options(samples=0), Scripted((wrong,)))
    assert result.program is None
    assert "the best candidate gives 1" in str([item.to_json() for item in result.diagnostics])


PAIR = '''\
class Queue:
    """
    >>> q = Queue()
    >>> q.put(1)
    >>> q.put(2)
    >>> q.take()
    1
    >>> q.size
    1
    >>> Queue.of([5]).take()
    5
    """

    def __init__(self):
        self.waiting = []

    @property
    def size(self) -> int:
        """How many wait."""
        ...

    @classmethod
    def of(cls, items):
        """A queue of these items."""
        ...

    def put(self, item):
        """Add an item at the end."""
        ...

    def take(self):
        """Take the first item away, and return it."""
        ...
'''
QUEUE = """```python
def size(self) -> int:
    return len(self.waiting)

def of(cls, items):
    made = cls()
    for item in items:
        put(made, item)
    return made

def put(self, item):
    self.waiting.append(item)

def take(self):
    first = self.waiting[0]
    self.waiting = self.waiting[1:]
    return first
```"""


def test_methods_that_one_example_calls_together_are_one_unit() -> None:
    functions = read_spec(Source("queue.py", PAIR)).functions
    assert [[item.name for item in unit] for unit in group_functions(functions)] == [["size", "of", "put", "take"]]


def test_methods_properties_and_class_methods_call_each_other_as_such() -> None:
    result = compile_source(Source("queue.py", PAIR), Options(samples=0), Scripted((QUEUE,)))
    assert result.program is not None, result.diagnostics
    assert "            made.put(item)\n" in result.program
    assert "return len(self.waiting)" in result.program
    assert [clause.clause for item in result.functions for clause in item.evidence if clause.kind == "example"] == [
        "q = Queue(); q.put(1); q.put(2); q.take(); q.size == 1",
        "q = Queue(); q.put(1); q.put(2); q.take() == 1",
        "Queue.of([5]).take() == 5",
    ]


@pytest.mark.parametrize(
    ("method", "why"),
    [
        ("def max(self):\n        ...", "a built-in function has this name"),
        ("def __len__(self):\n        ...", "special methods are not compiled"),
        ("async def top(self):\n        ...", "async methods are not compiled"),
        ("@cached\n    def top(self):\n        ...", "liftc knows no decorators of methods but staticmethod, "),
        ("def top():\n        ...", "there is no parameter for the object"),
    ],
)
def test_what_stays_open_is_told_with_its_place(method: str, why: str) -> None:
    text = f"class A:\n    {method}\n\n\ndef f(n: int) -> int:\n    ...\n"
    (warning,) = read_spec(Source("a.py", text)).warnings
    assert warning.code == "L0107"
    assert warning.labels[0].message.startswith(why)
    assert warning.labels[0].span.text == "..."


def test_a_method_of_other_values_is_no_example() -> None:
    text = STACK.replace("top", "pop") + "\n\nassert [1, 2].pop() == 2\nassert Other().pop() == 3\n"
    (pop,) = read_spec(Source("stack.py", text)).functions
    assert len(pop.examples) == 5


def function_of(text: str) -> FunctionSpec:
    (function,) = read_spec(Source("one.py", text)).functions
    return function


def test_lines_that_only_make_objects_go_into_the_call() -> None:
    head = "class P:\n    def __init__(self, x):\n        self.x = x\n\n    def plus(self, other):\n"
    doctest = ">>> p = P(1)\n        >>> q = P(2)\n        >>> p.plus(q).x\n        3\n"
    function = function_of(f'{head}        """\n        {doctest}        """\n        ...\n')
    (example,) = function.examples
    assert example.call.text == "plus(P(1), P(2))"
    assert example.text == "p = P(1); q = P(2); p.plus(q).x == 3"


ACCOUNT = '''\
class Account:
    def __init__(self, balance: int) -> None:
        self.balance = balance

    def withdraw(self, amount: int) -> int:
        """Take an amount out and return what is left.

        pre: self.balance >= 0
        raises: ValueError when amount > self.balance

        >>> a = Account(10)
        >>> a.withdraw(3)
        7
        >>> a.withdraw(8)
        Traceback (most recent call last):
        ValueError
        """
        ...
'''
WITHDRAW = """```python
def withdraw(self, amount):
    if amount > self.balance:
        raise ValueError("too much")
    self.balance -= amount
    return self.balance
```"""


def test_conditions_may_name_attributes_of_the_object() -> None:
    result = compile_source(
        Source("account.py", ACCOUNT), Options(samples=0, budget_seconds=10.0), Scripted((WITHDRAW,))
    )
    assert result.status == "accepted"
    (function,) = result.functions
    verdicts = {clause.kind: clause.verdict for clause in function.evidence}
    assert isinstance(verdicts["raises"], verdict_kinds.Tested)


def test_a_condition_on_the_object_is_checked_on_the_objects_of_the_examples() -> None:
    text = ACCOUNT.replace("amount > self.balance", "amount >= self.balance - 7")
    result = compile_source(Source("account.py", text), Options(samples=0, budget_seconds=10.0), Scripted((WITHDRAW,)))
    assert result.status == "rejected"
    (told,) = [item for item in result.diagnostics if item.code == "L0402"]
    assert told.notes[0] == "withdraw(Account(10), 3) breaks raises: ValueError when amount >= self.balance - 7: 7"
