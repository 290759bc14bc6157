"""What a file can hold besides a history, and the columns of each. An export writes the same columns and names."""

from collections.abc import Mapping as Dict
from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arap.core.models import Company
from arap.desk.mapping import Target
from arap.desk.mapping.layouts import plain_heading
from arap.desk.takeon.target import HISTORY
from customers.models import CustomField
from customers.queries import custom_fields
from receipts.models import Receipt

Words = str | Promise
OWN_FIELD = "custom_"
YES_NO = {
    "yes": "yes", "no": "no", "true": "yes", "false": "no", "1": "yes", "0": "no", "y": "yes", "n": "no",
    "ja": "yes", "nein": "no", "是": "yes", "否": "no",
}  # fmt: skip
LANGUAGES = {
    "en": "en",
    "english": "en",
    "zh-hans": "zh-hans",
    "zh": "zh-hans",
    "chinese": "zh-hans",
    "中文": "zh-hans",
}
ENTRIES = {"net": "net", "gross": "gross", "不含税": "net", "含税": "gross", "netto": "net", "brutto": "gross"}

CUSTOMERS = Target(
    name="customers",
    fields={
        "code": "code",
        "name": "text",
        "name_local": "text",
        "country": "code",
        "tax_id": "code",
        "address": "lines",
        "delivery_address": "lines",
        "phone": "text",
        "bank_name": "text",
        "bank_account": "code",
        "parent_code": "code",
        "segment": "text",
        "owner": "code",
        "language": "choice",
        "currency": "currency",
        "terms": "code",
        "active": "choice",
        "payer_accounts": "list",
    },
    required=frozenset({"code"}),
    max_length={
        "code": 60, "name": 200, "name_local": 200, "country": 10, "tax_id": 40, "address": 500,
        "delivery_address": 500, "phone": 60, "bank_name": 120, "bank_account": 60, "parent_code": 60, "segment": 60,
        "owner": 150, "terms": 30, "payer_accounts": 60,
    },
    choices={"language": ("en", "zh-hans"), "active": ("yes", "no")},
    words={"language": LANGUAGES, "active": YES_NO},
)  # fmt: skip

INVOICES = Target(
    name="invoices",
    fields={
        "number": "code",
        "customer_code": "code",
        "currency": "currency",
        "rate": "number",
        "issued_on": "date",
        "due_on": "date",
        "terms": "code",
        "instalments": "text",
        "reference": "text",
        "order_number": "text",
        "buyer_reference": "text",
        "contract_number": "text",
        "delivered_on": "date",
        "period_from": "date",
        "period_to": "date",
        "memo": "lines",
        "description": "text",
        "description_local": "text",
        "quantity": "figure",
        "unit": "text",
        "unit_price": "figure",
        "discount_percent": "figure",
        "tax_code": "code",
        "tax_rate": "figure",
        "price_is": "choice",
    },
    required=frozenset({"number", "customer_code", "issued_on", "unit_price"}),
    max_length={
        "number": 60, "customer_code": 60, "terms": 30, "instalments": 2000, "reference": 140, "order_number": 60,
        "buyer_reference": 60, "contract_number": 60, "memo": 2000, "description": 300, "description_local": 300,
        "unit": 20, "tax_code": 20,
    },
    choices={"price_is": ("net", "gross")},
    words={"price_is": ENTRIES},
)  # fmt: skip

CREDIT_NOTES = replace(
    INVOICES,
    name="credit_notes",
    fields={**INVOICES.fields, "credits": "code"},
    max_length={**INVOICES.max_length, "credits": 60},
)

RECEIPTS = Target(
    name="receipts",
    fields={
        "number": "code",
        "customer_code": "code",
        "amount": "amount",
        "currency": "currency",
        "received_on": "date",
        "method": "choice",
        "bank_account": "code",
        "payer_name": "text",
        "payer_account": "code",
        "remittance": "text",
        "rate": "number",
        "applied_to": "text",
    },
    required=frozenset({"number", "amount", "received_on"}),
    max_length={
        "number": 60, "customer_code": 60, "bank_account": 60, "payer_name": 200, "payer_account": 60,
        "remittance": 500, "applied_to": 20_000,
    },
    choices={"method": tuple(Receipt.Method.values)},
    words={"method": {value: value for value in Receipt.Method.values}},
)  # fmt: skip

TARGETS = {each.name: each for each in (HISTORY, CUSTOMERS, INVOICES, CREDIT_NOTES, RECEIPTS)}

TITLES: dict[str, Words] = {
    "history": _("Customers and open items of another system"),
    "customers": _("Customers"),
    "invoices": _("Invoices, with their lines"),
    "credit_notes": _("Credit notes, with their lines"),
    "receipts": _("Receipts"),
}

LABELS: dict[str, Words] = {
    "code": _("Customer code"),
    "name": _("Customer name"),
    "name_local": _("Customer name in Chinese"),
    "country": _("Country"),
    "tax_id": _("Tax number"),
    "address": _("Address"),
    "delivery_address": _("Delivery address"),
    "phone": _("Telephone"),
    "bank_name": _("Bank for tax invoices"),
    "parent_code": _("Code of the parent customer"),
    "segment": _("Segment"),
    "owner": _("Owner (user name)"),
    "language": _("Language"),
    "currency": _("Currency"),
    "terms": _("Code of the payment terms"),
    "active": _("Active (yes or no)"),
    "payer_accounts": _("Payer’s accounts"),
    "number": _("Document number"),
    "customer_code": _("Customer code"),
    "rate": _("Exchange rate"),
    "issued_on": _("Day of issue"),
    "due_on": _("Due date"),
    "instalments": _("Instalments: day and amount each"),
    "reference": _("Customer’s reference"),
    "order_number": _("Order number"),
    "buyer_reference": _("Buyer reference"),
    "contract_number": _("Contract number"),
    "delivered_on": _("Delivered on"),
    "period_from": _("Period from"),
    "period_to": _("Period to"),
    "memo": _("Memo"),
    "description": _("Description of the line"),
    "description_local": _("Description in Chinese"),
    "quantity": _("Quantity"),
    "unit": _("Unit"),
    "unit_price": _("Unit price"),
    "discount_percent": _("Discount in per cent"),
    "tax_code": _("Tax code"),
    "tax_rate": _("Tax rate in per cent"),
    "price_is": _("Price net or gross"),
    "credits": _("Number of the invoice that is credited"),
    "amount": _("Amount"),
    "received_on": _("Day of receipt"),
    "method": _("Way of payment"),
    "bank_account": _("Bank account number"),
    "payer_name": _("Payer"),
    "payer_account": _("Payer’s account"),
    "remittance": _("Remittance text"),
    "applied_to": _("Applied to: number=amount each"),
}

# Words over columns, without case, spaces and signs; a field's own name is always known.
HEADINGS: Dict[str, Dict[str, str]] = {
    "customers": {
        "code": (
            "customercode customerno customernumber customerid debtorno kundennummer kundennr debitor 客户编码 "
            "客户代码 客户编号"
        ),
        "name": "customername company companyname kunde kundenname firma 客户名称 客户全称 单位名称",
        "name_local": "localname chinesename 中文名称",
        "country": "countrycode land 国家",
        "tax_id": "taxid taxnumber vatid ustid 税号 纳税人识别号",
        "address": "billingaddress adresse 地址",
        "phone": "telephone telefon 电话",
        "bank_name": "bank 开户行",
        "bank_account": "account konto 银行账号",
        "parent_code": "parent group konzern 上级客户",
        "segment": "class klasse 客户分类",
        "currency": "ccy waehrung 币种",
        "terms": "paymentterms zahlungsbedingung 付款条件",
        "active": "isactive aktiv 启用",
        "payer_accounts": "iban payeraccount 付款账号",
    },
    "invoices": {
        "number": "documentnumber invoicenumber invoiceno rechnungsnummer 发票号码 单据编号",
        "customer_code": "customer customerno customernumber kundennummer 客户编码",
        "currency": "ccy waehrung 币种",
        "issued_on": "invoicedate date issuedate rechnungsdatum datum 开票日期 日期",
        "due_on": "duedate faelligam 到期日",
        "reference": "ref customerreference 参考号",
        "order_number": "orderno ordernumber auftragsnummer 订单号",
        "description": "item text article bezeichnung 货物名称 商品名称 摘要",
        "quantity": "qty menge 数量",
        "unit": "uom einheit 单位",
        "unit_price": "price preis einzelpreis 单价",
        "discount_percent": "discount rabatt 折扣",
        "tax_code": "vatcode steuerschluessel 税码",
        "tax_rate": "vat vatrate taxpercent steuersatz 税率",
    },
    "receipts": {
        "number": "receiptnumber receiptno transactionid paymentnumber belegnummer 收款单号 流水号",
        "customer_code": "customer customerno customernumber kundennummer 客户编码",
        "amount": "betrag 金额 收款金额",
        "currency": "ccy waehrung 币种",
        "received_on": "date valuedate receiptdate paymentdate datum valuta 收款日期 日期",
        "payer_name": "payer zahler 付款人 付款方",
        "payer_account": "iban 付款账号",
        "remittance": "text purpose reference verwendungszweck 附言 摘要",
        "applied_to": "invoices invoice rechnungen 核销发票",
    },
}


def target_of(name: str, company: Company) -> Target:
    """The target of that name; that of customers has the company's own fields, too."""
    found = TARGETS[name]
    if found is not CUSTOMERS:
        return found
    own = own_fields(company)
    return replace(found, fields={**found.fields, **dict.fromkeys(own, "text")})


def own_fields(company: Company) -> dict[str, CustomField]:
    """Name of the field in a mapping -> the company's own field."""
    return {f"{OWN_FIELD}{field.pk}": field for field in custom_fields(company)}


def column_of(name: str, company_fields: Dict[str, CustomField]) -> str:
    """How an export heads the column: by the name of the field, an own one by what the company calls it."""
    field = company_fields.get(name)
    if field is None:
        return name
    return f"{field.name} ({field.pk})" if field.name in CUSTOMERS.fields else field.name


def label_of(name: str, company_fields: Dict[str, CustomField]) -> Words:
    """What a field is called to people."""
    return company_fields[name].name if name in company_fields else LABELS.get(name, name)


def headings_of(target: Target, company_fields: Dict[str, CustomField]) -> dict[str, str]:
    """Field -> the words that may stand over its column."""
    words = HEADINGS["invoices" if target is CREDIT_NOTES else target.name] if target.name != "history" else {}
    own = {name: plain_heading(column_of(name, company_fields)) for name in company_fields}
    return {name: words.get(name, "") for name in target.fields} | own
