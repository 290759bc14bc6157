"""guide: a company from nothing to its first statement; what is done is read from the data."""

import io
import re
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from arap.core import uploads
from arap.core.actions.people import grant_role
from arap.core.models import AuditEntry, Company, CompanyBankAccount, Membership, Period, Role, User
from arap.core.slips import account_for
from arap.desk.queries.guide import progress
from arap.ledger.models import Account
from tests.pages import check_method, text_of
from tests.people import hire
from tests.stories import Story

pytestmark = pytest.mark.django_db
URL = "/guide/"
FIRST = {
    "name": "Ningbo Haichen",
    "name_local": "宁波海辰",
    "code": "NBHC",
    "base_currency": "CNY",
    "country": "CN",
    "time_zone": "Asia/Shanghai",
    "language": "zh-hans",
}
LETTERHEAD = {
    "name": "Acme Trading",
    "name_local": "",
    "address": "1 Harbour Road\nShanghai",
    "address_local": "上海市海港路 1 号",
    "phone": "+86 21 5555 0100",
    "email": "ar@acme.example",
    "website": "",
    "tax_id": "91310000MA1FL0AB12",
    "language": "en",
}
ACCOUNT = {"name": "Acme Trading", "bank": "Bank of Shanghai", "account_no": "6222 0210 0100 9", "currency": "CNY"}
PERSON = {"full_name": "Lin Yue", "username": "linyue", "email": "", "language": "zh-hans", "role": "clerk"}


@pytest.fixture
def as_founder(client: Client, db: None) -> Client:
    """A superuser on the first day: no company anywhere."""
    client.force_login(User.objects.create(username="founder", is_superuser=True, is_staff=True))
    return client


@pytest.fixture
def as_administrator(client: Client, administrator: User) -> Client:
    """Who sets the company up."""
    client.force_login(administrator)
    return client


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20)) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, "navy").save(content, kind)
    return content.getvalue()


def with_logo(client: Client, content: bytes) -> Any:
    upload = io.BytesIO(content)
    upload.name = "logo.png"
    return client.post(f"{URL}letterhead/", {**LETTERHEAD, "logo_file": upload})


def test_somebody_without_a_company_who_may_found_one_lands_here(as_founder: Client) -> None:
    assert as_founder.get("/")["Location"] == URL
    page = text_of(as_founder.get(URL))
    assert "Begin with the company itself." in page
    assert "Found the company" in page
    assert "Import a file" not in page


def test_somebody_without_a_company_who_may_not_is_told_so(client: Client, db: None) -> None:
    client.force_login(User.objects.create(username="nobody"))
    for url in ("/", URL, f"{URL}company/"):
        assert client.get(url).status_code == 403


def test_founding_a_company(as_founder: Client) -> None:
    answer = as_founder.post(f"{URL}company/", FIRST, follow=True)
    company = Company.objects.get()
    founder = User.objects.get(username="founder")
    assert (company.code, company.country) == ("NBHC", "CN")
    assert company.calendar is not None
    assert {row.role for row in Membership.objects.filter(user=founder)} == {Role.ADMINISTRATOR, Role.CONTROLLER}
    assert Period.objects.filter(company=company).count() == 24
    assert Account.objects.filter(company=company).exists()
    assert "You are its administrator and controller." in text_of(answer)
    assert "1 of 6 steps done" in text_of(answer)
    assert AuditEntry.objects.get(verb="company.create").actor == founder


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("code", "a b", "Use letters, digits, dot, dash, underscore."),
        ("base_currency", "XYZ", "Select a valid choice"),
        ("name", "", "This field is required."),
        ("time_zone", "Mars/Olympus", "Select a valid choice"),
        ("country", "C1", "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(as_founder: Client, field: str, value: str, sentence: str) -> None:
    answer = as_founder.post(f"{URL}company/", {**FIRST, field: value})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert field in answer.context["form"].errors
    assert Company.objects.count() == 0


def test_a_code_is_taken_once(as_founder: Client, other_company: Company) -> None:
    answer = as_founder.post(f"{URL}company/", {**FIRST, "code": "other"})
    assert answer.status_code == 422
    assert "code" in answer.context["form"].errors


def test_an_administrator_founds_no_other_company(as_administrator: Client) -> None:
    assert as_administrator.get(f"{URL}company/").status_code == 403
    assert as_administrator.post(f"{URL}company/", FIRST).status_code == 403


def test_the_letterhead(as_administrator: Client, administrator: User, company: Company) -> None:
    answer = with_logo(as_administrator, picture())
    assert answer["Location"] == URL
    company.refresh_from_db()
    assert (company.phone, company.address_local) == ("+86 21 5555 0100", "上海市海港路 1 号")
    assert company.logo is not None
    assert bytes(company.logo) == picture()
    entry = AuditEntry.objects.get(verb="company.letterhead")
    assert entry.actor == administrator
    assert entry.after
    assert entry.after["logo"] == len(picture())
    assert progress(company).letterhead
    as_administrator.post(f"{URL}letterhead/", {**LETTERHEAD, "remove_logo": "on"})
    company.refresh_from_db()
    assert not company.logo


LOGOS = [
    (b"GIF89a" + bytes(50), "The logo is neither PNG nor JPEG."),
    (b"\x89PNG\r\n\x1a\n" + bytes(50), "The logo is neither PNG nor JPEG."),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "The logo is neither PNG nor JPEG."),
    (picture("GIF"), "The logo is neither PNG nor JPEG."),
    (picture(size=(4001, 3)), "The logo has more than 4,000 pixels on a side."),
    (picture() + bytes(512 * 1024), "The logo is larger than 512 KB."),
]


@pytest.mark.parametrize(("content", "sentence"), LOGOS)
def test_a_logo_is_judged_by_what_it_is(
    as_administrator: Client, company: Company, content: bytes, sentence: str
) -> None:
    answer = with_logo(as_administrator, content)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    company.refresh_from_db()
    assert (company.logo, company.phone) == (None, "")


def test_a_wrong_letterhead_leaves_the_company_as_it_is(as_administrator: Client, company: Company) -> None:
    answer = as_administrator.post(f"{URL}letterhead/", {**LETTERHEAD, "email": "no address", "name": "Other"})
    assert answer.status_code == 422
    assert "Acme Trading" in text_of(answer), "the frame still says whose book it is"


def test_bank_accounts(as_administrator: Client, company: Company) -> None:
    assert "No bank account yet" in text_of(as_administrator.get(f"{URL}bank/"))
    assert as_administrator.post(f"{URL}bank/", ACCOUNT).status_code == 302
    as_administrator.post(f"{URL}bank/", {**ACCOUNT, "account_no": "77777777"})
    as_administrator.post(f"{URL}bank/", {**ACCOUNT, "account_no": "88888888", "currency": "USD"})
    found = {row.account_no: row.is_default for row in CompanyBankAccount.objects.filter(company=company)}
    assert found == {"6222 0210 0100 9": True, "77777777": False, "88888888": True}
    again = as_administrator.post(f"{URL}bank/", ACCOUNT)
    assert again.status_code == 422
    assert "This account is there already." in text_of(again)
    assert progress(company).bank_account


BAD_ACCOUNTS = [
    ({"account_no": "DE89 3704 0044 0532 0130 01"}, "account_no", "This IBAN is not right"),
    ({"account_no": "DE89 3704 0044 0532 0130"}, "account_no", "This IBAN is not right"),
    ({"account_no": "6222 O210 0100 9"}, "account_no", "An account number in China is 8 to 30 digits."),
    ({"bic": "DEUT"}, "bic", "A BIC is 8 or 11 letters and digits"),
]


@pytest.mark.parametrize(("change", "field", "sentence"), BAD_ACCOUNTS)
def test_a_number_that_cannot_be_right_is_refused_beside_the_field(
    as_administrator: Client, change: dict[str, str], field: str, sentence: str
) -> None:
    answer = as_administrator.post(f"{URL}bank/", {**ACCOUNT, **change})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert field in answer.context["form"].errors
    assert CompanyBankAccount.objects.count() == 0


def test_numbers_are_spelt_as_they_are_printed(as_administrator: Client) -> None:
    given = {**ACCOUNT, "account_no": "de89370400440532013000", "bic": "deutdeff", "currency": "EUR"}
    assert as_administrator.post(f"{URL}bank/", given).status_code == 302
    account = CompanyBankAccount.objects.get()
    assert (account.account_no, account.bic) == ("DE89 3704 0044 0532 0130 00", "DEUTDEFF")
    assert account.bank_line == "Bank of Shanghai, BIC DEUTDEFF"


def test_an_account_is_changed_retired_and_taken_up_again(
    as_administrator: Client, administrator: User, company: Company
) -> None:
    as_administrator.post(f"{URL}bank/", ACCOUNT)
    as_administrator.post(f"{URL}bank/", {**ACCOUNT, "account_no": "77777777"})
    first, second = CompanyBankAccount.objects.order_by("pk")
    changed = {**ACCOUNT, "account_no": "6222 0210 0100 8", "currency": "USD"}
    assert as_administrator.post(f"{URL}bank/{first.pk}/", changed).status_code == 302
    first.refresh_from_db()
    assert (first.account_no, first.currency) == ("6222 0210 0100 8", "CNY"), "the currency stays"
    entry = AuditEntry.objects.filter(verb="company.bank_account").latest("pk")
    assert (entry.actor, entry.before, entry.after) == (
        administrator, {"account_no": "6222 0210 0100 9"}, {"account_no": "6222 0210 0100 8"},
    )  # fmt: skip
    taken = as_administrator.post(f"{URL}bank/{first.pk}/", {**changed, "account_no": "77777777"})
    assert "This account is there already." in text_of(taken)

    def printed() -> str:
        account = account_for(company, "CNY")
        return account.account_no if account else ""

    assert printed() == "6222 0210 0100 8"
    act = f"{URL}bank/{first.pk}/act/"
    as_administrator.post(act, {"act": "retire"})
    assert printed() == "77777777"
    assert "retired" in text_of(as_administrator.get(f"{URL}bank/"))
    assert "retired: take it up again first" in text_of(as_administrator.post(act, {"act": "print"}, follow=True))
    as_administrator.post(act, {"act": "revive"})
    assert printed() == "77777777"
    as_administrator.post(act, {"act": "print"})
    assert printed() == "6222 0210 0100 8"
    assert as_administrator.post(act, {"act": "burn"}).status_code == 404
    as_administrator.post(f"{URL}bank/{second.pk}/act/", {"act": "retire"})
    as_administrator.post(act, {"act": "retire"})
    assert printed() == ""


def test_a_logo_beyond_the_limit_of_uploads_is_refused_beside_the_field(
    as_administrator: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "UPLOAD_MB_MAX", 1)
    answer = with_logo(as_administrator, bytes(2 << 20))
    assert answer.status_code == 422
    assert "The logo is larger than 512 KB." in text_of(answer)
    assert LETTERHEAD["phone"] in answer.content.decode(), "what was typed is still there"


def test_inviting_somebody(as_administrator: Client, administrator: User, company: Company) -> None:
    answer = as_administrator.post(f"{URL}people/", PERSON)
    password = re.search(r'id="first-password">([^<]+)<', answer.content.decode())
    assert password
    assert answer.headers["Cache-Control"] == "no-store"
    user = User.objects.get(username="linyue")
    assert user.check_password(password[1])
    assert [row.role for row in Membership.objects.filter(user=user, company=company)] == [Role.CLERK]
    assert password[1] not in str(list(AuditEntry.objects.values_list("after", flat=True)))
    assert password[1] not in as_administrator.get(f"{URL}people/").content.decode()
    assert progress(company).people


def test_the_first_sign_in_asks_for_another_password(as_administrator: Client, company: Company) -> None:
    answer = as_administrator.post(f"{URL}people/", PERSON)
    first = re.search(r'id="first-password">([^<]+)<', answer.content.decode())
    assert first
    person = Client()
    sign_in = {"username": "linyue", "password": first[1]}
    assert person.post("/sign-in/", sign_in)["Location"].startswith("/password/")
    assert "初始密码" in text_of(person.get("/password/"))
    chosen = {"old_password": first[1], "new_password1": "harbour-9-lantern", "new_password2": "harbour-9-lantern"}
    assert person.post("/password/", {**chosen, "next": "/customers/"})["Location"] == "/customers/"
    assert person.get("/customers/").status_code == 200, "this session goes on"
    sign_in["password"] = "harbour-9-lantern"
    assert Client().post("/sign-in/", sign_in)["Location"] == "/"


def test_the_first_password_cannot_be_walked_away_from(as_administrator: Client, company: Company) -> None:
    answer = as_administrator.post(f"{URL}people/", PERSON)
    first = re.search(r'id="first-password">([^<]+)<', answer.content.decode())
    assert first
    person = Client()
    person.post("/sign-in/", {"username": "linyue", "password": first[1]})
    for url in ("/customers/", "/admin/", "/"):
        assert person.get(url)["Location"].startswith("/password/")
    fragment = person.get("/jobs/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (204, "/password/")
    assert person.post("/language/", {"language": "en"}).status_code == 302
    chosen = {"old_password": first[1], "new_password1": "harbour-9-lantern", "new_password2": "harbour-9-lantern"}
    person.post("/password/", chosen)
    assert person.get("/customers/").status_code == 200


def test_the_admin_has_no_door_of_its_own(client: Client, company: Company, clerk: User) -> None:
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/sign-in/?next=%2Fadmin%2F"
    assert client.post("/admin/login/", {"username": "clerk", "password": "x"}).status_code == 405
    client.force_login(clerk)
    assert client.get("/admin/login/").status_code == 403


def test_a_lost_first_password_is_made_anew_until_another_is_chosen(
    as_administrator: Client, company: Company, other_company: Company
) -> None:
    def shown(answer: Any) -> str:
        found = re.search(r'id="first-password">([^<]+)<', answer.content.decode())
        return found[1] if found else ""

    first = shown(as_administrator.post(f"{URL}people/", PERSON))
    again = as_administrator.post(f"{URL}people/", PERSON)  # the page sent once more
    assert shown(again) == ""
    assert "Make a new first password" in text_of(again)
    held = Membership.objects.get(user__username="linyue")
    second = shown(as_administrator.post(f"{URL}people/{held.pk}/password/"))
    user = User.objects.get(username="linyue")
    assert (user.check_password(first), user.check_password(second)) == (False, True)
    person = Client()
    person.post("/sign-in/", {"username": "linyue", "password": second})
    chosen = {"old_password": second, "new_password1": "harbour-9-lantern", "new_password2": "harbour-9-lantern"}
    person.post("/password/", chosen)
    assert "Make a new first password" not in text_of(as_administrator.get(f"{URL}people/"))
    refused = as_administrator.post(f"{URL}people/{held.pk}/password/", follow=True)
    assert "has a password of their own" in text_of(refused)
    assert User.objects.get(username="linyue").check_password("harbour-9-lantern")


def test_who_works_elsewhere_too_keeps_the_password(
    as_administrator: Client, company: Company, other_company: Company
) -> None:
    as_administrator.post(f"{URL}people/", PERSON)
    user = User.objects.get(username="linyue")
    before = user.password
    grant_role(other_company, user, Role.CLERK, by=None)
    held = Membership.objects.get(user=user, company=company)
    as_administrator.post(f"{URL}people/{held.pk}/password/")
    user.refresh_from_db()
    assert user.password == before


def test_countries_are_a_list_in_both_languages(as_founder: Client) -> None:
    assert "DE Germany" in text_of(as_founder.get(f"{URL}company/"))
    User.objects.update(language="zh-hans")
    page = as_founder.get(f"{URL}company/")
    assert "DE 德国" in text_of(page)
    assert len(list(page.context["form"].fields["country"].choices)) == 249 + 1


def test_who_has_an_account_gets_the_role_and_keeps_the_password(
    as_administrator: Client, company: Company, outsider: User
) -> None:
    outsider.set_password("mine-and-only-mine")
    outsider.save(update_fields=["password"])
    answer = as_administrator.post(f"{URL}people/", {**PERSON, "username": "outsider", "role": "auditor"})
    assert "has an account already and now holds the role here too" in text_of(answer)
    outsider.refresh_from_db()
    assert outsider.check_password("mine-and-only-mine")
    assert Membership.objects.filter(user=outsider, company=company, role=Role.AUDITOR).exists()


def test_the_system_user_is_not_invited(as_administrator: Client, company: Company) -> None:
    from arap.core.actions.people import system_user

    system_user()
    answer = as_administrator.post(f"{URL}people/", {**PERSON, "username": "system"})
    assert answer.status_code == 422
    assert "This user is not active any more." in text_of(answer)


def test_every_step_is_read_from_the_data(
    as_administrator: Client, story: Story, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    found = progress(story.company)
    assert (found.company, found.items, found.people, found.needs_rates) == (True, True, True, True)
    assert (found.letterhead, found.bank_account, found.statement) == (False, False, False)
    assert (found.done, found.total) == (sum(found.steps), 7)
    with django_assert_max_num_queries(7):
        page = text_of(as_administrator.get(URL))
    assert "Look at the statement before it is sent." in page
    assert "Exchange rates" in page


def test_today_points_here_while_something_is_left(as_administrator: Client, clerk: User, company: Company) -> None:
    assert "2 of 6 steps of the set-up are done." in text_of(as_administrator.get("/"))
    other = Client()
    other.force_login(clerk)
    assert "steps of the set-up" not in text_of(other.get("/"))


def test_in_chinese(as_administrator: Client, administrator: User) -> None:
    administrator.language = "zh-hans"
    administrator.save(update_fields=["language"])
    for url, words in {"": "设置公司", "letterhead/": "信头", "bank/": "银行账户", "people/": "人员"}.items():
        assert words in text_of(as_administrator.get(URL + url))


def test_the_guide_is_only_read(as_administrator: Client) -> None:
    check_method(as_administrator, URL, wrong="post")


def test_somebody_else_s_company_is_out_of_reach(company: Company, other_company: Company) -> None:
    boss = hire(other_company, "boss", Role.ADMINISTRATOR)
    client = Client()
    client.force_login(boss)
    client.post(f"{URL}bank/", ACCOUNT)
    account = CompanyBankAccount.objects.get()
    assert account.company == other_company
    client.force_login(hire(company, "other-boss", Role.ADMINISTRATOR))
    assert client.get(f"{URL}bank/{account.pk}/").status_code == 404
    assert client.post(f"{URL}bank/{account.pk}/act/", {"act": "retire"}).status_code == 404
    held = Membership.objects.get(user=boss)
    assert client.post(f"{URL}people/{held.pk}/password/").status_code == 404
