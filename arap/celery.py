"""Celery only wakes workers: PostgreSQL is the queue of record, and a sweeper finds what a lost wake-up left behind."""

import os
import sys
from pathlib import Path

from celery import Celery

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
