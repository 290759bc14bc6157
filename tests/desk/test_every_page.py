"""The contact sheet leaves no page out: each page of the urlconf has an address about a row that is found."""

import pytest

from arap.core.models import Company
from tests.desk.rows import PARAMETER, everybody, furnish
from tests.desk.test_manual import routes
from tests.every_page import addresses, names, rows_of

pytestmark = pytest.mark.django_db


def test_rows_are_found_for_every_page(company: Company) -> None:
    made = furnish(company, everybody(company))
    pages, lacking = addresses(rows_of(company))
    assert lacking == {}, "say in MODELS of tests/every_page.py where such a row is found"
    assert set(pages) == set(addresses(made)[0]) == names()


def test_a_page_without_a_row_would_be_told() -> None:
    _pages, lacking = addresses({})
    assert "invoices:detail" in lacking
    assert all(PARAMETER.search(routes()[name][0]) for name in lacking)
