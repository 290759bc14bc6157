"""Rules of money in: how a receipt could be applied. Pure, no Django."""

from .proposals import OpenAmount, Proposal, ProposedPair, propose, spread

__all__ = ["OpenAmount", "Proposal", "ProposedPair", "propose", "spread"]
