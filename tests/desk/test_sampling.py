"""A sample is drawn again by its words, whatever was posted since. Each posting is a transaction of its own here."""

from datetime import date
from decimal import Decimal

from arap.core.models import Company, User
from arap.desk.queries.sampling import Draw, draw, last_position
from invoices.actions import Draft, DraftLine, create_draft, post_invoice
from tests.databases import Database
from tests.stories import Story, tell


def words(company: Company, seed: str, size: int) -> Draw:
    first, last = date(2023, 1, 1), date(2027, 12, 31)
    return Draw(kind="invoice", first=first, last=last, size=size, seed=seed, position=last_position(company))


def post_one_more(company: Company, clerk: User, story: Story) -> None:
    line = DraftLine(description="One more", unit_price=Decimal(10))
    draft = Draft(customer_id=story.haichen.pk, currency="CNY", issued_on=story.today, lines=[line])
    post_invoice(company, create_draft(company, draft, by=clerk).pk, by=clerk)


def test_what_is_posted_later_does_not_change_a_sample(committed_db: Database, company: Company, clerk: User) -> None:
    story = tell(company, clerk)
    asked = [words(company, f"seed-{number}", 2) for number in range(12)]
    before = [draw(company, each) for each in asked]
    assert {drawn.count for drawn in before} == {3}
    for _each in range(3):
        post_one_more(company, clerk, story)
    assert [draw(company, each) for each in asked] == before
    assert draw(company, words(company, "seed-0", 9)).count == 6
