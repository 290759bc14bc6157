"""Delivery reports, as a mail server writes them."""

GONE = "smtp; 550 5.1.1 <ap@haichen.example>: no such user"
# As Postfix writes it. Other servers differ in what they leave out.
REPORT = """\
Return-Path: <>
From: MAILER-DAEMON@relay.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: ar@acme.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
{head}Content-Type: multipart/report; report-type=delivery-status;
\tboundary="E8F1.1764"

This is a MIME-encapsulated message.

--E8F1.1764
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--E8F1.1764
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example
X-Postfix-Queue-ID: E8F1
Arrival-Date: Tue, 31 Mar 2026 09:00:00 +0000 (UTC)

{block}

--E8F1.1764
Content-Description: Undelivered Message
Content-Type: {quoted}

{original}

--E8F1.1764--
"""
BLOCK = """\
Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.haichen.example
Diagnostic-Code: {diagnostic}"""


def report(
    message_id: str,
    *,
    address: str = "ap@haichen.example",
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = GONE,
    quoted: str = "message/rfc822",
    block: str = "",
    head: str = "",
) -> bytes:
    """A delivery report about the message with that id."""
    original = f"From: ar@acme.example\nTo: {address}\nMessage-ID: {message_id}\nSubject: Statement\n\nDear customer\n"
    block = block or BLOCK.format(address=address, action=action, status=status, diagnostic=diagnostic)
    return REPORT.format(block=block, quoted=quoted, original=original, head=head).encode().replace(b"\n", b"\r\n")
