"""The readers of the settings refuse what they do not understand, and unsafe defaults exist in `dev` only."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from arap import ROOT

SAFE = {
    "ARAP_ENV": "production",
    "SECRET_KEY": "mH7-kQ2_xV9.bT4+nL6=rD1*wS8~cF3^gZ5!pJ0@yE2#uA7$hK4%",
    "SITE_URL": "https://receivables.example.com",
    "DATABASE_URL": "postgresql://arap:secret@db.example.com:5432/arap",
    "REDIS_URL": "redis://:secret@cache.example.com:6379/0",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example.com:587",
    "DEFAULT_FROM_EMAIL": "receivables@example.com",
}


def read_settings(environment: dict[str, str], show: str = "''") -> "subprocess.CompletedProcess[str]":
    """Import the settings in a process that has only `environment`, and print the value of `show`."""
    code = f"from arap import settings; import sys; sys.stdout.write(str({show}))"
    bare = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**bare, **environment}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "name, bad, part",
    [
        ("ARAP_ENV", "staging", "must be one of dev, production"),
        ("DEBUG", "1", "must be one of true, false"),
        ("DEBUG", "true", "allowed only with ARAP_ENV=dev"),
        ("SECRET_KEY", "short", "shorter than 50"),
        ("SECRET_KEY", "ab" * 30, "can be guessed"),
        ("SECRET_KEY", "django-insecure-mH7-kQ2_xV9.bT4+nL6=rD1*wS8~cF3^gZ5!pJ0@", "can be guessed"),
        ("SECRET_KEY_FALLBACKS", "old", "shorter than 50"),
        ("SITE_URL", "http://receivables.example.com", "not https://"),
        ("ALLOWED_HOSTS", "receivables.example.com,*", "name the hosts"),
        ("DEFAULT_FROM_EMAIL", "Receivables", "must be an e-mail address"),
        ("LOG_FORMAT", "xml", "must be one of json, plain"),
        ("HSTS_PRELOAD", "yes", "must be one of true, false"),
        ("SITE_URL", "receivables.example.com", "must look like https://"),
        ("DATABASE_URL", "mysql://db/arap", "must look like postgresql://"),
        ("DATABASE_URL", "postgresql://db.example.com", "must look like postgresql://"),
        ("REDIS_URL", "memcached://cache", "must look like redis://"),
        ("EMAIL_URL", "mail.example.com:25", "must look like smtp+tls://"),
        ("EMAIL_URL", "smtp://", "must look like smtp+tls://"),
        ("BOUNCES_URL", "pop3://user:word@mail.example.com", "must look like imaps://"),
        ("LOG_LEVEL", "loud", "must be one of DEBUG"),
        ("SECRET_KEY_FILE", "/nonexistent", "both set"),
    ],
)
def test_a_bad_value_is_refused_by_name(name: str, bad: str, part: str) -> None:
    done = read_settings({**SAFE, name: bad})
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in last
    assert name.removesuffix("_FILE") in last
    assert part in last


@pytest.mark.parametrize("name", ["SECRET_KEY", "SITE_URL", "REDIS_URL", "EMAIL_URL", "DEFAULT_FROM_EMAIL"])
def test_outside_dev_nothing_has_an_unsafe_default(name: str) -> None:
    done = read_settings({key: value for key, value in SAFE.items() if key != name})
    assert f"{name} is not set" in done.stderr


def test_a_real_database_alone_makes_it_production() -> None:
    done = read_settings({key: value for key, value in SAFE.items() if key != "ARAP_ENV"}, "settings.ARAP_ENV")
    assert done.stdout == "production"


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SAFE["SECRET_KEY"] + "\n")
    environment = {key: value for key, value in SAFE.items() if key != "SECRET_KEY"}
    done = read_settings({**environment, "SECRET_KEY_FILE": str(tmp_path / "secret")}, "settings.SECRET_KEY")
    assert done.stdout == SAFE["SECRET_KEY"]


@pytest.mark.parametrize(
    "process, role, limit",
    [
        ("web", True, "statement_timeout=15s"),
        ("job", True, "statement_timeout=10min"),
        ("command", True, "statement_timeout=10min"),
        ("bulk", True, "statement_timeout=0"),
        ("owner", False, "statement_timeout=0"),
    ],
)
def test_every_process_but_the_owner_acts_as_the_application(process: str, role: bool, limit: str) -> None:
    show = "settings.DATABASES['default']['OPTIONS']['options']"
    done = read_settings({**SAFE, "ARAP_PROCESS": process}, show)
    assert ("-c role=arap_app" in done.stdout) is role
    assert limit in done.stdout
    assert "lock_timeout=5s" in done.stdout


def test_cookies_are_for_https_where_the_site_is() -> None:
    assert read_settings(SAFE, "settings.SESSION_COOKIE_SECURE and settings.SECURE_SSL_REDIRECT").stdout == "True"
    assert read_settings({}, "settings.SESSION_COOKIE_SECURE").stdout == "False"


def manage(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """A management command in production."""
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env={"PATH": os.environ["PATH"], **SAFE, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_server_on_the_network_passes_djangos_own_checks() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", BEHIND_PROXY="true")
    assert done.returncode == 0, done.stderr
    assert "no issues (1 silenced)" in done.stdout, "the preload list is the domain owner's decision"
    careless = manage("check", "--deploy", "--fail-level", "WARNING", SECURE_SSL_REDIRECT="false")
    assert "security.W008" in careless.stderr, "the checks do look"


def test_cookies_carry_the_prefix_that_binds_them_to_this_host() -> None:
    show = "settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME"
    assert read_settings(SAFE, f"({show})").stdout == "('__Host-arap_session', '__Host-arap_csrf')"
    trial = {**SAFE, "SITE_URL": "http://localhost:8000"}
    assert read_settings(trial, f"({show})").stdout == "('arap_session', 'arap_csrf')"


def test_hsts_is_a_year_with_subdomains_and_preloads_only_where_asked() -> None:
    show = "(settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS, settings.SECURE_HSTS_PRELOAD)"
    assert read_settings(SAFE, show).stdout == "(31536000, True, False)"
    assert read_settings({**SAFE, "HSTS_PRELOAD": "true"}, show).stdout == "(31536000, True, True)"
    assert read_settings({**SAFE, "SITE_URL": "http://localhost"}, show).stdout == "(0, False, False)"


def test_logs_are_json_on_a_server_and_words_at_home() -> None:
    show = "settings.LOGGING['formatters']['line']['()'].rpartition('.')[2]"
    assert read_settings(SAFE, show).stdout == "JsonLines"
    assert read_settings({**SAFE, "LOG_FORMAT": "plain"}, show).stdout == "PlainLines"
    assert read_settings({}, show).stdout == "PlainLines"


def test_the_address_of_a_database_in_parts() -> None:
    url = "postgresql://us%40er:p%2Fw@db:6543/name?sslmode=verify-full"
    show = "[settings.DATABASES['default'][k] for k in ('USER', 'PASSWORD', 'HOST', 'PORT', 'NAME')]"
    assert read_settings({**SAFE, "DATABASE_URL": url}, show).stdout == "['us@er', 'p/w', 'db', '6543', 'name']"
    show = "settings.DATABASES['default']['OPTIONS']['sslmode']"
    assert read_settings({**SAFE, "DATABASE_URL": url}, show).stdout == "verify-full"


def test_static_files_of_production_find_each_other(tmp_path: Path) -> None:
    """Every file that a style sheet names exists: production gives each its own name, and refuses what is missing."""
    others = ("admin", "rest_framework", "django_celery_beat", "django_filters", "drf_spectacular_sidecar")
    ignored = [f"--ignore={other}" for other in others]
    done = manage("collectstatic", "--no-input", *ignored, STATIC_ROOT=str(tmp_path / "collected"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "collected" / "staticfiles.json").exists()
    served = manage("shell", "--no-imports", "--command", SERVE, STATIC_ROOT=str(tmp_path / "collected"))
    assert served.returncode == 0, served.stderr
    assert served.stdout.split() == ["200", "gzip", "max-age=315360000,", "public,", "immutable", "404"]


# A page's style sheet as production serves it: by its own name, compressed, for ever; and no file of other names.
SERVE = """
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client
client = Client(headers={"host": "receivables.example.com", "accept-encoding": "gzip"})
answer = client.get(staticfiles_storage.url("css/app.css"), secure=True)
print(answer.status_code, answer["Content-Encoding"], answer["Cache-Control"])
print(client.get("/static/css/absent.css", secure=True).status_code)
"""


@pytest.mark.parametrize("process, level", [("web", "INFO"), ("job", "INFO"), ("command", "WARNING")])
def test_requests_and_tasks_have_their_line_at_any_level(process: str, level: str) -> None:
    show = "[settings.LOGGING['loggers'][n]['level'] for n in ('arap.requests', 'arap.work', 'celery.apps.worker')]"
    done = read_settings({**SAFE, "ARAP_PROCESS": process, "LOG_LEVEL": "WARNING"}, show)
    assert done.stdout == str([level] * 3)
