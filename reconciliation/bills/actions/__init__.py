"""What is done with bills: one verb, one function, one transaction, one audit row."""

from bills.actions.ending import collect_bill, dishonour_bill, settle_bill
from bills.actions.passing_on import Passing, discount_bill, endorse_bill
from bills.actions.registering import NewBill, register_bill
from bills.actions.splitting import split_bill
from bills.actions.undoing import undo_event

__all__ = [
    "NewBill",
    "Passing",
    "collect_bill",
    "discount_bill",
    "dishonour_bill",
    "endorse_bill",
    "register_bill",
    "settle_bill",
    "split_bill",
    "undo_event",
]
