"""The paper: what a statement says as the HTML that becomes its PDF."""

from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from aging.rules import buckets_at
from arap.core import wording
from arap.core.money import AmountError
from arap.core.pdf.columns import GAP_MM, Cell, Column, Table, cut, width
from arap.core.references import customer_reference
from arap.core.slips import PaymentSlip, slip_of
from arap.core.templatetags.paper import LANGUAGES, texts
from arap.core.words import in_chinese, in_english
from arap.ledger.models import Document
from arap.ledger.templatetags.book import ACTS
from customers.templatetags.terms import terms_words
from statements.models import Statement
from statements.queries.said import Said
from statements.rules import ACTIVITY, ZERO, Block, Line

PAGE_MM = 182
FIRST_MM, DATE_MM = 19, 22  # a date, without and with the gap before it
AGE_MM, AMOUNT_MM = 19, 19  # at least, for their heads
NUMBER_MM_MAX, TEXT_MM = 60, 8
FIRST_FIGURE = 4  # the columns before it are read, this one and those after it are compared
KINDS = {**dict(Document.Kind.choices), **ACTS}


@dataclass(frozen=True, slots=True)
class Part:
    """One currency of the paper."""

    block: Block
    movement: Table | None
    items: Table
    widths: tuple[int, ...]
    words: list[str]
    ages: list[tuple[str | int, int, Decimal]]


def file_name(statement: Statement) -> str:
    """S-2026-000123.pdf"""
    return f"{statement.number}.pdf"


def html_of(said: Said) -> str:
    """The document for the engine of PDFs."""
    return render_to_string("pdf/statement.html", context_of(said))


def context_of(said: Said) -> dict[str, Any]:
    """All that templates/pdf/statement.html prints."""
    company = SimpleNamespace(**said.printed["company"], logo=said.company.logo)
    return {
        "paper_language": said.language,
        "company": company,
        "said": said,
        "customer": said.printed["customer"],
        "parts": [_part(said, block) for block in said.blocks],
        "slips": _slips(said),
        "is_activity": said.kind == ACTIVITY,
        "period": " – ".join(_day(said, on).strip(wording.FIGURE_SPACE) for on in (said.from_on, said.as_of) if on),
        "terms": " ".join(_in_languages(said, terms_words, said.printed["customer"]["terms"])),
        "check": " ".join(said.check[at : at + 4] for at in range(0, len(said.check), 4)),
        "known": f"{timezone.localtime(said.known_at, ZoneInfo(said.company.time_zone)):%Y-%m-%d %H:%M}",
    }


def _in_languages(said: Said, of: Any, *values: object) -> list[str]:
    found: list[str] = []
    for language in LANGUAGES[said.language]:
        with override(language):
            text = str(of(*values))
        if text and text not in found:
            found.append(text)
    return found


def _part(said: Said, block: Block) -> Part:
    lines = (*block.movements, *block.items)
    last = [*(line.balance for line in lines), *(line.amount for line in block.items)]
    balance_mm = _amount_mm(block, [block.closing, block.opening, *last])
    charges_mm = _amount_mm(block, [block.charges, *(line.amount for line in lines if line.amount > 0)])
    credits_mm = _amount_mm(block, [block.credits, *(line.amount for line in lines if line.amount < 0)])
    amount_mm = max(charges_mm, credits_mm, _amount_mm(block, [line.original_amount or ZERO for line in block.items]))
    age_mm = max(AGE_MM, ceil(max((width(_age(said, line), 600) for line in block.items), default=0)) + GAP_MM)
    number_mm = min(ceil(max((width(_number(line)) for line in lines), default=0)) + GAP_MM, NUMBER_MM_MAX)
    widths = _filled(FIRST_MM, number_mm, DATE_MM, charges_mm, credits_mm, balance_mm)
    item_widths = _filled(FIRST_MM, number_mm, DATE_MM, age_mm, amount_mm, balance_mm)
    return Part(
        block=block,
        movement=_movement(said, block, widths) if said.kind == ACTIVITY else None,
        items=_items(said, block, item_widths),
        widths=widths,
        words=_words(said, block),
        ages=[
            (each.from_days or 0, each.to_days or 0, amount)
            for each, amount in zip(buckets_at(said.as_of, basis="due"), block.buckets, strict=True)
        ],
    )


def _amount_mm(block: Block, amounts: list[Decimal]) -> int:
    """Room for the longest of the amounts; figures have one width."""
    longest = max((_amount(each, block.currency) for each in amounts), key=len, default="")
    return max(AMOUNT_MM, ceil(width(longest, 600)) + GAP_MM)


def _filled(first_mm: int, number_mm: int, *others_mm: int) -> tuple[int, ...]:
    """The columns' widths: what the others leave is the third's, and where they leave too little the second gives."""
    rest = max(PAGE_MM - first_mm - number_mm - sum(others_mm), TEXT_MM)
    return (first_mm, PAGE_MM - first_mm - rest - sum(others_mm), rest, *others_mm)


def _number(line: Line) -> str:
    return f"{line.number}/{line.part}" if line.part else line.number


def _day(said: Said, on: Any) -> str:
    with override(LANGUAGES[said.language][0]):
        return wording.day(on)


def _age(said: Said, line: Line) -> str:
    """How long an open item is overdue: in one language, as the figure is the same in the other."""
    if line.days is None or line.days <= 0:
        return wording.HAIRLINE_DASH
    with override(LANGUAGES[said.language][0]):
        return wording.age_words(line.days)


def _amount(amount: Decimal, currency: str) -> str:
    return wording.amount_text(amount, currency)


def _description(said: Said, line: Line, currency: str, room_mm: int) -> Cell:
    """What a line is: its kind with what it was applied to, or the customer's reference; English quiet after it.

    An item of which a part was paid says of how much, where no column does. On a paper in two languages both say what
    kind of document it is, and references give way to them.
    """
    languages = LANGUAGES[said.language]
    kinds = texts(KINDS.get(line.kind, _("Settlement by others")), languages)
    words = kinds[0]
    if line.applied_to and len(kinds) > 1:
        words = f"{words} {line.applied_to}"
    elif line.applied_to:
        words = texts(_("{kind} for {numbers}"), languages[:1], kind=words, numbers=line.applied_to)[0]
    elif said.kind != ACTIVITY and line.original_amount not in (None, line.amount):
        whole = _amount(line.original_amount, currency)
        of = texts(_("of {amount}"), languages[:1], amount=whole)[0]
        words = f"{words} {of}"
    if line.reference and not line.applied_to:
        words = f"{words} {line.reference}"
    if len(kinds) == 1:
        return words
    beside_mm = room_mm - width(f" {kinds[1]}")
    return (cut(words, beside_mm) if beside_mm >= width(kinds[0]) else words, kinds[1])


def _movement(said: Said, block: Block, widths: tuple[int, ...]) -> Table:
    code = block.currency
    heads = (
        _("Date"), _("Document"), _("Description"), _("Due"), _("Charges"), pgettext_lazy("statement", "Receipts"),
        _("Balance"),
    )  # fmt: skip
    due = {line.document_id: line.due_on for line in block.items if line.due_on}
    opening = texts(_("Opening balance"), LANGUAGES[said.language])
    rows: list[list[Cell]] = [
        [
            _day(said, said.from_on), "", (opening[0], opening[1]) if len(opening) > 1 else opening[0], "", "", "",
            _amount(block.opening, code),
        ]
    ]  # fmt: skip
    for line in block.movements:
        on = due.get(line.document_id) if line.amount > 0 else None
        figure = _amount(line.amount, code)
        rows.append(
            [
                _day(said, line.on), line.number, _description(said, line, code, widths[2] - GAP_MM),
                _day(said, on) if on else "",
                figure if line.amount > 0 else "", figure if line.amount < 0 else "", _amount(line.balance, code),
            ]
        )  # fmt: skip
    return Table(_columns(heads, widths, strong=(6,)), rows, "movement")


def _items(said: Said, block: Block, widths: tuple[int, ...]) -> Table:
    code = block.currency
    is_activity, left = said.kind == ACTIVITY, pgettext_lazy("amount", "Open")
    heads = (
        _("Due"), _("Document"), _("Description"), _("Date"), pgettext_lazy("state", "Overdue"),
        *((_("Amount"), left) if is_activity else (left, _("Balance"))),
    )  # fmt: skip
    rows: list[list[Cell]] = []
    for line in block.items:
        assert line.original_amount is not None, "an open item has an amount"
        figures = (line.original_amount, line.amount) if is_activity else (line.amount, line.balance)
        rows.append(
            [
                _day(said, line.due_on) if line.due_on else wording.HAIRLINE_DASH, _number(line),
                _description(said, line, code, widths[2] - GAP_MM), _day(said, line.on),
                _age(said, line), *(_amount(each, code) for each in figures),
            ]
        )  # fmt: skip
    return Table(_columns(heads, widths, strong=(4, 6)), rows, "items")


def _columns(heads: tuple[Any, ...], widths: tuple[int, ...], *, strong: tuple[int, ...]) -> list[Column]:
    return [
        Column(head, wide, "right" if n >= FIRST_FIGURE else "left", is_strong=n in strong)
        for n, (head, wide) in enumerate(zip(heads, widths, strict=True))
    ]


def _words(said: Said, block: Block) -> list[str]:
    """The closing balance in words, Chinese first; none beyond what words are there for."""
    spell = {"en": in_english, "zh-hans": in_chinese}
    try:
        return [spell[language](block.closing, block.currency) for language in LANGUAGES[said.language]]
    except AmountError:
        return []


def _slips(said: Said) -> list[PaymentSlip]:
    """For each currency in which something is owed, and for which we have an account. A credit balance has none."""
    reference = customer_reference(said.printed["customer"]["code"], said.customer_id)
    found = []
    for block in said.blocks:
        account = said.printed["accounts"].get(block.currency)
        if block.closing <= 0 or account is None:
            continue
        amounts: list[tuple[str | Promise, Decimal]] = [(_("Whole balance"), block.closing)]
        if block.due_now:
            is_reduced = block.due_now < block.overdue
            amounts.insert(0, (_("Overdue, less credits") if is_reduced else _("Overdue"), block.due_now))
        found.append(
            slip_of(
                payee=account["name"], bank=account["bank"], account_no=account["account_no"],
                currency=block.currency, amounts=amounts, reference=reference, language=LANGUAGES[said.language][0],
            )
        )  # fmt: skip
    return found
