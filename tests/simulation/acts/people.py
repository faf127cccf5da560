"""What people, organisers, workers and the clock do. Each act draws its object, does it, and says what it did.

An act that finds nothing to do answers an empty text. What a client was told is noted only if the answer arrived.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from booking import jobs
from booking.db import db, transaction
from booking.domain import changes, messages, places
from booking.domain.errors import Refused
from booking.domain.events import Event, Slot
from booking.domain.messages import Message, MessageState
from booking.domain.people import Hub, Person
from booking.domain.places import Booking, Guest
from booking.mail.letters import Letter
from tests.simulation.world import ADDRESSES, KNOWN, Broken, Crash, Form, World

Act = Callable[[World], str]

DEATHS = ("before a write", "before the commit", "after the commit")
DYING = 0.12
"""How often a transaction dies."""
MICROSECOND = timedelta(microseconds=1)
MOST_ROUNDS = 50


# People


def book(world: World) -> str:
    """Somebody whose address is known books at once."""
    booker = world.one_of(ADDRESSES[:KNOWN])
    return _send(world, "book", booker)


def hold(world: World) -> str:
    """Anybody asks for places before the address is proven."""
    return _send(world, "hold", world.one_of(ADDRESSES))


def join(world: World) -> str:
    return _send(world, "join", world.one_of(ADDRESSES[:KNOWN]))


def ask_to_wait(world: World) -> str:
    return _send(world, "ask_to_wait", world.one_of(ADDRESSES))


def send_again(world: World) -> str:
    """The same form once more, also if its answer never came: one effect. With other fields it is refused."""
    form = world.one_of(world.forms[-6:])
    if form is None:
        return ""
    if world.chance.random() < 0.2:
        other = replace(form, party=replace(form.party, answer="other"), booking_id=None)
        answer = _try(world, lambda: _submit(world, other))
        if isinstance(answer, Booking) and form.booking_id is not None:
            raise Broken("one form, one answer", f"a form was answered twice, with other fields: {form.key}")
        if isinstance(answer, Booking):
            world.forms.remove(form)  # it had been refused, so this was its first answer
        return f"sends the form of {form.act} again with other fields: {_said(answer)}"
    answer = _try(world, lambda: _submit(world, form))
    if isinstance(answer, Booking):
        if form.booking_id not in (None, answer.id):
            raise Broken("one form, one answer", f"{form.key} made booking {form.booking_id}, then {answer.id}")
        form.booking_id = answer.id
        world.seen["sent again"] += 1
    return f"sends the form of {form.act} again: {_said(answer)}"


def prove(world: World) -> str:
    """Somebody types the code of places that were held or asked for, in time or too late."""
    found = db.session.scalars(
        select(Booking).where(Booking.state.in_(["held", "lapsed"]), Booking.held_until.is_not(None))
    )
    booking = world.one_of(sorted(found, key=lambda one: one.id)[-8:])
    if booking is None:
        return ""
    return _prove(world, booking.id)


def prove_and_wait(world: World) -> str:
    """Somebody types the code of places that went back meanwhile, and would rather wait than have nothing."""
    booking = world.booking("lapsed", "held")
    return _prove(world, booking.id, places.prove_and_wait) if booking else ""


def give_up(world: World) -> str:
    booking = world.booking("held")
    if booking is None:
        return ""
    number = booking.id
    return f"gives up booking {number}: {_said(_try(world, lambda: places.give_up_hold(number, at=world.at)))}"


def accept(world: World) -> str:
    return _own(world, "accepts", places.accept, "offered", "waiting")


def decline(world: World) -> str:
    return _own(world, "declines", places.decline, "offered", "declined")


def claim(world: World) -> str:
    return _own(world, "claims", places.claim, "waiting")


def leave(world: World) -> str:
    return _own(world, "leaves", places.leave, "waiting", "parked", "offered")


def come_back(world: World) -> str:
    return _own(world, "comes back", places.come_back, "parked") or _own(world, "stays", places.come_back, "waiting")


def cancel(world: World) -> str:
    return _own(world, "cancels", places.cancel, "confirmed", "cancelled", reason="I am ill")


def release(world: World) -> str:
    """One person of a party gives a place up."""
    booking = world.booking("confirmed", "waiting", "offered", least=2) or world.booking("confirmed", "waiting")
    if booking is None:
        return ""
    place = world.one_of(booking.live_places)
    number, place_id, by = booking.id, place.id, place.person
    world.touch(number)
    answer = _try(world, lambda: places.release(place_id, by=db.session.merge(by), at=world.at, reason="I am ill"))
    return f"place {place_id} of booking {number} is given up: {_said(answer)}"


def swap(world: World) -> str:
    """A colleague comes instead."""
    booking = world.booking("confirmed", "waiting")
    if booking is None:
        return ""
    place, colleague = world.one_of(booking.live_places), world.one_of(ADDRESSES)
    number, place_id, by = booking.id, place.id, booking.booker
    world.touch(number)
    answer = _try(
        world,
        lambda: places.swap(place_id, Guest(colleague, colleague), by=db.session.merge(by), at=world.at),
    )
    return f"{colleague} instead at place {place_id} of booking {number}: {_said(answer)}"


# Organisers


def put_up(world: World) -> str:
    """A small lesson, opened and closed soon: there are never enough places."""
    is_open = select(Event.id).where(Event.closes_at > world.at, Event.called_off_at.is_(None))
    if len(db.session.scalars(is_open).all()) >= 2:
        return ""
    days, chance = world.chance.choice([2, 4, 9, 15]), world.chance
    starts = (world.at + timedelta(days=days)).replace(hour=13, minute=30, second=0, microsecond=0)
    closes = starts - timedelta(hours=chance.choice([12, 30, 50]))
    event = world.make.event(
        hub=db.session.get_one(Hub, world.hub_id),
        starts=(starts,),
        capacity=chance.choice([1, 2, 3, 5, 6]),
        max_per_school=chance.choice([None, 1, 2]),
        opens_at=world.at + timedelta(minutes=chance.choice([-60, 30])),
        closes_at=max(closes, world.at + timedelta(hours=2)),
        offers_end_at=starts - timedelta(hours=chance.choice([8, 24])),
        published_at=world.at,
        updated_at=world.at,
    )
    return f"event {event.id} of {event.capacity} is put up, in {days} days"


def move_in_line(world: World) -> str:
    rank = world.chance.randrange(1, 5)
    return _steer(world, f"moves to rank {rank}", places.move_to, "waiting", rank=rank)


def offer_out_of_turn(world: World) -> str:
    return _steer(world, "offers out of turn", places.offer_out_of_turn, "waiting")


def withdraw(world: World) -> str:
    return _steer(world, "withdraws", places.withdraw, "offered")


def remove(world: World) -> str:
    return _steer(world, "removes", places.remove, "waiting", "offered", "parked")


def move_session(world: World) -> str:
    """A session moves, by hours or days."""
    event_id = world.event()
    slot = db.session.scalar(select(Slot).where(Slot.event_id == event_id)) if event_id else None
    if slot is None or slot.starts_at is None or slot.ends_at is None:
        return ""
    by = world.chance.choice([timedelta(hours=1), timedelta(days=1), timedelta(days=-1)])
    plan = replace(changes.Plan.of(slot), starts_at=slot.starts_at + by, ends_at=slot.ends_at + by)
    number = slot.id
    answer = _try(world, lambda: changes.change_slot(number, plan, by=world.organiser, at=world.at))
    return f"session {number} moves by {by}: {_said(answer)}"


def resize(world: World) -> str:
    """There are more places, or fewer, mostly where somebody waits."""
    waiting = world.booking("waiting", "offered")
    event_id, capacity = waiting.event_id if waiting else world.event(), world.chance.choice([1, 2, 3, 5, 7])
    if event_id is None:
        return ""
    answer = _try(
        world,
        lambda: changes.resize(event_id, changes.Room(capacity, _limit(event_id)), by=world.organiser, at=world.at),
    )
    return f"event {event_id} has {capacity} places: {_said(answer)}"


def call_off(world: World) -> str:
    event_id = world.event()
    if event_id is None or world.chance.random() < 0.7:  # now and then; most go ahead
        return ""
    world.touch_event(event_id)
    answer = _try(world, lambda: changes.call_off(event_id, "The hall is closed", by=world.organiser, at=world.at))
    return f"event {event_id} is called off: {_said(answer)}"


# The clock and the workers


def time_passes(world: World) -> str:
    by = world.chance.choice([timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=20), timedelta(hours=5)])
    world.at += by
    return f"{by} pass"


def time_jumps(world: World) -> str:
    """The clock goes to one of the next deadlines, or a microsecond before or after it, and somebody acts just then."""
    deadlines = _deadlines(world)
    if not deadlines:
        return ""
    off = world.chance.choice([-MICROSECOND, timedelta(0), MICROSECOND])
    instant, name, number = world.one_of(deadlines[:3])
    world.at = max(world.at, instant + off)
    world.seen[f"at {name} {['exactly', 'just after', 'just before'][off // MICROSECOND]}"] += 1
    said = f"it is {world.at.isoformat()}, {name} {off // MICROSECOND:+d} µs"
    return f"{said}; {AT_ITS_MOMENT[name](world, number)}" if name in AT_ITS_MOMENT else said


def timetable(world: World) -> str:
    """A worker runs one of its jobs, until nothing is left to do; it may die in any round."""
    verb = world.one_of([verb for verb, _ in jobs.TIMETABLE])
    for number in range(MOST_ROUNDS):
        done = _try(world, lambda: verb(at=world.at))
        if not done or isinstance(done, Crash):
            return f"the timetable runs {verb.__name__}, {number} rounds{', and dies' if done else ''}"
    raise Broken("comes to rest", f"{verb.__name__} always finds something to do")


def post(world: World) -> str:
    """A worker claims some mail and hands it over; it may die, or stall past its lease, between any two steps."""
    claimed: list[Letter] = []
    answer = _try(world, lambda: claimed.extend(Letter(one) for one in messages.claim(3, at=world.at)))
    if isinstance(answer, Crash) or not claimed:
        return "a worker claims mail and dies" if isinstance(answer, Crash) else ""
    for number, letter in enumerate(claimed):
        if world.chance.random() < DYING:
            world.seen["a worker dies with claimed mail"] += 1
            return f"a worker hands over {number} of {len(claimed)} mails and dies"
        _hand_over(world, letter)
    return f"a worker hands over {len(claimed)} mails"


def post_side_by_side(world: World) -> str:
    """One worker claims and stops; another goes on after its lease; then the first wakes up and finishes."""
    with transaction():
        asleep = [Letter(one) for one in messages.claim(2, at=world.at)]
    if not asleep:
        return ""
    world.at += messages.LEASE
    said = post(world)
    world.seen["a worker wakes up after its lease"] += 1
    for letter in asleep:
        world.relay.faults[world.relay.number_of(db.session.get_one(Message, letter.id))] += 1
        _hand_over(world, letter)
    return f"a worker sleeps past its lease; meanwhile: {said}"


def _hand_over(world: World, letter: Letter) -> None:
    try:
        letter.deliver(world.relay)  # type: ignore[arg-type]
    except Exception as gone:
        if type(gone).__name__ != "Gone":
            raise


def _deadlines(world: World) -> list[tuple[datetime, str, int]]:
    columns: dict[str, Any] = {
        "hold ends": select(Booking.held_until, Booking.id).where(Booking.state == "held"),
        "offer ends": select(Booking.offer_ends_at, Booking.id).where(Booking.state == "offered"),
        "opens": select(Event.opens_at, Event.id),
        "closes": select(Event.closes_at, Event.id),
        "offers end": select(Event.offers_end_at, Event.id),
        "starts": select(Event.starts_at, Event.id),
        "mail is due": select(Message.due_at, Message.id).where(Message.state == MessageState.DUE),
        "lease ends": select(Message.lease_ends_at, Message.id).where(Message.state == MessageState.DUE),
    }
    found = {
        (instant, name, number)
        for name, query in columns.items()
        for instant, number in db.session.execute(query)
        if instant and instant > world.at
    }
    return sorted(found)


def _prove(world: World, number: int, verb: Callable[..., Any] = places.prove) -> str:
    answer = _try(world, lambda: verb(number, at=world.at))
    if isinstance(answer, Booking):
        world.tell(answer)
    return f"{verb.__name__.replace('_', ' ')} booking {number}: {_said(answer)}"


def _accept(world: World, number: int) -> str:
    return _by_owner(world, "accepts", places.accept, number)


def _ask(world: World, event_id: int) -> str:
    act = world.chance.choice(["book", "hold", "join"])
    return _send(world, act, world.one_of(ADDRESSES if act == "hold" else ADDRESSES[:KNOWN]), event_id)


def _claim(world: World, event_id: int) -> str:
    query = select(Booking.id).where(Booking.event_id == event_id, Booking.state == "waiting").order_by(Booking.id)
    number = world.one_of(list(db.session.scalars(query)))
    return _by_owner(world, "claims", places.claim, number) if number else "nobody waits"


AT_ITS_MOMENT: dict[str, Callable[[World, int], str]] = {
    "hold ends": _prove,
    "offer ends": _accept,
    "opens": _ask,
    "closes": _ask,
    "offers end": _claim,
    "starts": _claim,
}
"""What somebody does at the very instant of a deadline, with the booking or event whose it is."""


# What acts have in common


def _send(world: World, act: str, booker: str, event_id: int | None = None) -> str:
    event_id = event_id or world.event()
    if event_id is None:
        return ""
    form = Form(act, event_id, world.party(booker), places.new_form_key())
    world.forms.append(form)
    answer = _try(world, lambda: _submit(world, form))
    if isinstance(answer, Booking):
        form.booking_id = answer.id
        world.tell(answer)
    guests = ", ".join(guest.email.partition("@")[0] for guest in form.party.guests)
    return f"{act}: {booker.partition('@')[0]} for {guests} at event {event_id}: {_said(answer)}"


def _submit(world: World, form: Form) -> Booking:
    common = {"key": form.key, "at": world.at}
    if form.act == "hold":
        return places.hold(form.event_id, form.party, network="n", most_of_network=9, **common)
    if form.act == "ask_to_wait":
        return places.ask_to_wait(form.event_id, form.party, network="n", **common)
    by = world.person(form.party.booker.email)
    if by is None:
        raise RuntimeError("only who is known signs in")
    verb = places.book if form.act == "book" else places.join
    return verb(form.event_id, form.party, by=by, **common)


def _own(world: World, said: str, verb: Callable[..., Any], *states: str, **given: Any) -> str:
    """Somebody does something with a booking of theirs."""
    booking = world.booking(*states)
    return _by_owner(world, said, verb, booking.id, **given) if booking and booking.booker_id else ""


def _by_owner(world: World, said: str, verb: Callable[..., Any], number: int, **given: Any) -> str:
    by = db.session.get_one(Booking, number).booker_id
    world.touch(number)
    answer = _try(world, lambda: verb(number, by=db.session.get_one(Person, by), at=world.at, **given))
    if isinstance(answer, Booking):
        world.tell(answer)
    return f"{said} booking {number}: {_said(answer)}"


def _steer(world: World, said: str, verb: Callable[..., Any], *states: str, **given: Any) -> str:
    booking = world.booking(*states)
    if booking is None:
        return ""
    number = booking.id
    world.touch(number)
    answer = _try(
        world,
        lambda: verb(number, *given.values(), by=world.organiser, at=world.at, reason="She asked on the phone"),
    )
    return f"an organiser {said}: booking {number}: {_said(answer)}"


def _limit(event_id: int) -> int | None:
    return db.session.scalar(select(Event.max_per_school).where(Event.id == event_id))


def _try(world: World, act: Callable[[], Any]) -> Any:
    """Do it; now and then the process dies of it. Answer what came, a refusal or a crash."""
    world.crash = world.chance.choice(DEATHS) if world.chance.random() < DYING else ""
    try:
        return world.do(act)
    except Crash as crash:
        return crash


def _said(answer: Any) -> str:
    if isinstance(answer, Crash):
        return "the process dies"
    if isinstance(answer, Refused):
        return f"refused, {answer.code}"
    return f"{answer.state} ({answer.id})" if isinstance(answer, Booking) else "done"


ACTS: dict[str, tuple[Act, int]] = {
    "book": (book, 6),
    "hold": (hold, 5),
    "join": (join, 6),
    "ask_to_wait": (ask_to_wait, 2),
    "send_again": (send_again, 3),
    "prove": (prove, 5),
    "prove_and_wait": (prove_and_wait, 2),
    "give_up": (give_up, 1),
    "accept": (accept, 4),
    "decline": (decline, 2),
    "claim": (claim, 2),
    "leave": (leave, 1),
    "come_back": (come_back, 3),
    "cancel": (cancel, 3),
    "release": (release, 2),
    "swap": (swap, 2),
    "put_up": (put_up, 5),
    "move_in_line": (move_in_line, 1),
    "offer_out_of_turn": (offer_out_of_turn, 1),
    "withdraw": (withdraw, 1),
    "remove": (remove, 1),
    "move_session": (move_session, 1),
    "resize": (resize, 3),
    "call_off": (call_off, 2),
    "time_passes": (time_passes, 1),
    "time_jumps": (time_jumps, 4),
    "timetable": (timetable, 5),
    "post": (post, 4),
    "post_side_by_side": (post_side_by_side, 2),
}
"""Each act with its ordinary weight; a seed multiplies it."""
