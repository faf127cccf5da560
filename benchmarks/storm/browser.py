"""A browser whose owner tries again with the same form when nothing answers, or the answer is 503."""

from __future__ import annotations

import http.client
import random
import re
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.server import Answer, Visitor
from benchmarks.storm.ledger import Ledger

TRIES = 60
EXCUSES = ("busy", "cannot save", "cannot be reached")
"""One of these stands in every page that is answered for the time being."""
FAULTS = {"400", "404", "405", "410", "413", "500", "502", "503 without words"}
"""Answers that nobody should get who does only what pages offer."""


class GaveUp(Exception):
    """Nothing answered for so long that this person went away."""


class Browser:
    """Asks until there is an answer, and counts all of them, those without words too."""

    def __init__(self, port: int, ledger: Ledger, chance: random.Random) -> None:
        self._visitor, self._ledger, self._chance = Visitor(port), ledger, chance

    def get(self, path: str) -> Answer:
        return self._ask(self._visitor, path)

    def post(self, path: str, typed: dict[str, str]) -> Answer:
        return self._ask(self._visitor, path, typed)

    def post_twice(self, path: str, typed: dict[str, str]) -> list[Answer]:
        """Press the button twice: both requests are on their way at once, from one browser."""
        again = Visitor(self._visitor.port, dict(self._visitor.cookies))
        with ThreadPoolExecutor(1) as other:
            second = other.submit(self._ask, again, path, typed)
            try:
                answers = [self.post(path, typed), second.result()]
            finally:
                again.connection.close()
        self._visitor.cookies |= again.cookies
        return answers

    def close(self) -> None:
        self._visitor.connection.close()

    def _ask(self, visitor: Visitor, path: str, typed: dict[str, str] | None = None) -> Answer:
        for _ in range(TRIES):
            try:
                answer = visitor.get(path) if typed is None else visitor.post(path, typed)
            except (OSError, http.client.HTTPException):
                self._ledger.count("none")
            else:
                self._note(answer, path)
                if answer.status != 503:
                    return answer
            visitor.connection.close()
            time.sleep(self._chance.uniform(0.2, 1))
        raise GaveUp

    def _note(self, answer: Answer, path: str) -> None:
        name = _named(answer)
        self._ledger.count(name)
        if name in FAULTS:
            self._ledger.wrong.append(f"{path} was answered {name}.")


def _named(answer: Answer) -> str:
    """Name an answer by its status; one that puts people off also by whether it says so, and until when."""
    if answer.status != 503:
        return str(answer.status)
    main = re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2].partition("</main>")[0])
    retry = answer.headers.get("Retry-After", "")
    return f"503 in words, after {retry} s" if retry and any(one in main for one in EXCUSES) else "503 without words"
