"""My bookings: what somebody signed in has booked, or comes with."""

from __future__ import annotations

from flask import Blueprint, render_template

from booking.domain import changes, feeds, places
from booking.domain.places import Booking, Place
from booking.web import feed_words, lines
from booking.web.rules import signed_in
from booking.web.session import me, now

bp = Blueprint("mine", __name__)


@bp.get("/my/bookings")
@signed_in
def index() -> str:
    """Show the bookings to come, soonest first, and those that are past or over."""
    coming, past = places.of_person(me(), at=now())
    link = feeds.link(me())
    calendar = feed_words.own(link) if link else None
    lately = changes.lately([booking.event for booking in coming], at=now())
    news = {one.id: changes.news_of(one, me(), lately.get(one.event_id, [])) for one in coming}
    facts = {"own_place": _own_place, "calendar": calendar, "news": news}
    waiting = [booking for booking in coming if booking.is_in_line]
    facts["offered"] = [booking for booking in waiting if booking.is_offered(now())]
    facts["waiting"] = [booking for booking in waiting if not booking.is_offered(now())]
    facts["lines"] = lines.of(waiting, at=now())
    booked = [booking for booking in coming if not booking.is_in_line]
    return render_template("mine/index.html", coming=booked, past=past, **facts)


def _own_place(booking: Booking) -> Place | None:
    """Answer the place of whoever asks in somebody else's booking: that link is theirs, the booking's is not."""
    person = me()
    if booking.booker_id == person.id:
        return None
    return next((place for place in booking.live_places if place.person_id == person.id), None)
