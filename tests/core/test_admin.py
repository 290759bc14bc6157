"""The admin: who reaches which page, and that every change is audited."""

import io
from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from arap.core.actions import close_period, grant_role
from arap.core.models import (
    AuditEntry,
    Company,
    CompanyBankAccount,
    ExchangeRate,
    Membership,
    Period,
    PeriodException,
    Role,
    TaxCode,
    User,
)
from arap.core.queries import period_on


def enter(client: Client, user: User) -> Client:
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    client.force_login(user)
    return client


@pytest.fixture
def desk(client: Client, administrator: User) -> Client:
    return enter(client, administrator)


@pytest.fixture
def controllers_desk(client: Client, controller: User) -> Client:
    return enter(client, controller)


# What each role finds on the admin's first page, beside what it may only read.
CHANGEABLE = {
    Role.CLERK: {"customer"},
    Role.COLLECTOR: set(),
    Role.CREDIT_MANAGER: {"customer", "paymentterms"},
    Role.CONTROLLER: {"customer", "customfield", "paymentterms", "exchangerate", "taxcode"},
    Role.AUDITOR: set(),
    Role.ADMINISTRATOR: {
        *("user", "company", "numberseries", "exchangerate", "taxcode", "businesscalendar", "paymentterms"),
        "customfield",
        *("periodictask", "crontabschedule", "intervalschedule"),
    },
}


@pytest.mark.parametrize("role", Role)
def test_each_role_changes_what_the_table_allows(client: Client, company: Company, role: Role, rf: Any) -> None:
    user = User.objects.create(username="someone", is_staff=True)
    grant_role(company, user, role, by=None)
    request = rf.get("/admin/")
    request.user = user
    changeable = {
        model._meta.model_name
        for model, page in admin.site._registry.items()
        if model._meta.app_label in ("core", "customers", "django_celery_beat")
        and page.has_module_permission(request)
        and page.has_change_permission(request)
    }
    assert changeable == CHANGEABLE[role]


def test_every_page_opens_for_a_superuser(client: Client, company: Company) -> None:
    client.force_login(User.objects.create(username="root", is_staff=True, is_superuser=True))
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"{name}_changelist")).status_code == 200, name
        assert client.get(reverse(f"{name}_add")).status_code in (200, 403), name


def test_lists_and_choices_hold_ones_own_companies_only(desk: Client, company: Company, other_company: Company) -> None:
    theirs = TaxCode.objects.create(company=other_company, code="T", name="theirs", rate=5)
    page = desk.get(reverse("admin:core_taxcode_changelist"))
    assert page.status_code == 200
    assert "theirs" not in page.content.decode()
    assert desk.get(reverse("admin:core_taxcode_change", args=[theirs.pk])).status_code == 302
    body = {"company": other_company.pk, "code": "X", "name": "X", "rate": "13", "is_active": "on"}
    assert desk.post(reverse("admin:core_taxcode_add"), body).status_code == 200, "refused on the form"
    assert not TaxCode.objects.filter(code="X").exists()


def test_a_tax_code_is_made_and_changed_with_an_audit_row(desk: Client, company: Company, administrator: User) -> None:
    body = {"company": company.pk, "code": "V13", "name": "VAT 13 %", "rate": "13", "is_active": "on"}
    assert desk.post(reverse("admin:core_taxcode_add"), body).status_code == 302
    made = TaxCode.objects.get(code="V13")
    changed = {"code": "V13", "name": "VAT 13 %", "rate": "9", "is_active": "on"}
    assert desk.post(reverse("admin:core_taxcode_change", args=[made.pk]), changed).status_code == 302
    created, change = AuditEntry.objects.filter(object_type="core.taxcode").order_by("id")
    assert (created.verb, change.verb) == ("taxcode.create", "taxcode.change")
    assert (change.actor, change.before, change.after) == (
        administrator,
        {"rate": "13.0000"},
        {"rate": "9.0000"},
    )


def test_a_wrong_rate_is_refused_on_the_form(controllers_desk: Client, company: Company) -> None:
    body = {"company": company.pk, "currency": "USD", "valid_from": "2026-01-01", "rate": "0"}
    assert controllers_desk.post(reverse("admin:core_exchangerate_add"), body).status_code == 200
    body = {"company": company.pk, "currency": "CNY", "valid_from": "2026-01-01", "rate": "7"}
    assert controllers_desk.post(reverse("admin:core_exchangerate_add"), body).status_code == 200
    assert not ExchangeRate.objects.exists()


def test_periods_reopen_through_the_actions(controllers_desk: Client, company: Company, controller: User) -> None:
    march = period_on(company, date(2026, 3, 1))
    address = reverse("admin:core_period_changelist")
    close_period(company, march, by=controller)
    controllers_desk.post(address, {"action": "reopen", "_selected_action": [march.pk]})
    march.refresh_from_db()
    assert march.state == Period.State.CLOSED, "no reason given"
    controllers_desk.post(address, {"action": "reopen", "_selected_action": [march.pk], "reason": "late"})
    march.refresh_from_db()
    assert march.state == Period.State.OPEN


def test_an_auditor_cannot_reopen(client: Client, company: Company, controller: User, auditor: User) -> None:
    march = close_period(company, period_on(company, date(2026, 3, 1)), by=controller)
    body = {"action": "reopen", "_selected_action": [march.pk], "reason": "late"}
    enter(client, auditor).post(reverse("admin:core_period_changelist"), body)
    march.refresh_from_db()
    assert march.state == Period.State.CLOSED


def test_an_exception_is_granted_and_revoked(
    controllers_desk: Client, company: Company, controller: User, clerk: User
) -> None:
    march = period_on(company, date(2026, 3, 1))
    body = {
        "company": company.pk,
        "period": march.pk,
        "reason": "late",
        "granted_to": clerk.pk,
        "valid_until_0": "2099-01-01",
        "valid_until_1": "00:00",
    }
    add = reverse("admin:core_periodexception_add")
    assert controllers_desk.post(add, body).status_code == 200, "the period is open"
    close_period(company, march, by=controller)
    assert controllers_desk.post(add, body).status_code == 302
    exception = PeriodException.objects.get()
    revoke = {"action": "revoke", "_selected_action": [exception.pk]}
    controllers_desk.post(reverse("admin:core_periodexception_changelist"), revoke)
    exception.refresh_from_db()
    assert exception.revoked_at is not None


def test_nobody_grants_an_exception_to_themselves(controllers_desk: Client, company: Company, controller: User) -> None:
    march = period_on(company, date(2026, 3, 1))
    close_period(company, march, by=controller)
    body = {
        "company": company.pk,
        "period": march.pk,
        "reason": "late",
        "granted_to": controller.pk,
        "valid_until_0": "2099-01-01",
        "valid_until_1": "00:00",
    }
    assert controllers_desk.post(reverse("admin:core_periodexception_add"), body).status_code == 200
    assert not PeriodException.objects.exists()


def membership_rows(**first: Any) -> dict[str, Any]:
    rows = {"memberships-TOTAL_FORMS": 1 if first else 0, "memberships-INITIAL_FORMS": 0}
    return {**rows, **{f"memberships-0-{name}": value for name, value in first.items()}}


def test_a_user_gets_a_role_with_an_audit_row(desk: Client, company: Company) -> None:
    new = User.objects.create(username="new")
    body = {"username": "new", "language": "en", "is_active": "on"}
    body |= membership_rows(company=company.pk, role="clerk")
    assert desk.post(reverse("admin:core_user_change", args=[new.pk]), body).status_code == 302
    assert Membership.objects.get(user=new).role == Role.CLERK
    assert AuditEntry.objects.filter(verb="membership.create", company=company).exists()


def test_an_administrator_cannot_rise_or_reach_people_of_other_companies(
    desk: Client, administrator: User, outsider: User
) -> None:
    root = User.objects.create(username="root", is_superuser=True)
    for hidden in (outsider, root):
        assert desk.get(reverse("admin:core_user_change", args=[hidden.pk])).status_code == 302
        assert desk.get(reverse("admin:auth_user_password_change", args=[hidden.pk])).status_code == 404
    body = {"username": "administrator", "language": "en", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    desk.post(reverse("admin:core_user_change", args=[administrator.pk]), body | membership_rows())
    administrator.refresh_from_db()
    assert not administrator.is_superuser


def picture(width: int, height: int) -> bytes:
    with io.BytesIO() as file:
        Image.new("1", (width, height)).save(file, "PNG")
        return file.getvalue()


def company_form(company: Company, **changes: Any) -> dict[str, Any]:
    fields = {
        "name": company.name,
        "country": "CN",
        "time_zone": "Asia/Shanghai",
        "language": "en",
        "is_active": "on",
    }
    formset = {"bank_accounts-TOTAL_FORMS": 0, "bank_accounts-INITIAL_FORMS": 0}
    return {**fields, **formset, **changes}


def test_code_and_base_currency_of_a_company_never_change(desk: Client, company: Company) -> None:
    address = reverse("admin:core_company_change", args=[company.pk])
    assert desk.post(address, company_form(company, name="New", base_currency="USD", code="x")).status_code == 302
    company.refresh_from_db()
    assert (company.name, company.base_currency, company.code) == ("New", "CNY", "acme")


def test_a_bank_account_is_added_on_the_companys_page(desk: Client, company: Company) -> None:
    row = {"name": "Acme", "bank": "ICBC", "account_no": "6222 0000", "currency": "CNY", "is_active": "on"}
    rows = {f"bank_accounts-0-{name}": value for name, value in row.items()}
    body = company_form(company, **rows) | {"bank_accounts-TOTAL_FORMS": 1}
    assert desk.post(reverse("admin:core_company_change", args=[company.pk]), body).status_code == 302
    assert CompanyBankAccount.objects.get(company=company).account_no == "6222 0000"


@pytest.mark.parametrize(
    "content, stored",
    [(picture(10, 10), True), (b"\x89PNG\r\n\x1a\nrest", False), (b"<svg onload=alert(1)>", False)],
    ids=["png", "beginning only", "svg"],
)
def test_a_logo_is_judged_by_its_content(desk: Client, company: Company, content: bytes, stored: bool) -> None:
    upload = SimpleUploadedFile("logo.png", content, content_type="image/png")
    answer = desk.post(reverse("admin:core_company_change", args=[company.pk]), company_form(company, logo_file=upload))
    assert answer.status_code == (302 if stored else 200)
    company.refresh_from_db()
    assert bytes(company.logo) == content if company.logo else not stored


def test_the_next_year_is_opened_on_the_companys_page(desk: Client, company: Company) -> None:
    body = {"action": "open_next_year", "_selected_action": [company.pk]}
    desk.post(reverse("admin:core_company_changelist"), body)
    assert Period.objects.filter(company=company, starts_on__year=2028).count() == 12


def test_the_audit_log_is_read_only(client: Client, company: Company, auditor: User) -> None:
    page = enter(client, auditor)
    entry = AuditEntry.objects.filter(company=company).first()
    assert entry is not None
    address = reverse("admin:core_auditentry_change", args=[entry.pk])
    assert page.get(address).status_code == 200
    assert page.post(address, {"verb": "x"}).status_code == 403
    assert page.post(reverse("admin:core_auditentry_delete", args=[entry.pk]), {"post": "yes"}).status_code == 403


def test_who_gets_a_password_from_somebody_chooses_another(
    client: Client, company: Company, clerk: User, administrator: User
) -> None:
    theirs = Client()
    theirs.force_login(clerk)
    word = "seven grey herons"
    page = enter(client, administrator)
    address = reverse("admin:auth_user_password_change", args=[clerk.pk])
    answer = page.post(address, {"password1": word, "password2": word, "usable_password": "true"})
    assert answer.status_code == 302
    assert theirs.get("/").status_code == 302, "their session has ended"
    entry = AuditEntry.objects.get(verb="person.invite")
    assert (entry.actor, entry.object_id) == (administrator, str(clerk.pk))
    again = Client()
    assert again.post("/sign-in/", {"username": "clerk", "password": word})["Location"].startswith("/password/")


def test_a_password_of_ones_own_is_changed_on_ones_own_page(client: Client, administrator: User) -> None:
    assert enter(client, administrator).get("/admin/password_change/")["Location"] == "/password/"
