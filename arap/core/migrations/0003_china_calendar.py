from typing import Any

import chinese_calendar.constants as official
from django.db import migrations

CODE = "CN"


def add_china(apps: Any, schema_editor: Any) -> None:
    """China's official holidays and working weekends, as far as the package knows them."""
    calendars = apps.get_model("core", "BusinessCalendar")
    holidays = apps.get_model("core", "Holiday")
    calendar, _ = calendars.objects.get_or_create(code=CODE, defaults={"name": "China", "name_local": "中国"})
    days = [(on, False, name) for on, name in official.holidays.items()]
    days += [(on, True, name) for on, name in official.workdays.items()]
    holidays.objects.bulk_create(
        [holidays(calendar=calendar, on=on, is_working=works, name=name) for on, works, name in days],
        ignore_conflicts=True,
    )


def remove_china(apps: Any, schema_editor: Any) -> None:
    apps.get_model("core", "BusinessCalendar").objects.filter(code=CODE).delete()


class Migration(migrations.Migration):
    dependencies = [("core", "0002_database_rules")]
    operations = [migrations.RunPython(add_china, remove_china)]
