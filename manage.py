#!/usr/bin/env python
"""Django's command line. Without DATABASE_URL or REDIS_URL a command starts, and in the end stops, private servers."""

import os
import sys

from arap.servers.commands import run


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arap.settings")
    run(sys.argv)


if __name__ == "__main__":
    main()
