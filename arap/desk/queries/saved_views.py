"""Which saved reports somebody sees."""

from django.db.models import Q, QuerySet

from arap.core.models import Company, User
from arap.desk.models import SavedView
from arap.desk.reports.kept import EVERY_PAGE


def seen_by(user: User, company: Company) -> QuerySet[SavedView]:
    """The saved reports of a person and those for everybody."""
    mine = SavedView.objects.filter(Q(owner=user) | Q(is_shared=True), company=company, page__in=EVERY_PAGE)
    return mine.select_related("owner", "company").order_by("name", "pk")
