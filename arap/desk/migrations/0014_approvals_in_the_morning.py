from typing import Any

from django.db import migrations

NAME = "Tell who has something to approve, in the morning"


def schedule(apps: Any, schema_editor: Any) -> None:
    """Twice an hour, as mornings are at other times elsewhere; from then on the schedule belongs to the admin."""
    rhythm, _ = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(
        every=30, period="minutes"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name=NAME, defaults={"task": "arap.desk.tasks.send_digests", "interval": rhythm}
    )


def unschedule(apps: Any, schema_editor: Any) -> None:
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [("desk", "0013_reports_are_sent"), ("django_celery_beat", "0019_alter_periodictasks_options")]
    operations = [migrations.RunPython(schedule, unschedule)]
