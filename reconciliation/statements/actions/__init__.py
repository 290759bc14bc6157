"""Writes of the room: one verb, one function, one transaction."""

from statements.actions.choosing import leave_out, put_back, release_one
from statements.actions.making import Wanted, make_statement, preview, wanted
from statements.actions.plans import due_plans, run_plan
from statements.actions.rendering import (
    message_of,
    render_round,
    render_waiting,
    retry_failed,
    retry_pdf,
    wake_renderers,
)
from statements.actions.running import begin_run, discard_run, make_records, release_run, stop_run
from statements.actions.sending import recipient_for, send_again, send_statement
from statements.actions.starting import is_at_work, start_job, start_release, take_up

__all__ = [
    "Wanted",
    "begin_run",
    "discard_run",
    "due_plans",
    "is_at_work",
    "leave_out",
    "make_records",
    "make_statement",
    "message_of",
    "preview",
    "put_back",
    "recipient_for",
    "release_one",
    "release_run",
    "render_round",
    "render_waiting",
    "retry_failed",
    "retry_pdf",
    "run_plan",
    "send_again",
    "send_statement",
    "start_job",
    "start_release",
    "stop_run",
    "take_up",
    "wake_renderers",
    "wanted",
]
