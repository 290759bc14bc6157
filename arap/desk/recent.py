"""What somebody opened last. It is kept on the server: it follows the person to another browser, and the next person at
the same browser does not see it.
"""

from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse

from arap.core.models import Company, User
from arap.desk.models import Opened

KEPT = 20
# The pages that count as opening something, each about the row `pk`.
PAGES = {
    "desk:customer": Opened.Kind.CUSTOMER,
    "invoices:detail": Opened.Kind.INVOICE,
    "receipts:detail": Opened.Kind.RECEIPT,
    "desk:document": Opened.Kind.DOCUMENT,
    "statements:detail": Opened.Kind.STATEMENT,
}

# One statement: the new one is put first, and what is beyond the last KEPT goes.
PUT = """
with put as (
    insert into desk_opened (company_id, user_id, kind, object_id)
    values (%(company)s, %(user)s, %(kind)s, %(object)s)
    on conflict (user_id, company_id, kind, object_id) do update set opened_at = clock_timestamp()
    returning id
)
delete from desk_opened where id in (
    select id from desk_opened
    where user_id = %(user)s and company_id = %(company)s and id not in (select id from put)
    order by opened_at desc, id desc offset %(others)s
)
"""


def note_opened(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a page that was shown is remembered as the last opened. Stands after CompanyMiddleware."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        match, company = request.resolver_match, getattr(request, "company", None)
        if match and match.view_name in PAGES and request.method == "GET" and response.status_code == 200 and company:
            is_part = request.headers.get("HX-Request") == "true"
            if isinstance(request.user, User) and not is_part:
                put(company, request.user, PAGES[match.view_name], int(match.kwargs["pk"]))
        return response

    return answer


def put(company: Company, user: User, kind: Opened.Kind, object_id: int) -> None:
    """`user` opened it now. One query."""
    values: dict[str, int | str] = {
        "company": company.pk,
        "user": user.pk,
        "kind": kind.value,
        "object": object_id,
        "others": KEPT - 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(PUT, values)
