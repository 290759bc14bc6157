"""sign_in_code, factor, factor_codes, factor_off: a code from the telephone besides the password."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from arap.core.actions.factors import remove_factor
from arap.core.models import AuditEntry, Company, RecoveryCode, Role, User
from tests.pages import text_of

pytestmark = pytest.mark.django_db
URL = "/account/second-factor/"
STEP = "/sign-in/code/"
PASSWORD = "the-clerk-knows-it"


@pytest.fixture
def lin(clerk: User) -> User:
    clerk.set_password(PASSWORD)
    clerk.save(update_fields=["password"])
    return clerk


def code_of(user: User, *, ahead: int = 0) -> str:
    """What the telephone shows now, or so many half minutes later."""
    device = TOTPDevice.objects.get(user=user)
    return f"{totp(device.bin_key, drift=ahead):06d}"


def no_more_waiting(user: User) -> None:
    """As if the pause after wrong codes were over."""
    TOTPDevice.objects.filter(user=user).update(
        throttling_failure_timestamp=F("throttling_failure_timestamp") - timedelta(days=1)
    )


def give_password(**more: str) -> tuple[Client, Any]:
    client = Client()
    return client, client.post("/sign-in/", {"username": "clerk", "password": PASSWORD, **more})


def set_up(client: Client, user: User) -> list[str]:
    """Turn the second factor on in this browser; the recovery codes that the page shows."""
    client.get(URL)
    answer = client.post(URL, {"code": code_of(user)})
    assert answer.status_code == 200
    return re.findall(r"<code class=\"secret-code\">([a-z0-9]{5}-[a-z0-9]{5})</code>", answer.content.decode())


@pytest.fixture
def codes(lin: User) -> list[str]:
    """The clerk has a second factor, and these recovery codes."""
    client, _answer = give_password()
    return set_up(client, lin)


class TestSettingUp:
    def test_the_page_shows_a_picture_and_the_secret(self, as_clerk: Client, clerk: User) -> None:
        answer = as_clerk.get(URL)
        page = answer.content.decode()
        device = TOTPDevice.objects.get(user=clerk)
        assert 'src="data:image/png;base64,' in page
        assert "secret=" in device.config_url
        secret = re.search(r'<code class="secret-code">([A-Z2-7 ]+)</code>', page)
        assert secret is not None
        assert f"secret={secret[1].replace(' ', '')}" in device.config_url
        assert "no-store" in answer["Cache-Control"]
        assert as_clerk.get(URL).content.decode().count(secret[1]) == 1, "the same one when the page is opened again"

    def test_it_counts_only_when_the_telephone_has_it(self, as_clerk: Client, clerk: User) -> None:
        as_clerk.get(URL)
        wrong = f"{(int(code_of(clerk)) + 1) % 1_000_000:06d}"
        answer = as_clerk.post(URL, {"code": wrong})
        assert answer.status_code == 422
        assert "This code is not right." in text_of(answer)
        assert not TOTPDevice.objects.get(user=clerk).confirmed

    def test_ten_recovery_codes_of_which_only_digests_are_kept(self, lin: User, codes: list[str]) -> None:
        assert len(set(codes)) == 10
        kept = RecoveryCode.objects.filter(user=lin)
        assert kept.count() == 10
        stored = b"".join(bytes(row.digest) + bytes(row.salt) for row in kept)
        assert not any(code.replace("-", "").encode() in stored for code in codes)
        assert AuditEntry.objects.get(verb="factor.set").actor == lin

    def test_other_sessions_end(self, lin: User) -> None:
        here, _answer = give_password()
        elsewhere, _answer = give_password()
        set_up(here, lin)
        assert here.get("/").status_code == 200
        assert elsewhere.get("/").status_code == 302

    def test_a_second_one_is_not_set_up_beside_it(self, lin: User) -> None:
        client, _answer = give_password()
        set_up(client, lin)
        assert "Recovery codes" in text_of(client.get(URL))
        client.post(URL, {"code": "123456"})
        assert TOTPDevice.objects.filter(user=lin).count() == 1


class TestSigningIn:
    def test_the_password_alone_opens_nothing(self, lin: User, codes: list[str]) -> None:
        client, answer = give_password()
        assert answer["Location"] == STEP
        assert client.get("/")["Location"].startswith("/sign-in/")
        assert client.get(STEP).status_code == 200

    def test_the_code_lets_in_and_goes_on(self, lin: User, codes: list[str]) -> None:
        client, _answer = give_password(next="/customers/")
        answer = client.post(STEP, {"code": code_of(lin, ahead=1)})
        assert answer["Location"] == "/customers/"
        assert client.get("/customers/").status_code == 200
        assert AuditEntry.objects.filter(verb="person.sign_in").latest("pk").after == {
            "address": "127.0.0.1",
            "device": "Unknown device",
            "factor": "code",
        }

    def test_a_code_counts_once(self, lin: User, codes: list[str]) -> None:
        code = code_of(lin, ahead=1)
        first, _answer = give_password()
        assert first.post(STEP, {"code": code}).status_code == 302
        second, _answer = give_password()
        answer = second.post(STEP, {"code": code})
        assert answer.status_code == 422
        assert second.get("/").status_code == 302

    def test_the_code_that_set_it_up_is_used_too(self, lin: User) -> None:
        client, _answer = give_password()
        client.get(URL)
        code = code_of(lin)
        client.post(URL, {"code": code})
        other, _answer = give_password()
        assert other.post(STEP, {"code": code}).status_code == 422

    def test_each_wrong_code_costs_twice_the_time(self, lin: User, codes: list[str]) -> None:
        client, _answer = give_password()
        client.post(STEP, {"code": "not one"})
        answer = client.post(STEP, {"code": code_of(lin, ahead=1)})
        assert answer.status_code == 429
        assert "before the next code" in text_of(answer)
        assert client.get("/").status_code == 302, "the right code was not even looked at"
        lin.language = "zh-hans"
        client.cookies["django_language"] = "zh-hans"
        assert "后再输入下一个验证码" in text_of(client.post(STEP, {"code": "123456"}))
        no_more_waiting(lin)
        assert client.post(STEP, {"code": code_of(lin, ahead=1)}).status_code == 302

    def test_after_five_wrong_codes_the_password_is_asked_again(self, lin: User, codes: list[str]) -> None:
        client, _answer = give_password()
        for _try in range(5):
            answer = client.post(STEP, {"code": "zzzzz-zzzzz"})
        assert answer["Location"] == "/sign-in/"
        no_more_waiting(lin)
        assert client.post(STEP, {"code": code_of(lin, ahead=1)})["Location"] == "/sign-in/"

    def test_waiting_for_the_code_lasts_ten_minutes(self, lin: User, codes: list[str]) -> None:
        client, _answer = give_password()
        session = client.session
        pending = session["pending_sign_in"]
        pending["at"] = (AuditEntry.objects.latest("pk").at - timedelta(minutes=11)).isoformat()
        session["pending_sign_in"] = pending
        session.save()
        assert client.post(STEP, {"code": code_of(lin, ahead=1)})["Location"] == "/sign-in/"

    def test_who_changes_the_password_meanwhile_voids_the_step(self, lin: User, codes: list[str]) -> None:
        client, _answer = give_password()
        lin.set_password("another one of mine")
        lin.save(update_fields=["password"])
        assert client.post(STEP, {"code": code_of(lin, ahead=1)})["Location"] == "/sign-in/"

    def test_nobody_gets_to_the_step_without_the_password(self, client: Client, codes: list[str]) -> None:
        assert client.get(STEP)["Location"] == "/sign-in/"
        assert client.post(STEP, {"code": codes[0]})["Location"] == "/sign-in/"

    @pytest.mark.parametrize("typed", ["", " ", "１２３４５６", "123 45x", "-12345", "0x1e240", "9" * 33, "<b>"])
    def test_what_is_no_code_is_no_error_of_ours(self, lin: User, codes: list[str], typed: str) -> None:
        client, _answer = give_password()
        assert client.post(STEP, {"code": typed}).status_code == 422


class TestRecovery:
    def test_each_code_lets_in_once(self, lin: User, codes: list[str]) -> None:
        client, _answer = give_password()
        answer = client.post(STEP, {"code": codes[3].upper().replace("-", " ")}, follow=True)
        assert "That was a recovery code; 9 are left." in text_of(answer)
        again, _answer = give_password()
        assert again.post(STEP, {"code": codes[3]}).status_code == 422
        no_more_waiting(lin)
        assert again.post(STEP, {"code": codes[4]}).status_code == 302
        assert AuditEntry.objects.filter(verb="factor.recover").latest("pk").after == {"left": 8}

    def test_guessing_them_is_slowed_down_together_with_the_telephone(self, lin: User, codes: list[str]) -> None:
        client, _answer = give_password()
        client.post(STEP, {"code": "aaaaa-aaaaa"})
        assert client.post(STEP, {"code": codes[0]}).status_code == 429

    def test_new_ones_make_the_old_void_and_cost_the_password(self, lin: User, codes: list[str]) -> None:
        client, _answer = give_password()
        client.post(STEP, {"code": code_of(lin, ahead=1)})
        refused = client.post(f"{URL}codes/", {"codes-password": "wrong"})
        assert refused.status_code == 422
        answer = client.post(f"{URL}codes/", {"codes-password": PASSWORD})
        assert "Keep these recovery codes" in text_of(answer)
        other, _answer = give_password()
        assert other.post(STEP, {"code": codes[0]}).status_code == 422


class TestTurningOff:
    def test_it_costs_the_password(self, lin: User) -> None:
        client, _answer = give_password()
        set_up(client, lin)
        assert client.post(f"{URL}off/", {"off-password": "wrong"}).status_code == 422
        assert client.post(f"{URL}off/", {"off-password": PASSWORD})["Location"] == "/account/"
        assert not TOTPDevice.objects.exists()
        assert not RecoveryCode.objects.exists()
        assert AuditEntry.objects.get(verb="factor.remove").actor == lin
        _client, answer = give_password()
        assert answer["Location"] == "/"

    def test_links_change_nothing(self, as_clerk: Client) -> None:
        assert as_clerk.get(f"{URL}off/").status_code == 405
        assert as_clerk.get(f"{URL}codes/").status_code == 405


class TestRequired:
    @pytest.fixture(autouse=True)
    def _of_clerks(self, lin: User, company: Company) -> None:
        Company.objects.filter(pk=company.pk).update(second_factor_roles=[Role.CLERK])

    def test_everything_leads_to_setting_it_up(self, lin: User) -> None:
        client, _answer = give_password()
        for url in ("/", "/customers/", "/account/", "/admin/"):
            assert client.get(url)["Location"].startswith(f"{URL}?next="), url
        fragment = client.get("/customers/", headers={"HX-Request": "true"})
        assert (fragment.status_code, fragment["HX-Redirect"]) == (204, URL)
        assert "Your role asks for it" in text_of(client.get(URL))
        set_up(client, lin)
        assert client.get("/customers/").status_code == 200

    def test_of_other_roles_it_is_not(self, controller: User) -> None:
        client = Client()
        client.force_login(controller)
        assert client.get("/customers/").status_code == 200

    def test_it_counts_for_who_is_signed_in_already(self, as_clerk: Client, company: Company) -> None:
        assert as_clerk.get("/customers/")["Location"].startswith(URL)

    def test_it_cannot_be_turned_off(self, lin: User) -> None:
        client, _answer = give_password()
        set_up(client, lin)
        assert client.post(f"{URL}off/", {"off-password": PASSWORD}).status_code == 409
        assert "Turn it off" not in text_of(client.get(URL))
        assert TOTPDevice.objects.filter(confirmed=True).exists()

    def test_a_superuser_is_asked_when_administrators_are(self, company: Company) -> None:
        boss = User.objects.create(username="boss", is_superuser=True, is_staff=True)
        client = Client()
        client.force_login(boss)
        assert client.get("/admin/").status_code == 200
        Company.objects.filter(pk=company.pk).update(second_factor_roles=[Role.ADMINISTRATOR])
        assert client.get("/admin/")["Location"].startswith(URL)

    def test_another_first_password_comes_before_it(self, lin: User, administrator: User) -> None:
        AuditEntry.objects.create(
            actor=administrator, verb="person.invite", object_type="core.user", object_id=str(lin.pk)
        )
        client, answer = give_password()
        assert answer["Location"].startswith("/password/")
        new = "seven grey herons"
        client.post("/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
        assert client.get("/")["Location"].startswith(URL)


def test_an_administrator_resets_it_and_everything_of_that_person_ends(
    lin: User, codes: list[str], administrator: User
) -> None:
    client, _answer = give_password()
    client.post(STEP, {"code": code_of(lin, ahead=1)})
    administrator.is_staff = True
    administrator.save(update_fields=["is_staff"])
    admin = Client()
    admin.force_login(administrator)
    page = admin.get("/admin/core/user/")
    assert page.status_code == 200
    answer = admin.post("/admin/core/user/", {"action": "reset_factor", "_selected_action": [str(lin.pk)]}, follow=True)
    assert "signs in without it and sets it up anew" in text_of(answer)
    entry = AuditEntry.objects.get(verb="factor.reset")
    assert (entry.actor, entry.object_id) == (administrator, str(lin.pk))
    assert client.get("/").status_code == 302
    assert not RecoveryCode.objects.filter(user=lin).exists()
    assert give_password()[1]["Location"] == "/"
    assert not remove_factor(lin, by=administrator)
    assert admin.get("/admin/otp_totp/totpdevice/").status_code == 404, "no page shows a secret"


def test_a_company_says_in_the_admin_of_whom_it_is_asked(company: Company, administrator: User) -> None:
    administrator.is_staff = True
    administrator.save(update_fields=["is_staff"])
    admin = Client()
    admin.force_login(administrator)
    url = f"/admin/core/company/{company.pk}/change/"
    form = admin.get(url).context["adminform"].form
    data = {name: value for name, value in form.initial.items() if value is not None and name in form.fields}
    data |= {"second_factor_roles": ["controller", "administrator"], "country": "CN"}
    data |= {"bank_accounts-TOTAL_FORMS": "0", "bank_accounts-INITIAL_FORMS": "0"}
    assert admin.post(url, data).status_code == 302
    company.refresh_from_db()
    assert company.second_factor_roles == ["controller", "administrator"]
    assert AuditEntry.objects.get(verb="company.change").after == {
        "second_factor_roles": ["controller", "administrator"]
    }
    assert admin.post(url, {**data, "second_factor_roles": ["king"]})["Location"].startswith(URL), "it counts at once"
