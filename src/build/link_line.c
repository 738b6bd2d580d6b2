/* link_line.c - the command of a linker -> inputs in order, each with the modes that hold there.
 *
 * One table of options for the four linkers, who took them from GNU ld: long options have one dash or two,
 * a value behind "=" or in the next word. An option that stands in no table is unknown to bfd, lld and mold
 * alike only if all of them refuse it; so the table holds whatever one of them takes.
 */
#include <string.h>

#include "build/link_priv.h"

enum option_id {
	O_NONE, /* known, of no weight here */
	O_STATIC, O_DYNAMIC, O_AS_NEEDED, O_NO_AS_NEEDED, O_WHOLE, O_NO_WHOLE, O_GROUP, O_END_GROUP,
	O_PUSH, O_POP, O_LIB, O_DIR, O_RPATH, O_RPATH_LINK, O_SYSROOT, O_SHARED, O_PIE, O_NO_PIE,
		O_RELOCATABLE,
	O_Z, O_NO_UNDEFINED, O_ALLOW_SHLIB, O_NO_ALLOW_SHLIB, O_VERSION_SCRIPT, O_WRAP, O_DEFSYM, O_UNDEFINED,
	O_ENTRY, O_OUTPUT, O_EMULATION, O_SCRIPT, O_NOSTDLIB, O_PLUGIN, O_MULDEFS, O_UNRESOLVED, O_GC,
	O_NO_GC, O_STRIP, O_COPY_NEEDED, O_NO_COPY_NEEDED, O_WARN_UNRESOLVED, O_JUST_SYMBOLS, O_INFO,
		O_BSYMBOLIC,
	O_START_LIB, O_END_LIB, O_NO_INHIBIT, O_NO_MISMATCH, O_ERROR_UNRESOLVED, O_EXPORT,
	O_FATAL_WARNINGS, O_NO_FATAL_WARNINGS, O_DYNAMIC_LIST, O_HASH_STYLE
};

enum takes { NO_VALUE, VALUE, VALUE_OR_NEXT, OPTIONAL };

struct option {
	const char *name;
	enum takes takes;
	enum option_id id;
};

/* Long names that count; VALUE: only behind "=". */
static const struct option long_options[] = {
	{ "Bstatic", NO_VALUE, O_STATIC }, { "dn", NO_VALUE, O_STATIC },
	{ "non_shared", NO_VALUE, O_STATIC }, { "static", NO_VALUE, O_STATIC },
	{ "Bdynamic", NO_VALUE, O_DYNAMIC }, { "dy", NO_VALUE, O_DYNAMIC },
	{ "call_shared", NO_VALUE, O_DYNAMIC }, { "as-needed", NO_VALUE, O_AS_NEEDED },
	{ "no-as-needed", NO_VALUE, O_NO_AS_NEEDED }, { "whole-archive", NO_VALUE, O_WHOLE },
	{ "no-whole-archive", NO_VALUE, O_NO_WHOLE }, { "start-group", NO_VALUE, O_GROUP },
	{ "(", NO_VALUE, O_GROUP }, { "end-group", NO_VALUE, O_END_GROUP }, { ")", NO_VALUE, O_END_GROUP },
	{ "push-state", NO_VALUE, O_PUSH }, { "pop-state", NO_VALUE, O_POP },
	{ "library", VALUE_OR_NEXT, O_LIB }, { "library-path", VALUE_OR_NEXT, O_DIR },
	{ "rpath", VALUE_OR_NEXT, O_RPATH }, { "rpath-link", VALUE_OR_NEXT, O_RPATH_LINK },
	{ "sysroot", VALUE, O_SYSROOT }, { "shared", NO_VALUE, O_SHARED },
	{ "Bshareable", NO_VALUE, O_SHARED }, { "pie", NO_VALUE, O_PIE },
	{ "pic-executable", NO_VALUE, O_PIE }, { "no-pie", NO_VALUE, O_NO_PIE },
	{ "no-pic-executable", NO_VALUE, O_NO_PIE }, { "relocatable", NO_VALUE, O_RELOCATABLE },
	{ "no-undefined", NO_VALUE, O_NO_UNDEFINED }, { "allow-shlib-undefined", NO_VALUE, O_ALLOW_SHLIB },
	{ "no-allow-shlib-undefined", NO_VALUE, O_NO_ALLOW_SHLIB },
	{ "version-script", VALUE_OR_NEXT, O_VERSION_SCRIPT }, { "wrap", VALUE_OR_NEXT, O_WRAP },
	{ "defsym", VALUE_OR_NEXT, O_DEFSYM }, { "undefined", VALUE_OR_NEXT, O_UNDEFINED },
	{ "require-defined", VALUE_OR_NEXT, O_UNDEFINED }, { "entry", VALUE_OR_NEXT, O_ENTRY },
	{ "output", VALUE_OR_NEXT, O_OUTPUT }, { "script", VALUE_OR_NEXT, O_SCRIPT },
	{ "default-script", VALUE_OR_NEXT, O_SCRIPT }, { "dT", VALUE_OR_NEXT, O_SCRIPT },
	{ "nostdlib", NO_VALUE, O_NOSTDLIB }, { "plugin", VALUE_OR_NEXT, O_PLUGIN },
	{ "allow-multiple-definition", NO_VALUE, O_MULDEFS },
	{ "unresolved-symbols", VALUE_OR_NEXT, O_UNRESOLVED }, { "gc-sections", NO_VALUE, O_GC },
	{ "no-gc-sections", NO_VALUE, O_NO_GC }, { "strip-all", NO_VALUE, O_STRIP },
	{ "copy-dt-needed-entries", NO_VALUE, O_COPY_NEEDED }, { "add-needed", NO_VALUE, O_COPY_NEEDED },
	{ "no-copy-dt-needed-entries", NO_VALUE, O_NO_COPY_NEEDED },
	{ "no-add-needed", NO_VALUE, O_NO_COPY_NEEDED },
	{ "warn-unresolved-symbols", NO_VALUE, O_WARN_UNRESOLVED },
	{ "error-unresolved-symbols", NO_VALUE, O_ERROR_UNRESOLVED },
	{ "just-symbols", VALUE_OR_NEXT, O_JUST_SYMBOLS }, { "version", NO_VALUE, O_INFO },
	{ "help", NO_VALUE, O_INFO }, { "Bsymbolic", NO_VALUE, O_BSYMBOLIC },
	{ "start-lib", NO_VALUE, O_START_LIB }, { "end-lib", NO_VALUE, O_END_LIB },
	{ "noinhibit-exec", NO_VALUE, O_NO_INHIBIT },
	{ "no-warn-search-mismatch", NO_VALUE, O_NO_MISMATCH }, { "target-help", NO_VALUE, O_INFO },
	{ "Ur", NO_VALUE, O_RELOCATABLE }, { "export-dynamic", NO_VALUE, O_EXPORT },
	{ "fatal-warnings", NO_VALUE, O_FATAL_WARNINGS },
	{ "no-fatal-warnings", NO_VALUE, O_NO_FATAL_WARNINGS },
	{ "dynamic-list", VALUE_OR_NEXT, O_DYNAMIC_LIST }, { "hash-style", VALUE_OR_NEXT, O_HASH_STYLE },
};

/* Names that one of the linkers knows and that change nothing here; a value stands behind "=". */
static const char weightless[] =
	"enable-auto-image-base disable-auto-image-base exclude-all-symbols kill-at add-stdcall-alias "
	"enable-stdcall-fixup disable-stdcall-fixup tsaware nxcompat dynamicbase disable-dynamicbase "
	"high-entropy-va disable-high-entropy-va large-address-aware disable-large-address-aware dll "
	"enable-runtime-pseudo-reloc enable-runtime-pseudo-reloc-v2 disable-runtime-pseudo-reloc "
	"insert-timestamp no-insert-timestamp disable-nxcompat no-seh no-bind wdmdriver appcontainer "
	"static-pie no-allow-multiple-definition strip-debug strip-discarded no-strip-discarded "
	"Bsymbolic-functions Bno-symbolic Bsymbolic-non-weak-functions Bsymbolic-non-weak "
	"no-warn-mismatch accept-unknown-input-arch no-accept-unknown-input-arch "
	"no-export-dynamic enable-non-contiguous-regions EB EL print-map print-map-discarded nmagic "
	"no-nmagic omagic no-omagic flto fat-lto-objects emit-relocs discard-all discard-locals "
	"discard-none trace verbose dll-verbose build-id eh-frame-hdr no-eh-frame-hdr "
	"no-ld-generated-unwind-info ld-generated-unwind-info no-dynamic-linker dynamic-list-data "
	"dynamic-list-cpp-new dynamic-list-cpp-typeinfo demangle no-demangle "
	"warn-common no-warn-common warn-once warn-shared-textrel warn-textrel "
	"warn-alternate-em warn-constructors warn-multiple-gp warn-section-align warn-execstack "
	"no-warn-execstack no-warn-rwx-segments warn-rwx-segments warn-backrefs no-warn-backrefs "
	"warn-ifunc-textrel no-warn-symbol-ordering no-warnings no-keep-memory keep-memory "
	"no-define-common define-common no-print-gc-sections print-gc-sections gc-keep-exported "
	"print-memory-usage print-output-format cref sort-common split-by-file split-by-reloc stats "
	"traditional-format enable-new-dtags disable-new-dtags default-symver default-imported-symver "
	"force-exe-suffix relax no-relax reduce-memory-overheads embedded-relocs check-sections "
	"no-check-sections ctf-variables no-ctf-variables package-metadata no-rosegment rosegment Qy "
	"qmagic fix-cortex-a53-843419 fix-cortex-a53-835769 fix-cortex-a8 be8 no-map-whole-files "
	"map-whole-files incremental ignore-data-address-equality ignore-function-address-equality "
	"no-icf threads no-threads preread-archive-symbols gdb-index no-gdb-index "
	"detect-odr-violations no-detect-odr-violations posix-fallocate no-posix-fallocate "
	"call-graph-profile-sort no-call-graph-profile-sort color-diagnostics no-color-diagnostics "
	"lto-O0 lto-O1 lto-O2 lto-O3 save-temps use-android-relr-tags target1-abs target1-rel "
	"time-trace vs-diagnostics print-icf-sections omit-relocs undefined-version "
	"no-undefined-version apply-dynamic-relocs no-apply-dynamic-relocs execute-only "
	"android-memtag-heap spare optimize-bb-jumps repro quick-exit no-quick-exit perf preload fork "
	"no-fork run shuffle-sections no-dynamic-list relocatable-merge-sections thread sort-commons "
	"separate-debug-file enable-auto-import no-whole-file secure-plt no-toc-optimize "
	"gnu-unique no-gnu-unique";

/* The same with a value, behind "=" or in the next word. */
static const char weightless_with_value[] =
	"dll-search-prefix base-file stack heap file-alignment section-alignment output-def "
	"major-os-version minor-os-version major-subsystem-version minor-subsystem-version "
	"plugin-opt architecture format audit depaudit mri-script export-dynamic-symbol "
	"export-dynamic-symbol-list auxiliary filter gpsize soname trace-symbol assert "
	"hash-size hash-bucket-empty-fraction compress-debug-sections dynamic-linker "
	"exclude-libs oformat orphan-handling retain-symbols-file init fini Map section-start "
	"image-base Ttext Tdata Tbss Ttext-segment Trodata-segment Tldata-segment sort-section "
	"spare-dynamic-tags max-cache-size task-link ctf-share-types dependency-file flto-partition "
	"fuse-ld icf keep-unique thread-count section-ordering-file symbol-ordering-file "
	"call-graph-ordering-file error-limit error-handling-script reproduce chroot lto-partitions "
	"thinlto-jobs thinlto-cache-dir thinlto-cache-policy mllvm opt-remarks-filename "
	"pack-dyn-relocs target2 print-archive-stats print-symbol-order why-extract undefined-glob "
	"directory filler physical-image-base subsystem out-implib major-image-version "
	"stub-group-size";

/* One letter; the value is the rest of the word or the next one. */
static const struct option letters[] = {
	{ "l", VALUE_OR_NEXT, O_LIB }, { "L", VALUE_OR_NEXT, O_DIR }, { "o", VALUE_OR_NEXT, O_OUTPUT },
	{ "m", VALUE_OR_NEXT, O_EMULATION }, { "e", VALUE_OR_NEXT, O_ENTRY }, { "u", VALUE_OR_NEXT,
			O_UNDEFINED },
	{ "z", VALUE_OR_NEXT, O_Z }, { "T", VALUE_OR_NEXT, O_SCRIPT }, { "R", VALUE_OR_NEXT, O_JUST_SYMBOLS },
	{ "h", VALUE_OR_NEXT, O_NONE }, { "I", VALUE_OR_NEXT, O_NONE }, { "y", VALUE_OR_NEXT, O_NONE },
	{ "A", VALUE_OR_NEXT, O_NONE }, { "b", VALUE_OR_NEXT, O_NONE }, { "c", VALUE_OR_NEXT, O_NONE },
	{ "F", VALUE_OR_NEXT, O_NONE }, { "f", VALUE_OR_NEXT, O_NONE }, { "G", VALUE_OR_NEXT, O_NONE },
	{ "a", VALUE_OR_NEXT, O_NONE }, { "P", VALUE_OR_NEXT, O_NONE }, { "Y", VALUE_OR_NEXT, O_NONE },
	{ "O", OPTIONAL, O_NONE }, { "r", NO_VALUE, O_RELOCATABLE }, { "i", NO_VALUE, O_RELOCATABLE },
	{ "s", NO_VALUE, O_STRIP }, { "S", NO_VALUE, O_NONE }, { "t", NO_VALUE, O_NONE }, { "v", NO_VALUE,
			O_NONE },
	{ "V", NO_VALUE, O_NONE }, { "x", NO_VALUE, O_NONE }, { "X", NO_VALUE, O_NONE }, { "q", NO_VALUE,
			O_NONE },
	{ "n", NO_VALUE, O_NONE }, { "N", NO_VALUE, O_NONE }, { "E", NO_VALUE, O_EXPORT }, { "M", NO_VALUE,
			O_NONE },
	{ "d", NO_VALUE, O_NONE }, { "g", NO_VALUE, O_NONE }, { "w", NO_VALUE, O_NONE }, { "k", NO_VALUE,
			O_NONE },
	{ "(", NO_VALUE, O_GROUP }, { ")", NO_VALUE, O_END_GROUP }, { "C", VALUE_OR_NEXT, O_NONE },
};

struct modes {
	bool is_static, as_needed, whole, copy_needed;
};

enum { PUSH_MAX = 256 };

struct line_reader {
	struct arena *a;
	struct source *source;
	const struct link_plan *plan;
	struct link_line *out;
	struct link_texts words;
	size_t at;
	struct modes now, pushed[PUSH_MAX];
	size_t npushed;
	bool in_group, in_lib;
	unsigned groups;         /* GNU ld: how many are open */
};

static void push_op(struct line_reader *r, enum link_op_kind kind, const char *name)
{
	struct link_op op = { kind, name, r->now.is_static, r->now.as_needed, r->now.whole,
			     r->now.copy_needed,
			      false, r->at };

	if (r->out->ops.n < LINK_MAX_OBJECTS)
		*ARENA_PUSH(r->a, &r->out->ops) = op;
}

/* "=/lib" and "$SYSROOT/lib" are below the sysroot. */
static const char *folder_of(struct line_reader *r, const char *path)
{
	const char *root = r->out->sysroot != NULL ? r->out->sysroot : "";

	if (*path == '=')
		return arena_printf(r->a, "%s%s", root, path + 1);
	if (link_starts(path, "$SYSROOT"))
		return arena_printf(r->a, "%s%s", root, path + strlen("$SYSROOT"));
	return path;
}

static void add_list(struct line_reader *r, struct link_texts *out, const char *list)
{
	while (*list != '\0') {
		size_t n = strcspn(list, ":");

		if (n > 0)
			*ARENA_PUSH(r->a, out) = arena_strndup(r->a, list, n);
		list += n + (list[n] == ':');
	}
}

static void push_odd(struct line_reader *r, enum link_odd_kind kind, const char *option, const char *value)
{
	struct link_odd odd = { kind, option, value, r->out->ops.n };

	*ARENA_PUSH(r->a, &r->out->odds) = odd;
}

/* GNU ld and lld leave open then what nobody defines. */
static void take_undefs(struct line_reader *r)
{
	r->out->z_defs = false;
	r->out->undefs_ignored = r->plan->kind == LINKER_LLD || r->plan->kind == LINKER_BFD;
}

static void take_z(struct line_reader *r, const char *v)
{
	struct link_line *o = r->out;

	if (!link_knows_z(r->plan->kind, v))
		push_odd(r, ODD_Z, v, NULL);
	if (strcmp(v, "defs") == 0)
		o->z_defs = true;
	else if (strcmp(v, "undefs") == 0)
		take_undefs(r);
	else if (strcmp(v, "muldefs") == 0)
		o->z_muldefs = true;
	else if (strcmp(v, "nocopyreloc") == 0)
		o->no_copyreloc = true;
	else if (strcmp(v, "text") == 0)
		o->z_text = true;
	else if (strcmp(v, "notext") == 0 || strcmp(v, "textoff") == 0)
		o->z_notext = true;
}

static void take_unresolved(struct line_reader *r, const char *v)
{
	struct link_line *o = r->out;

	if (v == NULL)
		return;
	if (!link_takes_value("unresolved-symbols", v))
		push_odd(r, ODD_VALUE, "--unresolved-symbols", v);
	o->unresolved_ignored = strcmp(v, "ignore-all") == 0 || strcmp(v, "ignore-in-object-files") == 0;
	o->shlibs_ignored = strcmp(v, "ignore-all") == 0 || strcmp(v, "ignore-in-shared-libs") == 0;
	/* What is reported is so in a shared library as well; mold means programs alone. */
	if (r->plan->kind != LINKER_MOLD && (strcmp(v, "report-all") == 0 ||
	    (strcmp(v, "ignore-in-shared-libs") == 0 && r->plan->kind != LINKER_GOLD)))
		o->z_defs = true;
	if (r->plan->kind == LINKER_LLD)
		o->no_allow_shlib_undefined = !o->shlibs_ignored;
}

static void take_rpath(struct line_reader *r, enum option_id id, const char *v)
{
	add_list(r, id == O_RPATH ? &r->out->rpath : &r->out->rpath_link, v);
}

static void push_modes(struct line_reader *r)
{
	if (r->npushed < PUSH_MAX)
		r->pushed[r->npushed++] = r->now;
}

static void pop_modes(struct line_reader *r)
{
	if (r->npushed > 0)
		r->now = r->pushed[--r->npushed];
	else
		push_odd(r, ODD_POP, "--pop-state", NULL);
}

/* ---- what does not nest ------------------------------------------------------------------------------ */

/* What a linker says of them; NULL: it does not mind. */
struct nest_words {
	const char *group_in_lib, *group_in_group, *no_group;
	const char *lib_in_lib, *lib_in_group, *no_lib;
};

static const struct nest_words gold_nests = {
	"may not nest groups in libraries", "May not nest groups", "Group end without group start",
	"may not nest libraries", "may not nest libraries in groups", "lib end without lib start",
};

static const struct nest_words lld_nests = {
	NULL, "nested --start-group", "stray --end-group",
	"nested --start-lib", "may not nest --start-lib in --start-group", "stray --end-lib",
};

static const char *nest_fault(const struct line_reader *r, enum option_id id, const struct nest_words *w)
{
	switch (id) {
	case O_GROUP:
		return r->in_lib && w->group_in_lib != NULL ? w->group_in_lib :
		       r->in_group ? w->group_in_group : NULL;
	case O_END_GROUP: return r->in_group ? NULL : w->no_group;
	case O_START_LIB: return r->in_lib ? w->lib_in_lib : r->in_group ? w->lib_in_group : NULL;
	default: return r->in_lib ? NULL : w->no_lib;
	}
}

static void say_nest_fault(struct line_reader *r, enum option_id id, const char *word,
			   const struct nest_words *w)
{
	const char *why = nest_fault(r, id, w);

	if (why != NULL)
		push_odd(r, ODD_NEST, word, why);
}

static void nest_gold(struct line_reader *r, enum option_id id, const char *word)
{
	bool group = id == O_GROUP || id == O_END_GROUP;

	say_nest_fault(r, id, word, &gold_nests);
	*(group ? &r->in_group : &r->in_lib) = id == O_GROUP || id == O_START_LIB;
}

/* For lld objects between --start-lib and --end-lib are in a group, too. */
static void nest_lld(struct line_reader *r, enum option_id id, const char *word)
{
	say_nest_fault(r, id, word, &lld_nests);
	r->in_group = id == O_GROUP || id == O_START_LIB;
	r->in_lib = id == O_START_LIB || (r->in_lib && id != O_END_LIB);
}

static void nest(struct line_reader *r, enum option_id id, const char *word)
{
	if (r->plan->kind == LINKER_GOLD)
		nest_gold(r, id, word);
	else if (r->plan->kind == LINKER_LLD)
		nest_lld(r, id, word);
	else if (r->plan->kind == LINKER_BFD && id == O_GROUP)
		r->groups++;
	else if (r->plan->kind == LINKER_BFD && id == O_END_GROUP && r->groups-- == 0)
		push_odd(r, ODD_NEST, word, "group ended before it began (--help for usage)");
}

static void end_nests(struct line_reader *r)
{
	if (r->plan->kind == LINKER_GOLD && (r->in_group || r->in_lib))
		push_odd(r, ODD_NEST, r->in_group ? "--start-group" : "--start-lib",
			 r->in_group ? "missing group end" : "missing lib end");
}

static void push_nest(struct line_reader *r, enum option_id id, enum link_op_kind kind, const char *word)
{
	nest(r, id, word);
	push_op(r, kind, NULL);
}

/* Modes and inputs: what stands where counts. True if it was one of these. */
static bool take_positional(struct line_reader *r, enum option_id id, const char *v)
{
	switch (id) {
	case O_STATIC: r->now.is_static = true; break;
	case O_DYNAMIC: r->now.is_static = false; break;
	case O_AS_NEEDED: r->now.as_needed = true; break;
	case O_NO_AS_NEEDED: r->now.as_needed = false; break;
	case O_WHOLE: r->now.whole = true; break;
	case O_NO_WHOLE: r->now.whole = false; break;
	case O_COPY_NEEDED: r->now.copy_needed = true; break;
	case O_NO_COPY_NEEDED: r->now.copy_needed = false; break;
	case O_PUSH: push_modes(r); break;
	case O_POP: pop_modes(r); break;
	case O_GROUP: push_nest(r, id, LINK_GROUP, "--start-group"); break;
	case O_END_GROUP: push_nest(r, id, LINK_END_GROUP, "--end-group"); break;
	case O_START_LIB: push_nest(r, id, LINK_LIB_BEGIN, "--start-lib"); break;
	case O_END_LIB: push_nest(r, id, LINK_LIB_END, "--end-lib"); break;
	case O_LIB: push_op(r, LINK_LIB, v); break;
	default: return false;
	}
	return true;
}

static void take_flag(struct line_reader *r, enum option_id id)
{
	struct link_line *o = r->out;

	switch (id) {
	case O_SHARED: /* of two GNU ld takes the last */
		o->shared = true;
		o->pie = o->pie && r->plan->kind != LINKER_BFD;
		break;
	case O_PIE:
		o->pie = true;
		o->shared = o->shared && r->plan->kind != LINKER_BFD;
		break;
	case O_FATAL_WARNINGS: o->fatal_warnings = true; break;
	case O_NO_FATAL_WARNINGS: o->fatal_warnings = false; break;
	case O_NO_PIE: o->pie = false; break;
	case O_RELOCATABLE: o->relocatable = true; break;
	case O_NO_UNDEFINED: o->z_defs = true; break;
	case O_ALLOW_SHLIB: o->allow_shlib_undefined = true; break;
	case O_NO_ALLOW_SHLIB: o->no_allow_shlib_undefined = true; break;
	case O_NOSTDLIB: o->no_std_dirs = true; break;
	case O_MULDEFS: o->z_muldefs = true; break;
	case O_GC: o->gc_sections = true; break;
	case O_EXPORT: o->export_dynamic = true; break;
	case O_NO_GC: o->gc_sections = false; break;
	case O_STRIP: o->strip_all = true; break;
	case O_WARN_UNRESOLVED: o->unresolved_warned = true; break;
	case O_ERROR_UNRESOLVED: o->unresolved_warned = false; break;
	case O_BSYMBOLIC: o->bsymbolic = true; break;
	case O_NO_INHIBIT: /* for mold what is undefined is a warning then */
		o->noinhibit = true;
		o->unresolved_warned = o->unresolved_warned || r->plan->kind == LINKER_MOLD;
		break;
	case O_NO_MISMATCH: o->warn_mismatch_off = true; break;
	case O_INFO: o->info = "it only prints a text"; break;
	default: break;
	}
}

/* A file that an option names; a script is looked for in the folders of -L, too. */
static void want_file(struct line_reader *r, const char *option, const char *path)
{
	struct os_stat st;

	if (source_stat(r->source, path, true, &st) == 0)
		return;
	for (size_t i = 0; i < r->out->dirs.n && *path != '/'; i++) {
		const char *there = arena_printf(r->a, "%s/%s", r->out->dirs.items[i].path, path);

		if (source_stat(r->source, there, true, &st) == 0)
			return;
	}
	push_odd(r, ODD_FILE, option, path);
}

static void take_value(struct line_reader *r, enum option_id id, const char *v)
{
	struct link_line *o = r->out;
	struct link_dir dir = { NULL, true };

	switch (id) {
	case O_DIR:
		dir.path = folder_of(r, v);
		*ARENA_PUSH(r->a, &o->dirs) = dir;
		break;
	case O_RPATH:
	case O_RPATH_LINK: take_rpath(r, id, v); break;
	case O_JUST_SYMBOLS: add_list(r, &o->rpath, v); break;
	case O_Z: take_z(r, v); break;
	case O_VERSION_SCRIPT:
		o->version_script = v;
		want_file(r, "--version-script", v);
		break;
	case O_DYNAMIC_LIST: want_file(r, "--dynamic-list", v); break;
	case O_HASH_STYLE:
		if (!link_takes_value("hash-style", v))
			push_odd(r, ODD_VALUE, "--hash-style", v);
		break;
	case O_WRAP: *ARENA_PUSH(r->a, &o->wrap) = v; break;
	case O_DEFSYM:
		*ARENA_PUSH(r->a, &o->defined) = arena_strndup(r->a, v, strcspn(v, "="));
		*ARENA_PUSH(r->a, &o->values) = v + strcspn(v, "=") + (strchr(v, '=') != NULL);
		break;
	case O_UNDEFINED: *ARENA_PUSH(r->a, &o->undefined) = v; break;
	case O_ENTRY: o->entry = v; break;
	case O_OUTPUT: o->output = v; break;
	case O_EMULATION: o->emulation = v; break;
	case O_SCRIPT:
		o->script = v;
		want_file(r, "-T", v);
		break;
	case O_PLUGIN:
		o->plugin = true;
		o->llvm_plugin = strstr(v, "LLVMgold") != NULL;
		break;
	case O_UNRESOLVED: take_unresolved(r, v); break;
	default: break;
	}
}

static void take(struct line_reader *r, const struct option *opt, const char *v)
{
	if (opt->takes == VALUE_OR_NEXT && v == NULL)
		return; /* the last word lacks its value */
	if (take_positional(r, opt->id, v))
		return;
	if (v != NULL)
		take_value(r, opt->id, v);
	else
		take_flag(r, opt->id);
}

static const char *next_word(struct line_reader *r)
{
	return r->at + 1 < r->words.n ? r->words.items[++r->at] : NULL;
}

static const struct option *find_option(const struct option *list, size_t n, const char *name, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(list[i].name) == len && memcmp(list[i].name, name, len) == 0)
			return &list[i];
	return NULL;
}

static bool is_in(const char *words, const char *name, size_t len)
{
	for (const char *p = words; (p = strchr(p, *name)) != NULL; p++)
		if ((p == words || p[-1] == ' ') && strncmp(p, name, len) == 0 && (p[len] == ' ' ||
				p[len] == '\0'))
			return true;
	return false;
}

/* False: it is none of these either. */
static bool pass_over(struct line_reader *r, const char *name, size_t len)
{
	if (is_in(weightless, name, len))
		return true;
	if (!is_in(weightless_with_value, name, len))
		return false;
	if (name[len] != '=')
		next_word(r);
	return true;
}

/* A long name with one dash or two. False: it is none. */
static bool take_long(struct line_reader *r, const char *name)
{
	size_t len = strcspn(name, "=");
	const struct option *opt = find_option(long_options, sizeof(long_options) / sizeof(*long_options),
					       name,
					       len);
	const char *v = name[len] == '=' ? name + len + 1 : NULL;

	if (len == 0 || (len == 1 && *name != '(' && *name != ')'))
		return false;
	if (opt == NULL)
		return pass_over(r, name, len);
	if (opt->takes == VALUE_OR_NEXT && v == NULL)
		v = next_word(r);
	take(r, opt, v);
	return true;
}

static bool take_letter(struct line_reader *r, const char *name)
{
	const struct option *opt = find_option(letters, sizeof(letters) / sizeof(*letters), name, 1);
	const char *v = name[1] != '\0' ? name + 1 : NULL;

	if (opt == NULL || (opt->takes == NO_VALUE && v != NULL))
		return false;
	if (opt->takes == VALUE_OR_NEXT && v == NULL)
		v = next_word(r);
	take(r, opt, opt->takes == NO_VALUE ? NULL : v);
	return true;
}

/* A response file that is not there: mold says so itself, the others take it for an input. */
static bool lacks_response(struct line_reader *r, const char *w)
{
	if (r->plan->kind != LINKER_MOLD || *w != '@')
		return false;
	push_odd(r, ODD_FILE, "@", w + 1);
	return true;
}

static void take_word(struct line_reader *r, const char *w)
{
	bool known;

	if (lacks_response(r, w))
		return;
	if (w[0] != '-' || w[1] == '\0') {
		push_op(r, LINK_FILE, w);
		return;
	}
	if (w[1] == '-')
		known = take_long(r, w + 2) || w[2] == '\0';
	else
		known = take_long(r, w + 1) || take_letter(r, w + 1);
	if (!known || link_is_refused(r->plan, w))
		push_odd(r, ODD_UNKNOWN, w, NULL);
}

/* What has to be known before the rest: options hold for what stands before them, too. */
static void take_sysroot(struct line_reader *r)
{
	for (size_t i = 0; i < r->words.n; i++) {
		const char *w = r->words.items[i];

		w += strspn(w, "-");
		if (link_starts(w, "sysroot=") && w != r->words.items[i])
			r->out->sysroot = w + strlen("sysroot=");
	}
	if (r->out->sysroot != NULL && *r->out->sysroot == '\0')
		r->out->sysroot = NULL;
}

static void add_builtin(struct line_reader *r)
{
	for (size_t i = 0; i < r->plan->builtin.n && !r->out->no_std_dirs; i++) {
		struct link_dir dir = { folder_of(r, r->plan->builtin.items[i]), false };

		*ARENA_PUSH(r->a, &r->out->dirs) = dir;
	}
}

static bool has_word(const struct line_reader *r, const char *word, const char *other)
{
	for (size_t i = 0; i < r->words.n; i++)
		if (strcmp(r->words.items[i], word) == 0 || strcmp(r->words.items[i], other) == 0)
			return true;
	return false;
}

/* -static anywhere makes the whole output static for gold, lld and mold; -Bstatic does not. */
static bool is_all_static(const struct line_reader *r)
{
	return has_word(r, "-static", "--static");
}

/* What holds for the whole line: a relocatable output takes no shared library, nor does gold's -static. */
static void set_static(struct line_reader *r)
{
	enum link_linker k = r->plan->kind;
	struct link_line *o = r->out;

	o->is_static = is_all_static(r);
	if ((o->relocatable && k == LINKER_BFD) || (o->is_static && k == LINKER_GOLD))
		for (size_t i = 0; i < o->ops.n; i++)
			o->ops.items[i].is_static = true;
}

/* Modes of which only one can hold. Where several pairs do not fit, the first is told. */
static void check_modes(struct line_reader *r)
{
	const struct link_line *o = r->out;
	bool gold = r->plan->kind == LINKER_GOLD, lld = r->plan->kind == LINKER_LLD;
	const struct {
		bool there;
		const char *one, *other;
	} pairs[] = {
		{ gold && o->shared && o->is_static, "-shared", "-static" },
		{ gold && o->pie && o->is_static, "-pie", "-static" },
		{ gold && o->shared && o->relocatable, "-shared", "-r" },
		{ gold && o->pie && o->relocatable, "-pie", "-r" },
		{ (gold || lld) && o->shared && o->pie, "-shared", "-pie" },
		{ !gold && o->relocatable && o->shared, "-r", "-shared" },
		{ !gold && o->relocatable && o->pie, "-r", "-pie" },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (pairs[i].there && r->plan->kind != LINKER_MOLD) {
			push_odd(r, ODD_TOGETHER, pairs[i].one, pairs[i].other);
			return;
		}
}

void link_line_read(struct arena *a, struct source *source, const struct link_plan *plan,
		    struct link_line *out)
{
	struct line_reader r = { .a = a, .source = source, .plan = plan, .out = out };

	memset(out, 0, sizeof(*out));
	link_expand(a, source, plan->words.items, plan->words.n, &r.words);
	take_sysroot(&r);
	/* mold begins in this mode then; -Bdynamic ends it */
	r.now.is_static = plan->kind == LINKER_MOLD && has_word(&r, "-r", "--relocatable");
	for (r.at = 0; r.at < r.words.n; r.at++)
		take_word(&r, r.words.items[r.at]);
	end_nests(&r);
	set_static(&r);
	check_modes(&r);
	add_builtin(&r);
}
