"""The foundation in the admin. Importing the modules registers them."""

from arap.core.admin import companies, log, people, periods, reference, schedules

__all__ = ["companies", "log", "people", "periods", "reference", "schedules"]
