"""What the audit trail says to an organiser: each act in words, the people by the names they have today."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from booking.db import db
from booking.domain.audit import AuditEntry
from booking.domain.people import Person
from booking.domain.places import Booking
from booking.wording import count, listed, moment

ACTS = {
    "booking.book": "Booked {places}",
    "booking.hold": "Held {places}, until the address is confirmed",
    "booking.ask": "Asked for {places}; they are taken when the address is confirmed",
    "booking.prove": "Confirmed {places}",
    "booking.drop": "Left {places} out: everybody has a place already",
    "booking.lapse": "Gave {places} back: nobody confirmed the address in time",
    "booking.cancel": "Cancelled {places}",
    "booking.join": "Joined the waiting list with {places}",
    "booking.offer": "Was offered {places}",
    "booking.offer_shortened": "Has less time to answer the offer: offers end earlier now",
    "booking.accept": "Took {places} offered",
    "booking.decline": "Passed {places} on",
    "booking.pass": "Let an offer of {places} pass, and waits behind those not offered yet",
    "booking.park": "Let a second offer of {places} pass, and is parked",
    "booking.withdraw": "Lost an offer of {places}, and waits at the old position",
    "booking.return": "Returned to the end of the line",
    "booking.leave": "Left the waiting list",
    "booking.claim": "Claimed {places} in the last-minute time",
    "booking.moved": "Moved in the line from {was} to {rank}",
    "booking.needs_changed": "Changed what is needed on the day",
    "place.released": "Gave up one place",
    "place.swapped": "Sent a colleague instead",
    "event.called_off": "Called the event off, and told {people}",
    "event.renamed": "Changed the {changed}",
    "event.handed_over": "Said who else teaches or leads it",
    "event.closing_moved": "Moved closing with the first session: {changed}",
    "event.changes_told": "Told {people} what has changed",
    "event.resized": "Changed the number of places: {changed}{why}",
    "slot.changed": "Changed the session “{title}”: {changed}",
    "slot.added": "Added the session “{title}”",
    "slot.removed": "Took the session “{title}” away",
    "event.reminder_added": "Added a reminder",
    "event.reminder_taken_away": "Took a reminder away",
    "event.reminders_as_usual": "Went back to the usual reminders",
    "message.retried": "Had a mail sent again",
    "message.cancelled": "Cancelled a mail",
    "message.held_back": "Held a mail back that came with a backup",
    "event.drafted": "Put it up as a draft",
    "event.edited": "Changed what it says{edited}",
    "event.published": "Published it",
    "event.unpublished": "Took it off the list",
    "role.given": "Made {person} {role}",
    "role.taken_away": "Ended the role of {person} as {role}",
    "venue.added": "Added a venue",
    "venue.described": "Changed how a venue is reached: {fields}",
    "hub.holidays_read": "Took over a calendar with {holidays}",
    "event.closed": "Closed booking with {taken} taken, and sent the list",
}


WHY = {"too_large": "too large", "school_limit": "school limit"}
"""Why somebody in the line was passed over by an offer."""
CHANGED = {
    "title": "title",
    "starts_at": "start",
    "ends_at": "end",
    "expected": "about when",
    "venue": "place",
    "room": "room",
    "link": "link to join",
    "opens_at": "opening",
    "closes_at": "closing",
    "offers_end_at": "the end of offers",
    "capacity": "places",
    "extra": "places beyond those",
    "max_per_school": "the most for one school",
}
"""What the facts before and after a change are called, in the order in which they are said."""
SAID = {
    "taught_by": "who teaches it",
    "is_filmed": "whether it is filmed",
    "bring": "what to bring",
    "maths": "the maths",
    "audience": "who it is for",
}
"""What else an edit touches is called by its name: the summary, the description, the question."""
SESSION = re.compile(r"(\d+)\.(\w+)")
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


@dataclass(frozen=True)
class Line:
    """One act, as it is shown."""

    entry: AuditEntry
    who: str
    words: str
    booking: Booking | None


def trail(entries: Sequence[AuditEntry]) -> list[Line]:
    """Answer the lines for these entries; their bookings, and the people they speak of, are read at once."""
    ids = {number for entry in entries if (number := _booking_id(entry))}
    found = {one.id: one for one in db.session.scalars(select(Booking).where(Booking.id.in_(ids)))} if ids else {}
    names = _names(entries)
    return [Line(entry, _who(entry), _words(entry, names), found.get(_booking_id(entry) or 0)) for entry in entries]


def _names(entries: Sequence[AuditEntry]) -> dict[int, str]:
    ids = {entry.facts["person"] for entry in entries if entry.facts.get("person")}
    query = select(Person.id, Person.name).where(Person.id.in_(ids))
    return {row.id: row.name for row in db.session.execute(query)} if ids else {}


def _booking_id(entry: AuditEntry) -> int | None:
    number: int | None = entry.subject_id if entry.subject == "booking" else entry.facts.get("booking")
    return number


def _words(entry: AuditEntry, names: dict[int, str]) -> str:
    sentence = ACTS.get(entry.act, entry.act.replace(".", ": ").replace("_", " ").capitalize())
    facts = entry.facts
    said = sentence.format(
        places=count(facts.get("places", 0), "place"),
        taken=count(facts.get("taken", 0), "place"),
        people=count(facts.get("people", 0), "person", "people"),
        title=facts.get("title", ""),
        why=f", because “{facts['why']}”" if facts.get("why") else "",
        was=facts.get("was", ""),
        rank=facts.get("rank", ""),
        changed=_changed(facts.get("before"), facts.get("after")),
        edited=_edited(facts),
        person=names.get(facts.get("person", 0), "somebody"),
        role=_article(facts.get("role", "")),
        fields=listed([str(name) for name in facts.get("words", ())]),
        holidays=count(facts.get("holidays", 0), "holiday"),
    )
    said = f"{said}, out of turn" if facts.get("out_of_turn") else said
    if passed := facts.get("passed"):
        return f"{said}; passed over: {listed([f'booking {number} ({WHY[why]})' for number, why in passed])}"
    return f"{said}, within the notice period" if facts.get("late") else said


def _changed(before: Any, after: Any) -> str:
    """Say what is different: "start from Tuesday 16 March 2027, 1:30pm to Tuesday 23 March 2027, 1:30pm"."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return ""
    pairs = [(words, before.get(name), after.get(name)) for name, words in CHANGED.items()]
    for name in {**before, **after}:
        if found := SESSION.fullmatch(name):
            pairs.append((f"session {found[1]}: {CHANGED[found[2]]}", before.get(name), after.get(name)))
    return "; ".join(f"{words} from {_said(was)} to {_said(now)}" for words, was, now in pairs if was != now)


def _edited(facts: dict[str, Any]) -> str:
    """Say which numbers and times differ, and which words are new, without repeating them."""
    said = [_changed(facts.get("before"), facts.get("after"))]
    if new := [SAID.get(name, f"the {name}") for name in facts.get("words", ())]:
        said.append(f"new words for {listed(new)}")
    told = "; ".join(part for part in said if part)
    return f": {told}" if told else ""


def _article(role: str) -> str:
    return f"{'an' if role[:1] in 'aeiou' else 'a'} {role}"


def _said(fact: Any) -> str:
    if isinstance(fact, str) and INSTANT.match(fact):
        return moment(datetime.fromisoformat(fact))
    if isinstance(fact, bool):
        return "one" if fact else "none"
    return "nothing" if fact in (None, "") else str(fact)


def _who(entry: AuditEntry) -> str:
    if entry.actor:
        return entry.actor.name
    return "Somebody not signed in" if entry.act in ("booking.hold", "booking.ask") else "The timetable"
