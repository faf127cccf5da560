"""The register's daily file as it really is: its encoding, its header, its rows; and what is no such file at all."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from booking.domain.errors import Refused

ENCODING = "cp1252"
CHUNK = 1 << 20
NEEDED = (
    ("URN",),
    ("EstablishmentName",),
    ("EstablishmentStatus (name)", "EstablishmentStatus (code)"),
    ("PhaseOfEducation (name)", "PhaseOfEducation (code)"),
    ("TypeOfEstablishment (name)",),
    ("Town",),
    ("Postcode",),
)
"""Columns without which a file is not the register; of each line, one is enough."""
UTF_16 = "It is UTF-16 text. Import the file as it was downloaded, not as another program saved it."
OTHER_KINDS = {
    b"PK\x03\x04": "It is a ZIP or Excel file. Import the CSV file that is inside it.",
    b"\x1f\x8b": "It is a compressed (gzip) file. Unpack it first.",
    codecs.BOM_UTF16_LE: UTF_16,
    codecs.BOM_UTF16_BE: UTF_16,
    b"%PDF": "It is a PDF.",
}
WEB_PAGE = "It is a web page, not a CSV file: the download may have failed. Open it in a browser to see what it says."


class NotTheRegister(Refused):
    """The file is damaged, or another one altogether."""

    code = "not_the_register"


class Row(NamedTuple):
    """A row, with its number as a spreadsheet shows it (the header is row 1) and how far into the file it is."""

    number: int
    columns: dict[str, str]
    has_all_columns: bool
    bytes_read: int


def rows(path: Path) -> Iterator[Row]:
    """Answer one row after another. Raises `NotTheRegister`; for a file that is cut short only at its end."""
    encoding, is_ended = _examined(path)
    with path.open(encoding=encoding, errors="replace", newline="") as text:
        header = _header(text.readline())
        lines = csv.reader(text, strict=True)
        row = None
        try:
            for row in _numbered(lines, header, text):
                yield row
        except csv.Error as error:
            raise NotTheRegister(f"It is damaged or cut short at line {lines.line_num + 1}: {error}.") from error
    if row is None:
        raise NotTheRegister("It has a header but no schools.")
    if not row.has_all_columns and not is_ended:
        raise NotTheRegister(f"It is cut short: it ends in the middle of row {row.number}. Download it again.")


def _numbered(lines: Iterator[list[str]], header: list[str], text: TextIO) -> Iterator[Row]:
    for number, values in enumerate(lines, 2):
        if values:
            has_all = len(values) == len(header)
            yield Row(number, dict(zip(header, values, strict=False)), has_all, text.buffer.tell())


def _header(line: str) -> list[str]:
    """Answer the names of the columns. Raises `NotTheRegister` if this is no header of the register."""
    header = [column.strip() for column in next(csv.reader([line]), [])]
    missing = [" or ".join(f"“{name}”" for name in names) for names in NEEDED if not set(names) & set(header)]
    if len(missing) == len(NEEDED):
        if "URN" in line and "EstablishmentName" in line:
            raise NotTheRegister("Its values are not separated by commas. Import the file as it was downloaded.")
        raise NotTheRegister(f"Its first line is not the register’s header. It begins: {line.strip()[:80]}")
    if missing:
        raise NotTheRegister(f"Its header lacks the column {', '.join(missing)}. Download “all establishment data”.")
    return header


def _examined(path: Path) -> tuple[str, bool]:
    """Answer the file's encoding and whether its last line is ended, from reading its bytes once.

    The register writes cp1252. Letters beyond ASCII that are all valid UTF-8 are UTF-8: somebody saved it again.
    """
    utf8 = codecs.getincrementaldecoder("utf-8")()
    is_utf8, last = True, b""
    with path.open("rb") as raw:
        start = raw.read(512)
        _must_be_text(start)
        raw.seek(0)
        while chunk := raw.read(CHUNK):
            if b"\0" in chunk:
                raise NotTheRegister("It has zero bytes in it, so it is damaged or not text at all. Download it again.")
            is_utf8, last = is_utf8 and _decodes(utf8, chunk), chunk
    return ("utf-8-sig" if is_utf8 else ENCODING), last.endswith((b"\n", b"\r"))


def _must_be_text(start: bytes) -> None:
    if not start.strip():
        raise NotTheRegister("It is empty.")
    for beginning, sentence in OTHER_KINDS.items():
        if start.startswith(beginning):
            raise NotTheRegister(sentence)
    if start.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<"):
        raise NotTheRegister(WEB_PAGE)
    if start.count(b"\0") > len(start) // 4:
        raise NotTheRegister(UTF_16)


def _decodes(utf8: codecs.IncrementalDecoder, chunk: bytes) -> bool:
    try:
        utf8.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True
