"""load_history as others call it: exit codes, what is on standard output, kills, and two at once."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from arap.core.models import Company
from arap.ledger.models import Document
from tests.databases import Database, manage
from tests.desk.takeon import histories, oracle
from tests.desk.takeon.test_history import assert_equals_file

# Small chunks, so that there is something between the first and the last.
PATIENT = """
import sys
import django
django.setup()
from arap.desk.takeon import posting, settling
posting.CHUNK_ROWS = 25
settling.CHUNK_ROWS = 10
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "load_history", *sys.argv[1:]])
"""


@pytest.fixture
def environment(committed_db: Database) -> dict[str, str]:
    return committed_db.environment(ARAP_PROCESS="bulk", DJANGO_SETTINGS_MODULE="arap.settings")


def test_what_a_good_run_prints(tmp_path: Path, environment: dict[str, str]) -> None:
    path = histories.standard_file(
        tmp_path / "file.csv",
        [
            {"customer_code": "A", "document_number": "1", "settled_on": "2024-02-01"},
            {"customer_code": "A", "document_number": "2", "currency": "USD"},
            {"customer_code": "A", "document_number": "3", "amount": "-1"},
            {"customer_code": "A", "document_number": "1", "settled_on": "2024-02-01"},
        ],
    )
    done = manage("load_history", str(path), "--company", "c1", "--mapping", "standard", environment=environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "customers": 1,
        "invoices": 2,
        "receipts": 1,
        "skipped": 1,
        "warnings": ["No exchange rate is known for USD from 2024-01-10: a provisional rate of 1 is used."],
        "rejected": [{"row": 4, "field": "amount", "message": "The amount must be greater than zero."}],
    }
    assert done.stderr.splitlines() == [
        "Created: 1 customers, 2 invoices, 0 credit notes, 1 receipts, 0 refunds. Skipped: 1. Rejected: 1."
    ]


WRONG = [
    (["missing.csv", "--company", "c", "--mapping", "standard"], 2, "There is no file missing.csv."),
    (["good.csv", "--company", "c", "--mapping", "nowhere"], 2, "There is no mapping “nowhere”"),
    (["good.csv", "--company", "a b", "--mapping", "standard"], 2, "“a b” cannot be a company's code"),
    (["good.csv", "--company", "c", "--mapping", "open-items-iso"], 1, "The file does not suit the mapping"),
    (["empty.csv", "--company", "c", "--mapping", "standard"], 1, "The file is empty."),
    (["large.csv", "--company", "c", "--mapping", "standard"], 1, "The file has 100 MB; at most 64 MB are read"),
]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    histories.standard_file(tmp_path / "good.csv", [{"customer_code": "A", "document_number": "1"}])
    (tmp_path / "empty.csv").touch()
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(100 << 20)
    return tmp_path


@pytest.mark.parametrize(("arguments", "code", "sentence"), WRONG, ids=[row[2] for row in WRONG])
@pytest.mark.django_db
def test_what_is_refused_and_what_is_wrong_usage(
    files: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, sentence: str
) -> None:
    monkeypatch.chdir(files)
    with pytest.raises(CommandError) as error:
        call_command("load_history", *arguments)
    assert (error.value.returncode, sentence in str(error.value)) == (code, True)
    assert not Company.objects.exists()


@pytest.mark.parametrize("arguments", [["--mapping", "nowhere"], []])
def test_wrong_usage_ends_with_two_and_prints_nothing(
    files: Path, environment: dict[str, str], arguments: list[str]
) -> None:
    done = manage("load_history", str(files / "good.csv"), "--company", "c", *arguments, environment=environment)
    assert (done.returncode, done.stdout, "--mapping" in done.stderr or "nowhere" in done.stderr) == (2, "", True)


def start(path: Path, environment: dict[str, str]) -> "subprocess.Popen[str]":
    arguments = [str(path), "--company", "killed", "--mapping", "standard"]
    return subprocess.Popen(
        [sys.executable, "-c", PATIENT, *arguments],
        env=environment,
        cwd=Path.cwd(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(path: Path, environment: dict[str, str]) -> dict[str, Any]:
    child = start(path, environment)
    output, errors = child.communicate(timeout=120)
    assert child.returncode == 0, errors
    answer: dict[str, Any] = json.loads(output)
    return answer


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return histories.random_standard(tmp_path / "file.csv", seed=21, count=200)


def test_a_run_that_is_killed_again_and_again_ends_in_the_same_book(history: Path, environment: dict[str, str]) -> None:
    documents = oracle.standard(history)
    for chunks_seen in (1, 2, 1):
        child = start(history, environment)
        assert child.stderr is not None
        for _number in range(chunks_seen):
            assert "documents posted" in child.stderr.readline()
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    left = finish(history, environment)
    assert 0 < left["skipped"] < len(documents)
    assert left["rejected"] == []
    company = Company.objects.get(code="killed")
    assert Document.objects.filter(company=company, kind__in=["invoice", "credit_note"]).count() == len(documents)
    assert_equals_file(company, documents, count=4)
    assert finish(history, environment)["skipped"] == len(documents)


def test_two_runs_at_once_load_everything_once(history: Path, environment: dict[str, str]) -> None:
    documents = oracle.standard(history)
    children = [start(history, environment), start(history, environment)]
    answers = []
    for child in children:
        output, errors = child.communicate(timeout=240)
        assert child.returncode == 0, errors
        answers.append(json.loads(output))
    assert sorted(answer["skipped"] for answer in answers) == [0, len(documents)]
    assert [answer["rejected"] for answer in answers] == [[], []]
    connection.close()
    assert_equals_file(Company.objects.get(code="killed"), documents, count=4)
