"""The people of a storm: each books, proves, sends forms twice, swaps and cancels, and notes what was said."""

from __future__ import annotations

import http.client
import itertools
import random
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from benchmarks.journey import fields_of
from benchmarks.server import Answer, Visitor
from benchmarks.storm.stage import Stage
from tests.web.reading import fields

AT_ONCE = 48
TRIES = 60
CODE_SECONDS = 60


class Ledger:
    """What people were told, by the number of the booking, and how requests were answered."""

    def __init__(self) -> None:
        self.confirmed: set[int] = set()
        self.asked_to_cancel: set[int] = set()
        self.cancelled: set[int] = set()
        self.answers: Counter[str] = Counter()


class Mail:
    """Reads the relay's mail as it comes: the newest code of an address."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._read, self._lock = stage, 0, threading.Lock()
        self._codes: dict[str, list[str]] = defaultdict(list)

    def codes(self, address: str) -> list[str]:
        with self._lock:
            for received in self._stage.relay.received[self._read :]:
                self._read += 1
                body = received.message.get_body(("plain",))
                found = re.search(r"^\s*(\d{3}) ?(\d{3})\s*$", body.get_content() if body else "", re.MULTILINE)
                if found:
                    self._codes[received.recipients[0]].append(found[1] + found[2])
            return list(self._codes[address])


class Crowd:
    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage, self.mail, self.ledger = stage, Mail(stage), Ledger()
        self._chance = random.Random(seed)  # noqa: S311 the same every time

    def rush(self, people: int) -> None:
        """Let all send their form in one instant, and whoever got places prove the address."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self._story, range(people), [0.0] * people))

    def go_on(self, first: int, until: float) -> int:
        """Let somebody come whenever somebody has left, until that moment; most cancel. Answer how many came."""
        numbers = itertools.count(first)

        def one_after_another(_seat: int) -> int:
            came = 0
            while time.monotonic() < until:
                self._story(next(numbers), 0.8)
                came += 1
            return came

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return sum(pool.map(one_after_another, range(AT_ONCE)))

    def _story(self, number: int, cancels: float) -> None:
        person = Browser(self, random.Random(number * 7919 + self._chance.randrange(1 << 30)), number)  # noqa: S311
        try:
            person.live(cancels)
        except GaveUp:
            self.ledger.answers["gave up"] += 1
        finally:
            person.visitor.connection.close()


class GaveUp(Exception):
    """Nothing answered for so long that this person went away."""


class Browser:
    """One person, who tries again with the same form when nothing answers or the answer is 503."""

    def __init__(self, crowd: Crowd, chance: random.Random, number: int) -> None:
        self._crowd, self._chance, self._number = crowd, chance, number
        self._ledger = crowd.ledger
        self.visitor = Visitor(crowd.stage.web.port)

    def live(self, cancels: float) -> None:
        event = self._crowd.stage.events[self._number % len(self._crowd.stage.events)]
        address = f"/events/{event}/bookings"
        form = self._get(f"{address}/new").text
        if 'name="key"' not in form:
            return  # full, and the form is not shown
        typed = fields_of(form, self._number)
        held = self._post(address, typed)
        if self._chance.random() < 0.2:  # an impatient finger
            again = self._post(address, typed)
            assert held.status != 303 or again.headers["Location"] == held.headers["Location"], "two answers to a form"
        if held.status == 303 and (link := self._prove(held.headers["Location"], typed["email"])):
            self._change(link, cancels)

    def _prove(self, page: str, email: str) -> str:
        """Type the code from the mail; answer the link to the booking, if there is one."""
        latest = time.monotonic() + CODE_SECONDS
        tried: set[str] = set()
        while time.monotonic() < latest:
            codes = [code for code in self._crowd.mail.codes(email) if code not in tried]
            if not codes:
                time.sleep(0.3)
                continue
            tried.add(codes[-1])
            typed = fields(self._get(page)) | {"code": codes[-1]}
            proven = self._post(page, typed)
            link = proven.headers.get("Location", "")
            if proven.status == 303 and "/confirmation" not in link:
                self._ledger.confirmed.add(_number_of(link))
                return link
        return ""

    def _change(self, link: str, cancels: float) -> None:
        """Send a colleague, or give the places up."""
        chance = self._chance.random()
        if chance < cancels:
            page = f"{link}/cancellation"
            typed = fields(self._get(page))
            self._ledger.asked_to_cancel.add(_number_of(link))
            if self._post(page, typed).status == 303:
                self._ledger.cancelled.add(_number_of(link))
        elif chance < cancels + 0.1 and (found := re.search(r"/places/(\d+)/swap", self._get(link).text)):
            page = f"{link}/places/{found[1]}/swap"
            colleague = {"name": "A colleague", "email": f"colleague{self._number}@school.example"}
            self._post(page, fields(self._get(page)) | colleague)

    def _get(self, path: str) -> Answer:
        return self._ask(lambda: self.visitor.get(path))

    def _post(self, path: str, typed: dict[str, str]) -> Answer:
        return self._ask(lambda: self.visitor.post(path, typed))

    def _ask(self, ask: Callable[[], Answer]) -> Answer:
        for _ in range(TRIES):
            try:
                answer = ask()
            except (OSError, http.client.HTTPException):
                self._ledger.answers["no answer"] += 1
            else:
                self._ledger.answers[str(answer.status)] += 1
                if answer.status != 503:
                    return answer
            self.visitor.connection.close()
            time.sleep(self._chance.uniform(0.2, 1))
        raise GaveUp


def _number_of(link: str) -> int:
    found = re.search(r"/bookings/(\d+)-", link)
    assert found, f"not the link of a booking: {link}"
    return int(found[1])
