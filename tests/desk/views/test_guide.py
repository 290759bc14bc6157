"""guide: a company from nothing to its first statement; what is done is read from the data."""

import io
import re
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from arap.core.models import AuditEntry, Company, CompanyBankAccount, Membership, Period, Role, User
from arap.desk.queries.guide import progress
from arap.ledger.models import Account
from tests.pages import check_method, check_roles, text_of
from tests.people import hire
from tests.stories import Story

pytestmark = pytest.mark.django_db
URL = "/guide/"
FIRST = {
    "name": "Ningbo Haichen",
    "name_local": "宁波海辰",
    "code": "NBHC",
    "base_currency": "CNY",
    "country": "cn",
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
        ("country", "C1", ""),
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
    as_administrator.post(f"{URL}bank/", {**ACCOUNT, "account_no": "777"})
    as_administrator.post(f"{URL}bank/", {**ACCOUNT, "account_no": "888", "currency": "USD"})
    found = {row.account_no: row.is_default for row in CompanyBankAccount.objects.filter(company=company)}
    assert found == {"6222 0210 0100 9": True, "777": False, "888": True}
    again = as_administrator.post(f"{URL}bank/", ACCOUNT)
    assert again.status_code == 422
    assert "This account is there already." in text_of(again)
    assert progress(company).bank_account


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


@pytest.mark.parametrize("page", ["letterhead/", "bank/", "people/", ""])
def test_roles(company: Company, page: str) -> None:
    check_roles(company, "company.set_up", URL + page)


def test_the_guide_is_only_read(as_administrator: Client) -> None:
    check_method(as_administrator, URL, wrong="post")


def test_somebody_else_s_company_is_out_of_reach(company: Company, other_company: Company) -> None:
    boss = hire(other_company, "boss", Role.ADMINISTRATOR)
    client = Client()
    client.force_login(boss)
    client.post(f"{URL}bank/", ACCOUNT)
    assert CompanyBankAccount.objects.get().company == other_company
