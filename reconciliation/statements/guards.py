"""Asked by the outbox just before a statement leaves."""

from django.utils.translation import gettext as _

from arap.outbox.models import Message
from statements.models import Statement
from statements.models.choices import Unsent


def still_wanted(message: Message) -> str:
    """Why the statement is not to be sent any more, in the language in use; "" when it is.

    What a statement says is true for ever, as of its day. Only a person's word keeps it back: a run that was stopped
    while its messages were already in workers' hands.
    """
    assert message.about_id is not None, "it is about a statement"
    statement = Statement.objects.only("unsent").get(company=message.company_id, pk=message.about_id)
    return _("Its run was stopped.") if statement.unsent == Unsent.STOPPED else ""
