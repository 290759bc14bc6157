"""The reports: each is data (columns, a query whose rows are read by keyset, totals), shown, filed and sent alike."""

from arap.desk.reports.applications import APPLICATIONS
from arap.desk.reports.comparison import COMPARISON
from arap.desk.reports.documents import DOCUMENTS, RECEIPTS
from arap.desk.reports.frame import Report
from arap.desk.reports.journal import JOURNAL
from arap.desk.reports.ledger import LEDGER
from arap.desk.reports.open_items import OPEN_ITEMS

REPORTS: dict[str, Report] = {
    report.slug: report for report in (OPEN_ITEMS, LEDGER, DOCUMENTS, RECEIPTS, APPLICATIONS, JOURNAL, COMPARISON)
}

__all__ = ["REPORTS", "Report"]
