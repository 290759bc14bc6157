"""What the clock does with reports that are sent regularly: made for each language of their readers, and queued."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from arap.core import sheets
from arap.core.errors import DomainError, Invalid
from arap.core.files import NewFile, store
from arap.core.models import Company, StoredFile, User
from arap.desk.actions.scheduling import due_after, people_of, rhythm_of
from arap.desk.models import ReportSchedule, ReportSending
from arap.desk.queries.schedules import about, may_read
from arap.desk.reports.kept import read, title_of
from arap.outbox.actions import NewMessage, queue
from arap.outbox.models import Message

logger = logging.getLogger(__name__)

GUARD = "arap.desk.guards.may_still_read"
# A mail server that refuses large mail refuses it for good; what is larger is opened by its address.
ATTACHED_BYTES_MAX = 10 << 20


def send_due_reports(company: Company, *, now: datetime) -> int:
    """Send every report of the company that is due; how many were due. One transaction each.

    What many missed moments would have sent is sent once. A report that cannot be made is noted as such, and is due
    again the next time.
    """
    due = ReportSchedule.objects.filter(company=company, next_at__lte=now).order_by("next_at", "pk")
    return sum(_send(pk, now) for pk in due.values_list("pk", flat=True))


def companies_due(now: datetime) -> QuerySet[ReportSchedule, int]:
    """The ids of the companies with a report that is due."""
    return ReportSchedule.objects.filter(next_at__lte=now).values_list("company_id", flat=True)


@transaction.atomic
def _send(pk: int, now: datetime) -> bool:
    locked = ReportSchedule.objects.select_for_update(no_key=True, of=("self",), skip_locked=True)
    rows = locked.select_related("view__owner", "view__company", "created_by")
    schedule = rows.filter(pk=pk, next_at__lte=now, company__is_active=True).first()
    if schedule is None or schedule.next_at is None:
        return False
    company = schedule.view.company
    sending = ReportSending(company=company, schedule=schedule, due_at=schedule.next_at)
    schedule.next_at = None if schedule.is_paused else due_after(company, rhythm_of(schedule), now)
    schedule.save(update_fields=["next_at"])
    with override(schedule.created_by.language):
        try:
            with transaction.atomic():
                sending.sent, sending.problem = _sent(schedule, sending.due_at, now)
        except DomainError as error:
            sending.problem = str(error)[:500]
        except Exception:
            logger.exception("the report %s of %s could not be made", pk, company.code)
            sending.problem = _("Something went wrong on our side; it was noted.")
    sending.save(force_insert=True)
    return True


def _sent(schedule: ReportSchedule, due_at: datetime, now: datetime) -> tuple[int, str]:
    """How many messages were queued, and what kept others from it. Raises DomainError."""
    view = schedule.view
    today = now.astimezone(ZoneInfo(str(view.company.time_zone))).date()
    by_language: dict[str, list[User]] = defaultdict(list)
    problems = []
    for user in people_of(schedule):
        why = may_read(user, view)
        if why:
            problems.append(about(user, why))
        else:
            by_language[user.language].append(user)
    count = 0
    for language, people in by_language.items():
        with override(language):
            count += len(_queue(schedule, due_at, today, language, people))
    return count, " ".join(problems)[:500]


def _queue(
    schedule: ReportSchedule, due_at: datetime, today: date, language: str, people: Sequence[User]
) -> list[Message]:
    view = schedule.view
    asked = read(view, today=today)
    if asked.sheet is None or asked.errors:
        raise Invalid("not_asked", " ".join(asked.errors) or _("What this view asks cannot be shown any more."))
    file, why_not = _file(schedule, asked.sheet())
    context = {
        "view": view,
        "title": title_of(view.page),
        "facts": asked.facts,
        "why_not": why_not,
        "url": settings.SITE_URL + reverse("desk:report_view", args=[view.pk]),
    }
    company_name = view.company.name if language == "en" else view.company.name_local or view.company.name
    subject = _("%(view)s: %(report)s, %(company)s") % {
        "view": view.name,
        "report": context["title"],
        "company": company_name,
    }
    text = render_to_string("email/report.txt", context).strip() + "\n"
    messages = [
        NewMessage(
            kind=Message.Kind.REPORT,
            dedupe_key=f"report:{schedule.pk}:{due_at.isoformat()}:{user.pk}",
            to_address=user.email,
            to_name=user.get_full_name(),
            subject=subject,
            body_text=text,
            language=language,
            about=schedule,
            files=[file] if file else [],
            guard=GUARD,
        )
        for user in people
    ]
    return queue(view.company, messages, by=None)


def _file(schedule: ReportSchedule, sheet: sheets.Sheet) -> tuple[StoredFile | None, str]:
    """The file to attach, or why there is none."""
    kind = schedule.file_kind
    try:
        content = sheets.content(sheet, kind)
    except Invalid as error:
        if error.code != "too_many_rows":
            raise
        return None, str(error)
    if len(content) > ATTACHED_BYTES_MAX:
        return None, _("The file is too large to be sent by e-mail.")
    new = NewFile(name=sheets.file_name(sheet, kind), media_type=sheets.MEDIA_TYPES[kind], content=content)
    return store(sheet.company, [new], by=None)[0], ""
