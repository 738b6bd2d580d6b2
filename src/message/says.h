/* says.h - the tables of sentences, one file a family of speakers:
 *
 *   says_elf.def       glibc, musl, bionic; the kernel and shells on starting a program
 *   says_macho.def     dyld 2, 3 and 4, code signatures, macOS
 *   says_windows.def   the Windows loader by error number and by text, dialogs, MSVC runtime
 *   says_language.def  CPython, JVM, .NET, Node, Ruby, R, Perl, PHP, Julia, Erlang, numpy, CUDA, OpenMP
 *   says_host.def      hosts of plug-ins, libraries built against others, graphics
 *   says_framework.def what frameworks that compute say of their parts and devices: torch, TensorFlow, CUDA.jl, …
 *   says_ld.def        GNU ld, gold, lld, mold, Apple's ld, MSVC link
 *   says_compiler.def  gcc, clang, collect2, LTO, MSVC, rustc
 *   says_go.def        go, cgo, cmd/link
 *   says_build.def     pip, setuptools, meson, CMake, pkg-config, bazel, cargo, make, ninja, configure
 *   says_package.def   builders of other languages and distributions: cabal, opam, conan, Nix, bitbake, …
 *   says_program.def   programs in words of their own
 *   says_ending.def    that something ended well
 *   says_translated.def  GNU's linker and compilers in other languages (scripts/translations.py)
 *
 * A row: SAYS("id", "speaker", KIND, rank, "code", "detail", "pattern")
 *   KIND   CAUSE, WARNING, CONTEXT, WRAPPER (message.h)
 *   code, detail  "" for none
 * Sentences that a simulation prints from its own table (those under loader/, ld_text.def,
 * go_text.def, py_text.def) are not repeated here: SAYS_TEXT("id", "speaker", KIND, rank, "code",
 * "detail", TEXT_ID, "before", "fields", "after") recognises `before` + that text with its %s and %u taken
 * for the comma-separated `fields` ("object", or with a shape of its own "{object:[^:]+}"; a first one "-"
 * is not looked for) + `after` ("-": nothing behind the last %s is looked for), in every release of it.
 * Rows earlier in a file win over later ones that match at the same place.
 *
 * Ranks: memory or disk 6; no compiler, no pkg-config, no Go 7-9; rejected flag, cgo off, missing header
 * 9-12; build-system look-ups 13-16; input of the wrong kind 19-22; not PIC, code model 22-24; library not
 * found 28-31; symbol versions, DSO missing, hidden 38-41; multiple definition 50; undefined symbols 58-61;
 * what a loader says at run time 30, what an interpreter says of it 45; wrappers 90, consequences 95;
 * lines of anybody, which keep no other sentence from their place, 99.
 */
#ifndef DLWHY_MESSAGE_SAYS_H
#define DLWHY_MESSAGE_SAYS_H

#include "message/message.h"

enum { SAYS_ANYBODY = 99 };

struct says_row {
	const char *id, *speaker;
	enum msg_kind kind;
	int rank;
	const char *code, *detail; /* NULL for none */
	const char *pattern;
	unsigned file; /* number of its table: rows of one win over later ones of the same */
};

/* All rows of all tables, those of one file together, in the order above. Allocated in `a`. */
const struct says_row *says_rows(struct arena *a, size_t *n);

#endif
