"""What payers write and which documents they mean. Texts follow bank remittances in both
languages.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipts.rules.references import Named, named_identifiers

IDENTIFIERS = [
    *("INV-26-10188", "INV-26-10433", "INV-26-10440", "INV-26-10452", "INV-25-10452"),
    *("CN-26-00412", "INV-000123", "1930659387", "PO-77/2026", "2026", "7", "GOODS"),
]

CASES = """
# text | named | why
货款 10433/440/452 | INV-26-10433 INV-26-10440 INV-26-10452 | shortened list, Chinese word before
inv. no 000123 | INV-000123 | leading zeros and a dot
invoice 123 | INV-000123 | leading zeros left out
no 123 | INV-000123 | short number after "no"
№123 | INV-000123 | the sign for "number"
Payment INV2610433 and INV 26 10440 | INV-26-10433 INV-26-10440 | separators left out or blank
inv-26-10188, cn-26-00412 | INV-26-10188 CN-26-00412 | lower case; a credit note
发票１０４３３ | INV-26-10433 | full-width digits without a space
26-10440 | INV-26-10440 | year and number
25-10452 | INV-25-10452 | the year tells two apart
24-10452 | | another year contradicts both
10433、10440和10452 | INV-26-10433 INV-26-10440 INV-26-10452? | Chinese list; two years fit
INV-26-10433/52 | INV-26-10433 INV-26-10452 | two digits of a list, the year of the first
2610433/440 | INV-26-10433 INV-26-10440 | prefix left out, shortened list
10433 and 440 | INV-26-10433 INV-26-10440 | and
10433-10440 | INV-26-10433 INV-26-10440 | both ends of a range
1930659387 | 1930659387 | number of digits only
PO 77/2026 | PO-77/2026 | order number
2026-11-20 486,080.00 thanks | | neither the date nor the amount is a number
paid 1930659387.00 | | an amount
2026年11月货款 | | a Chinese date
goods lot 7 of 12 | | a word alone and bare short numbers name nothing
invoice 7 | 7 | announced, so it counts
in 2026 | | a year
invoice 2026 | 2026 | an announced number that looks like a year
10433 10433 | INV-26-10433 | named twice, counted once
acct 6222021001 | | part of a longer number is no number
INV-26-10433 lot 40 | INV-26-10433 | a list ends at a word
 | | nothing written
"""

rows = [[part.strip() for part in row.split("|")] for row in CASES.strip("\n").splitlines() if not row.startswith("#")]


@pytest.mark.parametrize("text, named, why", rows, ids=[row[2] for row in rows])
def test_named_identifiers(text: str, named: str, why: str) -> None:
    """A question mark: another identifier fits as well."""
    expected = [Named(word.rstrip("?"), int(word.endswith("?"))) for word in named.split()]
    assert named_identifiers(text, IDENTIFIERS) == expected


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    named = named_identifiers(text, IDENTIFIERS)
    assert len({name.identifier for name in named}) == len(named)
    assert all(name.identifier in IDENTIFIERS for name in named)


@given(
    st.lists(st.integers(10_000, 99_999), min_size=1, max_size=5, unique=True),
    st.sampled_from([" ", "/", ", ", "、", "; ", " and ", "+"]),
)
def test_written_out_numbers_are_always_found(numbers: list[int], separator: str) -> None:
    identifiers = [f"INV-26-{number}" for number in numbers]
    named = named_identifiers(separator.join(identifiers), identifiers)
    assert [name.identifier for name in named] == identifiers


@pytest.mark.parametrize("text", ["1,1.11" * 20_000, "-1" * 50_000, "2026-1" * 20_000])
@pytest.mark.timeout(5)
def test_no_text_makes_the_search_slow(text: str) -> None:
    named_identifiers(text, IDENTIFIERS)
