"""Finding customers."""

import pytest

from arap.core.errors import NotFound
from arap.core.models import Company
from customers.actions import NewCustomer, create_customers, ensure_terms
from customers.models import Customer, PaymentTerms
from customers.queries import (
    customer_by_code,
    group_of,
    ids_by_code,
    payers_by_account,
    search,
    segments,
    terms_by_code,
    terms_of,
)
from customers.rules import net


@pytest.fixture
def ids(company: Company, other_company: Company) -> dict[str, int]:
    create_customers(other_company, [NewCustomer(code="A1", name="Elsewhere", currency="USD")], by=None)
    rows = [
        NewCustomer(code="A10", name="Beta Ltd", currency="CNY", segment="Retail", payer_accounts=("6222",)),
        NewCustomer(code="A1", name="Gamma 100%_GmbH", currency="CNY", tax_id="DE9", segment="Export"),
        NewCustomer(code="B1", name="Alpha A1 Co", name_local="上海阿尔法有限公司", currency="CNY", parent_code="A1"),
        NewCustomer(code="B2", name="Delta", currency="CNY", payer_accounts=("6222", "7"), segment="Retail"),
    ]
    return create_customers(company, rows, by=None)


@pytest.mark.parametrize(
    "text, codes",
    [
        ("A1", ["A1", "A10", "B1"]),  # exact, then beginning, then containing
        ("a1", ["A1", "A10", "B1"]),
        ("阿尔法", ["B1"]),
        ("beta", ["A10"]),
        ("de9", ["A1"]),
        ("6222", ["A10", "B2"]),
        ("100%_", ["A1"]),
        ("%", ["A1"]),
        ("  ", ["A1", "A10", "B1", "B2"]),
        ("nobody", []),
        ("\x00", []),
        ("' or 1=1 --", []),
    ],
)
def test_search(company: Company, ids: dict[str, int], text: str, codes: list[str]) -> None:
    assert [customer.code for customer in search(company, text)] == codes
    assert [customer.code for customer in search(company, text, is_short=True)] == codes


def test_of_a_common_word_a_short_list_shows_some_and_codes_first(
    company: Company, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customers.searching.FEW_MAX", 2)
    rows = [NewCustomer(code=f"C{n}", name="Called A1", currency="CNY") for n in range(9)]
    create_customers(company, rows, by=None)
    found = [customer.code for customer in search(company, "a1", is_short=True)]
    assert found[:2] == ["A1", "A10"]
    assert len(found) < len(search(company, "a1"))


def test_by_code(company: Company, ids: dict[str, int]) -> None:
    assert customer_by_code(company, "B1").pk == ids["B1"]
    assert ids_by_code(company) == ids
    assert ids_by_code(company, ["B1", "no"]) == {"B1": ids["B1"]}
    with pytest.raises(NotFound, match="no customer “no”"):
        customer_by_code(company, "no")


def test_a_group_is_the_same_from_each_member(company: Company, ids: dict[str, int]) -> None:
    for code in ("A1", "B1"):
        assert [member.code for member in group_of(customer_by_code(company, code))] == ["A1", "B1"]


def test_payers_of_a_shared_account(company: Company, ids: dict[str, int]) -> None:
    assert payers_by_account(company, ["6222", "9"]) == {"6222": sorted([ids["A10"], ids["B2"]])}


def test_segments_in_use(company: Company, ids: dict[str, int]) -> None:
    assert segments(company) == ["Export", "Retail"]


def test_terms(company: Company, ids: dict[str, int]) -> None:
    terms = ensure_terms(company, ["n/30"], by=None)
    customer = Customer.objects.get(pk=ids["B1"])
    assert terms_of(customer) is None
    customer.terms_id = terms["n/30"]
    assert terms_of(customer) == net(30)
    assert terms_by_code(company, "n/30").pk == terms["n/30"]
    PaymentTerms.objects.update(is_active=False)
    with pytest.raises(NotFound):
        terms_by_code(company, "n/30")


@pytest.mark.parametrize("text", ["宁波", "波海", "AC", "ac", "司1", "%_", "\\'"])
def test_two_characters_are_found_wherever_they_stand(company: Company, text: str) -> None:
    """By the index of pairs, which finds what looking at each of them finds."""
    rows = [
        NewCustomer(code="AC-1", name="Acme 100%_\\'", name_local="宁波海辰有限公司1", currency="CNY"),
        NewCustomer(code="B-1", name="Other", name_local="波宁", currency="CNY"),
    ]
    create_customers(company, rows, by=None)
    said = {"AC-1": "ac-1 acme 100%_\\' 宁波海辰有限公司1", "B-1": "b-1 other 波宁"}
    wanted = [code for code, words in said.items() if text.lower() in words]
    assert [each.code for each in search(company, text)] == wanted == ["AC-1"]
