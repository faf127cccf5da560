"""Hubs: adding one, and finding it by its short name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from booking.db import db
from booking.domain import access, audit
from booking.domain.errors import BadInput, NotFound
from booking.domain.people import Hub, Person

LONGEST_SLUG = 60
LONGEST = {"name": 120, "area": 200, "phone": 40, "website": 200, "controller": 200, "protection_officer": 200}
LONGEST |= {"protection_email": 254, "calendar_name": 100}
"""Characters that the columns hold."""


def add(slug: str, name: str, email: str, *, at: datetime, area: str = "", phone: str = "") -> Hub:
    """Add a hub under its short name, the one in addresses. Only an operator of the machine does. Raises `BadInput`."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > LONGEST_SLUG:
        raise BadInput("The short name is of small letters, figures and single hyphens, at most 60.", "slug")
    if not name.strip():
        raise BadInput("Give the hub a name.", "name")
    if _with_slug(slug):
        raise BadInput(f"There is a hub {slug} already.", "slug")
    hub = Hub(slug=slug, name=name.strip(), email=email, area=area.strip(), phone=phone.strip())
    for field, most in LONGEST.items():
        if len(getattr(hub, field) or "") > most:
            raise BadInput(f"Shorten the {field} to {most} characters.", field)
    db.session.add(hub)
    db.session.flush()
    audit.record("hub.added", hub, by=None, at=at, hub_id=hub.id)
    return hub


def bring(facts: Mapping[str, Any], *, at: datetime) -> str:
    """Add the hub of these facts, or change the one of its short name; answer "new", "changed" or "unchanged".

    What is not among the facts stays as it was. The audit names which facts changed. Raises `BadInput`.
    """
    hub = _with_slug(facts["slug"])
    if hub is None:
        hub = add(facts["slug"], facts.get("name", ""), facts.get("email", ""), at=at)
        _set(hub, facts)
        return "new"
    if changed := _set(hub, facts):
        audit.record("hub.changed", hub, by=None, at=at, hub_id=hub.id, changed=changed)
    return "changed" if changed else "unchanged"


def _set(hub: Hub, facts: Mapping[str, Any]) -> list[str]:
    """Set what differs, and answer which facts that were."""
    changed = [name for name, value in facts.items() if getattr(hub, name) != value]
    for name in changed:
        if name in LONGEST and len(facts[name]) > LONGEST[name]:
            raise BadInput(f"Shorten the {name.replace('_', ' ')} to {LONGEST[name]} characters.", name)
        setattr(hub, name, facts[name])
    return changed


def named(slug: str) -> Hub:
    """Answer the hub of this short name. Raises `NotFound`, which names those there are."""
    if found := _with_slug(slug):
        return found
    known = ", ".join(db.session.scalars(select(Hub.slug).order_by(Hub.slug))) or "none yet"
    raise NotFound(f"There is no hub {slug}. The hubs are: {known}.")


def organised_by(person: Person) -> list[Hub]:
    """Answer the hubs that somebody organises, by name; for a national administrator, all of them."""
    query = select(Hub).order_by(Hub.name)
    own = access.hubs_organised(person)
    return list(db.session.scalars(query if access.is_national(person) else query.where(Hub.id.in_(own))))


def one_organised_by(person: Person, slug: str) -> Hub | None:
    """Answer a hub that somebody organises; any other is not found."""
    hub = _with_slug(slug)
    return hub if hub and access.may_organise(person, hub.id) else None


def _with_slug(slug: str) -> Hub | None:
    return db.session.scalar(select(Hub).where(Hub.slug == slug))
