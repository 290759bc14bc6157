"""How a receipt could be applied, and why: worked remittances and properties of every proposal."""

import time
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arap.core.references import document_reference, printed
from receipts.rules import OpenAmount, Proposal, propose

D = Decimal
RECEIPT = 999

# The items of Ningbo Haichen in the design's picture of the receipt screen, without the discount.
ITEMS = """
# number       issued      due         open
INV-26-10188   2026-08-27  2026-09-26  14200.50
INV-26-10211   2026-09-02  2026-10-02  34000.00
INV-26-10297   2026-09-28  2026-10-28  72000.00
INV-26-10318   2026-10-05  2026-11-04  51400.00
CN-26-00412    2026-10-30  2026-10-30  -3400.00
INV-26-10433   2026-11-11  2026-12-11  212000.00
INV-26-10440   2026-11-12  2026-12-12  168000.00
INV-26-10452   2026-11-13  2026-12-13  116000.00
INV-26-10501   2026-11-17  2026-12-17  84600.00
"""


def items(text: str = ITEMS) -> list[OpenAmount]:
    rows = [row.split() for row in text.strip().splitlines() if not row.startswith("#")]
    return [
        OpenAmount(
            item_id=at,
            identifiers=(number,),
            document_on=date.fromisoformat(issued),
            due_on=date.fromisoformat(due),
            open_amount=D(amount),
        )
        for at, (number, issued, due, amount) in enumerate(rows, start=1)
    ]


def proposals(amount: str, text: str = "") -> list[Proposal]:
    return propose(receipt_item_id=RECEIPT, amount=D(amount), currency="CNY", text=text, items=items())


def written(proposal: Proposal) -> str:
    """The reason, the pairs and what remains; an amount is written only where it is a part."""
    numbers = {item.item_id: item.identifiers[0][-3:] for item in items()} | {RECEIPT: "R"}
    opens = {item.item_id: item.open_amount for item in items()}
    pairs = [
        f"{numbers[pair.credit_item_id]}>{numbers[pair.debit_item_id]}"
        + ("" if pair.amount == opens[pair.debit_item_id] else f"={pair.amount}")
        for pair in proposal.pairs
    ]
    return " ".join([proposal.reason, *pairs, f"rest={proposal.remainder or 0}"])


CASES = """
# amount | text | best proposal | why
496000.00 | 货款 10433/440/452 | reference_exact R>433 R>440 R>452 rest=0 | two of them shortened
486080.00 | 货款 10433/440/452 | reference_short R>433 R>440 R>452=106080.00 rest=0 | last in part
500000.00 | 货款 10433/440/452 | reference_over R>433 R>440 R>452 rest=4000.00 | rest on account
208600.00 | INV-26-10433 CN-26-00412 | reference_exact 412>433=3400.00 R>433=208600.00 rest=0 | net
72000.00 | thank you | exact_sum R>297 rest=0 | one item of exactly the amount
106000.00 | | exact_sum R>211 R>297 rest=0 | two items
171600.50 | | exact_sum R>188 R>211 R>297 R>318 rest=0 | four items
34000.00 | 10999 | exact_sum R>211 rest=0 | an unknown number does not stop the sum
68600.00 | | exact_sum_net 412>297=3400.00 R>297=68600.00 rest=0 | invoices alone do not add up
50000.00 | | oldest_first R>188 R>211 R>297=1799.50 rest=0 | the last one in part
160000.00 | | oldest_first R>188 R>211 R>297 R>318=39799.50 rest=0 | more than one overdue item
999999.99 | 10188 10440 | reference_over R>188 R>440 rest=817799.49 | named items only
"""

rows = [[part.strip() for part in row.split("|")] for row in CASES.strip().splitlines() if not row.startswith("#")]


@pytest.mark.parametrize("amount, text, best, why", rows, ids=[row[3] for row in rows])
def test_the_best_proposal(amount: str, text: str, best: str, why: str) -> None:
    got = proposals(amount, text)
    assert written(got[0]) == best
    assert got[-1].kind == "oldest" or len(got) == 1


RF_10318, RF_10440 = document_reference("INV-2026-010318", 1), document_reference("INV-2026-010440", 2)


@pytest.mark.parametrize(
    "text, paid",
    [
        (RF_10440, [2]),
        (f"/ROC/{printed(RF_10440)} thank you", [2]),
        (printed(RF_10440).lower().replace(" ", "-"), [2]),
        (f"货款{RF_10440}谢谢", [2]),
        (f"{RF_10318},{printed(RF_10440)}", [1, 2]),
        (f"{RF_10318} 10440", [1, 2]),
        (f"{RF_10440} INV-2026-010440", [2]),
        (RF_10440[:-1] + "1", []),
        (RF_10440[:12], []),
    ],
)
def test_the_payment_reference_finds_its_item(text: str, paid: list[int]) -> None:
    """Also in groups of four; one that was miscopied is none."""
    both = [
        OpenAmount(
            item_id=at,
            identifiers=(f"INV-2026-010{end}",),
            payment_reference=reference,
            open_amount=D(30 + at),
            due_on=date(2026, 1, at),
            document_on=date(2026, 1, 1),
        )
        for at, end, reference in [(1, "318", RF_10318), (2, "440", RF_10440)]
    ]
    best = propose(receipt_item_id=9, amount=D(500), currency="CNY", text=text, items=both)[0]
    assert [pair.debit_item_id for pair in best.pairs if best.kind == "reference"] == paid
    if paid:
        assert best.params["numbers"] == tuple(both[at - 1].identifiers[0] for at in paid)


def test_a_reference_that_explains_the_amount_needs_no_sum_beside_it() -> None:
    assert [proposal.kind for proposal in proposals("496000.00", "10433/440/452")] == [
        "reference",
        "oldest",
    ]


def test_the_same_pairs_are_proposed_once_with_the_better_reason() -> None:
    assert [proposal.kind for proposal in proposals("14200.50")] == ["exact_sum"]


@pytest.mark.parametrize("amount", ["0", "-1.00"])
def test_nothing_is_proposed_for_an_empty_receipt(amount: str) -> None:
    assert proposals(amount) == []


def test_nothing_is_proposed_where_only_credits_are_open() -> None:
    credit = items("CN-1 2026-01-01 2026-01-01 -5.00")
    assert propose(receipt_item_id=9, amount=D(5), currency="CNY", text="CN-1", items=credit) == []


def test_instalments_of_a_named_document_are_paid_oldest_first() -> None:
    thirds = items(
        "INV-7001 2026-01-01 2026-03-31 30.00\nINV-7001 2026-01-01 2026-01-31 30.00\n"
        "INV-7001 2026-01-01 2026-02-28 30.00\nINV-6001 2025-01-01 2025-01-31 30.00"
    )
    best = propose(receipt_item_id=9, amount=D(45), currency="CNY", text="7001", items=thirds)[0]
    assert [(pair.debit_item_id, pair.amount) for pair in best.pairs] == [(2, D(30)), (3, D(15))]


def test_of_equal_sums_the_oldest_is_taken_and_the_others_are_counted() -> None:
    same = items("\n".join(f"INV-800{n} 2026-01-0{n} 2026-02-0{n} 10.00" for n in range(1, 5)))
    best = propose(receipt_item_id=9, amount=D(20), currency="CNY", text="", items=same[::-1])[0]
    assert best.kind == "exact_sum"
    assert [pair.debit_item_id for pair in best.pairs] == [1, 2]
    assert best.others == 5


def test_two_thousand_items_take_a_moment() -> None:
    """A tired machine included: the bound is generous, the search takes about half a second."""
    many = [
        OpenAmount(
            item_id=n,
            identifiers=(f"INV-26-{n:05}", f"PO-{n * 7}"),
            open_amount=D(10_000_019 * n % 99_999_989) / 100 + 1,
            due_on=date(2026, 1, 1) + timedelta(days=n),
            document_on=date(2026, 1, 1),
        )
        for n in range(1, 2_001)
    ]
    started = time.process_time()
    propose(receipt_item_id=9999, amount=D("123456789.12"), currency="CNY", text="x 17", items=many)
    assert time.process_time() - started < 3


amounts = st.integers(-50_00, 50_00).filter(bool).map(lambda cents: D(cents) / 100)


@given(
    opens=st.lists(amounts, max_size=12),
    amount=st.integers(1, 200_00).map(lambda cents: D(cents) / 100),
    named=st.lists(st.integers(1, 14), max_size=5),
)
def test_no_proposal_overspends_or_overpays(opens: list[D], amount: D, named: list[int]) -> None:
    open_items = [
        OpenAmount(
            item_id=at,
            identifiers=(f"INV-{7000 + at}",),
            open_amount=open_amount,
            due_on=date(2026, 1, 1 + at % 5),
            document_on=date(2026, 1, 1),
        )
        for at, open_amount in enumerate(opens, start=1)
    ]
    text = " ".join(str(7000 + at) for at in named)
    got = propose(receipt_item_id=RECEIPT, amount=amount, currency="CNY", text=text, items=open_items)
    for proposal in got:
        spent: dict[int, D] = {}
        paid: dict[int, D] = {}
        for pair in proposal.pairs:
            assert pair.amount > 0
            spent[pair.credit_item_id] = spent.get(pair.credit_item_id, D(0)) + pair.amount
            paid[pair.debit_item_id] = paid.get(pair.debit_item_id, D(0)) + pair.amount
        by_id = {item.item_id: item.open_amount for item in open_items}
        assert all(total <= by_id[item_id] for item_id, total in paid.items())
        assert all(total <= -by_id[i] for i, total in spent.items() if i != RECEIPT)
        assert spent.get(RECEIPT, D(0)) + proposal.remainder == amount
        if proposal.reason in ("reference_exact", "exact_sum", "exact_sum_net"):
            assert proposal.remainder == 0
    again = propose(receipt_item_id=RECEIPT, amount=amount, currency="CNY", text=text, items=open_items[::-1])
    assert again == got
