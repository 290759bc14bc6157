"""The measurements in order: ours in one database, the hand-written SQL in another, so that neither is slowed by the
other's rows. What several measurements need is done once."""

from bench import aging, api, apply, dunning, outbox, pdf, post, revaluation, statements
from bench.measure import Sheet
from bench.scratch import scratch_database
from bench.work import limit_post_all, limit_receive_all, post_all, prepare, receive_all

# Each measured by itself: what it costs does not depend on how many invoices there are.
ALONE = {
    "api": api.run,
    "outbox": outbox.run,
    "pdf": pdf.run,
    "revaluation": revaluation.run,
    "statements": statements.run,
}


def run(names: set[str], size: int) -> Sheet:
    """Measure what is named with `size` invoices; one of ALONE with `size` messages, PDFs, items or customers."""
    if len(names) == 1 and (alone := ALONE.get(min(names))):
        return alone(size)
    sheet = Sheet(size)
    with scratch_database() as url:
        _ours(sheet, names, url)
    if names & {"post", "apply"}:
        with scratch_database():
            _limit(sheet, names)
    if "post" in names:
        with scratch_database():
            post.drafts_ours(sheet)
        with scratch_database():
            post.drafts_limit(sheet)
    if "aging" in names:
        with scratch_database() as url:
            aging.history(sheet, url)
    return sheet


def _ours(sheet: Sheet, names: set[str], url: str) -> None:
    bench = prepare(sheet.size, "OURS")
    with sheet.timed("post, bulk", bench.size, limit="SQL: post, bulk"):
        post_all(bench)
    if names & {"apply", "aging", "dunning"}:
        with sheet.timed("apply, bulk", bench.receipts, limit="SQL: apply, bulk"):
            receive_all(bench)
    if "aging" in names:
        aging.reads(sheet, bench, url)
    if "dunning" in names:
        dunning.nights(sheet, bench, url)
    if "apply" in names:
        apply.singles(sheet, bench)
        apply.by_the_action(sheet, bench)
        apply.many_at_once(sheet, bench)
    if "post" in names:
        post.singles(sheet, bench)


def _limit(sheet: Sheet, names: set[str]) -> None:
    bench = prepare(sheet.size, "LIMIT")
    with sheet.timed("SQL: post, bulk", bench.size):
        limit_post_all(bench)
    if "apply" in names:
        with sheet.timed("SQL: apply, bulk", bench.receipts):
            limit_receive_all(bench)
        apply.singles_limit(sheet, bench)
    if "post" in names:
        post.singles_limit(sheet, bench)
