"""What was done with a receipt: its applications and their undoing, in the order in which they were recorded."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from arap.core.models import Company
from arap.ledger.models import Entry, Item, Posting

NUMBERS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class ActLine:
    """What an act moved between the receipt and one item of a document; `amount` above zero."""

    entry_id: int
    document_id: int
    number: str
    amount: Decimal
    is_undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One application of the receipt, or the undoing of one, with who did it and why."""

    application_id: int
    effective_on: date
    policy: str
    reason: str
    undoes: bool
    recorded_at: datetime | None
    by: str
    lines: list[ActLine]

    @property
    def amount(self) -> Decimal:
        """Above zero, in the receipt's currency."""
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def numbers(self) -> str:
        """The documents, the first few by name."""
        shown = ", ".join(line.number for line in self.lines[:NUMBERS_SHOWN])
        return f"{shown} …" if len(self.lines) > NUMBERS_SHOWN else shown

    @property
    def how(self) -> str:
        """How it came about, in words."""
        if self.policy == "reversal":
            return _("the money went back")
        return _("by proposal") if self.policy.startswith("auto.") else _("by hand")

    @property
    def entries(self) -> str:
        """The ids of the entries that still hold, as addresses write them."""
        return ",".join(str(line.entry_id) for line in self.live)

    @property
    def live(self) -> list[ActLine]:
        """What of it is still applied."""
        return [] if self.undoes else [line for line in self.lines if not line.is_undone]


def live_entries(company: Company, items: Collection[Item], entries: Collection[int] | None = None) -> QuerySet[Entry]:
    """Entries of applications that still hold: those of the receipt's own `items`, or of `entries` those that an act
    with such an item wrote.
    """
    live = Entry.objects.filter(company=company, application__isnull=False, reverses=None, reversed_by=None)
    if entries is None:
        return live.filter(item__in=items)
    return live.filter(pk__in=entries, application__in=Entry.objects.filter(item__in=items).values("application"))


def but_refunds(live: QuerySet[Entry]) -> QuerySet[Entry]:
    """Without those that a refund wrote: what was paid back is undone when the money comes back, and no other way."""
    return live.exclude(application__policy="refund")


def act_entries(company: Company, entry_ids: Collection[int]) -> list[int]:
    """All entries of the applications to which these belong, so that the whole of an act can be named."""
    acts = Entry.objects.filter(company=company, pk__in=entry_ids).values("application")
    return list(Entry.objects.filter(application__in=acts).order_by("pk").values_list("pk", flat=True))


def acts_of(company: Company, items: Sequence[Item]) -> list[Act]:
    """The acts on the receipt whose own credit items these are, newest first. Three queries."""
    own = Entry.objects.filter(item__in=items, application__isnull=False)
    rows = list(own.select_related("application", "counter_item__document").order_by("position", "pk"))
    undone = {row.reverses_id for row in rows if row.reverses_id}
    postings = Posting.objects.filter(company=company, position__in={row.position for row in rows})
    known = {posting.position: posting for posting in postings.select_related("actor")} if rows else {}
    acts: dict[int, Act] = {}
    for row in rows:
        application, counter = row.application, row.counter_item
        assert application is not None, "chosen so"
        assert counter is not None, "chosen so"
        posting = known.get(row.position)
        act = acts.setdefault(
            application.pk,
            Act(
                application_id=application.pk,
                effective_on=application.effective_on,
                policy=application.policy,
                reason=application.reason,
                undoes=application.undoes_id is not None,
                recorded_at=posting.recorded_at if posting else None,
                by=posting.actor.get_full_name() or posting.actor.get_username() if posting and posting.actor else "",
                lines=[],
            ),
        )
        document = counter.document
        act.lines.append(ActLine(row.pk, document.pk, document.number, abs(row.amount), row.pk in undone))
    return list(reversed(acts.values()))
