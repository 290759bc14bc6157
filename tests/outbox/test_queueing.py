"""Messages are written with the decision to send them, once each."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from arap.core.files import NewFile, store
from arap.core.models import Company, StoredFile, User
from arap.outbox.actions import queue
from arap.outbox.models import Attachment, Message
from tests.outbox.letters import new


@pytest.fixture
def kept(company: Company) -> list[StoredFile]:
    files = [NewFile(name=f"{n}.pdf", media_type="application/pdf", content=b"%PDF") for n in range(2)]
    return store(company, files, by=None)


@pytest.mark.django_db
class TestQueue:
    def test_messages_come_in_order_with_their_files(
        self, company: Company, clerk: User, kept: list[StoredFile]
    ) -> None:
        first, second = queue(company, [new("a", files=kept, about=company), new("b")], by=clerk)
        assert [first.dedupe_key, second.dedupe_key] == ["a", "b"]
        assert list(first.files.order_by("id")) == kept
        assert (first.about_type, first.about_id, first.state) == ("core.company", company.pk, "pending")
        assert first.message_id != second.message_id

    def test_the_same_key_gives_the_same_message(self, company: Company, kept: list[StoredFile]) -> None:
        (first,) = queue(company, [new("a")], by=None)
        again, other = queue(company, [new("a", subject="Other", files=kept), new("b")], by=None)
        assert again == first
        assert Message.objects.get(pk=first.pk).subject == "Statement"
        assert not Attachment.objects.filter(message=first).exists()
        assert other.dedupe_key == "b"

    def test_the_same_key_of_another_company_is_another_message(self, company: Company, other_company: Company) -> None:
        (ours,), (theirs,) = queue(company, [new("a")], by=None), queue(other_company, [new("a")], by=None)
        assert ours.pk != theirs.pk

    def test_a_line_break_in_a_subject_is_a_space(self, company: Company) -> None:
        (row,) = queue(company, [new("a", subject="Statement\r\nBcc: x@evil.example")], by=None)
        assert row.subject == "Statement Bcc: x@evil.example"

    def test_queries_do_not_grow_with_the_messages(
        self, company: Company, django_assert_max_num_queries: Callable[..., Any]
    ) -> None:
        with django_assert_max_num_queries(6):
            queue(company, [new(str(n)) for n in range(500)], by=None)

    def test_another_companys_file_is_refused_by_the_database(
        self, company: Company, other_company: Company, kept: list[StoredFile]
    ) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            queue(other_company, [new("a", files=kept)], by=None)


def test_two_who_queue_the_same_at_once_make_one_message(committed_db: Any, company: Company) -> None:
    barrier, found = threading.Barrier(4), []

    def work() -> None:
        barrier.wait()
        with transaction.atomic():
            found.append(queue(company, [new("a")], by=None)[0].pk)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert Message.objects.count() == 1
