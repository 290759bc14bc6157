"""A committed database for all tests of one module."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from tests import databases


@contextmanager
def module_database(template: str, django_db_blocker: Any) -> Iterator[str]:
    """A clone to which the default connection leads while the module runs; its name."""
    before = str(connection.settings_dict["NAME"])
    with databases.clone(template, f"{before}_module") as database, django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = database.name
        try:
            yield database.name
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before
