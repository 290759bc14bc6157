"""The words of a reminder: a company's own text, filled in, around a table of what is asked for."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from arap.core import wording
from arap.core.models import Company, CompanyBankAccount
from customers.models import Contact, Customer
from customers.recipients import recipients
from dunning.models import Notice, NoticeItem, NoticeTotal, ReminderTemplate, Tone
from dunning.rules import ZERO, fill
from dunning.texts import DEFAULT_TEXTS

ITEMS_PLACE = "{items}"
SAMPLE_DAY, SAMPLE_AMOUNT = date(2026, 11, 20), Decimal(12480)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A reminder as it goes to one contact."""

    notice: Notice
    contact_id: int
    to_name: str
    to_address: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Block:
    """What is asked for in one currency, and where to pay it."""

    currency: str
    items: Sequence[NoticeItem]
    total: NoticeTotal
    account: CompanyBankAccount | None

    @property
    def net(self) -> Decimal:
        """What is to be paid after credits."""
        return self.total.overdue + self.total.soon + self.total.credit

    @property
    def gross(self) -> Decimal:
        """The sum of the items."""
        return self.total.overdue + self.total.soon


def letters_of(company: Company, notices: Sequence[Notice]) -> list[Letter]:
    """The letters of `notices`, one for each contact who receives reminders. Six queries however many they are."""
    ids = [notice.pk for notice in notices]
    customers = Customer.objects.in_bulk([notice.customer_id for notice in notices])
    contacts = recipients(company, list(customers), Contact.Paper.REMINDER)
    items: dict[int, list[NoticeItem]] = defaultdict(list)
    for item in NoticeItem.objects.filter(notice_id__in=ids).order_by("due_on", "number", "line"):
        items[item.notice_id].append(item)
    totals: dict[int, list[NoticeTotal]] = defaultdict(list)
    for total in NoticeTotal.objects.filter(notice_id__in=ids).order_by("currency"):
        totals[total.notice_id].append(total)
    texts = texts_of(company)
    accounts = _accounts(company)
    found = []
    for notice in notices:
        customer = customers[notice.customer_id]
        blocks = [
            Block(
                total.currency, [i for i in items[notice.pk] if i.currency == total.currency], total,
                accounts.get(total.currency),
            )
            for total in totals[notice.pk]
        ]  # fmt: skip
        words = texts[Tone(notice.tone), notice.language]
        receiving = contacts.get(customer.pk, [])
        found += [_letter(company, notice, customer, contact, blocks, words) for contact in receiving]
    return found


def texts_of(company: Company) -> dict[tuple[Tone, str], tuple[str, str]]:
    """(tone, language) -> (subject, text): the company's own, and the usual one where it has deleted its own."""
    own = ReminderTemplate.objects.filter(company=company).values_list("tone", "language", "subject", "body")
    return {**DEFAULT_TEXTS, **{(Tone(tone), language): (subject, body) for tone, language, subject, body in own}}


def _accounts(company: Company) -> dict[str, CompanyBankAccount]:
    """Currency -> the account to pay into: the default, else the first."""
    found: dict[str, CompanyBankAccount] = {}
    for account in CompanyBankAccount.objects.filter(company=company, is_active=True).order_by("-is_default", "pk"):
        found.setdefault(account.currency, account)
    return found


def _letter(
    company: Company, notice: Notice, customer: Customer, contact: Contact, blocks: Sequence[Block],
    words: tuple[str, str],
) -> Letter:  # fmt: skip
    with translation.override(notice.language):
        values = _values(company, notice, customer, contact, blocks)
        subject = fill(words[0], values)
        before, _place, after = words[1].partition(ITEMS_PLACE)
        context = {
            "before": fill(before, values).strip(),
            "after": fill(after, values).strip(),
            "blocks": blocks,
            "company_name": values["company"],
            "customer_name": values["customer"],
            "subject": subject,
            "as_of": notice.run.as_of,
            "language": notice.language,
        }
        return Letter(
            notice=notice,
            contact_id=contact.pk,
            to_name=contact.name,
            to_address=contact.email,
            subject=subject,
            text=_tidy(render_to_string("email/reminder.txt", context)),
            html=render_to_string("email/reminder.html", context),
        )


def _values(
    company: Company, notice: Notice, customer: Customer, contact: Contact, blocks: Sequence[Block]
) -> dict[str, str]:
    """What each placeholder stands for, in the language in use.

    total: what is to be paid after credits; overdue: of that the overdue items alone, before credits; count: items;
    oldest_number, oldest_days: the document that is over longest and its days; earliest_due: the first due date.
    """
    items = [item for block in blocks for item in block.items]
    oldest = min(items, key=lambda item: (item.due_on, item.number)) if items else None
    separator = "、" if wording.in_chinese() else ", "

    def amounts(pairs: list[tuple[str, Decimal]]) -> str:
        return separator.join(f"{code} {wording.amount_text(amount, code)}" for code, amount in pairs if amount != ZERO)

    return {
        "customer": wording.names(customer.name, customer.name_local)[0],
        "contact": contact.name or wording.names(customer.name, customer.name_local)[0],
        "company": wording.names(company.name, company.name_local)[0],
        "as_of": wording.prose_day(notice.run.as_of),
        "total": amounts([(block.currency, block.net) for block in blocks]),
        "overdue": amounts([(block.currency, block.total.overdue) for block in blocks]),
        "count": f"{len(items):,}",
        "oldest_number": oldest.number if oldest else "",
        "oldest_days": f"{max(oldest.days, 0):,}" if oldest else "",
        "earliest_due": wording.prose_day(oldest.due_on) if oldest else "",
        "phone": company.phone,
        "email": company.email,
    }


def sample_words(company: Company, language: str, subject: str, body: str) -> tuple[str, str]:
    """Subject and text of a template filled with made-up figures, for the person who writes it."""
    with translation.override(language):
        values = {
            "customer": _("Example Trading"),
            "contact": _("Accounts payable"),
            "company": wording.names(company.name, company.name_local)[0],
            "as_of": wording.prose_day(SAMPLE_DAY),
            "total": f"{company.base_currency} {wording.amount_text(SAMPLE_AMOUNT, company.base_currency)}",
            "overdue": f"{company.base_currency} {wording.amount_text(SAMPLE_AMOUNT, company.base_currency)}",
            "count": "1",
            "oldest_number": "INV-2026-000123",
            "oldest_days": "16",
            "earliest_due": wording.prose_day(SAMPLE_DAY - timedelta(days=16)),
            "items": _("(the table of items)"),
            "phone": company.phone,
            "email": company.email,
        }
        return fill(subject, values), _tidy(fill(body, values))


def _tidy(text: str) -> str:
    """At most one empty line in a row, none at the ends: an empty telephone leaves no hole."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip() + "\n"
