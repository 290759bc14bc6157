"""Vouchers through the API: made once, printed as often as one likes."""

from datetime import date

import pytest

from arap.core.models import Company, User
from arap.ledger.models import VoucherTemplate
from tests.api.program import Program
from tests.ledger.book import Bookkeeper, customers

pytestmark = pytest.mark.django_db


def test_made_and_printed(api: Program, controls: Program, company: Company, clerk: User) -> None:
    keeper = Bookkeeper(company=company, by=clerk)
    keeper.invoice(customers(company, "ALPHA")[0], "113.00", date(2026, 1, 10), currency="CNY")
    template = VoucherTemplate.objects.create(company=company, name="U8")
    assert [each["id"] for each in controls.get("voucher-templates/")["data"]] == [template.pk]
    assert api.refused("POST", "vouchers/", {"template_id": template.pk})[0] == 403
    made = controls.post("vouchers/", {"template_id": template.pk})
    assert (made["voucher_count"], made["base_total"], made["after_position"]) == (1, "113.00", 0)
    assert controls.refused("POST", "vouchers/", {"template_id": template.pk})[:2] == (409, "nothing_to_make")
    at = f"vouchers/{made['id']}/"
    assert controls.get(at) == made
    text = controls.call("GET", f"{at}text/?kind=beancount").content.decode()
    assert "Assets:1122  113.00 CNY" in text
    assert controls.call("GET", f"{at}text/").content.decode().startswith("voucher,posted_on,")
    assert controls.refused("GET", f"{at}text/?kind=pdf")[:2] == (422, "kind")
