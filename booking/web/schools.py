"""Schools for the picker: a few typed letters in, the likeliest schools out."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.domain import schools
from booking.web.rules import public

bp = Blueprint("schools", __name__)

SHORTEST = 2
LONGEST = 100
MOST = 8
FRESH_SECONDS = 300


@bp.get("/schools")
@public
def index() -> Response:
    """Answer up to 8 schools as JSON; none for less than two letters, or for more than anybody types."""
    typed = " ".join(request.args.get("q", "").split())
    found = schools.search(typed, limit=MOST) if SHORTEST <= len(typed) <= LONGEST else []
    answer = jsonify([_shown(school) for school in found])
    answer.headers["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    return answer


def _shown(school: schools.School) -> dict[str, int | str]:
    place = ", ".join(filter(None, [school.whereabouts, f"formerly {school.formerly}" if school.formerly else ""]))
    return {"urn": school.urn, "name": school.name, "place": place, "label": school.label}
