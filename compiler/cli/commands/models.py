"""List the local models that liftc knows, pull one, checked against its published hash, or list the engines."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the sub-commands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|pull|engines")
    listing = actions.add_parser("list", help="the known models and whether they are here")
    listing.add_argument("--json", action="store_true", help="print JSON")
    pulling = actions.add_parser("pull", help="fetch a model; an interrupted pull goes on where it stopped")
    pulling.add_argument("name", metavar="NAME", nargs="?", help="the model (default: the default one)")
    pulling.add_argument("--json", action="store_true", help="print JSON")
    engines = actions.add_parser("engines", help="the engines, what each can do, and whether its packages are here")
    engines.add_argument("--markdown", action="store_true", help="print the documentation's table of them")
    engines.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: Namespace) -> int:
    """List or pull. Raises ``BackendError``."""
    match arguments.action:
        case "list":
            return _list(arguments.json)
        case "pull":
            return _pull(arguments.name, arguments.json)
        case _:
            return _engines(arguments.markdown, arguments.json)


def _list(as_json: bool) -> int:
    from backends.models import DEFAULT_MODEL, list_models
    from compiler.text.table import plain_table

    rows = [
        {
            "name": item.known.name,
            "title": item.known.title,
            "licence": item.known.licence,
            "bytes": item.known.bytes,
            "sha256": item.known.sha256,
            "state": item.state,
            "path": str(item.path),
            "default": item.known.name == DEFAULT_MODEL,
        }
        for item in list_models()
    ]
    if as_json:
        print(json.dumps(rows))
        return 0
    table = []
    for item in list_models():
        mark = " (default)" if item.known.name == DEFAULT_MODEL else ""
        table.append((item.known.name, item.known.size, item.known.licence, f"{item.state}{mark}"))
    print(plain_table(table))
    return 0


def _pull(name: str | None, as_json: bool) -> int:
    from backends.models import DEFAULT_MODEL, pull
    from compiler.cli.progress import transfer_shown

    with transfer_shown() as progress:
        file = pull(name or DEFAULT_MODEL, progress)
    if as_json:
        print(json.dumps({"name": file.name, "path": str(file.path), "sha256": file.sha256}))
    else:
        print(f"{file.name} is here, its hash checked: {file.path}", file=sys.stderr)
    return 0


def _engines(as_markdown: bool, as_json: bool) -> int:
    from dataclasses import asdict

    from backends.engines import KNOWN_ENGINES, engines_table
    from compiler.text.table import markdown_table, plain_table

    if as_json:
        print(json.dumps([{**asdict(engine), "installed": engine.installed} for engine in KNOWN_ENGINES]))
        return 0
    if as_markdown:
        print(markdown_table(engines_table()))
        return 0
    rows = [
        (engine.title, engine.named.replace("`", ""), engine.grammar, "here" if engine.installed else "not installed")
        for engine in KNOWN_ENGINES
    ]
    print(plain_table(rows))
    return 0
