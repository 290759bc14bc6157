"""A hold is in force from its first day to the end of its last, unless released."""

from datetime import date

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from arap.core.models import Company, User
from arap.ledger.models import Item
from cases.models import Hold
from tests.stories import Story, tell

pytestmark = pytest.mark.django_db

FROM, UNTIL = date(2026, 11, 1), date(2026, 11, 10)


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    return tell(company, clerk)


@pytest.mark.parametrize(
    ("as_of", "released_on", "is_in_force"),
    [
        (date(2026, 10, 31), None, False),
        (FROM, None, True),
        (UNTIL, None, True),
        (date(2026, 11, 11), None, False),
        (date(2026, 11, 5), date(2026, 11, 6), True),
        (date(2026, 11, 6), date(2026, 11, 6), False),
    ],
)
def test_a_hold_is_in_force(story: Story, as_of: date, released_on: date | None, is_in_force: bool) -> None:
    Hold.objects.create(
        company=story.haichen.company,
        customer=story.haichen,
        reason=Hold.Reason.DISPUTE,
        starts_on=FROM,
        ends_on=UNTIL,
        released_on=released_on,
    )
    assert Hold.objects.in_force(as_of=as_of).exists() == is_in_force


def test_an_item_is_its_customers(story: Story) -> None:
    item = Item.objects.get(document=story.late.document_id)
    other = story.qiming if item.customer_id == story.haichen.pk else story.haichen
    with pytest.raises(IntegrityError, match="not of customer"), transaction.atomic():
        Hold.objects.create(company=other.company, customer=other, item=item, reason="other", starts_on=FROM)
