"""The walls around candidate code inside its child process.

Four walls stand one behind the other: a table of built-ins without doors, an audit hook that denies by default what
the interpreter reports (opening, executing, connecting, loading), resource limits, and on Linux a seccomp filter that
leaves the process only memory, clocks and the pipes it already holds. None can be taken down again from inside. The
standard library is all that this file may import: the child sees nothing else.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Mapping
from types import ModuleType

MODULES = frozenset(
    {
        "__future__", "abc", "array", "ast", "base64", "binascii", "bisect", "calendar", "cmath",
        "collections", "collections.abc", "contextlib", "copy", "dataclasses", "datetime",
        "decimal", "enum", "fractions", "functools", "hashlib", "heapq", "itertools", "json",
        "keyword", "math", "numbers", "operator", "pprint", "queue", "random", "re", "secrets",
        "statistics", "string", "struct", "sys", "textwrap", "time", "types", "typing",
        "unicodedata", "warnings", "zlib", "zoneinfo",
    }
)  # fmt: skip
"""What candidate code may import."""

# Modules that the standard library imports inside functions, when it is too late to load anything.
_LAZY = {
    "collections": ("heapq", "collections.abc"),
    "datetime": ("_strptime", "time"),
    "time": ("_strptime",),
    "functools": ("typing", "weakref", "types"),
    "typing": ("collections.abc", "contextlib"),
    "hashlib": ("_hashlib", "_blake2", "_sha3"),
    "unicodedata": ("encodings.ascii",),
}
_ENCODINGS = ("encodings.ascii", "encodings.latin_1", "encodings.utf_16", "encodings.utf_32", "encodings.cp1252")
# The interpreter's own late imports go through the built-ins of whoever made the call.
_IMPORTABLE = MODULES.union(*_LAZY.values())
SOURCE_NAME = "<candidate>"
_REMOVED_BUILTINS = frozenset(
    {"open", "eval", "exec", "compile", "breakpoint", "exit", "quit", "help", "copyright", "credits", "license"}
)
# Reported by the interpreter when nothing outside the process is touched.
_HARMLESS_EVENTS = frozenset(
    {
        "array.__new__", "builtins.id", "code.__new__", "compile", "exec", "object.__delattr__", "object.__getattr__",
        "object.__setattr__", "sys.excepthook", "sys.unraisablehook", "time.sleep",
    }
)  # fmt: skip

# Attributes that lead into the frames of whoever calls the program, its judge included.
_FRAMES = frozenset({"ag_frame", "cr_frame", "gi_frame", "tb_frame"})


class Halt(BaseException):
    """A limit was reached. Not an ``Exception``, so that ``except Exception`` does not swallow it."""


class Output:
    """Stands in for standard output: counts and forgets. Its functions lead to nothing that judges."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.full = False

    def write(self, text: object) -> int:
        """Raises ``Halt`` where too much was written."""
        size = len(text) if isinstance(text, (str, bytes)) else 0
        self.left -= size
        if self.left < 0:
            self.full = True
            raise Halt("output")
        return size

    def flush(self) -> None:
        """Nothing is kept, so nothing is flushed."""


class SandboxViolation(PermissionError):  # noqa: N818
    """Candidate code reached for something outside its process."""


def preload(names: list[str], text: str) -> None:
    """Import the allowed modules among ``names`` with what they load late; ``text`` tells whether codecs are needed."""
    wanted = [name for name in names if name in MODULES]
    for name in wanted:
        for module in (name, *_LAZY.get(name, ())):
            _try_import(module)
    if "code(" in text or "bytes" in text:
        for name in _ENCODINGS:
            _try_import(name)
    if "\\N{" in text:
        _try_import("unicodedata")


def _try_import(name: str) -> None:
    try:
        __import__(name)
    except ImportError:
        return


def restricted_builtins() -> dict[str, object]:
    """The built-ins that candidate code sees: nothing that opens or compiles, and imports of allowed modules only."""
    table = {name: value for name, value in vars(builtins).items() if name not in _REMOVED_BUILTINS}
    table["input"] = _no_input
    table["__import__"] = _import_allowed
    return table


def _no_input(_prompt: object = "") -> str:
    raise EOFError("EOF when reading a line")


def _import_allowed(
    name: str,
    globals: Mapping[str, object] | None = None,  # noqa: A002
    locals: Mapping[str, object] | None = None,  # noqa: A002
    fromlist: tuple[str, ...] = (),
    level: int = 0,
) -> ModuleType:
    if level or name not in _IMPORTABLE or name not in sys.modules:
        raise ModuleNotFoundError(f"No module named {name!r} in the sandbox", name=name)
    return __import__(name, globals, locals, fromlist, level)


def deny_events(record: Callable[[str], None]) -> None:
    """Install the audit hook, for good. ``record`` is told of each violation, because candidate code may catch it."""
    harmless, violation, frames, source = _HARMLESS_EVENTS, SandboxViolation, _FRAMES, SOURCE_NAME
    caller, asking = sys._getframe, False
    # Named tuples, enumerations and type variables ask for the module in which they are made.
    library = frozenset(getattr(module, "__file__", None) for module in sys.modules.values())

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal asking
        if event == "object.__getattr__" and arguments[1] in frames:
            pass
        # To show the line of a syntax error the compiler looks for a file of the program's name.
        elif event in harmless or (event == "open" and arguments[0] == source):
            return
        elif event.startswith("sys._getframe"):
            if asking:
                return
            asking = True
            try:
                asks = caller(1).f_code.co_filename
            finally:
                asking = False
            if asks in library:
                return
        elif event == "import":
            raise ImportError(f"{arguments[0]} is not loaded in the sandbox")
        record(event)
        raise violation(f"the sandbox denies {event}")

    sys.addaudithook(hook)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends, however that ends; Linux only."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes
    import os

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        # It ended before it could be watched.
        os._exit(1)


def limit_resources(memory_bytes: int, cpu_seconds: int) -> None:
    """Set hard limits: memory, processor time, no file may grow, few descriptors, no core dump, no new process."""
    import resource

    limits = {
        "RLIMIT_AS": memory_bytes,
        "RLIMIT_CPU": cpu_seconds,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_NOFILE": 16,
        "RLIMIT_CORE": 0,
        "RLIMIT_NPROC": 0,
    }
    for name, amount in limits.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        try:
            _, hard = resource.getrlimit(kind)
            most = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):
            # Some systems refuse single limits (macOS: RLIMIT_AS); the parent's clock remains.
            continue


# Per machine: the audit architecture and the numbers of the system calls that computing needs.
_SECCOMP = {
    "x86_64": (
        0xC000003E,
        (0, 1, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 28, 35, 36, 38, 39, 60, 96, 98, 131, 201, 202, 219, 228, 229,
         230, 231, 318, 334),
    ),
    "aarch64": (
        0xC00000B7,
        (63, 64, 57, 80, 62, 222, 226, 215, 214, 134, 135, 139, 124, 216, 233, 101, 102, 103, 172, 93, 169, 165, 132,
         98, 128, 113, 114, 115, 94, 278, 293),
    ),
}  # fmt: skip
_PR_SET_PDEATHSIG, _SIGKILL = 1, 9
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_CLONE_NEWNET, _CLONE_NEWUSER = 0x40000000, 0x10000000


def filter_system_calls(machine: str) -> bool:
    """Leave the process only the system calls that computing needs; every other fails with ``EPERM``.

    The calls left: read, write, close, fstat, lseek, mmap, mprotect, munmap, brk, mremap, madvise, signals' own,
    timers, clocks, sleeping, futex, getpid, getrusage, getrandom, rseq, sched_yield, exit. Returns whether the kernel
    took the filter; where it did not, the network is at least unshared if the kernel allows it.
    """
    if not sys.platform.startswith("linux"):
        return False
    import ctypes
    import struct

    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if machine in _SECCOMP:
        program = _filter_program(*_SECCOMP[machine])
        code = ctypes.create_string_buffer(program, len(program))
        header = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(code)))
        if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0) == 0:
            return True
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    return False


def _filter_program(architecture: int, allowed: tuple[int, ...]) -> bytes:
    """Classic BPF, as seccomp(2) defines it: load the architecture, then the call's number, and compare."""
    import struct

    load, jump_equal, give = 0x20, 0x15, 0x06
    kill, allow, refuse = 0x80000000, 0x7FFF0000, 0x00050000 | 1
    steps = [(load, 0, 0, 4), (jump_equal, 1, 0, architecture), (give, 0, 0, kill), (load, 0, 0, 0)]
    steps += [(jump_equal, len(allowed) - place, 0, number) for place, number in enumerate(allowed)]
    steps += [(give, 0, 0, refuse), (give, 0, 0, allow)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
