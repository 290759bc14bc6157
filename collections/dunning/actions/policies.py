"""The policy and the texts that every company starts with."""

from django.db import connection, transaction

from arap.core.models import Company
from dunning.models import DunningPolicy, DunningStep, ReminderTemplate
from dunning.rules import DEFAULT_STEPS
from dunning.texts import DEFAULT_TEXTS, TONE_OF_STEP


@transaction.atomic
def ensure_policy(company: Company) -> None:
    """Give the company the usual policy and texts where it has none; what it changed or switched off stays.

    Two at once make one.
    """
    if DunningPolicy.objects.filter(company=company).exists():
        return
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [0xD0CC, company.pk])
    if DunningPolicy.objects.filter(company=company).exists():
        return
    policy = DunningPolicy.objects.create(
        company=company, name="标准催款" if company.language == "zh-hans" else "Standard", is_default=True
    )
    DunningStep.objects.bulk_create(
        DunningStep(company=company, policy=policy, number=number, days=days, tone=TONE_OF_STEP[number])
        for number, days in DEFAULT_STEPS
    )
    ReminderTemplate.objects.bulk_create(
        (
            ReminderTemplate(company=company, tone=tone, language=language, subject=subject, body=body)
            for (tone, language), (subject, body) in DEFAULT_TEXTS.items()
        ),
        ignore_conflicts=True,
    )
