"""One self-contained HTML page for a study. Reads files only; knows nothing of the engine."""

from feedsim.report.write import write_report

__all__ = ["write_report"]
