"""Setting and releasing holds."""

from datetime import timedelta

import pytest

from arap.core.errors import Invalid, Refused
from arap.core.models import AuditEntry, Company, User
from arap.ledger.models import Item
from cases.actions import release_hold, set_hold
from cases.models import Hold
from cases.queries import holds_in_force, items_to_hold
from tests.stories import Story, number_of, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    return tell(company, clerk)


def test_a_hold_is_set_and_released(story: Story, collector: User) -> None:
    hold = set_hold(
        story.company, story.haichen, reason="dispute", starts_on=story.today, by=collector, note=" broken parts "
    )
    assert (hold.note, hold.set_by, hold.item) == ("broken parts", collector, None)
    assert list(holds_in_force(story.company, as_of=story.today)) == [hold]
    release_hold(hold, on=story.today + timedelta(days=2), by=collector)
    assert list(holds_in_force(story.company, as_of=story.today + timedelta(days=1))) == [hold]
    assert not holds_in_force(story.company, as_of=story.today + timedelta(days=2)).exists()
    assert list(AuditEntry.objects.filter(verb__startswith="hold.").order_by("pk").values_list("verb", "actor")) == [
        ("hold.set", collector.pk),
        ("hold.release", collector.pk),
    ]


def test_a_hold_is_released_once(story: Story, collector: User) -> None:
    hold = set_hold(story.company, story.haichen, reason="other", starts_on=story.today, by=collector)
    release_hold(hold, on=story.today, by=collector)
    with pytest.raises(Refused, match="released already"):
        release_hold(hold, on=story.today, by=collector)


def test_what_cannot_be_set(story: Story, collector: User) -> None:
    yesterday = story.today - timedelta(days=1)
    with pytest.raises(Invalid, match="lies before"):
        set_hold(story.company, story.haichen, reason="other", starts_on=story.today, ends_on=yesterday, by=collector)
    item = Item.objects.get(document=story.foreign.document_id)
    with pytest.raises(Invalid, match="not of this customer"):
        set_hold(story.company, story.haichen, item=item, reason="other", starts_on=story.today, by=collector)
    assert not Hold.objects.exists()


def test_items_to_hold_are_the_open_debits(story: Story) -> None:
    numbers = [number for _pk, number in items_to_hold(story.company, story.haichen.pk)]
    assert numbers == [number_of(story.late), number_of(story.young)]
