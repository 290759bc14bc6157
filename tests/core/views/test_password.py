"""password: the old one is asked for, the new one is judged, and other sessions end."""

import pytest
from django.test import Client

from arap.core.models import AuditEntry, User
from tests.pages import text_of

pytestmark = pytest.mark.django_db
URL = "/password/"
OLD, NEW = "the-old-word-of-mine", "seven grey herons"


@pytest.fixture
def as_somebody(client: Client, clerk: User) -> Client:
    """The clerk, with a password."""
    clerk.set_password(OLD)
    clerk.full_name = "Lantern Harbour"
    clerk.save(update_fields=["password", "full_name"])
    client.force_login(clerk)
    return client


def test_another_password(as_somebody: Client, clerk: User) -> None:
    elsewhere = Client()
    elsewhere.post("/sign-in/", {"username": "clerk", "password": OLD})
    answer = as_somebody.post(URL, {"old_password": OLD, "new_password1": NEW, "new_password2": NEW}, follow=True)
    assert "The new password counts from now on." in text_of(answer)
    clerk.refresh_from_db()
    assert clerk.check_password(NEW)
    assert elsewhere.get("/").status_code == 302, "the other session has ended"
    assert AuditEntry.objects.get(verb="person.password").actor == clerk


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("wrong", NEW, NEW),
        (OLD, NEW, NEW + "x"),
        (OLD, "elev3n-signs", "elev3n-signs"[:-1]),
        (OLD, "elevensigns", "elevensigns"),
        (OLD, "qwertyqwerty", "qwertyqwerty"),
        (OLD, "lantern-harbour", "lantern-harbour"),
        (OLD, "918273645546372819", "918273645546372819"),
    ],
)
def test_what_is_wrong_changes_nothing(as_somebody: Client, clerk: User, old: str, new: str, again: str) -> None:
    answer = as_somebody.post(URL, {"old_password": old, "new_password1": new, "new_password2": again})
    assert answer.status_code == 422
    clerk.refresh_from_db()
    assert clerk.check_password(OLD)


@pytest.mark.parametrize(
    ("new", "english", "chinese"),
    [
        ("elevensigns", "at least 12 characters", "至少 12 个字符"),
        ("qwertyqwerty", "too common", "太常见"),
        ("lantern-harbour", "too similar to the", "太相似"),
        ("918273645546372819", "entirely numeric", "只包含数字"),
    ],
)
def test_why_a_password_is_refused_stands_at_its_field(
    as_somebody: Client, clerk: User, new: str, english: str, chinese: str
) -> None:
    for language, words in (("en", english), ("zh-hans", chinese)):
        User.objects.filter(pk=clerk.pk).update(language=language)
        answer = as_somebody.post(URL, {"old_password": OLD, "new_password1": new, "new_password2": new})
        assert words in text_of(answer).replace("\xa0", " ")


def test_guessing_the_password_in_use_is_counted_too(as_somebody: Client, clerk: User) -> None:
    for _try in range(5):
        answer = as_somebody.post(URL, {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW})
    assert answer.status_code == 429
    assert as_somebody.post(URL, {"old_password": OLD, "new_password1": NEW, "new_password2": NEW}).status_code == 429
    clerk.refresh_from_db()
    assert clerk.check_password(OLD)


def test_strangers_sign_in_first(client: Client) -> None:
    assert client.get(URL).status_code == 302


def test_it_goes_nowhere_else(as_somebody: Client) -> None:
    data = {"old_password": OLD, "new_password1": NEW, "new_password2": NEW, "next": "https://evil.example/"}
    assert as_somebody.post(URL, data)["Location"] == "/"
