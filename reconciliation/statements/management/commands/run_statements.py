"""run_statements --company CODE --as-of DATE [--kind] [--from] [--lang] [--segment] [--no-send] --format json"""

import argparse
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from arap.core.commands import ArapCommand, add_company, iso_date
from arap.core.pdf.engine import Engine
from arap.core.queries import company_by_code
from statements.actions import begin_run, make_records, release_run, render_waiting
from statements.models import Statement, StatementRun
from statements.models.choices import RunLanguage
from statements.queries.runs import left_out
from statements.rules import KINDS, OPEN
from statements.tasks import today_of

WAIT_SECONDS = 1


class Command(ArapCommand):
    help = _("Make the statements of all customers and send them. The same day, kind and language is the same run.")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_company(parser)
        parser.add_argument("--as-of", required=True, type=iso_date, metavar="YYYY-MM-DD")
        parser.add_argument("--kind", choices=KINDS, default=OPEN)
        parser.add_argument("--from", dest="from_on", type=iso_date, metavar="YYYY-MM-DD")
        parser.add_argument("--lang", choices=RunLanguage.values, default=RunLanguage.OWN)
        parser.add_argument("--segment", default="")
        parser.add_argument("--no-send", action="store_true", help=_("make everything, release nothing"))
        parser.add_argument("--format", choices=("json", "table"), default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.perf_counter()
        company = company_by_code(options["company"])
        today = today_of(company)
        run = begin_run(
            company, as_of=options["as_of"], kind=options["kind"], language=options["lang"],
            segment=options["segment"], from_on=options["from_on"], at=timezone.now(), today=today, by=None,
        )  # fmt: skip
        if options["from_on"] and options["from_on"] != run.from_on:
            self.say(_("This run exists already, with the period it was begun with."))
        make_records(run, today=today)
        _render(run)
        run.refresh_from_db()
        if not options["no_send"] and run.state != StatementRun.State.STOPPED:
            release_run(run, by=None)
        rows = Statement.objects.filter(run=run)
        answer = {
            "run": run.pk,
            "customers": rows.count(),
            "pdfs": rows.filter(pdf_state=Statement.Pdf.MADE).count(),
            "skipped": [{"customer": code, "reason": reason} for code, reason in left_out(run)],
            "seconds": round(time.perf_counter() - started, 2),
        }
        if options["format"] == "json":
            self.print_json(answer)
        else:
            self.stdout.write("\n".join(f"{name}  {value}" for name, value in answer.items() if name != "skipped"))
            for code, reason in left_out(run):
                self.stdout.write(f"{code}  {reason}")
        if answer["customers"] != answer["pdfs"]:
            self.say(_("Some PDFs could not be made; look at the run."))
            raise SystemExit(1)


def _render(run: StatementRun) -> None:
    """Make the PDFs here, one process that renders for each processor, and wait for what workers hold."""
    engines = [Engine() for _each in range(min(cpu_count() or 1, 4))]
    try:
        while Statement.objects.filter(run=run, pdf_state=Statement.Pdf.WAITING).exists():
            with ThreadPoolExecutor(len(engines)) as pool:
                made = sum(pool.map(lambda engine: _render_with(run.pk, engine.render), engines))
            if not made:
                time.sleep(WAIT_SECONDS)
    finally:
        for engine in engines:
            engine.close()


def _render_with(run_id: int, render: Callable[[str], bytes]) -> int:
    try:
        return render_waiting(run_id=run_id, render=render)
    finally:
        connection.close()
