"""Who owes what, by age, at any date and as known at any instant; and the open items behind it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from aging.queries import AgingReport, aging, proofs
from aging.rules import parse_edges
from arap.api.generics import ApiView, query
from arap.api.pagination import read_cursor, write_cursor
from arap.api.permissions import requires
from arap.api.v1.serializers.aging import AgingQuery, AgingSerializer, ClocksQuery, OpenItemsSerializer
from arap.api.v1.views.customers import customer_of
from arap.ledger.queries import open_items, position_at
from customers.models import Customer

ITEMS_MAX = 100_000


class AgingDetail(ApiView):
    @extend_schema(
        "aging_report",
        summary=gettext_lazy("Who owes what, by age"),
        description=gettext_lazy("Later pages are read at the position of the first one, so that they agree."),
        responses=AgingSerializer,
    )
    @requires("aging.view")
    @query(AgingQuery)
    def get(self, request: Request) -> Response:
        asked = self.asked
        first, position = read_cursor(self) or (0, position_at(self.company, known_at=asked["known_at"]))
        report = aging(
            self.company,
            as_of=asked["as_of"] or self.today,
            position=position,
            basis=asked["basis"],
            edges=_edges(asked["buckets"]),
            by=asked["by"],
            currency=asked["currency"] or None,
            customer_id=customer_of(self.company, asked["customer"]).pk if asked["customer"] else None,
        )
        last = first + asked["limit"]
        told = {
            "as_of": report.as_of,
            "position": report.position,
            "basis": report.basis,
            "by": report.by,
            "buckets": report.buckets,
            "totals": report.totals,
            "ties": self._ties(report),
            "data": report.rows[first:last],
            "next": write_cursor(self, [last, position]) if len(report.rows) > last else None,
        }
        return Response(AgingSerializer(told).data)

    def _ties(self, report: AgingReport) -> bool | None:
        if self.asked["currency"] or self.asked["customer"]:
            return None
        return all(proof.difference == 0 for proof in proofs(self.company, report))


class CustomerOpenItems(ApiView):
    @extend_schema(
        "open_items_list",
        summary=gettext_lazy("What a customer owed at a date, item by item"),
        responses=OpenItemsSerializer,
    )
    @requires("aging.view")
    @query(ClocksQuery)
    def get(self, request: Request, id: str) -> Response:
        customer = self.get_row(Customer)
        as_of = self.asked["as_of"] or self.today
        position = position_at(self.company, known_at=self.asked["known_at"])
        found = open_items(self.company, as_of=as_of, position=position, customer_id=customer.pk)
        return Response(OpenItemsSerializer({"as_of": as_of, "position": position, "data": found[:ITEMS_MAX]}).data)


def _edges(text: str) -> tuple[int, ...]:
    try:
        return parse_edges(text)
    except ValueError:
        raise ValidationError({"buckets": [_("Type rising days such as 30,60,90; at most ten.")]}) from None
