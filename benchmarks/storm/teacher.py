"""One person of a storm: books or waits, proves the address, comes back, and notes each time what was said."""

from __future__ import annotations

import random
import re

from benchmarks.journey import fields_of
from benchmarks.server import Answer
from benchmarks.storm.browser import Browser
from benchmarks.storm.ledger import Ledger
from benchmarks.storm.mail import Mail
from tests.web.reading import fields

JOINS = 0.35
"""So many of those who find an event full join its line."""
BRINGS_SOMEBODY = 0.2
PRESSES_TWICE = 0.2


class Teacher:
    """Decides by `chance`, and knows only what pages and mail say."""

    def __init__(
        self, number: int, event: int, chance: random.Random, browser: Browser, mail: Mail, ledger: Ledger
    ) -> None:
        self._number, self._event, self._chance = number, event, chance
        self._browser, self._mail, self._ledger = browser, mail, ledger
        self._email = f"teacher{number}@school.example"
        self._link, self._offers_read, self.state = "", 0, ""

    @property
    def may_come_back(self) -> bool:
        """There is a booking of which something is left to do."""
        return self.state in ("confirmed", "waiting", "offered")

    def come(self) -> None:
        """Fill the form in; where the event is full, join the line with what was typed, or go away."""
        address = f"/events/{self._event}/bookings"
        form = self._browser.get(f"{address}/new")
        if 'name="key"' in form.text:
            sent = self._send(address, self._typed(form))
            if sent.status == 409 and "/waiting-list" in sent.text and self._chance.random() < JOINS:
                sent = self._send(f"/events/{self._event}/waiting-list", fields(sent) | {"together": "all"})
        elif self._chance.random() < JOINS:
            sent = self._join()
        else:
            return
        if sent.status == 303 and "/confirmation" in sent.headers["Location"]:
            self._ledger.tell(_number_of(sent.headers["Location"]), "typed")
            self._prove(sent.headers["Location"])

    def come_back(self) -> None:
        """Do what a person does who has a booking: mostly give it up, or answer an offer that has come by mail."""
        if self.state == "confirmed":
            self._chance.choice([self._cancel, self._cancel, self._cancel, self._swap, self._look])()
        elif self._mail.offers(self._email) > self._offers_read:
            self._answer_offer()
        elif self._chance.random() < 0.05:
            self._act("departure", "cancelled")

    def go(self) -> None:
        self._browser.close()

    def _join(self) -> Answer:
        address = f"/events/{self._event}/waiting-list"
        form = self._browser.get(f"{address}/new")
        return form if form.status == 303 else self._send(address, self._typed(form) | {"together": "all"})

    def _typed(self, form: Answer) -> dict[str, str]:
        typed = fields_of(form.text, self._number)
        if self._chance.random() < BRINGS_SOMEBODY:
            email = f"friend{self._number}@school.example"
            typed |= {"colleagues-0-name": "A friend", "colleagues-0-email": email, "colleagues-0-job": "Teacher"}
        return typed

    def _send(self, address: str, typed: dict[str, str]) -> Answer:
        """Send a form, some twice at once: both are answered by the same booking."""
        if self._chance.random() >= PRESSES_TWICE:
            return self._browser.post(address, typed)
        self._ledger.did("sent twice")
        answers = self._browser.post_twice(address, typed)
        taken = [answer for answer in answers if answer.status == 303]
        if len({answer.headers["Location"] for answer in taken}) > 1:
            self._ledger.wrong.append(f"A form for event {self._event} that came twice made two bookings.")
        return (taken or answers)[0]

    def _prove(self, page: str) -> None:
        """Type the code from the mail; where its answer was lost on the way, go on by the link in the next mail."""
        code = self._mail.code(self._email)
        asked = self._browser.get(page)
        if code and 'name="code"' in asked.text:
            asked = self._browser.post(page, fields(asked) | {"code": code})
            if asked.status == 409:
                return  # full meanwhile
        onward = asked.headers.get("Location", "")
        if onward.startswith("/my/"):
            onward = _link_in(self._browser.get(onward).text)
        if not onward or "/confirmation" in onward:
            onward = self._mail.link(self._email)
        if onward:
            self._link = onward
            self._look()

    def _look(self) -> None:
        """Read what the page says that the booking is, and note it."""
        page = self._browser.get(self._link)
        self.state = _state_in(page)
        if not self.state:
            self._ledger.wrong.append(f"The page of booking {_number_of(self._link)} was {page.status}.")
            return
        self._ledger.tell(_number_of(self._link), self.state)
        self._ledger.did(f"told {self.state}")

    def _answer_offer(self) -> None:
        self._offers_read = self._mail.offers(self._email)
        self._look()
        if self.state != "offered":
            return
        if self._chance.random() < 0.65:
            self._act("acceptance", "confirmed")
        else:
            self._act("refusal", "declined")

    def _cancel(self) -> None:
        page = f"{self._link}/cancellation"
        self._act("cancellation", "cancelled", fields(self._browser.get(page)))

    def _swap(self) -> None:
        found = re.search(r"/places/(\d+)/swap", self._browser.get(self._link).text)
        if found is None or _number_of(self._link) in self._ledger.instead:
            return
        page = f"{self._link}/places/{found[1]}/swap"
        colleague = {"name": "A colleague", "email": f"colleague{self._number}@school.example"}
        if self._browser.post(page, fields(self._browser.get(page)) | colleague).status == 303:
            self._ledger.swap(_number_of(self._link), self._email, colleague["email"])
            self._ledger.did("swapped")

    def _act(self, act: str, state: str, typed: dict[str, str] | None = None) -> None:
        """Press a button of the booking, some twice at once, and read what became of it."""
        typed = typed or fields(self._browser.get(self._link))
        self._ledger.ask(_number_of(self._link), state)
        self._send(f"{self._link}/{act}", typed)
        self._ledger.did(act)
        self._look()


def _number_of(link: str) -> int:
    found = re.search(r"/bookings/(\d+)-", link)
    assert found, f"not the link of a booking: {link}"
    return int(found[1])


def _link_in(page: str) -> str:
    found = re.search(r"/bookings/\d+-[\w-]+", page)
    return found[0] if found else ""


def _state_in(page: Answer) -> str:
    """Read from a booking's page what it is; "" where it does not say."""
    title = re.search(r"<h1[^>]*>(.*?)</h1>", page.text, re.DOTALL)
    said = title[1] if title and page.status == 200 else ""
    if said == "This booking has ended":
        return "declined" if "You passed the offer on" in page.text else "cancelled"
    titles = {"Your booking": "confirmed", "You are on the waiting list": "waiting"}
    return titles.get(said, "offered" if "come free for you" in said else "")
