#!/usr/bin/python3
"""The program as a person or a script meets it: usage, exit statuses, formats, broken outputs.

DLWHY is the path of the program, build/dlwhy by default.
"""
import json
import os
import pty
import re
import subprocess
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]
DLWHY = os.path.abspath(os.environ.get("DLWHY", ROOT / "build" / "dlwhy"))
SCHEMA = json.loads((ROOT / "docs" / "schema-1.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
CAUSES = re.findall(r'^CAUSE\(\w+, "([a-z0-9-]+)"',
                    (ROOT / "src" / "diagnose" / "causes.def").read_text(encoding="utf-8"),
                    re.M)


def run(*args, env=None, **options):
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nowhere"}
    environment.update(env or {})
    options.setdefault("stdout", subprocess.PIPE)
    return subprocess.run([DLWHY, *args], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          env=environment, timeout=60, check=False, **options)


def one_line(result):
    text = result.stderr.decode()
    assert text.startswith("dlwhy: ") and text.count("\n") == 1, text
    return text


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    source = folder / "a.c"
    source.write_text("int a(void) { return 1; }\n")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", folder / "libgood.so", source], check=True)
    subprocess.run(["gcc", "-shared", "-fPIC", "-Wl,-soname,libgone.so.1", "-o",
                    folder / "libgone.so.1", source], check=True)
    subprocess.run(["gcc", "-shared", "-fPIC", "-Wl,--no-as-needed", "-o", folder / "libbad.so",
                    source, folder / "libgone.so.1"], check=True)
    (folder / "libgone.so.1").unlink()
    undefined = folder / "und.c"
    undefined.write_text("int nowhere(void); int b(void) { return nowhere(); }\n")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", folder / "libund.so", undefined], check=True)
    return folder


# ---- usage -----------------------------------------------------------------------------------

@pytest.mark.parametrize("args, word", [
    (["--verbos", "x"], "--verbose"),
    (["--jsno", "x"], "--json"),
    (["--redcat", "x"], "--redact"),
    (["-version"], "--version"),
    (["--format=dto", "x"], "tree, json, jsonl or md"),
    (["--format", "svg", "x"], "not in this version"),
    (["--color=blue", "x"], "auto, always or never"),
    (["--fail-on", "note", "x"], "error, warning or never"),
    (["--threads", "0", "x"], "--threads"),
    (["--threads", "two", "x"], "--threads"),
    (["--env-of", "-3", "x"], "--env-of"),
    (["--pid", "0", "x"], "--pid"),
    (["--pid", "self", "x"], "--pid"),
    (["--pid", "1", "--root", "/", "x"], "--root"),
    (["--preload", "a:b", "x"], "a:b"),
    (["--global", "--local", "x"], "together"),
    (["--env", "NOTHING", "x"], "NAME=VALUE"),
    (["--env", "=x", "x"], "NAME=VALUE"),
    (["--json=yes", "x"], "takes no value"),
    (["x", "--root"], "needs a value"),
    (["--no-bind", "--bindings", "x"], "together"),
    (["--loader", "bionic", "/bin/true"], "bionic"),
    ([""], "empty"),
    (["/bin/true", ""], "empty"),
    (["explain", "--no-look", "missing-library"], "--no-look"),
    (["explain", "missing-library", "--fail-on", "never"], "--fail-on"),
    (["help", "nothing"], "nothing"),
    (["--\x1b[31mred", "x"], "unknown option --?[31mred"),
])
def test_wrong_usage_is_told_in_one_line(args, word):
    result = run(*args)
    assert result.returncode == 2
    assert word in one_line(result)
    assert result.stdout == b""


def test_far_fetched_option_gets_no_suggestion():
    assert "did you mean" not in one_line(run("--xyzzyplugh", "x"))


@pytest.mark.parametrize("args", [[], ["check"], ["--json"], ["--"]])
def test_no_target_gives_a_short_usage(args):
    result = run(*args)
    assert result.returncode == 2
    assert result.stdout == b""
    assert result.stderr.startswith(b"usage: dlwhy ")
    assert result.stderr.count(b"\n") <= 4


@pytest.mark.parametrize("verb", ["provides",
                                  "compat", "scan"])
def test_verbs_of_later_versions_are_refused(verb, files):
    before = sorted(os.listdir(files))
    result = run(verb, "libgood.so", cwd=files)
    assert result.returncode == 2
    assert f"'{verb}'" in one_line(result) and "version" in one_line(result)
    assert sorted(os.listdir(files)) == before


@pytest.mark.parametrize("args", [["check", "import"], ["./import"], ["--", "import"],
                                  ["--json", "check", "import"]])
def test_a_file_named_like_a_verb_can_be_checked(args, tmp_path):
    (tmp_path / "import").write_text("this is no library\n")
    result = run(*args, cwd=tmp_path)
    assert result.returncode == 1, result.stderr
    assert result.stderr == b""
    assert b"import" in result.stdout


def test_words_behind_two_dashes_are_files(tmp_path):
    result = run("--", "--json", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stdout.startswith(b"--json does not load")


# ---- help and other texts --------------------------------------------------------------------

def test_help_names_each_option_with_examples_first():
    text = run("--help").stdout.decode()
    assert text.index("Examples") < text.index("Verbs") < text.index("--program")
    assert len(re.findall(r"^  dlwhy .*", text, re.M)) == 8
    for name in ("program", "pid", "preload", "global", "local", "root", "loader", "cpu", "env", "clear-env",
                 "env-of", "no-bind", "no-explain", "bindings", "code", "verbose", "json", "format", "color",
                 "redact", "prove", "fail-on", "output",
                 "threads", "version", "schema", "help"):
        assert f"--{name} " in text, name
    assert max(map(len, text.splitlines())) <= 100


def test_help_of_check_names_each_processor_that_is_known():
    text = run("help", "check").stdout.decode()
    names = text[text.index("Processors (--cpu)"):].splitlines()[1:]
    known = " ".join(names[:-1]).split()
    assert {"x86-64", "x86-64-v4", "haswell", "znver4", "aarch64+lse"} <= set(known)
    for name in known:
        assert run("--cpu", name, "--no-explain", "/bin/ls").returncode in (0, 1), name
    refused = run("--cpu", "pentium-of-the-future", "/bin/ls")
    assert refused.returncode == 2 and b"'dlwhy help check' lists them all" in refused.stderr


def test_help_of_a_verb_is_the_same_both_ways():
    assert run("help", "check").stdout == run("check", "--help").stdout
    assert b"--root" in run("help", "check").stdout
    assert b"--preload" not in run("help", "explain").stdout


def test_version_is_one_line():
    result = run("--version")
    assert result.returncode == 0
    assert re.fullmatch(rb"dlwhy \d+\.\d+\.\d+\n", result.stdout)
    assert run("-V").stdout == result.stdout


def test_schema_is_the_published_one():
    assert run("--schema").stdout == (ROOT / "docs" / "schema-1.json").read_bytes()
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("code", CAUSES)
def test_explain_tells_of_every_cause(code):
    result = run("explain", code)
    assert result.returncode == 0
    text = result.stdout.decode()
    assert text.startswith(f"{code}: ")
    assert "never" in text and f"docs/causes/{code}.md" in text


@pytest.mark.parametrize("code", CAUSES)
def test_a_page_is_written_for_a_terminal(code):
    """Rows of at most 100 columns, but for the errors that it quotes and the title; no sign of Markdown, no lost link."""
    text = run("explain", code).stdout.decode()
    rows = [r for r in text.splitlines()[1:] if not r.startswith("    ")]
    assert max(map(len, rows)) <= 100
    assert not [r for r in rows if "**" in r or "](" in r or r.startswith("|") or "(how)" in r]
    for page in re.findall(r"docs/(?:causes/)?[a-z-]+\.md", text):
        assert (ROOT / page).is_file(), page


def test_help_of_explain_lists_every_cause():
    text = run("explain", "--help").stdout
    for code in CAUSES:
        assert code.encode() in text


def explained(text, *args):
    result = subprocess.run([DLWHY, "explain", *args], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env={"PATH": "/usr/bin:/bin"}, timeout=60, check=False)
    return result.returncode, result.stdout.decode()


MESSAGE = b"./prog: error while loading shared libraries: libnonesuch.so.1: cannot open shared object file: " \
          b"No such file or directory\n"


@pytest.mark.parametrize("args", [[], ["-"]])
def test_explain_reads_standard_input(args):
    status, text = explained(b"hello\n" + MESSAGE, *args)
    assert status == 1
    assert "libnonesuch.so.1" in text and "Line 2:" in text


def test_explain_reads_a_file(tmp_path):
    (tmp_path / "build.log").write_bytes(MESSAGE)
    result = run("explain", "--json", str(tmp_path / "build.log"))
    assert result.returncode == 1
    answer = json.loads(result.stdout)
    VALIDATOR.validate(answer)
    assert answer["loads"] is None and answer["told"]["line"] == 1
    first = answer["findings"][0]
    assert (first["code"], first["object"]) == ("missing-library", "libnonesuch.so.1")
    assert first["certainty"] != "proved"


@pytest.mark.parametrize("words", [[MESSAGE.decode().strip()], MESSAGE.decode().split()])
def test_explain_takes_the_error_itself(words):
    result = run("explain", *words)
    assert result.returncode == 1
    assert result.stdout.decode().startswith("libnonesuch.so.1 is missing")
    assert result.stdout == run("explain", "--", *words).stdout


@pytest.mark.parametrize("text, says", [(b"", "Nothing was read"), (b"a\n", "1 line was read"), (b"a\nb\n", "2 lines were read"),
                                        (b"a\nmake: *** [x] exit code 127\n", "the 2 sentences in them that are known are no errors")])
def test_how_much_was_read_is_no_contradiction(text, says):
    assert says in explained(text)[1]


def test_the_first_words_are_the_answer(tmp_path):
    (tmp_path / "build.log").write_bytes(MESSAGE)
    assert explained(MESSAGE)[1].startswith("libnonesuch.so.1 is missing")
    assert run("explain", str(tmp_path / "build.log")).stdout.decode().startswith("build.log: libnonesuch")


def test_explain_of_a_text_without_error_claims_none():
    status, text = explained(b"all is well\n")
    assert status == 0 and "no error" in text
    assert explained(b"")[0] == 0


def test_explain_in_markdown_and_with_everything():
    assert "libnonesuch.so.1" in explained(MESSAGE, "--format", "md")[1]
    assert "libnonesuch.so.1" in explained(MESSAGE, "-v")[1]


def test_explain_at_a_terminal_says_how_to_use_it():
    ours, theirs = pty.openpty()
    result = subprocess.run([DLWHY, "explain"], stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                            check=False)
    os.close(ours)
    os.close(theirs)
    assert result.returncode == 2 and "dlwhy explain build.log" in one_line(result)


@pytest.mark.parametrize("args, word", [
    (["explain", "missing-libary"], "missing-library"),
    (["explain", "/nonexistent/log"], "No such file"),
    (["explain", "missing-library", "/etc/passwd"], "alone"),
    (["explain", "nosuchcode"], "explain --help lists"),
    (["explain", "my notes of it.log"], "No such file"),
])
def test_explain_of_what_is_not_there(args, word):
    result = run(*args)
    assert result.returncode == 2
    assert word in one_line(result)


# ---- exit status -----------------------------------------------------------------------------

def test_status_of_a_good_and_a_bad_library(files):
    assert run("./libgood.so", cwd=files).returncode == 0
    assert run("./libbad.so", cwd=files).returncode == 1
    assert run("./libgood.so", "./libbad.so", cwd=files).returncode == 1
    assert run("./libgood.so", "./libgood.so", cwd=files).returncode == 0


def test_fail_on_moves_the_line(files):
    assert run("--fail-on", "never", "./libbad.so", cwd=files).returncode == 0
    assert run("--fail-on=warning", "./libbad.so", cwd=files).returncode == 1
    assert run("--fail-on=warning", "./libgood.so", cwd=files).returncode == 0


def test_a_file_that_is_not_there_is_what_the_loader_says_of_it(tmp_path):
    result = run("--json", "./libnone.so", cwd=tmp_path)
    assert result.returncode == 1
    answer = json.loads(result.stdout)
    assert answer["loader_message"] == ("./libnone.so: cannot open shared object file: "
                                        "No such file or directory")


# ---- output ----------------------------------------------------------------------------------

def check_json(text):
    answer = json.loads(text)
    errors = [f"{list(e.absolute_path)}: {e.message[:300]}" for e in VALIDATOR.iter_errors(answer)]
    assert not errors, errors
    return answer


@pytest.mark.parametrize("extra", [[], ["-v"], ["--bindings"], ["--no-bind"], ["-v", "--bindings"],
                                   ["--no-explain"], ["--code"], ["-v", "--code", "--cpu", "x86-64"],
                                   ["--redact"], ["--program", "none"]])
@pytest.mark.parametrize("name", ["./libgood.so", "./libbad.so", "./libnone.so", "a.c", ".",
                                  "libc.so.6", "/bin/ls", "n\xff\n\x1b[31m"])
def test_json_is_valid_by_the_schema(files, extra, name):
    name = name.encode("latin-1")
    answer = check_json(run("--json", *extra, name, cwd=files).stdout)
    assert answer["verb"] == "check"
    if name.startswith(b"n\xff"):
        assert answer["target"] == "n\ufffd\n\x1b[31m" and "target_b64" in answer
    else:
        assert answer["target"] == name.decode()


def test_data_tells_where_a_library_that_was_found_was_looked_for(files):
    answer = check_json(run("--json", "/bin/ls", cwd=files).stdout)
    needs = [need for thing in answer["objects"] for need in thing["needs"] if need["to"] is not None]
    assert needs
    for need in needs:
        outcomes = [probe["outcome"] for probe in need["probes"]]
        assert outcomes[-1:] == ([] if need["rule"] in ("soname", "already-loaded") else ["taken"]), need


@pytest.mark.parametrize("how", [["--json"], ["--format", "jsonl"]])
def test_a_cause_as_data(how):
    for code in CAUSES:
        answer = check_json(run("explain", code, *how).stdout)
        assert (answer["verb"], answer["target"], answer["cause"]["code"], answer["findings"]) == ("explain", code, code, [])
        assert answer["cause"]["page"] == (ROOT / "docs/causes" / f"{code}.md").read_text(encoding="utf-8")


def test_several_causes_as_data():
    answer = check_json(run("explain", "--json", *CAUSES[:3]).stdout)
    assert [one["cause"]["code"] for one in answer["results"]] == CAUSES[:3]


def test_a_cause_as_markdown():
    page = (ROOT / "docs/causes/static-tls.md").read_bytes()
    assert run("explain", "static-tls", "--format", "md").stdout == page


@pytest.mark.parametrize("name,word", [("./libund.so", "loads"), ("/bin/ls", "starts")])
def test_without_binding_nothing_is_proved_of_symbols(files, name, word):
    result = run("--json", "--no-bind", name, cwd=files)
    answer = check_json(result.stdout)
    assert (result.returncode, answer["loads"], answer["certainty"]) == (0, True, "predicted")
    assert "symbols were not looked up (--no-bind)" in answer["assumes"]
    text = run("--no-bind", name, cwd=files).stdout.decode()
    assert text.startswith(f"{name} {word} as far as its libraries go: symbols were not looked up.\n")


@pytest.mark.parametrize("name", ["./libgood.so", "./libbad.so", "./libnone.so", "/bin/ls"])
def test_without_explanations_the_verdict_is_the_same(files, name):
    full, plain = run("--json", name, cwd=files), run("--json", "--no-explain", name, cwd=files)
    answer, verdict = check_json(full.stdout), check_json(plain.stdout)
    assert verdict["findings"] == []
    assert plain.returncode == full.returncode
    assert {**answer, "findings": []} == verdict


def test_json_of_several_targets_is_one_document(files):
    answer = check_json(run("--json", "./libgood.so", "./libbad.so", "./libnone.so",
                            cwd=files).stdout)
    assert [r["target"] for r in answer["results"]] == ["./libgood.so", "./libbad.so",
                                                        "./libnone.so"]
    assert [r["loads"] for r in answer["results"]] == [True, False, False]


def test_jsonl_is_one_line_for_each_target(files):
    lines = run("--format=jsonl", "./libgood.so", "./libbad.so", cwd=files).stdout.splitlines()
    answers = [check_json(line) for line in lines]
    assert [a["index"] for a in answers] == [0, 1]
    alone = run("--format=jsonl", "./libgood.so", cwd=files).stdout.splitlines()
    assert len(alone) == 1 and json.loads(alone[0])["index"] == 0


def test_same_input_gives_the_same_bytes(files):
    args = ("--json", "-v", "--bindings", "./libbad.so", "./libgood.so", "libc.so.6")
    assert run(*args, cwd=files).stdout == run(*args, "--threads=1", cwd=files).stdout


def test_the_answer_comes_first_and_fits_a_screen(files):
    result = run("./libbad.so", cwd=files)
    lines = result.stdout.decode().splitlines()
    assert lines[0] == "./libbad.so does not load."
    assert len(lines) <= 24
    assert any("libgone.so.1: cannot open shared object file" in line for line in lines[:4])
    assert any(re.search(r"libgone\.so\.1 +NOT FOUND", line) for line in lines)


def test_healthy_files_among_several_take_a_line(files):
    lines = run("./libgood.so", "./libbad.so", cwd=files).stdout.decode().splitlines()
    assert lines[0].startswith("./libgood.so loads here (")
    assert lines[1] == "./libbad.so does not load."
    assert lines[-1] == "2 files: 1 fine, 1 failing."


def test_markdown_is_for_an_issue(files):
    text = run("--format", "md", "./libbad.so", cwd=files).stdout.decode()
    assert text.startswith("### `./libbad.so` does not load\n")
    assert text.count("<details>") == text.count("</details>") >= 1
    assert "```text\nlibgone.so.1: cannot open shared object file" in text


def test_redact_leaves_the_home_folder_out(files):
    home = {"HOME": str(files), "USER": "somebody"}
    for form in ("tree", "json", "jsonl", "md"):
        args = ("--format", form, "-v", str(files / "libbad.so"))
        assert str(files).encode() in run(*args, env=home).stdout
        assert str(files).encode() not in run(*args, "--redact", env=home).stdout


def test_colours_are_off_in_pipes_and_can_be_asked_for(files):
    assert b"\x1b" not in run("./libbad.so", cwd=files).stdout
    assert b"\x1b[" in run("--color=always", "./libbad.so", cwd=files).stdout
    assert b"\x1b" not in run("--color=always", "--json", "./libbad.so", cwd=files).stdout
    assert b"\x1b[" in run("./libbad.so", cwd=files, env={"CLICOLOR_FORCE": "1"}).stdout


def on_terminal(args, cwd, env):
    leader, follower = pty.openpty()
    run(*args, cwd=cwd, env=env, stdout=follower)
    os.close(follower)
    text = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:
            part = b""
        if not part:
            break
        text += part
    os.close(leader)
    return text


@pytest.mark.parametrize("env, colour", [
    ({"TERM": "xterm"}, True),
    ({"TERM": "dumb"}, False),
    ({}, False),
    ({"TERM": "xterm", "NO_COLOR": "1"}, False),
    ({"TERM": "xterm", "NO_COLOR": ""}, True),
    ({"TERM": "xterm", "CLICOLOR": "0"}, False),
])
def test_colours_on_a_terminal_follow_the_environment(files, env, colour):
    assert (b"\x1b[" in on_terminal(["./libbad.so"], files, env)) == colour


# ---- outputs that break ----------------------------------------------------------------------

def test_full_disk_is_reported(files):
    for args in (["./libbad.so"], ["--json", "./libgood.so", "./libbad.so"], ["--help"],
                 ["--version"], ["--schema"], ["explain", "missing-library"]):
        with open("/dev/full", "wb") as full:
            result = run(*args, cwd=files, stdout=full)
        assert result.returncode == 3, args
        assert "No space left on device" in one_line(result)


def test_closed_pipe_ends_quietly(files):
    reader, writer = os.pipe()
    os.close(reader)
    result = run("--json", "./libbad.so", cwd=files, stdout=writer)
    os.close(writer)
    assert result.returncode == 3
    assert result.stderr == b""


def test_closed_stdout_is_reported(files):
    result = run("./libbad.so", cwd=files, preexec_fn=lambda: os.close(1))
    assert result.returncode == 3
    assert "Bad file descriptor" in one_line(result)


@pytest.mark.parametrize("line", ["nosuchpy", "nosuchpy -x", "-S A=b nosuchpy -u", "./nosuch", "/tmp",
                                  "-S PATH=/nowhere sh", "-S -uPATH nosuch", "-S -i nosuch"])
def test_script_that_env_cannot_start_is_told_in_its_words(tmp_path, line):
    script = tmp_path / "s"
    script.write_text(f"#!/usr/bin/env {line}\n")
    script.chmod(0o755)
    real = subprocess.run([script], capture_output=True, env={**os.environ, "LC_ALL": "C"}, cwd=tmp_path)
    result = run("--json", script, cwd=tmp_path)
    answer = check_json(result.stdout)
    assert result.returncode == 1 and answer["loads"] is False
    assert [answer["loader_message"], *answer["loader_lines"]] == real.stderr.decode().splitlines()
    assert answer["findings"][0]["code"] in ("interpreter-missing", "not-loadable")


@pytest.mark.parametrize("line", ["sh", "-S -i A=b sh -e", "-S sh"])
def test_script_that_env_starts_is_one_of_its_program(tmp_path, line):
    script = tmp_path / "s"
    script.write_text(f"#!/usr/bin/env {line}\nexit 0\n")
    script.chmod(0o755)
    assert subprocess.run([script], cwd=tmp_path).returncode == 0
    answer = check_json(run("--json", script, cwd=tmp_path).stdout)
    assert answer["loads"] is True
    assert answer["objects"][0]["path"].endswith("sh")


def test_file_that_is_not_there_has_a_way_out(files, tmp_path):
    near = check_json(run("--json", "./libgod.so", cwd=files).stdout)["findings"][0]
    assert "dlwhy ./libgood.so" in near["fixes"][0]["commands"]
    other = check_json(run("--json", "./libc.so.6", cwd=files).stdout)["findings"][0]
    assert any("/libc.so.6" in c for f in other["fixes"] for c in f["commands"])
    folder = check_json(run("--json", "no/such/libx.so", cwd=files).stdout)["findings"][0]
    assert "there is no folder" in folder["fixes"][0]["says"] and "working folder" in folder["fixes"][0]["says"]
    none = check_json(run("--json", "./qwertyuiop.so", cwd=tmp_path).stdout)["findings"][0]
    assert str(tmp_path) in none["fixes"][0]["says"]


def test_root_without_a_libc_hides_no_missing_file(tmp_path):
    answer = check_json(run("--json", "--root", tmp_path, "/usr/bin/nosuch").stdout)
    assert (answer["loads"], answer["loader_message"], answer["loader_lines"]) == (False, None, [])
    assert answer["findings"][0]["summary"] == "There is no file /usr/bin/nosuch."
    assert "libc.so.6" in answer["hint"]


def test_command_that_is_not_there_is_a_finding(tmp_path):
    result = run("run", "--json", "--output", tmp_path / "o", "--", "no-such-command-here")
    answer = check_json((tmp_path / "o").read_bytes())
    assert result.returncode == 127
    assert answer["loader_message"] == "no-such-command-here: command not found"
    assert "no folder of PATH" in answer["findings"][0]["summary"] and answer["findings"][0]["fixes"]
    run("run", "--json", "--output", tmp_path / "o", "--", "true")
    assert json.loads((tmp_path / "o").read_bytes())["platform"]["loader"] in ("glibc", "musl")


def test_plug_in_is_judged_in_the_python_of_path(tmp_path):
    source = "void *PyModule_New(char *); void *PyInit_m(void) { return PyModule_New(0); }\n"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", tmp_path / "m.so", "-xc", "-"], input=source.encode(), check=True)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python3").write_bytes(Path(os.path.realpath("/usr/bin/python3")).read_bytes())
    (tmp_path / "bin/python3").chmod(0o755)
    path = f"{tmp_path}/bin:/usr/bin:/bin"
    answer = check_json(run("--json", "--env", f"PATH={path}", "./m.so", cwd=tmp_path).stdout)
    assert answer["host"].startswith(f"{tmp_path}/bin/python3")
