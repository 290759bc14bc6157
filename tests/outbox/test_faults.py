"""`kill -9` of the workers, of the broker and of the mail server while many messages are sent.

Nothing is lost, nothing arrives twice, what nobody can know is marked unknown. What arrived is counted by Message-ID in
a file of the mail server's that outlives it. ARAP_FAULTS_SENDS says how many messages; `make faults` sends 500.
"""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from arap.celery import app
from arap.core.files import NewFile, store
from arap.core.models import Company
from arap.outbox.actions import queue
from arap.outbox.models import Attempt, Message
from tests.databases import Database
from tests.mail import Broker, CeleryWorker, MailSink, wait_until, worker_environment
from tests.outbox.letters import HERE, new, queued

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SENDS = int(os.environ.get("ARAP_FAULTS_SENDS", "150"))
NOT_DUE = len(range(0, SENDS, 20))
PATIENCE_SECONDS = 90
KILLS_MIN = 3
BETWEEN = (SENDS - NOT_DUE) // (KILLS_MIN + 2)  # messages that arrive between two kills
ATTACHMENT_BYTES = 25_000
State = Message.State


@dataclass
class Scene:
    """The three programs that may be killed, and what they work on."""

    company: Company
    worker: CeleryWorker
    broker: Broker
    sink: MailSink
    unheard: Counter[str]

    def arrived(self) -> int:
        return sum(self.sink.ids().values())

    def states(self) -> Counter[str]:
        return Counter(Message.objects.values_list("state", flat=True))

    def wait_for(self, arrived: int) -> bool:
        """Until so many arrived; False when all is over before."""
        wait_until(lambda: self.arrived() >= arrived or self.is_over(), seconds=PATIENCE_SECONDS)
        return not self.is_over()

    def wait_for_trouble(self, what: Callable[[], int]) -> None:
        """Until what was just killed has been missed by somebody; or all is over."""
        before = what()
        wait_until(lambda: what() > before or self.is_over(), seconds=PATIENCE_SECONDS)

    def wake_ups_lost(self) -> int:
        return self.unheard["wake-ups"]

    def bad_tries(self) -> int:
        """How many tries have ended without the mail server's yes."""
        return Attempt.objects.filter(outcome__in=[Attempt.Outcome.DEFERRED, Attempt.Outcome.UNKNOWN]).count()

    def is_over(self) -> bool:
        return not Message.objects.filter(state__in=[State.PENDING, State.SENDING]).exists()


@contextmanager
def clock() -> Iterator[Counter[str]]:
    """What beat does, more often: wake the sweeper, which the worker then runs. Counts the wake-ups that got lost."""
    stop, unheard = threading.Event(), Counter[str]()

    def tick() -> None:
        while not stop.wait(1):
            try:
                app.send_task("arap.outbox.tasks.sweep", retry=False, expires=5)
            except (OperationalError, RedisError, OSError):
                unheard["wake-ups"] += 1  # the broker is away just now

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        yield unheard
    finally:
        stop.set()
        thread.join()


@pytest.fixture
def scene(
    committed_db: Database, company: Company, broker: Broker, mail_sink: MailSink, tmp_path: Path
) -> Iterator[Scene]:
    worker = CeleryWorker(
        worker_environment(committed_db, broker=broker.url, mail=mail_sink.url), tmp_path / "worker.log"
    )
    worker.start()
    try:
        with clock() as unheard:
            yield Scene(company, worker, broker, mail_sink, unheard)
    finally:
        worker.kill()


def queue_many(company: Company) -> None:
    """SENDS messages with a file each, of which NOT_DUE are not due any more when they are asked."""
    pdf = NewFile(name="对账单.pdf", media_type="application/pdf", content=os.urandom(ATTACHMENT_BYTES))
    with transaction.atomic():
        (file,) = store(company, [pdf], by=None)
        letters = [
            new(
                f"statement:{n}",
                to_address=f"ap{n}@haichen.example",
                files=[file],
                guard=f"{HERE}.{'paid' if n % 20 == 0 else 'still_due'}",
            )
            for n in range(SENDS)
        ]
        queue(company, letters, by=None)


def prove(scene: Scene, kills: int, name: str, seconds: float) -> None:
    """Every message is accounted for, and the file of the mail server agrees."""
    ids = scene.sink.ids()
    rows = dict(Message.objects.values_list("message_id", "state"))
    states, doubled = Counter(rows.values()), {key: n for key, n in ids.items() if n > 1}
    sent = {key for key, state in rows.items() if state == State.SENT}
    doubts = {key for key, state in rows.items() if state == State.UNKNOWN}
    print(  # noqa: T201 - the table that the run is for
        f"\n{name:<28} queued {SENDS} · kills {kills} · sent {states['sent']} · cancelled {states['cancelled']}"
        f" · unknown {states['unknown']} (of which arrived {len(doubts & set(ids))})"
        f" · arrived {sum(ids.values())} · lost {len(sent - set(ids))} · doubled {len(doubled)} · {seconds:.0f} s"
    )
    assert len(rows) == SENDS
    assert set(states) <= {State.SENT, State.CANCELLED, State.UNKNOWN}
    assert doubled == {}
    assert sent <= set(ids), "what counts as sent has arrived"
    assert set(ids) <= sent | doubts, "what arrived counts as sent, or as in doubt"
    assert states[State.CANCELLED] == NOT_DUE
    assert states[State.UNKNOWN] <= 2 * kills, "at most what two workers had in their hands"
    assert not Message.objects.filter(state=State.SENT, lease_owner__isnull=False).exists()


def kill_worker(scene: Scene) -> None:
    scene.worker.kill()
    scene.worker.start()


def kill_broker(scene: Scene) -> None:
    scene.broker.kill()
    scene.wait_for_trouble(scene.wake_ups_lost)
    scene.broker.start()


def kill_and_empty_broker(scene: Scene) -> None:
    kill_broker(scene)
    scene.broker.empty()


def kill_mail_server(scene: Scene) -> None:
    scene.sink.kill()
    scene.wait_for_trouble(scene.bad_tries)
    scene.sink.start()


def kill_anything(scene: Scene) -> None:
    random.Random(scene.arrived()).choice([kill_worker, kill_broker, kill_and_empty_broker, kill_mail_server])(scene)


@pytest.mark.parametrize(
    "kill", [kill_worker, kill_broker, kill_and_empty_broker, kill_mail_server, kill_anything], ids=lambda f: f.__name__
)
def test_nothing_is_lost_and_nothing_doubled(scene: Scene, kill: Callable[[Scene], None]) -> None:
    queue_many(scene.company)
    began, kills = time.monotonic(), 0
    while scene.wait_for(scene.arrived() + BETWEEN):
        kill(scene)
        kills += 1
    prove(scene, kills, kill.__name__, time.monotonic() - began)
    assert kills >= KILLS_MIN


def test_a_message_that_kills_its_workers_is_parked_and_the_others_go(scene: Scene) -> None:
    deadly = queued(scene.company, "deadly", guard=f"{HERE}.deadly")
    Message.objects.filter(pk=deadly.pk).update(attempts_max=3)
    others = [queued(scene.company, f"statement:{n}", to_address=f"ap{n}@haichen.example") for n in range(50)]
    wait_until(scene.is_over, seconds=PATIENCE_SECONDS)
    deadly.refresh_from_db()
    assert (deadly.state, deadly.attempts) == ("failed", 3)
    assert scene.sink.ids() == Counter({each.message_id: 1 for each in others})
    assert scene.states() == {"sent": 50, "failed": 1}
