"""Putting events up: choosing a kind, the form, its preview, publishing, and taking off the list again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from booking.db import db, transaction
from booking.domain import access, events, hubs, putting_up
from booking.domain.errors import BadInput, NotAllowed, NotFound, Refused
from booking.domain.events import Event, Kind, choosing
from booking.domain.people import Hub
from booking.domain.putting_up import Plan
from booking.web import again, change_acts, organised, text
from booking.web.event_form import EventForm
from booking.web.rules import may
from booking.web.session import me, now
from booking.web.words_form import WordsForm
from booking.wording import LONDON

bp = Blueprint("putting_up", __name__, url_prefix="/desk")
again.init_blueprint(bp, create="new", change="edit")


@bp.get("/events/new")
@may(access.is_organiser)
def choose() -> str:
    """Ask for which hub, and what kind of event."""
    return render_template("putting_up/choose.html", hubs=hubs.organised_by(me()), kinds=list(Kind))


@bp.get("/hubs/<slug>/events/new")
@may(access.is_organiser)
def new(slug: str) -> Any:
    """Show the form, filled in with what is usual, or with what another event has."""
    hub, kind = organised.hub(slug), _kind()
    form = _form(hub, kind)
    if not form.is_submitted():
        _begin(form, kind)
        form.renew_key()
    return _page(form, hub, kind, problem=g.get("notice", ""))


@bp.get("/hubs/<slug>/events")
@may(access.is_organiser)
def asked(slug: str) -> Any:
    """Lead whoever reloads the address that the form was sent to back to the form."""
    return redirect(url_for("putting_up.new", slug=slug, kind=_kind()), code=303)


@bp.post("/hubs/<slug>/events")
@may(access.is_organiser)
def create(slug: str) -> Any:
    """Keep a draft, or only look at it, or change its rows."""
    hub, kind = organised.hub(slug), _kind()
    form = _form(hub, kind)
    if form.change_rows(request.form):
        return _page(form, hub, kind)
    plan = form.plan(at=now())
    if plan is None or "check" in request.form:
        return _page(form, hub, kind, plan=plan, status=200 if plan else 422)
    try:
        with transaction():
            event = putting_up.draft(hub.id, kind, plan, key=form.key.data or "", by=me(), at=now(), like=_like())
    except BadInput as refusal:
        form.renew_key()
        return _page(form, hub, kind, problem=str(refusal), status=422)
    flash(f"{event.title} is kept as a draft.")
    if "another" in request.form:
        return redirect(url_for("putting_up.new", slug=slug, kind=kind, like=event.id, day="same"), code=303)
    return redirect(url_for("putting_up.preview", event_id=event.id), code=303)


@bp.get("/events/<int(max=2147483647):event_id>/edit")
@may(access.is_organiser)
def edit(event_id: int) -> Any:
    """Show the form with what the event has; once people have booked, only what may still change."""
    event = organised.event(event_id)
    form = _form_of(event)
    if not form.is_submitted():
        plan = putting_up.plan_of(event)
        form.show(plan) if isinstance(form, EventForm) else form.show_words(plan.words, plan.zone)
    stands = change_acts.why_not(event) if event.is_called_off else ""
    return _page(form, event.hub, event.kind, event=event, problem=g.get("notice", "") or stands)


@bp.post("/events/<int(max=2147483647):event_id>/edit")
@may(access.is_organiser)
def change(event_id: int) -> Any:
    """Change the event, or only look at what is typed, or change its rows."""
    event = organised.event(event_id)
    form = _form_of(event)
    if isinstance(form, EventForm):
        return _change_whole(event, form)
    return _change_words(event, form)


@bp.get("/events/<int(max=2147483647):event_id>/preview")
@may(access.is_organiser)
def preview(event_id: int) -> str:
    """Show the event as teachers will see it, what is missing, and what to know about its dates."""
    event = organised.event(event_id)
    return render_template(
        "putting_up/preview.html",
        event=event,
        stands="draft",
        others=[],
        own_place=None,
        missing=list(putting_up.missing(event, now())),
        clashes=_clashes(putting_up.plan_of(event), event.hub, event),
    )


@bp.post("/events/<int(max=2147483647):event_id>/publication")
@may(access.is_organiser)
def publish(event_id: int) -> Any:
    """Let everybody see it."""
    event = organised.event(event_id)
    try:
        with transaction():
            [published] = putting_up.publish(event.id, by=me(), at=now())
    except BadInput as refusal:
        flash(str(refusal))
        return redirect(url_for("putting_up.preview", event_id=event_id), code=303)
    flash(f"{published.title} is published.")
    return redirect(url_for("desk.event", event_id=event_id), code=303)


@bp.post("/events/<int(max=2147483647):event_id>/publication/end")
@may(access.is_organiser)
def unpublish(event_id: int) -> Any:
    """Take it off the list, while nobody is booked."""
    event = organised.event(event_id)
    try:
        with transaction():
            putting_up.unpublish(event.id, by=me(), at=now())
    except putting_up.Booked as refusal:
        flash(str(refusal))
        return redirect(url_for("desk.event", event_id=event_id), code=303)
    flash("It is a draft again. Nobody sees it but those who run it.")
    return redirect(url_for("putting_up.preview", event_id=event_id), code=303)


def _change_whole(event: Event, form: EventForm) -> Any:
    if form.change_rows(request.form):
        return _page(form, event.hub, event.kind, event=event)
    plan = form.plan(at=now(), before=event)
    if plan is None or "check" in request.form:
        return _page(form, event.hub, event.kind, event=event, plan=plan, status=200 if plan else 422)
    return _kept(event.id, form, lambda: putting_up.edit(event.id, plan, by=me(), at=now()))


def _change_words(event: Event, form: WordsForm) -> Any:
    is_right, plan = form.validate(), putting_up.plan_of(event)
    words = form.checked_words(plan.zone, event, at=now())
    if words is None or not is_right:
        return _page(form, event.hub, event.kind, event=event, status=422)
    return _kept(event.id, form, lambda: putting_up.describe(event.id, words, by=me(), at=now()))


def _kept(event_id: int, form: WordsForm, verb: Any) -> Any:
    try:
        with transaction():
            event = verb()
    except (NotFound, NotAllowed):
        raise
    except Refused as refusal:
        event = organised.event(event_id)
        return _page(form, event.hub, event.kind, event=event, problem=str(refusal), status=409)
    flash("Your changes are saved.")
    goes_on = "desk.event" if event.is_published else "putting_up.preview"
    return redirect(url_for(goes_on, event_id=event_id), code=303)


def _kind() -> Kind:
    asked = request.args.get("kind", "")
    return Kind(asked) if asked in list(Kind) else Kind.SHOWCASE


def _form(hub: Hub, kind: str) -> EventForm:
    form = EventForm()
    form.prepare(putting_up.programmes(hub.id, kind))
    form.prepare_places(list(db.session.scalars(choosing.of_hub(hub.id))))
    return form


def _form_of(event: Event) -> WordsForm:
    if not putting_up.is_booked(event.id):
        return _form(event.hub, event.kind)
    form = WordsForm()
    form.prepare(putting_up.programmes(event.hub_id, event.kind))
    return form


def _begin(form: EventForm, kind: Kind) -> None:
    """Fill the form in: like another event, right after it or at its times on another day, or with what is usual."""
    like = _like()
    if like is None:
        form.show(putting_up.ordinary(kind))
    elif request.args.get("day") == "same":
        form.show(putting_up.same_day(like))
    else:
        form.show(putting_up.another_day(like))
        form.show_clocks(like)


def _like() -> Event | None:
    """Answer the event that the address says the new one is like; what is another hub's is none."""
    like = text.number(request.args.get("like"))
    return None if like is None else events.organised_by(me(), like)


def _clashes(plan: Plan | None, hub: Hub, event: Event | None) -> list[str]:
    return putting_up.clashes(plan, hub_id=hub.id, event_id=event.id if event else None) if plan else []


def _page(
    form: WordsForm,
    hub: Hub,
    kind: str,
    *,
    event: Event | None = None,
    plan: Plan | None = None,
    problem: str = "",
    status: int = 200,
) -> Any:
    page = "form" if isinstance(form, EventForm) else "words"
    facts = {"hub": hub, "kind": kind, "event": event, "problem": problem, "LONDON": LONDON}
    checked = {"is_checked": plan is not None, "clashes": _clashes(plan, hub, event)}
    return render_template(f"putting_up/{page}.html", form=form, **facts, **checked), status
