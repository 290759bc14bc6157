"""Alive and ready: what each asks, and what it says when something is away."""

import time
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from arap.core import probes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "_seen_migrated", set())


def test_ready_when_everything_is_there(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "missing": []})
    assert "no-store" in answer["Cache-Control"]


def test_alive_asks_nothing(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})
    assert "no-store" in answer["Cache-Control"]
    assert "Set-Cookie" not in answer


@pytest.mark.parametrize("url", ["/healthz", "/readyz"])
def test_a_container_that_asks_itself_knows_neither_host_nor_https(client: Client, settings: Any, url: str) -> None:
    settings.ALLOWED_HOSTS = ["receivables.example.com"]
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(url, headers={"Host": "172.18.0.5:8000"}).status_code == 200
    assert client.get("/sign-in/", headers={"Host": "172.18.0.5:8000"}).status_code == 400, "and only the probes"


@pytest.mark.parametrize("url", ["/healthz", "/readyz"])
def test_questions_only(client: Client, url: str) -> None:
    assert client.head(url).status_code == 200
    assert client.post(url).status_code == 405


def test_a_database_that_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> bool:
        raise OperationalError("connection to server at 10.0.0.7 failed: password of arap_owner")

    monkeypatch.setattr(probes, "database_answers", refuse)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "missing": ["database"]})


def test_a_migration_that_was_not_applied_yet(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from django_migrations where app = 'outbox'")
    assert client.get("/readyz").json() == {"ready": False, "missing": ["migrations"]}


def test_a_newer_schema_is_an_upgrade_under_way(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("insert into django_migrations (app, name, applied) values ('outbox', '9999_later', now())")
    assert client.get("/readyz").status_code == 200


def test_a_broker_that_refuses(client: Client, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    assert client.get("/readyz").json() == {"ready": False, "missing": ["broker"]}


def test_a_broker_that_says_nothing_costs_a_second_at_most(client: Client, settings: Any) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        started = time.monotonic()
        assert client.get("/readyz").json() == {"ready": False, "missing": ["broker"]}
        assert time.monotonic() - started < 1.5


def test_static_files_that_were_not_collected(client: Client, settings: Any) -> None:
    settings.DEV = False
    assert client.get("/readyz").json() == {"ready": False, "missing": ["static"]}
