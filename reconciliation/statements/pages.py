"""What the pages show of what a statement says."""

from decimal import Decimal

from aging.rules import buckets_at
from arap.core.wording import bucket_words
from statements.queries.said import Said
from statements.rules import Block


def sections_of(said: Said) -> list[tuple[Block, list[tuple[str, Decimal]]]]:
    """Each currency of a statement with its ages: (head, amount), what is not due first."""
    heads = [bucket_words(each.from_days, each.to_days) for each in buckets_at(said.as_of, basis="due")]
    return [(block, list(zip(heads, block.buckets, strict=True))) for block in said.blocks]
