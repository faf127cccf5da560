"""Reading pages and mail as a person does: fields, the newest code, the link in the mail."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from sqlalchemy import select

from booking.db import db
from booking.domain.codes import Code
from booking.domain.messages import Message


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.open: str = ""
        self.chosen: str = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        is_off = given.get("type") in ("checkbox", "radio") and "checked" not in given
        if tag == "input" and name and not is_off:
            self.found[name] = given.get("value") or ""
        elif tag == "textarea":
            self.open = name
            self.found[name] = ""
        elif tag == "select":
            self.chosen = name
        elif tag == "option" and (self.chosen not in self.found or "selected" in given):
            self.found[self.chosen] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.found[self.open] = self.found[self.open].removeprefix("\n")
            self.open = ""

    def handle_data(self, text: str) -> None:
        if self.open:
            self.found[self.open] += text


def fields(page: Any) -> dict[str, str]:
    """Answer what a browser would send from the page: every field with what stands in it."""
    reader = _Fields()
    reader.feed(page.text)
    return reader.found


def words(page: Any) -> str:
    """Answer the text of the main part of a page, in one line."""
    main = page.text.partition("<main")[2].partition("</main>")[0]
    plain = re.sub(r"<(script|style).*?</\1>", " ", main, flags=re.S)
    text = re.sub(r"<[^>]+>", " ", plain).replace("&#39;", "'").replace("&amp;", "&")
    return re.sub(r"\s+([.,:])", r"\1", " ".join(text.split()))


def digits() -> str:
    """Answer the six digits of the newest mail that carries a code."""
    mail = db.session.scalars(select(Message).where(Message.kind == "code").order_by(Message.id.desc())).first()
    assert mail is not None
    return str(mail.facts["code"])


def newest_code() -> Code:
    code = db.session.scalars(select(Code).order_by(Code.id.desc())).first()
    assert code is not None
    return code


def sign_in(client: Any, person: Any) -> None:
    """Sign the client's browser in, as the person herself would."""
    assert client.post("/sign-in", data={"email": person.email}).status_code == 303
    assert client.post("/sign-in/code", data={"code": digits()}).status_code == 303
