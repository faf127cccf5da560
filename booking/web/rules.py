"""Access rules: every route declares one of these, and a test fails for a route that does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import abort, redirect, render_template, request, url_for

from booking.domain.people import Person
from booking.web import errors
from booking.web.session import SAME_FOR_ALL, person_signed_in

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Anybody."""
    return _declared(view, "public")


def same_for_all(view: View) -> View:
    """Anybody, signed in or not, gets the same: no session is read, and what is answered may be kept on the way."""
    return _declared(view, SAME_FOR_ALL)


def by_link(view: View) -> View:
    """Whoever has the secret address in it; the view finds the thing by that address and by nothing else."""
    return _declared(view, "by_link")


def signed_in(view: View) -> View:
    """Anybody who has proven an address; others are asked to sign in, and come back."""

    @wraps(view)
    def asked(**names: Any) -> Any:
        return view(**names) if person_signed_in() else _ask_to_sign_in()

    return _declared(asked, "signed_in")  # type: ignore[return-value]


def may(question: Callable[[Person], bool]) -> Callable[[View], View]:
    """Somebody of whom the access question is true; for others the page does not exist."""

    def rule(view: View) -> View:
        @wraps(view)
        def asked(**names: Any) -> Any:
            person = person_signed_in()
            if person is None:
                return _ask_to_sign_in()
            return view(**names) if question(person) else abort(404)

        return _declared(asked, f"may {question.__name__}")  # type: ignore[return-value]

    return rule


def _declared(view: Any, rule: str) -> Any:
    view.access_rule = rule
    return view


def _ask_to_sign_in() -> Any:
    """Lead on to the sign-in and back; a form that was sent stays on the page, for a redirect would drop it."""
    if request.method == "POST":
        typed = errors.typed_fields() if request.form.keys() - {"csrf_token"} else []
        return render_template("sign_in/ended.html", typed=typed), 403, {"Cache-Control": "no-store"}
    return redirect(url_for("sign_in.new", next=request.full_path.rstrip("?")), code=303)
