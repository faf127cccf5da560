"""What people do: ask for places, prove their address, answer offers, and change their minds.

Each act draws its object, does it, and says what it did; one that finds nothing to do answers an empty text. What
somebody was told is noted only if the answer arrived.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from booking.db import db
from booking.domain import places
from booking.domain.places import Booking, Guest
from tests.simulation.acts import acting
from tests.simulation.world import ADDRESSES, KNOWN, Broken, Form, World


def book(world: World) -> str:
    """Somebody whose address is known books at once."""
    booker = world.one_of(ADDRESSES[:KNOWN])
    return send(world, "book", booker)


def hold(world: World) -> str:
    """Anybody asks for places before the address is proven."""
    return send(world, "hold", world.one_of(ADDRESSES))


def join(world: World) -> str:
    return send(world, "join", world.one_of(ADDRESSES[:KNOWN]))


def ask_to_wait(world: World) -> str:
    return send(world, "ask_to_wait", world.one_of(ADDRESSES))


def send_again(world: World) -> str:
    """The same form once more, also if its answer never came: one effect. With other fields it is refused."""
    form = world.one_of(world.forms[-6:])
    if form is None:
        return ""
    if world.chance.random() < 0.2:
        other = replace(form, party=replace(form.party, answer="other"), booking_id=None)
        answer = acting.attempt(world, lambda: _submit(world, other))
        if isinstance(answer, Booking) and form.booking_id is not None:
            raise Broken("one form, one answer", f"a form was answered twice, with other fields: {form.key}")
        if isinstance(answer, Booking):
            world.forms.remove(form)  # it had been refused, so this was its first answer
        return f"sends the form of {form.act} again with other fields: {acting.outcome(answer)}"
    answer = acting.attempt(world, lambda: _submit(world, form))
    if isinstance(answer, Booking):
        if form.booking_id not in (None, answer.id):
            raise Broken("one form, one answer", f"{form.key} made booking {form.booking_id}, then {answer.id}")
        form.booking_id = answer.id
        world.seen["sent again"] += 1
    return f"sends the form of {form.act} again: {acting.outcome(answer)}"


def prove(world: World) -> str:
    """Somebody types the code of places that were held or asked for, in time or too late."""
    found = db.session.scalars(
        select(Booking).where(Booking.state.in_(["held", "lapsed"]), Booking.held_until.is_not(None))
    )
    booking = world.one_of(sorted(found, key=lambda one: one.id)[-8:])
    if booking is None:
        return ""
    return prove_booking(world, booking.id)


def prove_and_wait(world: World) -> str:
    """Somebody types the code of places that went back meanwhile, and would rather wait than have nothing."""
    booking = world.booking("lapsed", "held")
    return prove_booking(world, booking.id, places.prove_and_wait) if booking else ""


def give_up(world: World) -> str:
    booking = world.booking("held")
    if booking is None:
        return ""
    number = booking.id
    answer = acting.attempt(world, lambda: places.give_up_hold(number, at=world.at))
    return f"gives up booking {number}: {acting.outcome(answer)}"


def accept(world: World) -> str:
    return acting.own(world, "accepts", places.accept, "offered", "waiting")


def decline(world: World) -> str:
    return acting.own(world, "declines", places.decline, "offered", "declined")


def claim(world: World) -> str:
    return acting.own(world, "claims", places.claim, "waiting")


def leave(world: World) -> str:
    return acting.own(world, "leaves", places.leave, "waiting", "parked", "offered")


def come_back(world: World) -> str:
    return acting.own(world, "comes back", places.come_back, "parked") or acting.own(
        world, "stays", places.come_back, "waiting"
    )


def cancel(world: World) -> str:
    return acting.own(world, "cancels", places.cancel, "confirmed", "cancelled", reason="I am ill")


def release(world: World) -> str:
    """One person of a party gives a place up."""
    booking = world.booking("confirmed", "waiting", "offered", least=2) or world.booking("confirmed", "waiting")
    if booking is None:
        return ""
    place = world.one_of(booking.live_places)
    number, place_id, by = booking.id, place.id, place.person
    world.touch(number)
    answer = acting.attempt(
        world, lambda: places.release(place_id, by=db.session.merge(by), at=world.at, reason="I am ill")
    )
    return f"place {place_id} of booking {number} is given up: {acting.outcome(answer)}"


def swap(world: World) -> str:
    """A colleague comes instead."""
    booking = world.booking("confirmed", "waiting")
    if booking is None:
        return ""
    place, colleague = world.one_of(booking.live_places), world.one_of(ADDRESSES)
    number, place_id, by = booking.id, place.id, booking.booker
    world.touch(number)
    answer = acting.attempt(
        world,
        lambda: places.swap(place_id, Guest(colleague, colleague), by=db.session.merge(by), at=world.at),
    )
    return f"{colleague} instead at place {place_id} of booking {number}: {acting.outcome(answer)}"


def send(world: World, act: str, booker: str, event_id: int | None = None) -> str:
    event_id = event_id or world.event()
    if event_id is None:
        return ""
    form = Form(act, event_id, world.party(booker), places.new_form_key())
    world.forms.append(form)
    answer = acting.attempt(world, lambda: _submit(world, form))
    if isinstance(answer, Booking):
        form.booking_id = answer.id
        world.tell(answer)
    guests = ", ".join(guest.email.partition("@")[0] for guest in form.party.guests)
    return f"{act}: {booker.partition('@')[0]} for {guests} at event {event_id}: {acting.outcome(answer)}"


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


def prove_booking(world: World, number: int, verb: Callable[..., Any] = places.prove) -> str:
    answer = acting.attempt(world, lambda: verb(number, at=world.at))
    if isinstance(answer, Booking):
        world.tell(answer)
    return f"{verb.__name__.replace('_', ' ')} booking {number}: {acting.outcome(answer)}"
