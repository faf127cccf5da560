"""Places: taking them, holding them, giving them up. Whoever is booked, is booked here.

One rule holds everything together: an event never gives away more places than it has (`room`). What may follow what
stands in one table (`states`).
"""

from booking.domain.places.bookings import MOST_AT_ONCE, MOST_UNPROVEN, Booking, Guest, Party, Place
from booking.domain.places.changing import cancel, change_needs, release, swap
from booking.domain.places.ending import Ended, end_all
from booking.domain.places.finding import (
    at_event,
    ended_with_place_link,
    is_own_place,
    of_event,
    of_person,
    organised_by,
    with_booking_link,
    with_form_link,
    with_place_link,
)
from booking.domain.places.forgetting import forget_lapsed, forget_needs, forget_person
from booking.domain.places.form_keys import FormKey
from booking.domain.places.form_keys import forget_old as forget_form_keys
from booking.domain.places.form_keys import new as new_form_key
from booking.domain.places.holding import HOLD, give_up_hold, hold, lapse_due, party_of, prove
from booking.domain.places.room import lock
from booking.domain.places.states import LIVE, TAKING, TRANSITIONS, State
from booking.domain.places.taking import book, must_be_bookable

__all__ = [
    "HOLD",
    "LIVE",
    "MOST_AT_ONCE",
    "MOST_UNPROVEN",
    "TAKING",
    "TRANSITIONS",
    "Booking",
    "Ended",
    "FormKey",
    "Guest",
    "Party",
    "Place",
    "State",
    "at_event",
    "book",
    "cancel",
    "change_needs",
    "end_all",
    "ended_with_place_link",
    "forget_form_keys",
    "forget_lapsed",
    "forget_needs",
    "forget_person",
    "give_up_hold",
    "hold",
    "is_own_place",
    "lapse_due",
    "lock",
    "must_be_bookable",
    "new_form_key",
    "of_event",
    "of_person",
    "organised_by",
    "party_of",
    "prove",
    "release",
    "swap",
    "with_booking_link",
    "with_form_link",
    "with_place_link",
]
