"""Reminders by policy: who is asked for what, when, and why."""
