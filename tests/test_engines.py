"""The engines as data: the table of them for people, and what the data say beside the code, the locks and the tests."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from backends.address import ENGINES
from backends.engines import KNOWN_ENGINES, KnownEngine, engines_table
from backends.local import LOCAL_ENGINES
from compiler.cli import main

ROOT = Path(__file__).parent.parent
TABLE = re.compile(r"^\| engine \| a model of it \|.*?\n(?=\n)", flags=re.MULTILINE | re.DOTALL)
LOCKS = "\n".join(path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("requirements*.lock"))).splitlines()
TRIED = [engine for engine in KNOWN_ENGINES if engine.tried]


def told(engine: KnownEngine) -> str:
    return f"{engine.title}, {engine.engine}"


def test_the_page_of_models_has_the_table_that_the_command_prints(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "engines", "--markdown"]) == 0
    printed = capsys.readouterr().out
    page = ROOT / "docs" / "models.md"
    if request.config.getoption("--update-golden"):
        page.write_text(TABLE.sub(lambda _: printed, page.read_text(encoding="utf-8")), encoding="utf-8")
    assert TABLE.findall(page.read_text(encoding="utf-8")) == [printed]


def test_the_command_tells_what_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "engines"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(KNOWN_ENGINES)
    assert re.fullmatch(r"llama\.cpp +NAME, FILE\.gguf +Lark, by llguidance +here", lines[0])
    assert main(["models", "engines", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [row["installed"] for row in data] == [engine.installed for engine in KNOWN_ENGINES]


def test_every_engine_that_can_be_named_is_there() -> None:
    assert {engine.engine for engine in KNOWN_ENGINES} == {"llama.cpp", *LOCAL_ENGINES, *ENGINES}
    for engine in KNOWN_ENGINES:
        assert (engine.place == "server") == (engine.engine in ENGINES)


@pytest.mark.parametrize("engine", TRIED, ids=told)
def test_what_was_run_is_what_the_locks_hold(engine: KnownEngine) -> None:
    package, version = engine.tried.split()
    assert f"{package}=={version}" in {line.removesuffix(" \\") for line in LOCKS}


@pytest.mark.parametrize("engine", TRIED, ids=told)
def test_what_is_said_of_an_engine_is_tested(engine: KnownEngine) -> None:
    text = (ROOT / engine.test).read_text(encoding="utf-8")
    laws = "EngineLaws" in text
    assert re.search(r"pytest\.mark\.(engine|model)", text)
    assert laws or "grammar" in text
    assert (engine.adapters in ("no", "left to the server")) or "adapter" in text
    assert not engine.logprobs or laws or "logprob" in text
    assert not laws or engine.logprobs == ("tells_logprob = False" not in text)


def test_engines_that_were_not_run_say_so() -> None:
    for engine in KNOWN_ENGINES:
        assert (ROOT / engine.test).is_file()
        if not engine.tried:
            assert "imitated" in engines_table([engine])[1][-1]
