"""Words that stand over and in the columns of files, in English, German and Chinese."""

# What a column of kinds may say, in any case.
KIND_WORDS = {
    "invoice": (
        "invoice", "inv", "in", "bill", "debit", "rechnung", "re", "rg", "dr", "发票", "蓝字发票", "应收单",
        "应收",
    ),
    "credit_note": (
        "credit_note", "credit note", "credit memo", "credit", "cn", "cm", "gutschrift", "gs",
        "dg", "红字发票", "红字", "贷项通知单", "贷项", "退货",
    ),
}  # fmt: skip
# Headings without case, spaces and signs; the first field that knows a heading gets it.
HEADINGS = {
    "customer_code": (
        "customercode customerno customernr customernumber customerid custno custnumber custcode debtor "
        "debtorno debtorid debtorcode clientcode clientno account accountno accountcode kundennummer "
        "kundennr kdnr debitor debitorennummer debitorennr debitornr kundenkonto 客户编码 客户代码 "
        "客户编号 客户号 客户 往来单位编码"
    ),
    "customer_name": (
        "customername customer name debtorname clientname client company companyname kundenname kunde "
        "firma name1 debitorname 客户名称 客户全称 单位名称 往来单位 往来单位名称 购买方名称 公司名称"
    ),
    "customer_name_local": "customernamelocal localname chinesename 客户中文名称 中文名称 中文名",
    "country": "country countrycode land laendercode 国家 国家代码 国别",
    "parent_code": ("parentcode parent groupcode group konzern muttergesellschaft 上级客户 上级客户编码 集团编码 集团"),
    "contact_email": "contactemail email emailaddress mail emailadresse 邮箱 电子邮箱 电子邮件 邮件地址 联系邮箱",
    "payer_accounts": "payeraccounts payeraccount bankaccount iban bankkonto kontonummer 付款账号 银行账号 银行账户",
    "currency": "currency currencycode curr ccy cur waehrung whrg waehr 币种 币别 货币 币种代码",
    "kind": "documenttype doctype type kind belegart art 单据类型 类型 票据类型 业务类型",
    "number": (
        "documentnumber documentno docno invoicenumber invoiceno invoicenr invoice number no belegnummer "
        "belegnr beleg rechnungsnummer rechnungsnr rechnungno rechnung renr 发票号码 发票号 单据编号 "
        "单据号 应收单号 票号 凭证号"
    ),
    "reference": (
        "reference ref yourreference customerreference ponumber po pono customerpo referenz ihrereferenz "
        "bestellnummer bestellnr 参考号 客户订单号 摘要 备注"
    ),
    "order_number": (
        "ordernumber orderno salesorder salesorderno so auftragsnummer auftragsnr auftrag 订单号 订单编号 销售订单号"
    ),
    "issued_on": (
        "issuedon invoicedate documentdate docdate issuedate date postingdate belegdatum rechnungsdatum "
        "datum buchungsdatum 开票日期 发票日期 单据日期 记账日期 日期"
    ),
    "due_on": (
        "dueon duedate due netduedate faelligkeit faellig faelligam faelligkeitsdatum nettofaelligkeit "
        "zahlbarbis 到期日 到期日期 应收日期 付款到期日"
    ),
    "amount": (
        "amount openamount amountdue outstanding balance total invoiceamount grossamount gross betrag "
        "bruttobetrag brutto rechnungsbetrag offenerbetrag offen saldo summe 金额 价税合计 应收金额 "
        "未清金额 未清余额 未收金额 未收余额 余额 含税金额 应收余额"
    ),
    "settled_on": (
        "settledon settleddate paidon paiddate paymentdate cleardate clearingdate datepaid bezahltam "
        "bezahlt zahlungsdatum ausgleichsdatum ausgleich 收款日期 结清日期 核销日期 付款日期"
    ),
    "discount_terms": "discountterms 折扣条件",
}
