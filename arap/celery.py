"""Celery only wakes workers: PostgreSQL is the queue of record, and a sweeper finds what a lost wake-up left behind."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arap.settings")

app = Celery("arap")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
