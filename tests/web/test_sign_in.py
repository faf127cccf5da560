"""Signing in with a code, going on from there, and signing out: here and everywhere."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from booking.db import db, transaction
from booking.domain import codes
from booking.domain.audit import AuditEntry
from booking.domain.people import Person
from booking.domain.sign_ins import SignIn
from booking.web.addresses import here
from tests.racing import at_once
from tests.web.reading import digits, fields, newest_code, sign_in, words

ELSEWHERE = [
    "https://evil.example/",
    "http:evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "/.//evil.example",
    "/a/..//evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    "/\x00/evil.example",
    "/\u2028/evil.example",
    "/／evil.example",
    "https:/evil.example",
    "?next=//evil.example",
    "/" + "a" * 600,
    "//[evil",
]


def ask(client, address, **given):
    return client.post("/sign-in", data={"email": address} | given)


def people():
    return db.session.scalar(select(func.count()).select_from(Person))


def live_sign_ins():
    return db.session.scalar(select(func.count()).where(SignIn.ended_at.is_(None)))


# In


def test_a_code_signs_somebody_in_and_leads_back_to_where_they_were(client, make):
    priya = make.person(name="Priya Nair")
    asked = client.get("/my/bookings")
    form = client.get(asked.location)

    sent = ask(client, "  P" + str(priya.email)[1:] if False else str(priya.email).upper(), next=fields(form)["next"])
    page = client.get(sent.location)
    done = client.post(sent.location, data={"code": f"{digits()[:3]}-{digits()[3:]}"})

    assert (asked.location, sent.location) == ("/sign-in?next=/my/bookings", "/sign-in/code")
    assert f"It went to {priya.email}" in words(page)
    assert (done.status_code, done.location) == (303, "/my/bookings")
    assert "Priya Nair" in client.get("/my/bookings").text


def test_an_address_nobody_knows_is_answered_like_one_that_is_known(client, app, make):
    make.person(email="known@school.example")
    answers = []
    for address in ("known@school.example", "other@school.example"):
        browser = app.test_client()
        sent = ask(browser, address)
        page = browser.get(sent.location)
        answers.append((sent.status_code, sent.location, page.status_code, words(page).replace(address, "…")))

    assert answers[0] == answers[1]
    assert people() == 1


def test_an_address_that_proves_itself_becomes_a_person_who_is_asked_for_a_name(client, make):
    ask(client, "newcomer@school.example", next="/events/7")

    done = client.post("/sign-in/code", data={"code": digits()})
    page = client.get(done.location)
    saved = client.post("/me", data=fields(page) | {"name": "Nell Comer", "unlisted": "y"})

    assert done.location == "/me?next=/events/7"
    assert "What are you called?" in words(page)
    assert fields(page)["name"] == ""
    assert saved.location == "/events/7"
    assert db.session.scalar(select(Person.name)) == "Nell Comer"


@pytest.mark.parametrize("onward", ELSEWHERE)
def test_nobody_is_led_to_another_site(client, make, onward):
    priya = make.person()

    form = client.get("/sign-in", query_string={"next": onward})
    ask(client, priya.email, next=onward)
    done = client.post("/sign-in/code", data={"code": digits()})
    after = client.get("/sign-in", query_string={"next": onward})

    assert fields(form)["next"] == ""
    assert (done.location, after.location) == ("/my/bookings", "/my/bookings")


@pytest.mark.parametrize("onward", ["/", "/events/7", "/events?kind=showcase&page=2", "/my/bookings#past", "/a%2F%2Fb"])
def test_a_path_of_this_site_is_gone_on_to(onward):
    assert here(onward) == onward


@pytest.mark.parametrize("address", ["", "p.nair", "@", "a@b", "a b@school.example", "x\x00@school.example", "x" * 300])
def test_what_is_no_address_is_said_at_the_field_and_kept(client, address):
    page = ask(client, address)

    assert page.status_code == 422
    assert "e-mail address" in words(page)
    assert "to put right" in words(page)


def test_a_code_works_once_and_for_ten_minutes(client, app, make, the_clock):
    priya = make.person()
    ask(client, priya.email)
    used = digits()
    client.post("/sign-in/code", data={"code": used})
    other = app.test_client()
    ask(other, priya.email)
    the_clock.forward(minutes=10)

    late = other.post("/sign-in/code", data={"code": digits()})

    assert late.status_code == 422
    assert "That code no longer works" in late.text
    assert live_sign_ins() == 1


def test_five_wrong_codes_end_a_code(client, make):
    ask(client, make.person().email)
    wrong = "000000" if digits() != "000000" else "111111"

    said = [client.post("/sign-in/code", data={"code": wrong}) for _ in range(5)]
    late = client.post("/sign-in/code", data={"code": digits()})

    assert [page.status_code for page in said] == [422] * 5
    assert "last try" in said[4].text
    assert (late.status_code, live_sign_ins()) == (422, 0)


def test_ten_wrong_codes_in_five_minutes_slow_down_guessing_but_not_the_link(client, make, the_clock):
    ask(client, make.person().email)
    for number in range(10):
        wrong = "000000" if digits() != "000000" else "111111"
        client.post("/sign-in/code", data={"code": wrong})
        if number % 5 == 4:
            client.post("/sign-in/code/again")

    slowed = client.post("/sign-in/code", data={"code": digits()})
    pressed = client.post(f"/codes/{newest_code().link}")

    assert slowed.status_code == 429
    assert "Wait five minutes" in slowed.text
    assert pressed.status_code == 303


def test_too_many_codes_for_an_address_are_refused_in_words_and_what_was_typed_is_kept(client):
    for _ in range(6):
        assert ask(client, "p@school.example").status_code == 303

    page = ask(client, "p@school.example")

    assert (page.status_code, fields(page)["email"]) == (429, "p@school.example")
    assert "We have sent several codes to that address already" in words(page)


def test_the_code_page_without_a_code_leads_back(client):
    assert client.get("/sign-in/code").location == "/sign-in"
    assert client.post("/sign-in/code", data={"code": "123456"}).location == "/sign-in"
    assert client.post("/sign-in/code/again").location == "/sign-in"


def test_a_day_later_the_code_page_leads_back_too_because_nobody_knows_the_address_any_more(client, the_clock):
    ask(client, "p@school.example")
    the_clock.forward(hours=25)
    with transaction():
        codes.forget_ended(at=the_clock.at)

    assert client.get("/sign-in/code").location == "/sign-in"


def test_who_is_signed_in_already_is_led_on(client, make):
    sign_in(client, make.person())

    assert client.get("/sign-in").location == "/my/bookings"


def test_a_session_that_was_planted_before_is_worth_nothing_after(client, app, make):
    client.get("/sign-in")
    sign_in(client, make.person())
    before = client.get_cookie("booking").value
    planted = app.test_client()
    ask(planted, "somebody@else.example")
    old = planted.get_cookie("booking").value
    planted.post("/sign-in/code", data={"code": digits()})

    after = app.test_client()
    after.set_cookie("booking", old)

    assert after.get("/my/bookings").status_code == 303
    assert before != planted.get_cookie("booking").value


def test_a_sign_in_form_that_was_open_too_long_is_shown_again(app, make):
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()

    page = client.post("/sign-in", data={"email": "p@school.example", "next": "/events/7", "csrf_token": "old"})
    again = client.post("/sign-in", data=fields(page))

    assert (page.status_code, again.status_code) == (400, 303)
    assert (fields(page)["email"], fields(page)["next"]) == ("p@school.example", "/events/7")
    assert "Nothing you typed is lost" in words(page)


def test_an_act_from_another_sites_page_is_refused(client, make):
    sign_in(client, make.person())

    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        assert client.post("/sign-out", headers=headers).status_code == 400
    assert client.get("/my/bookings").status_code == 200


# The link in the mail


def test_the_link_signs_in_here_at_a_press_and_elsewhere_with_the_address(client, app, make):
    priya = make.person()
    ask(client, priya.email)
    link, elsewhere = newest_code().link, app.test_client()

    opened = elsewhere.get(f"/codes/{link}")
    wrong = elsewhere.post(f"/codes/{link}", data={"email": "x@school.example"})
    right = elsewhere.post(f"/codes/{link}", data={"email": priya.email})
    late = client.post(f"/codes/{link}", follow_redirects=True)

    assert (opened.status_code, wrong.status_code, right.status_code) == (200, 422, 303)
    assert elsewhere.get("/my/bookings").status_code == 200
    assert "This link has been used" in words(late)
    assert client.get("/my/bookings").status_code == 303


class TestOnBothDatabases:
    @pytest.fixture
    def url(self, either_url):
        return either_url

    def test_the_link_pressed_13_times_signs_in_once_and_leads_all_to_the_same_page(self, app, make):
        priya, client = make.person(), app.test_client()
        ask(client, priya.email)
        link, cookie, answers = newest_code().link, client.get_cookie("booking").value, []

        def press():
            browser = app.test_client()
            browser.set_cookie("booking", cookie)
            answers.append(browser.post(f"/codes/{link}"))

        assert at_once(app, [press] * 13) == {"done": 13}
        db.session.rollback()

        winner = [answer for answer in answers if answer.location == "/my/bookings"]
        assert ({answer.status_code for answer in answers}, len(winner), live_sign_ins()) == ({303}, 1, 1)
        client.set_cookie("booking", winner[0].headers["Set-Cookie"].partition("=")[2].partition(";")[0])
        assert client.get(f"/codes/{link}").location == "/my/bookings"

    def test_the_code_typed_13_times_at_once_signs_in_once_and_shows_no_error(self, app, make):
        client = app.test_client()
        ask(client, make.person().email)
        typed, cookie, answers = digits(), client.get_cookie("booking").value, []

        def press():
            browser = app.test_client()
            browser.set_cookie("booking", cookie)
            answers.append(browser.post("/sign-in/code", data={"code": typed}))

        assert at_once(app, [press] * 13) == {"done": 13}
        db.session.rollback()

        assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/my/bookings")}
        assert live_sign_ins() == 1


# Out


def test_signing_out_ends_it_on_the_server(client, app, make):
    sign_in(client, make.person())
    stolen = app.test_client()
    stolen.set_cookie("booking", client.get_cookie("booking").value)

    before, out, twice = stolen.get("/my/bookings"), client.post("/sign-out"), client.post("/sign-out")

    assert (before.status_code, out.status_code, twice.status_code) == (200, 303, 303)
    assert stolen.get("/my/bookings").status_code == 303


def test_signing_out_everywhere_ends_every_browser(client, app, make):
    priya, elsewhere = make.person(), app.test_client()
    sign_in(client, priya)
    sign_in(elsewhere, priya)

    client.post("/sign-out-everywhere")

    assert (client.get("/me").status_code, elsewhere.get("/me").status_code, live_sign_ins()) == (303, 303, 0)


def test_signing_out_is_no_link(client, make):
    sign_in(client, make.person())

    assert (client.get("/sign-out").status_code, client.get("/sign-out-everywhere").status_code) == (405, 405)


# Your details


def test_details_are_shown_changed_and_noted_without_what_they_say(client, make):
    school = make.school()
    priya = make.person(name="Priya Nair", job="Teacher")
    sign_in(client, priya)

    page = client.get("/me")
    typed = fields(page) | {"job": "Maths lead", "school": school.label, "school_urn": str(school.urn)}
    saved = client.post("/me", data=typed)

    assert (fields(page)["name"], fields(page)["job"]) == ("Priya Nair", "Teacher")
    assert saved.status_code == 303
    db.session.expire_all()
    assert (priya.name, priya.job, priya.school_urn) == ("Priya Nair", "Maths lead", school.urn)
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.act, entry.actor_id, entry.facts) == (
        "person.details_changed",
        priya.id,
        {"changed": ["job", "school_urn"]},
    )
    assert fields(client.get("/me"))["school_urn"] == str(school.urn)


def test_details_that_are_wrong_are_kept_and_said(client, make):
    sign_in(client, make.person())

    page = client.post("/me", data={"name": "", "job": "x" * 121, "unlisted": "y", "unlisted_school": "A trust"})

    assert page.status_code == 422
    assert "Two things to put right" in words(page)
    assert fields(page)["unlisted_school"] == "A trust"
    assert "Enter your name" in page.text
