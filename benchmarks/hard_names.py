"""Twenty names as people half remember them, and whether the picker finds the school: any register file by its path.

python -m benchmarks.hard_names edubasealldata20270301.csv
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.server import SECRET
from booking import create_app
from booking.config import Settings
from booking.db import create_tables, db, transaction
from booking.domain import schools
from booking.domain.schools import School, register

SHOWN = 8
ASKED = (
    ("st catherines catholic manchester", 105524, "the register says RC"),
    ("star of the sea roman catholic whitley bay", 108622, "the register says RC VA"),
    ("saint nicholas c of e harpenden", 117434, "St, CofE VA"),
    ("norton st philip ce first", 123836, "Church of England"),
    ("christ the king rc reading", 110005, "the register says Catholic"),
    ("st thomas more r.c. north shields", 137734, "Roman Catholic"),
    ("churchdown village jnr", 115512, "Junior"),
    ("church hill infants leicester", 138929, "Infant"),
    ("st marys redcliffe", 109327, "St Mary Redcliffe"),
    ("aylesfrod warwick", 137770, "two letters swapped"),
    ("burlesdon junior", 116027, "a letter in the wrong place"),
    ("wharfdale upper", 121690, "a letter lost, words turned round"),
    ("john kyle high ross on wye", 136399, "Kyrle"),
    ("gordon brock primary", 100684, "Gordonbrock"),
    ("spring hallow w13", 101970, "Springhallow"),
    ("king edward 7 kings lynn", 141177, "VII"),
    ("rimrose hope ce liverpol", 134371, "a letter lost in the town"),
    ("kidbrook park se3 8hs", 100136, "Kidbrooke, with its postcode"),
    ("lymington jr school", 116051, "Junior"),
    ("upton cross primary east london", 142267, "a word too many"),
)
"""What is typed, the number of the school that is meant, and what makes it hard."""


def measure(path: Path) -> None:
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'booking.sqlite'}"
        app = create_app(Settings(mode="test", database_url=url, base_url="http://127.0.0.1", secret_key=(SECRET,)))
        with app.app_context():
            create_tables()
            changes = register.compare(path)
            with transaction():
                register.keep(changes)
            _say(changes.rows)
            db.session.remove()
            db.engine.dispose()


def _say(rows: int) -> None:
    print(f"{rows:,} schools\n\n| typed | meant | hard because | place | CPU ms |\n|---|---|---|---|---|")
    found = 0
    for typed, urn, why in ASKED:
        began = time.process_time()
        urns = [school.urn for school in schools.search(typed, limit=SHOWN)]
        spent = (time.process_time() - began) * 1000
        place = urns.index(urn) + 1 if urn in urns else None
        found += place is not None
        school = db.session.get(School, urn)
        print(f"| {typed} | {school.name if school else urn} | {why} | {place or 'not found'} | {spent:.1f} |")
    print(f"\n{found} of {len(ASKED)} are among the first {SHOWN}.")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("file", type=Path, help="the register's daily file")
    measure(asked.parse_args().file)
