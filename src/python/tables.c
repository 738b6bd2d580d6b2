/* tables.c - tables of names in the file that holds an interpreter.
 *
 * PyImport_Inittab (import.c, config.c) and the tables of frozen modules (frozen.c) are arrays of
 * structures that begin with a pointer to a name. In a position-independent file the pointers are
 * filled by relocations; in another one they stand in the data.
 */
#include <stdlib.h>
#include <string.h>

#include "object/elfconst.h"
#include "python/core.h"

enum {
	SLOTS_MAX = 4000000, /* relocations read */
	NAMES_MAX = 4096,    /* modules in one table */
	ENDINGS_MAX = 8,
	NAME_MAX_BYTES = 256
};

/* ---- pointers ----------------------------------------------------------------------------- */

static int by_address(const void *x, const void *y)
{
	const struct py_slot *a = x, *b = y;

	return a->at < b->at ? -1 : a->at > b->at;
}

static uint64_t value_of(const struct py_tables *t, const struct elf_rel *r)
{
	struct elf_sym sym;

	if (r->sym == 0)
		return (uint64_t)r->addend;
	if (!elf_sym(t->elf, r->sym, &sym) || sym.shndx == 0)
		return 0;
	return sym.value + (uint64_t)r->addend;
}

/* Only tables with addends say what a word will be; in those without, the data says it already. */
static void read_slots(struct py_tables *t)
{
	struct elf_relocs r;
	bool sorted = true;
	struct elf_rel rel;
	uint64_t n;

	elf_relocs_open(t->elf, &r);
	n = r.rela[ELF_RELA] ? r.rel[ELF_RELA].n : 0;
	if (n > SLOTS_MAX)
		n = SLOTS_MAX;
	t->slots = ARENA_ARRAY(t->a, (size_t)n + 1, struct py_slot);
	for (uint64_t i = 0; i < n && elf_reloc(t->elf, &r, ELF_RELA, i, &rel); i++) {
		t->slots[t->n] = (struct py_slot){ rel.offset, value_of(t, &rel) };
		if (t->n > 0 && t->slots[t->n - 1].at > rel.offset)
			sorted = false;
		t->n++;
	}
	if (!sorted)
		qsort(t->slots, t->n, sizeof(t->slots[0]), by_address);
}

void py_tables_open(struct py_tables *t, const struct elf *e, struct arena *a)
{
	*t = (struct py_tables){ .elf = e, .a = a };
	elf_hash_open(e, &t->hash);
	read_slots(t);
}

static uint64_t word(const struct elf *e, struct view v)
{
	return e->is64 ? load64(v.p, e->swap) : load32(v.p, e->swap);
}

static uint64_t word_size(const struct py_tables *t)
{
	return t->elf->is64 ? 8 : 4;
}

/* The pointer that stands at vaddr in the running program; 0 if none does. */
static uint64_t pointer_at(const struct py_tables *t, uint64_t vaddr)
{
	struct py_slot key = { vaddr, 0 };
	const struct py_slot *s = NULL;
	struct view v;

	if (t->n > 0)
		s = bsearch(&key, t->slots, t->n, sizeof(key), by_address);
	if (s != NULL)
		return s->value;
	return elf_at(t->elf, vaddr, word_size(t), &v) == ELF_HERE ? word(t->elf, v) : 0;
}

static const char *string_at(const struct py_tables *t, uint64_t vaddr)
{
	struct view v;

	if (vaddr == 0 || elf_at(t->elf, vaddr, 1, &v) != ELF_HERE)
		return NULL;
	if (v.n > NAME_MAX_BYTES)
		v.n = NAME_MAX_BYTES;
	return view_cstr(v, 0);
}

/* ---- symbols ------------------------------------------------------------------------------ */

static bool is_defined(void *ctx, uint64_t i)
{
	const struct py_tables *t = ctx;
	struct elf_sym sym;

	return elf_sym(t->elf, i, &sym) && sym.shndx != 0;
}

/* The address of an exported variable, 0 if there is none. */
static uint64_t address_of(const struct py_tables *t, const char *name)
{
	struct py_tables *ctx = (struct py_tables *)(uintptr_t)t;
	uint64_t i = elf_hash_find(t->elf, &t->hash, name, elf_gnu_hash(name), is_defined, ctx);
	struct elf_sym sym;

	return i != 0 && elf_sym(t->elf, i, &sym) ? sym.value : 0;
}

unsigned py_tables_version(const struct py_tables *t)
{
	uint64_t at = address_of(t, "Py_Version");
	struct view v;

	if (at == 0 || elf_at(t->elf, at, word_size(t), &v) != ELF_HERE)
		return 0;
	return (unsigned)word(t->elf, v);
}

/* ---- names -------------------------------------------------------------------------------- */

static bool is_name(const char *s)
{
	if (s == NULL || *s == '\0')
		return false;
	for (; *s != '\0'; s++)
		if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || *s == '_' ||
		      *s == '.' || (*s >= '0' && *s <= '9')))
			return false;
	return true;
}

static void read_names(const struct py_tables *t, uint64_t table, uint64_t stride,
		       struct py_strings *out)
{
	for (uint64_t i = 0; i < NAMES_MAX; i++) {
		const char *name = string_at(t, pointer_at(t, table + i * stride));

		if (!is_name(name))
			return;
		if (!py_strings_has(out, name))
			py_strings_add(t->a, out, arena_strdup(t->a, name));
	}
}

static int by_name(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* Where a string that stands whole in the file lies: 0 if nowhere. */
static uint64_t find_string(const struct elf *e, const char *s)
{
	size_t n = strlen(s) + 1;

	for (size_t i = 0; i < e->nextents; i++) {
		struct view v;
		const unsigned char *p;

		if (elf_at(e, e->extents[i].vaddr, 1, &v) != ELF_HERE)
			continue;
		if (v.n > e->extents[i].n)
			v.n = (size_t)e->extents[i].n;
		for (size_t at = 1; at < v.n; at = (size_t)(p - v.p) + 1) {
			p = memmem(v.p + at, v.n - at, s, n);
			if (p == NULL)
				break;
			if (p[-1] == 0)
				return e->extents[i].vaddr + (uint64_t)(p - v.p);
		}
	}
	return 0;
}

/* An entry of the table: a name, and a function; some have none (config.c). */
static bool is_entry(const struct py_tables *t, uint64_t at)
{
	uint64_t fn = pointer_at(t, at + word_size(t));
	const char *name = string_at(t, pointer_at(t, at));
	struct view v;

	if (!is_name(name))
		return false;
	if (fn == 0)
		return strcmp(name, "builtins") == 0 || strcmp(name, "sys") == 0 ||
		       strcmp(name, "__main__") == 0;
	for (size_t i = 0; i < t->elf->phnum; i++) {
		const struct elf_phdr *ph = &t->elf->phdrs[i];

		if (ph->type == PY_PT_LOAD && (ph->flags & PY_PF_X) != 0 && fn >= ph->vaddr &&
		    fn - ph->vaddr < ph->memsz)
			return elf_at(t->elf, fn, 1, &v) == ELF_HERE;
	}
	return false;
}

/* Is it the table itself? */
static bool is_inittab(const struct py_tables *t, uint64_t at)
{
	uint64_t step = 2 * word_size(t);
	unsigned without = 0;

	for (int i = 0; i < NAMES_MAX && is_entry(t, at); i++, at += step)
		without += pointer_at(t, at + word_size(t)) == 0;
	return without >= 2;
}

static uint64_t first_entry(const struct py_tables *t, uint64_t at)
{
	uint64_t step = 2 * word_size(t);

	for (int i = 0; at > step && i < NAMES_MAX && is_entry(t, at - step); i++)
		at -= step;
	return is_inittab(t, at) ? at : 0;
}

/* The first place where the pointer `value` stands and that fn takes for the table: what it answers, 0 if
 * none. In a program that is not relocated, the words of the data are looked through. */
static uint64_t find_pointer(const struct py_tables *t, uint64_t value,
			     uint64_t (*fn)(const struct py_tables *, uint64_t))
{
	uint64_t found = 0, size = word_size(t);

	for (size_t i = 0; value != 0 && i < t->n && found == 0; i++)
		if (t->slots[i].value == value)
			found = fn(t, t->slots[i].at);
	for (size_t i = 0; value != 0 && i < t->elf->phnum && found == 0; i++) {
		const struct elf_phdr *ph = &t->elf->phdrs[i];
		uint64_t at = ph->vaddr / size * size;
		struct view v;

		if (ph->type != PY_PT_LOAD || (ph->flags & PY_PF_W) == 0 ||
		    elf_at(t->elf, at, size, &v) != ELF_HERE)
			continue;
		for (; v.n >= size && found == 0; v.p += size, v.n -= (size_t)size, at += size)
			if (word(t->elf, v) == value)
				found = fn(t, at);
	}
	return found;
}

void py_tables_builtins(const struct py_tables *t, struct py_strings *out)
{
	uint64_t at = address_of(t, "PyImport_Inittab");

	at = at != 0 ? pointer_at(t, at)
		     : find_pointer(t, find_string(t->elf, "posix"), first_entry);
	if (at != 0)
		read_names(t, at, 2 * word_size(t), out);
	if (out->n > 0)
		qsort(out->items, out->n, sizeof(out->items[0]), by_name);
}

/* The table of endings is one if it ends with ".so" and a null pointer. */
static uint64_t is_endings(const struct py_tables *t, uint64_t at)
{
	uint64_t begin = at;
	const char *last = NULL, *s;

	for (int i = 0; i < ENDINGS_MAX; i++, at += word_size(t)) {
		s = string_at(t, pointer_at(t, at));
		if (s == NULL || s[0] != '.')
			break;
		last = s;
	}
	return last != NULL && strcmp(last, ".so") == 0 && pointer_at(t, at) == 0 ? begin : 0;
}

void py_tables_endings(const struct py_tables *t, const char *first, struct py_strings *out)
{
	uint64_t at = find_pointer(t, find_string(t->elf, first), is_endings);
	const char *s;

	for (; at != 0 && (s = string_at(t, pointer_at(t, at))) != NULL && *s == '.';
	     at += word_size(t))
		py_strings_add(t->a, out, arena_strdup(t->a, s));
}

/* struct _frozen: name, code, size; from 3.11 on whether it is a package, in 3.11 and 3.12 also a
 * function that gets the code. */
void py_tables_frozen(const struct py_tables *t, unsigned minor, struct py_strings *out)
{
	static const char *const tables[] = { "_PyImport_FrozenBootstrap", "_PyImport_FrozenStdlib",
					      "_PyImport_FrozenTest", "PyImport_FrozenModules" };
	bool second_int = minor >= 11 && !t->elf->is64; /* else it shares a word with the first */
	uint64_t stride = word_size(t) * (3u + second_int + (minor == 11 || minor == 12));

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		uint64_t at = address_of(t, tables[i]);

		if (at != 0)
			read_names(t, pointer_at(t, at), stride, out);
	}
}
