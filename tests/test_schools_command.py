"""`flask schools import`: what it says of good files, and that a bad one changes nothing."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest
from sqlalchemy import func, select

from booking import db as database
from booking.db import db
from booking.domain.schools import School, SchoolWord
from tests.register import HEADER, row, text_of, write

DAY = "edubasealldata20270301.csv"


@pytest.fixture
def url(either_url):
    return either_url


@pytest.fixture
def say(app, tmp_path):
    """Run the command on a file, given as rows or as bytes; answer its exit code and all that it said."""

    def run(*given, options=()):
        path = tmp_path / DAY
        if given and isinstance(given[0], bytes):
            path.write_bytes(given[0])
        else:
            write(path, *given)
        result = app.test_cli_runner().invoke(args=["schools", "import", str(path), *options])
        return result.exit_code, result.output

    return run


def known():
    db.session.rollback()
    words = db.session.scalar(select(func.count()).select_from(SchoolWord))
    return db.session.execute(select(School.urn, School.name, School.status).order_by(School.urn)).all(), words


def test_it_says_what_was_new_changed_closed_unchanged_and_refused(say):
    say(*(row(urn) for urn in range(990001, 990005)))

    code, said = say(
        row(990001),
        row(990002, town="Ilkley"),
        row(990003, status="Closed"),
        row(990004),
        row(990005, name="École d’Été"),
        row(990005),
        row("123"),
        row(990006, **{"GOR (name)": "Wales (pseudo)"}),
    )

    assert (code, said) == (
        0,
        "edubasealldata20270301.csv: 8 rows\n"
        "        1 new\n"
        "        1 changed\n"
        "        1 closed\n"
        "        2 unchanged\n"
        "        2 refused\n"
        "          row 7: URN 990005 is in row 6 already\n"
        "          row 8: “123” is not a URN\n"
        "        1 left out (Wales 1)\n",
    )


def test_the_same_file_again_changes_nothing(say):
    rows = [row(990001), row(990002, status="Closed"), row(990003, name="St Anne’s")]
    say(*rows)
    before = known()

    code, said = say(*rows)

    assert (code, said.split()[2:10]) == (0, ["rows", "0", "new", "0", "changed", "0", "closed", "3"][:8])
    assert known() == before


def test_columns_come_and_go_and_stand_in_any_order(say):
    few = ("Postcode", "EstablishmentName", "Town", "URN", "EstablishmentStatus (code)", "PhaseOfEducation (code)")
    header = (*few, "TypeOfEstablishment (name)", "FSM", "Brand new column")

    code, _ = say(text_of(row(990001), header=header).encode("cp1252"))

    assert code == 0
    assert known()[0] == [(990001, "Larkmead Primary School", "open")]


def test_only_the_first_20_refused_rows_are_named(say):
    good = [row() for _ in range(300)]

    code, said = say(*good, *(row("x") for _ in range(25)))

    assert code == 0
    assert said.count("is not a URN") == 20
    assert "25 refused" in said
    assert "and 5 more" in said


def test_schools_missing_from_a_file_stay_as_they_are_and_are_counted(say):
    say(*(row(urn) for urn in range(990001, 990021)))

    code, said = say(*(row(urn) for urn in range(990001, 990020)))

    assert code == 0
    assert said.endswith("        1 known schools are not in this file and stay as they are\n")
    assert len(known()[0]) == 20


def zipped(text):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(DAY, text)
    return packed.getvalue()


ROWS = [row(urn, name="St Anne’s Café School") for urn in range(990801, 990810)]
TEXT = text_of(*ROWS)
BAD = {
    "empty": (b"", "It is empty."),
    "blank": (b"\r\n \r\n", "It is empty."),
    "only_a_header": (text_of().encode(), "It has a header but no schools."),
    "utf_16": (TEXT.encode("utf-16"), "It is UTF-16 text."),
    "utf_16_without_its_mark": (TEXT.encode("utf-16-le"), "It is UTF-16 text."),
    "zip": (zipped(TEXT), "It is a ZIP or Excel file. Import the CSV file that is inside it."),
    "gzip": (gzip.compress(TEXT.encode()), "It is a compressed (gzip) file. Unpack it first."),
    "pdf": (b"%PDF-1.7\n", "It is a PDF."),
    "web_page": (b"\r\n<!DOCTYPE html><title>Error 404</title>", "It is a web page, not a CSV file"),
    "web_page_with_mark": (b"\xef\xbb\xbf<html>Not found</html>", "It is a web page, not a CSV file"),
    "json": (b'{"error": "no such file"}', "Its first line is not the register’s header."),
    "another_table": (b"Slug,Name\r\nwharfedale,Wharfedale\r\n", "It begins: Slug,Name"),
    "semicolons": (TEXT.replace('","', '";"').encode("cp1252"), "Its values are not separated by commas."),
    "without_a_column": (
        text_of(*ROWS, header=tuple(name for name in HEADER if name != "Postcode")).encode("cp1252"),
        "Its header lacks the column “Postcode”.",
    ),
    "without_a_status": (
        text_of(*ROWS, header=tuple(name for name in HEADER if "Status (" not in name)).encode("cp1252"),
        "“EstablishmentStatus (name)” or “EstablishmentStatus (code)”",
    ),
    "cut_in_a_value": (TEXT.encode("cp1252")[:-40], "It is damaged or cut short at line 10"),
    "cut_between_values": (
        TEXT.encode("cp1252")[: TEXT.rindex(',"Otley"')],
        "It is cut short: it ends in the middle of row 10.",
    ),
    "stray_quote": (
        TEXT.replace("Larkmead Lane", 'Larkmead "Lane', 1).encode("cp1252"),
        "It is damaged or cut short at line 2",
    ),
    "zero_bytes": (TEXT.replace("Café", "Caf\0", 1).encode("cp1252"), "It has zero bytes in it"),
    "mostly_rubbish": (
        text_of(*ROWS, *(row("x") for _ in range(30))).encode("cp1252"),
        "30 of 39 rows cannot be read. Row 11: “x” is not a URN.",
    ),
}


@pytest.mark.parametrize("sort", BAD)
def test_a_bad_file_changes_nothing_and_hears_why(say, sort):
    say(row(990001), row(990002))
    before = known()
    bad, sentence = BAD[sort]

    code, said = say(bad)

    assert code == 1
    assert said.startswith(f"Error: {DAY} cannot be imported; nothing was changed. ")
    assert sentence in said
    assert known() == before


def test_the_good_file_that_the_bad_ones_were_made_from_comes_in(say):
    assert say(TEXT.encode("cp1252"))[0] == 0
    assert len(known()[0]) == 9


def test_a_byte_that_is_no_letter_costs_its_row_only(say):
    code, said = say(TEXT.encode("cp1252").replace("Café".encode("cp1252"), b"Caf\x81", 1))

    assert code == 0
    assert "row 2: it has a character that cannot be read" in said
    assert len(known()[0]) == 8


def test_far_fewer_open_schools_than_known_are_taken_only_by_force(say):
    say(*(row(urn) for urn in range(990001, 990021)))
    before = known()
    few = [row(urn, town="Ilkley") for urn in range(990001, 990011)]

    code, said = say(*few)

    assert code == 1
    assert said == (
        "Error: Nothing was changed. It has 10 open schools, but 20 are known: it may be a part of the register, or an "
        "old one. If it is right, add --force.\n"
    )
    assert known() == before

    code, said = say(*few, options=["--force"])

    assert code == 0
    assert "10 changed" in said


def test_an_import_that_fails_half_way_leaves_nothing(say, app, monkeypatch):
    from booking.domain.schools import indexing, register

    monkeypatch.setattr(register, "BATCH", 2)
    rewrite, calls = indexing.rewrite, []

    def fail_at_the_second(lines):
        calls.append(lines)
        if len(calls) == 2:
            raise database.Busy
        rewrite(lines)

    monkeypatch.setattr(indexing, "rewrite", fail_at_the_second)

    code, said = say(*(row(urn) for urn in range(990001, 990006)))

    assert (code, said) == (1, "Error: Nothing was changed: the database is busy. Try again in a moment.\n")
    assert known() == ([], 0)


def test_a_file_that_is_not_there_is_named(app, tmp_path):
    result = app.test_cli_runner().invoke(args=["schools", "import", str(tmp_path / "gone.csv")])

    assert result.exit_code == 2
    assert "gone.csv" in result.output
