"""The command ``liftc``: picks the command to run, and ends every one of them in the same way.

Only what the chosen command needs is imported, so that the command starts about as fast as Python does.
"""

from __future__ import annotations

import sys

COMMANDS = {
    "trace": "show afterwards how a compile went",
    "replay": "repeat a compile from its trace, offline",
    "models": "list the local models, or pull one",
    "cache": "show what is kept of the models' replies, or trim it",
    "bench": "measure liftc beside the raw model",
    "explain": "explain a diagnostic's code",
    "ir": "print the IR of a specification or of Python code",
}


def main(argv: list[str] | None = None) -> int:
    """Run ``liftc`` with the given arguments, the process's own by default; its exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    if arguments in (["--version"], ["-V"]):
        from liftc import __version__

        print(f"liftc {__version__}")
        return 0
    from compiler.cli.ending import INTERRUPTED, end_at_once, ending_well

    command = arguments[0] if arguments and arguments[0] in COMMANDS else None
    code = ending_well(lambda: _dispatch(command, arguments if command is None else arguments[1:]))
    if code == INTERRUPTED and argv is None:
        end_at_once(code)
    return code


def _dispatch(command: str | None, arguments: list[str]) -> int:
    import argparse
    from importlib import import_module

    module = import_module(f"compiler.cli.commands.{command or 'compile'}")
    parser = argparse.ArgumentParser(
        prog=f"liftc {command}" if command else "liftc",
        description=module.__doc__,
        epilog=None if command else _epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.add_arguments(parser)
    # What was typed, for commands that tell where their figures come from.
    typed = argparse.Namespace(typed=([command, *arguments] if command else arguments))
    code: int = module.run(parser.parse_args(arguments, typed))
    return code


def _epilog() -> str:
    width = max(map(len, COMMANDS))
    lines = "\n".join(f"  {name.ljust(width)}  {text}" for name, text in COMMANDS.items())
    return f"other commands (`liftc COMMAND --help`):\n{lines}"
