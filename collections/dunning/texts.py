"""The words every company starts with: a subject and a text by tone, in both languages. People edit their copies."""

from dunning.models import Tone

# The tone of each step of the default policy, by its number.
TONE_OF_STEP = {0: Tone.COURTESY, 1: Tone.FRIENDLY, 2: Tone.PLAIN, 3: Tone.FIRM, 4: Tone.FINAL}

_CLOSE_EN = """
Please quote the document numbers with your payment. If you have paid in the last few days, thank you; please take no
notice of this message. If anything about these documents is unclear or disputed, please reply to it.

Kind regards
{company}
{phone}
{email}
"""
_CLOSE_ZH = """
付款时请注明单据号。如贵司近日已付款，谨致谢意，并请忽略本函；如对上述款项有疑问或异议，请直接回复本邮件。

此致
{company}
{phone}
{email}
"""

_EN = {
    Tone.COURTESY: (
        "Due soon: {total} by {earliest_due}",
        "Dear {contact},\n\nThis is a courtesy note that the following is about to fall due. Nothing is asked of you"
        " if the payment is already arranged.\n\n{items}\n",
    ),
    Tone.FRIENDLY: (
        "Friendly reminder: {total} is past due",
        "Dear {contact},\n\nPerhaps it escaped your attention: on {as_of} the following had passed its due date. May we"
        " ask you to look into it?\n\n{items}\n",
    ),
    Tone.PLAIN: (
        "Reminder: {total} is overdue, oldest by {oldest_days} days",
        "Dear {contact},\n\nWe have not received payment for the following, of which {oldest_number} is"
        " {oldest_days} days overdue. Please arrange payment, or tell us by when we may expect it.\n\n{items}\n",
    ),
    Tone.FIRM: (
        "Overdue for {oldest_days} days: {total}",
        "Dear {contact},\n\nLong after its due date the following is still unpaid; {oldest_number} is now"
        " {oldest_days} days overdue. Please pay within seven days, or let us know what stands in the way so that we"
        " can settle it together.\n\n{items}\n",
    ),
    Tone.FINAL: (
        "Last reminder: {total} is overdue",
        "Dear {contact},\n\nThe following is still unpaid; {oldest_number} is {oldest_days} days overdue. This is our"
        " last reminder by e-mail. Unless we receive payment or agree on a date with you within seven days, the matter"
        " goes to our credit manager, who decides on further deliveries and further steps.\n\n{items}\n",
    ),
}
_ZH = {
    Tone.COURTESY: (
        "付款提醒：{total} 将于 {earliest_due} 到期",
        "{contact}：\n\n您好！以下款项即将到期，谨此提示。如付款已安排，无需另作处理。\n\n{items}\n",
    ),
    Tone.FRIENDLY: (
        "友情提醒：{total} 已过到期日",
        "{contact}：\n\n您好！截至 {as_of}，以下款项已过到期日，或系疏忽，烦请查核并安排付款。\n\n{items}\n",
    ),
    Tone.PLAIN: (
        "催款提醒：逾期 {total}，最长逾期 {oldest_days} 天",
        "{contact}：\n\n您好！我司尚未收到以下款项，其中 {oldest_number} 已逾期 {oldest_days} 天。请安排付款，"
        "或告知预计付款日期。\n\n{items}\n",
    ),
    Tone.FIRM: (
        "催款函：{total} 已逾期 {oldest_days} 天",
        "{contact}：\n\n以下款项早已到期，至今仍未支付，其中 {oldest_number} 已逾期 {oldest_days} 天。请于七日内付款；"
        "如有困难或异议，请告知原因，以便双方协商解决。\n\n{items}\n",
    ),
    Tone.FINAL: (
        "最后催款通知：逾期 {total}",
        "{contact}：\n\n以下款项至今未付，其中 {oldest_number} 已逾期 {oldest_days} 天。本函为最后一次邮件催款。如七日"
        "内未收到付款，亦未与我司商定付款日期，此事将移交信用经理，由其决定后续发货及其他措施。\n\n{items}\n",
    ),
}

DEFAULT_TEXTS: dict[tuple[Tone, str], tuple[str, str]] = {
    **{(tone, "en"): (subject, body + _CLOSE_EN) for tone, (subject, body) in _EN.items()},
    **{(tone, "zh-hans"): (subject, body + _CLOSE_ZH) for tone, (subject, body) in _ZH.items()},
}
