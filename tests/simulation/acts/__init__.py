"""What can happen in a run, and how often: people, organisers, workers and the clock.

Each act draws its object, does it, and says what it did; one that finds nothing to do answers an empty text.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.simulation.acts import clock, organisers, people, workers
from tests.simulation.world import World

Act = Callable[[World], str]

ACTS: dict[str, tuple[Act, float]] = {
    "book": (people.book, 8),
    "hold": (people.hold, 8),
    "join": (people.join, 8),
    "ask_to_wait": (people.ask_to_wait, 2),
    "send_again": (people.send_again, 4),
    "prove": (people.prove, 5),
    "prove_and_wait": (people.prove_and_wait, 2),
    "give_up": (people.give_up, 2),
    "accept": (people.accept, 4),
    "decline": (people.decline, 2),
    "claim": (people.claim, 2),
    "leave": (people.leave, 1),
    "come_back": (people.come_back, 4),
    "cancel": (people.cancel, 3),
    "release": (people.release, 3),
    "swap": (people.swap, 2),
    "put_up": (organisers.put_up, 5),
    "move_in_line": (organisers.move_in_line, 1),
    "offer_out_of_turn": (organisers.offer_out_of_turn, 2),
    "withdraw": (organisers.withdraw, 1),
    "remove": (organisers.remove, 1),
    "move_session": (organisers.move_session, 1),
    "resize": (organisers.resize, 4),
    "call_off": (organisers.call_off, 0.6),
    "time_passes": (clock.time_passes, 1),
    "time_jumps": (clock.time_jumps, 8),
    "timetable": (workers.timetable, 4),
    "post": (workers.post, 3),
    "post_side_by_side": (workers.post_side_by_side, 2),
}
"""Each act with its ordinary weight; a seed multiplies it."""
