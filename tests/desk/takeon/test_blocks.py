"""A file longer than one block is read whole."""

from pathlib import Path

import pytest

from arap.desk.actions.load_history import load_history
from arap.desk.takeon import reading
from arap.ledger.models import Document

HEAD = "customer_code,document_type,document_number,issued_on,amount,currency\n"


@pytest.mark.django_db
def test_no_row_is_lost_between_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "COPY_ROWS", 3)
    file = tmp_path / "items.csv"
    file.write_text(HEAD + "".join(f"C1,invoice,N{n},2026-01-05,{n}.00,CNY\n" for n in range(1, 11)))
    loaded = load_history(file, company_code="BLOCKS", mapping="standard")
    assert (loaded.invoices, loaded.rejected) == (10, [])
    assert Document.objects.filter(kind="invoice").count() == 10
