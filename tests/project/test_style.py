"""Rules of style that a program can check. The compiler and clang-tidy see to the others."""
import re

from project import OTHER_PROGRAMS, TOP, code, files, name

COLUMNS = 110  # 100 are the aim; a bad break is worse than a few more
FUNCTION_LINES = 150

# Unbounded, unchecked or hidden state: nowhere.
NOWHERE = """strcpy strcat stpcpy sprintf vsprintf strtok gets system popen atoi atol atoll atof alloca
    sscanf vfork tmpnam mktemp setenv putenv unsetenv rand srand asctime ctime localtime gmtime
    getpwnam getpwuid getgrnam getgrgid gethostbyname getaddrinfo setlocale iconv_open dlopen
    wcstombs mbstowcs""".split()
# The library never prints, exits or aborts, and is told its environment.
NOT_IN_LIBRARY = """printf vprintf fprintf vfprintf puts fputs putchar perror exit abort assert
    getenv secure_getenv strerror""".split()


def calls(path, names):
    pattern = re.compile(r"(?<![\w.>])(" + "|".join(names) + r")\s*\(")
    for number, line in enumerate(code(path).splitlines(), 1):
        for match in pattern.finditer(line):
            yield f"{name(path)}:{number}: {match.group(1)}"


def functions(path):
    """(first line, lines) of each function: K&R puts both of its braces into the first column."""
    start = None
    for number, line in enumerate(code(path).splitlines(), 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start:
            yield start, number - start + 1
            start = None


def ours(*folders):
    return [p for p in files(".c", ".h", under=folders) if p not in OTHER_PROGRAMS]


def test_no_banned_function_is_called():
    found = [c for p in ours("src", "include") for c in calls(p, NOWHERE)]
    assert not found, "\n".join(found)


def test_the_library_does_not_print_or_exit():
    library = [p for p in ours("src") if p.parent.name != "cli"]
    found = [c for p in library for c in calls(p, NOT_IN_LIBRARY)]
    assert not found, "\n".join(found)


def test_a_banned_call_would_be_seen(tmp_path, monkeypatch):
    sample = tmp_path / "sample.c"
    sample.write_text('/* strcpy(a, b) */\nint f(void) { return system ("atoi(1)"); }\nx->exit(1);\n')
    monkeypatch.setattr("project.TOP", tmp_path)
    assert list(calls(sample, NOWHERE + NOT_IN_LIBRARY)) == ["sample.c:2: system"]


def test_lines_of_linkers_stand_in_the_table_that_recognises_them():
    """A line with words of its own is none that tests/message/test_says.c asks."""
    texts = {name(p): p.read_text(encoding="utf-8") for p in files(".c", under=["src/build"])}
    own = [f"{file}: {words}" for file, text in texts.items()
           for words in re.findall(r'(?:link_line_of|complain)\([^,;]+, \w+, \w+,[^,;]*"[^;]*', text)]
    assert not own, "\n".join(own)
    assert rows_without_use("ld_text.def", "LD_TEXT", "LD_", texts.values()) == []


def rows_without_use(table, macro, prefix, texts):
    rows = re.findall(rf"^{macro}\((\w+),", (TOP / "src/message" / table).read_text(encoding="utf-8"), re.M)
    assert len(rows) > 20
    return [row for row in rows if not any(re.search(rf"\b{prefix}{row}\b", text) for text in texts)]


def test_lines_of_go_and_python_stand_in_the_tables_that_recognise_them():
    texts = {name(p): p.read_text(encoding="utf-8") for p in files(".c", under=["src/build", "src/python", "src/verb"])}
    own = [f"{file}: {words}" for file, text in texts.items() if "/go_" in file or "/link_go" in file
           for words in re.findall(r'go_problem\([^,;]+, \w+,\s*"[^"]* [^;]*', text)]
    assert not own, "\n".join(own)
    assert rows_without_use("go_text.def", "GO_TEXT", "GO_TEXT_", texts.values()) == []
    assert rows_without_use("py_text.def", "PY_TEXT", "PY_TEXT_", texts.values()) == []


def test_every_file_says_at_its_head_what_it_is_for():
    headless = [name(p) for p in files(".c", ".h", ".def", under=["src", "include", "fuzz"])
                if not re.match(r"/\* \S*" + re.escape(p.name) + r"\b.* - \S",
                                p.read_text(encoding="utf-8").split("\n", 1)[0])]
    assert not headless, "\n".join(headless)


def test_lines_are_not_much_longer_than_100_columns():
    """Tests are free: what they expect from the program is best kept on one line."""
    long = [f"{name(p)}:{n}: {len(line.expandtabs(8))}"
            for p in files(".c", ".h", ".py", ".sh", under=["src", "include", "fuzz", "scripts"])
            for n, line in enumerate(p.read_text(encoding="utf-8").splitlines(), 1)
            if len(line.expandtabs(8)) > COLUMNS]
    assert not long, "\n".join(long)


def test_lines_have_no_white_space_at_their_end():
    ragged = [f"{name(p)}:{n}" for p in files(".c", ".h", ".def", ".py", ".sh")
              for n, line in enumerate(p.read_text(encoding="utf-8").split("\n"), 1)
              if line != line.rstrip()]
    assert not ragged, "\n".join(ragged)


def test_functions_have_at_most_150_lines():
    long = [f"{name(p)}:{start}: {lines} lines" for p in files(".c")
            for start, lines in functions(p) if lines > FUNCTION_LINES]
    assert not long, "\n".join(long)


def test_most_functions_are_small():
    sizes = sorted(lines for p in files(".c", under=["src"]) for _, lines in functions(p))
    assert sizes and sizes[len(sizes) // 2] <= 20, f"the median is {sizes[len(sizes) // 2]} lines"


def test_headers_have_a_guard():
    bare = [name(p) for p in files(".h", under=["src", "include"])
            if not re.search(r"^#ifndef (\w+_H)\n#define \1\n", code(p), re.M)]
    assert not bare, "\n".join(bare)


def test_no_path_of_the_machine_that_it_was_written_on():
    # Put together here, so that this file does not find itself.
    strange = re.compile(r"(?<!\w)/wo" + r"rk/|\.py" + "env")
    places = [p for p in TOP.rglob("*") if p.is_file() and ".git" not in p.parts
              and not p.relative_to(TOP).parts[0].startswith("build")
              and "__pycache__" not in p.parts]
    found = []
    for path in places:
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{name(path)}:{n}: {line.strip()[:80]}"
                  for n, line in enumerate(text.splitlines(), 1) if strange.search(line)]
    assert not found, "\n".join(found)
