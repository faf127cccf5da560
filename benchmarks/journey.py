"""What a booking costs the server: CPU and SQL statements of each page of the journey, and of the list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import event as listening

from benchmarks import floor
from benchmarks.seed import Seeded, seeded
from benchmarks.server import Answer, Server, Visitor, running
from booking import create_app
from booking.config import Settings
from booking.db import db

BATCHES = 5


@dataclass
class Row:
    what: str
    cpu_ms: float
    statements: int | None = None


def measure(kind: str, rounds: int) -> list[Row]:
    """Answer CPU ms a request (the median of five batches) on a real gunicorn, over a database of this kind."""
    with seeded(kind) as data, running("wsgi", DATABASE_URL=data.url) as server:
        rows = [
            _row(server, "list, 200 events", rounds, lambda visitor, _: visitor.get("/")),
            _row(server, "event page", rounds, lambda visitor, _: visitor.get(f"/events/{data.hot}")),
            *_booking(server, data, rounds),
        ]
        counts = _statements(data)
    for row in rows:
        row.statements = counts[row.what]
    return [*rows, Row("the journey: page, form, POST, result", sum(row.cpu_ms for row in rows[1:]))]


def measure_floor(rounds: int) -> list[Row]:
    """Answer the same for the framework alone."""
    with running(floor.__name__) as server:
        forms = [server.visitor() for _ in range(1)]
        page = forms[0].get("/form").text
        token = _field(page, "csrf_token")
        return [
            _row(server, "framework: hello", rounds, lambda visitor, _: visitor.get("/healthz")),
            _row(server, "framework: a list of 20 rows", rounds, lambda visitor, _: visitor.get("/list")),
            _row(server, "framework: a form of one field", rounds, lambda visitor, _: visitor.get("/form")),
            _row(
                server,
                "framework: its POST",
                rounds,
                lambda _visitor, _number: forms[0].post("/form", {"csrf_token": token, "name": "Priya"}),
            ),
        ]


def fields_of(page: str, number: int) -> dict[str, str]:
    """Answer the form filled in by one of many teachers."""
    return {
        "csrf_token": _field(page, "csrf_token"),
        "key": _field(page, "key"),
        "name": f"Teacher {number}",
        "email": f"teacher{number}@school.example",
        "job": "Year 4 teacher",
        "unlisted": "y",
        "unlisted_school": "Larkmead Trust",
        "coming": "y",
    }


def _booking(server: Server, data: Seeded, rounds: int) -> list[Row]:
    address = f"/events/{data.hot}/bookings"
    people = [(number, server.visitor()) for number in range(rounds * BATCHES)]
    pages: dict[int, str] = {}
    onward: dict[int, str] = {}

    def show(_visitor: Visitor, number: int) -> Answer:
        answer = people[number][1].get(f"{address}/new")
        pages[number] = answer.text
        return answer

    def send(_visitor: Visitor, number: int) -> Answer:
        answer = people[number][1].post(address, fields_of(pages[number], number))
        onward[number] = answer.headers["Location"]
        return answer

    def look(_visitor: Visitor, number: int) -> Answer:
        return people[number][1].get(onward[number])

    return [
        _row(server, "form", rounds, show),
        _row(server, "POST", rounds, send, expect=303),
        _row(server, "result: the code page", rounds, look),
    ]


def _row(server: Server, what: str, rounds: int, ask: Callable[[Visitor, int], Answer], *, expect: int = 200) -> Row:
    visitor, spent = server.visitor(), []
    for batch in range(BATCHES):
        before = server.cpu_ms()
        for number in range(batch * rounds, (batch + 1) * rounds):
            answer = ask(visitor, number)
            assert answer.status == expect, f"{what}: {answer.status}"
        spent.append((server.cpu_ms() - before) / rounds)
    return Row(what, sorted(spent)[BATCHES // 2])


def _statements(data: Seeded) -> dict[str, int]:
    """Count the SQL statements of each page, once, in this process."""
    app = create_app(Settings(mode="test", database_url=data.url, base_url="http://127.0.0.1", secret_key=("s" * 40,)))
    client, seen, counts = app.test_client(), [], {}
    with app.app_context():
        listening.listen(db.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))

    def count(what: str, ask: Callable[[], str]) -> str:
        seen.clear()
        got = ask()
        counts[what] = sum(not statement.startswith(("BEGIN", "PRAGMA")) for statement in seen)
        return got

    address = f"/events/{data.hot}/bookings"
    count("list, 200 events", lambda: client.get("/").text)
    count("event page", lambda: client.get(f"/events/{data.hot}").text)
    page = count("form", lambda: client.get(f"{address}/new").text)
    onward = count("POST", lambda: client.post(address, data=fields_of(page, 10_000_000)).headers["Location"])
    count("result: the code page", lambda: client.get(onward).text)
    with app.app_context():
        db.engine.dispose()
    return counts


def _field(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    assert found, f"the form has no field {name}"
    return found[1]


def table(rows: Iterable[Row]) -> str:
    lines = ["| page | CPU ms | SQL statements |", "|---|---|---|"]
    lines += [
        f"| {row.what} | {row.cpu_ms:.2f} | {row.statements if row.statements is not None else '–'} |" for row in rows
    ]
    return "\n".join(lines)
