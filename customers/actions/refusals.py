"""Refusals of the database, said to people."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from arap.core.errors import Refused


@contextmanager
def refusing_cycles() -> Iterator[None]:
    """Turn the database's refusal of a group that contains itself into Refused("group_cycle").

    The savepoint keeps the transaction around it usable.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", "") != "customers_customer_no_cycle":
            raise
        raise Refused("group_cycle", _("A customer cannot stand under one of its own subsidiaries.")) from error
