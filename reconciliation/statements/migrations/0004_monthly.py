from django.db import migrations

SCHEDULES = {
    # Each company's morning comes at its own hour, and a day has one run, so asking hourly is enough.
    "Statements of the month": ("statements.tasks.run_plans", {"minute": "40", "hour": "*"}),
    "Statements left lying": ("statements.tasks.sweep", {"minute": "*", "hour": "*"}),
}


def schedule(apps, schema_editor):
    for name, (task, rhythm) in SCHEDULES.items():
        crontab, _ = apps.get_model("django_celery_beat", "CrontabSchedule").objects.get_or_create(
            **rhythm, day_of_week="*", day_of_month="*", month_of_year="*", timezone="UTC"
        )
        apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
            name=name, defaults={"task": task, "crontab": crontab}
        )


def unschedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name__in=SCHEDULES).delete()


class Migration(migrations.Migration):
    dependencies = [("statements", "0003_frozen"), ("django_celery_beat", "0019_alter_periodictasks_options")]
    operations = [migrations.RunPython(schedule, unschedule)]
