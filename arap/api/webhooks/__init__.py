"""Telling other programs what happened in the book: found by position, signed, sent until it is taken."""
