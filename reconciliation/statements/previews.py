"""What undoing a receipt means for statements: told in its preview."""

from django.urls import reverse
from django.utils.translation import gettext as _

from arap.core.wording import prose_day
from receipts.previews import Notice, Reopened
from statements.models import Statement, StatementLine

SHOWN = 5


def of_undo(reopened: Reopened) -> list[Notice]:
    """The last statements to these customers that showed one of the documents. Two queries."""
    made = Statement.objects.filter(company=reopened.company, customer__in=reopened.customer_ids).exclude(
        unsent="excluded"
    )
    last = list(made.order_by("-pk")[: 4 * SHOWN])
    lines = StatementLine.objects.filter(statement__in=last, document_id__in=reopened.document_ids)
    spoke = set(lines.values_list("statement_id", flat=True))
    return [
        Notice(
            _("Statement %(number)s as of %(day)s spoke of it. It stays as it was made; the next one shows the change.")
            % {"number": statement.number, "day": prose_day(statement.as_of)},
            reverse("statements:detail", args=[statement.pk]),
        )
        for statement in last
        if statement.pk in spoke
    ][:SHOWN]
