"""Reports kept under a name: for their owner, or for everybody in the company."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid
from arap.core.models import Company, User
from arap.desk.models import SavedView
from arap.desk.reports.kept import EVERY_PAGE, settled_query

VIEWS_MAX = 50  # of one person, of all reports
NAME_LENGTH_MAX = 40


@transaction.atomic
def save_view(
    company: Company, *, page: str, query: str, name: str, is_shared: bool, today: date, by: User, at: str = ""
) -> SavedView:
    """Keep what a report asks; the same name again replaces what it asked before. Raises Invalid."""
    name = _named(name)
    if page not in EVERY_PAGE:
        raise Invalid("no_report", _("There is no such report."), field="page")
    settled = settled_query(page, query, company, today=today, at=at)
    if settled is None:
        raise Invalid("not_asked", _("What the report asks is not right yet, so it cannot be saved."), field="query")
    _lock(by)
    mine = SavedView.objects.filter(company=company, owner=by, page__in=EVERY_PAGE)
    view = mine.filter(page=page, name=name).first()
    after = {"page": page, "name": name, "query": settled, "is_shared": is_shared}
    if view is not None:
        _write(view, after, by)
        return view
    if mine.count() >= VIEWS_MAX:
        message = _("You have %(most)s saved views. Remove one first.") % {"most": VIEWS_MAX}
        raise Invalid("too_many_views", message)
    view = SavedView.objects.create(company=company, owner=by, **after)
    audit.record(by=by, verb="view.create", obj=view, after=after)
    return view


@transaction.atomic
def change_view(view: SavedView, *, name: str, is_shared: bool, by: User) -> None:
    """Another name, or for others than before. Raises Invalid(field "name") where the owner has one called so."""
    name = _named(name)
    _lock(view.owner)
    same = SavedView.objects.filter(company=view.company, page=view.page, owner=view.owner, name=name)
    if same.exclude(pk=view.pk).exists():
        raise Invalid("view_exists", _("Another view of this report has this name."), field="name")
    _write(view, {"name": name, "is_shared": is_shared}, by)


@transaction.atomic
def delete_view(view: SavedView, *, by: User) -> None:
    """Remove it. What it showed stays in the book."""
    before = {"page": view.page, "name": view.name, "query": view.query, "is_shared": view.is_shared}
    audit.record(by=by, verb="view.delete", obj=view, before=before)
    view.delete()


def _named(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise Invalid("no_name", _("Type a name for the view."), field="name")
    if len(name) > NAME_LENGTH_MAX:
        message = _("A name has at most %(most)s characters.") % {"most": NAME_LENGTH_MAX}
        raise Invalid("long_name", message, field="name")
    return name


def _lock(owner: User) -> None:
    """Two views saved at once under one name wait for each other."""
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)


def _write(view: SavedView, values: dict[str, object], by: User) -> None:
    old, new = audit.difference(audit.snapshot(view, values), values)
    if not new:
        return
    for name, value in new.items():
        setattr(view, name, value)
    view.save(update_fields=list(new))
    audit.record(by=by, verb="view.change", obj=view, before=old, after=new)
