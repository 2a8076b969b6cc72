"""Grammars without what leads nowhere: options that no text ends, and definitions that the first one does not need."""

from __future__ import annotations

from collections.abc import Mapping

from grammar.notation import Choice, Part, Reference, Repeat, Sequence, choice, references, sequence


def productive(definitions: Mapping[str, Part], first: str) -> dict[str, Part]:
    """The definitions that the first one needs, in order, each without the options that never come to an end.

    Raises ``ValueError`` where no text follows from the first one.
    """
    used = {name: references(part) for name, part in definitions.items()}
    ending = _ending(definitions, used)
    if first not in ending:
        raise ValueError("the grammar has no text")
    kept: dict[str, Part] = {}
    pending = [first]
    while pending:
        name = pending.pop()
        if name not in kept:
            is_whole = used[name] <= ending
            kept[name] = definitions[name] if is_whole else _without(definitions[name], ending)
            pending += used[name] if is_whole else references(kept[name])
    return {name: kept[name] for name in definitions if name in kept}


def _ending(definitions: Mapping[str, Part], used: Mapping[str, set[str]]) -> set[str]:
    """The definitions from which a text follows, by the names that each uses."""
    users: dict[str, list[str]] = {}
    for name, others in used.items():
        for other in others:
            users.setdefault(other, []).append(name)
    ending: set[str] = set()
    pending = dict.fromkeys(definitions)
    while pending:
        name, _ = pending.popitem()
        if _ends(definitions[name], ending):
            ending.add(name)
            pending |= dict.fromkeys(user for user in users.get(name, ()) if user not in ending)
    return ending


def _ends(part: Part, ending: set[str]) -> bool:
    match part:
        case Reference(name):
            return name in ending
        case Sequence(parts):
            return all(_ends(item, ending) for item in parts)
        case Choice(options):
            return any(_ends(item, ending) for item in options)
        case Repeat(inner, low, _):
            return not low or _ends(inner, ending)
        case _:
            return True


def _without(part: Part, ending: set[str]) -> Part:
    match part:
        case Sequence(parts):
            return sequence(_without(item, ending) for item in parts)
        case Choice(options):
            return choice(_without(item, ending) for item in options if _ends(item, ending))
        case Repeat(inner, low, high):
            return Repeat(_without(inner, ending), low, high) if _ends(inner, ending) else sequence(())
        case _:
            return part
