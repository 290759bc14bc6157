"""What a line of the log says: one JSON object a line on a server, plain words on one's own machine.

Who and what a line belongs to (request, user, company, task) is bound once, where it becomes known, and stands on every
line written from then on. People are ids here; bodies, query strings, tokens and addresses are left out. Of a database
error its first line stays, with SQLSTATE, table, column and constraint; the rows and statements that it quotes do not.
"""

import copy
import logging
import re
import time
import traceback
from collections.abc import Iterator
from contextvars import ContextVar, Token
from typing import Any

import psycopg2
from django.db.utils import Error as DjangoError
from pythonjsonlogger.json import JsonFormatter

# What one request or task has bound so far. The dictionary is replaced, never changed, so that nothing leaks between
# threads.
_bound: ContextVar[dict[str, Any] | None] = ContextVar("arap_log", default=None)

ADDRESS = re.compile(r"[\w.+-]+@(?=[\w-]+\.)")
# PostgreSQL quotes the row that broke a rule and the statement it stood in, with names and amounts, over any number of
# lines; where an error was written down as `repr` the line breaks are two characters. What it could not read it quotes
# at the end of the first line.
QUOTED = re.compile(
    r"((?:^|\n|\\n)[ |]*(?:DETAIL|CONTEXT|HINT|QUERY|STATEMENT|LINE \d+):"
    r'|(?:invalid input (?:syntax|value) for [^"\n]*|value out of range|malformed [^"\n]*): ").*',
    re.S,
)
VALUE = re.compile(r'(?<=\bvalue )"[^"]*"|(?<=\bnear )"[^"]*"|"[^"]*"(?= is out of range)')
AFTER_COLON = re.compile(r'(?<=: )".*')
DIAGNOSIS = {"SQLSTATE": "sqlstate", "table": "table_name", "column": "column_name", "constraint": "constraint_name"}
# A path's part this long with digits in it is the token of a link and not the name of a page.
SECRET_PART = re.compile(r"(?<=/)(?=[^/]*\d)[A-Za-z0-9_.~:-]{24,}(?=/|$)")
BREAKS = str.maketrans({"\r": "\\r", "\n": "\\n", "\x1b": "\\x1b", "\x85": "\\x85", "\u2028": "\\u2028"})
PATH_LENGTH_MAX = 200


def begin(**facts: Any) -> Token[dict[str, Any] | None]:
    """Start with these facts alone: a new request, a new task. Give what comes back to `end`."""
    return _bound.set(dict(facts))


def bind(**facts: Any) -> None:
    """Put these facts on every line from here to the end of the request or task."""
    _bound.set({**(_bound.get() or {}), **facts})


def bound() -> dict[str, Any]:
    """What has been bound."""
    return dict(_bound.get() or {})


def end(token: Token[dict[str, Any] | None]) -> None:
    """Back to what was bound before `begin`."""
    _bound.reset(token)


def safe_path(path: str) -> str:
    """A path for the log: without tokens, and no longer than anybody reads."""
    return SECRET_PART.sub("…", path)[:PATH_LENGTH_MAX]


def safe_text(text: str) -> str:
    """A text without e-mail addresses, and without the values and rows that database errors quote."""
    return ADDRESS.sub("…@", VALUE.sub('"…"', QUOTED.sub(r"\1…", text)))


def error_text(error: BaseException) -> str:
    """What an exception says, safe to write down."""
    if not isinstance(error, psycopg2.Error | DjangoError):
        return safe_text(str(error))
    first = (str(error).strip().splitlines() or [""])[0]
    diagnosis = getattr(error if isinstance(error, psycopg2.Error) else error.__cause__, "diag", None)
    named = {word: getattr(diagnosis, name, None) for word, name in DIAGNOSIS.items()}
    facts = ", ".join(f"{word} {value}" for word, value in named.items() if value)
    return safe_text(AFTER_COLON.sub("…", first)) + (f" [{facts}]" if facts else "")


def traceback_text(error: BaseException | None) -> str:
    """A traceback as Python writes it, the causes first, each exception saying what `error_text` gives."""
    return "".join(_traceback(error, set())).rstrip("\n") if error else ""


def _traceback(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None and id(earlier) not in seen:
        yield from _traceback(earlier, seen)
        yield f"\n{_CAUSED if error.__cause__ else _MEANWHILE}\n\n"
    if error.__traceback__ is not None:
        yield "Traceback (most recent call last):\n"
        yield from traceback.format_tb(error.__traceback__)
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    said = error_text(error)
    yield f"{name}: {said}\n" if said else f"{name}\n"
    yield from (f"{safe_text(note)}\n" for note in getattr(error, "__notes__", ()))
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            if id(each) not in seen:
                yield from _traceback(each, seen)


_CAUSED = "The above exception was the direct cause of the following exception:"
_MEANWHILE = "During handling of the above exception, another exception occurred:"


def _safe_record(record: logging.LogRecord) -> logging.LogRecord:
    """The record with exceptions among its arguments said safely, and nothing that another formatter left on it."""
    safe = copy.copy(record)
    safe.exc_text = None
    if isinstance(record.msg, BaseException):
        safe.msg = error_text(record.msg)
    if isinstance(record.args, tuple):
        safe.args = tuple(map(_said, record.args))
    elif isinstance(record.args, dict):
        safe.args = {name: _said(value) for name, value in record.args.items()}
    return safe


def _said(value: object) -> object:
    return error_text(value) if isinstance(value, BaseException) else value


def _safe_value(value: object) -> object:
    return safe_text(value) if isinstance(value, str) else _said(value)


class JsonLines(JsonFormatter):
    """time (UTC), level, logger, message, what was bound, and what the line itself says besides."""

    def __init__(self) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            # Django hangs the whole request on its lines, Celery what the task was given.
            reserved_attrs=[*RESERVED, "request", "data", "server_time", "taskName"],
            json_ensure_ascii=False,
        )

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        return _instant(record)

    def format(self, record: logging.LogRecord) -> str:
        return super().format(_safe_record(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        return traceback_text(ei[1])

    def process_log_record(self, log_record: dict[str, Any]) -> dict[str, Any]:
        said = {name: value if name in TRACES else _safe_value(value) for name, value in log_record.items()}
        said["message"] = safe_text(str(log_record.get("message", "")))
        return {**said, **{name: value for name, value in bound().items() if name not in said}}


class PlainLines(logging.Formatter):
    """One line in plain words. What comes from outside cannot begin a new one."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(_safe_record(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        said = safe_text(record.getMessage()).translate(BREAKS)
        words = f"{_instant(record)} {record.levelname} {record.name}: {said}"
        return " ".join([words, *(f"{name}={value}".translate(BREAKS) for name, value in self._facts(record).items())])

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        return traceback_text(ei[1])

    def _facts(self, record: logging.LogRecord) -> dict[str, Any]:
        return {**bound(), **{name: _safe_value(record.__dict__[name]) for name in SHOWN if name in record.__dict__}}


# Made safe part by part.
TRACES = ("exc_info", "stack_info")
RESERVED = [*logging.makeLogRecord({}).__dict__, "message", "asctime"]
# What our own lines carry besides their message.
SHOWN = ("method", "path", "status", "ms", "queries", "queries_ms", "task", "task_id", "outcome", "seconds")


def _instant(record: logging.LogRecord) -> str:
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(record.created))}.{int(record.msecs):03}Z"


def configuration(level: str, *, as_json: bool, process: str) -> dict[str, Any]:
    """The settings' LOGGING. Every process writes to stderr; stdout belongs to what a command has been asked for.

    One line per request and per task is always written by web and worker, whatever `level` the rest has.
    """
    events = "INFO" if process in ("web", "job") else level
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "arap.core.logs.JsonLines" if as_json else "arap.core.logs.PlainLines"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "arap.requests": {"level": events},
            "arap.work": {"level": events},
            # When a worker is ready, and when it ends.
            "celery.apps.worker": {"level": events},
            # A 4xx is on the request's own line already; what failed on our side keeps its traceback.
            "django.request": {"level": "ERROR"},
            # These would say again what `arap.work` says, with the result of the task.
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
        },
    }
