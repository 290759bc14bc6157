"""Webhooks: found in the book once, signed, tried again, told again; and never sent into private networks."""

import json
import socket
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from arap.api.actions import deliver, find_all, find_events, make_webhook, replay, sweep
from arap.api.actions.delivering import deliver_next, signature
from arap.api.models import Delivery, Event, Webhook
from arap.api.webhooks import carrier
from arap.core.errors import Invalid, Refused
from arap.core.models import AuditEntry, Company, User
from arap.ledger.models import Item
from receipts.actions import NewReceipt, receive, unapply_receipt
from tests.api.receiver import receiver
from tests.ledger.clients import at_once
from tests.stories import Story, number_of, tell

ALL = list(Event.values)


@pytest.fixture(autouse=True)
def private_allowed(settings: Any) -> None:
    """The receivers of these tests listen on this machine."""
    settings.WEBHOOK_PRIVATE_ALLOWED = True


@pytest.fixture
def hook(committed_db: Any, company: Company) -> Webhook:
    """A webhook from before the story, for everything."""
    return make_webhook(company, url="http://127.0.0.1:1/", events=ALL, by=None).webhook


def keys(event: str) -> list[str]:
    return list(Delivery.objects.filter(event=event).order_by("pk").values_list("payload__data__number", flat=True))


def pay(story: Story, invoice: Any, amount: str, user: User) -> int:
    new = NewReceipt(amount=Decimal(amount), currency="CNY", received_on=story.today, customer_id=story.haichen.pk)
    done = receive(story.company, new, by=user, apply_to={number_of(invoice): Decimal(amount)})
    return done.receipt_id


class TestFinding:
    def test_what_happened_is_found_once(self, hook: Webhook, company: Company, clerk: User) -> None:
        story = tell(company, clerk)
        assert find_all() == 6
        assert keys("invoice.posted") == [number_of(each) for each in (story.late, story.young, story.foreign)]
        assert keys("receipt.posted") == [number_of(each) for each in (story.applied, story.waiting, story.lost)]
        assert keys("invoice.paid") == []
        assert find_all() == 0
        receipt = pay(story, story.late, "600.00", clerk)
        assert find_all() == 2
        assert keys("invoice.paid") == [number_of(story.late)]
        unapply_receipt(company, receipt, effective_on=story.today, by=clerk)
        assert find_all() == 0
        pay(story, story.late, "600.00", clerk)
        find_all()
        assert keys("invoice.paid") == [number_of(story.late)] * 2, "opened and paid again is another event"
        payload = Delivery.objects.filter(event="invoice.paid").latest("pk").payload
        assert payload["company"] == "acme"
        assert payload["data"]["total"] == "1000.00"

    def test_an_invoice_in_instalments_is_paid_when_all_of_it_is(
        self, hook: Webhook, company: Company, clerk: User
    ) -> None:
        from invoices.actions import Draft, DraftLine, create_draft, post_invoice
        from invoices.models import Invoice

        story = tell(company, clerk)
        draft = Draft(
            customer_id=story.haichen.pk,
            currency="CNY",
            issued_on=story.today,
            lines=[DraftLine(unit_price=Decimal("30.00"))],
            instalments=[(story.today, Decimal("10.00")), (story.today + timedelta(days=9), Decimal("20.00"))],
        )
        pk = create_draft(company, draft, by=clerk).pk
        post_invoice(company, pk, by=clerk)
        invoice = Invoice.objects.select_related("document").get(pk=pk)
        pay(story, invoice, "10.00", clerk)
        find_all()
        assert keys("invoice.paid") == []
        pay(story, invoice, "20.00", clerk)
        find_all()
        assert keys("invoice.paid") == [number_of(invoice)]
        assert Item.objects.filter(document=invoice.document, open_amount=0).count() == 2

    def test_only_what_was_asked_for_and_from_then_on(self, committed_db: Any, company: Company, clerk: User) -> None:
        story = tell(company, clerk)
        made = make_webhook(company, url="http://127.0.0.1:1/", events=["invoice.paid"], by=clerk).webhook
        assert find_events(made.pk) is None, "what was before is not told"
        pay(story, story.late, "600.00", clerk)
        find_all()
        assert list(Delivery.objects.values_list("event", flat=True)) == ["invoice.paid"]

    def test_in_small_steps(self, hook: Webhook, company: Company, clerk: User, monkeypatch: Any) -> None:
        from arap.api.actions import finding

        monkeypatch.setattr(finding, "STEP", 1)
        story = tell(company, clerk)
        pay(story, story.late, "600.00", clerk)
        assert find_all() == 8
        assert len(set(Delivery.objects.values_list("key", flat=True))) == 8

    def test_eight_at_once_find_each_once(self, hook: Webhook, company: Company, clerk: User) -> None:
        tell(company, clerk)
        crowd = at_once([find_all] * 8)
        assert crowd.errors == []
        assert sum(crowd.answers) == 6
        assert Delivery.objects.count() == 6

    def test_another_companys_book_is_not_told(
        self, hook: Webhook, other_company: Company, outsider: User, company: Company
    ) -> None:
        from arap.core.models import ExchangeRate

        ExchangeRate.objects.create(
            company=other_company, currency="CNY", valid_from="2020-01-01", rate=Decimal("0.14"), source="test"
        )
        tell(other_company, outsider)
        assert find_all() == 0
        with pytest.raises(IntegrityError), transaction.atomic():
            Delivery.objects.create(
                company=other_company, webhook=hook, key="x", event="invoice.paid", position=1, payload={}
            )


class TestDelivering:
    def test_it_is_signed_and_sent_as_json(self, committed_db: Any, company: Company, clerk: User) -> None:
        with receiver() as there:
            new = make_webhook(company, url=there.url, events=["receipt.posted"], by=clerk)
            tell(company, clerk)
            find_all()
            assert deliver() == {"delivered": 3}
        headers, body = there.heard[0]
        at = int(headers["Arap-Signature"].partition(",")[0].removeprefix("t="))
        assert headers["Arap-Signature"] == signature(bytes.fromhex(new.secret), body, at)
        assert abs(timezone.now().timestamp() - at) < 3600
        said = json.loads(body)
        assert (said["id"], said["event"]) == (headers["Arap-Delivery"], headers["Arap-Event"])
        assert len(there.heard) == 3
        assert {row.state for row in Delivery.objects.all()} == {"delivered"}

    def test_what_is_not_taken_is_tried_again_later(self, committed_db: Any, company: Company, clerk: User) -> None:
        with receiver(500, 302) as there:
            make_webhook(company, url=there.url, events=["invoice.paid"], by=clerk)
            story = tell(company, clerk)
            pay(story, story.late, "600.00", clerk)
            find_all()
            assert deliver_next() == "pending"
            row = Delivery.objects.get()
            assert (row.attempts, row.last_status, row.lease_until) == (1, 500, None)
            assert row.next_attempt_at > timezone.now()
            assert deliver_next() is None, "not before its pause is over"
            for state in ("pending", "delivered"):
                Delivery.objects.update(next_attempt_at=timezone.now())
                assert deliver_next() == state
            assert len(there.heard) == 3, "a redirect is not followed"
            assert all("elsewhere" not in headers.get("Host", "") for headers, _body in there.heard)

    def test_in_the_end_it_is_given_up_and_told_again_by_a_person(
        self, committed_db: Any, company: Company, clerk: User
    ) -> None:
        with receiver(500, 410, 200) as there:
            make_webhook(company, url=there.url, events=["invoice.paid"], by=clerk)
            story = tell(company, clerk)
            pay(story, story.late, "600.00", clerk)
            find_all()
            Delivery.objects.update(attempts_max=1)
            assert deliver_next() == "failed"
            replay(Delivery.objects.get(), by=clerk)
            with pytest.raises(Refused):
                replay(Delivery.objects.get(), by=clerk)
            assert deliver_next() == "failed", "410: nobody wants to be told"
            replay(Delivery.objects.get(), by=clerk)
            assert deliver_next() == "delivered"
            replay(Delivery.objects.get(), by=clerk)
            assert deliver_next() == "delivered"
        assert len({body for _headers, body in there.heard}) == 1
        assert AuditEntry.objects.filter(verb="webhook.replay").count() == 3

    def test_nobody_is_at_home(self, hook: Webhook, company: Company, clerk: User) -> None:
        tell(company, clerk)
        find_all()
        assert deliver_next() == "pending"
        assert "ConnectionRefusedError" in Delivery.objects.order_by("-attempts")[0].last_error

    def test_a_dead_worker_leaves_it_for_the_next(self, hook: Webhook, company: Company, clerk: User) -> None:
        tell(company, clerk)
        find_all()
        past = timezone.now() - timedelta(seconds=1)
        first, second = Delivery.objects.order_by("pk")[:2]
        lease = {"state": "sending", "lease_owner": "00000000-0000-0000-0000-000000000001", "lease_until": past}
        Delivery.objects.filter(pk=first.pk).update(**lease, attempts=1)
        Delivery.objects.filter(pk=second.pk).update(**lease, attempts=second.attempts_max)
        assert sweep() == 2
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state) == ("pending", "failed")

    def test_eight_at_once_send_each_once(self, committed_db: Any, company: Company, clerk: User) -> None:
        with receiver() as there:
            make_webhook(company, url=there.url, events=ALL, by=clerk)
            tell(company, clerk)
            find_all()
            crowd = at_once([deliver] * 8)
        assert crowd.errors == []
        assert len(there.heard) == 6
        connection.close()

    def test_who_is_switched_off_hears_nothing(self, hook: Webhook, company: Company, clerk: User) -> None:
        tell(company, clerk)
        find_all()
        Webhook.objects.update(is_active=False)
        assert deliver_next() is None


PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",  # noqa: S104
    "255.255.255.255", "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::",
    "64:ff9b::7f00:1", "ff02::1", "::", "fe80::1%eth0", "240.0.0.1",
]  # fmt: skip


class TestAddresses:
    @pytest.mark.parametrize("address", PRIVATE)
    def test_private_addresses(self, address: str) -> None:
        assert not carrier.is_public(address)

    @pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1"])
    def test_public_addresses(self, address: str) -> None:
        assert carrier.is_public(address)

    @pytest.mark.parametrize(
        "url",
        [
            "http://example.com/", "ftp://example.com/", "https://", "https:///x", "example.com", "", "https://u:p@e.com/",
            "https://example.com:0/", "https://example.com:99999/", "https://[::1/", "https://e.com/\n", "https://e.com/ü",
            "https://e.com/#x", "https://" + "x" * 500, "file:///etc/passwd", "https://e.com/a b",
        ],
    )  # fmt: skip
    def test_what_is_no_address(self, settings: Any, url: str) -> None:
        settings.WEBHOOK_PRIVATE_ALLOWED = False
        with pytest.raises(carrier.BadAddress):
            carrier.check_url(url)

    def test_what_is_one(self, settings: Any) -> None:
        settings.WEBHOOK_PRIVATE_ALLOWED = False
        carrier.check_url("https://hooks.example.com:8443/a?b=c")

    def test_a_name_that_leads_inside_is_not_followed(
        self, settings: Any, hook: Webhook, company: Company, clerk: User
    ) -> None:
        """Not when it is made, and not when the name comes to mean something else later."""
        settings.WEBHOOK_PRIVATE_ALLOWED = False
        with receiver() as there:
            Webhook.objects.update(url=there.url.replace("http:", "https:"))
            tell(company, clerk)
            find_all()
            assert deliver_next() == "failed"
            assert there.heard == []
        assert "private network" in Delivery.objects.get(state="failed").last_error

    def test_one_private_address_among_public_ones_is_enough(self, settings: Any, monkeypatch: Any) -> None:
        settings.WEBHOOK_PRIVATE_ALLOWED = False

        def both(*arguments: Any, **options: Any) -> Any:
            kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
            return [(*kind, ("93.184.216.34", 443)), (*kind, ("10.0.0.1", 443))]

        monkeypatch.setattr(socket, "getaddrinfo", both)
        with pytest.raises(carrier.BadAddress):
            carrier.resolve("example.com", 443)

    def test_it_connects_to_the_address_that_was_judged(self, monkeypatch: Any) -> None:
        """The name is asked for once: a second answer cannot lead elsewhere."""
        asked = []
        real = socket.getaddrinfo

        def first_here(host: Any, *arguments: Any, **options: Any) -> Any:
            if host == "rebind.example":
                asked.append(host)
                host = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
            return real(host, *arguments, **options)

        with receiver() as there:
            monkeypatch.setattr(socket, "getaddrinfo", first_here)
            reply = carrier.carry(there.url.replace("127.0.0.1", "rebind.example"), b"{}", {})
            assert reply.is_taken
        assert asked == ["rebind.example"]
        assert there.heard[0][0]["Host"].startswith("rebind.example:")

    def test_making_one_says_what_is_wrong(self, committed_db: Any, company: Company) -> None:
        for url, events, field in [("nonsense", ALL, "url"), ("https://e.example/", [], "events")]:
            with pytest.raises(Invalid) as refusal:
                make_webhook(company, url=url, events=events, by=None)
            assert refusal.value.facts["field"] == field
        new = make_webhook(company, url="https://e.example/", events=ALL, by=None)
        assert new.secret not in str(AuditEntry.objects.get(verb="webhook.make").after)
