from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import DOUBLE

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a text with the golden file of a name, or writes it."""

    def check(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"there is no {path.name}: run pytest --update-golden"
        assert text == path.read_text(encoding="utf-8")

    return check


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for models, cache and store."""
    home = tmp_path / "home"
    monkeypatch.setenv("LIFTC_HOME", str(home))
    return home


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A small specification that search alone meets."""
    path = tmp_path / "double.txt"
    path.write_text(DOUBLE, encoding="utf-8")
    return path
