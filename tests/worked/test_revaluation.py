"""Month-end revaluation: unrealised differences beside the control account, taken back on the first of the next month.

Sources: IAS 21.23(a), 21.28 and 21.16 (what is monetary: advances paid or received for goods are not), and their
Chinese twins CAS 19 art. 11(1) and its guide (期末调汇). Minor units: ISO 4217 (JPY none, KWD three).
"""

from collections.abc import Callable

import pytest

CASES = {
    "a gain that is not yet one": """
        # IAS 21.28: USD 100 at 7.10 is 710.00; at the closing rate 7.25 it is worth 725.00; received at 7.20
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA USD 100.00 @7.10
        2026-01-31 rate USD 7.25
        2026-01-31 revalue 15.00
        = 2026-01-31 account receivable 710.00
        = 2026-01-31 account receivable_adjustment 15.00
        = 2026-01-31 account unrealised_fx -15.00
        = 2026-01-31 open INV-1 100.00 base 710.00
        # taken back on the first, so that settlement counts from the historical base and once only
        = 2026-02-01 account receivable_adjustment 0.00
        = 2026-02-01 account unrealised_fx 0.00
        2026-02-10 receipt R-1 ALPHA USD 100.00 @7.20
        2026-02-10 apply R-1 INV-1 100.00
        = 2026-02-10 account fx_gain_loss -10.00
        = 2026-02-10 account receivable 0.00
        2026-02-28 rate USD 7.30
        2026-02-28 revalue 0.00
        = 2026-02-28 account receivable_adjustment 0.00
    """,
    "a loss over two month ends": """
        # in all the loss is the 5.00 between 7.10 and 7.05, whatever the months between have shown
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA USD 100.00 @7.10
        2026-01-31 rate USD 7.00
        2026-01-31 revalue -10.00
        2026-02-28 rate USD 7.08
        2026-02-28 revalue -2.00
        = 2026-01-31 account unrealised_fx 10.00
        = 2026-02-28 account unrealised_fx 2.00
        2026-03-05 receipt R-1 ALPHA USD 100.00 @7.05
        2026-03-05 apply R-1 INV-1 100.00
        = 2026-03-05 account unrealised_fx 0.00
        = 2026-03-05 account fx_gain_loss 5.00
    """,
    "what is left after a part payment": """
        # a third of 712.35 is gone with 237.43; 474.92 for USD 66.67 stand at 7.20, 480.02
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA USD 100.00 @7.1235
        2026-01-20 receipt R-1 ALPHA USD 33.33 @7.1235
        2026-01-20 apply R-1 INV-1 33.33
        2026-01-31 rate USD 7.20
        2026-01-31 revalue 5.10
        = 2026-01-31 account receivable_adjustment 5.10
    """,
    "over-payments are revalued, advances are not": """
        # IAS 21.16: an over-payment is to be given back in money, an advance is to be delivered
        customers ALPHA
        2026-01-10 receipt R-1 ALPHA USD 50.00 @7.00
        2026-01-10 receipt R-2 ALPHA USD 70.00 @7.00 advance
        2026-01-10 receipt R-3 ? USD 30.00 @7.00
        2026-01-31 rate USD 7.10
        2026-01-31 revalue -8.00
        = 2026-01-31 account receivable_adjustment -5.00
        = 2026-01-31 account unidentified_adjustment -3.00
        = 2026-01-31 account unrealised_fx 8.00
        = 2026-02-01 account unidentified_adjustment 0.00
    """,
    "a late document changes the month": """
        # what was posted stays; only what the late invoice adds is posted beside it, and taken back
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA USD 100.00 @7.10
        2026-01-31 rate USD 7.25
        2026-01-31 revalue 15.00
        2026-01-20 invoice INV-2 ALPHA USD 200.00 @7.20
        2026-01-31 revalue 10.00
        = 2026-01-31 account receivable_adjustment 25.00
        = 2026-02-01 account receivable_adjustment 0.00
    """,
    "a late receipt takes the difference of what it paid": """
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA USD 100.00 @7.10
        2026-01-31 rate USD 7.25
        2026-01-31 revalue 15.00
        2026-01-25 receipt R-1 ALPHA USD 100.00 @7.20
        2026-01-25 apply R-1 INV-1 100.00
        2026-01-31 revalue -15.00
        = 2026-01-31 account receivable_adjustment 0.00
        = 2026-01-31 account unrealised_fx 0.00
        = 2026-01-31 account fx_gain_loss -10.00
        2026-02-03 unapply R-1 INV-1
        # the month end is before the undoing: it stands
        2026-01-31 revalue 0.00
    """,
    "a corrected rate": """
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA USD 100.00 @7.10
        2026-01-31 rate USD 7.25
        2026-01-31 revalue 15.00
        2026-01-31 rate USD 7.15
        2026-01-31 revalue -10.00
        = 2026-01-31 account receivable_adjustment 5.00
        = 2026-02-01 account receivable_adjustment 0.00
    """,
    "months in any order": """
        # February was revalued first; January, done later, adds nothing to it
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA USD 100.00 @7.10
        2026-01-31 rate USD 7.25
        2026-02-28 rate USD 7.30
        2026-02-28 revalue 20.00
        2026-01-31 revalue 15.00
        = 2026-01-31 account receivable_adjustment 15.00
        = 2026-02-01 account receivable_adjustment 0.00
        = 2026-02-28 account receivable_adjustment 20.00
        = 2026-03-01 account receivable_adjustment 0.00
    """,
    "three currencies": """
        # JPY 10,001 at 0.0469 is 469.05, at 0.0475 it is 475.05; KWD 1.250 at 23.01 is 28.76, at 22.90 it is 28.63
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA JPY 10001 @0.0469
        2026-01-10 invoice INV-2 ALPHA KWD 1.250 @23.0100
        2026-01-10 invoice INV-3 ALPHA CNY 100.00
        2026-01-10 invoice INV-4 ALPHA USD 100.00 @7.10
        2026-01-31 rate JPY 0.0475
        2026-01-31 rate KWD 22.90
        2026-01-31 rate USD 7.10
        2026-01-31 revalue 5.87
        = 2026-01-31 account receivable_adjustment 5.87
        = 2026-01-31 account unrealised_fx -5.87
    """,
    "gain and loss that make up for each other": """
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA USD 100.00 @7.10
        2026-01-11 invoice INV-2 ALPHA USD 100.00 @7.20
        2026-01-31 rate USD 7.15
        2026-01-31 revalue 0.00
        = 2026-01-31 account receivable_adjustment 0.00
    """,
    "no rate, no revaluation": """
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA USD 100.00 @7.10
        2026-01-10 invoice INV-2 ALPHA EUR 100.00 @7.80
        2026-01-31 rate EUR 7.90
        2026-02-01 rate USD 7.25
        ! 2026-01-31 revalue is missing_rate
        = 2026-01-31 account receivable_adjustment 0.00
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_case(play: Callable[..., None], text: str) -> None:
    play(text)


def test_a_book_in_yen(play: Callable[..., None]) -> None:
    """A base currency without decimals: USD 33.33 at 149.505 is 4,983, at 151.00 it is 5,033."""
    text = """
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA USD 33.33 @149.505
        2026-01-31 rate USD 151.00
        2026-01-31 revalue 50
        = 2026-01-31 account receivable_adjustment 50
    """
    play(text, "JPY")


def test_a_book_in_dinars(play: Callable[..., None]) -> None:
    """A base currency with three decimals: USD 33.33 at 0.30745 is 10.247, at 0.3081 it is 10.269."""
    text = """
        customers ALPHA
        2026-01-10 invoice INV-1 ALPHA USD 33.33 @0.30745
        2026-01-31 rate USD 0.3081
        2026-01-31 revalue 0.022
        = 2026-01-31 account receivable_adjustment 0.022
    """
    play(text, "KWD")
