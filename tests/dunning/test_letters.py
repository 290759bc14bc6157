"""The words of a reminder in both languages, and what may not get into it."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from arap.core.models import Company, CompanyBankAccount
from arap.outbox.models import Message
from customers.models import Customer
from dunning.actions import ensure_policy
from dunning.models import DunningPolicy, DunningStep, ReminderTemplate, Tone
from dunning.texts import DEFAULT_TEXTS
from tests.dunning.conftest import Desk, remind_on

pytestmark = pytest.mark.django_db

DUE = date(2026, 3, 10)


def sent(desk: Desk, as_of: date) -> Message:
    remind_on(desk.company, as_of)
    return Message.objects.latest("pk")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("as_of", "tone"), [(date(2026, 3, 7), "courtesy"), (date(2026, 5, 20), "final")])
def test_a_letter(desk: Desk, language: str, as_of: date, tone: str) -> None:
    CompanyBankAccount.objects.create(
        company=desk.company, name="Acme", bank="ICBC", account_no="1001 2345", currency="CNY", is_default=True
    )
    DunningPolicy.objects.update(opening_step=None)
    customer = desk.customer("A", language=language)
    item = desk.invoice(customer, "1234.50", DUE)
    desk.receive(customer, "34.50", date(2026, 3, 2))
    message = sent(desk, as_of)
    assert message.language == language
    for body in (message.body_text, message.body_html):
        for piece in (item.document.number, "1,234.50", "−34.50", "1,200.00", "1001 2345", "ICBC"):
            assert piece in body
        assert "{" not in body
    assert "1,200.00" in message.subject
    words = {"en": "Kind regards", "zh-hans": "此致"}[language]
    assert words in message.body_text
    assert ("到期" in message.body_text) == (language == "zh-hans")
    assert message.guard == "dunning.guards.still_due"
    assert (message.about_type, message.customer_id) == ("dunning.notice", customer.pk)


def test_two_currencies_in_one_letter(desk: Desk) -> None:
    customer = desk.customer("A")
    desk.invoice(customer, "100.00", DUE)
    desk.invoice(customer, "1250", DUE, currency="JPY")
    message = sent(desk, date(2026, 3, 11))
    assert message.subject.endswith("CNY 100.00, JPY 1,250 is past due")
    assert message.body_text.count("To pay") == 2


def test_names_are_text(desk: Desk) -> None:
    customer = desk.customer("A")
    Customer.objects.filter(pk=customer.pk).update(name="<script>alert(1)</script> {total} {{ x }}")
    ReminderTemplate.objects.filter(tone=Tone.FRIENDLY, language="en").update(
        body="{customer}|{{ settings.SECRET_KEY }}|{% load i18n %}|{nobody}",
        subject="{customer}\r\nBcc: x@evil.example",
    )
    desk.invoice(customer, "100.00", DUE)
    message = sent(desk, date(2026, 3, 11))
    kept = "|{{ settings.SECRET_KEY }}|{% load i18n %}|{nobody}"
    assert f"<script>alert(1)</script> {{total}} {{{{ x }}}}{kept}" in message.body_text
    assert "<script>" not in message.body_html
    assert "&lt;script&gt;" in message.body_html
    assert "\n" not in message.subject


def test_every_tone_has_words_in_both_languages_that_the_admin_would_take() -> None:
    assert {(tone, language) for tone in Tone for language in ("en", "zh-hans")} == set(DEFAULT_TEXTS)
    for (tone, language), (subject, body) in DEFAULT_TEXTS.items():
        text = ReminderTemplate(tone=tone, language=language, subject=subject, body=body)
        text.clean_fields(exclude=["company"])
        assert "{items}" in body


@pytest.mark.parametrize("body", ["{{ settings.SECRET_KEY }}", "{% load x %}", "Dear {name}"])
def test_a_wrong_text_is_refused(body: str) -> None:
    text = ReminderTemplate(tone=Tone.PLAIN, language="en", subject="s", body=body)
    with pytest.raises(ValidationError) as refused:
        text.clean_fields(exclude=["company"])
    assert list(refused.value.message_dict) == ["body"]


def test_a_text_that_was_deleted_falls_back_to_the_usual_one(desk: Desk) -> None:
    ReminderTemplate.objects.all().delete()
    desk.invoice(desk.customer("A"), "100.00", DUE)
    assert "Kind regards" in sent(desk, date(2026, 3, 11)).body_text


def test_ensure_policy_keeps_what_people_changed(company: Company) -> None:
    ensure_policy(company)
    DunningStep.objects.filter(number=4).delete()
    DunningPolicy.objects.update(name="Ours", is_default=False, is_active=False)
    ensure_policy(company)
    policy = DunningPolicy.objects.get()
    assert (policy.name, policy.steps.count()) == ("Ours", 4)
    assert ReminderTemplate.objects.count() == 10
