/* link_macho.c - what ld64.lld would do: lld's linker for Mach-O, as of release 14.
 *
 * Files are read from left to right; archives are remembered, and a reference brings their member in
 * at once, before the object that has the reference takes its own place. Nothing stops the link before
 * the end: what is undefined is told behind libraries that were not found. The rules are those of
 * lld/MachO: Driver.cpp, InputFiles.cpp, SymbolTable.cpp, Writer.cpp.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "build/link_macho.h"
#include "object/elfconst.h"
#include "object/macho.h"
#include "object/tbd.h"
#include "symbol/demangle.h"

enum { REEXPORT_DEPTH = 32, PULL_DEPTH = 4096, BRANCH = 2 };
#define PURE_INSTRUCTIONS 0x80000000u
#define SUBSECTIONS_VIA_SYMBOLS 0x2000u

struct macho_link {
	struct link *l;
	struct arena *a;
	const struct macho_line *line;
	uint32_t cpu, subtype;
	const char *arch, *tbd_platform;
	uint32_t platform, minimum;
	struct table seen;       /* libraries and archives that were read */
	unsigned depth, reexports;
	bool lazy_stub;          /* a call goes to a library */
};

/* ---- platforms --------------------------------------------------------------------------------------- */

static const struct platform {
	const char *name, *shown;
	uint32_t id, base;       /* base: without "simulator" */
} platforms[] = {
	{ "macos", "macOS", MACHO_MACOS, MACHO_MACOS },
	{ "ios", "iOS", MACHO_IOS, MACHO_IOS },
	{ "tvos", "tvOS", MACHO_TVOS, MACHO_TVOS },
	{ "watchos", "watchOS", MACHO_WATCHOS, MACHO_WATCHOS },
	{ "bridgeos", "bridgeOS", MACHO_BRIDGEOS, MACHO_BRIDGEOS },
	{ "mac-catalyst", "macCatalyst", MACHO_CATALYST, MACHO_CATALYST },
	{ "ios-simulator", "iOS Simulator", MACHO_IOS_SIM, MACHO_IOS },
	{ "tvos-simulator", "tvOS Simulator", MACHO_TVOS_SIM, MACHO_TVOS },
	{ "watchos-simulator", "watchOS Simulator", MACHO_WATCHOS_SIM, MACHO_WATCHOS },
	{ "driverkit", "DriverKit", MACHO_DRIVERKIT, MACHO_DRIVERKIT },
};

static const struct platform *platform_of(uint32_t id)
{
	for (size_t i = 0; i < sizeof(platforms) / sizeof(*platforms); i++)
		if (platforms[i].id == id)
			return &platforms[i];
	return NULL;
}

static bool take_platform(struct macho_link *m)
{
	const char *name = m->line->platform;
	const struct platform *p = name != NULL ? platform_of((uint32_t)strtoul(name, NULL, 10)) : NULL;

	for (size_t i = 0; name != NULL && p == NULL && i < sizeof(platforms) / sizeof(*platforms); i++)
		if (strcmp(platforms[i].name, name) == 0)
			p = &platforms[i];
	if (p == NULL)
		return false;
	m->platform = p->id;
	m->tbd_platform = p->id == MACHO_CATALYST ? "maccatalyst" : p->name;
	return true;
}

/* "11.0" as X << 16 | Y << 8 | Z */
static uint32_t version_of(const char *s)
{
	uint32_t v = 0;

	for (int shift = 16; shift >= 0; shift -= 8) {
		v |= ((uint32_t)strtoul(s, NULL, 10) & (shift == 16 ? 0xffff : 0xff)) << shift;
		s += strcspn(s, ".");
		s += *s == '.';
	}
	return v;
}

static bool take_arch(struct macho_link *m)
{
	static const struct {
		const char *name;
		uint32_t cpu, subtype;
	} known[] = { { "x86_64", MACHO_X86_64, 3 }, { "arm64", MACHO_ARM64, 0 }, { "arm64e",
		MACHO_ARM64, 2 },
		      { "x86_64h", MACHO_X86_64, 8 }, { "arm64_32", MACHO_ARM64_32, 1 },
		      { "i386", MACHO_I386, 3 }, { "armv7", MACHO_ARM, 9 }, { "armv7k", MACHO_ARM, 12 },
		      { "armv7s", MACHO_ARM, 11 } };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (m->line->arch != NULL && strcmp(known[i].name, m->line->arch) == 0) {
			m->arch = known[i].name;
			m->cpu = known[i].cpu;
			m->subtype = known[i].subtype;
			return true;
		}
	return false;
}

/* ---- complaints -------------------------------------------------------------------------------------- */

/* The line is that of message/ld_text.def, with what it holds. */
__attribute__((format(printf, 4, 5))) static struct link_trouble *
complain(struct macho_link *m, enum link_trouble_kind kind, const char *path, const char *fmt, ...)
{
	struct link_trouble *t = link_trouble(m->l, kind, true);
	va_list ap;

	t->path = path;
	va_start(ap, fmt);
	link_line(m->l, t, true, arena_vprintf(m->a, fmt, ap));
	va_end(ap);
	return t;
}

static struct link_missing *missing(struct macho_link *m, const char *name, const char *lib, size_t word)
{
	struct link_missing *x = ARENA_NEW(m->a, struct link_missing);

	x->name = name;
	x->lib = lib;
	x->search = m->l->searches;
	x->op.kind = LINK_LIB;
	x->op.name = lib;
	x->op.word = word;
	*ARENA_PUSH(m->a, &m->l->missing) = x;
	return x;
}

/* Does the file fit the platform? If not, that is said. */
static bool fits_platform(struct macho_link *m, const struct macho *o, const char *shown)
{
	const struct platform *mine = platform_of(m->platform), *its = platform_of(o->platform);

	if (o->platform == 0)
		return true;
	if (its == NULL || mine == NULL || its->base != mine->base) {
		complain(m, LT_WRONG_PLATFORM, shown,
			 LD_MACHO_PLATFORM, m->l->self, shown, its != NULL ? its->shown : "unknown",
			 mine != NULL ? mine->shown : "unknown")
			->detail = its != NULL ? its->shown : "unknown";
		return false;
	}
	if (o->minimum > m->minimum) {
		struct link_trouble *t = link_trouble(m->l, LT_OTHER, false);

		link_line_of(m->l, t, true, LD_MACHO_NEWER, m->l->self, shown, o->minimum >> 16,
			     o->minimum >> 8 & 0xff, o->minimum & 0xff, m->line->minimum);
	}
	return true;
}

/* Names stay as they are in the file, unless -demangle is given. */
static const char *shown(struct macho_link *m, const char *name)
{
	const char *text = m->line->demangle && link_starts(name, "__Z") ? demangle(m->a, name + 1) : NULL;

	return text != NULL ? text : name;
}

/* ---- symbols ----------------------------------------------------------------------------------------- */

static void pull(struct macho_link *m, struct link_archive *ar, uint64_t header, const struct link_sym *s);

static struct link_sym *symbol(struct macho_link *m, const char *name)
{
	return link_intern(m->l, name, elf_gnu_hash(name));
}

static void pull_lazy(struct macho_link *m, struct link_sym *s)
{
	struct link_archive *ar = s->lazy;

	s->state = LINK_UNDEFINED;
	s->lazy = NULL;
	pull(m, ar, s->lazy_header, s);
}

static void want(struct macho_link *m, struct link_sym *s, struct link_object *by)
{
	s->ref_regular = s->ref_regular_strong = true;
	if (s->asker == NULL)
		s->asker = by;
	if (s->state == LINK_NEW)
		s->state = LINK_UNDEFINED;
	else if (s->state == LINK_LAZY)
		pull_lazy(m, s);
}

static void place(struct link_sym *s, struct link_object *o, enum link_state state, uint64_t size)
{
	s->state = state;
	s->owner = o;
	s->by_dso = false;
	s->size = size;
}

/* Function or data, by the section that it stands in. */
static uint8_t type_of(const struct link_object *o, const struct macho_symbol *x)
{
	struct macho_section s;

	if ((x->type & MACHO_N_TYPE) != MACHO_N_SECT || !macho_section(o->macho, x->section, &s))
		return STT_OBJECT;
	return (s.flags & PURE_INSTRUCTIONS) != 0 ? STT_FUNC : STT_OBJECT;
}

/* A weak definition that is not the one taken is left out with all that it refers to. */
static void leave_out(struct macho_link *m, struct link_object *o, uint32_t section, uint64_t value)
{
	struct link_gap gap = { section, value, UINT64_MAX };
	struct macho_symbol x;

	if ((o->macho->flags & SUBSECTIONS_VIA_SYMBOLS) == 0)
		return;
	for (uint32_t i = 0; macho_symbol(o->macho, i, &x); i++)
		if ((x.type & MACHO_N_STAB) == 0 && (x.type & MACHO_N_TYPE) == MACHO_N_SECT &&
		    x.section == section && x.value > value && x.value < gap.end)
			gap.end = x.value;
	*ARENA_PUSH(m->a, &o->gaps) = gap;
}

static void define(struct macho_link *m, struct link_sym *s, struct link_object *o, enum link_state state,
		   const struct macho_symbol *x)
{
	uint64_t size = x->value;
	bool have = !s->by_dso && (s->state == LINK_DEFINED || s->state == LINK_WEAK), common = !s->by_dso &&
		    s->state == LINK_COMMON;

	if (state == LINK_COMMON && (have || (common && size < s->size)))
		return;
	if (have && state == LINK_WEAK) {
		leave_out(m, o, x->section, x->value);
		return;
	}
	if (have && s->state == LINK_WEAK)
		leave_out(m, s->owner, s->section, s->value);
	if (have && s->state == LINK_DEFINED) {
		struct link_trouble *t = complain(m, LT_MULTIPLE, NULL, LD_LLD_DUPLICATE, m->l->self,
						  shown(m, s->name));

		link_line_of(m->l, t, false, LD_LLD_DEFINED_IN, s->owner->shown);
		link_line_of(m->l, t, false, LD_LLD_DEFINED_IN, o->shown);
		t->object = o;
		t->other = s->owner;
		t->sym = s;
		t->symbol = s->name;
	}
	place(s, o, state, size);
	s->type = type_of(o, x);
	s->section = x->section;
	s->value = x->value;
}

/* A library has the symbol. */
static void define_shared(struct macho_link *m, const char *name, bool weak)
{
	struct link_sym *s = symbol(m, name);

	s->in_dso = true;
	if (s->state == LINK_NEW || s->state == LINK_UNDEFINED ||
	    (s->by_dso && s->state == LINK_WEAK && !weak)) {
		s->state = weak ? LINK_WEAK : LINK_DEFINED;
		s->by_dso = true;
	}
}

static void offer(struct macho_link *m, struct link_sym *s, struct link_archive *ar, uint64_t header)
{
	if (s->state == LINK_UNDEFINED || (s->state == LINK_WEAK && s->by_dso && s->ref_regular)) {
		pull(m, ar, header, s);
	} else if (s->state == LINK_NEW || (s->state == LINK_WEAK && s->by_dso)) {
		s->state = LINK_LAZY;
		s->by_dso = false;
		s->lazy = ar;
		s->lazy_header = header;
	}
}

/* ---- objects ----------------------------------------------------------------------------------------- */

static void add_library(struct macho_link *m, const char *name, size_t word);
static void add_framework(struct macho_link *m, const char *name, size_t word);

/* What an object asks for itself: "-lz", or "-framework" and a name. */
static void take_options(struct macho_link *m, const struct macho *o, size_t word)
{
	struct macho_command c;
	size_t at = 0;

	while (macho_command(o, &at, &c)) {
		const char *first, *second;

		if (c.command != MACHO_LC_LINKER_OPTION || (first = view_cstr(c.bytes, 12)) == NULL)
			continue;
		second = view_cstr(c.bytes, 12 + strlen(first) + 1);
		if (link_starts(first, "-l"))
			add_library(m, first + 2, word);
		else if (strcmp(first, "-framework") == 0 && second != NULL)
			add_framework(m, second, word);
	}
}

/* State of a symbol as its object has it; LINK_NEW: it is no global one. */
static enum link_state state_of(const struct macho_symbol *s)
{
	unsigned type = s->type & MACHO_N_TYPE;

	if ((s->type & MACHO_N_STAB) != 0 || (s->type & MACHO_N_EXT) == 0 || *s->name == '\0')
		return LINK_NEW;
	if (type == MACHO_N_UNDF)
		return s->value != 0 ? LINK_COMMON : LINK_UNDEFINED;
	if (type != MACHO_N_SECT && type != MACHO_N_ABS)
		return LINK_NEW;
	return (s->desc & MACHO_N_WEAK_DEF) != 0 ? LINK_WEAK : LINK_DEFINED;
}

/* The order in which lld looks at the symbols of an object. */
struct ordered {
	struct macho_symbol s;
	enum link_state state;
	unsigned rank;           /* none of a section, section by section, undefined ones */
	uint32_t index;
};

static int compare_symbols(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->rank != 0 && x->state != LINK_UNDEFINED && x->s.value != y->s.value)
		return x->s.value < y->s.value ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static void read_symbols(struct macho_link *m, struct link_object *o)
{
	struct ordered *v = ARENA_ARRAY(m->a, (size_t)o->macho->nsymbols + 1, struct ordered);
	size_t n = 0;

	for (uint32_t i = 0; macho_symbol(o->macho, i, &v[n].s); i++) {
		struct ordered *x = &v[n];

		x->state = state_of(&x->s);
		x->index = i;
		x->rank = x->state == LINK_UNDEFINED ? 256 :
			  (x->s.type & MACHO_N_TYPE) == MACHO_N_SECT ? x->s.section : 0;
		n += x->state != LINK_NEW;
	}
	qsort(v, n, sizeof(*v), compare_symbols);
	for (size_t i = 0; i < n; i++)
		if (v[i].state == LINK_UNDEFINED)
			want(m, symbol(m, v[i].s.name), o);
		else
			define(m, symbol(m, v[i].s.name), o, v[i].state, &v[i].s);
}

static void say_arch(struct macho_link *m, const struct macho *o, const char *shown)
{
	const char *its = macho_cpu_name(o->cpu, o->subtype);
	bool fatal = m->line->arch_errors;
	struct link_trouble *t = link_trouble(m->l, LT_WRONG_ARCH, fatal);

	t->path = shown;
	t->detail = its != NULL ? its : "unknown";
	if (fatal)
		link_line_of(m->l, t, true, LD_MACHO_ARCH_ERROR, m->l->self, shown, t->detail, m->arch);
	else
		link_line_of(m->l, t, true, LD_MACHO_ARCH, m->l->self, shown, t->detail, m->arch);
}

static bool same_cpu(const struct macho_link *m, const struct macho *o)
{
	const char *its = macho_cpu_name(o->cpu, o->subtype);

	return its != NULL && strcmp(its, m->arch) == 0;
}

static void add_object(struct macho_link *m, struct link_object *o)
{
	if (m->l->objects.n >= LINK_MAX_OBJECTS || m->depth > PULL_DEPTH) {
		m->l->cut = true;
		return;
	}
	m->depth++;
	if (!same_cpu(m, o->macho)) {
		say_arch(m, o->macho, o->shown);
	} else if (fits_platform(m, o->macho, o->shown)) {
		take_options(m, o->macho, o->op);
		read_symbols(m, o);
		*ARENA_PUSH(m->a, &m->l->objects) = o; /* members that it brought in stand before it */
	}
	m->depth--;
}

static struct link_object *new_object(struct macho_link *m, struct view v, const char *path,
	const char *shown)
{
	struct link_object *o = ARENA_NEW(m->a, struct link_object);
	struct macho *x = ARENA_NEW(m->a, struct macho);

	if (!macho_open(v, x) || x->type != MACHO_OBJECT)
		return NULL;
	o->kind = LINK_REL;
	o->path = path;
	o->shown = shown;
	o->macho = x;
	o->op = m->l->at.op;
	return o;
}

/* ---- archives ---------------------------------------------------------------------------------------- */

/* The member as an object; NULL: it is none. */
static struct link_object *member(struct macho_link *m, struct link_archive *ar, const struct ar_member *x)
{
	struct view v = ar_bytes(&ar->ar, x);
	const char *name = arena_strndup(m->a, x->name, x->nname);
	struct link_object *o = new_object(m, v, ar->path, arena_printf(m->a, "%s(%s)", ar->shown, name));

	if (o == NULL)
		return NULL;
	o->member = name;
	o->archive = ar;
	o->header = x->header;
	o->op = ar->op;
	o->lib = ar->lib;
	*ARENA_PUSH(m->a, &ar->members) = o;
	return o;
}

static bool was_read(const struct link_archive *ar, uint64_t header)
{
	for (size_t i = 0; i < ar->members.n; i++)
		if (ar->members.items[i]->header == header)
			return true;
	return false;
}

static void pull(struct macho_link *m, struct link_archive *ar, uint64_t header, const struct link_sym *s)
{
	struct ar_member x;
	struct link_object *o;
	uint64_t at = header;

	if (was_read(ar, header) || !ar_next(&ar->ar, &at, &x))
		return;
	if (x.outside)
		m->l->cut = true; /* thin archives of Mach-O files are not followed */
	o = member(m, ar, &x);
	if (o == NULL)
		return;
	o->pulled_by = s;
	add_object(m, o);
}

static void add_all_members(struct macho_link *m, struct link_archive *ar, const char *reason)
{
	uint64_t at = ar->ar.first;
	struct ar_member x;

	while (ar_next(&ar->ar, &at, &x)) {
		struct link_object *o = was_read(ar, x.header) ? NULL : member(m, ar, &x);

		if (o != NULL) {
			add_object(m, o);
		} else if (!was_read(ar, x.header)) {
			complain(m, LT_NOT_RECOGNIZED, ar->shown, LD_MACHO_MEMBER, m->l->self,
				 ar->shown, reason, (int)x.nname, x.name);
			return;
		}
	}
}

static void add_archive(struct macho_link *m, struct view v, const char *path, const char *lib, bool forced)
{
	struct link_archive *ar = ARENA_NEW(m->a, struct link_archive);
	struct ar_walk walk = { 0, 0 };
	struct ar_member x;
	const char *name;
	uint64_t header, at;

	ar->path = ar->shown = path;
	ar->op = m->l->at.op;
	ar->lib = lib;
	if (!ar_open(v, &ar->ar) || table_get(&m->seen, path, elf_gnu_hash(path)) != NULL)
		return; /* an archive is read once, even if it is forced the second time */
	table_put(&m->seen, path, elf_gnu_hash(path), m);
	ar->has_index = ar->ar.form != AR_NO_INDEX && ar->ar.nsymbols > 0;
	*ARENA_PUSH(m->a, &m->l->archives) = ar;
	at = ar->ar.first;
	if (ar->ar.form == AR_NO_INDEX && ar_next(&ar->ar, &at, &x))
		complain(m, LT_NO_INDEX, path, LD_MACHO_NO_INDEX, m->l->self, path);
	ar->whole = forced || m->line->all_load;
	if (ar->whole)
		add_all_members(m, ar, forced ? "-force_load" : "-all_load");
	while (ar_index_next(&ar->ar, &walk, &name, &header))
		offer(m, symbol(m, name), ar, header);
}

/* ---- libraries --------------------------------------------------------------------------------------- */

static void add_dylib(struct macho_link *m, struct view v, const char *path);
static const struct store_entry *entry_of(struct macho_link *m, const char *path);

static bool is_regular(struct macho_link *m, const char *path)
{
	const struct store_entry *en = entry_of(m, path);

	return en != NULL && en->err == 0 && en->file->st.type == OS_REGULAR;
}

/* A library, or the stub that stands for it: ".tbd" is looked for first. NULL: neither is there. */
static const char *resolve_dylib(struct macho_link *m, const char *path)
{
	const char *base = link_base(path), *dot = strrchr(base, '.');
	const char *stub = arena_printf(m->a, "%.*s.tbd", (int)(dot != NULL ? (size_t)(dot - path) :
								strlen(path)), path);

	return is_regular(m, stub) ? stub : is_regular(m, path) ? path : NULL;
}

/* Where a library lies that another one re-exports. */
static const char *find_reexport(struct macho_link *m, const char *name)
{
	const char *base = link_base(name), *dot = strrchr(base, '.'), *found = NULL;
	const char *stem = arena_strndup(m->a, base, dot != NULL ? (size_t)(dot - base) : strlen(base));
	const char *framework = arena_printf(m->a, "%s.framework/%s", stem, stem);
	const struct link_texts *dirs = link_ends(name, framework) ? &m->line->frameworks : &m->line->dirs;
	const char *tail = link_ends(name, framework) ? framework : stem;

	for (size_t i = 0; i < dirs->n && found == NULL; i++)
		found = resolve_dylib(m, arena_printf(m->a, "%s/%s%s", dirs->items[i], tail,
						      tail == stem ? ".dylib" : ""));
	for (size_t i = 0; i < m->line->roots.n && found == NULL && *name == '/'; i++)
		found = resolve_dylib(m, arena_printf(m->a, "%s%s", m->line->roots.items[i], name));
	return found != NULL || *name != '/' ? found : resolve_dylib(m, name);
}

static void add_reexport(struct macho_link *m, const char *name, const char *by)
{
	const char *path = find_reexport(m, name);
	struct link_missing *x;

	if (m->reexports >= REEXPORT_DEPTH)
		return;
	if (path != NULL) {
		m->reexports++;
		add_dylib(m, entry_of(m, path)->file->bytes, path);
		m->reexports--;
		return;
	}
	x = missing(m, name, NULL, 0);
	x->script = by;
	complain(m, LT_NO_FILE, name, LD_MACHO_REEXPORT, m->l->self, name)->missing = x;
}

struct stub {
	struct macho_link *m;
	const char *path, *name;
	bool fits;
	const char *inner;       /* install name of the document that is read */
	struct link_texts inside, reexports;
};

static bool find_documents(void *ctx, const struct tbd_item *item)
{
	struct stub *s = ctx;
	struct macho_link *m = s->m;
	const char *text = arena_strndup(m->a, item->text, item->n);

	if (item->kind == TBD_NAME && item->document == 0)
		s->name = text;
	else if (item->kind == TBD_NAME)
		*ARENA_PUSH(m->a, &s->inside) = text;
	else if (item->kind == TBD_TARGET && item->document == 0)
		s->fits = s->fits || strcmp(text, arena_printf(m->a, "%s-%s", m->arch, m->tbd_platform)) == 0;
	else if (item->kind == TBD_REEXPORT)
		*ARENA_PUSH(m->a, &s->reexports) = text;
	return false;
}

static bool take_stub_symbol(void *ctx, const struct tbd_item *item)
{
	struct stub *s = ctx;
	struct arena *a = s->m->a;
	const char *name = arena_strndup(a, item->text, item->n);

	switch (item->kind) {
	case TBD_SYMBOL:
	case TBD_WEAK:
	case TBD_THREAD_LOCAL:
		if (!link_starts(name, "$ld$"))
			define_shared(s->m, name, item->kind == TBD_WEAK);
		break;
	case TBD_CLASS:
		define_shared(s->m, arena_printf(a, "_OBJC_CLASS_$_%s", name), false);
		define_shared(s->m, arena_printf(a, "_OBJC_METACLASS_$_%s", name), false);
		break;
	case TBD_IVAR: define_shared(s->m, arena_printf(a, "_OBJC_IVAR_$_%s", name), false); break;
	case TBD_EH_TYPE: define_shared(s->m, arena_printf(a, "_OBJC_EHTYPE_$_%s", name), false); break;
	default: break;
	}
	return false;
}

static bool is_inside(const struct stub *s, const char *name)
{
	for (size_t i = 0; i < s->inside.n; i++)
		if (strcmp(s->inside.items[i], name) == 0)
			return true;
	return false;
}

static void add_stub(struct macho_link *m, struct view v, const char *path)
{
	struct stub s = { .m = m, .path = path };

	tbd_each(v, m->arch, m->tbd_platform, find_documents, &s);
	if (!s.fits) {
		complain(m, LT_WRONG_PLATFORM, path, LD_MACHO_STUB, m->l->self, path,
			 s.name != NULL ? s.name : "", m->arch, platform_of(m->platform)->shown);
		return;
	}
	tbd_each(v, m->arch, m->tbd_platform, take_stub_symbol, &s);
	for (size_t i = 0; i < s.reexports.n; i++)
		if (!is_inside(&s, s.reexports.items[i]))
			add_reexport(m, s.reexports.items[i],
				     arena_printf(m->a, "%s(%s)", path, s.name != NULL ? s.name : ""));
}

static bool take_export(void *ctx, const char *name, uint64_t flags)
{
	struct macho_link *m = ctx;

	define_shared(m, arena_strdup(m->a, name), (flags & MACHO_EXPORT_WEAK) != 0);
	return false;
}

static void add_shared(struct macho_link *m, const struct macho *o, const char *path)
{
	struct macho_command c;
	size_t at = 0;

	if (o->id == NULL) {
		complain(m, LT_NOT_RECOGNIZED, path, LD_MACHO_NO_ID, m->l->self, path);
		return;
	}
	if (!fits_platform(m, o, path))
		return;
	if (!macho_each_export(o, take_export, m))
		m->l->cut = true;
	while (macho_command(o, &at, &c)) {
		const char *name = c.command == MACHO_LC_REEXPORT_DYLIB ? macho_command_string(o, &c,
			8) : NULL;

		if (name != NULL)
			add_reexport(m, name, path);
	}
}

static void add_dylib(struct macho_link *m, struct view v, const char *path)
{
	struct macho o;

	if (table_get(&m->seen, path, elf_gnu_hash(path)) != NULL)
		return;
	table_put(&m->seen, path, elf_gnu_hash(path), m);
	if (tbd_is(v))
		add_stub(m, v, path);
	else if (macho_open(v, &o))
		add_shared(m, &o, path);
}

/* ---- any file ---------------------------------------------------------------------------------------- */

static const struct store_entry *entry_of(struct macho_link *m, const char *path)
{
	return link_open(m->l, path);
}

/* The slice of a universal file for the output; the file itself if it is none. False: that was said. */
static bool slice_of(struct macho_link *m, struct view *v, const char *path)
{
	struct macho_fat fat;
	struct macho_slice s;

	if (!macho_fat_open(*v, &fat) || fat.wide)
		return true;
	for (uint32_t i = 0; i < fat.n && macho_fat_slice(&fat, i, &s); i++) {
		if (s.cpu != m->cpu || s.subtype != m->subtype)
			continue;
		if (view_sub(*v, s.offset, s.size, v))
			return true;
		complain(m, LT_TRUNCATED, path, LD_MACHO_SLICE_CUT, m->l->self, path);
		return false;
	}
	complain(m, LT_WRONG_ARCH, path, LD_MACHO_SLICE, m->l->self, path);
	return false;
}

static void say_absent(struct macho_link *m, const char *path, int err, size_t word)
{
	struct link_trouble *t = err == EACCES
					 ? complain(m, LT_NO_FILE, path, LD_MACHO_DENIED, m->l->self, path)
					 : complain(m, LT_NO_FILE, path, LD_LLD_NO_FILE, m->l->self, path);

	t->missing = missing(m, path, NULL, word);
}

static void add_bytes(struct macho_link *m, struct view v, const char *path, const char *lib, bool forced)
{
	struct link_object *o;
	struct macho x;
	struct ar ar;

	if (ar_open(v, &ar)) {
		add_archive(m, v, path, lib, forced);
		return;
	}
	if (tbd_is(v)) {
		add_dylib(m, v, path);
		return;
	}
	if (!macho_open(v, &x)) {
		complain(m, LT_NOT_RECOGNIZED, path, LD_MACHO_TYPE, m->l->self, path);
		return;
	}
	if (x.type == MACHO_DYLIB || x.type == MACHO_DYLIB_STUB) {
		add_dylib(m, v, path);
		return;
	}
	o = new_object(m, v, path, path);
	if (o == NULL) {
		complain(m, LT_EXECUTABLE, path, LD_MACHO_TYPE, m->l->self, path);
		return;
	}
	o->command = true;
	o->lib = lib;
	add_object(m, o);
}

static void add_file(struct macho_link *m, const char *path, const char *lib, bool forced, size_t word)
{
	const struct store_entry *en;
	struct view v;

	for (size_t i = 0; i < m->line->roots.n && *path == '/' && !link_ends(path, ".o"); i++) {
		const char *below = arena_printf(m->a, "%s%s", m->line->roots.items[i], path);

		if (is_regular(m, below)) {
			path = below;
			break;
		}
	}
	en = entry_of(m, path);
	if (en == NULL || en->err != 0) {
		say_absent(m, path, en != NULL ? en->err : ENOENT, word);
		return;
	}
	if (en->file->st.type == OS_DIRECTORY) {
		complain(m, LT_FOLDER, path, LD_LLD_FOLDER, m->l->self, path);
		return;
	}
	v = en->file->bytes;
	if (slice_of(m, &v, path))
		add_bytes(m, v, path, lib, forced);
}

/* ---- the search -------------------------------------------------------------------------------------- */

static const char *try_names(struct macho_link *m, const char *lib, const char *const *ends)
{
	for (size_t i = 0; i < m->line->dirs.n; i++)
		for (size_t k = 0; ends[k] != NULL; k++) {
			const char *dir = m->line->dirs.items[i];
			const char *path = arena_printf(m->a, "%s/lib%s%s", dir, lib, ends[k]);
			bool there = is_regular(m, path);

			link_saw(m->l, path, lib, there ? SEEN_TAKEN : SEEN_ABSENT, NULL);
			if (there)
				return path;
		}
	return NULL;
}

static void add_library(struct macho_link *m, const char *name, size_t word)
{
	static const char *const all[] = { ".tbd", ".dylib", ".a", NULL };
	static const char *const shared[] = { ".tbd", ".dylib", NULL }, *const archives[] = { ".a", NULL };
	const char *path;

	m->l->searches++;
	path = try_names(m, name, m->line->dylibs_first ? shared : all);
	if (path == NULL && m->line->dylibs_first)
		path = try_names(m, name, archives);
	if (path != NULL) {
		add_file(m, path, name, false, word);
		return;
	}
	complain(m, LT_NO_LIB, NULL, LD_MACHO_NO_LIB, m->l->self, name)->missing =
		missing(m, arena_printf(m->a, "-l%s", name), name, word);
}

/* "Foo", or "Foo,_debug" with a suffix that is tried first. */
static void add_framework(struct macho_link *m, const char *name, size_t word)
{
	size_t n = strcspn(name, ",");
	const char *base = arena_strndup(m->a, name, n), *suffix = name[n] == ',' ? name + n + 1 : "";
	const struct link_texts *dirs = &m->line->frameworks;
	const char *path = NULL;
	struct link_missing *x;

	m->l->searches++;
	for (size_t i = 0; i < dirs->n && path == NULL; i++) {
		const char *in = arena_printf(m->a, "%s/%s.framework/%s", dirs->items[i], base, base);

		if (*suffix != '\0')
			path = resolve_dylib(m, arena_printf(m->a, "%s%s", in, suffix));
		if (path == NULL)
			path = resolve_dylib(m, in);
		link_saw(m->l, in, base, path != NULL ? SEEN_TAKEN : SEEN_ABSENT, NULL);
	}
	if (path != NULL) {
		add_file(m, path, NULL, false, word);
		return;
	}
	x = missing(m, base, NULL, word);
	complain(m, LT_NO_FRAMEWORK, base, LD_MACHO_NO_FRAMEWORK, m->l->self, base)->missing = x;
}

static void add_list(struct macho_link *m, const char *path, size_t word)
{
	const struct store_entry *en = entry_of(m, path);
	const char *p, *end;

	if (en == NULL || en->err != 0 || en->file->st.type != OS_REGULAR) {
		say_absent(m, path, en != NULL ? en->err : ENOENT, word);
		return;
	}
	p = (const char *)en->file->bytes.p;
	end = p != NULL ? p + en->file->bytes.n : p;
	while (p != NULL && p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		size_t n = stop != NULL ? (size_t)(stop - p) : (size_t)(end - p);

		if (n > 0)
			add_file(m, arena_strndup(m->a, p, n), NULL, false, word);
		p += n + (stop != NULL);
	}
}

/* ---- what is left undefined -------------------------------------------------------------------------- */

static bool is_error(const struct macho_link *m)
{
	const char *t = m->line->undefined_treatment;

	return t == NULL || strcmp(t, "error") == 0 ||
	       (!m->line->flat && (strcmp(t, "warning") == 0 || strcmp(t, "suppress") == 0));
}

/* by: who refers to it, in lld's words. */
static void say_undefined(struct macho_link *m, const struct link_sym *s, const struct link_object *o,
			  const char *by)
{
	struct link_trouble *t;

	if (!is_error(m))
		return;
	t = complain(m, LT_UNDEFINED, NULL, LD_LLD_UNDEFINED, m->l->self, "", shown(m, s->name));
	link_line_of(m->l, t, false, LD_LLD_REFERENCED, by);
	t->object = o;
	t->sym = s;
	t->symbol = s->name;
}

/* Names that lld defines itself. */
static bool is_given(const char *name)
{
	static const char *const names[] = { "__mh_execute_header", "__mh_dylib_header", "__mh_bundle_header",
					     "__mh_dylinker_header", "___dso_handle" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return link_starts(name, "section$start$") || link_starts(name, "section$end$") ||
	       link_starts(name, "segment$start$") || link_starts(name, "segment$end$");
}

static bool is_debug(const struct macho_section *s)
{
	return (s->flags & 0x02000000) != 0 || (s->nsegment == 7 && memcmp(s->segment, "__DWARF", 7) == 0) ||
	       (s->nname == 16 && memcmp(s->name, "__compact_unwind", 16) == 0);
}

static bool is_left_out(const struct link_object *o, uint32_t section, uint64_t address)
{
	for (size_t i = 0; i < o->gaps.n; i++)
		if (o->gaps.items[i].section == section && address >= o->gaps.items[i].begin &&
		    address < o->gaps.items[i].end)
			return true;
	return false;
}

static void check_section(struct macho_link *m, const struct link_object *o, uint32_t number,
			  const struct macho_section *s)
{
	struct macho_symbol x;
	struct macho_reloc r;

	for (uint32_t i = 0; macho_reloc(o->macho, s, i, &r); i++) {
		const struct link_sym *sym;

		if (r.scattered || !r.external || is_left_out(o, number, s->address + r.address) ||
		    !macho_symbol(o->macho, r.symbol, &x) ||
		    state_of(&x) == LINK_NEW)
			continue;
		sym = symbol(m, x.name);
		if (sym->state == LINK_UNDEFINED && !sym->option && !is_given(x.name))
			say_undefined(m, sym, o, o->shown);
		if (r.type == BRANCH && ((sym->by_dso && sym->state == LINK_DEFINED) ||
					 (sym->state == LINK_UNDEFINED && !is_given(x.name))))
			m->lazy_stub = true;
	}
}

static void check_list(struct macho_link *m, const struct link_texts *names, const char *by)
{
	for (size_t i = 0; i < names->n; i++) {
		const struct link_sym *s = symbol(m, names->items[i]);

		if (s->state == LINK_UNDEFINED || s->state == LINK_NEW)
			say_undefined(m, s, NULL, by);
	}
}

static bool makes_program(const struct macho_link *m)
{
	return !m->line->dylib && !m->line->bundle;
}

static void check(struct macho_link *m)
{
	struct link_texts entry = { NULL, 0, 0 };
	const struct link_sym *binder;
	struct macho_section s;

	if (makes_program(m))
		*ARENA_PUSH(m->a, &entry) = m->line->entry != NULL ? m->line->entry : "_main";
	check_list(m, &entry, "the entry point");
	check_list(m, &m->line->undefined, "-u");
	check_list(m, &m->line->exported, "-exported_symbol(s_list)");
	for (size_t i = 0; i < m->l->objects.n; i++)
		for (uint32_t k = 1; macho_section(m->l->objects.items[i]->macho, k, &s); k++)
			if (!is_debug(&s))
				check_section(m, m->l->objects.items[i], k, &s);
	binder = link_find(m->l, "dyld_stub_binder");
	if (m->lazy_stub && (binder == NULL || binder->state == LINK_UNDEFINED || binder->state == LINK_NEW))
		say_undefined(m, symbol(m, "dyld_stub_binder"), NULL,
			      "lazy binding (normally in libSystem.dylib)");
}

/* ---- the whole link ---------------------------------------------------------------------------------- */

static bool refuse_line(struct macho_link *m)
{
	const struct macho_line *line = m->line;

	if (line->unknown != NULL) {
		complain(m, LT_OPTION, line->unknown, LD_LLD_OPTION, m->l->self, line->unknown);
		return true;
	}
	if (line->platform == NULL || line->arch == NULL) {
		complain(m, LT_NOTHING, NULL, LD_MACHO_MUST_SAY, m->l->self,
			 line->arch == NULL ? "-arch" : "-platform_version");
		return true;
	}
	if (!take_arch(m) || !take_platform(m)) {
		m->l->cut = true;
		return true;
	}
	m->minimum = version_of(line->minimum);
	return false;
}

static void warn_folders(struct macho_link *m)
{
	for (size_t i = 0; i < m->line->absent_dirs.n; i++)
		link_line_of(m->l, link_trouble(m->l, LT_OTHER, false), true,
			     LD_MACHO_NO_FOLDER, m->l->self, m->line->absent_dirs.items[i]);
	if (m->line->undefined_treatment != NULL && is_error(m) &&
	    strcmp(m->line->undefined_treatment, "error") != 0)
		complain(m, LT_OPTION, m->line->undefined_treatment, LD_MACHO_TREATMENT, m->l->self,
			 m->line->undefined_treatment);
}

static void name_symbols(struct macho_link *m)
{
	if (makes_program(m))
		want(m, symbol(m, m->line->entry != NULL ? m->line->entry : "_main"), NULL);
	for (size_t i = 0; i < m->line->undefined.n; i++)
		want(m, symbol(m, m->line->undefined.items[i]), NULL);
	for (size_t i = 0; i < m->line->exported.n; i++)
		if (strpbrk(m->line->exported.items[i], "*?[") == NULL)
			want(m, symbol(m, m->line->exported.items[i]), NULL);
	for (size_t i = 0; i < m->line->dynamic.n; i++)
		symbol(m, m->line->dynamic.items[i])->option = true;
}

void link_macho_run(struct link *l)
{
	struct macho_line *line = ARENA_NEW(l->a, struct macho_line);
	struct macho_link m = { .l = l, .a = l->a, .line = line };

	link_macho_line(l->a, l->source, l->plan, line);
	table_init(&m.seen, l->a);
	if (refuse_line(&m))
		return;
	warn_folders(&m);
	name_symbols(&m);
	for (size_t i = 0; i < line->ops.n; i++) {
		const struct macho_op *op = &line->ops.items[i];

		l->at.op = i;
		switch (op->kind) {
		case MACHO_IN_LIB: add_library(&m, op->name, op->word); break;
		case MACHO_IN_FRAMEWORK: add_framework(&m, op->name, op->word); break;
		case MACHO_IN_LIST: add_list(&m, op->name, op->word); break;
		default: add_file(&m, op->name, NULL, op->kind == MACHO_IN_FORCED, op->word); break;
		}
	}
	check(&m);
}
