"""An import whose worker dies half-way: another one ends it, and what is told is what both did."""

from pathlib import Path

import pytest
from django.test import Client

from arap.core import jobs
from arap.core.models import Company, Job, User
from arap.desk import tasks
from arap.ledger.models import Document, Item
from receipts.actions import NewReceipt, apply_receipt, record_receipt
from tests.databases import Database
from tests.desk.takeon import histories
from tests.desk.takeon.histories import STANDARD
from tests.desk.views.test_import import act, figures, know_rates
from tests.desk.views.uploads import brought
from tests.ledger.proofs import assert_holds


def pay_by_hand(company: Company, item: Item, by: User) -> None:
    """The invoice is settled here before the other system's file says so."""
    amount = item.open_amount
    receipt = NewReceipt(
        amount=amount, currency=item.currency, received_on=item.document_on, customer_id=item.customer_id
    )
    recorded = record_receipt(company, receipt, by=by)
    apply_receipt(company, recorded.receipt_id, {item.pk: amount}, effective_on=item.document_on, by=by)


def test_a_load_whose_worker_was_killed_tells_what_the_whole_of_it_did(
    committed_db: Database,
    controller: User,
    company: Company,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr("arap.desk.takeon.posting.CHUNK_ROWS", 60)
    monkeypatch.setattr("arap.desk.takeon.settling.CHUNK_ROWS", 40)
    client.force_login(controller)
    know_rates(company)
    known = histories.random_standard(tmp_path / "a.csv", seed=6)
    early = [row.split(",") for row in known.read_text().splitlines()[:50]]
    for row in early[1:]:
        row[STANDARD.index("settled_on")] = ""
    first = brought(client, "\n".join(map(",".join, early)) + "\n")
    act(client, first, "try")
    act(client, first, "run")
    for item in Item.objects.filter(company=company, amount__gt=0).order_by("pk")[:20]:
        pay_by_hand(company, item, controller)
    received = brought(client, known.read_bytes())
    tried = figures(act(client, received, "try"))
    assert tried["skipped"] > 5, "some of what was paid by hand needs nothing"
    answer = client.post(f"/import/{received.pk}/run/")
    job = Job.objects.get(pk=answer["Location"].strip("/").split("/")[-1])
    tell = jobs.progress

    def die_after(chunks: int) -> None:
        left = iter(range(chunks))

        def report(job: Job, done: int, total: int | None = None, message: str = "") -> None:
            tell(job, done, total, message)
            if total and next(left, None) is None:
                raise SystemExit  # what a worker that is stopped gets

        monkeypatch.setattr(jobs, "progress", report)
        with pytest.raises(SystemExit):
            tasks.run_import(job.pk)

    die_after(1)
    assert Document.objects.filter(kind__in=["invoice", "credit_note"]).count() > 49
    die_after(7)  # among those that are settled afterwards
    job.refresh_from_db()
    assert job.params["unchanged"] > 0
    monkeypatch.setattr(jobs, "progress", tell)
    tasks.run_import(job.pk)
    job.refresh_from_db()
    assert figures(job) == tried
    assert_holds(company)
