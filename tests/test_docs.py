"""The documentation says what the code does."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

from compiler.cli import main
from compiler.cli.commands import bench
from compiler.text.diagnostics import catalogue, explain
from compiler.trace.events import EVENTS, Event
from compiler.trace.lines import FIELDS, VERSION
from compiler.trace.typed_json import in_words

ROOT = Path(__file__).parent.parent
PACKAGES = ("backends", "compiler", "grammar", "solver")


def described(kind: type[Event]) -> str:
    """The section of one kind of event: what its class says, and the types of its fields."""
    words = inspect.cleandoc(kind.__doc__ or "").replace("``", "`")
    data, timing = FIELDS[kind]
    fields = [f"- `{name}`: {in_words(made)}\n" for name, made in data.items()]
    fields += [f"- timing, `{name}`: {in_words(made)}\n" for name, made in timing.items() if name != "at"]
    return f"\n### `{kind.event()}`\n\n{words}\n\n{''.join(fields)}"


def test_the_trace_page_says_what_the_events_say_themselves(request: pytest.FixtureRequest) -> None:
    page = ROOT / "docs" / "trace.md"
    head = page.read_text(encoding="utf-8").partition("\n### ")[0]
    text = head + "".join(map(described, EVENTS.values()))
    if request.config.getoption("--update-golden"):
        page.write_text(text, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == text
    assert f"the version of this format, {VERSION}" in text


def codes_in_source() -> set[str]:
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return {code for path in files for code in re.findall(r'"(L\d{4})"', path.read_text(encoding="utf-8"))}


def test_every_code_is_explained() -> None:
    assert sorted(codes_in_source() - set(catalogue())) == []


def test_every_explained_code_is_used() -> None:
    assert sorted(set(catalogue()) - codes_in_source()) == []


HEAD = """# Diagnostics

Every message of liftc has a code, and `liftc explain CODE` prints what stands here. The first digit tells what a code
is about: 1 reading the specification, 2 code, 3 contradictions, 4 filling, 5 SyGuS problems, 6 models, 7 the command,
8 liftc itself.
"""


def diagnostics_page() -> str:
    sections = [f"\n## {code}: {entry['title']}\n\n{entry['text'].strip()}\n" for code, entry in catalogue().items()]
    return HEAD + "".join(sections)


def test_the_diagnostics_page_is_the_catalogue(request: pytest.FixtureRequest) -> None:
    page = ROOT / "docs" / "diagnostics.md"
    if request.config.getoption("--update-golden"):
        page.write_text(diagnostics_page(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == diagnostics_page()


def test_codes_are_sorted_and_explained_in_whole_sentences() -> None:
    assert list(catalogue()) == sorted(catalogue())
    for code, entry in catalogue().items():
        assert not entry["title"].endswith("."), code
        assert (explain(code) or "").startswith(f"{code}: ")


def what_it_does(module: Path) -> str:
    words = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    return " ".join(words.split("\n\n")[0].split())


ROOMS = (
    *(f"compiler/{room}" for room in ("text", "front", "ir", "lir", "interpreter", "judge", "task", "propagation")),
    *(f"compiler/{room}" for room in ("enumerate", "synthesis", "acceptance", "proof", "emit", "pipeline", "runs")),
    *(f"compiler/{room}" for room in ("trace", "sygus", "testfile", "bench", "cli")),
    *("solver", "grammar", "backends", "training"),
)
"""The folders in the order in which data flows through them."""

FILES_HEAD = """# Files

What each file does, in its own words, room by room in the order in which data flows ([architecture](architecture.md)).
Written by `pytest tests/test_docs.py --update-golden`.
"""


def files_page() -> str:
    """The index of all modules: a section for each room, with the first paragraph of each module's docstring."""
    sections = [
        FILES_HEAD,
        f"\n| file | what it does |\n|---|---|\n| `liftc.py` | {what_it_does(ROOT / 'liftc.py')} |\n",
    ]
    for room in ROOMS:
        folder = ROOT / room
        paths = sorted(folder.rglob("*.py"), key=lambda path: (path.parent != folder, path.parent, path.name))
        rows = (f"| `{p.relative_to(folder)}` | {what_it_does(p)} |\n" for p in paths if p.name != "__init__.py")
        head = f"\n## `{room}`\n\n{what_it_does(folder / '__init__.py')}\n"
        table = "".join(rows)
        sections.append(head + (f"\n| file | what it does |\n|---|---|\n{table}" if table else ""))
    return "".join(sections)


def test_the_index_says_of_every_module_what_it_says_itself(request: pytest.FixtureRequest) -> None:
    page = ROOT / "docs" / "files.md"
    if request.config.getoption("--update-golden"):
        page.write_text(files_page(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == files_page()


def test_every_room_is_in_the_index() -> None:
    rooms = {str(path.parent.relative_to(ROOT)) for path in (ROOT / "compiler").glob("*/__init__.py")}
    assert rooms == {room for room in ROOMS if "/" in room}


def tour() -> dict[str, str]:
    """What the README shows of the specification `double.txt`, by its commands and file names."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    specification = re.search(r"This one is `double\.txt`:\n\n```\n(.*?)```", text, re.DOTALL)
    shown = re.search(r"\$ (liftc double\.txt -o double\.py[^\n]*)\n(.*?)\$ cat double\.py\n(.*?)```", text, re.DOTALL)
    contradiction = re.search(r"\$ cat bigger\.txt\n(.*?)\$ (liftc bigger[^\n]*)\n(.*?)```", text, re.DOTALL)
    assert specification is not None
    assert shown is not None
    assert contradiction is not None
    return {
        "double.txt": specification[1],
        shown[1]: shown[2],
        "double.py": shown[3],
        "bigger.txt": contradiction[1],
        contradiction[2]: contradiction[3],
    }


@pytest.mark.usefixtures("own_home")
@pytest.mark.parametrize("name", ["double", "bigger"])
def test_the_tour_shows_what_comes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = tour()
    monkeypatch.chdir(tmp_path)
    Path(f"{name}.txt").write_text(shown[f"{name}.txt"], encoding="utf-8")
    command = next(text for text in shown if text.startswith(f"liftc {name}.txt "))
    main(command.split()[1:])
    timeless = re.compile(r"\d+\.\d s$", re.MULTILINE)
    assert timeless.sub("", capsys.readouterr().err) == timeless.sub("", shown[command])
    if name == "double":
        assert Path("double.py").read_text(encoding="utf-8") == shown["double.py"]


def test_the_benchmarks_page_lists_every_action() -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert sorted(set(bench.actions()) - set(re.findall(r"liftc bench (\w+)", page))) == []


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").glob("*.md")), ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target
