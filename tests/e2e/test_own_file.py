"""A file as a western spreadsheet leaves it, with headings of its own and a currency nobody has a rate for; and a logo
that is too large: in a real browser, the import by a real worker."""

from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from arap.core.models import Company, ExchangeRate, Job, User
from arap.desk.models import KeptLayout
from arap.ledger.models import Document
from customers.models import Contact, Customer
from tests.e2e.test_first_day import click, fill, last_job, send
from tests.e2e.test_pages import complaints, one, wait
from tests.ledger.proofs import assert_holds
from tests.mail import CeleryWorker

pytestmark = pytest.mark.browser

LINES = (
    "Wer;Firma;Beleg Nr.;Vom;Fällig am;Offen;Währung;E-Mail",
    "10001;Müller & Söhne GmbH;4711;03.02.2024;05.03.2024;1.234,56;NOK;ap@mueller.example; chef@mueller.example",
    "10002;Größe AG;4712;28.02.2024;30.03.2024;-99,00;CNY;",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two addresses stand in one cell, quoted as spreadsheets do."""
    path = tmp_path / "offene-posten.csv"
    lines = [LINES[0], LINES[1].replace("ap@", '"ap@') + '"', LINES[2]]
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    return path


def tried(browser: Chrome) -> Job:
    """Start the dry run and wait for its result."""
    click(browser, "#stage [data-ctrl-enter], #stage form button")
    wait(browser, lambda page: "/jobs/" in page.current_url)
    job = last_job(browser)
    wait(browser, lambda page: page.find_elements(By.ID, "result-title"))
    return job


def test_a_western_file_with_headings_of_its_own(
    browse_as: Callable[..., Chrome],
    controller: User,
    company: Company,
    celery_worker: CeleryWorker,
    file: Path,
    live_address: str,
) -> None:
    browser = browse_as(controller, "/import/")
    fill(browser, file=str(file))
    send(browser)
    assert "Say which column holds: Customer code, Day of issue." in one(browser, "#stage").text
    click(browser, "#stage a")
    assert "Müller & Söhne GmbH" in one(browser, "main table").text
    fill(browser, **{"column-0": "customer_code", "column-3": "issued_on", "dates": "german", "name": "Offene Posten"})
    send(browser)
    assert "Windows-1252" in one(browser, "#names").text
    assert "1,234.56" in one(browser, "main table").text
    address = browser.current_url
    assert tried(browser).result["lacking"][0]["currency"] == "NOK"  # type: ignore[index]
    assert not browser.find_elements(By.ID, "start-import")

    click(browser, "main a.btn--primary")
    wait(browser, lambda page: "/rates/?import=" in page.current_url)
    fill(browser, rate="0.68")
    click(browser, "main form [data-ctrl-enter]")
    wait(browser, lambda page: "The rate is recorded." in one(page, "body").text)
    assert ExchangeRate.objects.get().currency == "NOK"
    browser.get(address)
    assert not tried(browser).result["lacking"]  # type: ignore[index]
    click(browser, "#start-import")
    wait(browser, lambda page: Job.objects.filter(kind="import_run").exists())
    wait(browser, lambda page: "What is now in the book" in one(page, "#job").text)
    assert sorted(Document.objects.values_list("kind", "number")) == [("credit_note", "4712"), ("invoice", "4711")]
    assert set(Customer.objects.values_list("name", flat=True)) == {"Müller & Söhne GmbH", "Größe AG"}
    assert Contact.objects.count() == 2
    assert KeptLayout.objects.get().name == "Offene Posten"
    assert_holds(company)
    browser.get(address)
    assert "The file is in the book." in one(browser, "#stage").text
    assert complaints(browser) == []


def test_a_large_logo_is_refused_before_anything_is_sent(
    browse_as: Callable[..., Chrome], administrator: User, tmp_path: Path
) -> None:
    picture = tmp_path / "logo.png"
    picture.write_bytes(bytes(600 * 1024))
    browser = browse_as(administrator, "/guide/letterhead/")
    fill(browser, phone="+86 21 5555 0100", logo_file=str(picture))
    assert "The logo is larger than 512 KB." in one(browser, "main form").text
    assert one(browser, "[name=logo_file]").get_attribute("value") == ""
    assert one(browser, "[name=phone]").get_attribute("value") == "+86 21 5555 0100"
    picture.write_bytes(bytes(10))
    fill(browser, logo_file=str(picture))
    assert "The logo is larger than 512 KB." not in one(browser, "main form").text
    assert complaints(browser) == []
