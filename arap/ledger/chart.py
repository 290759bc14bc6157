"""The chart of control and adjustment accounts, after the Chinese standard chart of accounts (财会〔2006〕18号)."""

from django.db import connection

from arap.core.models import Company
from arap.ledger.models import Account

Role = Account.Role
# role, code, name, local name, control
CHART = (
    (Role.RECEIVABLE, "1122", "Accounts receivable", "应收账款", True),
    (Role.RECEIVABLE_ADJUSTMENT, "1122.99", "Receivables revaluation", "应收账款汇兑调整", False),
    (Role.BILLS, "1121", "Notes receivable", "应收票据", True),
    (Role.BILLS_ADJUSTMENT, "1121.99", "Notes receivable revaluation", "应收票据汇兑调整", False),
    (Role.ADVANCES, "2203", "Advances from customers", "预收账款", True),
    (Role.UNIDENTIFIED, "2241.01", "Unidentified receipts", "待认领款项", True),
    (Role.UNIDENTIFIED_ADJUSTMENT, "2241.99", "Unidentified receipts revaluation", "待认领款项汇兑调整", False),
    (Role.WITHHELD, "1221.02", "Tax withheld by customers", "客户代扣税款", False),
    (Role.BANK, "1002", "Bank", "银行存款", False),
    (Role.REVENUE, "6001", "Revenue", "主营业务收入", False),
    (Role.OUTPUT_TAX, "2221.01", "Output tax", "应交增值税（销项税额）", False),
    (Role.BANK_CHARGE, "6603.01", "Bank charges", "手续费", False),
    (Role.FX_GAIN_LOSS, "6603.02", "Exchange gain or loss", "汇兑损益", False),
    (Role.UNREALISED_FX, "6603.09", "Unrealised exchange gain or loss", "未实现汇兑损益", False),
    (Role.DISCOUNT, "6603.03", "Cash discount", "现金折扣", False),
    (Role.ROUNDING, "6301", "Rounding difference", "尾差", False),
    (Role.WRITE_OFF, "6702", "Credit loss", "信用减值损失", False),
    (Role.BILLS_LIABILITY, "2001.02", "Notes discounted or endorsed with recourse", "已贴现背书未到期票据", False),
    (Role.DISCOUNT_INTEREST, "6603.04", "Interest on discounted notes", "票据贴现利息", False),
    (Role.PAYABLES_CLEARING, "2202.99", "Payables netted off", "应付账款抵销", False),
    (Role.OPENING, "4104.99", "Opening balances", "期初余额", False),
)

# The adjustment account beside each control account whose items are monetary (IAS 21.8, CAS 19 art. 2): what is to be
# received or paid in money. Advances are settled by delivery, and so keep the rate of the day they came in.
ADJUSTMENTS = {
    Role.RECEIVABLE: Role.RECEIVABLE_ADJUSTMENT,
    Role.BILLS: Role.BILLS_ADJUSTMENT,
    Role.UNIDENTIFIED: Role.UNIDENTIFIED_ADJUSTMENT,
}


def ensure_chart(company: Company) -> dict[str, int]:
    """Create the accounts the company lacks; what it renamed or renumbered stays. Returns role -> account id."""
    present = set(Account.objects.filter(company=company).values_list("role", flat=True))
    Account.objects.bulk_create(
        [
            Account(company=company, role=role, code=code, name=name, name_local=local, is_control=control)
            for role, code, name, local, control in CHART
            if role not in present
        ],
        ignore_conflicts=True,
    )
    return accounts(company)


def accounts(company: Company) -> dict[str, int]:
    """Role -> account id of the company, all roles. Creates the chart when the company has none."""
    with connection.cursor() as cursor:
        cursor.execute("select role, id from ledger_account where company_id = %s", [company.pk])
        found = dict(cursor.fetchall())
    return found if len(found) >= len(CHART) else ensure_chart(company)
