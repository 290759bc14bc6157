"""How long personal data is kept where nobody decided otherwise. Pure, no Django."""

from datetime import date

from arap.core.dates import add_months

# Months: a contact after leaving, a note after it was written, a payer's words after the money came in. PIPL Article 19
# asks for the shortest time that the purpose needs.
RETENTION = {"contact": 24, "note": 36, "payer": 120}
# What no company may shorten: bank statements and the papers that prove a receipt are kept for ten years at least
# (会计档案管理办法, Ministry of Finance and State Archives Order 79, annex 1).
RETENTION_MIN = {"contact": 0, "note": 0, "payer": 120}
MONTHS_MAX = 600


def kept_from(as_of: date, months: int) -> date:
    """The day from which data is still kept on `as_of`: what is older has been kept for `months`."""
    return add_months(as_of, -months)
