"""Files of customers, invoices, credit notes and receipts brought, tried and loaded as a person and a worker do."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from arap.core import jobs
from arap.core.models import Company, User
from arap.desk.actions import imports
from arap.desk.actions.receiving import receive_file
from arap.desk.models import Import, ImportLine


def bring(
    company: Company, content: str | bytes, target: str, *, by: User, is_whole: bool = False, name: str = "file.csv"
) -> Import:
    """The file as it is brought."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return receive_file(company, name=name, path=path, key=uuid4().hex, by=by, target=target, is_whole=is_whole)


def tried(received: Import, *, by: User) -> dict[str, Any]:
    """What a dry run says."""
    job = imports.start_trial(received, by=by)
    jobs.run(job.pk, imports.try_import)
    job.refresh_from_db()
    assert job.state == "done", job.message
    assert job.result is not None
    return dict(job.result)


def loaded(received: Import, *, by: User) -> dict[str, Any]:
    """What a load did, after its dry run."""
    said = tried(received, by=by)
    job = imports.start_run(received, by=by)
    jobs.run(job.pk, imports.run_import)
    job.refresh_from_db()
    if job.state != "done":
        return {"state": job.state, "message": job.message}
    assert job.result is not None
    assert said == job.result, "the dry run says what the load does"
    return dict(job.result)


def faults(received: Import) -> list[tuple[int, str, str]]:
    """Row, column and sentence of what the last dry run left out."""
    lines = ImportLine.objects.filter(job_id=received.trial_id or 0, fate="rejected").order_by("row")
    return [(line.row, line.field, line.message) for line in lines]
