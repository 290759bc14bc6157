"""The one way a PDF is made.

    from arap.core.pdf import render_pdf
    pdf = render_pdf(render_to_string("pdf/statement.html", {"company": ..., "paper_language": "both", ...}))

`render_pdf(html)` gives bytes, the same bytes for the same text, and raises `CannotRender` (a DomainError) when a
document takes more than 20 seconds or 512 MB or cannot be laid out. It works in any process and thread: rendering
happens in a child process that each process starts at its first document (child.py), and the child fetches nothing but
`data:` addresses. Call it outside of a transaction that holds locks.

A paper is a template `templates/pdf/<paper>.html` that extends `pdf/base.html`, and `templates/pdf/css/<paper>.css`,
which is loaded by itself (base.css first, then by name; all papers share one sheet, so begin its selectors with a class
of its own). Its context holds `paper_language`, "en", "zh-hans" or "both", and `company` (or anything with name,
name_local, address, address_local, email, phone, website, tax_id, logo) for the letterhead.

    {% extends "pdf/base.html" %}{% load paper %}
    {% block title %}{% label_text _("Statement of account") %} {{ number }}{% endblock %}
    {% block foot %}{{ number }}  {% label_text _("check") %} {{ check }}{% endblock %}    plain text, on each page
    {% block content %}<h1>{% label _("Statement of account") %}</h1>{% columns movement %}{% endblock %}

- `{% label _("Closing balance") %}` prints a msgid in the paper's languages, Chinese first, English quiet after it or
  `stacked=True` below it; `{% label _("Answer by {day}") day=on %}` fills in values, dates in words of each language.
- `{{ line.amount|amount:currency }}`, `amount_or_dash`, `{% paper_day line.due_on %}`, `{{ logo|image_uri }}`.
- `{% columns table %}` is the fast table: `Table([Column(_("Date"), 22), ...], rows, "movement")` from
  arap.core.pdf.columns, cells as text or (text, quiet text), widths in millimetres that add up to 182 (the page has
  210 - 2 x 13.75 mm). Nothing wraps in it; texts are cut with "…". A row that must wrap goes into an ordinary table.
- Ordinary tables: widths by `<col class="w24">` (24 mm), right-aligned by class `r`, strong `b`, quiet `q`.

What makes it fast, and must stay so: few elements, fixed tables, no flex or grid, no nth-child, one font family. A
document has no style attribute, style sheet, script or link of its own: those are taken out before it is rendered.
The fonts are made once by fonts.py; characters that no font has print as boxes and remain text.
"""

from arap.core.pdf.engine import CannotRender, render_pdf

__all__ = ["CannotRender", "render_pdf"]
