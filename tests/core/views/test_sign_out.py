"""sign_out: only by POST."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_it_ends_the_session(as_clerk: Client) -> None:
    assert as_clerk.post("/sign-out/")["Location"] == "/sign-in/"
    assert as_clerk.get("/").status_code == 302


def test_a_link_cannot_sign_out(as_clerk: Client) -> None:
    assert as_clerk.get("/sign-out/").status_code == 405
    assert as_clerk.get("/").status_code == 200
