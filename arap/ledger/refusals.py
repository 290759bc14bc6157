"""What the database refuses, said in a sentence. Codes come from the procedures' error detail."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arap.core.errors import Refused
from arap.core.money import format_amount

RETRYABLE = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not available: try the whole act again

TOO_PRECISE = ("too_precise", gettext_lazy("An amount has more decimals than its currency."))

# unique and check constraints that a user can meet: code and sentence
CONSTRAINTS = {
    "ledger_document_number": (
        "duplicate_number",
        gettext_lazy("A document of this kind with this number is already posted."),
    ),
    "ledger_posting_once": ("duplicate_key", gettext_lazy("This act was already posted under the same key.")),
    "ledger_entry_reverses_id_key": ("already_undone", gettext_lazy("This application was already undone.")),
    "ledger_document_reversed_once": ("already_reversed", gettext_lazy("This document was already reversed.")),
    "ledger_item_open_amount": ("over_applied", gettext_lazy("More would be applied than is open.")),
    **dict.fromkeys(
        (
            *("ledger_document_minor_unit", "ledger_item_minor_unit", "ledger_entry_minor_unit"),
            *("book_item_precise", "book_line_precise", "book_closing_precise", "book_pair_precise"),
        ),
        TOO_PRECISE,
    ),
}


def sqlstate(error: BaseException) -> str:
    """The SQLSTATE behind a Django database error, or an empty string."""
    return str(getattr(error.__cause__, "pgcode", None) or "")


@contextmanager
def refusals() -> Iterator[None]:
    """Turn the book's own refusals into `Refused`; any other error passes through.

    Raises: Refused with one of the codes of CONSTRAINTS or of `_sentence`.
    """
    try:
        yield
    except DatabaseError as error:
        diag = getattr(error.__cause__, "diag", None)
        if sqlstate(error) in {"AR001", "AR002"} and diag is not None:
            facts = json.loads(diag.message_detail)
            code = facts.pop("code")
            raise Refused(code, _sentence(code, facts), **facts) from error
        known = CONSTRAINTS.get(getattr(diag, "constraint_name", None) or "")
        if known is not None:
            raise Refused(known[0], str(known[1])) from error
        raise


def _sentence(code: str, facts: dict[str, Any]) -> str:
    if code == "period_closed":
        return (
            _("%(date)s lies in a closed period, or in none. Ask a controller to open it, or choose another date.")
            % facts
        )
    if code == "over_applied":
        told = {key: format_amount(Decimal(facts[key]), facts["currency"]) for key in ("open", "amount")}
        return _(
            "%(number)s has only %(currency)s %(open)s open, so %(amount)s cannot be applied to it."
            " Somebody may have applied it meanwhile."
        ) % {**facts, **told}
    if code == "over_applied_on":
        return _("On %(date)s %(number)s would be applied beyond its amount. Choose a later date.") % facts
    return {
        "before_posting": _("An application cannot be effective before both items are posted."),
        "other_customer": _("Credits and debits must belong to one group of customers."),
        "other_currency": _("Credits and debits must be in one currency."),
        "not_a_pair": _("Choose one credit and one debit item of this company, and an amount above zero."),
        "not_a_mirror": _("What is undone cannot be dated before it was done."),
        "over_closed": _("More would be replaced than is open."),
    }.get(code, _("The book refused this entry."))
