"""Making vouchers of what was posted, and printing them again."""

from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, Refused
from arap.core.models import Company, User
from arap.ledger.models import Account, VoucherBatch, VoucherTemplate
from arap.ledger.models.vouchers import VoucherAccount
from arap.ledger.queries import position_at
from arap.ledger.voucher_rules import ZERO
from arap.ledger.vouchers import accounts_of, batch_vouchers, batched_to, beancount_text, csv_text, first_numbers

ONE_AT_A_TIME = 0xF0AF  # the advisory lock of those who make vouchers, with the company's id
FORMATS = ("csv", "beancount")
CODE_MAX = 40


@transaction.atomic
def make_vouchers(company: Company, template: VoucherTemplate, *, by: User) -> VoucherBatch:
    """The vouchers of all that was posted since the last batch. Raises Refused("nothing_to_make")."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [ONE_AT_A_TIME, company.pk])
    after, to = batched_to(company), position_at(company, known_at=None)
    if to <= after:
        raise Refused("nothing_to_make", _("Everything that was posted is in vouchers already."))
    batch = VoucherBatch(
        company=company,
        after_position=after,
        to_position=to,
        template_name=template.name,
        grouping=template.grouping,
        word=template.word,
        by_customer=template.by_customer,
        accounts=accounts_of(company, template),
        first_numbers=first_numbers(company),
        made_by=by,
    )
    _count(batch)
    batch.digest = _digest(csv_text(batch))
    batch.save(force_insert=True)
    batch.refresh_from_db()
    after_facts = {"from": after + 1, "to": to, "vouchers": batch.voucher_count, "total": batch.base_total}
    audit.record(by=by, verb="voucher.make", obj=batch, after=after_facts)
    return batch


def _count(batch: VoucherBatch) -> None:
    """How many vouchers and lines there are, what they come to, and which numbers come next."""
    numbers: dict[str, int] = {}
    batch.voucher_count, batch.line_count, batch.base_total = 0, 0, ZERO
    for each in batch_vouchers(batch):
        batch.voucher_count += 1
        batch.line_count += len(each.lines)
        batch.base_total += each.total
        numbers[each.month] = each.number + 1
    batch.next_numbers = numbers


@transaction.atomic
def print_vouchers(batch: VoucherBatch, *, kind: str, by: User) -> str:
    """The text of a batch, the first time and again. Raises Refused("changed") if it is not what was made."""
    assert kind in FORMATS
    text = csv_text(batch)
    if _digest(text) != batch.digest:
        raise Refused("changed", _("These vouchers are not what was made. Tell an administrator."))
    audit.record(by=by, verb="voucher.print", obj=batch, after={"as": kind})
    return text if kind == "csv" else beancount_text(batch)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@transaction.atomic
def save_template(
    company: Company,
    template: VoucherTemplate | None,
    *,
    name: str,
    grouping: str,
    word: str,
    by_customer: bool,
    codes: dict[int, str],
    by: User,
) -> VoucherTemplate:
    """Make a template, or change one; batches keep how they were made. `codes` are by account id, those left empty are
    as in the book. Raises Invalid(name_taken).
    """
    namesake = VoucherTemplate.objects.filter(company=company, name=name).first()
    if namesake is not None and (template is None or namesake.pk != template.pk):
        raise Invalid("name_taken", _("There is a template of this name already."), field="name")
    before = _said(template) if template else None
    fields = {"name": name, "grouping": grouping, "word": word, "by_customer": by_customer}
    if template is None:
        made = VoucherTemplate.objects.create(company=company, **fields)
    else:
        VoucherTemplate.objects.filter(pk=template.pk).update(**fields)
        made = VoucherTemplate.objects.get(pk=template.pk)
    own = Account.objects.filter(company=company, pk__in=codes).values_list("pk", "code")
    made.mapped.all().delete()
    VoucherAccount.objects.bulk_create(
        VoucherAccount(company=company, template=made, account_id=pk, code=codes[pk].strip()[:CODE_MAX])
        for pk, code in own
        if codes[pk].strip() and codes[pk].strip() != code
    )
    audit.record(by=by, verb="voucher.template", obj=made, before=before, after=_said(made))
    return made


def _said(template: VoucherTemplate) -> dict[str, Any]:
    codes = template.mapped.order_by("account__code").values_list("account__code", "code")
    return {
        "name": template.name,
        "grouping": template.grouping,
        "word": template.word,
        "by_customer": template.by_customer,
        "accounts": dict(codes),
    }
