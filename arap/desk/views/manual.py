"""The help inside: of a page, of all pages, and the glossary. Anybody may read it, also before signing in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from arap.core.errors import NotFound
from arap.core.permissions import public
from arap.desk.manual.reading import help_for, matching, pages


def _language() -> str:
    return "zh-hans" if get_language() == "zh-hans" else "en"


@public
@require_safe
def contents(request: HttpRequest) -> HttpResponse:
    """Every page's help by its title."""
    found = sorted(pages(_language()), key=lambda page: page[1].title.casefold())
    return render(request, "desk/help_contents.html", {"pages": found})


@public
@require_safe
def page(request: HttpRequest, page: str) -> HttpResponse:
    """What one page is for: beside it for htmx, else as a page of its own."""
    found = help_for(page, _language())
    if found is None:
        raise NotFound("not_found", _("There is no such page."))
    template = "desk/_help.html" if getattr(request, "htmx", False) else "desk/help.html"
    return render(request, template, {"help": found})


@public
@require_safe
def words(request: HttpRequest) -> HttpResponse:
    """The glossary, narrowed to what is searched."""
    text = request.GET.get("q", "").strip()[:60]
    language = _language()
    found = [(term, term.word(language), term.text(language)) for term in matching(text, language)]
    return render(request, "desk/words.html", {"terms": found, "text": text})
