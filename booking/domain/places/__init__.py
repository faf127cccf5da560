"""Places: taking them, holding them, giving them up. Whoever is booked, is booked here.

One rule holds everything together: an event never gives away more places than it has (`room`). What may follow what
stands in one table (`states`). Who waits stands in a line (`line`), and a place that comes free is offered in the
transaction that frees it (`offering.fill`).
"""

from booking.domain.places.answering import accept, claim, decline, must_go_ahead
from booking.domain.places.bookings import BOOKED_AT, MOST_AT_ONCE, MOST_UNPROVEN, Booking, Guest, Party, Place
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
from booking.domain.places.holding import HOLD, ask_to_wait, give_up_hold, hold, party_of, prove, prove_and_wait
from booking.domain.places.joining import come_back, join, leave
from booking.domain.places.lapsing import idle, lapse_due, repair
from booking.domain.places.line import Standing, Why, came_free, lengths, ranks, standing, walk
from booking.domain.places.news import TOLD_ONCE, first_in_line, tell_begun, tell_last_minute, tell_those_waiting
from booking.domain.places.offering import MOST_LAPSES, fill, follow_end, offer_ends, withdraw_beyond
from booking.domain.places.room import lock, lock_due
from booking.domain.places.states import IN_LINE, LIVE, TAKING, TRANSITIONS, State
from booking.domain.places.steering import move_to, offer_out_of_turn, remove, withdraw
from booking.domain.places.taking import book, must_be_bookable

__all__ = [
    "BOOKED_AT",
    "HOLD",
    "IN_LINE",
    "LIVE",
    "MOST_AT_ONCE",
    "MOST_LAPSES",
    "MOST_UNPROVEN",
    "TAKING",
    "TOLD_ONCE",
    "TRANSITIONS",
    "Booking",
    "Ended",
    "FormKey",
    "Guest",
    "Party",
    "Place",
    "Standing",
    "State",
    "Why",
    "accept",
    "ask_to_wait",
    "at_event",
    "book",
    "came_free",
    "cancel",
    "change_needs",
    "claim",
    "come_back",
    "decline",
    "end_all",
    "ended_with_place_link",
    "fill",
    "first_in_line",
    "follow_end",
    "forget_form_keys",
    "forget_lapsed",
    "forget_needs",
    "forget_person",
    "give_up_hold",
    "hold",
    "idle",
    "is_own_place",
    "join",
    "lapse_due",
    "leave",
    "lengths",
    "lock",
    "lock_due",
    "move_to",
    "must_be_bookable",
    "must_go_ahead",
    "new_form_key",
    "of_event",
    "of_person",
    "offer_ends",
    "offer_out_of_turn",
    "organised_by",
    "party_of",
    "prove",
    "prove_and_wait",
    "ranks",
    "release",
    "remove",
    "repair",
    "standing",
    "swap",
    "tell_begun",
    "tell_last_minute",
    "tell_those_waiting",
    "walk",
    "with_booking_link",
    "with_form_link",
    "with_place_link",
    "withdraw",
    "withdraw_beyond",
]
