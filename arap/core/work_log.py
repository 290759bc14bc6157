"""One line of the log for each task, and the sign of life of the worker that runs them."""

import logging
import time
from typing import Any

from celery import Celery, bootsteps, signals

from arap.core import logs, pulse

logger = logging.getLogger("arap.work")


class Pulse(bootsteps.StartStopStep):
    """Touches the worker's file from its own loop, so that a loop that hangs is seen."""

    requires = {"celery.worker.components:Timer"}

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        self.entry: Any = None
        # A worker of a queue of its own is known by that queue's name.
        queues = set(parent.app.amqp.queues.consume_from)
        self.role = "backup" if queues == {"backup"} else "worker"
        super().__init__(parent, **kwargs)

    def start(self, parent: Any) -> None:
        pulse.touch(self.role)
        self.entry = parent.timer.call_repeatedly(pulse.SECONDS_BETWEEN, pulse.touch, (self.role,))

    def stop(self, parent: Any) -> None:
        if self.entry is not None:
            self.entry.cancel()


def attach(app: Celery) -> None:
    """Let the tasks of `app` be logged by us alone: name, id, seconds and outcome, never what they were given."""
    app.steps["worker"].add(Pulse)
    running: dict[str, tuple[float, Any]] = {}

    def configure(**_kwargs: Any) -> None:
        """Celery leaves logging to Django's settings when somebody answers this."""

    def begin(task_id: str, task: Any, **_kwargs: Any) -> None:
        running[task_id] = (time.monotonic(), logs.begin(task=task.name, task_id=task_id))

    def finish(task_id: str, task: Any, state: str | None = None, **_kwargs: Any) -> None:
        started, token = running.pop(task_id, (time.monotonic(), None))
        facts = {"outcome": (state or "interrupted").lower(), "seconds": round(time.monotonic() - started, 3)}
        logger.info("task", extra=facts)
        if token is not None:
            logs.end(token)

    signals.setup_logging.connect(configure, weak=False)
    signals.task_prerun.connect(begin, weak=False)
    signals.task_postrun.connect(finish, weak=False)
