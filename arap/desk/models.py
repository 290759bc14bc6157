"""What the desk keeps for itself: where taken-on documents come from, and the files they came in."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned


class TakenOn(CompanyOwned):
    """A document that came from another system's history, so that the same file can be loaded again.

    `settled_on` is the settlement that has been carried into the book, empty while the document was open when last
    loaded. `fingerprint` stands for what the row said besides the columns of the book (order, terms, facts).
    """

    document = models.OneToOneField(
        "ledger.Document", verbose_name=_("document in the book"), on_delete=models.PROTECT, related_name="taken_on"
    )
    settled_on = models.DateField(_("settled on"), null=True)
    fingerprint = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta(CompanyOwned.Meta):
        verbose_name = _("document taken on")
        verbose_name_plural = _("documents taken on")

    def __str__(self) -> str:
        return str(self.document_id)


class Import(CompanyOwned):
    """A file that somebody brought, the mapping it is read with, its latest dry run and its latest run.

    `key` comes with the form, so that a file sent twice by a double click is one. `layout` says which column is which
    field where the file has headings of its own (mapping/layouts.py); `encoding` is a codec, empty for a workbook. The
    joins to jobs and file are composite (migrations/sql/imports.sql).
    """

    key = models.CharField(max_length=64)
    file = models.ForeignKey(
        "core.StoredFile", verbose_name=_("file"), on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    mapping = models.CharField(_("mapping"), max_length=60)
    target = models.CharField(_("content"), max_length=20, default="history", db_default="history")
    is_whole = models.BooleanField(_("all or nothing"), default=False, db_default=False)
    layout = models.JSONField(_("columns"), null=True)
    encoding = models.CharField(_("encoding"), max_length=40, blank=True, default="", db_default="")
    trial = models.ForeignKey(
        "core.Job",
        verbose_name=_("dry run"),
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    run = models.ForeignKey(
        "core.Job",
        verbose_name=_("import"),
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    created_by = models.ForeignKey(
        "core.User",
        verbose_name=_("created by"),
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta(CompanyOwned.Meta):
        verbose_name = _("import of a file")
        verbose_name_plural = _("imports of files")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company", "key"], name="desk_import_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.mapping}"


class KeptLayout(CompanyOwned):
    """Which column is which field, kept under a name: proposed when a file with the same headings comes again."""

    name = models.CharField(_("name"), max_length=60)
    target = models.CharField(_("content"), max_length=20, default="history", db_default="history")
    # SHA-256 of the headings in any order, so that they are found again.
    headings = models.CharField(max_length=64)
    layout = models.JSONField(_("columns"))
    created_by = models.ForeignKey(
        "core.User", verbose_name=_("created by"), on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )

    class Meta(CompanyOwned.Meta):
        ordering = ["name"]
        verbose_name = _("kept columns")
        verbose_name_plural = _("kept columns")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company", "name"], name="desk_keptlayout_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ImportLine(CompanyOwned):
    """What becomes of one row of a file, as a dry run or a run of an import found it. A run keeps what it left out."""

    class Fate(models.TextChoices):
        NEW = "new", _("To be posted")
        CHANGED = "changed", _("To be changed")
        SETTLE = "settle", _("To be settled")
        SKIPPED = "skipped", _("Skipped")
        REJECTED = "rejected", _("Left out")

    job = models.ForeignKey(
        "core.Job",
        verbose_name=_("job"),
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    row = models.PositiveIntegerField(_("row"))
    fate = models.CharField(_("what happens"), max_length=10, choices=Fate)
    is_new_customer = models.BooleanField(_("creates the customer"), default=False)
    kind = models.CharField(_("kind"), max_length=20, blank=True, default="")
    number = models.CharField(_("number"), max_length=60, blank=True, default="")
    customer_code = models.CharField(_("customer code"), max_length=60, blank=True, default="")
    customer_name = models.CharField(_("customer name"), max_length=200, blank=True, default="")
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    # As the file has it: a rejected amount may have more decimals than any currency.
    amount = models.DecimalField(_("amount"), max_digits=40, decimal_places=12, null=True)
    issued_on = models.DateField(_("issued on"), null=True)
    due_on = models.DateField(_("due on"), null=True)
    settled_on = models.DateField(_("settled on"), null=True)
    field = models.CharField(_("column"), max_length=200, blank=True, default="")
    message = models.TextField(_("reason"), blank=True, default="")

    class Meta(CompanyOwned.Meta):
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["job", "row"], name="desk_importline_row"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["job", "fate", "row"], name="desk_importline_fate")
        ]

    def __str__(self) -> str:
        return f"{self.row} {self.fate}"


class SavedView(CompanyOwned):
    """What a list or a report is narrowed to, kept under a name: a tab of it, for its owner or for everybody.

    `page` is the name of the address (reports/kept.py has those of reports), `query` the query of it, as the page
    itself writes it.
    """

    page = models.CharField(_("page"), max_length=60)
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(_("what it asks"), max_length=2000)
    owner = models.ForeignKey("core.User", verbose_name=_("owner"), on_delete=models.CASCADE, related_name="+")
    is_shared = models.BooleanField(_("for everybody"), default=False, db_default=False)

    class Meta(CompanyOwned.Meta):
        ordering = ["name", "id"]
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company", "page", "owner", "name"], name="desk_savedview_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ReportSchedule(CompanyOwned):
    """A saved report that is sent by e-mail regularly. `next_at` is when it is sent next; empty while it rests.

    A rhythm is read as reports/rhythm.py has it: `weekday` counts where it is weekly, `month_day` where it is monthly.
    """

    class Rhythm(models.TextChoices):
        WORKDAY = "workday", _("Every business day")
        WEEKLY = "weekly", _("Every week")
        MONTHLY = "monthly", _("Every month")

    class FileKind(models.TextChoices):
        XLSX = "xlsx", "XLSX"
        PDF = "pdf", "PDF"
        CSV = "csv", "CSV"

    view = models.ForeignKey(
        SavedView, verbose_name=_("saved view"), on_delete=models.CASCADE, related_name="schedules"
    )
    rhythm = models.CharField(_("how often"), max_length=10, choices=Rhythm)
    weekday = models.PositiveSmallIntegerField(_("weekday"), default=1, db_default=1)
    month_day = models.PositiveSmallIntegerField(_("day of the month"), default=1, db_default=1)
    hour = models.PositiveSmallIntegerField(_("hour"))
    file_kind = models.CharField(_("file"), max_length=4, choices=FileKind)
    is_paused = models.BooleanField(_("paused"), default=False, db_default=False)
    next_at = models.DateTimeField(_("sent next"), null=True)
    created_by = models.ForeignKey(
        "core.User", verbose_name=_("created by"), on_delete=models.CASCADE, db_index=False, related_name="+"
    )

    class Meta(CompanyOwned.Meta):
        ordering = ["id"]
        verbose_name = _("regular report")
        verbose_name_plural = _("regular reports")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(weekday__range=(1, 7), month_day__range=(1, 31), hour__range=(0, 23)),
                name="desk_reportschedule_days",
            ),
            models.CheckConstraint(
                condition=models.Q(is_paused=True) | models.Q(next_at__isnull=False), name="desk_reportschedule_next"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["company", "next_at"],
                condition=models.Q(next_at__isnull=False),
                name="desk_reportschedule_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.rhythm}"


class ReportReader(CompanyOwned):
    """Somebody to whom a report is sent. Asked each time whether they may still see it."""

    schedule = models.ForeignKey(ReportSchedule, on_delete=models.CASCADE, related_name="readers")
    user = models.ForeignKey("core.User", verbose_name=_("reader"), on_delete=models.CASCADE, related_name="+")

    class Meta(CompanyOwned.Meta):
        verbose_name = _("reader of a regular report")
        verbose_name_plural = _("readers of regular reports")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["schedule", "user"], name="desk_reportreader_once"),
        ]

    def __str__(self) -> str:
        return str(self.user_id)


class ReportSending(CompanyOwned):
    """A report was sent, or was not, for the moment at which it was due; once for each."""

    schedule = models.ForeignKey(ReportSchedule, on_delete=models.CASCADE, related_name="sendings")
    due_at = models.DateTimeField(_("due"))
    made_at = models.DateTimeField(_("made at"), db_default=Now(), editable=False)
    sent = models.PositiveIntegerField(_("sent"), default=0, db_default=0)
    problem = models.CharField(_("problem"), max_length=500, blank=True, default="", db_default="")

    class Meta(CompanyOwned.Meta):
        ordering = ["-due_at"]
        verbose_name = _("sending of a regular report")
        verbose_name_plural = _("sendings of regular reports")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["schedule", "due_at"], name="desk_reportsending_once"),
        ]

    def __str__(self) -> str:
        return f"{self.due_at}"


class Opened(CompanyOwned):
    """What somebody opened last: the recent items of the search box. Few are kept for each person (recent.py).

    `kind` says what it is, `object_id` which. Names are read when they are shown, so none is kept here.
    """

    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        INVOICE = "invoice", _("Invoice")
        RECEIPT = "receipt", _("Receipt")
        DOCUMENT = "document", _("Document")
        STATEMENT = "statement", _("Statement of account")

    user = models.ForeignKey("core.User", on_delete=models.CASCADE, db_index=False, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    object_id = models.BigIntegerField()
    opened_at = models.DateTimeField(db_default=Now())

    class Meta(CompanyOwned.Meta):
        verbose_name = _("opened")
        verbose_name_plural = _("opened")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["user", "company", "kind", "object_id"], name="desk_opened_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class NewsSeen(CompanyOwned):
    """Up to when somebody has seen what happened: what is newer is counted in the top bar."""

    user = models.ForeignKey("core.User", on_delete=models.CASCADE, db_index=False, related_name="+")
    seen_at = models.DateTimeField(db_default=Now())

    class Meta(CompanyOwned.Meta):
        verbose_name = _("seen")
        verbose_name_plural = _("seen")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["user", "company"], name="desk_newsseen_once"),
        ]

    def __str__(self) -> str:
        return f"{self.seen_at}"
