"""A controller's morning with reminders in a real browser, by keys: look, decide, look over, release, read, stop."""

from collections.abc import Callable

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from arap.core.models import Company, User
from arap.outbox.models import Message
from customers.models import Contact
from dunning.models import DunningRun, Notice
from tests.e2e.test_pages import complaints, one, press, wait
from tests.stories import Story, tell

pytestmark = pytest.mark.browser


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    """One customer who can be reminded, one whom nobody can write to. Committed, so that the server sees it."""
    story = tell(company, clerk)
    Contact.objects.create(
        company=company, customer=story.haichen, name="Zhao", email="ap@haichen.example", receives=["reminder"]
    )
    return story


def go_on(browser: Chrome) -> None:
    """Ctrl and Enter, and the page that answers."""
    before = one(browser, "html").id
    ActionChains(browser).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(Keys.CONTROL).perform()
    wait(browser, lambda page: one(page, "html").id != before)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("A preview of this day", "Release 1 reminder", "1 reminder is on its way.", "Friendly reminder")),
        ("zh-hans", ("预览", "放行 1 封提醒", "1 封提醒", "友情提醒")),
    ],
)
def test_a_morning(
    browse_as: Callable[..., Chrome], controller: User, story: Story, language: str, words: tuple[str, ...]
) -> None:
    User.objects.filter(pk=controller.pk).update(language=language)
    story.haichen.language = language
    story.haichen.save(update_fields=["language"])
    preview, release, released, subject = words
    browser = browse_as(controller, "/")
    press(browser, "g", "d")
    wait(browser, lambda page: page.current_url.endswith("/reminders/"))
    one(browser, "[formaction]").click()
    wait(browser, lambda page: "/preview/" in page.current_url)
    assert preview in one(browser, "main").text
    assert not DunningRun.objects.exists()
    go_on(browser)
    assert DunningRun.objects.get().created_by == controller
    go_on(browser)
    assert browser.current_url.endswith("/effect/")
    assert release in one(browser, ".page__acts").text
    assert not Message.objects.exists(), "nothing leaves before it was looked over"
    go_on(browser)
    assert released in one(browser, "body").text
    press(browser, "j", Keys.ENTER)
    wait(browser, lambda page: "/notices/" in page.current_url)
    assert subject in one(browser, "main").text
    browser.back()
    wait(browser, lambda page: page.find_elements("css selector", "main details summary"))
    one(browser, "main details summary").click()
    one(browser, "main details .btn--danger").click()
    wait(browser, lambda page: page.find_elements("css selector", ".note--caution"))
    assert [notice.reason for notice in Notice.objects.all()] == ["stopped"]
    assert Message.objects.get().state == "cancelled"
    assert complaints(browser) == []
