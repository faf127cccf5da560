"""The picker: suggestions for the browser's script, and the whole way without one."""

from __future__ import annotations

import pytest
from flask import get_template_attribute
from flask_wtf import FlaskForm

from booking.db import transaction
from booking.web.school_field import NONE_OF_THESE, SchoolFields

CHOOSE = "Choose your school from the list"


class Asking(SchoolFields, FlaskForm):
    """The smallest form that asks for a school."""


@pytest.fixture
def ask(app):
    """Send the form; answer it checked."""

    def send(**fields):
        with app.test_request_context("/", method="POST", data=fields):
            form = Asking()
            form.is_right = form.validate_on_submit()
            return form

    return send


@pytest.fixture
def hope(make):
    return make.school(urn=990101, name="Hope School", town="Leeds", postcode="LS1 1AA")


@pytest.fixture
def other_hope(make):
    return make.school(urn=990102, name="Hope School", town="York", postcode="YO1 7HH")


class TestSuggestions:
    def test_a_few_letters_find_schools_with_town_and_postcode(self, client, hope, other_hope):
        answer = client.get("/schools?q=hope%20leeds")

        assert answer.json == [
            {"urn": 990101, "name": "Hope School", "place": "Leeds, LS1 1AA", "label": "Hope School, Leeds, LS1 1AA"}
        ]
        assert answer.headers["Cache-Control"] == "public, max-age=300"

    @pytest.mark.parametrize(
        "query", ["", "?q=", "?q=h", "?q=%20h%20", "?q=" + "hope+" * 60, "?q=zebra", "?q=%00%FF", "?q[]=x"]
    )
    def test_what_finds_nothing_is_an_empty_list(self, client, hope, query):
        answer = client.get(f"/schools{query}")

        assert (answer.status_code, answer.json) == (200, [])

    def test_no_more_than_eight_and_a_small_answer(self, client, make):
        for number in range(30):
            make.school(name=f"Hope School {number:02}")

        answer = client.get("/schools?q=school")

        assert len(answer.json) == 8
        assert len(answer.data) < 2000

    def test_it_takes_few_statements(self, client, make, statements):
        for number in range(30):
            make.school(name=f"Hope School {number:02}")
        statements.clear()

        client.get("/schools?q=school+otley")

        assert len(statements) <= 4

    def test_somebody_signed_in_gets_the_same_uncached(self, client, hope, make, noon):
        from booking.domain import sign_ins

        priya = make.person()
        with transaction():
            token = sign_ins.begin(priya, at=noon)
        with client.session_transaction() as session:
            session["sign_in"] = token

        answer = client.get("/schools?q=hope")

        assert ([school["urn"] for school in answer.json], answer.headers["Cache-Control"]) == ([990101], "no-store")


class TestAnswer:
    def test_a_suggestion_that_was_chosen_counts(self, ask, hope):
        form = ask(school="Hope School, Leeds, LS1 1AA", school_urn="990101")

        assert (form.is_right, form.chosen_urn, form.unlisted_name) == (True, 990101, "")

    def test_a_suggestion_counts_no_longer_once_the_text_says_something_else(self, ask, hope, other_hope):
        form = ask(school="Hope School, York, YO1 7HH", school_urn="990101")

        assert (form.is_right, form.chosen_urn) == (True, 990102)

    def test_a_number_alone_is_enough(self, ask, hope):
        assert ask(school_urn="990101").chosen_urn == ask(school="990101").chosen_urn == 990101

    @pytest.mark.parametrize("urn", ["999999", "x", "-1", "1e5", "9" * 40, "９９０１０１"])
    def test_a_number_that_is_no_school_does_not_count(self, ask, hope, urn):
        form = ask(school="", school_urn=urn)

        assert (form.is_right, form.school.errors) == (False, [CHOOSE])

    def test_the_whole_name_of_one_school_is_taken_at_once_and_shown_in_full(self, ask, hope):
        form = ask(school="  hope   school ")

        assert (form.is_right, form.chosen_urn, form.school.data) == (True, 990101, "Hope School, Leeds, LS1 1AA")

    def test_several_schools_are_offered_as_a_list(self, ask, hope, other_hope):
        form = ask(school="hope school")

        assert (form.is_right, form.chosen_urn) == (False, None)
        assert form.school_choice.errors == [CHOOSE]
        assert form.school_choice.choices == [
            ("990101", "Hope School, Leeds, LS1 1AA"),
            ("990102", "Hope School, York, YO1 7HH"),
            (NONE_OF_THESE, "None of these"),
        ]
        assert form.school_asked.data == "hope school"

    def test_one_of_the_list_counts(self, ask, hope, other_hope):
        form = ask(school="hope school", school_asked="hope school", school_choice="990102")

        assert (form.is_right, form.chosen_urn, form.school.data) == (True, 990102, "Hope School, York, YO1 7HH")

    def test_a_list_counts_no_longer_once_the_text_was_changed(self, ask, hope, other_hope):
        form = ask(school="hope school leeds", school_asked="hope school", school_choice="990102")

        assert form.chosen_urn == 990101

    def test_a_part_of_a_name_is_asked_back_even_where_it_fits_one_school(self, ask, hope):
        form = ask(school="hop")

        assert (form.is_right, len(form.matches), form.school_choice.label.text) == (False, 1, "Is this your school?")

    def test_none_of_these_says_what_to_do(self, ask, hope, other_hope):
        form = ask(school="hope", school_asked="hope", school_choice=NONE_OF_THESE)

        assert form.school.errors == [
            "Type your school’s name and town, or its postcode, or tick “I’m not at a listed school”"
        ]

    def test_no_match_says_what_to_do_and_keeps_what_was_typed(self, ask, hope):
        form = ask(school="Zebra <b>")

        assert form.school.errors[0].startswith("We found no school for “Zebra <b>”. Type your school’s name and town")
        assert form.school.data == "Zebra <b>"

    def test_nothing_typed_asks_for_a_school(self, ask):
        assert ask().school.errors == [CHOOSE]

    def test_somebody_at_no_listed_school_may_say_where_she_works(self, ask, hope):
        form = ask(unlisted="y", unlisted_school=" Wharfe  Learning Trust ", school="Hope School", school_urn="990101")

        assert (form.is_right, form.chosen_urn, form.unlisted_name) == (True, None, "Wharfe Learning Trust")
        assert ask(unlisted="y").is_right

    def test_too_much_text_is_refused_in_words(self, ask):
        assert ask(school="x" * 201).school.errors == ["Shorten your school’s name"]
        assert ask(unlisted="y", unlisted_school="x" * 201).unlisted_school.errors == ["Shorten where you work"]

    def test_the_form_shows_what_somebody_answered_last_time(self, app, hope):
        with app.test_request_context("/"):
            form, unlisted = Asking(), Asking()
            form.show_school(hope)
            unlisted.show_school(None, "Wharfe Learning Trust")

        assert (form.school.data, form.school_urn.data) == ("Hope School, Leeds, LS1 1AA", "990101")
        assert (unlisted.unlisted.data, unlisted.unlisted_school.data) == (True, "Wharfe Learning Trust")


class TestPage:
    @pytest.fixture
    def page(self, app):
        def show(**fields):
            with app.test_request_context("/", method="POST", data=fields):
                form = Asking()
                form.validate_on_submit()
                return str(get_template_attribute("_macros/school.html", "school_picker")(form)), str(form.hidden_tag())

        return show

    def test_a_list_has_its_error_and_the_summary_a_field_to_lead_to(self, page, hope, other_hope):
        shown, _ = page(school="hope")

        assert shown.count('type="radio"') == 3
        assert 'id="school_choice" name="school_choice" type="radio" value="990101"' in shown
        assert 'id="school_choice-error"' in shown

    def test_what_was_typed_is_shown_as_text(self, page):
        shown, _ = page(school="<script>alert(1)</script>")

        assert "<script>" not in shown
        assert "&lt;script&gt;" in shown

    def test_the_number_stands_in_the_page_once(self, page, hope):
        shown, hidden = page(school="Hope School")

        assert shown.count('name="school_urn" value="990101"') == 1
        assert "school_urn" not in hidden
