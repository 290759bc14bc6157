"""Tables of reminders: the policy as data, and what was decided under it."""

from dunning.models.policies import CustomerPolicy, DunningMinimum, DunningPolicy, DunningStep, ReminderTemplate, Tone
from dunning.models.runs import Cycle, DunningRun, Notice, NoticeItem, NoticeTotal, Skipped

__all__ = [
    "CustomerPolicy", "Cycle", "DunningMinimum", "DunningPolicy", "DunningRun", "DunningStep", "Notice", "NoticeItem",
    "NoticeTotal", "ReminderTemplate", "Skipped", "Tone",
]  # fmt: skip
