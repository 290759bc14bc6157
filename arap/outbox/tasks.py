"""What Celery wakes. The rows decide; these only start the work."""

from celery import shared_task
from django.conf import settings

from arap.outbox import actions


@shared_task(name="arap.outbox.tasks.send_due", ignore_result=True)  # type: ignore[untyped-decorator]
def send_due() -> dict[str, int]:
    """Hand over what is due."""
    return dict(actions.send_due().counts)


@shared_task(name="arap.outbox.tasks.sweep", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> dict[str, int]:
    """Take back what got stuck and wake the senders."""
    return dict(actions.sweep())


@shared_task(name="arap.outbox.tasks.read_bounces", ignore_result=True)  # type: ignore[untyped-decorator]
def read_bounces() -> dict[str, int]:
    """Read what came back, where a mailbox is named. A schedule outlives the setting that made it."""
    return dict(actions.read_bounces(settings.BOUNCES_URL)) if settings.BOUNCES_URL else {}
