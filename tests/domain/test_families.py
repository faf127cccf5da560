"""Who followed whom: an academy inherits the past of the school that it grew from, and is found by its name."""

from __future__ import annotations

import pytest

from booking.db import db, transaction
from booking.domain import schools
from booking.domain.errors import Refused
from booking.domain.schools import School, families, register
from tests.make import NOON
from tests.register import row, write

HEADER = '"URN","LinkURN","LinkName","LinkType","LinkEstablishedDate"'


@pytest.fixture
def url(either_url):
    return either_url


@pytest.fixture
def link(app, tmp_path):
    """Run the command on links, each (school, other, sort); answer what it said."""

    def run(*links):
        lines = [f'"{urn}","{other}","Somebody","{sort}","01-09-2020"' for urn, other, sort in links]
        path = tmp_path / "links_edubasealldata20270301.csv"
        path.write_bytes("\r\n".join([HEADER, *lines, ""]).encode("cp1252"))
        result = app.test_cli_runner().invoke(args=["schools", "links", str(path)])
        db.session.rollback()
        assert result.exit_code == 0, result.output
        return result.output

    return run


def family(urn):
    return db.session.get_one(School, urn).family_urn


def test_a_closed_school_belongs_to_the_academy_at_the_end_of_its_line(make, link):
    make.school(urn=990001, name="Mill Lane School", status="closed", is_closed=True)
    make.school(urn=990002, name="Mill Lane Academy", status="closed", is_closed=True)
    make.school(urn=990003, name="Riverside Academy")

    said = link((990002, 990001, "Predecessor"), (990002, 990003, "Successor - amalgamated"))

    assert [family(urn) for urn in (990001, 990002, 990003)] == [990003] * 3
    assert "2 closed schools belong to their successors" in said
    assert db.session.get_one(School, 990003).formerly == "Mill Lane Academy, Mill Lane School"


def test_two_that_merged_are_one_family_and_one_that_was_split_stays_alone(make, link):
    for urn in (990001, 990002, 990005):
        make.school(urn=urn, status="closed", is_closed=True)
    for urn in (990003, 990006, 990007):
        make.school(urn=urn)

    said = link(
        (990001, 990003, "Successor - merged"),
        (990002, 990003, "Successor - merged"),
        (990005, 990006, "Successor - Split School"),
        (990005, 990007, "Successor - Split School"),
    )

    assert [family(urn) for urn in (990001, 990002, 990005)] == [990003, 990003, 990005]
    assert "1 closed schools were split, or their successor is not known" in said


def test_links_in_a_ring_of_another_sort_or_to_nobody_join_nothing(make, link):
    for urn in (990001, 990002):
        make.school(urn=urn, status="closed", is_closed=True)
    make.school(urn=990003)

    link(
        (990001, 990002, "Successor"),
        (990002, 990001, "Successor"),
        (990003, 990001, "Sixth Form Centre Link"),
        (990003, 990003, "Successor"),
        (990001, 999999, "Successor"),
        ("", "x", "Successor"),
    )

    assert [family(urn) for urn in (990001, 990002, 990003)] == [990001, 990002, 990003]


def test_an_open_school_stays_itself_whatever_follows_it(make, link):
    make.school(urn=990001)
    make.school(urn=990002)

    link((990001, 990002, "Successor"))

    assert family(990001) == 990001


def test_the_places_of_one_school_are_counted_for_its_whole_family(make, link):
    old = make.school(urn=990001, status="closed", is_closed=True)
    new = make.school(urn=990002)
    link((old.urn, new.urn, "Successor"))
    event = make.event(max_per_school=2)
    make.booking(event, size=2, school=old)

    with pytest.raises(Refused):
        make.booking(event, school=new, at=NOON)


def test_the_academy_is_found_by_its_former_name_and_an_import_keeps_that(make, link, tmp_path):
    closed = row(990001, name="Quarry Hill Primary School", status="Closed")
    academy = row(990002, name="Summit Academy", town="Ilkley")

    def bring(*rows):
        changes = register.compare(write(tmp_path / "register.csv", *rows))
        with transaction():
            register.keep(changes)

    bring(closed, academy)
    link((990001, 990002, "Successor"))
    assert [school.urn for school in schools.search("quarry hill")] == [990002]

    bring(closed, {**academy, "Town": "Otley"})

    assert [(school.urn, school.town) for school in schools.search("quarry hill")] == [(990002, "Otley")]
    assert [school.urn for school in schools.search("Quarry Hill Primary School")] == [990002, 990001]


def test_a_second_time_changes_nothing(make, link):
    make.school(urn=990001, name="Old", status="closed", is_closed=True)
    make.school(urn=990002, name="New")
    said = [link((990001, 990002, "Successor")) for _ in range(2)]

    assert said[0] == said[1]
    assert db.session.get_one(School, 990002).formerly == "Old"


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("URN,Name\n1,2\n")

    with pytest.raises(Refused, match="not the header of the links"):
        families.read(path)
