"""With ARAP_REFUSE_SKIPS=true a test that is left out fails the run, unless it wants data that nobody has provided."""

import os

import pytest

_refused: list[str] = []


def _is_excused(reason: str) -> bool:
    return "ARAP_REAL_DATA" in reason and not os.environ.get("ARAP_REAL_DATA")


def _note(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if not _is_excused(reason):
            _refused.append(f"{report.nodeid}: {reason}")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _note(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    _note(report)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if _refused and os.environ.get("ARAP_REFUSE_SKIPS") == "true" and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _refused and os.environ.get("ARAP_REFUSE_SKIPS") == "true":
        terminalreporter.section("left out, which ARAP_REFUSE_SKIPS does not allow")
        for line in sorted(set(_refused)):
            terminalreporter.line(line)
