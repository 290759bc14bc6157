"""The first day of somebody new, in a real browser: from an empty database to a statement in a customer's hands.

The import is done by a real worker. With the real open items of ARAP_REAL_DATA where they are, else with a made file.
"""

import os
import time
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

from arap.core.files import digest
from arap.core.models import Company, Job, User
from arap.ledger.models import Document
from arap.ledger.queries import open_items
from customers.models import Contact
from statements.models import Statement
from tests.desk.takeon import histories
from tests.e2e.test_pages import complaints, one, wait
from tests.ledger.proofs import assert_holds
from tests.mail import CeleryWorker, MailServer, Received, wait_until

pytestmark = pytest.mark.browser

PASSWORD = "first-day-in-the-office"
REAL = Path("unlicensed/ar-datasets/highradius-h2h/h2h_open_items_iso.csv")
PATIENCE_SECONDS = 25
MINUTES_MAX = 5


@pytest.fixture
def items(tmp_path: Path) -> Path:
    """Open items as another system exports them."""
    folder = os.environ.get("ARAP_REAL_DATA")
    if folder and (Path(folder) / REAL).is_file():
        return Path(folder) / REAL
    return histories.random_open_items(tmp_path / "open-items.csv", seed=7, count=2_000)


@pytest.fixture
def founder(committed_db: object) -> User:
    """What `createsuperuser` leaves: one administrator and nothing else."""
    return User.objects.create_superuser("founder", "founder@haichen.example", PASSWORD)


def click(browser: Chrome, selector: str) -> None:
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", one(browser, selector))
    one(browser, selector).click()


def send(browser: Chrome) -> None:
    """The form's own button, and the page that answers."""
    before = one(browser, "html").id
    click(browser, "main form [data-ctrl-enter]")
    wait(browser, lambda page: one(page, "html").id != before)


def fill(browser: Chrome, **fields: str) -> None:
    for name, value in fields.items():
        field = browser.find_element(By.NAME, name)
        if field.tag_name == "select":
            Select(field).select_by_value(value)
        else:
            if field.get_attribute("type") != "file":
                field.clear()
            field.send_keys(value)


def go_on(browser: Chrome, address: str, words: str) -> None:
    """From the guide to the page that its next step names."""
    browser.get(address + "/guide/")
    assert words in one(browser, "[aria-current=step] .guide__act").text
    click(browser, "[aria-current=step] .guide__act a")


def last_job(browser: Chrome) -> Job:
    """The job whose page is open, once it has ended."""
    path = browser.current_url.rstrip("/").rsplit("/", 1)[-1]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (job := Job.objects.get(pk=path)).state in (Job.State.QUEUED, Job.State.RUNNING):
        assert time.monotonic() < deadline, f"{job.state}: {job.progress_done} of {job.progress_total}"
        time.sleep(0.2)
    return job


WORDS = {
    "en": ("Found the company", "Fill in the letterhead", "Add an account", "Import a file", "What is now in the book"),
    "zh-hans": ("建立公司", "填写信头", "添加账户", "导入文件", "现已记入账簿"),
}


def found_company(browser: Chrome, address: str, language: str, screenshot: Callable[[str], Path]) -> Company:
    """The first steps of the guide: the company, its letterhead, its bank account."""
    company_words, letterhead_words, bank_words, *_rest = WORDS[language]
    go_on(browser, address, company_words)
    fill(browser, name="Haichen Trading", name_local="海辰贸易", code="HAICHEN", base_currency="USD")
    fill(browser, country="CN", time_zone="Asia/Shanghai", language=language)
    screenshot(f"guide-company-{language}")
    send(browser)
    go_on(browser, address, letterhead_words)
    fill(browser, address="1 Harbour Road, Shanghai", address_local="上海市海港路 1 号", phone="+86 21 5555 0100")
    fill(browser, email="ar@haichen.example", tax_id="91310000MA1FL0AB12")
    screenshot(f"guide-letterhead-{language}")
    send(browser)
    go_on(browser, address, bank_words)
    fill(browser, bank="Bank of Shanghai", account_no="6222 0210 0100 1234", currency="USD")
    send(browser)
    screenshot(f"guide-bank-{language}")
    return Company.objects.get()


def import_items(browser: Chrome, address: str, items: Path, language: str, screenshot: Callable[[str], Path]) -> None:
    """Bring the file, try it, load it."""
    import_words, booked_words = WORDS[language][3:]
    go_on(browser, address, import_words)
    fill(browser, file=str(items))
    send(browser)
    screenshot(f"import-{language}")
    click(browser, "[data-ctrl-enter]")
    wait(browser, lambda page: "/jobs/" in page.current_url)
    tried = last_job(browser)
    assert tried.state == Job.State.DONE, tried.message
    assert Document.objects.count() == 0, "a dry run changes nothing"
    wait(browser, lambda page: page.find_elements(By.ID, "start-import"))
    screenshot(f"job-trial-{language}")
    click(browser, "#start-import")
    wait(browser, lambda page: not page.current_url.endswith(f"/{tried.pk}/"))
    loaded = last_job(browser)
    assert loaded.state == Job.State.DONE, loaded.message
    assert loaded.result == tried.result
    wait(browser, lambda page: booked_words in one(page, "#job").text)
    screenshot(f"job-done-{language}")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_from_nothing_to_a_statement_in_the_customers_hands(
    browser: Chrome,
    live_address: str,
    founder: User,
    items: Path,
    celery_worker: CeleryWorker,
    mail_server: MailServer,
    screenshot: Callable[[str], Path],
    language: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    founder.language = language
    founder.save(update_fields=["language"])
    started = time.monotonic()
    fill(browser, username="founder", password=PASSWORD)
    click(browser, "main form button:not([type])")
    wait(browser, lambda page: page.current_url == live_address + "/guide/")
    screenshot(f"guide-empty-{language}")
    company = found_company(browser, live_address, language, screenshot)
    import_items(browser, live_address, items, language, screenshot)
    assert_holds(company)

    browser.get(live_address + "/guide/")
    screenshot(f"guide-{language}")
    click(browser, "[aria-current=step] .guide__act a")
    wait(browser, lambda page: "/statements/for/" in page.current_url)
    screenshot(f"statement-{language}")
    fill(browser, to_address="anna@customer.example")
    click(browser, "[name=keeps_contact]")
    click(browser, "form[method=post] [data-ctrl-enter]")
    mail = wait_until(lambda: mail_server.received)[0]
    seconds = time.monotonic() - started
    with capsys.disabled():
        print(f"\nfirst day, {language}: {Document.objects.count()} documents, {seconds:.1f} s")  # noqa: T201
    assert seconds < MINUTES_MAX * 60
    assert complaints(browser) == []
    check_mail(mail, company)


def check_mail(mail: Received, company: Company) -> None:
    """What came is the statement of the customer that the guide named, with the very file that is kept."""
    statement = Statement.objects.get(company=company)
    assert mail.recipients == ("anna@customer.example",)
    (content,) = mail.attachments.values()
    assert statement.file is not None
    assert digest(content) == statement.file.sha256
    words = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    items = open_items(company, as_of=statement.as_of, position=statement.position, customer_id=statement.customer_id)
    owed = sum((item.open_amount for item in items), Decimal(0))
    assert statement.number in words
    assert statement.customer.name in words
    assert f"{abs(owed):,.2f}" in words
    assert "statement" in Contact.objects.get(customer=statement.customer).receives
