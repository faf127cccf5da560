"""Schools: found by a few letters, and read from the register's rows; the same on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, text

from booking.db import db, transaction
from booking.domain import schools
from booking.domain.schools import School, SchoolWord, daily_file, entry, picking, register, words
from tests.register import row, write


@pytest.fixture
def url(either_url):
    return either_url


def names(text, limit=8):
    return [school.name for school in schools.search(text, limit=limit)]


def bring_in(path):
    changes = register.compare(path)
    with transaction():
        register.keep(changes)
    return changes


class TestWords:
    @pytest.mark.parametrize(
        ("told", "plain"),
        [
            ("St. Mary’s C.E. (V.A.) School", "st marys c e v a school"),
            ("Stow-on-the-Wold", "stow on the wold"),
            ("Peter & Paul", "peter and paul"),
            ("Léa Bérénice École", "lea berenice ecole"),
            ("  Hill\tTop \n", "hill top"),
            ("学校", ""),
        ],
    )
    def test_a_name_becomes_small_letters_and_single_spaces(self, told, plain):
        assert words.plain(told) == plain

    @pytest.mark.parametrize(
        "spelling",
        [
            "St Mary's Church of England Primary School",
            "Saint Marys CofE Primary School",
            "St. Mary’s C of E Primary School",
            "ST MARY`S CE PRIMARY SCHOOL",
            "St Mary's C.E. Primary School",
            "St Mary's C. of E. Primary School",
            "The St Mary's C.of E. Primary School",
        ],
    )
    def test_one_school_has_many_spellings_and_one_sort_name(self, spelling):
        assert words.sort_name(spelling) == "st marys ce primary school"

    def test_a_typed_word_that_begins_another_says_nothing_more(self):
        assert words.typed("st stephens st STEPHENS") == ["stephens"]


class TestSearch:
    @pytest.fixture
    def five(self, make):
        make.school(
            urn=990101, name="Saint Hilda’s Church of England Primary School", town="Otley", postcode="LS21 3XQ"
        )
        make.school(urn=990102, name="St Hilda's CofE Academy", town="Ilkley", postcode="LS29 8TT")
        make.school(urn=990103, name="Fernhill and St Hilda High School", town="York", postcode="YO1 7HH")
        make.school(urn=990104, name="École Bérénice", town="", locality="Stow-on-the-Wold", postcode="GL54 1AA")
        make.school(urn=990105, name="Larkmead R.C. Primary School", town="Otley", postcode="LS21 1AB")

    @pytest.mark.parametrize(
        "typed",
        [
            "st hilda otley",
            "SAINT HILDAS prim",
            "st hilda’s c of e primary",
            "hilda church of eng prim",
            "hilda's C.E. primary",
            "saint hilda’s cofe primary school, otley, ls21 3xq",
            "ls213xq",
            "LS21 3X",
            "ls21 hilda",
            "990101",
            "3xq otl",
        ],
    )
    def test_every_typed_word_must_begin_a_word_of_the_school(self, five, typed):
        assert names(typed) == ["Saint Hilda’s Church of England Primary School"]

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("ecole", "École Bérénice"),
            ("berenice stow on the", "École Bérénice"),
            ("larkmead catholic", "Larkmead R.C. Primary School"),
            ("rc larkmead", "Larkmead R.C. Primary School"),
            ("fernhill & st hilda", "Fernhill and St Hilda High School"),
        ],
    )
    def test_accents_initials_and_signs_do_not_matter(self, five, typed, found):
        assert names(typed) == [found]

    @pytest.mark.parametrize(
        "typed", ["", "   ", "’’", "hilda zebra", "ilda", "%", "_", "\x00", "学校", "9" * 30, "a" * 300]
    )
    def test_what_begins_no_word_finds_nothing(self, five, typed):
        assert names(typed) == []

    def test_the_exact_name_comes_first_then_names_that_begin_so_then_the_rest(self, make):
        for name in ("Upper Hope School", "Hope School and Nursery", "Hope School", "A School of Hope", "Hopewell"):
            make.school(name=name)

        assert names("hope school") == [
            "Hope School",
            "Hope School and Nursery",
            "A School of Hope",
            "Upper Hope School",
        ]

    def test_schools_of_one_name_come_by_town(self, make):
        for town in ("York", "Bath", "Leeds"):
            make.school(name="Holy Trinity School", town=town)

        assert [school.town for school in schools.search("holy")] == ["Bath", "Leeds", "York"]

    def test_a_closed_school_is_found_by_its_number_or_whole_name_only_and_comes_last(self, make):
        make.school(urn=990201, name="Old Mill School", status="closed")
        make.school(urn=990202, name="Old Mill School and Nursery")

        assert [school.urn for school in schools.search("old mill school")] == [990202, 990201]
        assert [school.urn for school in schools.search("old mill")] == [990202]
        assert [school.label for school in schools.search("990201")] == ["Old Mill School, Otley, LS21 3XQ (closed)"]

    def test_a_school_about_to_open_is_found_and_said_to_be_so(self, make):
        make.school(name="New Mill School", status="proposed")

        assert [school.label for school in schools.search("new mill")] == [
            "New Mill School, Otley, LS21 3XQ (not open yet)"
        ]

    def test_no_more_than_the_limit(self, make):
        for number in range(5):
            make.school(name=f"Hope {number}")

        assert names("hope", limit=3) == ["Hope 0", "Hope 1", "Hope 2"]

    @pytest.mark.parametrize(
        ("rare", "common", "early"), [(1500, 3000, 1500), (2, 3, 4), (2, 3, 1000), (0, 1, 1), (3, 20, 2)]
    )
    def test_every_way_of_looking_finds_the_same(self, make, monkeypatch, rare, common, early):
        for name in ("Ash", "Birch", "Cedar", "Elm", "Fir", "Hazel"):
            for kind in ("Infant School", "Junior School", "Community College"):
                make.school(name=f"{name} {kind}", town="Leeds" if name < "E" else "York")
        monkeypatch.setattr(picking, "RARE", rare)
        monkeypatch.setattr(picking, "COMMON", common)
        monkeypatch.setattr(picking, "LOOKED_THROUGH", early)

        assert names("school york", limit=4) == [
            "Elm Infant School",
            "Elm Junior School",
            "Fir Infant School",
            "Fir Junior School",
        ]
        assert names("community leeds") == [f"{name} Community College" for name in ("Ash", "Birch", "Cedar")]
        assert names("infant college") == []

    def test_a_search_takes_few_statements(self, make, statements):
        for number in range(30):
            make.school(name=f"Number {number} School", town="Leeds")
        statements.clear()

        schools.search("school leeds")

        assert len(statements) <= 4


def test_what_is_searched_and_sorted_is_in_byte_order_whatever_the_server_prefers(app):
    if db.engine.dialect.name == "postgresql":
        of_ours = "table_schema = 'public' AND collation_name = 'C'"
        asked = f"SELECT column_name FROM information_schema.columns WHERE {of_ours} ORDER BY 1"  # noqa: S608
        assert list(db.session.scalars(text(asked))) == ["sort_name", "town", "word"]
    else:
        assert db.session.scalar(text("SELECT 'B' < 'a'")) == 1


class TestNamed:
    def test_the_whole_name_is_enough_where_one_school_has_it(self, make):
        one = make.school(name="St Hilda's School", town="Otley", postcode="LS21 3XQ")
        make.school(name="St Hilda's School and Nursery")

        told = ("saint hildas school", one.label, "St Hilda’s School, Otley", "st hildas school ls21 3xq", str(one.urn))
        assert [schools.named(text) for text in told] == [one] * 5
        assert schools.named("st hilda") is None

    def test_where_two_schools_have_the_name_more_must_be_said(self, make):
        make.school(name="Hope School", town="York", postcode="YO1 7HH")
        leeds = make.school(name="Hope School", town="Leeds", postcode="LS1 1AA")

        assert schools.named("hope school") is None
        assert schools.named("hope school leeds") == leeds

    @pytest.mark.parametrize("text", ["", "0", "-1", "99999999999999999999", "１２３４５６", "x" * 999])
    def test_a_number_that_is_none_finds_nothing(self, app, text):
        assert (schools.numbered(text), schools.named(text)) == (None, None)


class TestEntry:
    def facts(self, **columns):
        return entry.facts(row(990301, **columns))

    def test_a_row_is_read_by_the_names_of_its_columns(self):
        found = self.facts(OpenDate="01-09-1999", **{"Trusts (name)": "Wharfe  Learning Trust"})

        told = {
            name: found[name] for name in ("urn", "name", "town", "postcode", "trust", "status", "phase", "low_age")
        }
        assert told == {
            "urn": 990301,
            "name": "Larkmead Primary School",
            "town": "Otley",
            "postcode": "LS21 3XQ",
            "trust": "Wharfe Learning Trust",
            "status": "open",
            "phase": "primary",
            "low_age": 3,
        }
        assert (found["opened_on"], found["changed_on"]) == (date(1999, 9, 1), date(2026, 5, 4))
        assert (found["easting"], found["northing"]) == (420123, 445678)

    @pytest.mark.parametrize("written", ["31-08-2019", "31/08/2019", "31/08/2019 00:00", "31/8/2019"])
    def test_dates_come_in_two_forms(self, written):
        assert self.facts(CloseDate=written)["closed_on"] == date(2019, 8, 31)

    @pytest.mark.parametrize(
        ("name", "code", "status"),
        [
            ("Open", "1", "open"),
            ("Open, but proposed to close", "3", "closing"),
            ("Closed", "2", "closed"),
            ("Proposed to open", "4", "proposed"),
            ("", "02", "closed"),
            ("", "4", "proposed"),
        ],
    )
    def test_a_status_is_known_by_name_or_by_code_with_or_without_zeros(self, name, code, status):
        assert self.facts(status=name, **{"EstablishmentStatus (code)": code})["status"] == status

    @pytest.mark.parametrize(
        ("phase", "code", "ages", "kind", "found"),
        [
            ("Nursery", "1", ("2", "5"), "LA nursery school", "early_years"),
            ("Middle deemed primary", "3", ("9", "13"), "Community school", "primary"),
            ("Middle Deemed Secondary", "5", ("9", "13"), "Community school", "secondary"),
            ("16 plus", "6", ("16", "19"), "Further education", "post_16"),
            ("All-through", "7", ("3", "18"), "Academy converter", "all_through"),
            ("", "04", ("11", "18"), "Academy converter", "secondary"),
            ("Not applicable", "0", ("11", "18"), "Other independent school", "secondary"),
            ("Not applicable", "0", ("3", "13"), "Other independent school", "primary"),
            ("Not applicable", "0", ("4", "18"), "Other independent school", "all_through"),
            ("Not applicable", "0", ("16", "25"), "Further education", "post_16"),
            ("Not applicable", "0", ("2", "5"), "Other independent school", "early_years"),
            ("Not applicable", "0", ("5", "19"), "Community special school", "special"),
            ("Not applicable", "0", ("", ""), "Miscellaneous", ""),
        ],
    )
    def test_where_the_register_knows_no_phase_the_type_and_the_ages_tell(self, phase, code, ages, kind, found):
        columns = {"PhaseOfEducation (code)": code, "StatutoryLowAge": ages[0], "StatutoryHighAge": ages[1]}

        assert self.facts(phase=phase, kind=kind, **columns)["phase"] == found

    @pytest.mark.parametrize("written", ["", "0", "x", "-5", "420123.5", "99999999999"])
    def test_a_place_on_the_map_that_is_not_known_is_none(self, written):
        assert self.facts(Easting=written)["easting"] is None

    @pytest.mark.parametrize(
        ("columns", "reason"),
        [
            ({"name": " "}, "it has no name"),
            ({"name": "Caf\N{REPLACEMENT CHARACTER} School"}, "it has a character that cannot be read"),
            ({"status": "Asleep"}, "its status “Asleep” is unknown"),
            ({"OpenDate": "31-02-2019"}, "OpenDate “31-02-2019” is not a date"),
            ({"CloseDate": "soon"}, "CloseDate “soon” is not a date"),
            ({"URN": "12a"}, "“12a” is not a URN"),
        ],
    )
    def test_a_row_that_cannot_be_a_school_says_why(self, columns, reason):
        with pytest.raises(entry.Unreadable, match=reason):
            self.facts(**columns)

    def test_what_nobody_here_needs_does_not_change_the_fingerprint(self):
        head = self.facts(HeadLastName="Somebody else")

        assert head["fingerprint"] == self.facts()["fingerprint"] != self.facts(Town="Ilkley")["fingerprint"]
        assert "Somebody" not in str(head)


class TestRegister:
    def test_schools_come_in_with_their_words(self, app, tmp_path):
        bring_in(write(tmp_path / "a.csv", row(990401, name="St Anne’s Café School"), row(990402, status="Closed")))

        assert [school.urn for school in schools.search("saint annes cafe")] == [990401]
        assert [school.family_urn for school in db.session.scalars(select(School).order_by(School.urn))] == [
            990401,
            990402,
        ]
        assert set(db.session.scalars(select(SchoolWord.urn))) == {990401}

    def test_what_is_new_changed_closed_and_the_same_is_counted(self, app, tmp_path):
        bring_in(write(tmp_path / "a.csv", *(row(urn) for urn in (990401, 990402, 990403, 990404))))

        changes = bring_in(
            write(
                tmp_path / "b.csv",
                row(990401),
                row(990402, town="Ilkley"),
                row(990403, status="Closed", CloseDate="31-08-2026"),
                row(990405, status="Proposed to open"),
            )
        )

        counted = (changes.new, changes.changed, changes.closed, changes.unchanged, changes.missing)
        assert counted == (1, 1, 1, 1, 1)
        found = db.session.execute(select(School.urn, School.town, School.status).order_by(School.urn)).all()
        assert [tuple(school) for school in found] == [
            (990401, "Otley", "open"),
            (990402, "Ilkley", "open"),
            (990403, "Otley", "closed"),
            (990404, "Otley", "open"),
            (990405, "Otley", "proposed"),
        ]
        assert [school.urn for school in schools.search("larkmead ilkley")] == [990402]

    def test_a_renamed_school_is_found_by_its_new_name_only(self, app, tmp_path):
        bring_in(write(tmp_path / "a.csv", row(990401, name="Old Name School")))
        bring_in(write(tmp_path / "b.csv", row(990401, name="New Name School")))

        assert (names("old name"), names("new name")) == ([], ["New Name School"])

    def test_a_family_that_was_joined_later_outlives_an_import(self, app, tmp_path):
        bring_in(write(tmp_path / "a.csv", row(990401), row(990402)))
        with transaction() as session:
            session.get(School, 990402).family_urn = 990401

        bring_in(write(tmp_path / "b.csv", row(990401), row(990402, town="Ilkley")))

        assert db.session.get(School, 990402).family_urn == 990401
        assert db.session.get(School, 990402).town == "Ilkley"

    def test_what_is_no_school_of_england_is_left_out_and_counted(self, app, tmp_path):
        rows = (
            row(990401),
            row(990402, **{"GOR (name)": "Wales (pseudo)"}),
            row(990403, kind="Welsh establishment"),
            row(990404, kind="Offshore schools"),
            row(990405, kind="British schools overseas"),
            row(990406, kind="Children's centre linked site"),
        )

        changes = bring_in(write(tmp_path / "a.csv", *rows))

        assert changes.left_out == {"Wales": 2, "offshore and overseas": 2, "children’s centres": 1}
        assert changes.new == 1

    def test_nothing_is_written_outside_a_transaction(self, app, tmp_path):
        changes = register.compare(write(tmp_path / "a.csv", row()))

        with pytest.raises(RuntimeError, match="inside transaction"):
            register.keep(changes)

    def test_a_file_that_somebody_saved_as_utf_8_is_read_as_such(self, app, tmp_path):
        for encoding in ("utf-8", "utf-8-sig"):
            path = write(tmp_path / f"{encoding}.csv", row(990401, name="St Anne’s Café School"), encoding=encoding)
            assert [one.columns["EstablishmentName"] for one in daily_file.rows(path)] == ["St Anne’s Café School"]


class TestHalfRemembered:
    """Where nothing is found as it stands, what else may be meant."""

    @pytest.fixture(autouse=True)
    def some_schools(self, make):
        make.school(urn=990001, name="Gordonbrock Primary School", town="London")
        make.school(urn=990002, name="Upper Wharfedale School", town="Skipton")
        make.school(urn=990003, name="St Catherine’s RC Primary School", town="Manchester")
        make.school(urn=990004, name="Churchdown Junior School", town="Gloucester")

    @pytest.mark.parametrize(
        ("typed", "urn"),
        [
            ("gordon brock", 990001),
            ("gordnbrock", 990001),
            ("wharfdale upper", 990002),
            ("upper wharfedale academy skipton", 990002),
            ("st catherines catholic manchester", 990003),
            ("churchdown jnr", 990004),
            ("churchdown juniors", 990004),
        ],
    )
    def test_it_is_found(self, typed, urn):
        assert [school.urn for school in schools.search(typed)] == [urn]

    @pytest.mark.parametrize("typed", ["zebra", "gordonbrock zebra", "wharedle", "x y z"])
    def test_what_is_too_far_off_is_not(self, typed):
        assert schools.search(typed) == []
