"""Celery only wakes workers: PostgreSQL is the queue of record, and a sweeper finds what a lost wake-up left behind."""

import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery import Celery
from django.conf import settings

from arap import servers
from arap.core import work_log

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arap.settings")
if Path(sys.argv[0]).name == "celery":  # worker or beat, not a process that merely wakes one
    os.environ.setdefault("ARAP_PROCESS", "job")
    servers.use()

app = Celery("arap")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
work_log.attach(app)


def schedule_of_settings() -> dict[str, dict[str, Any]]:
    """What beat runs because a setting asks for it. All other schedules are in the database from the beginning."""
    every = {"task": "arap.outbox.tasks.read_bounces", "schedule": timedelta(minutes=5)}
    return {"Read what came back": every} if settings.BOUNCES_URL else {}


app.conf.beat_schedule = schedule_of_settings()
