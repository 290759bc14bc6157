"""What can be done about a statement in a list, as a table."""

from dataclasses import replace
from datetime import date

import pytest

from statements.queries.runs import Row

ROW = Row(
    statement_id=1, number="S-2026-000001", customer_id=1, name="Haichen", name_local="", is_active=True,
    as_of=date(2026, 3, 31), language="en", state="ready", unsent="", left_out_reason="", problem="", pdf_state="made",
    run_state="", to_name="", to_address="", message_id=None, balances=[],
)  # fmt: skip

# run       unsent      pdf      message    address | act           why it is so
CASES = """
ready      -           made     -          yes     | leave_out     it waits, and would go
ready      -           made     -          no      | address       it waits, and nobody would get it
ready      excluded    made     -          yes     | put_back      somebody left it out
ready      -           failed   -          yes     | retry_pdf     without its file it cannot go
making     -           waiting  -          yes     | leave_out     a reviewer need not wait for the file
released   -           waiting  -          yes     | -             it takes its course
released   -           made     pending    yes     | -             it takes its course
released   -           made     sending    yes     | -             it takes its course
released   -           made     sent       yes     | send_again    asked for once more
released   -           made     bounced    yes     | address       there is no such address
released   -           made     failed     yes     | decide        its message wants a person
released   -           made     unknown    yes     | decide        its message wants a person
released   -           made     cancelled  yes     | send_again    somebody kept it back
released   no_address  made     -          no      | address       still nobody
released   no_address  made     -          yes     | send_one      now there is somebody
released   excluded    made     -          yes     | send_one      after its run has gone
released   inactive    made     -          yes     | send_one      a person decides
stopped    stopped     made     -          yes     | send_again    its run was stopped
-          -           waiting  -          yes     | -             on its own, being made
-          -           made     bounced    yes     | address       on its own, too
"""
LINES = [line.split(maxsplit=6) for line in CASES.replace("|", " ").strip().splitlines()]


@pytest.mark.parametrize(("run", "unsent", "pdf", "message", "address", "act", "why"), LINES)
def test_next_act(run: str, unsent: str, pdf: str, message: str, address: str, act: str, why: str) -> None:
    row = replace(
        ROW,
        run_state=run.strip("-"),
        unsent=unsent.strip("-"),
        pdf_state=pdf,
        state=message if message != "-" else "pending",
        message_id=1 if message != "-" else None,
        to_address="ap@haichen.example" if address == "yes" else "",
    )
    assert row.next_act == act.strip("-"), why


def test_one_that_is_inactive_waits_for_nothing() -> None:
    row = replace(ROW, run_state="ready", is_active=False, to_address="ap@haichen.example")
    assert row.next_act == ""
    assert row.why == "Customer is inactive"
