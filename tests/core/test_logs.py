"""What a line of the log says, and what never stands in it."""

import json
import logging
import sys

import pytest
from django.db import DatabaseError, connection, transaction

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


# A statement that PostgreSQL refuses with the customer's name and amount, and what may be known of it.
REFUSED = {
    "a value twice": (
        "insert into t (name, amount) values (%(name)s, 1), (%(name)s, 2)",
        ["UniqueViolation", "SQLSTATE 23505", "table t", "constraint t_name_key"],
    ),
    "a row against a rule": (
        "insert into t (name, amount) values (%(name)s, -77123.45)",
        ["CheckViolation", "SQLSTATE 23514", "table t", "constraint t_positive"],
    ),
    "a column left out": (
        "insert into t (name) values (%(name)s)",
        ["NotNullViolation", "SQLSTATE 23502", "table t", "column amount"],
    ),
    "no number": ("select cast(%(name)s as numeric)", ["InvalidTextRepresentation", "SQLSTATE 22P02"]),
    "no date": ("select cast(%(name)s as date)", ["SQLSTATE 22007"]),
    "too large": ("select cast('7712345771234577' as integer)", ["out of range for type integer", "SQLSTATE 22003"]),
    "a statement that is none": ("selekt %(name)s", ["SyntaxError", "SQLSTATE 42601"]),
    "in a function": ("select pg_temp.f(%(name)s)", ["RaiseException", "refused", "SQLSTATE P0001"]),
}
TABLE = """
create temp table t (name text unique, amount numeric not null constraint t_positive check (amount > 0));
create function pg_temp.f(p_name text) returns void language plpgsql as $$
begin
    raise exception 'refused' using detail = p_name || ' owes 77123.45', hint = p_name;
end $$;
"""
NAME = "Haichen\n\nDETAIL: 海辰贸易"


@pytest.mark.django_db
@pytest.mark.parametrize("formatter", [logs.JsonLines(), logs.PlainLines()], ids=["json", "plain"])
@pytest.mark.parametrize("statement, known", REFUSED.values(), ids=REFUSED)
def test_of_a_database_error_stays_what_names_no_customer_and_no_amount(
    formatter: logging.Formatter, statement: str, known: list[str]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        try:
            with transaction.atomic():
                cursor.execute(statement, {"name": NAME})
        except DatabaseError as error:
            try:
                raise RuntimeError(f"not posted: {error}") from error
            except RuntimeError as outer:
                exc_info = sys.exc_info()
                said = [
                    logging.LogRecord("arap", logging.ERROR, __file__, 1, "failed", (), exc_info),
                    logging.LogRecord("arap", logging.ERROR, __file__, 1, "why: %s, %r", (error, repr(error)), None),
                    logging.LogRecord("arap", logging.ERROR, __file__, 1, error, (), None),
                    logging.LogRecord("arap", logging.ERROR, __file__, 1, "%s", (ExceptionGroup("g", [outer]),), None),
                    logging.makeLogRecord({"msg": "x", "outcome": str(error)}),
                ]
                said[0].exc_text = f"what another formatter made of it: {error}"
    written = [formatter.format(record) for record in said]
    for text in written:
        assert "Haichen" not in text
        assert "海辰" not in text
        assert "77123" not in text
    assert "RuntimeError: not posted" in written[0]
    for words in known:
        assert words in written[0].replace("\\n", " ")
        if words.startswith(("SQLSTATE", "table", "constraint")):
            assert words in written[1]
            assert words in written[2]


@pytest.mark.parametrize("formatter", [logs.JsonLines(), logs.PlainLines()], ids=["json", "plain"])
def test_a_traceback_keeps_frames_causes_groups_and_notes(formatter: logging.Formatter) -> None:
    try:
        try:
            raise KeyError("first")
        except KeyError as first:
            first.add_note("asked for li.na@example.com")
            raise ExceptionGroup("both", [ValueError("one"), OSError(28, "No space left on device")]) from first
    except ExceptionGroup:
        record = logging.LogRecord("arap", logging.ERROR, __file__, 1, "it failed", (), sys.exc_info())
    text = formatter.format(record)
    for words in ("KeyError: 'first'", "asked for …@example.com", "direct cause", "ValueError: one", "No space left",
                  "test_a_traceback_keeps_frames", 'raise KeyError('):  # fmt: skip
        assert words in text.replace('\\"', '"')


def test_outside_of_a_failure_there_is_no_traceback() -> None:
    record = logging.LogRecord("arap", logging.ERROR, __file__, 1, "x", (), (None, None, None))
    assert "Traceback" not in logs.PlainLines().format(record)


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
