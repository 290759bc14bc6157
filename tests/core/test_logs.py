"""What a line of the log says, and what never stands in it."""

import json
import logging
import sys

import pytest
from django.db import DatabaseError

from arap.core import logs


def written(formatter: logging.Formatter, message: str, *args: object, **extra: object) -> str:
    record = logging.LogRecord("arap.test", logging.WARNING, __file__, 1, message, args, None)
    record.__dict__.update(extra)
    return formatter.format(record)


def failed_with(formatter: logging.Formatter, text: str) -> str:
    try:
        raise DatabaseError(text)
    except DatabaseError:
        record = logging.LogRecord("arap.test", logging.ERROR, __file__, 1, "it failed", (), sys.exc_info())
    return formatter.format(record)


def test_a_line_is_one_json_object() -> None:
    token = logs.begin()
    try:
        line = written(logs.JsonLines(), "sent %s of %s", 2, 3, status=200, ms=12)
    finally:
        logs.end(token)
    found = json.loads(line)
    assert found.pop("time").endswith("Z")
    assert found == {"level": "WARNING", "logger": "arap.test", "message": "sent 2 of 3", "status": 200, "ms": 12}


@pytest.mark.parametrize("formatter", [logs.JsonLines(), logs.PlainLines()], ids=["json", "plain"])
@pytest.mark.parametrize("bad", ["\r\n2026-01-01 forged", "\n", "\r", "\x1b[2J", "\u2028next", "\x85"])
def test_what_comes_from_outside_begins_no_new_line(formatter: logging.Formatter, bad: str) -> None:
    line = written(formatter, "asked for %s", bad, path=f"/a{bad}b")
    assert len(line.splitlines()) == 1 or "\u2028" in bad or "\x85" in bad
    assert "\n" not in line
    assert "\r" not in line
    assert "\x1b" not in line


def test_what_was_bound_stands_on_every_line_until_it_ends() -> None:
    token = logs.begin(request="ab12")
    logs.bind(user=7, company="ACME")
    try:
        found = json.loads(written(logs.JsonLines(), "x"))
        assert (found["request"], found["user"], found["company"]) == ("ab12", 7, "ACME")
        assert written(logs.PlainLines(), "x").endswith("arap.test: x request=ab12 user=7 company=ACME")
    finally:
        logs.end(token)
    assert "request" not in json.loads(written(logs.JsonLines(), "x"))


def test_a_nested_task_gives_back_what_was_bound_around_it() -> None:
    outer = logs.begin(request="ab12")
    inner = logs.begin(task="sweep")
    assert logs.bound() == {"task": "sweep"}
    logs.end(inner)
    assert logs.bound() == {"request": "ab12"}
    logs.end(outer)


def test_the_request_itself_is_never_written() -> None:
    line = written(logs.JsonLines(), "x", request=object(), data={"password": "canary"})
    assert "canary" not in line
    assert "object at" not in line


@pytest.mark.parametrize("formatter", [logs.JsonLines(), logs.PlainLines()], ids=["json", "plain"])
def test_no_address_and_no_row_that_the_database_quotes(formatter: logging.Formatter) -> None:
    text = failed_with(formatter, "duplicate key\nDETAIL:  Key (email)=(li.na@example.com) already exists.\n")
    assert "duplicate key" in text
    assert "li.na" not in text
    assert "Key (email)" not in text
    assert "li.na" not in written(formatter, "refused: %s", "li.na@example.com")


@pytest.mark.parametrize(
    "path, shown",
    [
        ("/invoices/12/", "/invoices/12/"),
        ("/portal/k7Qw3zR9xN2mB5vC8pL1tY6uH4jF0dSa/", "/portal/…/"),
        ("/portal/k7Qw3zR9xN2mB5vC8pL1tY6uH4jF0dSa", "/portal/…"),
        ("/receipts/unidentified-money-of-the-month/", "/receipts/unidentified-money-of-the-month/"),
    ],
)
def test_a_token_in_a_path_is_hidden(path: str, shown: str) -> None:
    assert logs.safe_path(path) == shown


def test_a_path_is_cut() -> None:
    assert len(logs.safe_path("/" + "a/" * 5000)) == logs.PATH_LENGTH_MAX
