"""The web process: `gunicorn arap.wsgi`."""

import os

from arap import servers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arap.settings")
os.environ.setdefault("ARAP_PROCESS", "web")
servers.use()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - settings read the two variables above

application = get_wsgi_application()
