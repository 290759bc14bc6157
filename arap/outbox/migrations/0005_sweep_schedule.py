from typing import Any

from django.db import migrations

NAME = "Send what is due, and ask about what got stuck"


def schedule(apps: Any, schema_editor: Any) -> None:
    """Twice a minute; from then on the schedule belongs to the admin."""
    rhythm, _ = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(
        every=30, period="seconds"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name=NAME, defaults={"task": "arap.outbox.tasks.sweep", "interval": rhythm}
    )


def unschedule(apps: Any, schema_editor: Any) -> None:
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0004_suppression_key"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(schedule, unschedule)]
