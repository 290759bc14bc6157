"""Measurements of the book beside hand-written SQL that writes the same rows into the same tables, triggers on.

Ratios within one run are what counts: machines differ, and drift.
"""
