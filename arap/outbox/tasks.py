"""What Celery wakes. The rows decide; these only start the work."""

from celery import shared_task

from arap.outbox import actions


@shared_task(name="arap.outbox.tasks.send_due", ignore_result=True)  # type: ignore[untyped-decorator]
def send_due() -> dict[str, int]:
    """Hand over what is due."""
    return dict(actions.send_due().counts)


@shared_task(name="arap.outbox.tasks.sweep", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> dict[str, int]:
    """Take back what got stuck and wake the senders."""
    return dict(actions.sweep())
