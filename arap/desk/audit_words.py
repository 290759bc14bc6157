"""What the acts of the audit log are called, and where the things they were done to are opened."""

from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(NamedTuple):
    """Of a thing: the page that opens it ("" for none) and the field that names it."""

    url_name: str
    label: str


THINGS = {
    "customers.customer": Kind("desk:customer", "code"),
    "customers.contact": Kind("", "name"),
    "customers.bankaccount": Kind("", "account_no"),
    "customers.contract": Kind("desk:contract", "number"),
    "customers.paymentterms": Kind("", "code"),
    "invoices.invoice": Kind("invoices:detail", "document__number"),
    "receipts.arrangement": Kind("receipts:arrangement", "item__document__number"),
    "receipts.receipt": Kind("receipts:detail", "document__number"),
    "receipts.refund": Kind("receipts:refund", "item__document__number"),
    "receipts.payout": Kind("receipts:payout", "message_id"),
    "bills.bill": Kind("bills:detail", "number"),
    "statements.statement": Kind("statements:detail", "number"),
    "statements.statementrun": Kind("statements:run", "as_of"),
    "dunning.dunningrun": Kind("dunning:run", "as_of"),
    "dunning.dunningpolicy": Kind("", "name"),
    "dunning.notice": Kind("dunning:notice", "customer__code"),
    "charges.chargerun": Kind("charges:run", "until"),
    "charges.chargepolicy": Kind("", "currency"),
    "cases.hold": Kind("", "customer__code"),
    "outbox.message": Kind("outbox:detail", "subject"),
    "core.job": Kind("desk:job", "kind"),
    "core.period": Kind("desk:period", "starts_on"),
    "core.periodexception": Kind("", "period__starts_on"),
    "core.exchangerate": Kind("", "currency"),
    "core.taxcode": Kind("", "code"),
    "core.user": Kind("", "username"),
    "core.membership": Kind("", "user__username"),
    "core.company": Kind("", "code"),
    "core.companybankaccount": Kind("", "account_no"),
    "ledger.voucherbatch": Kind("desk:voucher_batch", "to_position"),
    "ledger.vouchertemplate": Kind("desk:voucher_template", "name"),
    "desk.import": Kind("desk:import", ""),
    "desk.savedview": Kind("desk:report_view", "name"),
    "core.delegation": Kind("", "taker__username"),
    "desk.reportschedule": Kind("desk:report_schedule", "view__name"),
}

# By the last word of a verb: what was done, of whatever it was done to.
ACTS: dict[str, str | Promise] = {
    "add": pgettext_lazy("act", "added"),
    "allow": pgettext_lazy("act", "allowed"),
    "approve": pgettext_lazy("act", "approved"),
    "apply": pgettext_lazy("act", "applied"),
    "break": pgettext_lazy("act", "fell back"),
    "cancel": pgettext_lazy("act", "cancelled"),
    "change": pgettext_lazy("act", "changed"),
    "clear": pgettext_lazy("act", "cleared"),
    "close": pgettext_lazy("act", "closed"),
    "confirm": pgettext_lazy("act", "confirmed"),
    "create": pgettext_lazy("act", "created"),
    "credit": pgettext_lazy("act", "credited"),
    "delegate": pgettext_lazy("act", "approvals handed over"),
    "undelegate": pgettext_lazy("act", "approvals taken back"),
    "for": pgettext_lazy("act", "decided for somebody"),
    "delete": pgettext_lazy("act", "deleted"),
    "draft": pgettext_lazy("act", "drafted"),
    "file": pgettext_lazy("act", "file added"),
    "unfile": pgettext_lazy("act", "file taken off"),
    "end_pause": pgettext_lazy("act", "pause after wrong passwords ended"),
    "end_sessions": pgettext_lazy("act", "sessions ended"),
    "ask_erasure": pgettext_lazy("act", "asked to be erased"),
    "erase": pgettext_lazy("act", "erased"),
    "retention": pgettext_lazy("act", "retention set"),
    "except": pgettext_lazy("act", "exception granted"),
    "exclude": pgettext_lazy("act", "left out"),
    "explain": pgettext_lazy("act", "explained"),
    "export": pgettext_lazy("act", "exported"),
    "grant": pgettext_lazy("act", "role given"),
    "identify": pgettext_lazy("act", "payer identified"),
    "invite": pgettext_lazy("act", "first password given"),
    "leave_out": pgettext_lazy("act", "left out"),
    "letterhead": pgettext_lazy("act", "letterhead changed"),
    "load": pgettext_lazy("act", "history loaded"),
    "make": pgettext_lazy("act", "made"),
    "map": pgettext_lazy("act", "columns set"),
    "open": pgettext_lazy("act", "opened"),
    "password": pgettext_lazy("act", "password chosen"),
    "pay": pgettext_lazy("act", "paid"),
    "fail": pgettext_lazy("act", "refused by the bank"),
    "return": pgettext_lazy("act", "returned"),
    "pause": pgettext_lazy("act", "pause after wrong passwords"),
    "post": pgettext_lazy("act", "posted"),
    "propose": pgettext_lazy("act", "proposed"),
    "print": pgettext_lazy("act", "printed"),
    "put_back": pgettext_lazy("act", "put back"),
    "receive": pgettext_lazy("act", "file received"),
    "record": pgettext_lazy("act", "recorded"),
    "recover": pgettext_lazy("act", "recovery code used"),
    "regroup": pgettext_lazy("act", "group changed"),
    "reject": pgettext_lazy("act", "rejected"),
    "release": pgettext_lazy("act", "released"),
    "remove": pgettext_lazy("act", "second factor turned off"),
    "renew_codes": pgettext_lazy("act", "recovery codes renewed"),
    "reopen": pgettext_lazy("act", "reopened"),
    "request": pgettext_lazy("act", "requested"),
    "reset": pgettext_lazy("act", "second factor reset"),
    "resolve": pgettext_lazy("act", "decided"),
    "reschedule": pgettext_lazy("act", "sending changed"),
    "rest": pgettext_lazy("act", "sending paused"),
    "resume": pgettext_lazy("act", "sending resumed"),
    "retire": pgettext_lazy("act", "retired"),
    "retry_pdf": pgettext_lazy("act", "PDF made again"),
    "reverse": pgettext_lazy("act", "reversed"),
    "revoke": pgettext_lazy("act", "revoked"),
    "run": pgettext_lazy("act", "run"),
    "sample": pgettext_lazy("act", "sample drawn"),
    "schedule": pgettext_lazy("act", "sent regularly"),
    "send": pgettext_lazy("act", "sent"),
    "send_now": pgettext_lazy("act", "sent at once"),
    "send_again": pgettext_lazy("act", "sent again"),
    "received": pgettext_lazy("bill", "received"),
    "endorsed": pgettext_lazy("bill", "endorsed"),
    "discounted": pgettext_lazy("bill", "discounted"),
    "settled": pgettext_lazy("bill", "paid by the acceptor"),
    "dishonoured": pgettext_lazy("bill", "dishonoured"),
    "split": pgettext_lazy("bill", "split"),
    "undone": pgettext_lazy("bill", "undone"),
    "set": pgettext_lazy("act", "set"),
    "set_up": pgettext_lazy("act", "set up"),
    "sign_in": pgettext_lazy("act", "signed in"),
    "soft_close": pgettext_lazy("act", "soft closed"),
    "stop": pgettext_lazy("act", "stopped"),
    "switch_off": pgettext_lazy("act", "switched off"),
    "switch_on": pgettext_lazy("act", "switched on"),
    "template": pgettext_lazy("act", "template saved"),
    "unapply": pgettext_lazy("act", "unapplied"),
    "unschedule": pgettext_lazy("act", "no longer sent"),
    "update": pgettext_lazy("act", "changed"),
}


def act_name(verb: str) -> str:
    """What a verb says was done; the verb itself where it has no word here."""
    return str(ACTS.get(verb.rpartition(".")[2], verb))


def thing_name(object_type: str) -> str:
    """The name of a kind of thing, as everywhere."""
    try:
        return str(apps.get_model(object_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return object_type


# Facts of acts that are no field of their thing.
FACTS: dict[str, str | Promise] = {
    "check": _("check"),
    "explanation": _("explanation"),
    "address": pgettext_lazy("network", "address"),
    "count": _("count"),
    "device": _("device"),
    "factor": _("second factor"),
    "filter": _("filter"),
    "left": _("left"),
    "role": _("role"),
    "user": _("user"),
}


def field_of(object_type: str, name: str) -> Any:
    """The field of that kind of thing called `name`; None where it has none."""
    try:
        return apps.get_model(object_type)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None


def field_name(name: str, field: Any) -> str:
    """What a stored name is called: as the field of the thing, else as a fact of acts, else as it is stored."""
    return str(getattr(field, "verbose_name", None) or FACTS.get(name, name))


def thing_choices() -> list[tuple[str, str | Promise]]:
    """The kinds of things to filter by, in the reader's alphabet."""
    named = sorted(((code, thing_name(code)) for code in THINGS), key=lambda choice: choice[1])
    return [("", _("All")), *named]
