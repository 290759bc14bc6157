"""Payment references: ISO 11649 by an own check, unique, and found again in what payers write."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arap.core.references import customer_reference, document_reference, find, parse, printed


def checks(reference: str) -> bool:
    """ISO 11649 by hand: RF and check digits go to the end, letters become 10 to 35, the rest of 97 is 1."""
    turned = reference[4:] + reference[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


@pytest.mark.parametrize(
    "number, body",
    [
        ("INV-2026-000123", "INV2026000123"),
        ("INV-2026-12345678901", "INV202612345678901"),
        ("1930659387", "1930659387"),
        ("0000123", "0000123"),
        ("INV2026000123", "0D77"),
        ("INV-26-10433", "0D77"),
        ("inv-2026-000123", "0D77"),
        ("发票-2026-000123", "0D77"),
        ("１２３", "0D77"),
        ("1" * 22, "0D77"),
        ("INV-2026-000123\n", "0D77"),
        ("", "0D77"),
    ],
)
def test_what_stands_for_a_document(number: str, body: str) -> None:
    reference = document_reference(number, 77)
    assert reference[4:] == body
    assert checks(reference)


@pytest.mark.parametrize(
    "code, body", [("C-10482", "C10482"), ("C10482", "0C5"), ("0688-KNSFK", "0C5"), ("宁波", "0C5"), ("10482", "0C5")]
)
def test_what_stands_for_a_customer(code: str, body: str) -> None:
    reference = customer_reference(code, 5)
    assert reference[4:] == body
    assert checks(reference)


numbers = st.one_of(
    st.from_regex(r"[A-Z]{1,6}-\d{4}-\d{6,11}", fullmatch=True),
    st.from_regex(r"[A-Z]{1,3}-?\d{1,4}-?\d{1,11}", fullmatch=True),
    st.from_regex(r"\d{1,24}", fullmatch=True),
    st.text(max_size=30),
)
ids = st.integers(1, 2**63 - 1)


@given(st.dictionaries(ids, numbers, min_size=2, max_size=2), st.booleans())
def test_two_documents_or_customers_never_share_one(two: dict[int, str], customer: bool) -> None:
    (one_id, one), (other_id, other) = two.items()
    first = document_reference(one, one_id)
    second = customer_reference(other, other_id) if customer else document_reference(other, other_id)
    assert re.fullmatch("RF[0-9]{2}[0-9A-Z]{1,21}", first)
    assert checks(first)
    if customer or one != other:
        assert first != second


@given(numbers, ids)
def test_printed_is_read_back(number: str, document_id: int) -> None:
    reference = document_reference(number, document_id)
    assert parse(printed(reference)) == reference
    assert parse(reference.lower()) == reference


@given(numbers, ids, st.integers(4, 24), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_one_wrong_character_is_seen(number: str, document_id: int, place: int, letter: str) -> None:
    reference = document_reference(number, document_id)
    wrong = reference[:place] + letter + reference[place + 1 :]
    if place < len(reference) and wrong != reference:
        assert parse(wrong) is None


@pytest.mark.parametrize("text", ["", "RF", "RF98", "RF97INV2026000123", "RF98 INV2 0260 0012 34", "x" * 10_000])
def test_what_is_no_reference(text: str) -> None:
    assert parse(text) is None


ONE, TWO = document_reference("INV-2026-000123", 1), document_reference("INV-2026-000124", 2)


@pytest.mark.parametrize(
    "text, found, rest",
    [
        (ONE, [ONE], ""),
        (f"pay {printed(ONE)} thanks", [ONE], "PAY THANKS"),
        (f"{ONE}{TWO}", [ONE, TWO], ""),
        (f"{TWO}, {ONE}, {TWO}", [TWO, ONE], ", ,"),
        (f"货款{ONE.lower()}谢谢", [ONE], "货款 谢谢"),
        (ONE.translate({ord(c): chr(ord(c) + 0xFEE0) for c in ONE}), [ONE], ""),
        ("RFRFRF", [], "RFRFRF"),
        (f"RF{ONE}", [ONE], "RF"),
        (ONE[:-1], [], ONE[:-1]),
    ],
)
def test_references_in_a_remittance_text(text: str, found: list[str], rest: str) -> None:
    got, left = find(text, {ONE, TWO})
    assert got == found
    assert " ".join(left.split()) == rest


def test_of_two_that_begin_alike_the_longer_is_meant() -> None:
    assert find("RF12AB", {"RF12A", "RF12AB"})[0] == ["RF12AB"]


@pytest.mark.timeout(5)
def test_no_text_makes_the_search_slow() -> None:
    find("RF" * 50_000, {document_reference(f"INV-2026-{n:06}", n) for n in range(5_000)})
