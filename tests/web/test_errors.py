"""What goes wrong is said in words: never a bare 500, and nothing is half done."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from flask import url_for
from sqlalchemy import create_engine, func, select, text, update

from booking import create_app, engines
from booking.db import db, transaction
from booking.domain.people import Hub
from booking.web import errors, proof, session
from tests.conftest import settings_for
from tests.web.reading import digits, sign_in

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize("path", ["/nowhere", "/events/" + "9" * 5000])
def test_a_page_that_is_not_there_says_where_to_go_on(client, path):
    page = client.get(path)

    assert page.status_code == 404
    assert "We cannot find that page" in page.text
    assert 'href="/"' in page.text


@pytest.mark.parametrize("token", ["x", "1-aaaa", "\x00", "9" * 5000, "٣-a"])
def test_a_link_that_leads_nowhere_is_a_page_that_is_not_there(client, token):
    assert client.get(f"/bookings/{token}").status_code == 404


def test_a_form_that_is_too_old_for_what_is_not_there_any_more_is_no_fault_of_ours(app, make):
    """Whoever shows the form again finds that its page is gone: each act of every room, asked by two people."""
    stranger, organiser = app.test_client(), app.test_client()
    sign_in(organiser, make.organiser(make.hub()))
    app.config["WTF_CSRF_ENABLED"] = True
    with app.test_request_context():
        acts = [
            url_for(rule.endpoint, **{name: "xyz" if name in ("slug", "token") else 99_999 for name in rule.arguments})
            for rule in app.url_map.iter_rules()
            if "POST" in (rule.methods or ())
        ]

    answers = {act: (stranger.post(act).status_code, organiser.post(act).status_code) for act in acts}

    assert len(acts) > 50
    assert {act: both for act, both in answers.items() if not {*both} <= {303, 400, 403, 404, 405}} == {}


@pytest.mark.postgres
class TestAnAddressThatPostgreSQLCannotRead:
    @pytest.fixture
    def url(self, postgres_url):
        return postgres_url

    @pytest.mark.parametrize(
        "path",
        ["/hubs/%00", "/hubs/%00/calendar.ics", "/bookings/%00", "/desk/hubs/%00/people", "/desk/hubs/%00/audit"],
    )
    def test_is_a_page_that_is_not_there(self, client, make, path):
        sign_in(client, make.organiser(make.hub()))

        assert client.get(path).status_code == 404

    def test_a_number_beyond_all_numbers_is_of_no_programme(self, client):
        assert client.get("/calendars?programme=99999999999999").status_code == 200
        assert client.get("/hubs/x/audit?event=99999999999999").status_code == 404


def test_a_method_that_cannot_be_is_refused_with_what_can(client):
    page = client.delete("/")

    assert (page.status_code, "GET" in page.headers["Allow"]) == (405, True)


def test_what_was_typed_into_an_address_is_not_repeated_raw(client):
    assert "<script>alert" not in client.get("/<script>alert(1)</script>").text


def test_a_body_that_is_too_large_is_refused(client):
    page = client.post("/sign-in", data={"email": "x" * 2_000_000})

    assert page.status_code == 413


def test_too_many_fields_are_refused(client):
    page = client.post("/sign-in", data={f"f{number}": "x" for number in range(20_000)})

    assert page.status_code == 413


def test_a_host_that_a_stranger_names_changes_nothing(client):
    page = client.get(
        "/", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "1.2.3.4"}
    )

    assert "evil.example" not in page.text


def test_a_fault_of_our_own_says_so_and_shows_no_inside(app):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.testing = False

    def broken():
        raise ZeroDivisionError("the inside")

    broken.access_rule = "public"
    app.add_url_rule("/broken", view_func=broken)

    page = app.test_client().get("/broken")

    assert page.status_code == 500
    assert "Something went wrong on our side" in page.text
    assert "the inside" not in page.text
    assert "Traceback" not in page.text


def test_a_fault_while_somebody_proves_an_address_leaves_them_signed_in_as_they_were(app, make, monkeypatch):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.testing = False
    client = app.test_client()
    sign_in(client, make.person())
    client.post("/sign-in", data={"email": "other@school.example"})
    monkeypatch.setattr(proof, "sign_in", _sign_in_and_fail)

    page = client.post("/sign-in/code", data={"code": digits()})

    assert (page.status_code, client.get("/my/bookings").status_code) == (500, 200)


def _sign_in_and_fail(person, *, at):
    session.sign_in(person, at=at)
    raise ZeroDivisionError


class TestBusy:
    """A database that is taken for too long is a polite 503."""

    @pytest.fixture
    def url(self, either_url, monkeypatch):
        monkeypatch.setattr(engines, "WAIT_SECONDS", 0.3)
        monkeypatch.setattr(engines, "ROW_WAIT_SECONDS", 1)
        return either_url

    @pytest.fixture
    def writing(self, app, make):
        hub = make.hub(name="before").id

        def write():
            with transaction():
                db.session.execute(update(Hub).where(Hub.id == hub).values(name="after"))
            return "written"

        write.access_rule = "public"
        app.add_url_rule("/write", view_func=write)
        return app.test_client()

    def test_it_asks_to_come_again_and_leaves_nothing_half_done(self, app, url, writing):
        holding = create_engine(url)
        with holding.connect() as elsewhere:
            if url.startswith("sqlite"):
                elsewhere.exec_driver_sql("PRAGMA busy_timeout=1000")
            elsewhere.execute(text("update hub set area = 'held'"))
            page = writing.get("/write")
            elsewhere.rollback()
        holding.dispose()

        assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
        assert "nothing was booked twice" in page.text
        assert db.session.scalar(select(Hub.name)) == "before"
        assert writing.get("/write").text == "written"


@pytest.mark.postgres
class TestDeadlock:
    @pytest.fixture
    def url(self, postgres_url):
        return postgres_url

    def test_whoever_is_thrown_out_of_a_deadlock_lets_the_other_through_and_is_asked_once_more(
        self, app, make, monkeypatch
    ):
        hubs, barrier, asked, slept = [make.hub().id, make.hub().id], threading.Barrier(2), [], []
        the_other_is_through = threading.Event()

        def sleep(seconds):
            slept.append(seconds)
            assert the_other_is_through.wait(10)

        def cross(way):
            asked.append(way)
            with transaction():
                first, second = hubs if way == "there" else hubs[::-1]
                db.session.execute(update(Hub).where(Hub.id == first).values(area=way))
                if len(asked) <= 2:
                    barrier.wait(10)
                db.session.execute(update(Hub).where(Hub.id == second).values(area=way))
            the_other_is_through.set()
            return way

        monkeypatch.setattr(errors, "time", SimpleNamespace(sleep=sleep))
        cross.access_rule = "public"
        app.add_url_rule("/cross/<way>", view_func=cross)
        with ThreadPoolExecutor(2) as pool:
            pages = list(pool.map(lambda way: app.test_client().get(f"/cross/{way}"), ["there", "back"]))

        assert [page.status_code for page in pages] == [200, 200]
        assert (len(asked), slept) == (3, [errors.GO_FIRST_SECONDS])


def test_a_database_that_is_gone_is_a_polite_page(cluster, template):
    name = "going"
    app = create_app(settings_for(cluster.create_database(name, template=template)))
    client = app.test_client()
    assert client.get("/").status_code == 200
    with app.app_context():
        db.engine.dispose()
    cluster.drop_database(name)

    pages = [client.get("/"), client.get("/readyz"), client.get("/healthz")]

    assert [page.status_code for page in pages] == [503, 503, 200]


@pytest.mark.postgres
class TestAConnectionThatEnds:
    @pytest.fixture
    def url(self, postgres_url):
        return postgres_url

    def test_what_is_answered_already_is_answered_and_the_next_one_too(self, app, client, url):
        elsewhere = create_engine(url)

        def cut(response):
            own = db.session.scalar(text("select pg_backend_pid()"))
            with elsewhere.connect() as other:
                assert other.scalar(select(func.pg_terminate_backend(own, 5000)))
            return response

        app.after_request_funcs[None].insert(0, cut)  # the last of all
        answered = [client.get("/").status_code, client.get("/").status_code]
        elsewhere.dispose()

        assert answered == [200, 200]
