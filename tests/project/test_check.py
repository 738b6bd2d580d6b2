"""scripts/check.py counts what happened: a crash or a suite that ran nothing must not look green."""
import sys

import pytest

from project import TOP

sys.path.insert(0, str(TOP / "scripts"))
import check  # noqa: E402  pylint: disable=wrong-import-position


def statuses(results):
    return [r.status for r in results]


def test_tap_counts_each_test():
    output = "1..3\nok 1 - adds\nnot ok 2 - fails\n# 1 != 2\nnot ok 3 # SKIP later\n# not ok - t\n"
    results = check.parse_tap("base", 1, output)
    assert statuses(results) == ["passed", "failed", "skipped"]
    assert "1 != 2" in results[1].text
    assert results[2].name == "base: later"


@pytest.mark.parametrize("status, output", [
    (-11, "1..2\nok 1 - adds\n"),
    (99, "1..1\nok 1 - adds\nERROR: AddressSanitizer\n"),
    (0, "1..2\nok 1 - adds\n"),
    (0, ""),
    (127, "cannot execute"),
], ids=["crash", "sanitizer", "too few", "silence", "not a program"])
def test_a_program_that_does_not_end_well_has_failed(status, output):
    assert "failed" in statuses(check.parse_tap("base", status, output))


def junit(tmp_path, body):
    report = tmp_path / "report.xml"
    report.write_text(f'<testsuites><testsuite name="pytest">{body}</testsuite></testsuites>')
    return str(report)


def test_junit_counts_each_test(tmp_path):
    report = junit(tmp_path, """
        <testcase classname="tests.a" name="one"/>
        <testcase classname="tests.a" name="two"><failure message="m">why</failure></testcase>
        <testcase classname="tests.a" name="three"><skipped message="no root"/></testcase>
        <testcase classname="tests.a" name="four"><error message="m">broken</error></testcase>""")
    results = check.parse_junit("tests", 1, "", report, False)
    assert statuses(results) == ["passed", "failed", "skipped", "failed"]
    assert (results[1].text, results[2].text) == ("why", "no root")


def test_pytest_that_dies_has_failed(tmp_path):
    assert statuses(check.parse_junit("tests", 4, "usage", str(tmp_path / "none"), False)) == ["failed"]


def test_pytest_that_ran_nothing_has_failed(tmp_path):
    report = junit(tmp_path, "")
    assert statuses(check.parse_junit("tests", 5, "", report, False)) == ["failed"]
    assert statuses(check.parse_junit("tests", 5, "", report, True)) == []


def test_a_folder_whose_tests_are_all_left_out_says_why(tmp_path):
    report = junit(tmp_path, '<testcase classname="" name="tests.a"><skipped message="no compiler"/></testcase>')
    results = check.parse_junit("tests", 5, "", report, False)
    assert statuses(results) == ["skipped"] and results[0].text == "no compiler"


def test_a_job_that_hangs_is_ended():
    status, output, seconds = check.run(["sh", "-c", "echo begun; sleep 60"], limit=1)
    assert status != 0 and seconds < 30
    assert "begun" in output and "ended after 1 seconds" in output


class Arguments:
    build, jobs, quick, times, seconds = "build", 2, False, False, 1


def closing(results, capsys):
    tally = check.Check(Arguments)
    tally.add("unit", 1, results)
    status = tally.close()
    return status, capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize("kinds, status, line", [
    (["passed", "passed"], 0, "2 passed, 0 failed"),
    (["passed", "failed"], 1, "1 passed, 1 failed"),
    (["passed", "skipped"], 0, "1 passed, 0 failed, 1 skipped"),
    ([], 1, "0 passed, 0 failed"),
])
def test_the_last_line_counts_and_the_status_tells(kinds, status, line, capsys):
    results = [check.Result("unit", str(i), kind) for i, kind in enumerate(kinds)]
    assert closing(results, capsys) == (status, line)


def test_a_fault_of_a_job_is_a_failed_test(capsys):
    def broken():
        raise ValueError("bug")

    tally = check.Check(Arguments)
    tally.run_jobs([("unit", "broken", broken)])
    assert tally.close() == 1
    assert "bug" in capsys.readouterr().out
