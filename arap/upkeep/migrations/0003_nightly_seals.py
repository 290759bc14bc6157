from typing import Any

from django.db import migrations

NAME = "Seal the books"


def schedule(apps: Any, schema_editor: Any) -> None:
    """At half past two, UTC, after the backup; from then on the schedule belongs to the admin."""
    nightly, _ = apps.get_model("django_celery_beat", "CrontabSchedule").objects.get_or_create(
        minute="30", hour="2", day_of_week="*", day_of_month="*", month_of_year="*", timezone="UTC"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name=NAME,
        defaults={
            "task": "arap.upkeep.tasks.seal_books",
            "crontab": nightly,
            "queue": "backup",
            "expire_seconds": 6 * 3600,
        },
    )


def unschedule(apps: Any, schema_editor: Any) -> None:
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [("upkeep", "0002_nightly_backup")]
    operations = [migrations.RunPython(schedule, unschedule)]
