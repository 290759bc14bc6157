"""A posted fact cannot be edited through the ORM, whichever way is tried."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, models, transaction
from django.db.models import F

from arap.ledger.models import (
    Application,
    Book,
    Document,
    DocumentText,
    Entry,
    Item,
    JournalLine,
    Posting,
    Seal,
)
from tests.ledger.raw import Scene

FACTS: dict[type[models.Model], str] = {
    Posting: "verb",
    Document: "reason_code",
    DocumentText: "memo",
    Item: "due_on",
    Application: "reason",
    Entry: "effective_on",
    JournalLine: "tax_code",
    Seal: "digest",
    Book: "position",
}
WAYS: dict[str, Callable[[type[models.Model], models.Model, str], object]] = {
    "save": lambda model, row, field: row.save(),
    "save one field": lambda model, row, field: row.save(update_fields=[field]),
    "save again as new": lambda model, row, field: row.save(force_update=True),
    "delete": lambda model, row, field: row.delete(),
    "update all": lambda model, row, field: model._base_manager.update(**{field: F(field)}),
    "update one": lambda model, row, field: model._base_manager.filter(pk=row.pk).update(
        **{field: getattr(row, field)}
    ),
    "delete all": lambda model, row, field: model._base_manager.all().delete(),
    "bulk update": lambda model, row, field: model._base_manager.bulk_update([row], [field]),
    "update or create": lambda model, row, field: model._base_manager.update_or_create(
        pk=row.pk, defaults={field: getattr(row, field)}
    ),
    "raw delete": lambda model, row, field: model._base_manager.filter(pk=row.pk)._raw_delete("default"),
}


@pytest.mark.parametrize("model", FACTS, ids=lambda model: model.__name__)
@pytest.mark.parametrize("way", WAYS)
def test_a_fact_cannot_be_edited(scene: Scene, model: type[models.Model], way: str) -> None:
    row = model._base_manager.first()
    assert row is not None
    with transaction.atomic():
        with pytest.raises((DatabaseError, models.ProtectedError)):
            WAYS[way](model, row, FACTS[model])
        transaction.set_rollback(True)
