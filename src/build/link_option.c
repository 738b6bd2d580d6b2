/* link_option.c - options that one linker takes and another does not, and what each says of its words.
 *
 * What is known by none of them is found out in link_line.c. Of the others a table tells who refused them;
 * since later releases learn options, the linker's own help is asked before one is called unknown
 * (link_plan.c).
 */
#include <string.h>

#include "build/link_priv.h"

static const char *const refused[] = {
	[LINKER_BFD] =
		"no-pic-executable start-lib end-lib no-allow-multiple-definition "
		"Bsymbolic-non-weak-functions Bsymbolic-non-weak no-nmagic no-warn-common warn-backrefs "
		"no-warn-backrefs warn-ifunc-textrel no-warn-symbol-ordering keep-memory define-common "
		"no-rosegment rosegment fix-cortex-a53-843419 fix-cortex-a53-835769 fix-cortex-a8 be8 "
		"incremental ignore-data-address-equality ignore-function-address-equality no-icf threads "
		"no-threads preread-archive-symbols gdb-index no-gdb-index detect-odr-violations "
		"no-detect-odr-violations posix-fallocate no-posix-fallocate call-graph-profile-sort "
		"no-call-graph-profile-sort color-diagnostics no-color-diagnostics lto-O0 lto-O1 lto-O2 "
		"lto-O3 save-temps use-android-relr-tags target1-abs target1-rel time-trace "
		"vs-diagnostics print-icf-sections omit-relocs apply-dynamic-relocs "
		"no-apply-dynamic-relocs execute-only android-memtag-heap optimize-bb-jumps repro "
		"quick-exit no-quick-exit perf preload fork no-fork run shuffle-sections no-dynamic-list "
		"relocatable-merge-sections thread sort-commons separate-debug-file no-whole-file "
		"secure-plt no-toc-optimize hash-bucket-empty-fraction icf keep-unique thread-count "
		"section-ordering-file symbol-ordering-file call-graph-ordering-file error-limit "
		"reproduce chroot lto-partitions thinlto-jobs thinlto-cache-dir thinlto-cache-policy "
		"mllvm opt-remarks-filename pack-dyn-relocs target2 print-archive-stats "
		"print-symbol-order why-extract undefined-glob directory filler physical-image-base "
		"stub-group-size error-execstack no-error-execstack no-gnu-unique gnu-unique "
		"start-stop-gc k",
	[LINKER_GOLD] =
		"relocatable require-defined default-script dT Ur strip-discarded no-strip-discarded "
		"Bsymbolic-non-weak-functions Bsymbolic-non-weak accept-unknown-input-arch "
		"no-accept-unknown-input-arch enable-non-contiguous-regions print-map-discarded no-nmagic "
		"dll-verbose no-dynamic-linker warn-once warn-textrel warn-alternate-em "
		"warn-section-align no-warn-rwx-segments warn-rwx-segments warn-backrefs no-warn-backrefs "
		"warn-ifunc-textrel no-warn-symbol-ordering no-warnings keep-memory gc-keep-exported "
		"print-memory-usage split-by-file split-by-reloc traditional-format default-symver "
		"default-imported-symver force-exe-suffix reduce-memory-overheads embedded-relocs "
		"ctf-variables no-ctf-variables Qy qmagic ignore-data-address-equality "
		"ignore-function-address-equality no-icf call-graph-profile-sort "
		"no-call-graph-profile-sort color-diagnostics no-color-diagnostics lto-O0 lto-O1 lto-O2 "
		"lto-O3 save-temps use-android-relr-tags time-trace vs-diagnostics omit-relocs "
		"execute-only android-memtag-heap spare optimize-bb-jumps repro quick-exit no-quick-exit "
		"perf preload fork no-fork run shuffle-sections no-dynamic-list "
		"relocatable-merge-sections thread sort-commons separate-debug-file no-whole-file "
		"architecture audit depaudit mri-script export-dynamic-symbol-list gpsize hash-size "
		"Tldata-segment max-cache-size task-link ctf-share-types symbol-ordering-file "
		"call-graph-ordering-file error-limit error-handling-script reproduce chroot "
		"lto-partitions thinlto-jobs thinlto-cache-dir thinlto-cache-policy mllvm "
		"opt-remarks-filename pack-dyn-relocs print-archive-stats print-symbol-order why-extract "
		"undefined-glob directory filler physical-image-base error-execstack no-error-execstack "
		"start-stop-gc A a c P w G k",
	[LINKER_LLD] =
		"no-pic-executable require-defined default-script dT copy-dt-needed-entries add-needed "
		"no-warn-search-mismatch Ur strip-discarded no-strip-discarded Bsymbolic-non-weak "
		"accept-unknown-input-arch no-accept-unknown-input-arch enable-non-contiguous-regions "
		"print-map-discarded dll-verbose no-ld-generated-unwind-info ld-generated-unwind-info "
		"dynamic-list-data dynamic-list-cpp-new dynamic-list-cpp-typeinfo warn-textrel "
		"warn-alternate-em warn-constructors warn-multiple-gp warn-section-align "
		"no-warn-execstack no-warn-rwx-segments warn-rwx-segments no-warnings keep-memory "
		"gc-keep-exported print-memory-usage print-output-format split-by-file split-by-reloc "
		"traditional-format default-symver default-imported-symver force-exe-suffix "
		"reduce-memory-overheads embedded-relocs ctf-variables no-ctf-variables package-metadata "
		"Qy qmagic fix-cortex-a53-835769 be8 no-map-whole-files map-whole-files incremental "
		"no-icf no-threads preread-archive-symbols no-detect-odr-violations posix-fallocate "
		"no-posix-fallocate omit-relocs android-memtag-heap spare repro quick-exit no-quick-exit "
		"perf preload fork no-fork run no-dynamic-list relocatable-merge-sections thread "
		"sort-commons separate-debug-file no-whole-file architecture audit depaudit mri-script "
		"gpsize assert hash-size hash-bucket-empty-fraction Trodata-segment Tldata-segment "
		"spare-dynamic-tags max-cache-size task-link ctf-share-types icf thread-count "
		"section-ordering-file lto-partitions thinlto-jobs thinlto-cache-dir print-archive-stats "
		"why-extract directory filler physical-image-base stub-group-size error-execstack "
		"no-error-execstack start-stop-gc A a c w P Y I i k",
	[LINKER_MOLD] =
		"library default-script dT copy-dt-needed-entries add-needed just-symbols "
		"no-warn-search-mismatch Ur no-allow-multiple-definition strip-discarded "
		"no-strip-discarded Bsymbolic-non-weak-functions Bsymbolic-non-weak no-warn-mismatch "
		"accept-unknown-input-arch no-accept-unknown-input-arch enable-non-contiguous-regions EB "
		"print-map-discarded nmagic no-nmagic discard-none dll-verbose "
		"no-ld-generated-unwind-info ld-generated-unwind-info dynamic-list-data "
		"dynamic-list-cpp-new dynamic-list-cpp-typeinfo warn-alternate-em warn-multiple-gp "
		"warn-section-align no-warn-rwx-segments warn-rwx-segments warn-backrefs no-warn-backrefs "
		"warn-ifunc-textrel no-warn-symbol-ordering no-warnings keep-memory no-define-common "
		"define-common gc-keep-exported print-memory-usage print-output-format cref split-by-file "
		"split-by-reloc traditional-format default-imported-symver force-exe-suffix "
		"reduce-memory-overheads embedded-relocs check-sections no-check-sections ctf-variables "
		"no-ctf-variables Qy qmagic fix-cortex-a8 be8 no-map-whole-files map-whole-files "
		"incremental ignore-function-address-equality preread-archive-symbols "
		"detect-odr-violations no-detect-odr-violations posix-fallocate no-posix-fallocate "
		"call-graph-profile-sort no-color-diagnostics use-android-relr-tags target1-abs "
		"target1-rel time-trace vs-diagnostics omit-relocs android-memtag-heap spare "
		"optimize-bb-jumps preload run no-dynamic-list thread sort-commons separate-debug-file "
		"no-whole-file no-toc-optimize architecture format audit depaudit mri-script gpsize "
		"assert hash-size hash-bucket-empty-fraction orphan-handling Ttext-segment "
		"Trodata-segment Tldata-segment task-link ctf-share-types keep-unique "
		"section-ordering-file symbol-ordering-file call-graph-ordering-file error-limit "
		"error-handling-script reproduce mllvm pack-dyn-relocs target2 print-archive-stats "
		"print-symbol-order why-extract undefined-glob stub-group-size error-execstack "
		"no-error-execstack no-gnu-unique gnu-unique start-stop-gc A a c P n t d g i G w k EB",
};

static bool is_in(const char *words, const char *name, size_t len)
{
	for (const char *p = words; (p = strstr(p, name)) != NULL; p++)
		if ((p == words || p[-1] == ' ') && (p[len] == ' ' || p[len] == '\0'))
			return true;
	return false;
}

const char *link_may_refuse(struct arena *a, enum link_linker k, const char *word)
{
	const char *name = word + strspn(word, "-");
	size_t dashes = (size_t)(name - word), n = strcspn(name, "=");

	if (k >= sizeof(refused) / sizeof(*refused) || refused[k] == NULL || dashes == 0 || dashes > 2 ||
	    n == 0)
		return NULL;
	name = arena_strndup(a, name, n);
	return is_in(refused[k], name, n) ? name : NULL;
}

bool link_is_refused(const struct link_plan *plan, const char *word)
{
	for (size_t i = 0; i < plan->refused.n; i++)
		if (strcmp(plan->refused.items[i], word) == 0)
			return true;
	return false;
}

bool link_knows_z(enum link_linker k, const char *word)
{
	static const char words[] =
		"buildd combreloc common-page-size defs execstack global initfirst interpose "
		"keep-text-section-prefix lazy loadfltr max-page-size muldefs nocombreloc nocopyreloc "
		"nodefaultlib nodelete nodlopen nodump noexecstack nokeep-text-section-prefix norelro "
		"notext notext-unlikely-segment nounique now origin relro stack-size "
		"start-stop-visibility text text-unlikely-segment textoff unique";
	size_t n = strcspn(word, "=");
	char name[64];

	if (k != LINKER_GOLD)
		return true;
	if (n == 0 || n >= sizeof(name))
		return false;
	memcpy(name, word, n);
	name[n] = '\0';
	return is_in(words, name, n);
}

/* ---- values ------------------------------------------------------------------------------------ */

static const struct {
	const char *option, *values; /* ", " between them, as gold tells them */
} valued[] = {
	{ "hash-style", "sysv, gnu, both" },
	{ "unresolved-symbols", "ignore-all, report-all, ignore-in-object-files, ignore-in-shared-libs" },
};

static const char *values_of(const char *option)
{
	for (size_t i = 0; i < sizeof(valued) / sizeof(*valued); i++)
		if (strcmp(option, valued[i].option) == 0)
			return valued[i].values;
	return "";
}

bool link_takes_value(const char *option, const char *value)
{
	size_t n = strlen(value);

	for (const char *p = values_of(option); *p != '\0'; p += strspn(p, ", ")) {
		size_t len = strcspn(p, ",");

		if (len == n && memcmp(p, value, n) == 0)
			return true;
		p += len;
	}
	return false;
}

/* ---- what is said ------------------------------------------------------------------------------ */

static void say_unknown(struct link *l, struct link_trouble *t, const struct link_odd *o)
{
	switch (l->kind) {
	case LINKER_LLD: link_line_of(l, t, true, LD_LLD_OPTION, l->self, o->option); break;
	case LINKER_MOLD: link_line_of(l, t, true, LD_MOLD_OPTION, o->option); break;
	case LINKER_GOLD: link_line_of(l, t, true, LD_GOLD_OPTION, l->self, o->option); break;
	default: link_line_of(l, t, true, LD_BFD_OPTION, l->self, o->option); break;
	}
}

static void say_value(struct link *l, struct link_trouble *t, const struct link_odd *o)
{
	bool hash = strcmp(o->option, "--hash-style") == 0;

	switch (l->kind) {
	case LINKER_LLD:
		link_line_of(l, t, true, LD_LLD_VALUE, l->self, o->option, hash ? "" : " value", o->value);
		break;
	case LINKER_MOLD:
		link_line_of(l, t, true, LD_MOLD_VALUE, hash ? "invalid" : "unknown", o->option, o->value);
		break;
	case LINKER_GOLD:
		link_line_of(l, t, true, LD_GOLD_VALUE, l->self, o->option, o->value,
			     values_of(o->option + strspn(o->option, "-")));
		break;
	default:
		link_line_of(l, t, true, hash ? LD_BFD_HASH : LD_BFD_UNRESOLVED, l->self, o->value);
		break;
	}
}

static void say_file(struct link *l, struct link_trouble *t, const struct link_odd *o)
{
	bool script = strcmp(o->option, "-T") == 0, response = *o->option == '@';

	t->kind = LT_NO_FILE;
	t->path = o->value;
	switch (l->kind) {
	case LINKER_LLD:
		if (strcmp(o->option, "--version-script") == 0)
			link_line_of(l, t, true, LD_LLD_VERSION_FILE, l->self, o->value);
		else
			link_line_of(l, t, true, script ? LD_LLD_SCRIPT_OPTION : LD_LLD_NO_FILE, l->self,
				     o->value);
		break;
	case LINKER_MOLD:
		if (script || response)
			link_line_of(l, t, true, LD_MOLD_NO_FILE, l->self, o->value);
		else
			link_line_of(l, t, true, LD_MOLD_OPTION_FILE, o->option, o->value);
		break;
	case LINKER_GOLD: link_line_of(l, t, true, LD_GOLD_NO_FILE, l->self, o->value); break;
	default: link_line_of(l, t, true, LD_BFD_OPTION_FILE, l->self, o->value); break;
	}
}

static void say_pop(struct link *l, struct link_trouble *t)
{
	bool other = l->kind == LINKER_GOLD || l->kind == LINKER_LLD;

	link_line_of(l, t, true, other ? LD_GOLD_POP : l->kind == LINKER_MOLD ? LD_MOLD_POP : LD_BFD_POP,
		     l->self);
}

static void say_pair(struct link *l, struct link_trouble *t, const struct link_odd *o)
{
	link_line_of(l, t, true, l->kind == LINKER_GOLD ? LD_GOLD_TOGETHER :
		     l->kind == LINKER_LLD ? LD_LLD_TOGETHER : LD_BFD_TOGETHER, l->self, o->option, o->value);
}

/* What gold says at the end of the line is no "fatal error" for it. */
static void say_nest(struct link *l, struct link_trouble *t, const struct link_odd *o)
{
	switch (l->kind) {
	case LINKER_LLD: link_line_of(l, t, true, LD_LLD_NEST, l->self, o->value); break;
	case LINKER_GOLD:
		link_line_of(l, t, true, link_starts(o->value, "missing") ? LD_GOLD_NEST_OPEN : LD_GOLD_NEST,
			     l->self, o->value);
		break;
	default: link_line_of(l, t, true, LD_BFD_NEST, l->self); break;
	}
}

/* What is wrong with an option that the linker does know. */
static const char *odd_detail(struct link *l, const struct link_odd *o)
{
	switch (o->kind) {
	case ODD_POP: return "--pop-state has no --push-state before it";
	case ODD_NEST:
		return arena_printf(l->a, "%s stands where it cannot: groups (--start-group) and libraries "
				    "of objects (--start-lib) begin and end in pairs, and none stands in "
				    "another", o->option);
	case ODD_VALUE: return arena_printf(l->a, "%s does not take the value %s", o->option, o->value);
	case ODD_TOGETHER: return arena_printf(l->a, "%s and %s exclude each other", o->option, o->value);
	default: return NULL;
	}
}

static void say(struct link *l, const struct link_odd *o)
{
	struct link_trouble *t = link_trouble(l, LT_OPTION, true);

	t->path = o->option;
	t->detail = odd_detail(l, o);
	switch (o->kind) {
	case ODD_UNKNOWN: say_unknown(l, t, o); break;
	case ODD_Z: link_line_of(l, t, true, LD_GOLD_Z, l->self, o->option); break;
	case ODD_VALUE: say_value(l, t, o); break;
	case ODD_FILE: say_file(l, t, o); break;
	case ODD_POP: say_pop(l, t); break;
	case ODD_NEST: say_nest(l, t, o); break;
	case ODD_TOGETHER: say_pair(l, t, o); break;
	}
}

bool link_refuse_words(struct link *l)
{
	bool lld = l->kind == LINKER_LLD;

	/* lld tells all options that it does not know, and goes on. */
	for (size_t i = 0; i < l->line->odds.n; i++)
		if (lld && l->line->odds.items[i].kind == ODD_UNKNOWN)
			say(l, &l->line->odds.items[i]);
	for (size_t i = 0; i < l->line->odds.n; i++) {
		const struct link_odd *o = &l->line->odds.items[i];

		if (lld && (o->kind == ODD_UNKNOWN || o->kind == ODD_TOGETHER || o->kind == ODD_NEST))
			continue;
		say(l, o);
		if (!lld) {
			l->stop = true;
			return true;
		}
	}
	return false;
}

void link_refuse_nests(struct link *l, size_t op)
{
	for (size_t i = 0; i < l->line->odds.n && l->kind == LINKER_LLD; i++)
		if (l->line->odds.items[i].kind == ODD_NEST && l->line->odds.items[i].op == op)
			say(l, &l->line->odds.items[i]);
}

bool link_refuse_pair(struct link *l)
{
	for (size_t i = 0; i < l->line->odds.n && l->kind == LINKER_LLD && !l->failed; i++)
		if (l->line->odds.items[i].kind == ODD_TOGETHER) {
			say(l, &l->line->odds.items[i]);
			return true;
		}
	return false;
}
