"""Whether a mail is still true when it is sent: what it tells of may have moved on since it was promised.

Whatever moved on promised a mail of its own, so leaving the older one out leaves nobody without the news.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from booking.domain import places, roles
from booking.domain.messages import Message
from booking.domain.people import Person
from booking.domain.places import Booking, State

Facts = Mapping[str, Any]
"""What the templates speak of (`render._facts`), and `now`."""


def still_stands(message: Message, facts: Facts) -> bool:
    """Say whether what the message was to say is still so."""
    return STANDS[message.kind](message, facts)


def _always(_message: Message, _facts: Facts) -> bool:
    """It tells of what was done, which no later act makes untrue; or it leaves out by itself what is no longer so."""
    return True


def _is_unused(_message: Message, facts: Facts) -> bool:
    return facts["code_row"] is None or facts["code_row"].used_at is None


def _is_booked(_message: Message, facts: Facts) -> bool:
    """The booking has its places; or never had one, for all of its party were dropped when it was proven."""
    booking: Booking = facts["booking"]
    was_dropped = {place.id for place in facts["dropped"]} == {place.id for place in booking.places}
    return booking.is_confirmed or was_dropped


def _has_place(_message: Message, facts: Facts) -> bool:
    return facts["place"].is_live and facts["booking"].is_confirmed


def _has_no_other_place(message: Message, facts: Facts) -> bool:
    """Nobody is told that they are not expected after they booked anew."""
    return not _is_back(message.person, facts["booking"])


def _is_party(_message: Message, facts: Facts) -> bool:
    """The booking goes on, and whoever came instead still comes."""
    came = facts["came"]
    return facts["booking"].is_live and (came is None or came.is_live)


def _goes_on(_message: Message, facts: Facts) -> bool:
    return bool(facts["booking"].is_live)


def _hears(message: Message, facts: Facts) -> bool:
    """A change concerns who has a place or an offer of one, and who runs an event that goes ahead."""
    booking, place = facts["booking"], facts["place"]
    if facts["event"].is_called_off:
        return False
    if booking is None or (place and place.is_live):
        return True
    is_theirs = place is None or booking.booker_id == message.person_id
    return is_theirs and (booking.is_confirmed or booking.is_offered(facts["now"]))


def _goes_ahead(_message: Message, facts: Facts) -> bool:
    return not facts["event"].is_called_off


def _some_wait(_message: Message, facts: Facts) -> bool:
    return bool(facts["joined"])


def _waits(_message: Message, facts: Facts) -> bool:
    return bool(facts["booking"].waits)


def _is_offer(message: Message, facts: Facts) -> bool:
    """The offer is open, and is the one that this message speaks of, until the same moment."""
    booking: Booking = facts["booking"]
    is_newest = booking.offered_at is not None and message.promised_at >= booking.offered_at
    return booking.is_offered(facts["now"]) and is_newest and message.expires_at == booking.offer_ends_at


def _is_passed(_message: Message, facts: Facts) -> bool:
    return bool(facts["booking"].state == (State.PARKED if facts["facts"].get("parked") else State.WAITING))


def _is_gone(message: Message, facts: Facts) -> bool:
    """Whoever was removed by an organiser is told so, whatever they did since."""
    return facts["facts"].get("why") == "removed" or not _is_back(message.person, facts["booking"])


def _waits_for_offers(_message: Message, facts: Facts) -> bool:
    booking: Booking = facts["booking"]
    return booking.state in (State.WAITING, State.PARKED) and booking.event.is_offering(facts["now"])


def _waits_to_claim(_message: Message, facts: Facts) -> bool:
    booking: Booking = facts["booking"]
    return booking.state in (State.WAITING, State.PARKED) and booking.event.is_last_minute(facts["now"])


def _has_role(_message: Message, facts: Facts) -> bool:
    given = facts["facts"].get("given")
    return given is None or roles.is_held(given)


def _has_no_role(_message: Message, facts: Facts) -> bool:
    given = facts["facts"].get("given")
    return given is None or not roles.is_held(given)


def _is_back(person: Person | None, over: Booking) -> bool:
    place = places.at_event(over.event_id, person) if person else None
    return place is not None and place.booking_id != over.id


STANDS: dict[str, Callable[[Message, Facts], bool]] = {
    "code": _is_unused,
    "places_booked": _is_booked,
    "place_booked": _has_place,
    "place_cancelled": _has_no_other_place,
    "party_changed": _is_party,
    "booking_cancelled": _always,
    "late_cancellation": _always,
    "needs_changed": _goes_on,
    "event_changed": _hears,
    "called_off": _always,
    "list_after_closing": _goes_ahead,
    "list_changed_after_closing": _goes_ahead,
    "joined_waiting_list": _some_wait,
    "place_offered": _is_offer,
    "offer_passed": _is_passed,
    "offer_withdrawn": _waits,
    "moved_in_line": _waits,
    "left_waiting_list": _is_gone,
    "waiting_after_closing": _waits_for_offers,
    "last_minute": _waits_to_claim,
    "waiting_ended": _always,
    "reminder": _always,
    "invited": _has_role,
    "role_ended": _has_no_role,
}
