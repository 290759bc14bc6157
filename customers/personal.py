"""Reads about personal data: how long it is kept, and who is due to be erased by age alone."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from arap.core.models import Company
from customers.models import Contact, Note, Retention
from customers.rules import RETENTION, kept_from


def retention_of(company: Company) -> dict[str, int]:
    """Months for which the company keeps each kind, the usual ones where it decided nothing."""
    own = Retention.objects.filter(company=company).values_list("kind", "months")
    return {**RETENTION, **dict(own)}


def people(company: Company, text: str) -> QuerySet[Contact]:
    """Contacts whose name, e-mail address or telephone contains `text`; those who left as well."""
    asked = text.strip()
    if not asked or "\x00" in asked:
        return Contact.objects.none()
    meant = Q(name__icontains=asked) | Q(email__icontains=asked) | Q(phone__icontains=asked)
    rows = Contact.objects.filter(meant, company=company, erased_at=None)
    return rows.select_related("customer").order_by("name", "pk")


def contacts_due(company: Company, *, as_of: date) -> QuerySet[Contact]:
    """Contacts who asked to be erased, or who left longer ago than contacts are kept."""
    since = _begin(company, kept_from(as_of, retention_of(company)["contact"]))
    due = Q(erase_asked_at__isnull=False) | Q(is_active=False, left_at__lt=since)
    return Contact.objects.filter(due, company=company, erased_at=None).order_by("pk")


def notes_due(company: Company, *, as_of: date) -> QuerySet[Note]:
    """Notes written longer ago than notes are kept."""
    since = _begin(company, kept_from(as_of, retention_of(company)["note"]))
    return Note.objects.filter(company=company, erased_at=None, written_at__lt=since).order_by("pk")


def _begin(company: Company, on: date) -> datetime:
    return datetime.combine(on, time.min, tzinfo=ZoneInfo(company.time_zone))
