"""The paper: what a statement says as the HTML that becomes its PDF."""

from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from aging.rules import buckets_at
from arap.core import wording
from arap.core.money import AmountError
from arap.core.pdf.columns import GAP_MM, Cell, Column, Table, width
from arap.core.qr import Payment, data_uri
from arap.core.references import customer_reference, printed
from arap.core.templatetags.paper import LANGUAGES, texts
from arap.core.words import in_chinese, in_english
from arap.ledger.models import Document
from arap.ledger.templatetags.book import ACTS
from customers.templatetags.terms import terms_words
from statements.models import Statement
from statements.queries.said import Said
from statements.rules import ACTIVITY, Block, Line

PAGE_MM = 182
DATE_MM = 22
OVERDUE_MM = 23
KINDS = {**dict(Document.Kind.choices), **ACTS}


@dataclass(frozen=True, slots=True)
class Slip:
    """What is needed to pay one currency's balance."""

    currency: str
    account: dict[str, str]
    reference: str
    due_now: Decimal
    is_reduced: bool
    balance: Decimal
    qr: str


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
    company = SimpleNamespace(**said.printed["company"], logo=said.company.logo)
    context = {
        "paper_language": said.language,
        "company": company,
        "said": said,
        "customer": said.printed["customer"],
        "parts": [_part(said, block) for block in said.blocks],
        "slips": _slips(said),
        "is_activity": said.kind == ACTIVITY,
        "terms": " ".join(_in_languages(said, terms_words, said.printed["customer"]["terms"])),
        "check": " ".join(said.check[at : at + 4] for at in range(0, len(said.check), 4)),
        "known": f"{timezone.localtime(said.known_at, ZoneInfo(said.company.time_zone)):%Y-%m-%d %H:%M}",
    }
    return render_to_string("pdf/statement.html", context)


def _in_languages(said: Said, of: Any, *values: object) -> list[str]:
    found: list[str] = []
    for language in LANGUAGES[said.language]:
        with override(language):
            text = str(of(*values))
        if text and text not in found:
            found.append(text)
    return found


def _part(said: Said, block: Block) -> Part:
    amounts = [
        block.charges,
        block.credits,
        block.closing,
        block.opening,
        *(line.balance for line in (*block.movements, *block.items)),
    ]
    amounts += [line.amount for line in (*block.movements, *block.items)]
    amount_mm = max(19, ceil(max(width(wording.amount_text(each, block.currency), 600) for each in amounts)) + GAP_MM)
    number_mm = _number_mm(block)
    rest = max(PAGE_MM - 2 * DATE_MM - number_mm - 3 * amount_mm, 8)
    number_mm = PAGE_MM - 2 * DATE_MM - rest - 3 * amount_mm
    widths = (DATE_MM, number_mm, rest, DATE_MM, amount_mm, amount_mm, amount_mm)
    return Part(
        block=block,
        movement=_movement(said, block, widths) if said.kind == ACTIVITY else None,
        items=_items(said, block, (*widths[:2], rest - OVERDUE_MM + amount_mm, DATE_MM, OVERDUE_MM, *widths[5:])),
        widths=widths,
        words=_words(said, block),
        ages=[
            (each.from_days or 0, each.to_days or 0, amount)
            for each, amount in zip(buckets_at(said.as_of, basis="due"), block.buckets, strict=True)
        ],
    )


def _number_mm(block: Block) -> int:
    numbers = [_number(line) for line in (*block.movements, *block.items)]
    return min(max(26, ceil(max((width(number) for number in numbers), default=0)) + GAP_MM), 44)


def _number(line: Line) -> str:
    return f"{line.number}/{line.part}" if line.part else line.number


def _day(said: Said, on: Any) -> str:
    with override(LANGUAGES[said.language][0]):
        return wording.day(on)


def _age(said: Said, days: int) -> str:
    with override(LANGUAGES[said.language][0]):
        return wording.age_words(days)


def _amount(amount: Decimal, currency: str) -> str:
    return wording.amount_text(amount, currency)


def _description(said: Said, line: Line) -> Cell:
    """What a line is: its kind with what it was applied to, or the customer's reference; English quiet after it."""
    languages = LANGUAGES[said.language]
    kind = KINDS.get(line.kind, _("Settlement by others"))
    kinds = texts(kind, languages)
    if line.applied_to:
        first = texts(_("{kind} for {numbers}"), languages[:1], kind=kinds[0], numbers=line.applied_to)[0]
    else:
        first = f"{kinds[0]} {line.reference}".strip()
    return (first, kinds[1]) if len(kinds) > 1 else first


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
                _day(said, line.on), line.number, _description(said, line), _day(said, on) if on else "",
                figure if line.amount > 0 else "", figure if line.amount < 0 else "", _amount(line.balance, code),
            ]
        )  # fmt: skip
    return Table(_columns(heads, widths, first_figure=4), rows, "movement")


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
        late = line.days is not None and line.days > 0
        over = _age(said, line.days or 0) if late else wording.HAIRLINE_DASH
        description = _description(said, line)
        if line.amount != line.original_amount:
            description = _part_open(said, line, description, code)
        figures = (line.original_amount, line.amount) if is_activity else (line.amount, line.balance)
        rows.append(
            [
                _day(said, line.due_on) if line.due_on else wording.HAIRLINE_DASH, _number(line), description,
                _day(said, line.on), over, *(_amount(each, code) for each in figures),
            ]
        )  # fmt: skip
    return Table(_columns(heads, widths, first_figure=4), rows, "items")


def _part_open(said: Said, line: Line, cell: Cell, currency: str) -> Cell:
    """An item of which a part was paid says of how much, where no column does."""
    if said.kind == ACTIVITY or line.original_amount is None:
        return cell
    first = cell if isinstance(cell, str) else cell[0]
    rest = "" if isinstance(cell, str) else cell[1]
    of = texts(_("of {amount}"), LANGUAGES[said.language][:1], amount=_amount(line.original_amount, currency))[0]
    return (f"{first} {of}", rest) if rest else f"{first} {of}"


def _columns(heads: tuple[Any, ...], widths: tuple[int, ...], *, first_figure: int) -> list[Column]:
    return [
        Column(head, wide, "right" if n >= first_figure else "left", is_strong=n == len(heads) - 1)
        for n, (head, wide) in enumerate(zip(heads, widths, strict=True))
    ]


def _words(said: Said, block: Block) -> list[str]:
    """The closing balance in words, Chinese first; none beyond what words are there for."""
    spell = {"en": in_english, "zh-hans": in_chinese}
    try:
        return [spell[language](block.closing, block.currency) for language in LANGUAGES[said.language]]
    except AmountError:
        return []


def _slips(said: Said) -> list[Slip]:
    """For each currency in which something is owed, and for which we have an account. A credit balance has none."""
    reference = customer_reference(said.printed["customer"]["code"], said.customer_id)
    found = []
    for block in said.blocks:
        account = said.printed["accounts"].get(block.currency)
        if block.closing <= 0 or account is None:
            continue
        payment = Payment(
            payee=account["name"],
            bank=account["bank"],
            account_no=account["account_no"],
            amount=block.due_now or block.closing,
            currency=block.currency,
            reference=reference,
        )
        with override(LANGUAGES[said.language][0]):
            qr = data_uri(payment)
        found.append(
            Slip(
                block.currency, account, printed(reference), block.due_now, block.due_now < block.overdue,
                block.closing, qr,
            )
        )  # fmt: skip
    return found
