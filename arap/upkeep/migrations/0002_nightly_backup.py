from typing import Any

from django.db import migrations

NAME = "Back up the database"


def schedule(apps: Any, schema_editor: Any) -> None:
    """At half past one, UTC; from then on the schedule belongs to the admin. Who is late by hours waits for the next."""
    nightly, _ = apps.get_model("django_celery_beat", "CrontabSchedule").objects.get_or_create(
        minute="30", hour="1", day_of_week="*", day_of_month="*", month_of_year="*", timezone="UTC"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name=NAME,
        defaults={
            "task": "arap.upkeep.tasks.make_backup",
            "crontab": nightly,
            "queue": "backup",
            "expire_seconds": 6 * 3600,
        },
    )


def unschedule(apps: Any, schema_editor: Any) -> None:
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("upkeep", "0001_initial"),
        ("core", "0002_database_rules"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(schedule, unschedule)]
