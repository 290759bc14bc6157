"""Notifications: what waits for somebody and what became of what they began."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from arap.core.http import CompanyRequest
from arap.core.permissions import requires
from arap.desk.models import NewsSeen
from arap.desk.queries.news import news as news_of


@requires("session.use")
@require_safe
def news(request: CompanyRequest) -> HttpResponse:
    """All of it; what is new since one last marked it as read is marked."""
    now = timezone.now()
    rows = news_of(request.company, request.user, request.roles, now=now)
    context = {"rows": rows, "new_count": sum(each.is_new for each in rows), "shown_at": now.isoformat()}
    return render(request, "desk/news.html", context)


@requires("session.use")
@require_safe
def news_count(request: CompanyRequest) -> HttpResponse:
    """How many are new, for the top bar, which asks after the page stands."""
    rows = news_of(request.company, request.user, request.roles, now=timezone.now())
    return render(request, "desk/_news_count.html", {"new_count": sum(each.is_new for each in rows)})


@requires("session.use")
@require_POST
def news_read(request: CompanyRequest) -> HttpResponse:
    """All that the page showed counts as read; what came after it was shown stays new."""
    try:
        shown_at = parse_datetime(request.POST.get("shown_at", ""))
    except ValueError:
        shown_at = None
    now = timezone.now()
    seen_at = min(shown_at, now) if shown_at and timezone.is_aware(shown_at) else now
    NewsSeen.objects.update_or_create(company=request.company, user=request.user, defaults={"seen_at": seen_at})
    return redirect("desk:news")
