"""A report in a real browser: narrowed, saved, sent regularly; the real worker hands it to a mail server."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

from arap.core.models import Company, User
from arap.desk.models import ReportSchedule, SavedView
from tests import look
from tests.e2e.test_pages import complaints, one, wait
from tests.mail import CeleryWorker, MailServer, wait_until
from tests.stories import Story, tell

pytestmark = pytest.mark.browser


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    """Committed, so that the server sees it."""
    return tell(company, clerk)


def press(browser: Chrome, words: str) -> None:
    """The button or link that says so."""
    found = [each for each in browser.find_elements(By.CSS_SELECTOR, "main button, main a.btn") if words in each.text]
    assert found, f"nothing says {words}"
    found[0].click()


def test_saved_scheduled_and_in_the_mail(
    browse_as: Callable[..., Chrome],
    controller: User,
    story: Story,
    celery_worker: CeleryWorker,
    mail_server: MailServer,
    screenshot: Callable[[str], Path],
) -> None:
    controller.email = "boss@acme.example"
    controller.save(update_fields=["email"])
    browser = browse_as(controller, "/reports/open-items/")
    one(browser, "#id_overdue").click()
    press(browser, "Show")
    wait(browser, lambda page: "overdue=on" in page.current_url)
    one(browser, ".saved summary").click()
    one(browser, "#view-name").send_keys("Late ones", Keys.ENTER)
    wait(browser, lambda page: "Late ones" in one(page, "body").text)
    view = SavedView.objects.get(name="Late ones")
    browser.get(browser.current_url.partition("/reports/")[0] + f"/reports/views/{view.pk}/")
    press(browser, "Send it by e-mail")
    wait(browser, lambda page: page.find_elements(By.ID, "id_when"))
    Select(one(browser, "#id_when")).select_by_visible_text("Every Friday")
    screenshot("schedule-new")
    assert look.barriers(browser) == []
    press(browser, "Send it regularly")
    wait(browser, lambda page: "Every Friday at 07:00" in one(page, "body").text)
    schedule = ReportSchedule.objects.get()
    browser.get(browser.current_url.partition("/reports/")[0] + f"/reports/schedules/{schedule.pk}/")
    press(browser, "Send it now")
    wait_until(lambda: mail_server.received)
    (mail,) = mail_server.received
    assert mail.recipients == ("boss@acme.example",)
    ((name, content),) = mail.attachments.items()
    assert name.endswith(".xlsx")
    rows = [[str(cell) for cell in row] for row in load_workbook(BytesIO(content)).active.values]  # type: ignore[union-attr]
    assert any("Haichen" in " ".join(row) for row in rows)
    wait_until(lambda: schedule.sendings.exists())
    browser.refresh()
    wait(browser, lambda page: "Nothing was sent yet" not in one(page, "body").text)
    screenshot("schedule-sent")
    assert complaints(browser) == []
