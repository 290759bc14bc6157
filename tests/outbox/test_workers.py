"""Several workers at once, and real ones."""

from contextlib import closing
from typing import Any

import psycopg2

from arap.core.models import Company
from arap.outbox.actions.sending import LOCK_CLASS, Drained, drain
from arap.outbox.models import Message
from tests.databases import Database
from tests.mail import CeleryWorker, MailServer, wait_until
from tests.outbox.letters import queued


def test_only_so_many_send_at_once(
    committed_db: Database, company: Company, mail_server: MailServer, settings: Any
) -> None:
    """Both places are taken by other sessions: this one leaves what is due to them."""
    settings.OUTBOX_SENDERS = 2
    queued(company)
    first, second = psycopg2.connect(committed_db.url), psycopg2.connect(committed_db.url)
    with closing(second):
        with closing(first):
            for place, other in enumerate((first, second)):
                other.cursor().execute("select pg_advisory_lock(%s, %s)", [LOCK_CLASS, place])
            assert drain() == Drained()
        wait_until(lambda: drain().counts == {"sent": 1})


def test_a_message_is_sent_by_the_worker_that_queueing_it_wakes(
    celery_worker: CeleryWorker, company: Company, mail_server: MailServer
) -> None:
    message = queued(company)
    wait_until(lambda: mail_server.received)
    wait_until(lambda: Message.objects.filter(pk=message.pk, state="sent").exists())
    assert list(mail_server.ids()) == [message.message_id]
    assert celery_worker.stop() == 0
