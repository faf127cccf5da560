"""What the docs name exists, and the other way round."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_named_exists(page: Path) -> None:
    named = re.findall(r"`((?:booking|tests|templates|benchmarks|migrations|docs)/[\w./-]+)`", page.read_text())

    assert [name for name in named if not (ROOT / name).exists()] == []


def test_security_speaks_of_tests_that_exist() -> None:
    named = set(re.findall(r"\btest_\w+\.py", (ROOT / "docs" / "security.md").read_text()))

    assert named - {path.name for path in ROOT.glob("tests/**/*.py")} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_named_exists(page: Path, app) -> None:
    given = re.findall(r"flask (?:--app wsgi )?([a-z][\w-]*)(?: ([a-z][\w-]*))?", page.read_text())
    groups = {name: set(getattr(command, "commands", {})) for name, command in app.cli.commands.items()}
    groups |= {"db": {"upgrade", "check"}, "run": set()}

    for command, rest in given:
        assert command in groups, f"flask {command}"
        assert not groups[command] or rest in groups[command], f"flask {command} {rest}"
