"""A run of reminders on the story's book, decided but not released."""

from dataclasses import dataclass

import pytest

from arap.core.models import Company, User
from customers.models import Contact
from dunning.actions import decide_run, ensure_policy
from dunning.models import DunningPolicy, DunningRun, Notice
from tests.stories import Story, tell


@dataclass
class Told:
    """Haichen (70 days over, 600.00 less 500.00 on account) is reminded; Qiming has nobody who receives reminders."""

    story: Story
    run: DunningRun
    notice: Notice


@pytest.fixture
def told(company: Company, clerk: User) -> Told:
    story = tell(company, clerk)
    Contact.objects.create(
        company=company, customer=story.haichen, name="Zhao", email="ap@haichen.example", receives=["reminder"]
    )
    ensure_policy(company)
    DunningPolicy.objects.update(opening_step=None)
    run = decide_run(company, as_of=story.today, today=story.today, by=None)
    return Told(story, run, Notice.objects.select_related("run__company").get())


@pytest.fixture
def story(told: Told) -> Story:
    return told.story
