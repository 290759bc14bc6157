"""The audit log: who did what, when; its export; and random samples of the book that can be drawn again."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from arap.core import audit as log
from arap.core.errors import Invalid
from arap.core.http import CompanyRequest
from arap.core.money import format_amount
from arap.core.paging import read_number
from arap.core.permissions import requires
from arap.core.spreadsheets import csv_answer, xlsx_answer
from arap.desk.forms.audit import KINDS, AuditForm, SampleForm
from arap.desk.queries.audit import acts, colleagues, verbs
from arap.desk.queries.sampling import APPLICATION, Draw, draw, last_position, recorded_at

PAGE = 50
EXPORT_MAX = 50_000
# The cells of a sample that are figures: of documents, and of applications.
AMOUNTS = {False: (8, 9, 10, 11, 18), True: (6, 14)}
ANSWERS: dict[str, Callable[[str, Iterable[Sequence[object]]], HttpResponse]] = {"csv": csv_answer, "xlsx": xlsx_answer}


@requires("audit.view")
@require_safe
def audit(request: CompanyRequest) -> HttpResponse:
    """Acts, the last first, in pages; by person, act, thing and day."""
    form = _form(request)
    before = read_number(request.GET.get("before"))
    rows, more = acts(request.company, form.asked(), before=before, limit=PAGE)
    filters = {name: value for name, value in request.GET.items() if name != "before" and value}
    context = {
        "form": form,
        "rows": rows,
        "is_first": before is None,
        "is_filtered": bool(filters),
        "first_query": urlencode(filters),
        "next_query": urlencode({**filters, "before": rows[-1].entry.pk}) if more else "",
    }
    return render(request, "desk/audit.html", context, status=422 if form.errors else 200)


@requires("audit.view")
@require_safe
def audit_export(request: CompanyRequest) -> HttpResponse:
    """The acts of the filter as CSV or XLSX. That they were taken out is an act of its own."""
    form = _form(request)
    if form.errors:
        return redirect(f"{reverse('desk:audit')}?{request.GET.urlencode()}")
    rows, more = acts(request.company, form.asked(), before=None, limit=EXPORT_MAX)
    if more:
        raise Invalid(
            "too_many_rows",
            _("More than %(limit)s acts match. Narrow the filter, for example by days.") % {"limit": f"{EXPORT_MAX:,}"},
        )
    heads = [_("When"), _("Who"), _("Act"), _("Verb"), _("Thing"), _("Name"), _("Id"), _("Before"), _("After")]
    cells = [
        (
            timezone.localtime(row.entry.at).isoformat(sep=" ", timespec="seconds"),
            row.entry.actor.get_full_name() if row.entry.actor else "",
            row.what,
            row.entry.verb,
            row.thing,
            row.label,
            row.entry.object_id,
            _json(row.entry.before),
            _json(row.entry.after),
        )
        for row in rows
    ]
    _note(request, "audit.export", {"count": len(rows), "filter": request.GET.urlencode()})
    return _answer(request, "audit", [heads, *cells])


@requires("audit.view")
@require_safe
def audit_sample(request: CompanyRequest) -> HttpResponse:
    """Draw a random sample, with what draws it again; the same words give the same sample for ever."""
    company = request.company
    form = SampleForm(request.GET if "kind" in request.GET else None, today=timezone.localdate())
    if not form.is_bound or not form.is_valid():
        return render(request, "desk/audit_sample.html", {"form": form}, status=422 if form.errors else 200)
    asked = form.draw(position=last_position(company))
    words = _words(asked)
    if not form.cleaned_data["seed"] or form.cleaned_data["position"] is None:
        return redirect(f"{reverse('desk:audit_sample')}?{urlencode(words)}")
    drawn = draw(company, asked)
    rows = [{"opens": opens, "cells": _sample_cells(asked, facts)} for opens, facts in drawn.rows]
    context = {
        "form": form,
        "asked": asked,
        "drawn": drawn,
        "heads": _sample_heads(asked),
        "rows": rows,
        "amounts": AMOUNTS[asked.kind == APPLICATION],
        "at": recorded_at(company, asked.position),
        "query": urlencode(words),
    }
    return render(request, "desk/audit_sample.html", context)


@requires("audit.view")
@require_safe
def audit_sample_export(request: CompanyRequest) -> HttpResponse:
    """The sample as CSV or XLSX; the first rows say what it was drawn from, and with what."""
    company = request.company
    form = SampleForm(request.GET, today=timezone.localdate())
    if not form.is_valid():
        return redirect(f"{reverse('desk:audit_sample')}?{request.GET.urlencode()}")
    asked = form.draw(position=last_position(company))
    drawn = draw(company, asked)
    population = "; ".join(f"{each.count} × {each.currency}, {each.total}" for each in drawn.population)
    words = _words(asked)
    head: list[Sequence[object]] = [
        [_("Company"), company.code],
        [_("Of"), str(dict(KINDS)[asked.kind])],
        [_("From"), asked.first.isoformat()],
        [_("To"), asked.last.isoformat()],
        [_("Population"), drawn.count, population],
        [_("Drawn"), len(drawn.rows)],
        [_("Seed"), asked.seed],
        [_("Book up to"), asked.position],
        [_("To draw it again"), request.build_absolute_uri(f"{reverse('desk:audit_sample')}?{urlencode(words)}")],
        [],
        _sample_heads(asked),
    ]
    _note(request, "audit.sample", {**words, "count": len(drawn.rows)})
    name = f"sample-{asked.kind}-{asked.seed}"
    return _answer(request, name, [*head, *(_sample_cells(asked, facts) for _opens, facts in drawn.rows)])


def _form(request: CompanyRequest) -> AuditForm:
    people = list(colleagues(request.company).order_by("full_name", "username"))
    form = AuditForm(request.GET, today=timezone.localdate(), people=people, verbs=verbs(request.company))
    form.is_valid()
    return form


def _words(asked: Draw) -> dict[str, Any]:
    return {
        "kind": asked.kind,
        "from_on": asked.first.isoformat(),
        "to_on": asked.last.isoformat(),
        "size": asked.size,
        "seed": asked.seed,
        "position": asked.position,
    }


def _sample_heads(asked: Draw) -> list[str]:
    tail = [_("Posted by"), _("Recorded"), _("Position")]
    who = [_("Customer"), _("Name"), _("Local name"), _("Currency")]
    if asked.kind == APPLICATION:
        return [
            _("Application"), _("Effective"), *who, _("Amount"), _("Credits"), _("Debits"), _("Policy"), _("Reason"),
            _("Undoes"), *tail,
        ]  # fmt: skip
    return [
        _("Number"), _("Document date"), _("Posted"), _("Due"), *who, _("Total"), _("Rate"), _("Base total"),
        _("Open now"), _("Reference"), _("Memo"), _("Reverses"), _("Reason"), *tail,
    ]  # fmt: skip


def _sample_cells(asked: Draw, facts: Sequence[Any]) -> list[object]:
    """Days as ISO, amounts with a point and the currency's decimals: what a program reads as well as a person."""
    cells = list(facts)
    currency = 5 if asked.kind == APPLICATION else 7
    for at in (6,) if asked.kind == APPLICATION else (8, 11):
        cells[at] = format_amount(cells[at], cells[currency]) if cells[at] is not None else ""
    cells[-2] = timezone.localtime(cells[-2]).isoformat(sep=" ", timespec="seconds") if cells[-2] else ""
    return ["" if cell is None else cell.isoformat() if hasattr(cell, "isoformat") else cell for cell in cells]


def _json(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


@transaction.atomic
def _note(request: CompanyRequest, verb: str, after: dict[str, Any]) -> None:
    log.record(by=request.user, verb=verb, obj=request.company, after=after)


def _answer(request: CompanyRequest, name: str, rows: Iterable[Sequence[object]]) -> HttpResponse:
    answer = ANSWERS.get(request.GET.get("as", ""), csv_answer)
    return answer(f"{name}-{request.company.code}", rows)
