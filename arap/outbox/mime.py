"""A message as mail programs read it: RFC 5322, with RFC 2231 names for attachments."""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.utils.translation import gettext as _

from arap.core.errors import Invalid
from arap.core.files import safe_name
from arap.core.models import Company
from arap.outbox.models import Attachment, Message

CONTENT_LANGUAGES = {"en": "en", "zh-hans": "zh-Hans"}
# Lines as they are up to the 998 bytes that SMTP allows; only then is a part encoded.
POLICY = SMTP.clone(max_line_length=76)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")


def sender_address() -> str:
    """The address that all mail comes from, and that the other side's complaints go to."""
    return parseaddr(str(settings.DEFAULT_FROM_EMAIL))[1]


def recipient_address(message: Message) -> str:
    """The recipient's address in ASCII, as every server takes it. Raises Invalid."""
    return ascii_address(message.to_address)


def build(message: Message, company: Company, attachments: list[Attachment], *, at: datetime) -> EmailMessage:
    """The whole mail, dated `at`. Raises Invalid when an address cannot be written."""
    mail = EmailMessage(policy=POLICY)
    mail["From"] = _address(_own_name(company, message.language), sender_address())
    mail["To"] = _address(message.to_name, message.to_address)
    if company.email:
        mail["Reply-To"] = _address(_own_name(company, message.language), company.email)
    mail["Subject"] = _one_line(message.subject)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body_text)
    if message.body_html:
        mail.add_alternative(message.body_html, subtype="html")
    for attachment in attachments:
        file = attachment.file
        maintype, _slash, subtype = file.media_type.partition("/")
        mail.add_attachment(
            bytes(file.content), maintype=maintype, subtype=subtype or "octet-stream", filename=safe_name(file.name)
        )
    # Last, because parts take the content headers that stand there when they are added.
    mail["Content-Language"] = CONTENT_LANGUAGES.get(message.language, message.language)
    return mail


def _own_name(company: Company, language: str) -> str:
    return company.name_local if language.startswith("zh") and company.name_local else company.name


def _one_line(text: str) -> str:
    return " ".join(_CONTROLS.sub(" ", text).split())


def ascii_address(address: str) -> str:
    """The address with its domain as DNS has it. Raises Invalid when what is before the @ is not ASCII."""
    local, at, domain = address.strip().rpartition("@")
    try:
        written = local + at + domain.encode("idna").decode("ascii")
        Address(addr_spec=written)
    except (ValueError, IndexError) as error:
        raise Invalid("bad_address", _("%(address)s is not an e-mail address.") % {"address": address}) from error
    if not (local and at and domain and local.isascii()):
        raise Invalid("bad_address", _("%(address)s is not an e-mail address.") % {"address": address})
    return written


def _address(name: str, address: str) -> Address:
    return Address(display_name=_one_line(name), addr_spec=ascii_address(address))
