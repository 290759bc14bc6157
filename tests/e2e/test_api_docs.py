"""The documentation of the API in a real browser: drawn from the schema, and nothing the policy would refuse."""

from collections.abc import Callable

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from arap.core.models import Company, User
from tests.e2e.test_pages import complaints, one, wait

pytestmark = pytest.mark.browser


def test_an_operation_opens_and_shows_what_it_takes(
    browse_as: Callable[..., Chrome], clerk: User, company: Company
) -> None:
    browser = browse_as(clerk, "/api/docs/")
    wait(browser, lambda page: page.find_elements(By.ID, "operations-customers-customers_create"))
    assert "Create a customer" in one(browser, "#operations-customers-customers_create").text
    one(browser, "#operations-customers-customers_create .opblock-summary-control").click()
    wait(browser, lambda page: "Needs the scope customer.edit." in one(page, "main").text)
    wait(browser, lambda page: "Idempotency-Key" in one(page, "#operations-customers-customers_create").text)
    assert complaints(browser) == []
