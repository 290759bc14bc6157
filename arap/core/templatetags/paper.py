"""The vocabulary of papers: labels in one language or both, amounts and dates as plain text, columns of short lines.

The context of a paper holds `paper_language`: "en", "zh-hans" or "both" (Chinese first, English quiet after it).
"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, override

from arap.core import wording
from arap.core.pdf import columns as paper_columns

register = template.Library()

LANGUAGES: dict[str, tuple[str, ...]] = {"en": ("en",), "zh-hans": ("zh-hans",), "both": ("zh-hans", "en")}
_IMAGES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


def languages_of(context: Mapping[str, Any] | template.Context) -> tuple[str, ...]:
    """The languages of the paper, in the order they are printed."""
    return LANGUAGES[context["paper_language"]]


def texts(text: str | Promise, languages: tuple[str, ...], **values: object) -> list[str]:
    """`text` in each of `languages`, `{name}` in it replaced; what reads the same in both is there once.

    A date among the values is written as prose of that language.
    """
    found: list[str] = []
    for language in languages:
        with override(language):
            words = str(text)
            for name, value in values.items():
                words = words.replace(f"{{{name}}}", _in_words(value))
        if words not in found:
            found.append(words)
    return found


def _in_words(value: object) -> str:
    if isinstance(value, datetime):
        return wording.moment(value)
    return wording.prose_day(value) if isinstance(value, date) else str(value)


@register.simple_tag(takes_context=True)
def label(context: template.Context, text: str | Promise, *, stacked: bool = False, **values: object) -> SafeString:
    """A label: `{% label _("Closing balance") %}`, with values `{% label _("Answer by {day}") day=reply_by %}`.

    On a paper in both languages English stands quiet after the Chinese, or `stacked` below it: by a line break, which
    counts where base.css says `pre-line`, because a <br> costs as much as three lines.
    """
    first, *second = texts(text, languages_of(context), **values)
    if not second:
        return SafeString(conditional_escape(first))
    between = "\n" if stacked else " "
    return format_html('{}{}<span class="q" lang="en">{}</span>', first, between, second[0])


@register.simple_tag(takes_context=True)
def label_text(context: template.Context, text: str | Promise, **values: object) -> str:
    """The same as plain text, for titles: "对账单 Statement of account"."""
    return " ".join(texts(text, languages_of(context), **values))


@register.simple_tag(takes_context=True)
def label_stack(context: template.Context, text: str | Promise, **values: object) -> str:
    """The same with English in a line of its own, where all of it is quiet."""
    return "\n".join(texts(text, languages_of(context), **values))


@register.simple_tag(takes_context=True)
def page_words(context: template.Context) -> SafeString:
    """The attributes of <body> from which the margin box makes "第 1 页，共 2 页  Page 1 of 2"."""
    # Translators: the foot of each page of a PDF.
    attributes = []
    for number, language in enumerate(languages_of(context)):
        with override(language):
            words = gettext("Page %(page)s of %(pages)s") % {"page": "\0", "pages": "\1"}
        before, _page, rest = words.partition("\0")
        between, _pages, after = rest.partition("\1")
        for part, said in (("a", before), ("b", between), ("c", after)):
            attributes.append(format_html('data-{}{}="{}"', part, number + 1, said))
    return mark_safe(" ".join(attributes))  # noqa: S308 - each part has been escaped


@register.simple_tag(takes_context=True)
def paper_lang(context: template.Context) -> str:
    """The language of the document, for <html lang>: the first of the paper's."""
    return "zh-Hans" if languages_of(context)[0] == "zh-hans" else "en"


@register.simple_tag(takes_context=True)
def paper_day(context: template.Context, on: date | None) -> str:
    """A date in a table of the paper: "20 Nov 2026"; "2026-11-20" where there is Chinese. Nothing is nothing."""
    if on is None:
        return ""
    with override(languages_of(context)[0]):
        return wording.day(on)


@register.filter
def amount(number: Decimal | None, currency: str) -> str:
    """An amount as plain text in the decimals of its currency: "1,234.50", "−3,400.00". Nothing is nothing."""
    return "" if number is None else wording.amount_text(number, currency)


@register.filter
def amount_or_dash(number: Decimal | None, currency: str) -> str:
    """The same, zero and nothing as a dash."""
    return wording.amount_text(number, currency) if number else wording.HAIRLINE_DASH


@register.filter
def image_uri(content: bytes | memoryview | None) -> str:
    """A stored PNG, JPEG or GIF as a `data:` address, the only kind a paper may show; "" for anything else."""
    data = bytes(content or b"")
    kind = next((kind for start, kind in _IMAGES.items() if data.startswith(start)), None)
    return f"data:{kind};base64,{b64encode(data).decode('ascii')}" if kind else ""


@register.simple_tag(takes_context=True)
def own_first(context: template.Context, in_latin: str, local: str) -> tuple[str, str]:
    """Of a text in two scripts the one to print first and the other, or "": Chinese first except in English."""
    with override(languages_of(context)[0]):
        return wording.names(in_latin or local, local)


@register.inclusion_tag("pdf/_columns.html", takes_context=True)
def columns(context: template.Context, table: paper_columns.Table) -> dict[str, Any]:
    """A table of short lines, fast: see arap/core/pdf/columns.py."""
    return {"table": table, "paper_language": context["paper_language"], "blocks": paper_columns.blocks(table)}


@register.simple_tag(takes_context=True)
def paper_head(context: template.Context, text: str | Promise) -> SafeString:
    """The head of a column, English in a line of its own below the Chinese."""
    first, *second = texts(text, languages_of(context))
    if not second:
        return SafeString(conditional_escape(first))
    return format_html('{}\n<span class="q" lang="en">{}</span>', first, second[0])


@register.simple_tag
def paper_line(line: paper_columns.Cell) -> SafeString:
    """One line of a column; an empty one keeps its place, as all lines end with a break."""
    if isinstance(line, str):
        return SafeString(conditional_escape(line))
    text, quiet = line
    return format_html('{} <span class="q">{}</span>', text, quiet) if quiet else SafeString(conditional_escape(text))
