"""Exchange differences: historical base, realised at settlement, never a cent left over.

Sources: IAS 21.28 (differences on settling monetary items go to profit or loss in the period) and its Chinese twin
CAS 19 art. 11; the house rule of the entry's base. Minor units: ISO 4217 (JPY none, KWD three).
"""

from collections.abc import Callable

import pytest

CASES = {
    "a loss": """
        # IAS 21.28: USD 100 invoiced at 7.10 is 710.00, received at 7.05 is 705.00
        customers ALPHA
        2026-01-31 invoice INV-1 ALPHA USD 100.00 @7.10
        2026-02-28 receipt R-1 ALPHA USD 100.00 @7.05
        = 2026-02-28 balance ALPHA USD 0.00
        = 2026-02-28 account receivable 5.00
        2026-02-28 apply R-1 INV-1 100.00
        = 2026-02-28 open INV-1 0.00
        = 2026-02-28 open R-1 0.00
        = 2026-02-28 account receivable 0.00
        = 2026-02-28 account bank 705.00
        = 2026-02-28 account revenue -710.00
        = 2026-02-27 account fx_gain_loss 0.00
        = 2026-02-28 account fx_gain_loss 5.00
    """,
    "a gain": """
        customers ALPHA
        2026-01-31 invoice INV-1 ALPHA USD 100.00 @7.05
        2026-02-28 receipt R-1 ALPHA USD 100.00 @7.10
        2026-02-28 apply R-1 INV-1 100.00
        = 2026-02-28 account fx_gain_loss -5.00
        = 2026-02-28 account receivable 0.00
    """,
    "in parts": """
        # a third, a third and what is left: 712.35 goes out as 237.43, 237.46 and 237.46, and nothing stays behind
        customers ALPHA
        2026-01-31 invoice INV-1 ALPHA USD 100.00 @7.1235
        2026-02-10 receipt R-1 ALPHA USD 33.33 @7.1235
        2026-02-10 apply R-1 INV-1 33.33
        = 2026-02-10 open INV-1 66.67 base 474.92
        = 2026-02-10 account fx_gain_loss 0.00
        2026-03-10 receipt R-2 ALPHA USD 33.33 @7.0000
        2026-03-10 apply R-2 INV-1 33.33
        # 474.92 x 33.33 / 66.67 = 237.42 of base meet 233.31
        = 2026-03-10 open INV-1 33.34 base 237.50
        = 2026-03-10 account fx_gain_loss 4.11
        2026-04-10 receipt R-3 ALPHA USD 33.34 @7.2000
        2026-04-10 apply R-3 INV-1 33.34
        # the last takes all that is left, 237.50, and meets 240.05
        = 2026-04-10 open INV-1 0.00 base 0.00
        = 2026-04-10 account fx_gain_loss 1.56
        = 2026-04-10 account receivable 0.00
    """,
    "at one rate there is none": """
        # odoo/odoo#87963: one rate throughout, yet a "difference" of a cent; here the parts sum to the whole
        customers ALPHA
        2026-01-31 invoice INV-1 ALPHA EUR 23.00 @7.83333 in 7.67 2026-02-28, 7.67 2026-03-31, 7.66 2026-04-30
        2026-02-01 receipt R-1 ALPHA EUR 23.00 @7.83333
        2026-02-01 apply R-1 INV-1.1 7.67, R-1 INV-1.2 7.67, R-1 INV-1.3 7.66
        = 2026-02-01 account receivable 0.00
        = 2026-02-01 account fx_gain_loss 0.00
    """,
    "one receipt for two invoices of two rates": """
        customers ALPHA
        2026-01-31 invoice INV-1 ALPHA USD 60.00 @7.10
        2026-02-15 invoice INV-2 ALPHA USD 60.00 @7.20
        2026-02-28 receipt R-1 ALPHA USD 100.00 @7.05
        2026-02-28 apply R-1 INV-1 60.00, R-1 INV-2 40.00
        # 426.00 + 288.00 at historical rates, 705.00 received
        = 2026-02-28 account fx_gain_loss 9.00
        = 2026-02-28 open INV-2 20.00 base 144.00
        = 2026-02-28 aging ALPHA USD 0.00 20.00 0.00 0.00 0.00 unapplied 0.00
    """,
    "undone, the difference goes back": """
        customers ALPHA
        2026-01-31 invoice INV-1 ALPHA USD 100.00 @7.10
        2026-02-10 receipt R-1 ALPHA USD 100.00 @7.05
        2026-02-10 apply R-1 INV-1 100.00
        2026-02-20 unapply R-1 INV-1
        = 2026-02-10 account fx_gain_loss 5.00
        = 2026-02-20 account fx_gain_loss 0.00
        = 2026-02-20 open INV-1 100.00 base 710.00
        = 2026-02-20 open R-1 -100.00 base -705.00
    """,
    "bounced, all goes back": """
        customers ALPHA
        2026-01-31 invoice INV-1 ALPHA USD 100.00 @7.10
        2026-02-10 receipt R-1 ALPHA USD 60.00 @7.05
        2026-02-10 apply R-1 INV-1 60.00
        = 2026-02-10 account fx_gain_loss 3.00
        2026-02-20 bounce R-1
        = 2026-02-19 open INV-1 40.00 base 284.00
        = 2026-02-20 open INV-1 100.00 base 710.00
        = 2026-02-20 open R-1 0.00
        = 2026-02-20 account bank 0.00
        = 2026-02-20 account fx_gain_loss 0.00
    """,
    "a replacement keeps the base": """
        # half the debt goes to the parent at the base it had; the loss is still counted from the invoice's rate
        customers PARENT CHILD<PARENT
        2026-01-31 invoice INV-1 CHILD USD 100.01 @7.10
        = 2026-01-31 open INV-1 100.01 base 710.07
        2026-02-10 transfer INV-1 50.00 to PARENT as T-1
        = 2026-02-10 open T-1 50.00 base 355.00
        = 2026-02-10 open INV-1 50.01 base 355.07
        = 2026-02-10 account fx_gain_loss 0.00
        2026-02-28 receipt R-1 PARENT USD 100.01 @7.05
        2026-02-28 apply R-1 T-1 50.00, R-1 INV-1 50.01
        = 2026-02-28 account receivable 0.00
        = 2026-02-28 account fx_gain_loss 5.00
    """,
    "yen": """
        # JPY has no decimals, its base has two: 10,001 at 0.0469 is 469.05
        customers ALPHA
        2026-01-31 invoice INV-1 ALPHA JPY 10001 @0.0469
        = 2026-01-31 open INV-1 10001 base 469.05
        2026-02-10 receipt R-1 ALPHA JPY 3333 @0.0470
        2026-02-10 apply R-1 INV-1 3333
        = 2026-02-10 open INV-1 6668 base 312.73
        = 2026-02-10 account fx_gain_loss -0.33
        ! 2026-02-10 receipt R-2 ALPHA JPY 0.5 @0.0470 is too_precise
    """,
    "dinars": """
        # KWD has three decimals
        customers ALPHA
        2026-01-31 invoice INV-1 ALPHA KWD 1.250 @23.0100
        2026-02-10 receipt R-1 ALPHA KWD 1.249 @23.0100
        2026-02-10 apply R-1 INV-1 1.249
        = 2026-02-10 open INV-1 0.001 base 0.02
        ! 2026-02-10 apply R-1 INV-1 0.001 is over_applied
        2026-02-11 credit_note CN-1 ALPHA KWD 0.001 @23.0100
        2026-02-11 apply CN-1 INV-1 0.001
        = 2026-02-11 account receivable 0.00
        = 2026-02-11 account fx_gain_loss 0.00
    """,
    "the smallest parts": """
        # 0.01 at 0.3 is nothing in base; three of them are one cent, taken by the last
        customers ALPHA
        2026-01-31 invoice INV-1 ALPHA THB 0.03 @0.3
        = 2026-01-31 open INV-1 0.03 base 0.01
        2026-02-01 receipt R-1 ALPHA THB 0.01 @0.3
        2026-02-01 apply R-1 INV-1 0.01
        = 2026-02-01 open INV-1 0.02 base 0.01
        2026-02-02 receipt R-2 ALPHA THB 0.02 @0.3
        2026-02-02 apply R-2 INV-1 0.02
        = 2026-02-02 account receivable 0.00
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_case(play: Callable[..., None], text: str) -> None:
    play(text)


def test_a_book_in_yen(play: Callable[..., None]) -> None:
    """A base currency without decimals rounds to whole yen: USD 100.00 at 149.505 is 14,951."""
    text = """
        customers ALPHA
        2026-01-31 invoice INV-1 ALPHA USD 100.00 @149.505
        = 2026-01-31 open INV-1 100.00 base 14951
        2026-02-10 receipt R-1 ALPHA USD 33.33 @150.000
        2026-02-10 apply R-1 INV-1 33.33
        = 2026-02-10 open INV-1 66.67 base 9968
        = 2026-02-10 account fx_gain_loss -17
    """
    play(text, "JPY")


def test_a_book_in_dinars(play: Callable[..., None]) -> None:
    """A base currency with three decimals."""
    text = """
        customers ALPHA
        2026-01-31 invoice INV-1 ALPHA USD 100.00 @0.30745
        = 2026-01-31 open INV-1 100.00 base 30.745
        2026-02-10 receipt R-1 ALPHA USD 50.00 @0.3080
        2026-02-10 apply R-1 INV-1 50.00
        = 2026-02-10 open INV-1 50.00 base 15.372
        = 2026-02-10 account fx_gain_loss -0.027
    """
    play(text, "KWD")
