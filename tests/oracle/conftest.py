"""Says at the end how much of this folder was asked of a real loader."""
import sys


def pytest_terminal_summary(terminalreporter):
    oracle = sys.modules.get("oracle")
    if oracle:
        counts = oracle.COUNTS
        terminalreporter.write_line(
            f"oracle: {counts['live']} live, {counts['recorded']} recorded, {counts['skipped']} skipped")
