"""The desk: what an organiser, a lead and a host see of their events, and what nobody else does."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import places
from booking.domain.audit import AuditEntry
from booking.domain.places import Booking
from booking.web.spreadsheet import defused
from tests.web.reading import fields, sign_in, words

BOOKER = {
    "name": "Priya Nair",
    "email": "p.nair@alderbeck.example",
    "coming": "y",
    "unlisted": "y",
    "unlisted_school": "Alderbeck Trust",
}


@pytest.fixture
def hub(make):
    return make.hub(name="Wharfedale Maths Hub")


@pytest.fixture
def ruth(make, hub, client):
    """The hub's organiser, signed in."""
    person = make.organiser(hub, name="Ruth Calloway")
    sign_in(client, person)
    return person


def sheet(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"), newline="")))


class TestEvents:
    def test_somebody_who_runs_nothing_has_no_desk(self, client, make):
        sign_in(client, make.person())

        assert client.get("/desk").status_code == 404

    def test_it_shows_the_events_of_ones_hub_the_next_first_and_past_ones_apart(self, client, make, hub, ruth, noon):
        make.event(hub=hub, title="Later")
        make.event(hub=hub, title="Long ago", starts=(noon.replace(month=2, day=20),))
        make.event(hub=hub, title="Without a date", starts=(None,), closes_at=noon.replace(month=4))
        make.event(hub=hub, title="Soon", starts=(noon.replace(day=10),))
        make.event(title="Somebody else’s")

        said = words(client.get("/desk"))
        past = words(client.get("/desk?when=past"))

        assert "3 events" in said
        assert said.index("Soon") < said.index("Later") < said.index("Without a date")
        assert "Long ago" not in said
        assert "Long ago" in past
        assert "1 event" in past
        assert "Somebody else" not in said + past

    def test_an_event_that_is_not_published_is_on_the_desk_and_says_so(self, client, make, hub, ruth):
        make.event(hub=hub, title="A draft", published_at=None)

        assert "A draft" in words(client.get("/desk"))
        assert "Draft" in words(client.get("/desk"))
        assert "A draft" not in words(client.get("/"))

    def test_with_nothing_to_run_it_says_where_to_look(self, client, ruth):
        assert "You run nothing that is to come" in words(client.get("/desk"))
        assert "Nothing is past yet" in words(client.get("/desk?when=past"))

    def test_a_national_administrator_chooses_a_hub(self, client, make, hub):
        make.event(hub=hub, title="Ours")
        other = make.event(title="Theirs")
        boss = make.person()
        make.role(boss, "administrator")
        sign_in(client, boss)

        both, one = words(client.get("/desk")), words(client.get(f"/desk?hub={other.hub.slug}"))

        assert ("Ours" in both, "Theirs" in both) == (True, True)
        assert ("Ours" in one, "Theirs" in one) == (False, True)

    @pytest.mark.parametrize("number", [1, 30])
    def test_it_costs_the_same_for_one_event_and_for_thirty(self, client, make, hub, ruth, statements, number):
        for _ in range(number):
            make.event(hub=hub)
        statements.clear()

        client.get("/desk")

        assert len(statements) == 8


class TestAnEvent:
    def test_it_shows_who_is_booked_and_who_is_held(self, client, make, hub, ruth):
        event = make.event(hub=hub, capacity=10)
        school = make.school(name="Fernhurst Road Primary School")
        make.booking(event, make.person(name="Samuel Oyelaran"), size=2, school=school)
        make.held(event, make.party(size=1))

        page = client.get(f"/desk/events/{event.id}")

        said = words(page)
        assert "2 confirmed" in said
        assert "1 held until today, 12:15pm" in said
        assert "7 free" in said
        assert "3 people from 1 school" in said
        assert "Fernhurst Road Primary School" in said
        assert 'aria-label="Bar model of 10 places: 2 confirmed, 1 held, 7 free"' in page.text

    def test_the_weeks_in_which_places_were_booked_stand_in_a_chart_and_its_table(
        self, client, make, hub, ruth, noon, the_clock
    ):
        event = make.event(hub=hub)
        make.booking(event, size=4)
        make.booking(event, size=3, at=the_clock.forward(days=8))
        sign_in(client, ruth)

        said = words(client.get(f"/desk/events/{event.id}"))

        assert "Demand 7 places asked for, 30 to give" in said
        assert "Week of Booked 1 Mar 4 8 Mar 3" in said

    def test_with_nobody_booked_it_says_what_can_be_done(self, client, make, hub, ruth):
        event = make.event(hub=hub)

        assert "Nobody has booked yet" in words(client.get(f"/desk/events/{event.id}"))

    @pytest.mark.parametrize("number", [1, 30])
    def test_it_costs_the_same_for_one_booking_and_for_thirty(self, client, make, hub, ruth, statements, number):
        event = make.event(hub=hub, capacity=100)
        school = make.school()
        for _ in range(number):
            make.booking(event, size=2, school=school)
        statements.clear()

        client.get(f"/desk/events/{event.id}")

        assert len(statements) == 11

    def test_a_role_taken_away_counts_from_the_next_request(self, client, make, hub, ruth, noon):
        event = make.event(hub=hub)
        assert client.get(f"/desk/events/{event.id}").status_code == 200

        with transaction():
            ruth.roles[0].ended_at = noon

        assert client.get(f"/desk/events/{event.id}").status_code == 404


class TestNeeds:
    def test_without_a_lead_the_hubs_organisers_read_them(self, client, make, hub, ruth):
        event = make.event(hub=hub)
        make.booking(event, make.person(name="Bethan Price"), needs="A seat near the front")

        assert "See needs" in words(client.get(f"/desk/events/{event.id}"))
        assert "A seat near the front" in words(client.get(f"/desk/events/{event.id}/needs"))

    def test_where_a_lead_is_named_only_the_lead_reads_them(self, client, make, hub, ruth):
        event = make.event(hub=hub)
        booking = make.booking(event, needs="A seat near the front")
        lead = make.person(name="Dev Banerjee")
        make.role(lead, "lead", hub_id=hub.id, event_id=event.id)

        theirs = words(client.get(f"/desk/events/{event.id}"))
        of_booking = words(client.get(f"/bookings/{booking.id}"))
        assert client.get(f"/desk/events/{event.id}/needs").status_code == 404
        assert "needs" not in theirs
        assert "A seat near the front" not in theirs + of_booking

        sign_in(client, lead)
        assert "A seat near the front" in words(client.get(f"/desk/events/{event.id}/needs"))

    def test_the_host_of_the_school_reads_them_and_sees_the_list_but_no_addresses(self, client, make, hub):
        school = make.school()
        event = make.event(hub=hub, venue=make.venue(hub, school_urn=school.urn))
        elsewhere = make.event(hub=hub)
        booker = make.person(name="Bethan Price", email="b.price@fernhurst.example")
        make.booking(event, booker, needs="A seat near the front")
        host = make.person()
        make.role(host, "host", hub_id=hub.id, school_urn=school.urn)
        sign_in(client, host)

        page = client.get(f"/desk/events/{event.id}")

        assert "Bethan Price" in words(page)
        assert "b.price@fernhurst.example" not in page.text
        assert "A seat near the front" in words(client.get(f"/desk/events/{event.id}/needs"))
        assert "Add someone who phoned" not in words(page)
        assert client.get(f"/desk/events/{event.id}/people.csv").status_code == 404
        assert client.get(f"/desk/events/{elsewhere.id}").status_code == 404


class TestTheSpreadsheet:
    def test_it_has_everybody_who_is_confirmed_and_no_needs(self, client, make, hub, ruth):
        event = make.event(hub=hub, title="Year 1: the story of ten", question="Which year do you teach?")
        school = make.school(urn=990101, name="Alderbeck Primary School", town="Otley")
        priya = make.person(name="Priya Nair", email="p.nair@alderbeck.example")
        booking = make.booking(event, priya, size=2, school=school, needs="A quiet room", answer="Year 1")
        make.held(event)

        answer = client.get(f"/desk/events/{event.id}/people.csv")

        assert answer.content_type == "text/csv; charset=utf-8"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="year-1-the-story-of-ten.csv"'
        assert answer.headers["Cache-Control"] == "no-store"
        assert sheet(answer)[0] == {
            "Name": "Priya Nair",
            "E-mail address": "p.nair@alderbeck.example",
            "Role": "",
            "School": "Alderbeck Primary School",
            "URN": "990101",
            "Town": "Otley",
            "Booked by": "Priya Nair",
            "Confirmed": "2027-03-01 12:00",
            "Booking": str(booking.id),
            "Which year do you teach?": "Year 1",
        }
        assert len(sheet(answer)) == 2
        assert b"\r\n" in answer.data
        assert "A quiet room" not in answer.get_data(as_text=True)

    def test_what_would_calculate_is_defused(self, client, make, hub, ruth):
        event = make.event(hub=hub)
        make.booking(event, make.person(name='=HYPERLINK("https://bad.example")'))

        assert sheet(client.get(f"/desk/events/{event.id}/people.csv"))[0]["Name"].startswith("'=")

    @pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", "  =1", "\u00a0=1", "\r=1", "\0=1"])
    def test_every_way_to_begin_a_formula(self, cell):
        assert defused(cell).startswith("'")

    @pytest.mark.parametrize("cell", ["", "Priya Nair", "1-2", "a=b", "O’Neill"])
    def test_what_is_no_formula_stays_as_it_is(self, cell):
        assert defused(cell) == cell


class TestSomebodyWhoPhoned:
    def ask(self, client, event, **given):
        form = fields(client.get(f"/desk/events/{event.id}/bookings/new"))
        return client.post(f"/desk/events/{event.id}/bookings", data=form | BOOKER | given)

    def test_is_booked_at_once_and_everybody_is_told(self, client, make, hub, ruth, outbox):
        event = make.event(hub=hub)
        colleague = {"colleagues-0-name": "Grace Adeyemi", "colleagues-0-email": "g.adeyemi@alderbeck.example"}

        answer = self.ask(client, event, **colleague)

        assert (answer.status_code, answer.location) == (303, f"/desk/events/{event.id}")
        booking = db.session.scalars(select(Booking)).one()
        assert (booking.state, booking.booker.name, booking.party_size) == ("confirmed", "Priya Nair", 2)
        assert outbox()[-2:] == ["places_booked", "place_booked"]
        act = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "booking.book")).one()
        assert act.actor_id == ruth.id
        assert "Priya Nair is booked." in words(client.get(answer.location))

    def test_does_not_change_what_is_known_of_the_booker(self, client, make, hub, ruth):
        priya = make.person(name="Priya Nair-Hughes", email=BOOKER["email"], job="Maths lead")

        self.ask(client, make.event(hub=hub), job="Teacher")

        db.session.refresh(priya)
        assert (priya.name, priya.job) == ("Priya Nair-Hughes", "Maths lead")

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"name": ""}, "Enter their name"),
            ({"email": "p.nair"}, "Enter their e-mail address in full"),
            ({"coming": ""}, "Tick “They are coming themselves” or add a colleague"),
            ({"unlisted": ""}, "Choose their school from the list"),
            (
                {"colleagues-0-name": "Grace", "colleagues-0-email": BOOKER["email"]},
                "Enter Grace’s own e-mail address: this one is theirs",
            ),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_stays(self, client, make, hub, ruth, wrong, sentence):
        given = {"needs": "A seat near the front", **wrong}

        event = make.event(hub=hub)
        key = fields(client.get(f"/desk/events/{event.id}/bookings/new"))["key"]
        form = {name: text for name, text in {**BOOKER, **given, "key": key}.items() if text}

        page = client.post(f"/desk/events/{event.id}/bookings", data=form)

        assert page.status_code == 422
        assert sentence in words(page)
        assert fields(page)["needs"] == "A seat near the front"

    def test_a_full_event_says_so_and_keeps_the_form(self, client, make, hub, ruth):
        event = make.event(hub=hub, capacity=1)
        form = fields(client.get(f"/desk/events/{event.id}/bookings/new"))
        make.booking(event)

        page = client.post(f"/desk/events/{event.id}/bookings", data=form | BOOKER)

        assert page.status_code == 409
        assert "The last place has just gone." in words(page)
        assert f'formaction="/desk/events/{event.id}/line"' in page.text
        assert fields(page)["name"] == "Priya Nair"

    def test_who_phones_about_a_full_event_is_led_to_the_waiting_list(self, client, make, hub, ruth):
        event = make.event(hub=hub, capacity=1, taken=1)

        page = client.get(f"/desk/events/{event.id}/bookings/new")

        assert (page.status_code, page.location) == (303, f"/desk/events/{event.id}/line/new")

    def test_every_page_of_the_desk_says_where_one_is(self, client, make, hub, ruth):
        event = make.event(hub=hub, capacity=1, taken=1)
        pages = ("", "/reminders", "/changes", "/edit", "/line/new", "/audit")

        marked = ['aria-current="true">Organise' in client.get(f"/desk/events/{event.id}{page}").text for page in pages]

        assert marked == [True] * len(pages)

    def test_the_same_form_twice_books_once(self, client, make, hub, ruth):
        event = make.event(hub=hub)
        form = fields(client.get(f"/desk/events/{event.id}/bookings/new")) | BOOKER

        answers = [client.post(f"/desk/events/{event.id}/bookings", data=form) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [303, 303]
        assert db.session.scalar(select(Booking.party_size)) == 1
        assert len(db.session.scalars(select(Booking)).all()) == 1

    def test_another_hubs_event_is_not_found(self, client, make, ruth):
        event = make.event()

        assert client.get(f"/desk/events/{event.id}/bookings/new").status_code == 404
        assert client.post(f"/desk/events/{event.id}/bookings", data=BOOKER).status_code == 404
        assert event.taken == 0


class TestABooking:
    def test_an_organiser_cancels_it_as_herself_without_anybodys_secret_link(self, client, make, hub, ruth, noon):
        booking = make.booking(make.event(hub=hub), make.person(name="Priya Nair"))
        page = client.get(f"/bookings/{booking.id}")
        assert "Booking of Priya Nair" in words(page)
        assert booking.link not in page.text

        answer = client.post(f"/bookings/{booking.id}/cancellation", data={})

        assert answer.location == f"/bookings/{booking.id}"
        assert db.session.get(Booking, booking.id).state == "cancelled"
        act = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "booking.cancel")).one()
        assert act.actor_id == ruth.id

    def test_its_number_leads_nobody_else_to_it(self, client, make, hub):
        booker = make.person()
        booking = make.booking(make.event(hub=hub), booker)
        assert client.get(f"/bookings/{booking.id}").status_code == 404

        for stranger in (make.organiser(make.hub()), make.person(), booker):
            sign_in(client, stranger)
            assert client.get(f"/bookings/{booking.id}").status_code == 404
            assert client.post(f"/bookings/{booking.id}/cancellation").status_code == 404

        assert db.session.get(Booking, booking.id).is_confirmed

    def test_one_that_is_only_held_is_not_found(self, client, make, hub, ruth):
        booking = make.held(make.event(hub=hub))

        assert client.get(f"/bookings/{booking.id}").status_code == 404


class TestTheTrail:
    def test_it_says_who_did_what_in_words(self, client, make, hub, ruth, noon, the_clock):
        event = make.event(hub=hub)
        priya = make.person(name="Priya Nair")
        booking = make.booking(event, priya, size=2)
        make.held(event)
        with transaction():
            places.cancel(booking.id, by=ruth, at=noon)

        said = words(client.get(f"/desk/events/{event.id}/audit"))

        assert f"today, 12 noon Ruth Calloway Cancelled 2 places {booking.id}, booking, Priya Nair" in said
        assert "Priya Nair Booked 2 places" in said
        assert "Somebody not signed in Held 1 place, until the address is confirmed" in said
        assert said.index("Cancelled") < said.index("Booked 2 places")

    def test_an_event_to_which_nothing_happened_says_so(self, client, make, hub, ruth):
        assert "Nothing has been done yet" in words(client.get(f"/desk/events/{make.event(hub=hub).id}/audit"))

    @pytest.mark.parametrize("number", [1, 30])
    def test_it_costs_the_same_for_one_entry_and_for_thirty(self, client, make, hub, ruth, statements, number):
        event = make.event(hub=hub, capacity=100)
        for _ in range(number):
            make.booking(event)
        statements.clear()

        client.get(f"/desk/events/{event.id}/audit")

        assert len(statements) == 7
