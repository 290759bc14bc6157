"""account, session_end, sessions_end: where one is signed in, and ending it there."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client

from arap.core.models import AuditEntry, Session, User
from arap.core.session_store import handle
from tests.pages import text_of

pytestmark = pytest.mark.django_db
URL = "/account/"
PASSWORD = "the-clerk-knows-it"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605 Version/26.1 Mobile/15E Safari/604.1"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"


def come_in(clerk: User, agent: str, address: str) -> Client:
    """A browser of its own in which the clerk has signed in with the password."""
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    assert client.post("/sign-in/", {"username": "clerk", "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def lin(clerk: User) -> User:
    clerk.set_password(PASSWORD)
    clerk.save(update_fields=["password"])
    return clerk


@pytest.fixture
def desk(lin: User) -> Client:
    return come_in(lin, DESK, "203.0.113.9")


@pytest.fixture
def phone(lin: User) -> Client:
    return come_in(lin, PHONE, "2001:db8::7")


def key_of(client: Client) -> str:
    return client.session.session_key or ""


def test_each_place_with_device_and_address(desk: Client, phone: Client, outsider: User) -> None:
    Client().force_login(outsider)
    words = text_of(desk.get(URL))
    assert "Firefox, Windows this one 203.0.113.9" in words
    assert "Safari, iPhone 2001:db8::7" in words
    assert words.count(" Sign out") == 2, "in the menu and in one's own row"
    assert key_of(phone) not in desk.get(URL).content.decode(), "what opens a session stands on no page"


def test_one_is_ended(desk: Client, phone: Client, lin: User) -> None:
    assert desk.post(f"{URL}sessions/{handle(key_of(phone))}/end/")["Location"] == URL
    assert phone.get(URL).status_code == 302
    assert desk.get(URL).status_code == 200
    entry = AuditEntry.objects.get(verb="person.end_sessions")
    assert (entry.actor, entry.object_id, entry.after) == (lin, str(lin.pk), {"count": 1})


def test_ending_this_one_is_signing_out(desk: Client) -> None:
    assert desk.post(f"{URL}sessions/{handle(key_of(desk))}/end/")["Location"] == "/sign-in/"
    assert desk.get(URL).status_code == 302


def test_all_others_are_ended(desk: Client, phone: Client, lin: User) -> None:
    third = come_in(lin, DESK, "203.0.113.10")
    assert "2 other sessions have ended." in text_of(desk.post(f"{URL}sessions/end/", follow=True))
    assert {phone.get(URL).status_code, third.get(URL).status_code} == {302}
    assert "End all others" not in text_of(desk.get(URL))


def test_nobody_ends_the_session_of_somebody_else(desk: Client, outsider: User) -> None:
    theirs = Client()
    theirs.force_login(outsider)
    assert desk.post(f"{URL}sessions/{handle(key_of(theirs))}/end/").status_code == 404
    assert theirs.get(URL).status_code == 200


def test_a_link_ends_nothing(desk: Client, phone: Client) -> None:
    assert desk.get(f"{URL}sessions/{handle(key_of(phone))}/end/").status_code == 405
    assert desk.get(f"{URL}sessions/end/").status_code == 405
    assert Client().post(f"{URL}sessions/end/")["Location"].startswith("/sign-in/")


def test_another_password_ends_all_others_at_once(desk: Client, phone: Client, lin: User) -> None:
    new = "harbour-9-lantern"
    desk.post("/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert desk.get(URL).status_code == 200
    assert phone.get(URL).status_code == 302
    assert Session.objects.filter(user=lin).count() == 1


@pytest.mark.parametrize(
    ("idle_minutes", "hours", "status"), [(59, 1, 200), (61, 1, 302), (1, 11, 200), (1, 13, 302), (59, 12, 302)]
)
def test_both_ends_of_a_session(desk: Client, idle_minutes: int, hours: int, status: int) -> None:
    """As if it had begun so many hours and been used last so many minutes ago, in the times of the settings."""
    store = desk.session
    row = Session.objects.get(session_key=store.session_key)
    row.began_at -= timedelta(hours=hours)
    row.seen_at -= timedelta(minutes=idle_minutes)
    from arap.core.session_store import ends_at

    row.expire_date = ends_at(row.began_at, row.seen_at)
    row.save(update_fields=["began_at", "seen_at", "expire_date"])
    assert desk.get(URL).status_code == status


def test_being_seen_moves_the_end_of_idleness_but_not_the_last_one(desk: Client) -> None:
    rows = Session.objects.filter(session_key=key_of(desk))
    rows.update(seen_at=F("seen_at") - timedelta(minutes=30), expire_date=F("expire_date") - timedelta(minutes=30))
    before = rows.get()
    desk.get(URL)
    after = rows.get()
    assert after.seen_at - before.seen_at >= timedelta(minutes=30)
    assert after.expire_date - after.seen_at == timedelta(minutes=60)
    assert after.began_at == before.began_at


def test_an_old_session_is_not_made_longer_by_work(desk: Client) -> None:
    rows = Session.objects.filter(session_key=key_of(desk))
    rows.update(began_at=F("began_at") - timedelta(hours=11, minutes=50), seen_at=F("seen_at") - timedelta(minutes=5))
    desk.get(URL)
    row = rows.get()
    assert row.expire_date - row.began_at == timedelta(hours=12)


def test_a_click_writes_nothing_within_a_minute(desk: Client) -> None:
    rows = Session.objects.filter(session_key=key_of(desk))
    desk.get(URL)
    seen = rows.get().seen_at
    desk.get(URL)
    assert rows.get().seen_at == seen


def test_signing_in_is_noted_and_sweeps_what_is_over(desk: Client, lin: User) -> None:
    Session.objects.filter(session_key=key_of(desk)).update(expire_date=F("began_at") - timedelta(days=1))
    come_in(lin, PHONE, "2001:db8::7")
    assert Session.objects.filter(user=lin).count() == 1
    last = AuditEntry.objects.filter(verb="person.sign_in").latest("pk")
    assert last.after == {"address": "2001:db8::7", "device": "Safari, iPhone"}


def test_a_session_from_before_signing_in_does_not_count_its_time(lin: User) -> None:
    client = Client()
    session = client.session
    session["here"] = "before"
    session.save()
    Session.objects.update(began_at=F("began_at") - timedelta(hours=11))
    old = key_of(client)
    client.post("/sign-in/", {"username": "clerk", "password": PASSWORD})
    row = Session.objects.get(user=lin)
    assert row.session_key != old
    assert row.expire_date - row.began_at == timedelta(minutes=60)
