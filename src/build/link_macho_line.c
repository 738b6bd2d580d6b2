/* link_macho_line.c - the words of ld64.lld: inputs in order, folders, options
 * (lld/MachO/Options.td, release 14).
 *
 * Options have one dash and take whole words; a few letters stand together with their value.
 */
#include <string.h>

#include "build/link_macho.h"

/* Options that take words and change nothing here: NAME:NUMBER. */
static const char with_values[] =
	" add_empty_section:2 dtrace:1 sectcreate:3 segcreate:3 bitcode_symbol_map:1 "
	"bundle_loader:1 compatibility_version:1 current_version:1 dylib_compatibility_version:1 "
	"dylib_current_version:1 dylib_install_name:1 dylinker_install_name:1 install_name:1 "
	"objc_abi_version:1 dependency_info:1 map:1 why_live:1 pagezero_size:1 stack_size:1 A:1 "
	"lto_library:1 multiply_defined_unused:1 multiply_defined:1 sect_diff_relocs:1 "
	"sectobjectsymbols:2 sectorder:3 seg_addr_table_filename:1 Y:1 exported_symbols_order:1 "
	"image_base:1 order_file:1 seg1addr:1 allowable_client:1 cache_path_lto:1 client_name:1 "
	"dirty_data_list:1 dot:1 dylib_file:1 final_output:1 headerpad:1 init:1 "
	"interposable_list:1 max_default_common_align:1 max_relative_cache_size_lto:1 mcpu:1 "
	"mllvm:1 move_to_ro_segment:2 move_to_rw_segment:2 object_path_lto:1 prune_after_lto:1 "
	"prune_interval_lto:1 read_only_relocs:1 rename_section:4 rename_segment:2 sectalign:3 "
	"section_order:2 seg_page_size:2 segaddr:2 segalign:1 segment_order:1 segprot:3 "
	"segs_read_only_addr:1 segs_read_write_addr:1 stack_addr:1 sub_library:1 sub_umbrella:1 "
	"umbrella:1 unaligned_pointers:1 weak_reference_mismatches:1 alias_list:1 alias:2 "
	"commons:1 exported_symbols_list:1 reexported_symbols_list:1 rpath:1 "
	"unexported_symbols_list:1 unexported_symbol:1 add_ast_path:1 "
	"non_global_symbols_no_strip_list:1 non_global_symbols_strip_list:1 oso_prefix:1 "
	"sdk_version:1 ";

static const char alone[] =
	" bitcode_bundle bitcode_hide_symbols d keep_private_externs no_dead_strip_inits_and_terms "
	"single_module mark_dead_strippable_dylib M new_linker order_file_statistics "
	"print_statistics save-temps t whatsloaded why_load whyload force_load_swift_libs "
	"noall_load ObjC search_paths_first allow_stack_execute export_dynamic no_pie pie b "
	"dependent_dr_info fvmlib m no_compact_linkedit no_dependent_dr_info nofixprebinding "
	"nomultidefs noprebind_all_twolevel_modules noprebind noseglinkedit "
	"prebind_all_twolevel_modules prebind_allow_overlap prebind private_bundle "
	"run_init_lazily sectorder_detail seglinkedit Si slow_stubs Sn Sp s "
	"twolevel_namespace_hints X merge_zero_fill_sections no_branch_islands no_deduplicate "
	"no_implicit_dylibs no_order_data no_order_inits no_zero_fill_sections dylinker dynamic "
	"execute preload r static adhoc_codesign allow_heap_execute allow_sub_type_mismatches "
	"application_extension arch_multiple bind_at_load data_const dead_strip_dylibs "
	"debug_variant fatal_warnings force_cpusubtype_ALL headerpad_max_install_names "
	"interposable keep_relocs multi_module no_adhoc_codesign no_application_extension "
	"no_arch_warnings no_data_const no_dtrace_dof no_eh_labels no_function_starts no_inits "
	"no_objc_category_merging no_uuid no_warn_inits no_weak_exports no_weak_imports "
	"not_for_dyld_shared_cache objc_gc_compaction objc_gc_only objc_gc page_align_data_atoms "
	"read_only_stubs root_safe setuid_safe text_exec trace_symbol_layout verbose_deduplicate "
	"version_details v warn_commons warn_compact_unwind warn_stabs warn_weak_exports w "
	"twolevel_namespace S x add_source_version add_split_seg_info allow_dead_duplicates "
	"allow_simulator_linking_to_macosx_dylibs bitcode_process_mode bitcode_verify "
	"classic_linker data_in_code_info encryptable fixup_chains function_starts "
	"ignore_auto_link ignore_optimization_hints init_offsets keep_dwarf_unwind kext "
	"no_compact_unwind no_data_in_code_info no_encryption no_keep_dwarf_unwind "
	"no_kext_objects no_new_main no_source_version pause random_uuid simulator_support "
	"verbose_optimization_hints ";

struct reader {
	struct arena *a;
	struct source *source;
	struct macho_line *out;
	struct link_texts words, libs, frameworks; /* -L and -F as written */
	size_t at;
};

static const char *next(struct reader *r)
{
	return r->at + 1 < r->words.n ? r->words.items[++r->at] : "";
}

static void push(struct reader *r, enum macho_input kind, const char *name)
{
	struct macho_op op = { kind, name, r->at };

	if (r->out->ops.n < LINK_MAX_OBJECTS)
		*ARENA_PUSH(r->a, &r->out->ops) = op;
}

static const char *listed(const char *list, const char *name, const char *behind)
{
	size_t n = strlen(name);

	for (const char *p = list; (p = strstr(p, name)) != NULL; p++)
		if (p > list && p[-1] == ' ' && strncmp(p + n, behind, strlen(behind)) == 0)
			return p + n + strlen(behind);
	return NULL;
}

/* "-lz", "-weak-lz", "-framework X" and their kin. */
static bool take_library(struct reader *r, const char *w)
{
	static const char *const joined[] = { "l", "needed-l", "reexport-l", "weak-l", "upward-l", "hidden-l",
					      "lazy-l" };
	static const char *const frameworks[] = { "framework", "needed_framework", "reexport_framework",
						  "weak_framework", "upward_framework", "lazy_framework" };
	static const char *const files[] = { "needed_library", "reexport_library", "weak_library",
					     "upward_library", "lazy_library" };

	for (size_t i = 0; i < sizeof(frameworks) / sizeof(*frameworks); i++)
		if (strcmp(w, frameworks[i]) == 0) {
			push(r, MACHO_IN_FRAMEWORK, next(r));
			return true;
		}
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (strcmp(w, files[i]) == 0) {
			push(r, MACHO_IN_FILE, next(r));
			return true;
		}
	if (listed(with_values, w, ":") != NULL || listed(alone, w, " ") != NULL || strcmp(w,
		"lto_library") == 0)
		return false;
	for (size_t i = 0; i < sizeof(joined) / sizeof(*joined); i++)
		if (link_starts(w, joined[i])) {
			push(r, MACHO_IN_LIB, w + strlen(joined[i]));
			return true;
		}
	return false;
}

static bool take_flag(struct reader *r, const char *w)
{
	struct macho_line *o = r->out;
	const struct {
		const char *name;
		bool *to;
	} flags[] = { { "dylib", &o->dylib }, { "bundle", &o->bundle }, { "all_load", &o->all_load },
		      { "search_dylibs_first", &o->dylibs_first }, { "arch_errors_fatal", &o->arch_errors },
		      { "flat_namespace", &o->flat }, { "force_flat_namespace", &o->flat },
		      { "Z", &o->no_system_dirs }, { "demangle", &o->demangle }, { "dead_strip",
		      	&o->dead_strip } };

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (strcmp(w, flags[i].name) == 0) {
			*flags[i].to = true;
			return true;
		}
	return false;
}

static bool take_value(struct reader *r, const char *w)
{
	struct macho_line *o = r->out;
	const struct {
		const char *name;
		const char **to;
	} values[] = { { "arch", &o->arch }, { "o", &o->output }, { "e", &o->entry },
		       { "undefined", &o->undefined_treatment } };
	const struct {
		const char *name;
		struct link_texts *to;
	} lists[] = { { "syslibroot", &o->roots }, { "u", &o->undefined }, { "U", &o->dynamic },
		      { "exported_symbol", &o->exported } };

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (strcmp(w, values[i].name) == 0) {
			*values[i].to = next(r);
			return true;
		}
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		if (strcmp(w, lists[i].name) == 0) {
			*ARENA_PUSH(r->a, lists[i].to) = next(r);
			return true;
		}
	if (strcmp(w, "platform_version") == 0) {
		o->platform = next(r);
		o->minimum = next(r);
		next(r);
		return true;
	}
	if (strcmp(w, "filelist") == 0 || strcmp(w, "force_load") == 0) {
		push(r, *w == 'f' && w[1] == 'i' ? MACHO_IN_LIST : MACHO_IN_FORCED, next(r));
		return true;
	}
	return false;
}

/* -L and -F, with their value in the same word or the next. */
static bool take_folder(struct reader *r, const char *w)
{
	if (*w != 'L' && *w != 'F')
		return false;
	*ARENA_PUSH(r->a, *w == 'L' ? &r->libs : &r->frameworks) = w[1] != '\0' ? w + 1 : next(r);
	return true;
}

static bool pass_over(struct reader *r, const char *w)
{
	const char *number = listed(with_values, w, ":");

	if (number != NULL) {
		for (int i = *number - '0'; i > 0; i--)
			next(r);
		return true;
	}
	return listed(alone, w, " ") != NULL || (*w == 'y' && w[1] != '\0') || link_starts(w, "O");
}

static void take_word(struct reader *r, const char *w)
{
	if (w[0] != '-' || w[1] == '\0') {
		push(r, MACHO_IN_FILE, w);
		return;
	}
	if (w[1] == '-') { /* lld's own: a value stands behind "=" */
		if (strcmp(w, "--version") == 0 || strcmp(w, "--help") == 0 || strcmp(w,
			"--help-hidden") == 0)
			r->out->info = "it only prints a text";
		return;
	}
	w++;
	if (take_flag(r, w) || take_value(r, w) || take_library(r, w) || take_folder(r, w) || pass_over(r, w))
		return;
	if (r->out->unknown == NULL)
		r->out->unknown = w - 1;
}

static bool is_folder(struct reader *r, const char *path)
{
	struct os_stat st;

	return source_stat(r->source, path, true, &st) == 0 && st.type == OS_DIRECTORY;
}

/* An absolute folder counts below each root where it is there, and as it is where it is in none. */
static void add_folders(struct reader *r, const struct link_texts *given, const char *option,
			const char *const *system, struct link_texts *out)
{
	const struct link_texts *roots = &r->out->roots;

	for (size_t i = 0; i < given->n; i++) {
		const char *path = given->items[i];
		bool found = false;

		for (size_t k = 0; k < roots->n && *path == '/'; k++) {
			const char *below = arena_printf(r->a, "%s%s", roots->items[k], path);

			if (!is_folder(r, below))
				continue;
			*ARENA_PUSH(r->a, out) = below;
			found = true;
		}
		if (found)
			continue;
		if (is_folder(r, path))
			*ARENA_PUSH(r->a, out) = path;
		else
			*ARENA_PUSH(r->a, &r->out->absent_dirs) = arena_printf(r->a, "%s%s", option, path);
	}
	for (size_t i = 0; system[i] != NULL && !r->out->no_system_dirs; i++)
		for (size_t k = 0; k < (roots->n > 0 ? roots->n : 1); k++) {
			const char *root = roots->n > 0 ? roots->items[k] : "";
			const char *path = arena_printf(r->a, "%s%s", root, system[i]);

			if (is_folder(r, path))
				*ARENA_PUSH(r->a, out) = path;
		}
}

void link_macho_line(struct arena *a, struct source *source, const struct link_plan *plan,
		     struct macho_line *out)
{
	static const char *const libs[] = { "/usr/lib", "/usr/local/lib", NULL };
	static const char *const frameworks[] = { "/Library/Frameworks", "/System/Library/Frameworks", NULL };
	struct reader r = { .a = a, .source = source, .out = out };

	memset(out, 0, sizeof(*out));
	link_expand(a, source, plan->words.items, plan->words.n, &r.words);
	for (r.at = 0; r.at < r.words.n; r.at++)
		take_word(&r, r.words.items[r.at]);
	for (size_t i = 0; i < out->roots.n; i++)
		if (strcmp(out->roots.items[i], "/") == 0)
			out->roots.items[i] = "";
	add_folders(&r, &r.libs, "-L", libs, &out->dirs);
	add_folders(&r, &r.frameworks, "-F", frameworks, &out->frameworks);
}
