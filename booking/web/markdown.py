"""Descriptions: Markdown that an organiser wrote, as HTML that can do no harm."""

from __future__ import annotations

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {"p", "br", "hr", "em", "strong", "ul", "ol", "li", "blockquote", "code", "pre", "a", "h3", "h4", "h5", "h6"}
HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6"}
"""A page has its own h1 and h2."""

_reader = MarkdownIt("commonmark", {"html": False})


@lru_cache(maxsize=512)
def html(text: str) -> Markup:
    """Answer the text as HTML: nothing raw is let through, no pictures, and links to the web and to mail only."""
    tokens = _reader.parse(text)
    for token in tokens:
        token.tag = HEADINGS.get(token.tag, token.tag)
    written = _reader.renderer.render(tokens, _reader.options, {})
    return Markup(  # noqa: S704 (nh3 has just cleaned it)
        nh3.clean(
            written,
            tags=TAGS,
            attributes={"a": {"href"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer",
        )
    )
