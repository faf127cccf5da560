"""Loading the demo: six hubs, their schools and people, and a school year around today. Once is enough."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select, update

from booking.db import db
from booking.demo import changed, drafts, lessons, neighbourhood, school_days, waiting
from booking.demo.people import TEACHER, staff
from booking.demo.year import AUTUMN, BRING, EXCHANGE, MEETINGS, SPRING, WORK_GROUPS, YEARS, Lesson
from booking.domain import audit, events, places, reminders
from booking.domain.events import Event, EventPhase, EventYear, Programme, Slot, Venue
from booking.domain.messages import Message, MessageState
from booking.domain.people import Hub, Person
from booking.domain.places import Guest, Party
from booking.domain.schools import School


def is_loaded() -> bool:
    return bool(db.session.scalar(select(Hub.id).where(Hub.slug == neighbourhood.HUBS[0][0])))


def load(*, at: datetime) -> dict[str, int]:
    """Write the demo's year around this instant, inside a transaction; answer how much of what was made."""
    Loading(at).all()
    db.session.flush()
    _in_order()
    # What is told of here is past, or was never real: nobody is to be mailed about it.
    db.session.execute(delete(Message))
    _remind(at)
    made = {"hubs": Hub, "schools": School, "people": Person, "events": Event, "places": places.Place}
    return {word: db.session.scalar(select(func.count()).select_from(model)) or 0 for word, model in made.items()}


def _remind(at: datetime) -> None:
    """Let those reminders have been sent that were due yesterday; what is due today is left to the worker."""
    reminders.promise_due(at=at - timedelta(hours=20))
    past = update(Message).where(Message.due_at < at).values(state=MessageState.SENT, tries=1, ended_at=Message.due_at)
    db.session.execute(past.execution_options(synchronize_session=False))
    reminders.promise_due(at=at)


class Loading:
    """One run: the chance, which is the same every time, and what has been made so far."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.today: date = at.astimezone(school_days.LONDON).date()
        self.chance = random.Random(990001)  # noqa: S311 the same demo every time

    def all(self) -> None:
        self.hubs = neighbourhood.hubs()
        self.schools = [neighbourhood.schools_of(number, self.chance) for number in range(len(self.hubs))]
        self.venues = [
            [neighbourhood.venue_at(school, hub, self.chance) for school in schools[:6]]
            for hub, schools in zip(self.hubs, self.schools, strict=True)
        ]
        db.session.flush()
        self.staff = staff(self.hubs, self.schools, self.chance, at=self.at)
        self._lessons(0, "showcase", "Shanghai Showcase: this season", AUTUMN)
        self._lessons(3, "showcase", "Shanghai Showcase: next season", SPRING)
        self._lessons(2, "exchange_visit", "Exchange with Shanghai: open lessons", EXCHANGE)
        for number in range(len(self.hubs)):
            self._work_groups(number)
        changed.change(by=self.staff.hosts[0], at=self.at)
        waiting.add(self.staff, self.staff.by_school(self.chance), at=self.at)
        self._drafts()

    def _drafts(self) -> None:
        """Ruth's hub has a day that is still being put up, and a school that hosts it."""
        hub, venue, ruth = self.hubs[0], self.venues[0][0], self.staff.organiser
        programme = db.session.scalars(
            select(Programme).where(Programme.hub_id == hub.id, Programme.kind == "showcase")
        ).one()
        drafts.put_up(hub, programme, venue, self._day(21), by=ruth, at=self.at)
        drafts.know_holidays(hub, venue, self.today, by=ruth, at=self.at)

    def _lessons(self, number: int, kind: str, title: str, lessons: list[Lesson]) -> None:
        hub = self.hubs[number]
        programme = Programme(hub_id=hub.id, kind=kind, title=title)
        db.session.add(programme)
        db.session.flush()
        online = neighbourhood.online(hub)
        for place, lesson in enumerate(lessons):
            venue = online if lesson.is_online else self.venues[number][place % 4]
            self._lesson(hub, programme, lesson, venue, self.staff.hosts[number])

    def _lesson(self, hub: Hub, programme: Programme, lesson: Lesson, venue: Venue, lead: Person) -> None:
        event = self._event(hub, programme.kind, lesson, lead)
        event.programme_id = programme.id
        slot = Slot(
            number=1,
            title="Talk and questions" if lesson.is_talk else "Lesson and discussion",
            venue_id=venue.id,
            revised_at=self.at,
        )
        slot.starts_at = school_days.instant(self._day(lesson.after), lesson.hours)
        slot.ends_at = slot.starts_at + timedelta(hours=2)
        slot.room = "" if venue.is_online else ("The hall" if lesson.capacity >= 60 else "The library, then Room 4")
        slot.join_url = "https://meet.demo.example/lesson" if venue.is_online else ""
        slot.agenda = lessons.agenda(lesson)
        slot.venue, event.slots = venue, [slot]
        self._open_and_close(event, lesson.look)
        self._book(event, lesson.taken)
        if lesson.look == "called off":
            event.called_off_at, event.called_off_why = (
                self.at - timedelta(days=2),
                "Our guests travel home a week earlier.",
            )
            slot.sequence, slot.revised_at = 1, event.called_off_at
            audit.record("event.called_off", event, by=None, at=event.called_off_at, event_id=event.id, hub_id=hub.id)

    def _work_groups(self, number: int) -> None:
        hub = self.hubs[number]
        programme = Programme(hub_id=hub.id, kind="work_group", title="Work Groups of this year")
        db.session.add(programme)
        db.session.flush()
        for place, (title, summary, phases, audience, capacity) in enumerate(WORK_GROUPS):
            first = 9 + 4 * number + 6 * place
            lesson = Lesson(
                first,
                f"{title}: {hub.area}",
                summary,
                phases,
                audience,
                capacity=capacity,
                taken=(place + number) % 5 * 2,
            )
            event = self._event(hub, "work_group", lesson, self.staff.leads[number])
            event.programme_id = programme.id
            event.description = lessons.work_group_words()
            event.max_per_school = 2
            has_dates = 6 if place % 2 == 0 else 3 if place == 1 else 0
            event.slots = [
                self._meeting(n, first, self.venues[number][(place + n) % 5], n <= has_dates) for n in range(1, 7)
            ]
            self._open_and_close(event, "")
            if not has_dates:
                event.closes_at, event.offers_end_at = self.at + timedelta(days=60), None
            self._book(event, lesson.taken)

    def _meeting(self, number: int, first: int, venue: Venue, is_known: bool) -> Slot:
        slot = Slot(number=number, title=f"{number}. {MEETINGS[number - 1]}", revised_at=self.at)
        slot.venue_id, slot.venue = venue.id, venue
        if is_known:
            slot.starts_at = school_days.instant(self._day(first + 18 * (number - 1)), 13)
            slot.ends_at = slot.starts_at + timedelta(hours=3)
        else:
            far = self.today + timedelta(days=30 * number + 30)
            slot.expected = f"{('Spring', 'Summer', 'Autumn')[(far.month - 1) // 4]} {far.year}"
        return slot

    def _event(self, hub: Hub, kind: str, lesson: Lesson, lead: Person) -> Event:
        event = Event(hub_id=hub.id, kind=kind, title=lesson.title, summary=lesson.summary, capacity=lesson.capacity)
        event.hub = hub
        event.description = lessons.words(lesson) if kind != "work_group" else ""
        event.audience, event.maths, event.bring = lesson.audience, lesson.maths, "" if lesson.is_online else BRING
        taught_by = lessons.SPEAKERS if lesson.is_talk else lessons.TEACHER
        event.taught_by = lead.name if kind == "work_group" else taught_by
        event.is_filmed, event.question = lesson.look == "filmed", lesson.question
        event.max_per_school = 4 if lesson.capacity <= 40 else 10
        event.phases = [EventPhase(phase=phase) for phase in lesson.phases]
        event.years = [EventYear(year=year) for year in YEARS.get(lesson.audience, ())]
        event.updated_at = event.published_at = self.at - timedelta(days=40)
        return event

    def _open_and_close(self, event: Event, look: str) -> None:
        """Closing is three days before the start, or one day where that is near; `look` says what differs."""
        events.span(event)
        starts = event.starts_at or school_days.instant(self.today + timedelta(days=90), 12)
        event.opens_at = min(self.at, starts) - timedelta(days=38)
        event.closes_at = starts - timedelta(days=3 if starts > self.at + timedelta(days=6) else 1)
        event.offers_end_at = starts - timedelta(days=1)
        if look == "later":
            event.opens_at = school_days.instant(self.today + timedelta(days=7), 9)
        if look == "closed":
            event.closes_at = school_days.instant(self.today - timedelta(days=1), 12)
        if event.closes_at <= self.at:
            event.closing_told_at = event.closes_at + timedelta(minutes=1)
        db.session.add(event)
        db.session.flush()

    def _book(self, event: Event, number: int) -> None:
        """Book places in parties of up to four, a school a party, in the weeks before today and before closing."""
        latest = min(self.at, event.closes_at or self.at) - timedelta(minutes=5)
        earliest = max(event.opens_at or latest, latest - timedelta(days=35)) + timedelta(minutes=5)
        groups = self.staff.by_school(self.chance)
        most = event.max_per_school or 4
        while number > 0:
            school, teachers = next(groups)
            party = teachers[: min(number, most, self.chance.randint(1, 4))]
            made = earliest + (latest - earliest) * self.chance.random()
            self._booking(event, school, party, max(earliest, _awake(made)))
            number -= len(party)
        self._book_teacher(event, latest)

    def _book_teacher(self, event: Event, at: datetime) -> None:
        """The teacher whom the demo names has bookings to come and past ones."""
        if event.title in TEACHER.events and not event.is_full:
            self._booking(event, self.staff.teacher_school, [self.staff.teacher, *self.staff.colleagues], at)

    def _booking(self, event: Event, school: School, party: list[Person], at: datetime) -> None:
        guests = tuple(Guest(person.name, str(person.email), person.job) for person in party)
        is_over = event.ends_at is not None and event.ends_at <= self.at
        needs = self.chance.choice(NEEDS) if self.chance.random() < 0.08 and not is_over else ""
        answer = self.chance.choice(ANSWERS) if event.question else ""
        asked = Party(guests[0], guests, school.urn, needs=needs, answer=answer)
        places.book(event.id, asked, key=places.new_form_key(), by=party[0], at=at)

    def _day(self, number: int) -> date:
        if number >= 0:
            return school_days.after(school_days.from_(self.today), number)
        day = self.today + timedelta(days=number)
        return next(one for one in (day - timedelta(days=back) for back in range(60)) if school_days.is_open(one))


NEEDS = [
    "Step-free access, please.",
    "Vegetarian.",
    "A seat near the front: I lip-read.",
    "A quiet place at the break, please.",
]
ANSWERS = ["Year 5", "Year 3", "Years 3 and 4", "Reception", "Year 6", "I lead maths"]


def _awake(at: datetime) -> datetime:
    """Let nobody book in the small hours: they did it the evening before."""
    return at - timedelta(hours=9) if at.astimezone(school_days.LONDON).hour < 7 else at


def _in_order() -> None:
    """Number the audit entries as things happened; the demo wrote them event by event."""
    entries = db.session.scalars(
        select(audit.AuditEntry.id).order_by(audit.AuditEntry.recorded_at, audit.AuditEntry.id)
    ).all()
    for number, old in enumerate(entries, start=max(entries) + 1):
        db.session.execute(update(audit.AuditEntry).where(audit.AuditEntry.id == old).values(id=number))
