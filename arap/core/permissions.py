"""Who may do what: one table from verbs to roles. A view without a declared verb is refused.

Roles are held per company (Membership). A superuser has no special right here; only in the admin.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from arap.core.errors import Forbidden, NotFound
from arap.core.models import Company, Membership, Role, User

M = TypeVar("M", bound=Model)
View = Callable[..., HttpResponse]

CLERK, COLLECTOR, CREDIT = Role.CLERK, Role.COLLECTOR, Role.CREDIT_MANAGER
CONTROLLER, AUDITOR, ADMIN = Role.CONTROLLER, Role.AUDITOR, Role.ADMINISTRATOR

EVERYONE = frozenset(Role)
BOOKKEEPERS = frozenset({CLERK, CONTROLLER})

PERMISSIONS: dict[str, frozenset[Role]] = {
    "session.use": EVERYONE,
    "dashboard.view": EVERYONE,
    "search.use": EVERYONE,
    "practice.use": EVERYONE,
    "token.use": EVERYONE,
    # Master data
    "company.view": EVERYONE,
    "customer.view": EVERYONE,
    "customer.edit": frozenset({CLERK, CREDIT, CONTROLLER}),
    "customer.regroup": frozenset({CREDIT, CONTROLLER}),
    "customer.note": frozenset({CLERK, COLLECTOR, CREDIT, CONTROLLER}),
    "customer.merge": frozenset({CREDIT, CONTROLLER}),
    # Where refunds are paid: proposed by one, approved by another; anybody who proposes may stop one.
    "bank_account.propose": frozenset({CLERK, CREDIT, CONTROLLER}),
    "bank_account.approve": frozenset({CREDIT, CONTROLLER}),
    # What is owed
    "invoice.view": EVERYONE,
    "invoice.draft": BOOKKEEPERS,
    "invoice.post": BOOKKEEPERS,
    "invoice.credit": BOOKKEEPERS,
    # Money in. Confirming is for a second pair of eyes, so clerks only record.
    "receipt.view": EVERYONE,
    "receipt.record": BOOKKEEPERS,
    "receipt.confirm": frozenset({CONTROLLER}),
    "receipt.apply": BOOKKEEPERS,
    "receipt.unapply": BOOKKEEPERS,
    # Bank charges and withheld tax beyond the company's tolerances.
    "receipt.deduct": frozenset({CONTROLLER}),
    "receipt.reverse": BOOKKEEPERS,
    "receipt.identify": BOOKKEEPERS,
    # Bad debts. How much whose approval covers, the company's bands say.
    "write_off.view": EVERYONE,
    "write_off.request": frozenset({CLERK, COLLECTOR, CREDIT, CONTROLLER}),
    "write_off.approve": frozenset({CREDIT, CONTROLLER}),
    "write_off.reverse": frozenset({CREDIT, CONTROLLER}),
    "write_off.recover": BOOKKEEPERS,
    # Money back to customers: asked for, approved by another, ordered from the bank.
    "refund.view": EVERYONE,
    "refund.request": frozenset({CLERK, CREDIT, CONTROLLER}),
    "refund.approve": frozenset({CREDIT, CONTROLLER}),
    "refund.pay_out": BOOKKEEPERS,
    # Bills of exchange. What sells or passes on a claim is for those who answer for money.
    "bill.view": EVERYONE,
    "bill.record": BOOKKEEPERS,
    "bill.pass_on": frozenset({CONTROLLER}),
    "bill.undo": frozenset({CONTROLLER}),
    # What is settled in another currency, moved to another customer, or netted with what we owe.
    "arrangement.view": EVERYONE,
    "arrangement.request": BOOKKEEPERS,
    "arrangement.approve": frozenset({CREDIT, CONTROLLER}),
    "arrangement.reverse": BOOKKEEPERS,
    # All that needs a second person; each act asks for its own verb besides.
    "approval.view": EVERYONE,
    "approval.decide": frozenset({CREDIT, CONTROLLER}),
    # Handing over what somebody else approves: for people who are away already.
    "approval.delegate": frozenset({CONTROLLER, ADMIN}),
    # What leaves the house. Clerks and collectors send one by one; whole runs are released by a controller.
    "message.view": EVERYONE,
    "message.resolve": frozenset({CLERK, COLLECTOR, CONTROLLER}),
    "statement.view": EVERYONE,
    "statement.send": frozenset({CLERK, COLLECTOR, CONTROLLER}),
    "statement.run": frozenset({CONTROLLER}),
    "invoice.send": BOOKKEEPERS,
    "receipt.send": BOOKKEEPERS,
    "reminder.view": EVERYONE,
    # Collectors prepare a day's reminders and send one by one, but for the last reminder.
    "reminder.prepare": frozenset({COLLECTOR, CREDIT, CONTROLLER}),
    "reminder.send": frozenset({COLLECTOR, CREDIT, CONTROLLER}),
    "reminder.run": frozenset({CREDIT, CONTROLLER}),
    # Interest on what is paid late. Waiving it is a credit note.
    "charge.view": EVERYONE,
    "charge.run": frozenset({CREDIT, CONTROLLER}),
    "hold.view": EVERYONE,
    "hold.set": frozenset({COLLECTOR, CREDIT, CONTROLLER}),
    # Reading the book
    "aging.view": EVERYONE,
    "aging.snapshot": frozenset({CONTROLLER, ADMIN}),
    "ledger.view": EVERYONE,
    "ledger.check": frozenset({CONTROLLER, AUDITOR, ADMIN}),
    "ledger.seal": frozenset({CONTROLLER, ADMIN}),
    "report.view": EVERYONE,
    # Views of reports kept for everybody, and those of people who have left.
    "report.share": EVERYONE - {AUDITOR},
    "report.tidy": frozenset({CONTROLLER, ADMIN}),
    "revaluation.post": frozenset({CONTROLLER}),
    "journal.export": frozenset({CONTROLLER, AUDITOR}),
    "voucher.view": frozenset({CONTROLLER, AUDITOR}),
    "voucher.make": frozenset({CONTROLLER}),
    "voucher.template": frozenset({CONTROLLER}),
    "audit.view": frozenset({CONTROLLER, AUDITOR, ADMIN}),
    # The accounts
    "period.view": EVERYONE,
    "period.open": frozenset({CONTROLLER, ADMIN}),
    "period.close": frozenset({CONTROLLER}),
    "period.reopen": frozenset({CONTROLLER}),
    "period.except": frozenset({CONTROLLER}),
    # Take-on and jobs
    "history.load": frozenset({CONTROLLER, ADMIN}),
    "history.tidy": frozenset({ADMIN}),  # columns that somebody else has kept
    "job.view": EVERYONE,
    "job.cancel": frozenset({CLERK, CONTROLLER, ADMIN}),
    # Set-up, by the guide and in the admin
    "company.set_up": frozenset({ADMIN}),
    "personal_data.manage": frozenset({ADMIN}),
    "admin.reminders": frozenset({CREDIT, CONTROLLER, ADMIN}),
    "admin.charges": frozenset({CREDIT, CONTROLLER, ADMIN}),
    "admin.companies": frozenset({ADMIN}),
    "admin.people": frozenset({ADMIN}),
    "admin.tokens": frozenset({ADMIN}),
    "admin.webhooks": frozenset({ADMIN}),
    "admin.rates": frozenset({CONTROLLER, ADMIN}),
    "admin.tax_codes": frozenset({CONTROLLER, ADMIN}),
    "admin.terms": frozenset({CREDIT, CONTROLLER, ADMIN}),
    "admin.custom_fields": frozenset({CONTROLLER, ADMIN}),
    "admin.calendars": frozenset({ADMIN}),
    "admin.schedules": frozenset({ADMIN}),
}

# In the address of the sign-in page: something was typed, and the session had ended.
LOST = "lost"

# What a view may declare instead of a verb.
PUBLIC = "public"
SIGNED_IN = "signed-in"

# Which role is named when a person holds several: the one that says most about what they do.
ROLE_WEIGHT = [ADMIN, CONTROLLER, CREDIT, COLLECTOR, CLERK, AUDITOR]


def roles_of(user: User | AnonymousUser, company: Company) -> frozenset[Role]:
    """The roles `user` holds in `company` now; none for an inactive or anonymous user."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    held = Membership.objects.filter(user=user, company=company).values_list("role", flat=True)
    return frozenset(Role(role) for role in held)


def allows(roles: frozenset[Role], verb: str) -> bool:
    """Whether one of `roles` may do `verb`. An undeclared verb is a KeyError on purpose."""
    return not PERMISSIONS[verb].isdisjoint(roles)


def verbs_of(roles: frozenset[Role]) -> frozenset[str]:
    """Every verb that one of `roles` may do."""
    return frozenset(verb for verb in PERMISSIONS if allows(roles, verb))


def may(user: User | AnonymousUser, verb: str, company: Company) -> bool:
    """Whether `user` may do `verb` in `company`."""
    return allows(roles_of(user, company), verb)


def holders_of(verb: str, company: Company) -> QuerySet[User]:
    """The active people who may do `verb` in the company, by name."""
    held = Membership.objects.filter(company=company, role__in=PERMISSIONS[verb])
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("full_name", "username")


def check(user: User | AnonymousUser, verb: str, company: Company) -> None:
    """Raise Forbidden unless `user` may do `verb` in `company`."""
    if not may(user, verb, company):
        raise _forbidden(verb)


def companies_where(user: User | AnonymousUser, verb: str) -> QuerySet[Company]:
    """The active companies in which `user` may do `verb`."""
    if not isinstance(user, User) or not user.is_active:
        return Company.objects.none()
    held = Membership.objects.filter(user=user, role__in=PERMISSIONS[verb])
    return Company.objects.filter(is_active=True, pk__in=held.values("company_id"))


def get_for(
    user: User | AnonymousUser,
    verb: str,
    model_or_queryset: type[M] | QuerySet[M],
    pk: object,
    company: Company,
) -> M:
    """The row `pk` of `company`, for `user` to do `verb` to. The only way to fetch one by its id.

    Raises Forbidden when the roles do not allow the verb and NotFound when there is no such row in
    this company: a row of another company looks exactly like none.
    """
    check(user, verb, company)
    queryset = (
        model_or_queryset if isinstance(model_or_queryset, QuerySet) else model_or_queryset._default_manager.all()
    )
    try:
        found = queryset.filter(company=company, pk=pk).first()
    except (ValueError, TypeError, OverflowError):
        found = None
    if found is None:
        raise NotFound("not_found", _("There is no such record."), pk=str(pk))
    return found


def requires(verb: str) -> Callable[[View], View]:
    """Declare what a function view does. Anonymous people sign in first; without the role: 403."""
    assert verb in PERMISSIONS, f"undeclared verb {verb}"

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if not allows(getattr(request, "roles", frozenset()), verb):
                raise _forbidden(verb)
            return view(request, *args, **kwargs)

        guarded.required_verb = verb  # type: ignore[attr-defined]
        return guarded

    return decorate


def signed_in(view: View) -> View:
    """Declare a view for everybody who is signed in, also without any company."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        return view(request, *args, **kwargs)

    guarded.required_verb = SIGNED_IN  # type: ignore[attr-defined]
    return guarded


def public(view: View) -> View:
    """Declare a view for everybody: sign-in, health."""
    view.required_verb = PUBLIC  # type: ignore[attr-defined]
    return view


def _forbidden(verb: str) -> Forbidden:
    return Forbidden("forbidden", _("Your role does not allow this."), verb=verb)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and from there back. A form that was sent goes back to the page on which it stood."""
    is_fragment = request.headers.get("HX-Request") == "true"
    here = request.get_full_path()
    if is_fragment:
        here = request.headers.get("HX-Current-URL") or here
    elif request.method == "POST":
        here = page_before(request)
    target = redirect_to_login(here)
    if request.method == "POST" or is_fragment:
        target["Location"] += f"&{LOST}=1"
    # A fragment must not be replaced by the sign-in page: the whole page goes there.
    return HttpResponse(status=204, headers={"HX-Redirect": target["Location"]}) if is_fragment else target


def page_before(request: HttpRequest) -> str:
    """The page of ours on which a form stood, as its browser says; "/" where it does not say."""
    before = urlsplit(request.headers.get("Referer", ""))
    if before.netloc != request.get_host():
        return "/"
    return urlunsplit(("", "", before.path, before.query, ""))
