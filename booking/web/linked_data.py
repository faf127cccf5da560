"""An event as search engines read it: schema.org's words in JSON-LD, a block of data that no browser runs."""

from __future__ import annotations

from typing import Any

from flask import url_for

from booking.domain.events import Event, Slot, Venue
from booking.domain.people import Hub
from booking.web.event_words import standing
from booking.web.filters import in_full

SCHEMA = "https://schema.org"
ATTENDANCE = {
    (True, False): "OnlineEventAttendanceMode",
    (False, True): "OfflineEventAttendanceMode",
    (True, True): "MixedEventAttendanceMode",
}
"""By whether it is online, and whether it is in person."""


def event(event: Event) -> dict[str, Any] | None:
    """Answer the event in schema.org's words; None while it has no date, without which nobody takes it in."""
    dated = [slot for slot in event.slots if slot.starts_at]
    if not dated:
        return None
    told = {"@context": SCHEMA, **_occasion(event, dated[0], event.title), "description": event.summary or event.title}
    told["endDate"] = _written(dated[-1], "local_end")
    told |= {"organizer": _organizer(event.hub), "isAccessibleForFree": True, "inLanguage": "en-GB"}
    told |= {"maximumAttendeeCapacity": event.capacity + event.extra, "offers": _offer(event)}
    if len(dated) > 1:
        told["subEvent"] = [_occasion(event, slot, slot.title) for slot in dated]
    return told


def _occasion(event: Event, slot: Slot, name: str) -> dict[str, Any]:
    status = "EventCancelled" if event.is_called_off else "EventScheduled"
    places = [one.venue for one in event.slots if one.venue]
    attendance = ATTENDANCE.get((any(one.is_online for one in places), any(not one.is_online for one in places)))
    told = {
        "@type": "EducationEvent",
        "name": name,
        "url": _address(event),
        "startDate": _written(slot, "local_start"),
        "endDate": _written(slot, "local_end"),
        "eventStatus": f"{SCHEMA}/{status}",
        "location": _place(slot.venue, event) if slot.venue else None,
        "eventAttendanceMode": f"{SCHEMA}/{attendance}" if attendance else None,
    }
    return {name: value for name, value in told.items() if value}


def _place(venue: Venue, event: Event) -> dict[str, Any]:
    if venue.is_online:
        return {"@type": "VirtualLocation", "url": _address(event)}
    address = {
        "@type": "PostalAddress",
        "streetAddress": venue.street,
        "addressLocality": venue.town,
        "postalCode": venue.postcode,
        "addressCountry": "GB" if venue.zone == "Europe/London" else "CN",
    }
    return {"@type": "Place", "name": venue.name, "address": {name: part for name, part in address.items() if part}}


def _organizer(hub: Hub) -> dict[str, Any]:
    address = in_full(url_for("hubs.show", slug=hub.slug))
    return {"@type": "Organization", "name": hub.name, "email": hub.email, "url": address}


def _offer(event: Event) -> dict[str, Any]:
    is_open = standing(event) in ("open", "later")
    told = {
        "@type": "Offer",
        "price": 0,
        "priceCurrency": "GBP",
        "url": _address(event),
        "availability": f"{SCHEMA}/{'InStock' if is_open and not event.is_full else 'SoldOut'}",
    }
    if event.opens_at and event.closes_at:
        told |= {"validFrom": event.opens_at.isoformat(), "availabilityEnds": event.closes_at.isoformat()}
    return told


def _address(event: Event) -> str:
    return in_full(url_for("events.show", event_id=event.id))


def _written(slot: Slot, which: str) -> str | None:
    instant = getattr(slot, which)
    return instant.isoformat() if instant else None
