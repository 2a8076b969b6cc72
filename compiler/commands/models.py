"""List the local models that liftc knows, or pull one, checked against its published hash."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the sub-commands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|pull")
    listing = actions.add_parser("list", help="the known models and whether they are here")
    listing.add_argument("--json", action="store_true", help="print JSON")
    pulling = actions.add_parser("pull", help="fetch a model; an interrupted pull goes on where it stopped")
    pulling.add_argument("name", metavar="NAME", nargs="?", help="the model (default: the default one)")
    pulling.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: Namespace) -> int:
    """List or pull. Raises ``BackendError``."""
    return _list(arguments.json) if arguments.action == "list" else _pull(arguments.name, arguments.json)


def _list(as_json: bool) -> int:
    from backends.models import DEFAULT_MODEL, list_models

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
    width = max(len(str(row["name"])) for row in rows)
    for item in list_models():
        mark = " (default)" if item.known.name == DEFAULT_MODEL else ""
        size = f"{item.known.bytes >> 20} MiB"
        print(f"{item.known.name.ljust(width)}  {size:>8}  {item.known.licence}  {item.state}{mark}")
    return 0


def _pull(name: str | None, as_json: bool) -> int:
    from backends.models import DEFAULT_MODEL, pull
    from compiler.terminal.progress import transfer_shown

    with transfer_shown() as progress:
        file = pull(name or DEFAULT_MODEL, progress)
    if as_json:
        print(json.dumps({"name": file.name, "path": str(file.path), "sha256": file.sha256}))
    else:
        print(f"{file.name} is here, its hash checked: {file.path}", file=sys.stderr)
    return 0
