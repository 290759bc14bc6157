"""The states a row can be in: shape, tone and word, in one table (design: never colour alone)."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class State:
    """`shape` and `tone` are suffixes of CSS classes; `word` is what the reader gets."""

    shape: str
    tone: str
    word: str | Promise


STATES: dict[str, State] = {
    "open": State("hollow", "", pgettext_lazy("state", "Open")),
    "not_due": State("hollow", "", _("Not due")),
    "to_apply": State("hollow", "", _("To apply")),
    "part_paid": State("half", "", _("Part paid")),
    "part_applied": State("half", "", _("Part applied")),
    "proposed": State("low", "accent", _("Proposed")),
    "applied": State("full", "good", pgettext_lazy("state", "Applied")),
    "settled": State("full", "good", _("Paid in full")),
    "posted": State("hollow", "", pgettext_lazy("state", "Posted")),
    "draft": State("dashed", "", pgettext_lazy("state", "Draft")),
    "credited": State("full", "", _("Credited")),
    "part_credited": State("half", "", _("Part credited")),
    "overdue": State("triangle", "overdue", pgettext_lazy("state", "Overdue")),
    "reversed": State("triangle", "caution", _("Returned")),
    "to_confirm": State("triangle", "caution", _("To confirm")),
    "approved": State("low", "accent", _("Approved")),
    "retired": State("square", "", _("Retired")),
    "rejected": State("square", "overdue", _("Rejected")),
    "to_approve": State("triangle", "caution", _("To approve")),
    "written_off": State("square", "overdue", _("Written off")),
    "in_force": State("full", "good", pgettext_lazy("arrangement", "In force")),
    "broken": State("triangle", "overdue", pgettext_lazy("plan", "Broken")),
    "undone": State("hollow", "", pgettext_lazy("state", "Undone")),
    "bill_held": State("hollow", "", pgettext_lazy("bill", "Held")),
    "bill_endorsed": State("low", "accent", pgettext_lazy("bill", "Endorsed")),
    "bill_discounted": State("low", "accent", pgettext_lazy("bill", "Discounted")),
    "bill_paid": State("full", "good", pgettext_lazy("bill", "Paid")),
    "bill_dishonoured": State("triangle", "overdue", pgettext_lazy("bill", "Dishonoured")),
    "bill_split": State("dashed", "", pgettext_lazy("bill", "Split")),
    "bill_withdrawn": State("hollow", "", pgettext_lazy("bill", "Withdrawn")),
    "unidentified": State("dashed", "", _("Payer unknown")),
    "done": State("full", "good", pgettext_lazy("state", "Done")),
    "running": State("ring", "", pgettext_lazy("state", "Running")),
    "incomplete": State("triangle", "caution", _("Done in part")),
    "queued": State("dashed", "", _("Not started")),
    "failed": State("triangle", "overdue", pgettext_lazy("state", "Failed")),
    "cancelled": State("square", "overdue", _("Stopped")),
    "left_out": State("triangle", "overdue", _("Left out")),
    "provisional": State("triangle", "caution", _("Provisional")),
    # Messages: "sent" is what the next mail server took, more is not known.
    "waiting": State("dashed", "", _("Waiting")),
    "deferred": State("dashed", "", _("To be tried again")),
    "sending": State("ring", "", _("Sending")),
    "sent": State("low", "accent", _("Sent")),
    "bounced": State("triangle", "overdue", _("Bounced")),
    "unknown": State("diamond", "caution", _("Unknown")),
    "not_sent": State("hollow", "", _("Cancelled")),
    "on_hold": State("square", "overdue", _("On hold")),
    "to_release": State("low", "accent", _("To release")),
    "released": State("full", "good", pgettext_lazy("run", "Released")),
    "reminder_proposed": State("low", "accent", _("To release")),
    "reminder_released": State("dashed", "", _("Waiting")),
    "reminder_excluded": State("square", "", _("Left out")),
    "reminder_cancelled": State("square", "", _("No longer due")),
    "reminder_superseded": State("square", "", _("Superseded")),
    "reminder_no_address": State("square", "", _("No recipient")),
    "statement_ready": State("hollow", "", _("Ready to send")),
    "statement_making": State("dashed", "", _("PDF being made")),
    "statement_cancelled": State("square", "overdue", _("Stopped")),
    "discarded": State("square", "", _("Discarded")),
    "statement_skipped": State("square", "", _("Left out")),
    "period_open": State("hollow", "", pgettext_lazy("state", "Open")),
    "period_soft": State("half", "", _("Soft closed")),
    "period_closed": State("full", "", _("Closed")),
    "check_met": State("full", "good", pgettext_lazy("check", "Met")),
    "check_explained": State("half", "", _("Explained")),
    "check_unmet": State("triangle", "caution", pgettext_lazy("check", "Not met")),
    "check_failed": State("triangle", "overdue", pgettext_lazy("check", "Failed")),
    "check_waiting": State("dashed", "", _("Not run")),
    "ties": State("full", "good", _("Book ties")),
    "differs": State("triangle", "overdue", _("Book does not tie")),
}
