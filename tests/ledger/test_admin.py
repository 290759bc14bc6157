"""The book in the admin: to read, whatever rights somebody has there."""

from datetime import date

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import reverse

from arap.core.models import User
from arap.ledger.actions import seal_ledger
from arap.ledger.models import Application, Document, Entry, Item, JournalLine, Posting, Seal
from tests.ledger.book import Bookkeeper

BOOK = (Posting, Document, Item, Application, Entry, JournalLine, Seal)


@pytest.fixture
def in_the_admin(client: Client, controller: User) -> Client:
    """A browser in which somebody has signed in who may see the book in the admin, with every right Django knows."""
    controller.is_staff = controller.is_superuser = True
    controller.save(update_fields=["is_staff", "is_superuser"])
    client.force_login(controller)
    return client


def test_the_book_is_in_the_admin() -> None:
    assert set(BOOK) <= set(admin.site._registry)


@pytest.mark.parametrize("model", BOOK, ids=lambda model: model.__name__)
def test_the_admin_only_reads(in_the_admin: Client, book: Bookkeeper, alpha: int, model: type[models.Model]) -> None:
    invoice, receipt = (post(alpha, "100.00", date(2026, 6, 1)).item_ids[0] for post in (book.invoice, book.receipt))
    book.apply(receipt, invoice, "40.00", date(2026, 6, 2))
    seal_ledger(book.company)
    row = model._base_manager.first()
    assert row is not None
    name = f"admin:ledger_{model._meta.model_name}"
    assert in_the_admin.get(reverse(f"{name}_changelist")).status_code == 200
    assert in_the_admin.get(reverse(f"{name}_add")).status_code == 403
    assert in_the_admin.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
    assert in_the_admin.post(reverse(f"{name}_change", args=[row.pk]), {"_save": "1"}).status_code == 403
    assert in_the_admin.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    in_the_admin.post(reverse(f"{name}_changelist"), chosen)
    assert model._base_manager.filter(pk=row.pk).exists()
