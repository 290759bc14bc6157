"""The frame of every page in a real browser: the search box, the keys and their list, notifications, and that nothing
typed is lost."""

from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from arap.core.actions import grant_role
from arap.core.models import Company, Job, Role, Session, User
from receipts.models import Receipt
from tests import look
from tests.e2e.test_pages import complaints, one, press, wait
from tests.stories import Story, number_of, tell

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery"

# Clicks and focus are noted by their key and go no further, so that a page is tried whole without leaving it.
CATCH = """
window.pressed = [];
const catchKey = (event) => {
  const element = event.target.closest?.("[data-key]");
  if (!element) return;
  window.pressed.push(element.dataset.key);
  event.preventDefault();
  event.stopPropagation();
  if (event.type === "focusin") element.blur();
};
document.addEventListener("click", catchKey, true);
document.addEventListener("focusin", catchKey, true);
"""
PAGE_KEYS = """
return [...document.querySelectorAll("[data-key]")].filter((each) => each.getClientRects().length)
  .map((each) => each.dataset.key)
"""
LISTED = """
return [...document.querySelectorAll("[data-keys-dialog] dt")].filter((each) => each.getClientRects().length)
  .map((each) => each.textContent.trim().replace(/\\s+/g, " "))
"""


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    """Committed, so that the server sees it."""
    return tell(company, clerk)


@pytest.fixture
def phone(browser: Chrome) -> Iterator[Chrome]:
    """A window of 390 pixels."""
    look.set_width(browser, 390)
    yield browser
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def find(browser: Chrome, text: str) -> None:
    """Type into the search box, and wait for what it finds of it."""
    box = one(browser, "#find")
    box.send_keys(Keys.CONTROL, "a")
    box.send_keys(text)
    wait(browser, lambda page: one(page, "#found > div").get_attribute("data-found-for") == text)


def test_the_box_finds_records_and_opens_them_by_keys(
    browse_as: Callable[..., Chrome], clerk: User, story: Story
) -> None:
    browser = browse_as(clerk, "/customers/")
    press(browser, "/")
    find(browser, "qiming")
    box = browser.switch_to.active_element
    assert "Qiming" in one(browser, "#found [aria-selected=true]").text
    assert box.get_attribute("aria-expanded") == "true"
    assert box.get_attribute("aria-activedescendant") == one(browser, "#found [aria-selected=true]").get_attribute("id")
    box.send_keys(Keys.ESCAPE)
    assert not one(browser, "#found").is_displayed()
    assert browser.switch_to.active_element == box, "Escape closes the list, what was typed stays"
    box.send_keys(Keys.ARROW_DOWN, Keys.ENTER)
    wait(browser, lambda page: page.current_url.endswith(f"/customers/{story.qiming.pk}/"))
    browser.switch_to.active_element.send_keys(Keys.CONTROL, "k")
    find(browser, "2,000.00")
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    wait(browser, lambda page: page.current_url.endswith(f"/invoices/{story.young.pk}/"))
    assert number_of(story.young) in one(browser, "h1").text
    assert complaints(browser) == []


def test_pages_acts_and_what_was_opened_last_stand_in_the_same_box(
    browse_as: Callable[..., Chrome], clerk: User, story: Story
) -> None:
    browser = browse_as(clerk, f"/customers/{story.haichen.pk}/")
    press(browser, "/")
    wait(browser, lambda page: "Opened last" in one(page, "#found").text)
    assert "Ningbo Haichen" in one(browser, "#found").text
    find(browser, "statement qim")
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    wait(browser, lambda page: page.current_url.endswith(f"/statements/for/{story.qiming.pk}/"))
    press(browser, "/")
    find(browser, "账龄")
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    wait(browser, lambda page: page.current_url.endswith("/aging/"))
    assert complaints(browser) == []


def test_enter_before_anything_is_found_asks_for_the_whole_page(
    browse_as: Callable[..., Chrome], clerk: User, story: Story
) -> None:
    browser = browse_as(clerk, "/")
    press(browser, "/")
    browser.switch_to.active_element.send_keys("po-", Keys.ENTER)
    wait(browser, lambda page: "/find/?q=po-" in page.current_url)
    assert number_of(story.late) in one(browser, "main").text


PAGES = {
    "today": "/",
    "customers": "/customers/",
    "invoices": "/invoices/",
    "receipts": "/receipts/",
    "aging": "/aging/",
    "reminders": "/reminders/",
    "holds": "/holds/",
    "statements": "/statements/",
    "outbox": "/outbox/",
    "jobs": "/jobs/",
    "audit": "/audit/",
    "notifications": "/notifications/",
    "customer": "/customers/{haichen}/",
    "invoice": "/invoices/{late}/",
    "receipt": "/receipts/{waiting}/",
    "unidentified": "/receipts/{lost}/",
}


def test_every_key_of_a_page_is_listed_and_works(
    browse_as: Callable[..., Chrome], live_address: str, controller: User, company: Company, story: Story
) -> None:
    """On each page: the keys that stand on it stand in the list, the list says nothing else, and each key acts."""
    for _each in range(2):
        Job.objects.create(company=company, kind="x", task="x", state="done", created_by=controller,
                           finished_at=timezone.now())  # fmt: skip
    ids = {name: getattr(story, name).pk for name in ("haichen", "late", "waiting", "lost")}
    browser = browse_as(controller, "/")
    for name, path in PAGES.items():
        browser.get(live_address + path.format(**ids))
        look.settle(browser)
        keys = list(dict.fromkeys(browser.execute_script(PAGE_KEYS)))
        press(browser, "?")
        listed = browser.execute_script(LISTED)
        lacking = [key for key in keys if key not in "/?" and key.upper() not in listed]
        assert not lacking, f"{name}: {lacking} lack in {listed}"
        assert len(set(listed)) == len(listed), f"{name}: {listed}"
        one(browser, "dialog .btn").click()
        browser.execute_script(CATCH)
        for key in keys:
            ActionChains(browser).send_keys(key).perform()
        assert list(dict.fromkeys(browser.execute_script("return window.pressed"))) == keys, name
        look.settle(browser)
    assert complaints(browser) == []


def test_g_and_a_letter_goes_to_every_page_of_the_navigation(
    browse_as: Callable[..., Chrome], live_address: str, controller: User, story: Story
) -> None:
    browser = browse_as(controller, "/")
    goals = {
        str(link.get_attribute("data-goto")): link.get_attribute("href")
        for link in browser.find_elements(By.CSS_SELECTOR, "[data-goto]")
    }
    assert len(goals) > 10
    browser.execute_script(
        "window.gone = []; document.addEventListener('click', (event) => {"
        " event.preventDefault(); window.gone.push(event.target.href); }, true)"
    )
    press(browser, "?")
    listed = browser.execute_script(LISTED)
    one(browser, "dialog .btn").send_keys(Keys.ESCAPE)
    assert {f"G {letter.upper()}" for letter in goals} <= set(listed)
    for letter in goals:
        ActionChains(browser).send_keys("g", letter).perform()
    assert browser.execute_script("return window.gone.filter(Boolean)") == list(goals.values())


def test_single_keys_can_be_switched_off(browse_as: Callable[..., Chrome], clerk: User, story: Story) -> None:
    browser = browse_as(clerk, "/settings/")
    one(browser, "main [data-keys-toggle]").click()
    assert "on" in one(browser, "main [data-keys-toggle]").text
    press(browser, "g", "c", "/")
    assert browser.current_url.endswith("/settings/")
    assert browser.switch_to.active_element.get_attribute("id") != "find"
    browser.switch_to.active_element.send_keys(Keys.CONTROL, "k")
    assert browser.switch_to.active_element.get_attribute("id") == "find", "no single key"
    browser.switch_to.active_element.send_keys(Keys.ESCAPE, Keys.ESCAPE)
    one(browser, "main [data-keys-toggle]").click()
    press(browser, "g", "c")
    wait(browser, lambda page: page.current_url.endswith("/customers/"))


def test_notifications_are_counted_and_read(
    browse_as: Callable[..., Chrome], clerk: User, company: Company, story: Story
) -> None:
    Job.objects.create(
        company=company, kind="import_run", task="x", state="done", created_by=clerk, finished_at=timezone.now()
    )
    browser = browse_as(clerk, "/")
    wait(browser, lambda page: "1" in one(page, ".topbar__count").text)
    one(browser, ".topbar__news").click()
    wait(browser, lambda page: page.current_url.endswith("/notifications/"))
    press(browser, "m")
    wait(browser, lambda page: not page.find_elements(By.CSS_SELECTOR, "main form button[data-key=m]"))
    look.settle(browser)
    assert not browser.find_elements(By.CSS_SELECTOR, ".topbar__count")
    assert complaints(browser) == []


def fill(browser: Chrome) -> None:
    one(browser, "#id_customer").send_keys("C-10482")
    one(browser, "#id_amount").send_keys("1234.5", Keys.TAB)
    one(browser, "#id_remittance").send_keys("for the moulds")


def send(browser: Chrome) -> None:
    """Ctrl Enter, whatever becomes of the field that has the focus."""
    ActionChains(browser).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(Keys.CONTROL).perform()


def filled(browser: Chrome) -> tuple[str | None, ...]:
    return tuple(
        one(browser, f"#id_{name}").get_attribute("value") for name in ("customer", "amount", "remittance", "method")
    )


def choose_method(browser: Chrome) -> None:
    Select(one(browser, "#id_method")).select_by_value("cheque")


TYPED = ("C-10482", "1,234.50", "for the moulds", "cheque")


def sign_in(browser: Chrome, user: User) -> None:
    one(browser, "#id_username").send_keys(user.username)
    one(browser, "#id_password").send_keys(PASSWORD, Keys.ENTER)


def test_what_was_typed_comes_back_when_the_session_had_ended(
    browse_as: Callable[..., Chrome], clerk: User, story: Story
) -> None:
    clerk.set_password(PASSWORD)
    clerk.save(update_fields=["password"])
    before = Receipt.objects.count()
    browser = browse_as(clerk, "/receipts/new/?customer=C-10290")
    one(browser, "#id_customer").clear()
    fill(browser)
    choose_method(browser)
    Session.objects.all().delete()
    send(browser)
    wait(browser, lambda page: "/sign-in/" in page.current_url)
    assert "What you had typed is kept" in one(browser, "main").text
    sign_in(browser, clerk)
    wait(browser, lambda page: page.current_url.endswith("/receipts/new/?customer=C-10290"))
    wait(browser, lambda page: filled(page) == TYPED)
    assert "What you had typed is back" in one(browser, "main").text
    assert Receipt.objects.count() == before
    send(browser)
    wait(browser, lambda page: page.current_url.rstrip("/").rsplit("/", 1)[-1].isdigit())
    assert Receipt.objects.count() == before + 1
    browser.get(browser.current_url.rsplit("/", 2)[0] + "/new/?customer=C-10290")
    assert filled(browser) != TYPED, "what was recorded does not come back"
    assert "What you had typed" not in one(browser, "main").text
    assert [each for each in complaints(browser) if "favicon" not in each] == []


def test_somebody_else_does_not_get_what_was_typed(
    browse_as: Callable[..., Chrome], clerk: User, controller: User, story: Story
) -> None:
    controller.set_password(PASSWORD)
    controller.save(update_fields=["password"])
    browser = browse_as(clerk, "/receipts/new/")
    fill(browser)
    Session.objects.all().delete()
    send(browser)
    wait(browser, lambda page: "/sign-in/" in page.current_url)
    sign_in(browser, controller)
    wait(browser, lambda page: page.current_url.endswith("/receipts/new/"))
    look.settle(browser)
    wait(browser, lambda page: one(page, "#id_remittance").get_attribute("value") == "")
    assert browser.execute_script("return sessionStorage.getItem('arap-typed')") in (None, "{}")


def test_passwords_are_kept_nowhere(browse_as: Callable[..., Chrome], clerk: User, story: Story) -> None:
    browser = browse_as(clerk, "/password/")
    one(browser, "#id_old_password").send_keys("my old secret")
    one(browser, "#id_new_password1").send_keys("my new secret")
    Session.objects.all().delete()
    one(browser, "#id_new_password1").send_keys(Keys.ENTER)
    wait(browser, lambda page: "/sign-in/" in page.current_url)
    kept = browser.execute_script("return JSON.stringify(sessionStorage) + JSON.stringify(localStorage)")
    assert "secret" not in kept


def test_a_form_of_another_company_is_refused_and_comes_back(
    browse_as: Callable[..., Chrome], live_address: str, clerk: User, other_company: Company, story: Story
) -> None:
    grant_role(other_company, clerk, Role.CLERK, by=None)
    before = Receipt.objects.count()
    browser = browse_as(clerk, "/receipts/new/")
    fill(browser)
    choose_method(browser)
    first = browser.current_window_handle
    browser.switch_to.new_window("tab")
    second = browser.current_window_handle
    browser.get(live_address + "/")
    one(browser, ".nav__company").click()
    one(browser, f'.nav button[value="{other_company.pk}"]').click()
    wait(browser, lambda page: "Other Inc." in one(page, ".nav__name").text)
    browser.switch_to.window(first)
    send(browser)
    wait(browser, lambda page: "belongs to another company" in one(page, "main").text)
    assert Receipt.objects.count() == before
    one(browser, ".nav__company").click()
    one(browser, f'.nav button[value="{story.company.pk}"]').click()
    wait(browser, lambda page: "Acme" in one(page, ".nav__name").text)
    browser.get(live_address + "/receipts/new/")
    wait(browser, lambda page: filled(page) == TYPED)
    browser.switch_to.window(second)
    browser.close()
    browser.switch_to.window(first)


def test_a_step_back_finds_what_was_typed(
    browse_as: Callable[..., Chrome], live_address: str, clerk: User, story: Story
) -> None:
    browser = browse_as(clerk, "/receipts/new/")
    fill(browser)
    choose_method(browser)
    one(browser, '.nav a[href="/customers/"]').click()
    wait(browser, lambda page: page.current_url.endswith("/customers/"))
    browser.back()
    wait(browser, lambda page: filled(page) == TYPED)
    browser.get(live_address + "/customers/")
    browser.get(live_address + "/receipts/new/")
    assert one(browser, "#id_remittance").get_attribute("value") == "", "a new one begins empty"


def test_the_language_is_switched_in_the_middle_of_work(
    browse_as: Callable[..., Chrome], clerk: User, story: Story
) -> None:
    browser = browse_as(clerk, "/receipts/new/?customer=C-10290")
    one(browser, "#id_customer").clear()
    fill(browser)
    choose_method(browser)
    one(browser, '.topbar button[value="zh-hans"]').click()
    wait(browser, lambda page: one(page, "html").get_attribute("lang") == "zh-Hans")
    wait(browser, lambda page: filled(page) == TYPED)
    assert browser.current_url.endswith("/receipts/new/?customer=C-10290")
    browser.get(browser.current_url.replace("/receipts/new/?customer=C-10290", "/customers/?q=haichen"))
    one(browser, '.topbar button[value="en"]').click()
    wait(browser, lambda page: one(page, "html").get_attribute("lang") == "en")
    assert browser.current_url.endswith("/customers/?q=haichen")
    assert one(browser, "#filter").get_attribute("value") == "haichen"
    assert complaints(browser) == []


def test_the_theme_is_switched_in_place(browse_as: Callable[..., Chrome], clerk: User, story: Story) -> None:
    browser = browse_as(clerk, "/receipts/new/")
    fill(browser)
    choose_method(browser)
    browser.execute_script("window.stays = true")
    light = one(browser, "main").value_of_css_property("color")
    one(browser, ".topbar__end summary").click()
    one(browser, '.topbar button[value="dark"]').click()
    wait(browser, lambda page: one(page, "html").get_attribute("class") == "dark")
    assert one(browser, "main").value_of_css_property("color") != light
    assert filled(browser) == TYPED
    assert browser.execute_script("return window.stays") is True, "the page did not leave"
    browser.refresh()
    assert one(browser, "html").get_attribute("class") == "dark", "the browser keeps it"
    assert complaints(browser) == []


def test_on_a_phone_a_receipt_is_applied(
    phone: Chrome, live_address: str, clerk: User, story: Story, company: Company
) -> None:
    """390 pixels: sign in, find a customer, look at its items, apply a receipt."""
    clerk.set_password(PASSWORD)
    clerk.save(update_fields=["password"])
    sign_in(phone, clerk)
    wait(phone, lambda page: page.find_elements(By.ID, "find"))
    look.settle(phone)
    assert look.faults(phone) == []
    one(phone, "#find").click()
    find(phone, "haichen")
    hit = one(phone, "#found [aria-selected=true]")
    assert hit.rect["height"] >= 44, "a finger hits it"
    assert look.faults(phone) == [], "the open list fits"
    hit.click()
    wait(phone, lambda page: page.current_url.endswith(f"/customers/{story.haichen.pk}/"))
    assert number_of(story.late) in one(phone, "main").text
    look.settle(phone)
    assert look.faults(phone) == []
    phone.get(f"{live_address}/customers/{story.haichen.pk}/receipts/")
    phone.find_element(By.LINK_TEXT, number_of(story.waiting)).click()
    wait(phone, lambda page: page.find_elements(By.CSS_SELECTOR, "[data-ctrl-enter]"))
    look.settle(phone)
    assert look.faults(phone) == []
    accept = one(phone, "[data-ctrl-enter]")
    phone.execute_script("arguments[0].scrollIntoView({block: 'center'})", accept)
    accept.click()
    wait(phone, lambda page: page.find_elements(By.CSS_SELECTOR, "[data-undo]"))
    look.settle(phone)
    assert look.faults(phone) == []
