"""How schools' names are compared: what people type and what the register says become the same plain words."""

from __future__ import annotations

import re
import unicodedata

LONGEST_WORD = 40

_APOSTROPHES = re.compile(r"['’‘ʼ`´′]")
_INITIALS = re.compile(r"(?<=\b[a-z])\.(?=\s*[a-z]\b)|(?<=\b[a-z])\.")
_OTHER = re.compile(r"[^a-z0-9]+")

_CHURCH_OF_ENGLAND = re.compile(r"\b(?:church of england|c of e|cofe|c e|ce)\b")
_ROMAN_CATHOLIC = re.compile(r"\b(?:roman catholic|r c|rc)\b")
_SAINT = re.compile(r"\bsaint\b")
_SAINTS = re.compile(r"\b(?:ss|sts)\b")
_ARTICLE = re.compile(r"^the (?=.)")

# A school with one of these words can be found by the others too, while they are still being typed.
_ALSO = {
    "ce": ("cofe", "c", "of", "e", "church", "england"),
    "rc": ("r", "c", "roman", "catholic"),
    "catholic": ("rc", "r", "c"),
    "st": ("saint",),
    "saints": ("ss", "sts"),
    "infant": ("infants",),
    "infants": ("infant",),
    "junior": ("juniors", "jnr", "jr"),
    "juniors": ("junior", "jnr", "jr"),
    "girls": ("girl",),
    "boys": ("boy",),
    "mount": ("mt",),
    "sixth": ("6th",),
    "vii": ("7", "7th"),
    "viii": ("8", "8th"),
    "vi": ("6", "6th"),
}


def plain(text: str) -> str:
    """Answer the text in small letters and digits with single spaces: no accents, apostrophes, dots or hyphens."""
    bare = text.lower() if text.isascii() else _unaccented(text.casefold())
    bare = _INITIALS.sub(" ", _APOSTROPHES.sub("", bare)).replace("&", " and ")
    return _OTHER.sub(" ", bare).strip()


def _unaccented(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))


def sort_name(name: str) -> str:
    """Answer the name as it is compared and sorted: one spelling for Saint, for Church of England, and no "The"."""
    told = _CHURCH_OF_ENGLAND.sub("ce", plain(name))
    told = _SAINTS.sub("saints", _SAINT.sub("st", _ROMAN_CATHOLIC.sub("rc", told)))
    return _ARTICLE.sub("", told)[:200].rstrip()


def typed(text: str) -> list[str]:
    """Answer the different words that somebody typed, without those that begin another."""
    words = list(dict.fromkeys(word[:LONGEST_WORD] for word in plain(text).split()))
    return [word for word in words if not any(other != word and other.startswith(word) for other in words)]


def of_school(*, name: str, town: str, postcode: str, urn: int, formerly: str = "") -> list[str]:
    """Answer every word that finds a school, in order; what it was called before finds it too."""
    one_spelling = [*sort_name(name).split(), *sort_name(formerly).split()]
    words = {*plain(f"{name} {formerly}").split(), *one_spelling, *plain(town).split()}
    words |= {*postcode_words(postcode), str(urn)}
    for word in one_spelling:
        words.update(_ALSO.get(word, ()))
    return sorted({word[:LONGEST_WORD] for word in words})


def is_one_slip(one: str, other: str) -> bool:
    """Say whether one letter more, less, other or elsewhere is all that differs."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, others = one[start:], other[start:]
    if rest[1:] == others[1:] or rest[1:] == others or rest == others[1:]:
        return True
    return len(rest) == len(others) and _is_moved(rest, others)


def _is_moved(one: str, other: str) -> bool:
    """Say whether one letter stands elsewhere: between what begins and what ends alike, a turn makes them the same."""
    while one and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return other in (one[1:] + one[:1], one[-1:] + one[:-1])


def postcode_words(postcode: str) -> set[str]:
    """Answer "ls213xq" and "3xq": the first half is found as the beginning of the whole."""
    whole = plain(postcode).replace(" ", "")
    return {whole, whole[-3:]} if whole else set()
