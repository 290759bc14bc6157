"""Rules of money in: how a receipt could be applied. Pure, no Django."""

from .discounts import Offer, earned, payable
from .proposals import ChargeOrder, OpenAmount, Proposal, ProposedPair, propose, propose_with_discounts, spread
from .tolerances import Limit

__all__ = [
    "ChargeOrder",
    "Limit",
    "Offer",
    "OpenAmount",
    "Proposal",
    "ProposedPair",
    "earned",
    "payable",
    "propose",
    "propose_with_discounts",
    "spread",
]
