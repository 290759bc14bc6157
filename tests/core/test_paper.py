"""The labels, dates and amounts of papers."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import engines
from django.utils.translation import override

from arap.core.templatetags.paper import image_uri


def drawn(text: str, language: str, **context: Any) -> str:
    template = engines["django"].from_string("{% load paper %}" + text)
    return str(template.render({"paper_language": language, **context}))


# The msgids are of the application, so that their translations exist.
LABELS = [
    ("en", "{% label _('Tax number') %}", "Tax number"),
    ("zh-hans", "{% label _('Tax number') %}", "税号"),
    ("both", "{% label _('Tax number') %}", '税号 <span class="q" lang="en">Tax number</span>'),
    ("both", "{% label _('Tax number') stacked=True %}", '税号\n<span class="q" lang="en">Tax number</span>'),
    ("both", "{% label_text _('Tax number') %}", "税号 Tax number"),
    ("both", "{% label 'PDF' %}", "PDF"),
    ("both", "{% paper_head _('Tax number') %}", '税号\n<span class="q" lang="en">Tax number</span>'),
    ("zh-hans", "{% paper_lang %}", "zh-Hans"),
    ("both", "{% paper_lang %}", "zh-Hans"),
    ("en", "{% paper_lang %}", "en"),
    ("en", "{% paper_day on %}", "\u20075 Nov 2026"),
    ("both", "{% paper_day on %}", "2026-11-05"),
    ("en", "{% paper_day nothing %}", ""),
    ("en", "{% label '{day} & {who}' day=on who=name %}", "5 Nov 2026 &amp; &lt;b&gt;"),
    ("zh-hans", "{% label '{day}' day=on %}", "2026-11-05"),
    ("en", "{{ owed|amount:'CNY' }}", "−1,234.50"),
    ("en", "{{ owed|amount:'KWD' }}", "−1,234.500"),
    ("en", "{{ nothing|amount:'CNY' }}|{{ nothing|amount_or_dash:'CNY' }}|{{ zero|amount_or_dash:'JPY' }}", "|–|–"),
    ("en", "{% own_first 'Ltd' '公司' as n %}{{ n.0 }}/{{ n.1 }}", "Ltd/公司"),
    ("both", "{% own_first 'Ltd' '公司' as n %}{{ n.0 }}/{{ n.1 }}", "公司/Ltd"),
    ("both", "{% own_first 'Ltd' '' as n %}{{ n.0 }}/{{ n.1 }}", "Ltd/"),
    ("en", "{% own_first '' '公司' as n %}{{ n.0 }}/{{ n.1 }}", "公司/"),
]


@pytest.mark.parametrize("screen", ["en", "zh-hans"])
@pytest.mark.parametrize("language, text, expected", LABELS)
def test_a_paper_has_its_own_language_whatever_the_screen_has(
    language: str, text: str, expected: str, screen: str
) -> None:
    context = {"on": date(2026, 11, 5), "nothing": None, "owed": Decimal("-1234.5"), "zero": Decimal(0), "name": "<b>"}
    with override(screen):
        assert drawn(text, language, **context) == expected


def test_page_words_of_two_languages() -> None:
    assert drawn("{% page_words %}", "both") == (
        'data-a1="第 " data-b1=" 页，共 " data-c1=" 页" data-a2="Page " data-b2=" of " data-c2=""'
    )
    assert drawn("{% page_words %}", "en") == 'data-a1="Page " data-b1=" of " data-c1=""'


@pytest.mark.parametrize(
    "content, start",
    [
        (b"\x89PNG\r\n\x1a\nrest", "data:image/png;base64,"),
        (memoryview(b"\xff\xd8\xffrest"), "data:image/jpeg;base64,"),
        (b"<svg onload='x'/>", ""),
        (None, ""),
    ],
)
def test_only_pictures_become_addresses(content: bytes, start: str) -> None:
    assert image_uri(content).partition(",")[0] + ("," if start else "") == start


COMPANY = {
    "name": "<script>x</script>",
    "name_local": "澜石",
    "address": "1 Road\n2 Town",
    "address_local": "张江路 88 号",
    "email": "ar@lanstone.example",
    "phone": "+86 21",
    "website": "",
    "tax_id": "9131",
    "logo": None,
}


@pytest.mark.parametrize("language", ["en", "zh-hans", "both"])
def test_the_letterhead_is_escaped_and_says_who(language: str) -> None:
    html = drawn('{% include "pdf/_letterhead.html" %}', language, company=SimpleNamespace(**COMPANY))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "澜石" in html
    assert ("1 Road\n2 Town" in html) == (language in ("en", "both"))
    assert ("张江路" in html) == (language in ("zh-hans", "both"))
