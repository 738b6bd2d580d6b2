#!/usr/bin/python3
"""Writes src/message/says_translated.def: what GNU's linker and compiler drivers print in other languages.

    scripts/translations.py LOCALES... >src/message/says_translated.def

Each LOCALES is a folder like /usr/share/locale with the catalogues of one release: ld.mo, gold.mo and bfd.mo
(binutils), gcc*.mo, libc.mo and make.mo. Later folders add what earlier ones do not have.
"""
import argparse
import gettext
import re
import sys
from pathlib import Path

QUOTES = "'`\"´‘’“”«»„"
PATH = "[^\\\\s:'\\\"`]+"
NAME = "[^\\\\s'\\\"`,;:()<>]+"
WORD = "[^\\\\s'\\\"`]+"
# What stands between a file and an error of BFD: words, no name of a file.
WORDS = "(?=[^\\\\n:/]*(?: |[^ -~]))[^\\\\n:/]{3,160}?"
PROGRAM = "[A-Za-z0-9_+.-]+"
SHAPES = re.compile(r"\{[a-z]+:(?:[^{}]|\{[^{}]*\})*\}")
CONVERSION = re.compile(r"%(\d+\$)?[#0-9]*(?:pB|pT|pA|qs|Lx|lx|[A-Za-z])")

# Words that are too common without the program that says them.
BEFORE = {"linker": "collect2{? }: {error:[^\\\\n:]{3,40}?}{? }: "}

OBJECT, LIB, RELOCATION = "{object:" + PATH + "}", "-l{lib:" + NAME + "}", "R_{error:[A-Z0-9_]+}"
CODE_MODEL = ["R_{text:[A-Z0-9_]+}", "{symbol}", "{error:[^\\\\s]+}", OBJECT]

# id, catalogue, message ids (new and old wording), fields of its conversions, kind, rank, code, detail.
# KILLED is what the system says in that language. "" is dropped with what stands before it; None is not
# kept. Without fields it is an error of BFD behind words of the linker's.
SENTENCES = [
    ("skip", "ld", ["%P: skipping incompatible %s when searching for %s\n"], ["", OBJECT, LIB],
     "WARNING", 20, "ld-incompatible", "other-arch"),
    ("lib", "ld", ["%P: cannot find %s: %E\n"], ["", LIB, None], "CAUSE", 30, "ld-library-not-found", ""),
    ("arch", "ld", ["%X%P: %s architecture of input file `%pB' is incompatible with %s output\n",
                    "%P%X: %s architecture of input file `%B' is incompatible with %s output\n"],
     ["", "{have:" + WORD + "}", "{object}", "{arch:" + WORD + "}"],
     "CAUSE", 20, "ld-incompatible", "other-arch"),
    ("output", "ld", ["%F%P: cannot open output file %s: %E\n", "%P%F: cannot open output file %s: %E\n"],
     ["", OBJECT, None], "CAUSE", 32, "build-other", "output-folder"),
    ("code-model", "ld",
     [" relocation truncated to fit: %s against symbol `%pT' defined in %pA section in %pB"],
     CODE_MODEL, "CAUSE", 24, "build-other", "code-model"),
    ("code-model-old", "ld",
     [" relocation truncated to fit: %s against symbol `%T' defined in %A section in %B"],
     CODE_MODEL, "CAUSE", 24, "build-other", "code-model"),
    ("twice", "ld", ["%X%C: multiple definition of `%T'\n"], [None, "{symbol}"],
     "CAUSE", 50, "ld-multiple-definition", ""),
    ("twice-new", "ld", ["%X%P: %C: multiple definition of `%pT'"], ["", None, "{symbol}"],
     "CAUSE", 50, "ld-multiple-definition", ""),
    ("undefined-in", "ld",
     ["%X%P: %pB: undefined reference to `%pT'\n", "%X%B: undefined reference to `%T'\n"],
     ["", None, "{symbol}"], "CAUSE", 60, "ld-undefined-reference", ""),
    ("undefined-gold", "gold", ["%s: %s: undefined reference to '%s'\n"],
     ["{needed_by:" + WORD + "}", "{error:[^\\\\n:]{3,20}?}", "{symbol}"],
     "CAUSE", 60, "ld-undefined-reference", ""),
    ("dso-symbol", "bfd",
     ["%pB: undefined reference to symbol '%s'", "%B: undefined reference to symbol '%s'"],
     ["{needed_by:" + PATH + "}", "{symbol}"], "CAUSE", 41, "ld-dso-missing", ""),
    ("dso", "bfd", ["DSO missing from command line"], None, "CAUSE", 40, "ld-dso-missing", ""),
    ("format", "bfd", ["file in wrong format", "File in wrong format"], None,
     "CAUSE", 20, "ld-incompatible", "other-arch"),
    ("recognized", "bfd", ["file format not recognized", "File format not recognized"], None,
     "CAUSE", 20, "ld-incompatible", "not-an-object"),
    ("index", "bfd",
     ["archive has no index; run ranlib to add one", "Archive has no index; run ranlib to add one"], None,
     "CAUSE", 22, "build-other", "archive-no-index"),
    ("hidden", "bfd", ["%pB: hidden symbol `%s' isn't defined", "%B: hidden symbol `%s' isn't defined"],
     [OBJECT, "{symbol}"], "CAUSE", 41, "ld-hidden-symbol", "declared-hidden"),
    ("hidden-dso", "bfd", ["%pB: hidden symbol `%s' in %pB is referenced by DSO",
                           "%B: hidden symbol `%s' in %B is referenced by DSO"],
     [None, "{symbol}", OBJECT], "CAUSE", 40, "ld-hidden-symbol", ""),
    ("pic", "bfd", ["%pB: relocation %s against `%s' can not be used when making a shared object; "
                    "recompile with -fPIC",
                    "%B: relocation %s against `%s' can not be used when making a shared object; "
                    "recompile with -fPIC"],
     [OBJECT, RELOCATION, "{symbol}"], "CAUSE", 22, "ld-not-pic", ""),
    ("pic-kind", "bfd",
     ["%B: relocation %s against %s `%s' can not be used when making a shared object%s"],
     [OBJECT, RELOCATION, "{text:[^'\\n]*?}", "{symbol}", None], "CAUSE", 22, "ld-not-pic", ""),
    ("linker", "gcc", ["cannot find %qs"], ["{object:" + PROGRAM + "}"],
     "CAUSE", 12, "compiler-missing", "linker"),
    ("option", "gcc", ["unrecognized command-line option %qs"], ["{flag:-[^\\\\s'\\\"`]+}"],
     "CAUSE", 12, "build-other", "compiler-flag"),
    ("killed", "gcc", ["%s signal terminated program %s"], ["KILLED", "{object:" + PROGRAM + "}"],
     "CAUSE", 6, "out-of-memory", "compiler"),
    ("rule-needed", "make", ["%sNo rule to make target '%s', needed by '%s'%s",
                             "%sNo rule to make target `%s', needed by `%s'%s"],
     ["", "{object}", "{needed_by}", None], "CAUSE", 31, "build-other", "input-missing"),
    ("rule", "make", ["%sNo rule to make target '%s'%s", "%sNo rule to make target `%s'%s"],
     ["", "{object}", None], "CAUSE", 32, "build-other", "input-missing"),
]


def catalogues(folders):
    """{name: {language: {message id: translation}}}"""
    out = {}
    for folder in folders:
        for path in sorted(Path(folder).glob("*/LC_MESSAGES/*.mo")):
            name = re.match(r"[a-z]*", path.name)[0]
            if name not in ("ld", "gold", "bfd", "gcc", "libc", "make"):
                continue
            with path.open("rb") as f:
                own = out.setdefault(name, {}).setdefault(path.parts[-3], {})
                for key, text in gettext.GNUTranslations(f)._catalog.items():
                    if isinstance(key, str) and text and text != key:
                        own.setdefault(key, text)
    return out


def literal(text):
    """Words as the language of the tables writes them."""
    text = re.sub(r"[\s\u00a0\u202f]+", " ", text)
    text = text.replace("：", ": ")
    text = re.sub(r"(?<=«) | (?=»)", "", text)
    text = re.sub("[" + re.escape(QUOTES) + "]", "'", text)
    text = re.sub(r"([\\{}|^$])", r"\\\\\1", text)
    return re.sub(r" (?=[:;])", "{? }", text)


def pattern(text, fields, words):
    """The pattern of a translated sentence; None if it cannot be one."""
    text = re.sub(r"%[XF]", "", text.rstrip("\n")).replace("%<", "'").replace("%>", "'")
    if text.startswith("%B"):
        fields = fields[1:] if fields[0] == "" else fields
    out, pos, number = "", 0, 0
    for m in CONVERSION.finditer(text):
        index = int(m[1][:-1]) - 1 if m[1] else number
        number += 1
        if index >= len(fields):
            return None
        field, before = fields[index], literal(text[pos:m.start()])
        pos = m.end()
        if field is None and index + 1 == len(fields) and not text[pos:].strip():
            out += before  # an error of the system, or a hint, at the end
            break
        if field in ("", None):
            if out.strip():
                return None  # its words stand before it, too
            out = ""
            continue
        if field == "KILLED":
            field = literal(words) if words else None
            if field is None:
                return None
        if not out and fields[0] in ("", None):
            before = re.sub(r"^(\{\? \})?:? *", "", before)
        if m[0].endswith("qs"):
            field = "{?'}" + field + "{?'}"
        elif field in ("{symbol}", "{object}") and not before.endswith("'"):
            field = field[:-1] + ":" + NAME + "}"
        out += before + field
    tail = literal(text[pos:])
    out += re.sub(r"(\{\? \})?[:;] *$", "", tail)
    out = re.sub(r"(\{\? \})?[:;] *$", "", out).strip()
    words = re.sub(r"\{[^{}]*\}", "", SHAPES.sub("", out))
    return out if len(re.sub(r"[\W_]+", "", words).encode()) >= 4 else None


def wrapped(text, width=96):
    """A string of C in lines."""
    lines = [""]
    for word in re.findall(r"[^ }]+[ }]*|[ }]+", text):
        if lines[-1] and len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] += word
    return "\n".join(f'     "{line}"' for line in lines)


def rows(found):
    seen = set()
    for name, catalogue, ids, fields, kind, rank, code, detail in SENTENCES:
        for language, texts in sorted(found.get(catalogue, {}).items()):
            text = next((texts[i] for i in ids if i in texts), None)
            if text is None:
                continue
            system = found["libc"].get(language, found["libc"].get(language.split("_")[0], {}))
            killed = system.get("Killed")
            if fields is None:
                own = OBJECT + "{? }: {error:" + WORDS + "}{? }: " + literal(text.strip())
            else:
                own = pattern(text, fields, killed)
            if own is None or own in seen:
                continue
            seen.add(own)
            own = BEFORE.get(name, "") + own
            speaker = {"gcc": "gcc", "make": "make"}.get(catalogue, "ld")
            yield f"tr-{name}-{language.lower()}", speaker, kind, rank, code, detail, own
    for name, _, ids, fields, kind, rank, code, detail in SENTENCES:
        if fields is None:
            own = OBJECT + "{? }: {error:" + WORDS + "}{? }: " + ids[0]
            yield f"tr-{name}-half", "ld", kind, rank, code, detail, own
    for language, texts in sorted(found["libc"].items()):
        word = texts.get("Killed")
        if word and language in found["gcc"]:
            own = ": " + literal(word) + " (program {object:" + PROGRAM + "})"
            if own not in seen:
                seen.add(own)
                yield f"tr-killed-old-{language.lower()}", "gcc", "CAUSE", 6, "out-of-memory", "compiler", own


HEAD = """/* says_translated.def - what GNU's linker and compilers print in other languages. Rows: says.h.
 * Written by scripts/translations.py; what other releases print stands in says_ld.def, says_compiler.def.
 */
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("locales", nargs="+", metavar="LOCALES")
    args = parser.parse_args()
    sys.stdout.write(HEAD)
    for name, speaker, kind, rank, code, detail, own in rows(catalogues(args.locales)):
        head = f'SAYS("{name}", "{speaker}", {kind}, {rank}, "{code}", "{detail}",'
        sys.stdout.write(f"{head}\n{wrapped(own)})\n")


if __name__ == "__main__":
    main()
