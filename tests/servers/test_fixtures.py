"""The tests' own foundation: who connects, to what, and what is left behind."""

import os
from typing import Any

import pytest
from django.db import connection

from arap.core.models import Company, User
from tests.databases import Database, OwnServers, manage


def scalar(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_tests_act_as_the_role_that_does_not_own_the_tables() -> None:
    assert scalar("select current_user") == "arap_app"
    assert scalar("select session_user") == "arap_owner"


def test_people_work_with_either_kind_of_database(company: Company, clerk: User, outsider: User) -> None:
    assert not clerk.memberships.filter(company=outsider.last_company).exists()
    assert scalar("select current_database()") == f"arap_test_{os.getpid()}"


def test_committed_db_is_a_clone_of_its_own(committed_db: Database, company: Company, owner_connection: Any) -> None:
    assert scalar("select current_database()") == committed_db.name
    cursor = owner_connection.cursor()
    cursor.execute("select current_user, count(*) from core_company")
    assert cursor.fetchone() == ("arap_owner", 1)


def test_committed_db_starts_empty_again(committed_db: Database, superuser_connection: Any) -> None:
    cursor = superuser_connection.cursor()
    cursor.execute("select current_user, count(*) from core_company")
    assert cursor.fetchone() == ("postgres", 0)


def test_a_child_process_works_on_the_same_database(committed_db: Database, company: Company) -> None:
    code = "from arap.core.models import Company; print(Company.objects.count())"
    done = manage("shell", "--no-imports", "--command", code, environment=committed_db.environment())
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr


def test_what_was_committed_survives_a_power_cut(own_servers: OwnServers) -> None:
    cursor = own_servers.connect().cursor()
    cursor.execute("create table kept (n int)")
    cursor.execute("insert into kept values (1)")
    own_servers.kill()
    own_servers.start()
    cursor = own_servers.connect().cursor()
    cursor.execute("select n from kept")
    assert cursor.fetchall() == [(1,)]
    cursor.execute("show fsync")
    assert cursor.fetchone() == ("on",)
