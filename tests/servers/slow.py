"""Our Celery application with a task that takes as long as a test wants, for workers that are stopped at it.

SOFT_SHUTDOWN_SECONDS says how long such a worker waits for its tasks when it is asked to end.
"""

import os
import time
from pathlib import Path
from typing import Any

import django

from arap.celery import app

django.setup()

from arap.core import jobs  # noqa: E402 - after the set-up
from arap.core.models import Job  # noqa: E402

app.conf.worker_soft_shutdown_timeout = int(os.environ.get("SOFT_SHUTDOWN_SECONDS", "0"))


@app.task(name="tests.slow_job")  # type: ignore[untyped-decorator]
def slow_job(job_id: int) -> None:
    """Report progress until the file that the job's parameters name is there."""

    def work(job: Job) -> dict[str, Any]:
        looks = 0
        while not Path(job.params["until"]).exists():
            jobs.progress(job, looks)
            looks += 1
            time.sleep(0.1)
        return {"ended": True}

    jobs.run(job_id, work)
