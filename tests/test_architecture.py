"""House rules, kept by the tests so that reviewers need not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "booking"
MODULES = sorted(PACKAGE.rglob("*.py"))
DOORS = {"web", "api", "commands", "cli", "jobs", "demo"}
LINE = [
    "errors",
    "wall_clock",
    "schools",
    "people",
    "access",
    "audit",
    "hubs",
    "messages",
    "codes",
    "sign_ins",
    "details",
    "working_days",
    "school_calendars",
    "events",
    "finding",
    "places",
]
LINE += ["changes", "reminders", "feeds", "roles", "putting_up", "closing", "copies", "erasing", "workers", "verify"]
STRANGERS = {"flask", "flask_wtf", "wtforms", "flask_sqlalchemy", "apscheduler", "smtplib", "socket", "urllib", "click"}


def imports_of(path: Path) -> Iterator[str]:
    """Answer every dotted name that the file imports, but for what only the type checker sees."""
    tree = ast.parse(path.read_text())
    hidden = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in hidden:
            continue
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def room_of(path: Path) -> str:
    """Answer the room of a file: domain/places/room.py and web/places.py are both `places`."""
    return path.relative_to(PACKAGE).with_suffix("").parts[1]


def domain_files() -> list[Path]:
    return [
        path
        for path in MODULES
        if path.is_relative_to(PACKAGE / "domain") and path.parent.name + path.name != "domain__init__.py"
    ]


def test_the_domain_has_never_heard_of_a_door() -> None:
    beyond = {f"booking.{door}" for door in DOORS | {"clock", "mail", "config"}}
    for path in domain_files():
        for name in imports_of(path):
            assert name.split(".")[0] not in STRANGERS, f"{path.name} imports {name}"
            assert ".".join(name.split(".")[:2]) not in beyond, f"{path.name} imports {name}"


def test_the_domain_stands_in_a_line_and_imports_only_leftwards() -> None:
    for path in domain_files():
        room = room_of(path)
        assert room in LINE, f"{room} has no place in the line yet"
        for name in imports_of(path):
            parts = name.split(".")
            if parts[:2] == ["booking", "domain"] and len(parts) > 2 and parts[2] != room:
                assert LINE.index(parts[2]) < LINE.index(room), f"{path.name} imports {name}"


def test_calendars_know_neither_the_database_nor_a_door_nor_the_clock() -> None:
    beyond = {f"booking.{room}" for room in DOORS | {"clock", "mail", "config", "db"}}
    for path in MODULES:
        if path.is_relative_to(PACKAGE / "calendars"):
            for name in imports_of(path):
                assert name.split(".")[0] not in STRANGERS | {"sqlalchemy"}, f"{path.name} imports {name}"
                assert ".".join(name.split(".")[:2]) not in beyond | {"booking.domain"}, f"{path.name} imports {name}"


@pytest.mark.parametrize("door", ["web", "api", "commands", "jobs"])
def test_doors_do_not_lead_into_each_other(door: str) -> None:
    may = {"commands": {"jobs", "demo"}}.get(door, set())
    others = {f"booking.{other}" for other in DOORS - {door} - may}
    if door == "web":
        others -= {"booking.demo"}  # the demo's mailbox is a page of the demo
    for path in MODULES:
        if path.relative_to(PACKAGE).with_suffix("").parts[0] == door:
            for name in imports_of(path):
                assert ".".join(name.split(".")[:2]) not in others, f"{path.name} imports {name}"


def test_one_place_commits() -> None:
    assert [path.name for path in MODULES if ".commit()" in path.read_text()] == ["db.py"]


def test_one_place_asks_for_the_time() -> None:
    asking = [path.name for path in MODULES if "datetime.now" in path.read_text() or "utcnow" in path.read_text()]

    assert asking == ["clock.py"]


def test_only_the_room_changes_what_is_taken() -> None:
    changing = [path.name for path in MODULES if ".taken +=" in path.read_text() or ".taken -=" in path.read_text()]

    assert changing == ["room.py"]


def test_only_the_table_moves_a_booking() -> None:
    moving = [path.name for path in MODULES if "booking.state = " in path.read_text()]

    assert moving == ["states.py"]
