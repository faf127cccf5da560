"""What must hold after each step: the checks of `flask verify`, and what only somebody who watched can say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select

from booking.db import db
from booking.domain import verify
from booking.domain.audit import AuditEntry
from booking.domain.events import Event, Slot
from booking.domain.messages import Message, MessageState
from booking.domain.places import Booking
from tests.simulation.world import OVER, Broken, World

ASKING = ("booking.book", "booking.hold", "booking.join", "booking.ask")
"""Acts that are for while booking is open."""

CAME = ("booking.join", "booking.return", "booking.pass", "booking.moved")
"""Acts after which a booking waits where it did not before."""


def after_a_step(world: World) -> None:
    """Raise `Broken` for the first thing that does not hold. A step that wrote nothing has broken nothing."""
    if world.has_written:
        _all(world)
        world.has_written = False


def _all(world: World) -> None:
    db.session.rollback()
    for one in verify.CHECKS:
        if one not in verify.LATE:
            hold(one.__name__.strip("_"), one(world.at))
    entries = _new_entries(world)
    _note(world, entries)
    hold("told", _untrue(world))
    hold("instants", _at_a_wrong_instant(entries))
    hold("in order", _passed_over(entries))
    hold("extra", _beyond(entries))
    hold("revisions", _not_raised(world))
    hold("one copy", _copies(world))
    hold("mail", _mail(world))
    db.session.rollback()


def when_at_rest(world: World) -> None:
    """Raise `Broken` for what should have happened by now: every promise is kept, and nobody waits in vain."""
    _all(world)
    hold("all in time", (sentence for one in verify.LATE for sentence in one(world.at)))
    unsent = select(Message.id, Message.kind).where(Message.state == MessageState.DUE)
    hold("all is sent", (f"message {number} ({kind}) is unsent" for number, kind in db.session.execute(unsent)))


def hold(name: str, sentences: Iterable[str]) -> None:
    for sentence in sentences:
        raise Broken(name, sentence)


def _new_entries(world: World) -> list[AuditEntry]:
    """Answer what was noted in this step."""
    query = select(AuditEntry).where(AuditEntry.id > world.last_entry).order_by(AuditEntry.id)
    entries = list(db.session.scalars(query))
    world.last_entry = entries[-1].id if entries else world.last_entry
    return entries


def _note(world: World, entries: list[AuditEntry]) -> None:
    """Note what must have been seen, and that no act says of itself."""
    grown = [
        one for one in entries if one.act == "event.resized" and _capacity(one, "after") > _capacity(one, "before")
    ]
    offers = [one for one in entries if one.act == "booking.offer"]
    world.seen["more places are offered at once"] += bool(grown and offers)
    world.seen["offered beyond the capacity"] += any(one.facts.get("beyond", 0) for one in offers)


def _capacity(entry: AuditEntry, when: str) -> int:
    return int(entry.facts[when]["capacity"])


def _untrue(world: World) -> Iterator[str]:
    """What was told and is not so: confirmed stays confirmed, and over is over, whatever crashes."""
    query = select(Booking.id, Booking.state, Booking.party_size).where(Booking.id.in_(world.told))
    found = {number: (state, size) for number, state, size in db.session.execute(query)}
    for number, told in world.told.items():
        if told[0] in ("confirmed", *OVER) and found.get(number, ("not there", 0))[0] != told[0]:
            yield f"booking {number} was told to be {told[0]}, and is {found.get(number, ('not there',))[0]}"


def _at_a_wrong_instant(entries: list[AuditEntry]) -> Iterator[str]:
    """Half-open, by the clock of the act: open from `opens_at`, closed from `closes_at`, an offer until its end."""
    for entry in entries:
        event, at = db.session.get(Event, entry.event_id), entry.recorded_at
        if event is None or entry.subject != "booking":
            continue
        booking = db.session.get_one(Booking, entry.subject_id)
        opens, closes = event.opens_at or at, event.closes_at or at
        if entry.act in ASKING and not opens <= at < closes:
            yield f"booking {booking.id} was taken at {at}, and booking is open from {opens} to {closes}"
        if entry.act == "booking.prove" and booking.held_until and at >= booking.held_until:
            yield f"booking {booking.id} was held until {booking.held_until} and proven at {at}"
        if entry.act == "booking.accept" and at.isoformat() >= _until(booking):
            yield f"booking {booking.id} was offered until {_until(booking)} and accepted at {at}"
        if entry.act == "booking.offer" and event.offers_end_at and entry.facts["until"] > _text(event.offers_end_at):
            yield f"booking {booking.id} is offered until {entry.facts['until']}, after offers end"
        if entry.act == "booking.claim" and not (event.offers_end_at or at) <= at < (event.starts_at or at):
            yield f"booking {booking.id} claimed at {at}, not between {event.offers_end_at} and {event.starts_at}"


def _until(booking: Booking) -> str:
    """Answer until when the newest offer was, as its entry in the trail says."""
    query = select(AuditEntry).where(
        AuditEntry.subject == "booking", AuditEntry.subject_id == booking.id, AuditEntry.act == "booking.offer"
    )
    newest = db.session.scalars(query.order_by(AuditEntry.id.desc())).first()
    return str(newest.facts["until"]) if newest else ""


def _text(instant: object) -> str:
    return instant.isoformat()  # type: ignore[attr-defined,no-any-return]


def _passed_over(entries: list[AuditEntry]) -> Iterator[str]:
    """An offer went past somebody before it in the line who could have had these places."""
    for entry, offered in _offered_in_turn(entries):
        came_later = {one.subject_id for one in entries if one.act in CAME and one.id > entry.id}
        withdrawn = {one.subject_id for one in entries if one.act == "booking.withdraw"}
        event = offered.event
        line = select(Booking).where(Booking.event_id == event.id, Booking.state == "waiting")
        for booking in db.session.scalars(line):
            is_before = (booking.lapses, booking.position) < (offered.lapses, offered.position)
            would_fit = booking.party_size <= offered.party_size + event.places_left
            has_no_limit = event.max_per_school is None or booking.school_urn is None
            if is_before and would_fit and has_no_limit and booking.id not in came_later | withdrawn:
                yield f"booking {offered.id} was offered places that booking {booking.id} should have had"


def _beyond(entries: list[AuditEntry]) -> Iterator[str]:
    """An excess goes with the first places that come free, before anybody is offered one."""
    for _, offered in _offered_in_turn(entries):
        if offered.event.extra:
            yield f"booking {offered.id} is offered places, and the event has {offered.event.extra} beyond its capacity"


def _offered_in_turn(entries: list[AuditEntry]) -> Iterator[tuple[AuditEntry, Booking]]:
    for entry in entries:
        if entry.act == "booking.offer" and not entry.facts.get("out_of_turn"):
            yield entry, db.session.get_one(Booking, entry.subject_id)


def _not_raised(world: World) -> Iterator[str]:
    """A session's revision never falls, and rises with every change of time or place (RFC 5545, 3.8.7.4)."""
    for slot in db.session.scalars(select(Slot)):
        now = (slot.starts_at, slot.ends_at, slot.venue_id, slot.event.is_called_off)
        before = world.sessions.get(slot.id)
        world.sessions[slot.id] = (slot.sequence, now)
        if before and (slot.sequence < before[0] or (now != before[1] and slot.sequence == before[0])):
            yield f"session {slot.id} went from {before[1]} to {now}, its revision from {before[0]} to {slot.sequence}"


def _copies(world: World) -> Iterator[str]:
    for number, copies in world.relay.copies.items():
        if copies > 1 + world.relay.faults[number]:
            yield f"the relay has {copies} copies of {number}, after {world.relay.faults[number]} faults"


def _mail(world: World) -> Iterator[str]:
    """What a message says became of it, held against the relay; what has ended stays as it ended."""
    for message in db.session.scalars(select(Message).where(Message.state != MessageState.DUE)):
        now = (str(message.state), message.ended_at)
        ended = world.ended.setdefault(message.id, now)
        number = world.relay.number_of(message)
        if now != ended:
            yield f"message {message.id} had ended as {ended}, and is {now}"
        if message.state == MessageState.SENT and not world.relay.copies[number]:
            yield f"message {message.id} ({message.kind}) says it was sent, and the relay never had it"
        if message.state == MessageState.FAILED and not world.relay.refused[number] and message.tries < 10:
            yield f"message {message.id} ({message.kind}) failed, and the relay never refused it: {message.trouble}"
    unwritten = select(Message.id, Message.kind, Message.trouble).where(Message.trouble.startswith("It could not be"))
    for number, kind, trouble in db.session.execute(unwritten):
        yield f"message {number} ({kind}): {trouble}"
