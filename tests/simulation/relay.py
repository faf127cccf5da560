"""The mail relay and its faults, as the workers of a run meet them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING

from booking.domain import messages
from booking.domain.messages import Message
from booking.mail import post

if TYPE_CHECKING:
    from tests.simulation.world import World

ANSWERS = ("takes it", "takes it", "takes it", "is busy", "refuses it", "is gone", "takes it and hangs up", "stalls")


class Relay:
    """Takes mail, or does what relays do. `copies` counts how often it took each Message-ID."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.copies: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        """How often something went wrong after it took a mail, by Message-ID: each may make one more copy."""
        self.refused: Counter[str] = Counter()
        self.is_good = False

    @staticmethod
    def number_of(message: Message) -> str:
        """Answer the Message-ID of a promised mail."""
        return f"<{message.internet_id}@localhost>"

    def open(self) -> None:
        """It can be reached; whether it is of use shows with a mail."""

    def send(self, mail: EmailMessage) -> None:
        answer = "takes it" if self.is_good else self.world.chance.choice(ANSWERS)
        self.world.seen[f"relay {answer}"] += 1
        number = str(mail["Message-ID"])
        if answer == "is busy":
            raise post.Trouble("The relay said 451 try later")
        if answer == "refuses it":
            self.refused[number] += 1
            raise post.Refused("The relay said 554 no")
        if answer == "is gone":
            raise post.Gone("The relay could not be reached")
        self.copies[number] += 1
        if answer == "takes it and hangs up":
            self.faults[number] += 1
            raise post.Trouble("The relay hung up")
        if answer == "stalls":
            self.faults[number] += 1
            self.world.at += messages.LEASE + timedelta(seconds=1)
