from typing import Any

from django.db import migrations

NAME = "Tell webhooks what happened in the book"


def schedule(apps: Any, schema_editor: Any) -> None:
    """Every ten seconds; from then on the schedule belongs to the admin."""
    rhythm, _ = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(
        every=10, period="seconds"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name=NAME, defaults={"task": "arap.api.tasks.find_events", "interval": rhythm}
    )


def unschedule(apps: Any, schema_editor: Any) -> None:
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0002_keys"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(schedule, unschedule)]
