"""Statements in a real browser, with a real worker and a mail server: one customer's, and a run with one left out."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from arap.core.models import Company, User
from arap.outbox.models import Message
from customers.actions import add_contact
from statements.actions import release_run
from statements.models import Statement, StatementRun
from tests.e2e.test_pages import complaints, one, wait
from tests.ledger.book import Bookkeeper
from tests.mail import CeleryWorker, MailServer, wait_until
from tests.statements.views.conftest import made_run
from tests.stories import Story, tell

pytestmark = pytest.mark.browser


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    """Committed, so that the server sees it; somebody at both customers receives statements."""
    told = tell(company, clerk)
    add_contact(
        told.haichen, name="王敏", email="ap@haichen.example", language="zh-hans", receives=["statement"], by=None
    )
    add_contact(told.qiming, name="Qi Ming", email="ap@qiming.example", receives=["statement"], by=None)
    return told


def until(browser: Chrome, words: str) -> None:
    wait(browser, lambda page: words in one(page, "body").text)


def ctrl_enter(browser: Chrome) -> None:
    browser.switch_to.active_element.send_keys(Keys.CONTROL, Keys.ENTER)


SENT = {"en": "Sent", "zh-hans": "已发送"}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_seen_sent_and_sent_again_the_identical_file(
    browse_as: Callable[..., Chrome],
    clerk: User,
    story: Story,
    celery_worker: CeleryWorker,
    mail_server: MailServer,
    screenshot: Callable[[str], Path],
    language: str,
) -> None:
    sent = SENT[language]
    clerk.language = language
    clerk.save(update_fields=["language"])
    browser = browse_as(clerk, f"/customers/{story.haichen.pk}/")
    browser.switch_to.active_element.send_keys("s")
    until(browser, "2,100.00")
    assert one(browser, "#id_to_address").get_attribute("value") == "ap@haichen.example"
    screenshot(f"statement-new-{language}")
    ctrl_enter(browser)
    wait_until(lambda: mail_server.received)
    until(browser, sent)  # the page asks by itself, and then shows what can be done
    wait(browser, lambda page: page.find_elements(By.ID, "send"))
    screenshot(f"statement-sent-{language}")
    address = one(browser, "#id_to_address")
    address.clear()
    address.send_keys("boss@haichen.example")
    one(browser, "#send button").click()
    wait_until(lambda: len(mail_server.received) == 2)
    until(browser, "boss@haichen.example")
    first, second = mail_server.received
    assert (first.recipients, second.recipients) == (("ap@haichen.example",), ("boss@haichen.example",))
    assert first.attachments == second.attachments
    assert len(first.attachments) == 1
    assert first.message_id != second.message_id
    assert Statement.objects.count() == 1
    assert complaints(browser) == []


def test_a_run_is_reviewed_one_is_left_out_the_rest_is_sent(
    browse_as: Callable[..., Chrome],
    controller: User,
    story: Story,
    celery_worker: CeleryWorker,
    mail_server: MailServer,
    screenshot: Callable[[str], Path],
) -> None:
    browser = browse_as(controller, "/statements/")
    as_of = one(browser, "#id_as_of")
    as_of.clear()
    as_of.send_keys(story.today.isoformat())
    ctrl_enter(browser)
    wait(browser, lambda page: "/statements/runs/" in page.current_url)
    until(browser, "Send 2 statements…")  # the page comes anew as soon as the PDFs are made
    screenshot("run-ready")
    qiming = Statement.objects.get(customer=story.qiming)
    browser.find_element(By.CSS_SELECTOR, f'#statement-{qiming.pk} a[href$="#leave-out"]').click()
    reason = one(browser, "#id_reason")
    reason.send_keys("they dispute the balance")
    one(browser, "#leave-out button").click()
    until(browser, "Send 1 statement…")
    assert "they dispute the balance" in one(browser, "body").text
    browser.switch_to.active_element.send_keys("z")
    until(browser, "Send 2 statements…")
    browser.find_element(By.CSS_SELECTOR, f'#statement-{qiming.pk} a[href$="#leave-out"]').click()
    one(browser, "#id_reason").send_keys("they dispute the balance", Keys.ENTER)
    until(browser, "Send 1 statement…")
    screenshot("run-one-left-out")
    ctrl_enter(browser)
    until(browser, "Send 1 statement now")
    assert mail_server.received == []
    screenshot("run-release")
    ctrl_enter(browser)
    until(browser, "1 statement is on its way.")
    wait_until(lambda: mail_server.received)
    wait(browser, lambda page: "Sent" in one(page, "#run").text)
    screenshot("run-sent")
    assert [taken.recipients for taken in mail_server.received] == [("ap@haichen.example",)]
    assert StatementRun.objects.get().state == StatementRun.State.RELEASED
    assert Message.objects.count() == 1
    assert complaints(browser) == []


def test_sending_never_comes_where_stopping_was(
    browse_as: Callable[..., Chrome], live_address: str, controller: User, story: Story
) -> None:
    run = made_run(story)
    StatementRun.objects.update(state="rendering")
    browser = browse_as(controller, f"/statements/runs/{run.pk}/")
    stop = one(browser, "#stop-run").rect
    assert not browser.find_elements(By.CSS_SELECTOR, ".page__acts .btn--primary")
    StatementRun.objects.update(state="ready")
    wait(browser, lambda page: page.find_elements(By.CSS_SELECTOR, ".page__acts .btn--primary"))
    assert not browser.find_elements(By.ID, "stop-run")
    send = one(browser, ".page__acts .btn--primary").rect
    assert send["y"] + send["height"] <= stop["y"] or stop["y"] + stop["height"] <= send["y"]


SPILLS = """
return [document.documentElement.scrollWidth - window.innerWidth,
  [...document.querySelectorAll('.tbl-wrap')].filter(wrap => getComputedStyle(wrap).overflowX === 'visible'
    && wrap.scrollWidth > wrap.clientWidth + 1).map(wrap => wrap.querySelector('caption')?.textContent || '?')]
"""


WIDTHS = (1440, 1280, 500)


def resize(browser: Chrome, width: int) -> None:
    browser.set_window_size(width, 900)
    wait(browser, lambda page: page.execute_script("return innerWidth") == width)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_large_amounts_cover_nothing_beside_them(
    browse_as: Callable[..., Chrome],
    live_address: str,
    controller: User,
    clerk: User,
    story: Story,
    language: str,
) -> None:
    book = Bookkeeper(company=story.company, by=clerk)
    book.invoice(story.haichen.pk, "9876543210.12", story.today - timedelta(days=90))
    book.receipt(story.haichen.pk, "8765432109.87", story.today - timedelta(days=3))
    run = made_run(story)
    statement = Statement.objects.get(run=run, customer=story.haichen)
    release_run(run, by=controller)
    message = Message.objects.first()
    assert message is not None
    User.objects.filter(pk=controller.pk).update(language=language)
    browser = browse_as(controller)
    try:
        for path in (
            "/", "/customers/", f"/customers/{story.haichen.pk}/", f"/customers/{story.haichen.pk}/statements/",
            "/statements/", f"/statements/runs/{run.pk}/", f"/statements/{statement.pk}/",
            f"/statements/for/{story.haichen.pk}/", "/outbox/", f"/outbox/{message.pk}/",
        ):  # fmt: skip
            browser.get(live_address + path)
            for width in WIDTHS:
                resize(browser, width)
                spilled, tables = browser.execute_script(SPILLS)
                assert (max(spilled, 0), tables) == (0, []), f"{path} at {width}"
    finally:
        browser.set_window_size(1440, 900)
