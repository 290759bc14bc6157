"""Reports that are sent regularly: who may read them, and what became of them."""

from collections.abc import Sequence

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.utils.translation import gettext as _

from arap.core.models import Company, Membership, User
from arap.core.permissions import allows, roles_of
from arap.desk.models import ReportReader, ReportSchedule, ReportSending, SavedView
from arap.desk.reports.kept import verbs_of


def may_read(user: User, view: SavedView) -> str:
    """Why the report is not for this person, in the language in use; "" when it is.

    Who may open the report and take it out of the house may have it sent; a view that is not shared goes to its owner
    alone.
    """
    roles = roles_of(user, view.company)
    if not roles:
        return _("does not work for this company any more.")
    if not all(allows(roles, verb) for verb in verbs_of(view.page)):
        return _("may not see this report.")
    if not view.is_shared and view.owner_id != user.pk:
        return _("the view is its owner’s alone.")
    return "" if user.email else _("has no e-mail address.")


def about(user: User, why: str) -> str:
    """Whom a reason concerns, and the reason."""
    return _("%(who)s: %(why)s") % {"who": user.get_full_name(), "why": why}


def possible_readers(view: SavedView) -> QuerySet[User]:
    """The people who may be chosen: the owner alone while the view is not shared."""
    held = Membership.objects.filter(company=view.company).values("user")
    people = User.objects.filter(is_active=True, pk__in=held).exclude(email="")
    if not view.is_shared:
        people = people.filter(pk=view.owner_id)
    return people.order_by("full_name", "username")


def schedules_of(view: SavedView) -> Sequence[ReportSchedule]:
    """How the view is sent, each with its readers, `last_at`, `last_sent` and `last_problem`. Two queries."""
    last = ReportSending.objects.filter(schedule=OuterRef("pk")).order_by("-due_at")
    readers = Prefetch("readers", ReportReader.objects.select_related("user").order_by("user__full_name", "user_id"))
    rows = ReportSchedule.objects.filter(view=view).select_related("created_by").prefetch_related(readers)
    return list(
        rows.annotate(
            last_at=Subquery(last.values("made_at")[:1]),
            last_sent=Subquery(last.values("sent")[:1]),
            last_problem=Subquery(last.values("problem")[:1]),
        ).order_by("pk")
    )


def all_schedules(company: Company) -> QuerySet[ReportSchedule]:
    """Those of a company with what a page of one needs."""
    return ReportSchedule.objects.filter(company=company).select_related("view__owner", "view__company", "created_by")
