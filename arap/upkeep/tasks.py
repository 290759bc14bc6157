"""The night's work of keeping the installation."""

import logging

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from arap.upkeep.backups.making import back_up
from arap.upkeep.seals import seal_all

logger = logging.getLogger(__name__)


# A dump may take longer than the broker waits for an answer, and would then be started again beside itself: so the
# answer is given first, and a night that is lost shows in the age of the last backup.
@shared_task(name="arap.upkeep.tasks.make_backup", acks_late=False, soft_time_limit=6 * 3600, time_limit=6 * 3600 + 60)  # type: ignore[untyped-decorator]
def make_backup() -> None:
    """The nightly backup into the settings' folder."""
    made = back_up(settings.BACKUP_DIR, at=timezone.now(), keep_days=settings.BACKUP_KEEP_DAYS)
    logger.info("backup %s: %s bytes, %s older ones removed", made.dump.name, made.size, len(made.forgotten))


# The first seal of a long book takes minutes; a second one beside it is refused by the ledger itself.
@shared_task(name="arap.upkeep.tasks.seal_books", acks_late=False, soft_time_limit=3600, time_limit=3660)  # type: ignore[untyped-decorator]
def seal_books() -> None:
    """The nightly seal of every book."""
    logger.info("sealed the books of %s companies", seal_all())
