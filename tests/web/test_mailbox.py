"""The demo's mailbox: fed by a real listener, and nowhere but in the demo."""

from __future__ import annotations

import smtplib
import socket
from email.message import EmailMessage

import pytest

from booking.demo import mailbox
from tests.conftest import settings_for


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "mail"


@pytest.fixture
def settings(url, folder):
    return settings_for(url, mode="demo", mailbox_dir=str(folder))


def deliver(folder, **given):
    with socket.socket() as probing:
        probing.bind(("127.0.0.1", 0))
        port = probing.getsockname()[1]
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = (
        given.get("subject", "Booked"),
        "events@hub.example",
        "Zoë <z@school.example>",
    )
    mail.set_content("See http://localhost/bookings/1-abc\n")
    mail.add_alternative(given.get("html", "<html><head></head><p style='color:red'>Hello</p></html>"), subtype="html")
    with mailbox.listening(folder, port), smtplib.SMTP("127.0.0.1", port) as relay:
        relay.send_message(mail)
    return mailbox.newest(folder)[0].name


def test_an_empty_mailbox_says_what_to_do(client):
    page = client.get("/mailbox")

    assert "No mail yet." in page.text
    assert 'href="/sign-in"' in page.text


def test_a_mail_is_listed_and_shown_in_all_its_parts(client, folder):
    name = deliver(folder)

    assert "Booked" in client.get("/mailbox").text
    page = client.get(f"/mailbox/{name}").text
    assert '<a href="http://localhost/bookings/1-abc"' in page
    assert "text/plain, text/html." in page
    assert b"Subject: Booked" in client.get(f"/mailbox/{name}/source").data


def test_what_is_in_a_mail_is_shut_in(client, folder):
    name = deliver(
        folder, subject="<script>alert(1)</script>", html="<html><head></head><script>alert(1)</script></html>"
    )

    shown = client.get(f"/mailbox/{name}/html")

    policy = shown.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "<script>alert" not in client.get(f"/mailbox/{name}").text
    assert "<script>alert" not in client.get("/mailbox").text


@pytest.mark.parametrize("name", ["nothing", "..%2f..%2fbooking.sqlite", "00000000000000000000-00000000.eml"])
def test_no_name_leads_out_of_the_folder(client, folder, name):
    deliver(folder)

    assert client.get(f"/mailbox/{name}").status_code == 404


class TestElsewhere:
    @pytest.fixture
    def settings(self, url, folder):
        return settings_for(url, mailbox_dir=str(folder))

    def test_there_is_no_mailbox_outside_the_demo(self, client):
        assert client.get("/mailbox").status_code == 404
        assert "/mailbox" not in client.get("/").text
