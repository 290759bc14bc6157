"""Settling: part payments, instalments, undoing, bouncing, unidentified money, groups, and what the aging shows of it.

Sources stand on each case. House rules: effective is the end of that day (issued on D is open at D, settled on D is
not); unapplied credits stand in a column of their own and never hide old debt.
"""

from collections.abc import Callable

import pytest

CASES = {
    "a month of a small trader": """
        # the worked month of the README kind: VAT invoice of 113.00 = 100.00 + 13.00 (增值税暂行条例, 13 %)
        customers ALPHA
        2026-01-05 invoice INV-1 ALPHA CNY 113.00 tax 13.00 due 2026-01-20
        = 2026-01-04 open INV-1 0.00
        = 2026-01-05 open INV-1 113.00
        = 2026-01-05 account revenue -100.00
        = 2026-01-05 account output_tax -13.00
        2026-01-25 receipt R-1 ALPHA CNY 50.00
        2026-01-25 apply R-1 INV-1 50.00
        = 2026-01-24 aging ALPHA CNY 0.00 113.00 0.00 0.00 0.00 unapplied 0.00
        = 2026-01-25 aging ALPHA CNY 0.00 63.00 0.00 0.00 0.00 unapplied 0.00
        2026-01-31 receipt R-2 ALPHA CNY 80.00
        2026-01-31 apply R-2 INV-1 63.00
        = 2026-01-30 open INV-1 63.00
        = 2026-01-31 open INV-1 0.00
        = 2026-01-31 balance ALPHA CNY -17.00
        = 2026-01-31 aging ALPHA CNY 0.00 0.00 0.00 0.00 0.00 unapplied -17.00
        = 2026-01-31 account bank 130.00
    """,
    "the provision matrix of IFRS 9": """
        # IFRS 9 Illustrative Example 12 (IE74-IE77): gross carrying amounts by days past due, 30,000,000 in all
        customers M
        2026-12-01 invoice CURRENT M CNY 15000000.00 due 2026-12-31
        2026-12-01 invoice D30 M CNY 7500000.00 due 2026-12-01
        2026-11-01 invoice D60 M CNY 4000000.00 due 2026-11-01
        2026-10-02 invoice D90 M CNY 2500000.00 due 2026-10-02
        2026-10-01 invoice D91 M CNY 1000000.00 due 2026-10-01
        = 2026-12-31 aging M CNY 15000000.00 7500000.00 4000000.00 2500000.00 1000000.00 unapplied 0.00
        = 2026-12-31 balance M CNY 30000000.00
    """,
    "instalments are aged and settled each on its own": """
        # 民法典 634 (分期付款): one sale, three debts; part of the third is paid early
        customers ALPHA
        2026-01-31 invoice INV-1 ALPHA CNY 90.00 in 30.00 2026-02-28, 30.00 2026-03-31, 30.00 2026-04-30
        2026-03-05 receipt R-1 ALPHA CNY 40.00
        2026-03-05 apply R-1 INV-1.1 30.00, R-1 INV-1.3 10.00
        = 2026-03-04 aging ALPHA CNY 60.00 30.00 0.00 0.00 0.00 unapplied 0.00
        = 2026-03-05 aging ALPHA CNY 50.00 0.00 0.00 0.00 0.00 unapplied 0.00
        = 2026-06-30 aging ALPHA CNY 0.00 0.00 0.00 20.00 30.00 unapplied 0.00
        = 2026-03-05 open INV-1.1 0.00
        = 2026-03-05 open INV-1.2 30.00
        = 2026-03-05 open INV-1.3 20.00
    """,
    "the oldest debt first": """
        # 民法典 560: what the debtor does not say goes to the debt that fell due first
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA CNY 100.00 due 2026-02-10
        2026-01-20 invoice INV-2 ALPHA CNY 100.00 due 2026-02-05
        2026-03-01 receipt R-1 ALPHA CNY 150.00
        2026-03-01 apply R-1 INV-2 100.00, R-1 INV-1 50.00
        = 2026-03-01 open INV-2 0.00
        = 2026-03-01 open INV-1 50.00
        ! 2026-03-01 apply R-1 INV-1 0.01 is over_applied
    """,
    "an unapplied credit does not hide old debt": """
        # Tryton ages credits by their own date, and old debt vanishes behind them (its account report)
        customers ALPHA
        2025-06-01 invoice OLD ALPHA CNY 100.00 due 2025-06-30
        2025-07-01 receipt R-1 ALPHA CNY 100.00
        = 2025-12-31 aging ALPHA CNY 0.00 0.00 0.00 0.00 100.00 unapplied -100.00
        = 2025-12-31 balance ALPHA CNY 0.00
    """,
    "matching today does not change last year": """
        # odoo/odoo#16016: matching two papers of last year changed last year's aging; here the act has its day
        customers ALPHA
        2025-11-01 invoice INV-1 ALPHA CNY 100.00 due 2025-11-30
        2025-12-15 receipt R-1 ALPHA CNY 100.00
        2026-01-10 apply R-1 INV-1 100.00
        = 2025-12-31 aging ALPHA CNY 0.00 0.00 100.00 0.00 0.00 unapplied -100.00
        = 2026-01-09 open INV-1 100.00
        = 2026-01-10 open INV-1 0.00
    """,
    "undoing leaves the days between as they were": """
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA CNY 100.00
        2026-01-20 receipt R-1 ALPHA CNY 100.00
        2026-01-20 apply R-1 INV-1 100.00
        2026-02-10 unapply R-1 INV-1
        = 2026-02-09 open INV-1 0.00
        = 2026-02-10 open INV-1 100.00
        # a day on which it was settled has no room for a second application
        2026-01-15 receipt R-2 ALPHA CNY 100.00
        ! 2026-02-05 apply R-2 INV-1 0.01 is over_applied_on
        2026-02-10 apply R-2 INV-1 100.00
        = 2026-02-10 open INV-1 0.00
        = 2026-02-10 balance ALPHA CNY -100.00
    """,
    "one of several is undone": """
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA CNY 60.00
        2026-01-10 invoice INV-2 ALPHA CNY 40.00
        2026-01-20 receipt R-1 ALPHA CNY 100.00
        2026-01-20 apply R-1 INV-1 60.00, R-1 INV-2 40.00
        2026-01-25 unapply R-1 INV-2
        = 2026-01-25 open INV-1 0.00
        = 2026-01-25 open INV-2 40.00
        = 2026-01-25 open R-1 -40.00
    """,
    "a bounced payment": """
        # 票据法 61, 70: the dishonoured instrument leaves the debt as it was before it was paid
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA CNY 60.00 due 2026-01-31
        2026-01-10 invoice INV-2 ALPHA CNY 60.00 due 2026-02-28
        2026-02-05 receipt R-1 ALPHA CNY 100.00
        2026-02-05 apply R-1 INV-1 60.00, R-1 INV-2 30.00
        2026-02-15 bounce R-1
        = 2026-02-14 aging ALPHA CNY 30.00 0.00 0.00 0.00 0.00 unapplied -10.00
        = 2026-02-15 aging ALPHA CNY 60.00 60.00 0.00 0.00 0.00 unapplied 0.00
        = 2026-02-15 account bank 0.00
        ! 2026-02-16 bounce R-1 is already_reversed
        ! 2026-02-16 apply R-1 INV-1 1.00 is over_applied
    """,
    "a bounce cannot come before what it undoes": """
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA CNY 60.00
        2026-02-05 receipt R-1 ALPHA CNY 60.00
        2026-02-10 apply R-1 INV-1 60.00
        ! 2026-02-04 bounce R-1 is before_posting
        ! 2026-02-09 bounce R-1 is not_a_mirror
        2026-02-10 bounce R-1
        = 2026-02-10 open INV-1 60.00
    """,
    "unidentified money finds its owner": """
        # 待认领款项 stands on 2241 (其他应付款) until somebody says whose it is
        customers ALPHA BETA
        2026-01-10 invoice INV-1 ALPHA CNY 60.00
        2026-01-20 receipt R-1 ? CNY 100.00
        = 2026-01-20 account unidentified -100.00
        = 2026-01-20 aging ? CNY 0.00 0.00 0.00 0.00 0.00 unapplied -100.00
        ! 2026-01-20 apply R-1 INV-1 60.00 is other_customer
        2026-01-25 identify R-1 60.00 to ALPHA as I-1
        2026-01-26 identify R-1 15.00 to BETA as I-2
        2026-01-26 apply I-1 INV-1 60.00
        = 2026-01-24 account unidentified -100.00
        = 2026-01-26 account unidentified -25.00
        = 2026-01-26 open R-1 -25.00
        = 2026-01-26 balance ALPHA CNY 0.00
        = 2026-01-26 balance BETA CNY -15.00
        ! 2026-01-27 identify R-1 25.01 to BETA as I-3 is over_applied
    """,
    "an extension ages from the new day and remembers the old": """
        # reschedule: equal amount and base; the first due date stays on record
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA CNY 100.00 due 2026-01-31
        2026-02-15 extend INV-1 70.00 to 2026-04-30 as X-1
        = 2026-02-14 aging ALPHA CNY 0.00 100.00 0.00 0.00 0.00 unapplied 0.00
        = 2026-02-15 aging ALPHA CNY 70.00 30.00 0.00 0.00 0.00 unapplied 0.00
        = 2026-05-10 aging ALPHA CNY 0.00 70.00 0.00 0.00 30.00 unapplied 0.00
        ! 2026-02-16 bounce INV-1 is replaced
        ! 2026-02-16 bounce X-1 is replacement
    """,
    "a parent pays for its child": """
        customers PARENT CHILD<PARENT STRANGER
        2026-01-10 invoice INV-1 CHILD CNY 100.00 due 2026-01-31
        2026-02-01 receipt R-1 PARENT CNY 80.00
        2026-02-01 apply R-1 INV-1 80.00
        = 2026-02-01 balance CHILD CNY 20.00
        = 2026-02-01 balance PARENT CNY 0.00
        = 2026-02-01 aging CHILD CNY 0.00 20.00 0.00 0.00 0.00 unapplied 0.00
        2026-02-01 receipt R-2 STRANGER CNY 20.00
        ! 2026-02-01 apply R-2 INV-1 20.00 is other_customer
        2026-02-10 unapply R-1 INV-1
        = 2026-02-10 balance CHILD CNY 100.00
        = 2026-02-10 balance PARENT CNY -80.00
    """,
    "a late paper counts from its day": """
        # a receipt found later, dated in the past: every day from then on is lower, no day before
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA CNY 100.00
        2026-03-10 receipt R-1 ALPHA CNY 60.00
        2026-03-10 apply R-1 INV-1 60.00
        2026-02-10 receipt R-2 ALPHA CNY 40.00
        2026-02-10 apply R-2 INV-1 40.00
        = 2026-02-09 open INV-1 100.00
        = 2026-02-10 open INV-1 60.00
        = 2026-03-09 open INV-1 60.00
        = 2026-03-10 open INV-1 0.00
    """,
    "a credit note of the same day": """
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA CNY 100.00
        2026-01-10 credit_note CN-1 ALPHA CNY 100.00
        2026-01-10 apply CN-1 INV-1 100.00
        = 2026-01-10 open INV-1 0.00
        = 2026-01-10 account revenue 0.00
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_case(play: Callable[..., None], text: str) -> None:
    play(text)
