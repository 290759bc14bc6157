"""Following the book by position: each posting has its own only where each is its own transaction."""

from typing import Any

from arap.ledger.models import Document
from tests.api.program import Program
from tests.stories import Story, number_of


def test_the_book_can_be_followed(committed_db: Any, api: Program, story: Story) -> None:
    numbers: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        found = api.get(f"documents/?limit=2&cursor={cursor}")
        numbers += [row["number"] for row in found["data"]]
        cursor = found["next"]
    assert numbers == list(Document.objects.order_by("position", "pk").values_list("number", flat=True))
    fourth = api.get("documents/")["data"][3]["position"]
    later = api.get(f"documents/?after_position={fourth}")["data"]
    assert [row["number"] for row in later] == numbers[4:]
    assert api.get("documents/?kind=receipt&customer=C-10482")["data"][0]["number"] == number_of(story.applied)
    one = api.get(f"documents/?number={number_of(story.foreign)}")["data"][0]
    assert (one["total"], one["currency"], one["base_total"][:7]) == ("300.00", "USD", "2100.00")
    assert api.get(f"documents/{one['id']}/") == one
