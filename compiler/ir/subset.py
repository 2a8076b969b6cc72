"""The names that the IR allows, one by one.

Everything stands in a list (``solver/operations/subset.txt``): a module is not allowed, its names are. So no name that
reads a file, opens a socket, starts a process or leads into the interpreter can be written, and ``random._os`` or
``json.codecs`` do not exist. What remains is what an allowed name does with a value that only the run knows: format
texts are therefore literals, ``type`` asks and makes nothing, and the interpreter, which shares this process, looks
once more at what a call is given (``checks``).

Not in the list for what they do with names that they are given: ``dataclasses`` writes them into code that it executes,
``functools.wraps`` and ``cached_property`` hand out ``__dict__``, ``singledispatch`` evaluates annotations.
"""

from __future__ import annotations

from solver.operations.callables import ATTRIBUTES, BUILTINS, MODULES

ALLOWED_TYPES = BUILTINS["types"]
ALLOWED_EXCEPTIONS = BUILTINS["exceptions"]

ALLOWED_BUILTINS: frozenset[str] = frozenset().union(*BUILTINS.values())
"""The built-in names that a program may use. ``type`` takes one argument; ``getattr`` and the like a literal name."""

ALLOWED_MODULES = MODULES
"""The modules with the names that may be taken from each."""

ALLOWED_ATTRIBUTES = ATTRIBUTES
"""Attributes and methods that may be taken from any value; the module's own attributes come on top."""

_DUNDERS = """
    abs add and bool bytes call ceil complex contains copy deepcopy delitem divmod doc enter eq exit
    float floor floordiv format ge getitem gt hash iadd iand ifloordiv ilshift imatmul imod imul index init int
    invert ior ipow irshift isub iter itruediv ixor le len lshift lt matmul missing mod mul ne neg new next or pos
    pow radd rand rdivmod repr reversed rfloordiv rlshift rmatmul rmod rmul ror round rpow rrshift rshift
    rsub rtruediv rxor setitem slots str sub truediv trunc xor
"""
ALLOWED_DUNDERS: frozenset[str] = frozenset(f"__{name}__" for name in _DUNDERS.split())
"""The special methods that a class may define, and that ``super()`` may be asked for."""

_NEVER = """
    ag_await ag_code ag_frame cr_await cr_code cr_frame cr_origin f_back f_builtins f_code f_globals f_locals
    f_trace format_map gi_code gi_frame gi_yieldfrom tb_frame tb_next unicode_whitespace_trans
"""
NEVER_ATTRIBUTES: frozenset[str] = frozenset(_NEVER.split())
"""Attributes that a program does not gain by defining them.

They lead from a value into the interpreter, or from a class to a table that all programs of a process share.
"""

ANNOTATION_CALLS: frozenset[str] = frozenset(
    ("Gt", "Ge", "Lt", "Le", "MultipleOf", "MinLen", "MaxLen", "Len", "Interval")
)
"""What may be called inside ``Annotated[...]``."""
