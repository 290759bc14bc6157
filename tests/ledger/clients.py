"""Many clients at once: threads, each with its own connection to PostgreSQL."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

TIMEOUT_SECONDS = 60


@dataclass(slots=True)
class Crowd:
    """What the clients answered, in no order, and what broke."""

    answers: list[Any] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)


def at_once(acts: Sequence[Callable[[], Any]]) -> Crowd:
    """Run every act in a thread of its own, all let go together; wait for all."""
    crowd = Crowd()
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            gate.wait(TIMEOUT_SECONDS)
            crowd.answers.append(act())
        except BaseException as error:  # noqa: BLE001 - whatever a client meets is the test's to judge
            crowd.errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,), daemon=True) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT_SECONDS)
    assert not any(thread.is_alive() for thread in threads), "a client never came back"
    return crowd


@dataclass(slots=True)
class Client:
    """One client that runs beside the test; `result` waits for its answer."""

    thread: threading.Thread
    crowd: Crowd
    backend: list[int]

    def result(self) -> Any:
        self.thread.join(TIMEOUT_SECONDS)
        assert not self.thread.is_alive(), "the client never came back"
        if self.crowd.errors:
            raise self.crowd.errors[0]
        return self.crowd.answers[0]

    def wait_until_blocked(self, cursor: Any) -> None:
        """Until PostgreSQL says that this client waits for a lock."""
        pause = threading.Event()
        for _ in range(TIMEOUT_SECONDS * 100):
            if self.backend:
                cursor.execute("select cardinality(pg_blocking_pids(%s))", [self.backend[0]])
                if cursor.fetchone()[0]:
                    return
            pause.wait(0.01)
        raise AssertionError("the client was never blocked")


def beside(act: Callable[[], Any]) -> Client:
    """Start the act in a thread of its own and go on."""
    crowd = Crowd()
    backend: list[int] = []

    def run() -> None:
        try:
            connection.ensure_connection()
            backend.append(connection.connection.info.backend_pid)
            crowd.answers.append(act())
        except BaseException as error:  # noqa: BLE001 - raised again by result()
            crowd.errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return Client(thread, crowd, backend)
