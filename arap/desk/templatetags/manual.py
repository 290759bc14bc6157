"""The help in templates."""

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from arap.desk.manual.reading import marked, page_of

register = template.Library()


@register.simple_tag
def help_url(request: HttpRequest) -> str:
    """Where the help of the page that is being shown lies; empty where it has none of its own."""
    name = page_of(request.resolver_match.view_name) if request.resolver_match else ""
    return reverse("desk:help_page", args=[name]) if name else ""


@register.filter
def explained(text: str) -> SafeString:
    """A text of the help with its terms as links and its keys as keys."""
    words = reverse("desk:words")
    return marked(text, get_language() or "en", lambda key: f"{words}#{key}")
