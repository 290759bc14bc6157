"""What a line of the log says: one JSON object a line on a server, plain words on one's own machine.

Who and what a line belongs to (request, user, company, task) is bound once, where it becomes known, and stands on every
line written from then on. People are ids here; bodies, query strings, tokens, addresses and the values that a database
error quotes are left out.
"""

import logging
import re
import time
from contextvars import ContextVar, Token
from typing import Any

from pythonjsonlogger.json import JsonFormatter

# What one request or task has bound so far. The dictionary is replaced, never changed, so that nothing leaks between
# threads.
_bound: ContextVar[dict[str, Any] | None] = ContextVar("arap_log", default=None)

ADDRESS = re.compile(r"[\w.+-]+@(?=[\w-]+\.)")
# PostgreSQL quotes the row that broke a rule; rows hold names and amounts.
DETAIL = re.compile(r"^(DETAIL|CONTEXT):.*$", re.M)
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
    """A message or traceback without e-mail addresses and without the rows that database errors quote."""
    return ADDRESS.sub("…@", DETAIL.sub("", text))


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

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        return safe_text(logging.Formatter.formatException(self, ei))

    def process_log_record(self, log_record: dict[str, Any]) -> dict[str, Any]:
        log_record["message"] = safe_text(str(log_record.get("message", "")))
        return {**log_record, **{name: value for name, value in bound().items() if name not in log_record}}


class PlainLines(logging.Formatter):
    """One line in plain words. What comes from outside cannot begin a new one."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        said = safe_text(record.getMessage()).translate(BREAKS)
        words = f"{_instant(record)} {record.levelname} {record.name}: {said}"
        return " ".join([words, *(f"{name}={value}".translate(BREAKS) for name, value in self._facts(record).items())])

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        return safe_text(super().formatException(ei))

    def _facts(self, record: logging.LogRecord) -> dict[str, Any]:
        return {**bound(), **{name: record.__dict__[name] for name in SHOWN if name in record.__dict__}}


RESERVED = [*logging.makeLogRecord({}).__dict__, "message", "asctime"]
# What our own lines carry besides their message.
SHOWN = ("method", "path", "status", "ms", "task", "task_id", "outcome", "seconds")


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
