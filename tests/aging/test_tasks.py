"""The night's snapshots."""

from typing import Any

import pytest

from aging import tasks
from aging.actions import run_aging_snapshot
from aging.models import SnapshotRun
from arap.core.models import Company
from arap.core.nights import NightFailed

pytestmark = pytest.mark.django_db


def test_one_companys_trouble_is_not_the_next_ones(
    monkeypatch: pytest.MonkeyPatch, company: Company, other_company: Company
) -> None:

    def snapshot(of: Company, **given: Any) -> SnapshotRun:
        if of == company:
            raise ZeroDivisionError("a mistake")
        return run_aging_snapshot(of, **given)

    monkeypatch.setattr(tasks, "run_aging_snapshot", snapshot)
    with pytest.raises(NightFailed, match=r"^acme$"):
        tasks.take_snapshots()
    assert [run.company for run in SnapshotRun.objects.all()] == [other_company]
