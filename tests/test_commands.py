"""What operators say: the first hub and administrator, who has which role, and whether all checks hold."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from booking import jobs
from booking.db import db, transaction
from booking.domain import access, hubs, people
from booking.domain.audit import AuditEntry
from booking.domain.events import Event
from tests.conftest import settings_for


@pytest.fixture
def settings(url, relay):
    return settings_for(url, smtp_url=relay.url)


@pytest.fixture
def say(app):
    def run(*words: str) -> tuple[int, str]:
        answer = app.test_cli_runner().invoke(args=words)
        db.session.rollback()
        db.session.expire_all()
        assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
        return answer.exit_code, answer.output

    return run


def test_the_first_start(say, relay):
    assert "flask hubs add" in say("hubs", "list")[1]
    assert "flask people invite" in say("people", "list")[1]

    assert say("hubs", "add", "wharfedale", "Wharfedale Maths Hub", "hello@wharfedalehub.example")[0] == 0
    invited = ("ruth@wharfedalehub.example", "--name", "Ruth Calloway", "--role", "administrator")
    assert say("people", "invite", *invited)[0] == 0

    assert "wharfedale\tWharfedale Maths Hub\thello@wharfedalehub.example" in say("hubs", "list")[1]
    assert "ruth@wharfedalehub.example\tadministrator of all hubs" in say("people", "list")[1]
    assert access.is_national(people.with_address("ruth@wharfedalehub.example"))
    jobs.post_batch()
    [mail] = [received.message for received in relay.received]
    assert mail["Subject"] == "You can now look after every hub"
    assert "http://localhost/sign-in" in mail.get_body(("plain",)).get_content()


def test_a_role_is_given_in_a_hub_and_taken_away_and_told(say, make, relay):
    make.hub(slug="wharfedale")

    say("people", "invite", "ruth@hub.example", "--role", "organiser", "--hub", "wharfedale")
    jobs.post_batch()
    assert "ruth@hub.example\torganiser of wharfedale" in say("people", "list")[1]
    assert say("people", "take-away", "ruth@hub.example", "--role", "organiser", "--hub", "wharfedale")[0] == 0
    assert "ruth@hub.example" not in say("people", "list")[1]
    jobs.post_batch()
    subjects = [received.message["Subject"] for received in relay.received]
    assert subjects == ["You can now organise events for Hub 1", "You no longer organise events for Hub 1"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("hubs", "add", "Wharfe dale", "Hub", "a@b.example"), "The short name is of small letters"),
        (("hubs", "add", "calder", "Hub", "nobody"), "email address"),
        (("hubs", "add", "calder", " ", "a@b.example"), "Give the hub a name."),
        (("hubs", "add", "calder", "H" * 121, "a@b.example"), "Shorten the name to 120 characters."),
        (("hubs", "add", "wharfedale", "Hub", "a@b.example"), "There is a hub wharfedale already."),
        (("people", "invite", "nobody", "--role", "administrator"), "email address"),
        (("people", "invite", "a@b.example", "--role", "organiser"), "An organiser needs a hub."),
        (
            ("people", "invite", "a@b.example", "--role", "organiser", "--hub", "calder"),
            "There is no hub calder. The hubs are: wharfedale.",
        ),
        (("people", "take-away", "a@b.example", "--role", "analyst"), "Nobody is known by a@b.example."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(say, make, words, sentence):
    make.hub(slug="wharfedale")

    code, said = say(*words)

    assert code == 1
    assert sentence in said
    assert people.with_address("a@b.example") is None


def test_verify_says_that_all_holds_or_names_what_does_not(say, make):
    event = make.event(taken=2)
    code, said = say("verify")
    assert (code, said.startswith("All ")) == (0, True)

    with transaction():
        db.session.get(Event, event.id).taken = 5

    code, said = say("verify")
    assert code == 1
    assert f"Event {event.id} says that 5 places are taken, and its bookings keep 2 (rule 1)." in said


def test_somebody_is_erased_by_their_address_and_known_by_number_alone(say, make):
    priya = make.person(email="priya@school.example")

    assert say("people", "erase", "priya@school.example", "--yes")[0] == 0

    assert say("people", "erase", "priya@school.example", "--yes") == (
        1,
        "Error: Nobody is known by priya@school.example.\n",
    )
    first_seen = "2027-03-01T12:00:00+00:00"
    assert say("people", "erased")[1] == f"{priya.id} {first_seen} {first_seen}\n"


def test_whom_nothing_concerned_for_36_months_is_named(say, make, the_clock):
    priya = make.person(email="priya@school.example")
    the_clock.forward(days=3 * 365)
    assert say("people", "unused", "--months", "36") == (0, "0 people would be forgotten.\n")

    the_clock.forward(days=10)

    assert say("people", "unused", "--months", "36") == (0, f"{priya.id}\n1 person would be forgotten.\n")


class TestHubsImport:
    @pytest.fixture
    def bring(self, say, tmp_path):
        def run(text: str, encoding: str = "utf-8") -> tuple[int, str]:
            path = tmp_path / "hubs.csv"
            path.write_bytes(text.encode(encoding))
            return say("hubs", "import", str(path))

        return run

    def test_hubs_come_in_with_all_that_is_said_of_them(self, bring):
        code, said = bring(
            "name,email,aliases,phone,website,controller,protection_officer,protection_email,calendar_name\n"
            "Tamar Moor Maths Hub,Hello@tamar.example,Far West; West,01632 960100,https://tamar.example,"
            '"Tamar Trust, Ltd",The officer,privacy@tamar.example,England (typical)\n'
            "Mid Maths Hub,hello@mid.example,,,,,,,\n"
        )

        assert (code, said) == (0, "hubs.csv: 2 new, 0 changed, 0 unchanged\n")
        hub = hubs.named("tamar-moor")
        assert (hub.name, hub.aliases, hub.controller) == (
            "Tamar Moor Maths Hub",
            ["Far West", "West"],
            "Tamar Trust, Ltd",
        )
        assert (hub.protection_officer, hub.protection_email) == ("The officer", "privacy@tamar.example")
        assert (hub.website, hub.calendar_name) == ("https://tamar.example", "England (typical)")

    def test_a_second_time_changes_what_differs_and_leaves_what_is_not_said(self, bring):
        bring("name,email,phone\nMid Maths Hub,hello@mid.example,01632 960100\nEnd,hello@end.example,\n")

        _, said = bring("name,email,area\nMid Maths Hub,hello@mid.example,The middle\n")

        assert said == "hubs.csv: 0 new, 1 changed, 0 unchanged\n"
        assert (hubs.named("mid").phone, hubs.named("mid").area) == ("01632 960100", "The middle")
        assert bring("name,email,area\nMid Maths Hub,hello@mid.example,The middle\n")[1].endswith("1 unchanged\n")
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "hub.changed")).one()
        assert entry.facts["changed"] == ["area"]

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("name;email\nMid;a@mid.example\n", "Its first line names the columns"),
            ("name,email,colour\nMid,a@mid.example,jade\n", "Its first line names the columns"),
            ("name,email\nMid,a@mid.example\nEnd,nonsense\n", "Row 3: "),
            ("name,email\n,a@mid.example\n", "Row 2: Give the hub a name."),
            ("name,email\nMid,\n", "Row 2: Give the hub an e-mail address."),
            ("name,email,website\nMid,a@mid.example,javascript:alert(1)\n", "Row 2: A website begins with https://."),
            ("name,email,slug\nMid,a@mid.example,../x\n", "Row 2: The short name is of small letters"),
            ("name,email,phone\nMid,a@mid.example," + "1" * 41 + "\n", "Row 2: Shorten the phone to 40 characters."),
        ],
    )
    def test_a_file_with_something_wrong_changes_nothing_and_names_the_row(self, bring, say, text, said):
        code, told = bring(text)

        assert code == 1
        assert "nothing was changed" in told
        assert said in told
        assert "There is no hub yet" in say("hubs", "list")[1]

    def test_a_file_that_is_no_text_is_refused(self, bring):
        assert bring("name,email\nÉté,a@mid.example\n", encoding="utf-16")[0] == 1


def test_the_outbox_is_listed_retried_and_cancelled_without_whole_addresses(say, make, relay, the_clock):
    relay.refused_recipients["p.nair@school.example"] = "550 no such mailbox"
    make.booking(make.event(), make.person(email="p.nair@school.example"))
    assert say("outbox", "list") == (0, "No message is failed.\n")
    jobs.post_batch()

    code, said = say("outbox", "list", "--kind", "places_booked")
    assert (code, said.split("\t")[1:]) == (
        0,
        ["places_booked", "2027-03-01 12:00", "1 try", "p…@school.example", "The relay said 550 no such mailbox\n"],
    )
    number = said.split("\t")[0]

    relay.refused_recipients.clear()
    assert say("outbox", "retry", number) == (0, f"Message {number} is due again.\n")
    jobs.post_batch()
    assert len(relay.received) == 1
    assert say("outbox", "cancel", number, "999")[0] == 1
    assert f"Message {number}: It was sent already." in say("outbox", "cancel", number, "999")[1]
    assert "Message 999: That message does not exist." in say("outbox", "retry", "999")[1]
