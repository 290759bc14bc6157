"""How gunicorn serves: `gunicorn --config docker/gunicorn.py arap.wsgi`. The environment may say otherwise."""

import os

from arap.core import logs

bind = f"{os.environ.get('ARAP_BIND', '0.0.0.0')}:{os.environ.get('PORT', '8000')}"  # noqa: S104 - a container's own
workers = int(os.environ.get("WEB_CONCURRENCY", "3"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# Longer than the longest statement that a page may run; a worker that says nothing for so long hangs.
timeout = 60
# On SIGTERM no new request is taken, and those under way have this long to end.
graceful_timeout = 30
keepalive = 5
# A process that has leaked is replaced before anybody notices, and not all at once.
max_requests = 5_000
max_requests_jitter = 500
# The file by which a worker says that it lives must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112 - shared memory
control_socket_disable = True
proc_name = "arap"

# Its own notices look like all others; requests are logged by the application, once.
accesslog = None
_lines = logs.configuration("INFO", as_json=os.environ.get("LOG_FORMAT", "json") == "json", process="web")
logconfig_dict = {
    **_lines,
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False}},
}
