"""The composition of the application: settings, URLs, Celery, and the apps `core`, `ledger` and `desk`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# `collections/` and `reconciliation/` are plain folders of apps, appended once so that their apps are imported by one
# word (`aging`, `receipts`). Appended, never prepended, and never packages themselves: a package called `collections`
# would shadow Python's own.
for folder in ("collections", "reconciliation"):
    if (path := str(ROOT / folder)) not in sys.path:
        sys.path.append(path)

__version__ = "0.1.0"
