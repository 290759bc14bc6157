"""What Celery wakes. The rows decide; these only start the work."""

from celery import shared_task

from arap.api import actions


@shared_task(name="arap.api.tasks.find_events", ignore_result=True)  # type: ignore[untyped-decorator]
def find_events() -> int:
    """Take back what got stuck, and find what webhooks are to be told; that wakes the delivery."""
    actions.sweep()
    return actions.find_all()


@shared_task(name="arap.api.tasks.deliver", ignore_result=True)  # type: ignore[untyped-decorator]
def deliver() -> dict[str, int]:
    """Deliver what is due."""
    return dict(actions.deliver())
