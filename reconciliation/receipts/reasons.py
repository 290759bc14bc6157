"""Why a proposal was made, in words. The rules give a code and its facts; here each code has its sentence."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arap.core.wording import amount_text
from receipts.actions.applying import ReceiptApplied
from receipts.rules import Proposal

NUMBERS_SHOWN = 5
# In this order, also when the answer comes from an earlier request: PostgreSQL keeps JSON in an order of its own.
REASON = ("kind", "reason", "numbers", "difference", "count", "others")


def sentence(proposal: Proposal, currency: str) -> str:
    """The reason of a proposal, in the language in use. Amounts are in `currency`."""
    return reason_sentence(proposal.reason, {**proposal.params, "remainder": proposal.remainder}, currency)


def others_sentence(proposal: Proposal) -> str:
    """That other choices fit as well, or nothing."""
    if not proposal.others:
        return ""
    return ngettext(
        "%(count)d other choice fits as well; the oldest was taken.",
        "%(count)d other choices fit as well; the oldest was taken.",
        proposal.others,
    ) % {"count": proposal.others}


def reason_sentence(reason: str, params: Mapping[str, Any], currency: str) -> str:
    """The sentence of a reason code. `params` as in Proposal.params, and `remainder`."""
    told = {
        "numbers": _numbers(params.get("numbers", ())),
        "count": params.get("count", 0),
        "difference": amount_text(params.get("difference", Decimal(0)), currency),
        "remainder": amount_text(params.get("remainder", Decimal(0)), currency),
    }
    discount = params.get("discount")
    taken = " " + _("The early-payment discount of %(discount)s is taken off.") if discount else ""
    told["discount"] = amount_text(discount or Decimal(0), currency)
    words = {
        "reference_exact": _("The text names %(numbers)s, and the amount is exactly theirs."),
        "reference_short": _("The text names %(numbers)s; %(difference)s is missing, so the last is paid in part."),
        "reference_over": _("The text names %(numbers)s; %(difference)s more was paid and stays on account."),
        "exact_sum": ngettext(
            "%(count)d item is exactly this amount.", "%(count)d items sum to exactly this amount.", told["count"]
        ),
        "exact_sum_net": _("%(count)d items, credit notes deducted, sum to exactly this amount."),
        "oldest_first": _("Oldest due first; %(remainder)s stays on account.")
        if params.get("remainder")
        else _("Oldest due first."),
        "charges_first": _("Late charges first, then the oldest due; %(remainder)s stays on account.")
        if params.get("remainder")
        else _("Late charges first, then the oldest due."),
        "charges_last": _("The oldest debts first, late charges last; %(remainder)s stays on account.")
        if params.get("remainder")
        else _("The oldest debts first, late charges last."),
    }
    return (words[reason] + taken) % told


def answer(done: ReceiptApplied, currency: str) -> dict[str, Any]:
    """What commands print of a receipt: its number, the entries posted, what remains, and reasons in words."""
    return {
        "receipt": done.number,
        "state": "confirmed" if done.number else "recorded",
        "currency": currency,
        "entries": [{name: entry[name] for name in ("document", "amount", "effective_on")} for entry in done.entries],
        "remaining": done.remaining,
        "reasons": [
            {
                **{name: reason[name] for name in REASON},
                "sentence": reason_sentence(
                    reason["reason"],
                    {
                        "numbers": tuple(reason["numbers"]),
                        "count": reason["count"],
                        "difference": Decimal(reason["difference"] or 0),
                        "remainder": Decimal(done.remaining),
                    },
                    currency,
                ),
            }
            for reason in done.reasons
        ],
    }


def _numbers(numbers: tuple[str, ...]) -> str:
    shown = ", ".join(numbers[:NUMBERS_SHOWN])
    return f"{shown} …" if len(numbers) > NUMBERS_SHOWN else shown
