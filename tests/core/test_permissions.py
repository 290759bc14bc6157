"""Who may do what: the table, the decorator, and fetching rows."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from arap.core.actions import grant_role, revoke_role, system_user
from arap.core.errors import Forbidden, NotFound
from arap.core.models import AuditEntry, Company, Period, Role, User
from arap.core.permissions import (
    PERMISSIONS,
    companies_where,
    get_for,
    may,
    requires,
    signed_in,
    verbs_of,
)

# The signed table. c clerk, l collector, m credit manager, o controller, a auditor, d administrator.
MATRIX = """
# verb                roles
session.use           c l m o a d
dashboard.view        c l m o a d
search.use            c l m o a d
token.use             c l m o a d
company.view          c l m o a d
customer.view         c l m o a d
customer.edit         c . m o . .
customer.regroup      . . m o . .
customer.note         c l m o . .
customer.merge        . . m o . .
bank_account.propose  c . m o . .
bank_account.approve  . . m o . .
invoice.view          c l m o a d
invoice.draft         c . . o . .
invoice.post          c . . o . .
invoice.credit        c . . o . .
receipt.view          c l m o a d
receipt.record        c . . o . .
receipt.confirm       . . . o . .
receipt.apply         c . . o . .
receipt.unapply       c . . o . .
receipt.deduct        . . . o . .
receipt.reverse       c . . o . .
receipt.identify      c . . o . .
write_off.view        c l m o a d
write_off.request     c l m o . .
write_off.approve     . . m o . .
write_off.reverse     . . m o . .
write_off.recover     c . . o . .
refund.view           c l m o a d
refund.request        c . m o . .
refund.approve        . . m o . .
refund.pay_out        c . . o . .
arrangement.view      c l m o a d
arrangement.request   c . . o . .
arrangement.approve   . . m o . .
arrangement.reverse   c . . o . .
approval.view         c l m o a d
approval.decide       . . m o . .
approval.delegate     . . . o . d
message.view          c l m o a d
message.resolve       c l . o . .
statement.view        c l m o a d
statement.send        c l . o . .
statement.run         . . . o . .
invoice.send          c . . o . .
receipt.send          c . . o . .
reminder.view         c l m o a d
reminder.prepare      . l m o . .
reminder.send         . l m o . .
reminder.run          . . m o . .
charge.view           c l m o a d
charge.run            . . m o . .
hold.view             c l m o a d
hold.set              . l m o . .
aging.view            c l m o a d
aging.snapshot        . . . o . d
ledger.view           c l m o a d
ledger.check          . . . o a d
ledger.seal           . . . o . d
report.view           c l m o a d
revaluation.post      . . . o . .
journal.export        . . . o a .
audit.view            . . . o a d
period.view           c l m o a d
period.open           . . . o . d
period.close          . . . o . .
period.reopen         . . . o . .
period.except         . . . o . .
history.load          . . . o . d
history.tidy          . . . . . d
job.view              c l m o a d
job.cancel            c . . o . d
company.set_up        . . . . . d
personal_data.manage  . . . . . d
admin.reminders       . . m o . d
admin.charges         . . m o . d
admin.companies       . . . . . d
admin.people          . . . . . d
admin.tokens          . . . . . d
admin.webhooks        . . . . . d
admin.rates           . . . o . d
admin.tax_codes       . . . o . d
admin.terms           . . m o . d
admin.custom_fields   . . . o . d
admin.calendars       . . . . . d
admin.schedules       . . . . . d
practice.use          c l m o a d
bill.view             c l m o a d
bill.record           c . . o . .
bill.pass_on          . . . o . .
bill.undo             . . . o . .
report.share          c l m o . d
report.tidy           . . . o . d
voucher.view          . . . o a .
voucher.make          . . . o . .
voucher.template      . . . o . .
"""
LETTERS = dict(zip("clmoad", Role, strict=True))
matrix = {
    line.split()[0]: frozenset(LETTERS[letter] for letter in line.split()[1:] if letter != ".")
    for line in MATRIX.splitlines()
    if line and not line.startswith("#")
}


def test_the_table_is_the_signed_one() -> None:
    assert matrix == PERMISSIONS


def test_the_auditor_changes_nothing() -> None:
    reading = ("view", "use", "check", "export")
    assert all(verb.rpartition(".")[2] in reading for verb in verbs_of(frozenset({Role.AUDITOR})))


def test_nobody_without_a_role_may_do_anything() -> None:
    assert verbs_of(frozenset()) == frozenset()


def test_a_role_counts_in_its_company_only(company: Company, other_company: Company, clerk: User) -> None:
    assert may(clerk, "receipt.record", company)
    assert not may(clerk, "receipt.record", other_company)
    assert list(companies_where(clerk, "receipt.record")) == [company]
    assert not companies_where(clerk, "period.close").exists()


def test_several_roles_add_up(company: Company, clerk: User) -> None:
    grant_role(company, clerk, Role.AUDITOR, by=None)
    assert may(clerk, "journal.export", company)
    assert may(clerk, "receipt.record", company)


def test_taking_a_role_away_counts_at_once_and_is_noted(company: Company, clerk: User, controller: User) -> None:
    revoke_role(company, clerk, Role.CLERK, by=controller)
    assert not may(clerk, "receipt.record", company)
    entry = AuditEntry.objects.get(verb="role.revoke")
    assert (entry.actor, entry.before) == (controller, {"user": "clerk", "role": "clerk"})


def test_an_inactive_or_anonymous_user_has_no_role(company: Company, clerk: User) -> None:
    clerk.is_active = False
    assert not may(clerk, "customer.view", company)
    assert not may(AnonymousUser(), "customer.view", company)
    assert not companies_where(AnonymousUser(), "customer.view").exists()


def test_the_system_user_can_neither_sign_in_nor_act_in_the_browser(company: Company) -> None:
    system = system_user()
    assert system == system_user()
    assert not system.is_active
    assert not system.has_usable_password()
    grant_role(company, system, Role.CONTROLLER, by=None)
    assert not may(system, "period.close", company)


def test_get_for(company: Company, other_company: Company, clerk: User, outsider: User) -> None:
    mine = Period.objects.filter(company=company).first()
    theirs = Period.objects.filter(company=other_company).first()
    assert mine is not None
    assert theirs is not None
    assert get_for(clerk, "period.view", Period, mine.pk, company) == mine
    assert get_for(clerk, "period.view", Period.objects.open(), str(mine.pk), company) == mine
    with pytest.raises(Forbidden):
        get_for(clerk, "period.close", Period, mine.pk, company)
    with pytest.raises(Forbidden):
        get_for(outsider, "period.view", Period, mine.pk, company)
    for pk in (theirs.pk, 0, -1, "x", "1 or 1=1", "", None, 10**30, "\x00"):
        with pytest.raises(NotFound):
            get_for(clerk, "period.view", Period, pk, company)


def request_of(user: Any, roles: frozenset[Role] = frozenset(), headers: dict[str, str] | None = None) -> HttpRequest:
    request = RequestFactory(headers=headers).get("/page/?a=1")
    request.user = user
    request.roles = roles  # type: ignore[attr-defined]
    return request


@requires("receipt.record")
def recording(request: HttpRequest) -> HttpResponse:
    return HttpResponse("recorded")


@signed_in
def choosing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("chosen")


def test_a_view_runs_for_its_roles_only() -> None:
    assert recording(request_of(User(), frozenset({Role.CLERK}))).content == b"recorded"
    with pytest.raises(Forbidden):
        recording(request_of(User(), frozenset({Role.AUDITOR})))
    with pytest.raises(Forbidden):
        recording(request_of(User()))
    assert choosing(request_of(User())).content == b"chosen"


@pytest.mark.parametrize("view", [recording, choosing])
def test_who_is_not_signed_in_is_sent_there(view: Any) -> None:
    answer = view(request_of(AnonymousUser()))
    assert answer.status_code == 302
    assert answer["Location"].endswith("?next=/page/%3Fa%3D1")
    fragment = view(
        request_of(AnonymousUser(), headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/list/"})
    )
    assert fragment.status_code == 204
    assert "list" in fragment["HX-Redirect"]


def test_an_unknown_verb_is_a_programming_error() -> None:
    with pytest.raises(AssertionError):
        requires("receipt.invent")
