"""The one settings file. Every value comes from the environment through a reader that refuses nonsense.

`X_FILE` may name a file instead of giving a secret in `X`. Defaults that would be unsafe on a real server exist only
when ARAP_ENV is `dev`, which it is by itself only while the private servers are used. README.md lists every variable.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from arap import ROOT, servers
from arap.api import configuration
from arap.core import logs
from arap.environment import read, read_bool, read_choice, read_int, read_list

VAR: Path = servers.var_folder()


def unsafe_default(value: str) -> str | None:
    """A default for people who try things out on their own machine; elsewhere the variable has to be set."""
    return value if DEV else None


ARAP_ENV = read_choice("ARAP_ENV", ("dev", "production"), "dev" if servers.private_postgres() else "production")
DEV = ARAP_ENV == "dev"
# The kind of this process decides role and time limit in the database. manage.py, wsgi.py and celery.py set it.
ARAP_PROCESS = read_choice("ARAP_PROCESS", ("web", "job", "command", "bulk", "owner"), "command")

DEBUG = read_bool("DEBUG", default=False)
if DEBUG and not DEV:
    raise ImproperlyConfigured("DEBUG is true: that is allowed only with ARAP_ENV=dev.")
SECRET_KEY = read("SECRET_KEY", unsafe_default("for trying out on one's own machine only, never on a server"))
SECRET_KEY_FALLBACKS = read_list("SECRET_KEY_FALLBACKS", "")
if not DEV:
    for name, key in [("SECRET_KEY", SECRET_KEY), *(("SECRET_KEY_FALLBACKS", key) for key in SECRET_KEY_FALLBACKS)]:
        if len(key) < 50:
            raise ImproperlyConfigured(f"{name} is shorter than 50 characters.")
        if len(set(key)) < 10 or key.startswith("django-insecure-"):
            raise ImproperlyConfigured(f"{name} can be guessed: make it with `openssl rand -base64 48`.")
SITE_URL = read("SITE_URL", unsafe_default("http://localhost:8000")).rstrip("/")
if urlsplit(SITE_URL).scheme not in ("http", "https") or not urlsplit(SITE_URL).hostname:
    raise ImproperlyConfigured(f"SITE_URL is {SITE_URL!r}: it must look like https://receivables.example.com.")
IS_HTTPS = SITE_URL.startswith("https://")
if not DEV and not IS_HTTPS and urlsplit(SITE_URL).hostname not in ("localhost", "127.0.0.1", "::1"):
    raise ImproperlyConfigured("SITE_URL is not https://: passwords and accounts do not travel in the open.")
ALLOWED_HOSTS = read_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEV else urlsplit(SITE_URL).hostname)
if not DEV and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is *: name the hosts, or leave it out for the host of SITE_URL.")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "arap.core.views.csrf_failure"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_filters",
    "django_celery_beat",
    "axes",
    "django_otp.plugins.otp_totp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "arap.core",
    "arap.outbox",
    "customers",
    "arap.ledger",
    "cases",
    "aging",
    "invoices",
    "receipts",
    "bills",
    "statements",
    "dunning",
    "charges",
    "arap.desk",
    "arap.api",
    "arap.upkeep",
]

MIDDLEWARE = [
    "arap.core.probes.answer_probes",
    "arap.core.access.log_requests",
    "django.middleware.security.SecurityMiddleware",
    "arap.core.csp.content_security_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "arap.core.middleware.note_presence",
    "arap.core.middleware.CompanyMiddleware",
    "arap.core.middleware.FirstPasswordMiddleware",
    "arap.core.middleware.SecondFactorMiddleware",
    "arap.core.middleware.DomainErrorMiddleware",
    "arap.desk.recent.note_opened",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "arap.urls"
WSGI_APPLICATION = "arap.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "arap.core.context.page",
            ],
        },
    },
]

# Database. The connection's user owns the tables; every process but a migrating one acts in a role that does not.
STATEMENT_TIMEOUTS = {"web": "15s", "job": "10min", "command": "10min", "bulk": "0", "owner": "0"}


def database(url: str, process: str) -> dict[str, Any]:
    """Django's settings for `postgresql://user:password@host:port/name`, with `?host=/folder` for a socket."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL must look like postgresql://user:password@host:5432/name.")
    server_settings = {
        "lock_timeout": "5s",
        "statement_timeout": STATEMENT_TIMEOUTS[process],
        "idle_in_transaction_session_timeout": "60s" if process == "web" else "10min",
    }
    if process != "owner":
        server_settings["role"] = "arap_app"
    # Nobody waits longer than this for a database that is away.
    query.setdefault("connect_timeout", "5")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        "OPTIONS": {"options": " ".join(f"-c {key}={value}" for key, value in server_settings.items()), **query},
        "CONN_MAX_AGE": 60 if process == "web" else 0,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }


DATABASES = {"default": database(read("DATABASE_URL", servers.postgres_url()), ARAP_PROCESS)}
REDIS_URL = read("REDIS_URL", unsafe_default(servers.valkey_url()))
if urlsplit(REDIS_URL).scheme not in ("redis", "rediss", "unix"):
    raise ImproperlyConfigured("REDIS_URL must look like redis://:password@host:6379/0, rediss:// or unix:///path.")

# People
AUTH_USER_MODEL = "core.User"
LOGIN_URL = "core:sign_in"
LOGIN_REDIRECT_URL = "desk:today"
LOGOUT_REDIRECT_URL = "core:sign_in"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# Wrong passwords: core/attempts.py. One person from one address, so that nobody can shut another one out.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "arap.core.access.client_address"
AXES_LOCKOUT_CALLABLE = "arap.core.views.sign_in.paused"
AXES_RESET_ON_SUCCESS = True
# Who tries again during the pause does not make it longer: the page has said when it ends.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_SENSITIVE_PARAMETERS = ["username", "csrfmiddlewaretoken", "next", "code"]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
# What the telephone shows beside its codes.
OTP_TOTP_ISSUER = f"arap {urlsplit(SITE_URL).hostname}"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_ENGINE = "arap.core.session_store"
SESSION_COOKIE_AGE = read_int("SESSION_HOURS", default=12, least=1, most=72) * 3600
SESSION_IDLE_MINUTES = read_int("SESSION_IDLE_MINUTES", default=60, least=5, most=1440)

# Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# Static files
STATIC_URL = "static/"
STATIC_ROOT = Path(read("STATIC_ROOT", str(VAR / "static")))
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEV
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEV
MEDIA_ROOT = VAR / "media"

# The nightly backup
BACKUP_DIR = Path(read("BACKUP_DIR", str(VAR / "backups")))
BACKUP_KEEP_DAYS = read_int("BACKUP_KEEP_DAYS", default=30, least=1, most=3650)

# Safety of the browser's side
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
# Browsers take a cookie of such a name from this very host over https only, so no neighbour can plant one.
SESSION_COOKIE_NAME = "__Host-arap_session" if IS_HTTPS else "arap_session"
CSRF_COOKIE_NAME = "__Host-arap_csrf" if IS_HTTPS else "arap_csrf"
SECURE_SSL_REDIRECT = read_bool("SECURE_SSL_REDIRECT", default=IS_HTTPS)
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
# The preload list takes whole domains and hardly ever gives one back: that is for the domain's owner to decide.
SECURE_HSTS_PRELOAD = read_bool("HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W021"]
BEHIND_PROXY = read_bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
FILE_UPLOAD_HANDLERS = [
    "arap.core.uploads.SizeLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # an invoice of 2,000 lines
# Every form here has one file at most, and files are taken in before anybody is asked who they are.
DATA_UPLOAD_MAX_NUMBER_FILES = 2


# Mail
def email(url: str) -> dict[str, Any]:
    """Django's settings for `smtp://`, `smtps://` (TLS at once), `smtp+tls://` (STARTTLS), `file:///dir`, `console:`"""
    parts = urlsplit(url)
    backends = {"file": "filebased", "console": "console", "smtp": "smtp", "smtps": "smtp", "smtp+tls": "smtp"}
    if parts.scheme not in backends or (parts.scheme.startswith("smtp") and not parts.hostname):
        raise ImproperlyConfigured("EMAIL_URL must look like smtp+tls://user:word@host:587, file:///dir or console:.")
    return {
        "EMAIL_BACKEND": f"django.core.mail.backends.{backends[parts.scheme]}.EmailBackend",
        "EMAIL_FILE_PATH": unquote(parts.path) or None,
        "EMAIL_HOST": parts.hostname or "",
        "EMAIL_PORT": parts.port or {"smtps": 465, "smtp+tls": 587}.get(parts.scheme, 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


globals().update(email(read("EMAIL_URL", unsafe_default(f"file://{VAR / 'mail'}"))))
EMAIL_TIMEOUT = 10
# A server may think long about a whole message before it says yes; giving up early makes doubts.
EMAIL_REPLY_TIMEOUT = read_int("EMAIL_REPLY_SECONDS", 60, 1, 120)
OUTBOX_LEASE_SECONDS = read_int("OUTBOX_LEASE_SECONDS", 300, 1, 3600)
OUTBOX_RETRY_SECONDS = read_int("OUTBOX_RETRY_SECONDS", 300, 1, 3600)
OUTBOX_SENDERS = read_int("OUTBOX_SENDERS", 2, 1, 64)
STATEMENT_RENDERERS = read_int("STATEMENT_RENDERERS", 2, 1, 64)
BOUNCES_URL = read("BOUNCES_URL", "")
if BOUNCES_URL and urlsplit(BOUNCES_URL).scheme not in ("imaps", "imap+tls", "imap", "maildir"):
    raise ImproperlyConfigured("BOUNCES_URL must look like imaps://user:word@host/INBOX or maildir:///folder.")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = read("DEFAULT_FROM_EMAIL", unsafe_default("receivables@localhost"))
if "@" not in DEFAULT_FROM_EMAIL.strip("@"):
    raise ImproperlyConfigured(f"DEFAULT_FROM_EMAIL is {DEFAULT_FROM_EMAIL!r}: it must be an e-mail address.")

# Celery. The three visibility timeouts belong together: the shortest among all that share a broker wins.
CELERY_APP = "arap.celery.app"
# kombu names a socket's database in its own way; `?db=` it would overlook, and all would share database 0.
CELERY_BROKER_URL = REDIS_URL
if REDIS_URL.startswith("unix://"):
    CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    # A web request may wait for a silent broker one second, not longer; a worker has more patience.
    "socket_timeout": 1 if ARAP_PROCESS == "web" else 5,
    "socket_connect_timeout": 1 if ARAP_PROCESS == "web" else 2,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "global_keyprefix": "ar:",
}
CELERY_VISIBILITY_TIMEOUT = 900
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"visibility_timeout": 900}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Always less than half the visibility timeout. No countdown over five minutes either: due times live in the database.
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "arap.core.beat:SingleScheduler"

# Whether webhooks may go to private networks and without TLS: for trying out, and for a receiver next door.
WEBHOOK_PRIVATE_ALLOWED = read_bool("WEBHOOK_PRIVATE_ALLOWED", default=False)

globals().update(configuration.rest(SITE_URL))

LOGGING = logs.configuration(
    read_choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "WARNING"),
    as_json=read_choice("LOG_FORMAT", ("json", "plain"), "plain" if DEV else "json") == "json",
    process=ARAP_PROCESS,
)
