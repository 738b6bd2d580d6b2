/* elf_line.c - the line of the source behind a place in a relocatable object.
 *
 * Source: DWARF 5, section 6.2, and the older header of DWARF 2 to 4. Addresses in an object are relocations:
 * they say in which section a sequence begins. Everything is read within the bounds of its section.
 */
#include "object/elf_line.h"

#include "object/elfconst.h"

enum { FORM_DATA2 = 0x05, FORM_DATA4 = 0x06, FORM_DATA8 = 0x07, FORM_STRING = 0x08, FORM_BLOCK = 0x09,
       FORM_DATA1 = 0x0b, FORM_STRP = 0x0e, FORM_UDATA = 0x0f, FORM_DATA16 = 0x1e, FORM_LINE_STRP = 0x1f };
enum { CONTENT_PATH = 1, CONTENT_DIRECTORY = 2 };
enum { FORMATS_MAX = 16, UNITS_MAX = 4096 };

struct reader {
	const struct elf_object *o;
	struct view all;         /* .debug_line or .debug_info */
	struct elf_shdr relocs;  /* of it */
	bool has_relocs;
	uint64_t at, end;        /* the unit that is read */
	bool bad;
};

/* A table of names in the header: where it begins, and how an entry looks. */
struct names {
	uint64_t at, n;
	unsigned nformats;
	uint64_t content[FORMATS_MAX], form[FORMATS_MAX];
};

struct unit {
	unsigned version, address_size, min_length, opcode_base;
	int line_base;
	unsigned line_range;
	uint64_t lengths, program;
	struct names dirs, files;
};

/* ---- numbers ------------------------------------------------------------------------------- */

static uint64_t number(struct reader *r, unsigned size)
{
	uint64_t x = 0;
	struct view v;

	if (r->at > r->end || size > r->end - r->at || !view_sub(r->all, r->at, size, &v) || v.p == NULL) {
		r->bad = true;
		return 0;
	}
	switch (size) {
	case 1: x = v.p[0]; break;
	case 2: x = load16(v.p, r->o->e->swap); break;
	case 4: x = load32(v.p, r->o->e->swap); break;
	case 8: x = load64(v.p, r->o->e->swap); break;
	default: break;
	}
	r->at += size;
	return x;
}

static uint64_t leb(struct reader *r, bool is_signed)
{
	uint64_t x = 0;
	unsigned shift = 0, c;

	do {
		c = (unsigned)number(r, 1);
		if (shift < 64)
			x |= (uint64_t)(c & 0x7f) << shift;
		shift += 7;
	} while ((c & 0x80) != 0 && !r->bad);
	if (is_signed && shift < 64 && (c & 0x40) != 0)
		x |= ~(uint64_t)0 << shift;
	return x;
}

static const char *text(struct reader *r)
{
	const char *s = r->at < r->end ? view_cstr(r->all, r->at) : NULL;

	if (s == NULL) {
		r->bad = true;
		return "";
	}
	r->at += strlen(s) + 1;
	return s;
}

/* The relocation at that place of the section. */
static bool reloc_at(const struct reader *r, uint64_t at, struct elf_rel *out)
{
	uint64_t n = r->has_relocs ? elf_object_nrelocs(r->o, &r->relocs) : 0, low = 0, high = n;

	while (low < high) { /* assemblers write them in order */
		uint64_t mid = low + (high - low) / 2;

		if (!elf_object_reloc(r->o, &r->relocs, mid, out))
			return false;
		if (out->offset == at)
			return true;
		if (out->offset < at)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/* ---- names --------------------------------------------------------------------------------- */

static const char *from_section(const struct reader *r, const char *section, uint64_t at, uint64_t value)
{
	struct elf_rel rel;
	struct view v;

	if (reloc_at(r, at, &rel))
		value = r->relocs.type == SHT_RELA ? (uint64_t)rel.addend : value;
	return elf_section(r->o->e, section, &v) ? view_cstr(v, value) : NULL;
}

/* A value of that form: a name in *name, a number in *x. */
static void value(struct reader *r, uint64_t form, const char **name, uint64_t *x)
{
	uint64_t at = r->at;

	switch (form) {
	case FORM_STRING: *name = text(r); break;
	case FORM_LINE_STRP: *name = from_section(r, ".debug_line_str", at, number(r, 4)); break;
	case FORM_STRP: *name = from_section(r, ".debug_str", at, number(r, 4)); break;
	case FORM_UDATA: *x = leb(r, false); break;
	case FORM_DATA1: *x = number(r, 1); break;
	case FORM_DATA2: *x = number(r, 2); break;
	case FORM_DATA4: *x = number(r, 4); break;
	case FORM_DATA8: *x = number(r, 8); break;
	case FORM_DATA16: r->at += 16; break;
	case FORM_BLOCK:
		*x = leb(r, false);
		r->at = *x <= r->end ? r->at + *x : r->end + 1;
		break;
	default: r->bad = true; break;
	}
}

static void entry(struct reader *r, const struct names *n, const char **name, uint64_t *dir)
{
	for (unsigned i = 0; i < n->nformats && !r->bad; i++) {
		const char *s = NULL;
		uint64_t x = 0;

		value(r, n->form[i], &s, &x);
		if (n->content[i] == CONTENT_PATH)
			*name = s;
		else if (n->content[i] == CONTENT_DIRECTORY)
			*dir = x;
	}
}

static void read_names(struct reader *r, struct names *n)
{
	const char *name;
	uint64_t dir;
	uint64_t count = number(r, 1);

	r->bad = r->bad || count > FORMATS_MAX;
	n->nformats = r->bad ? 0 : (unsigned)count;
	for (unsigned i = 0; i < n->nformats; i++) {
		n->content[i] = leb(r, false);
		n->form[i] = leb(r, false);
	}
	n->n = leb(r, false);
	n->at = r->at;
	for (uint64_t i = 0; i < n->n && !r->bad; i++)
		entry(r, n, &name, &dir);
}

/* Versions 2 to 4: names one behind the other, an empty one ends them; a file has three numbers more. */
static void read_old_names(struct reader *r, struct names *n, bool files)
{
	n->at = r->at;
	while (!r->bad && *text(r) != '\0') {
		n->n++;
		for (unsigned i = 0; files && i < 3; i++)
			leb(r, false);
	}
}

static const char *old_name(struct reader *r, const struct names *n, uint64_t number_of, bool files,
			    uint64_t *dir)
{
	const char *s = NULL;

	if (number_of == 0 || number_of > n->n)
		return NULL;
	r->at = n->at;
	for (uint64_t i = 0; i < number_of; i++) {
		s = text(r);
		for (unsigned k = 0; files && k < 3; k++) {
			uint64_t x = leb(r, false);

			if (k == 0)
				*dir = x;
		}
	}
	return s;
}

static const char *new_name(struct reader *r, const struct names *n, uint64_t number_of, uint64_t *dir)
{
	const char *s = NULL;

	if (number_of >= n->n)
		return NULL;
	r->at = n->at;
	for (uint64_t i = 0; i <= number_of && !r->bad; i++)
		entry(r, n, &s, dir);
	return s;
}

static void name_file(struct reader *r, const struct unit *u, uint64_t file, struct elf_line *out)
{
	uint64_t dir = 0, none = 0;

	if (u->version >= 5) {
		out->file = new_name(r, &u->files, file, &dir);
		out->folder = new_name(r, &u->dirs, 0, &none);
		out->dir = dir != 0 ? new_name(r, &u->dirs, dir, &none) : NULL;
	} else {
		out->file = old_name(r, &u->files, file, true, &dir);
		out->folder = NULL;
		out->dir = old_name(r, &u->dirs, dir, false, &none);
	}
}

/* ---- a unit ---------------------------------------------------------------------------------- */

/* Leaves r->at at the program, or r->bad. */
static void read_header(struct reader *r, struct unit *u)
{
	uint64_t length;
	unsigned base;

	memset(u, 0, sizeof(*u));
	u->version = (unsigned)number(r, 2);
	if (u->version < 2 || u->version > 5) {
		r->bad = true;
		return;
	}
	u->address_size = r->o->e->is64 ? 8 : 4;
	if (u->version >= 5) {
		u->address_size = (unsigned)number(r, 1);
		number(r, 1);
	}
	length = number(r, 4);
	u->program = r->at + length;
	u->min_length = (unsigned)number(r, 1);
	if (u->version >= 4)
		number(r, 1);
	number(r, 1);
	base = (unsigned)number(r, 1);
	u->line_base = base < 128 ? (int)base : (int)base - 256;
	u->line_range = (unsigned)number(r, 1);
	u->opcode_base = (unsigned)number(r, 1);
	u->lengths = r->at;
	r->at += u->opcode_base > 0 ? u->opcode_base - 1 : 0;
	if (u->version >= 5) {
		read_names(r, &u->dirs);
		read_names(r, &u->files);
	} else {
		read_old_names(r, &u->dirs, false);
		read_old_names(r, &u->files, true);
	}
	r->bad = r->bad || u->program > r->end || u->line_range == 0;
	r->at = u->program;
}

struct state {
	uint64_t address, file, line;
	uint32_t section;        /* that the sequence lies in; 0: not known */
	bool has_row;            /* of this sequence, the last: */
	uint64_t row_address, row_file, row_line;
};

struct goal {
	uint32_t section;
	uint64_t offset;
	bool found;
	uint64_t file, line;
};

/* A new row ends the one before it: was the place in that one? */
static void emit(struct state *s, struct goal *g)
{
	if (!g->found && s->has_row && s->section == g->section && s->row_address <= g->offset &&
	    g->offset < s->address) {
		g->found = true;
		g->file = s->row_file;
		g->line = s->row_line;
	}
	s->has_row = true;
	s->row_address = s->address;
	s->row_file = s->file;
	s->row_line = s->line;
}

static void begin_sequence(struct state *s)
{
	*s = (struct state){ .file = 1, .line = 1 };
}

static void set_address(struct reader *r, const struct unit *u, struct state *s)
{
	struct elf_object_sym sym;
	struct elf_rel rel;
	uint64_t at = r->at;

	s->address = number(r, u->address_size);
	if (!reloc_at(r, at, &rel) || !elf_object_symbol(r->o, rel.sym, &sym))
		return;
	s->section = sym.section;
	s->address = sym.s.value + (r->relocs.type == SHT_RELA ? (uint64_t)rel.addend : s->address);
}

static void extended(struct reader *r, const struct unit *u, struct state *s, struct goal *g)
{
	uint64_t n = leb(r, false), end = r->at + n;
	unsigned op = n > 0 ? (unsigned)number(r, 1) : 0;

	if (n > r->end - r->at + 1) {
		r->bad = true;
		return;
	}
	if (op == 1) { /* end of the sequence */
		emit(s, g);
		begin_sequence(s);
	} else if (op == 2) {
		set_address(r, u, s);
	}
	r->at = end;
}

static void advance(struct state *s, const struct unit *u, uint64_t n)
{
	s->address += n * u->min_length;
}

static void standard(struct reader *r, const struct unit *u, unsigned op, struct state *s, struct goal *g)
{
	switch (op) {
	case 1: emit(s, g); break;
	case 2: advance(s, u, leb(r, false)); break;
	case 3: s->line += leb(r, true); break;
	case 4: s->file = leb(r, false); break;
	case 8: advance(s, u, (255 - u->opcode_base) / u->line_range); break;
	case 9: s->address += number(r, 2); break;
	default: { /* others have as many numbers as the header says */
		unsigned n = view_has(r->all, u->lengths + op - 1, 1) ? r->all.p[u->lengths + op - 1] : 0;

		while (n-- > 0)
			leb(r, false);
	}
	}
}

static void run_program(struct reader *r, const struct unit *u, struct goal *g)
{
	struct state s;

	begin_sequence(&s);
	while (r->at < r->end && !r->bad && !g->found) {
		unsigned op = (unsigned)number(r, 1);

		if (op == 0) {
			extended(r, u, &s, g);
		} else if (op < u->opcode_base) {
			standard(r, u, op, &s, g);
		} else {
			op -= u->opcode_base;
			advance(&s, u, op / u->line_range);
			s.line += (uint64_t)(int64_t)(u->line_base + (int)(op % u->line_range));
			emit(&s, g);
		}
	}
}

/* ---- the section ------------------------------------------------------------------------------- */

static bool open_section(const struct elf_object *o, const char *name, struct reader *r)
{
	uint64_t own = 0;
	struct elf_shdr h;

	*r = (struct reader){ .o = o };
	for (uint64_t i = 1; i < o->nsections && own == 0; i++)
		if (elf_object_section(o, i, &h) && strcmp(elf_object_section_name(o, &h),
							   name) == 0) {
			own = i;
			r->all = elf_object_bytes(o, &h);
			if ((h.flags & SHF_COMPRESSED) != 0)
				return false;
		}
	for (uint64_t i = 1; i < o->nsections && own != 0 && !r->has_relocs; i++)
		if (elf_object_section(o, i, &h) && (h.type == SHT_RELA || h.type == SHT_REL) &&
		    h.info == own) {
			r->relocs = h;
			r->has_relocs = true;
		}
	return own != 0 && r->all.n > 0;
}

bool elf_line_at(const struct elf_object *o, uint32_t section, uint64_t offset, struct elf_line *out)
{
	struct goal g = { .section = section, .offset = offset };
	struct reader r;
	uint64_t at = 0;

	if (!open_section(o, ".debug_line", &r))
		return false;
	for (unsigned i = 0; i < UNITS_MAX && view_has(r.all, at, 4) && !g.found; i++) {
		uint64_t n = load32(r.all.p + at, o->e->swap);
		struct unit u;

		if (n >= 0xfffffff0U || !view_has(r.all, at + 4, n))
			return false;
		r.at = at + 4;
		r.end = at = at + 4 + n;
		r.bad = false;
		read_header(&r, &u);
		if (!r.bad)
			run_program(&r, &u, &g);
		if (g.found)
			name_file(&r, &u, g.file, out);
	}
	out->line = g.line;
	return g.found && out->file != NULL && g.line != 0;
}

/* ---- data ---------------------------------------------------------------------------------------- */

enum { TAG_VARIABLE = 0x34, AT_LOCATION = 0x02, AT_DECL_FILE = 0x3a, AT_DECL_LINE = 0x3b, OP_ADDR = 0x03,
       FORM_BLOCK1 = 0x0a, FORM_EXPRLOC = 0x18, FORM_IMPLICIT_CONST = 0x21, ENTRIES_MAX = 1 << 18,
       ABBREVIATIONS_MAX = 1 << 12 };

/* How long a value of a form is: bytes; OF_LEB, OF_BLOCK: a number in front tells; OF_TEXT. */
enum { OF_LEB = 100, OF_BLOCK, OF_BLOCK1, OF_BLOCK2, OF_BLOCK4, OF_TEXT, OF_ADDRESS, OF_UNKNOWN };

static unsigned size_of_form(uint64_t form)
{
	static const unsigned char sizes[] = {
		OF_UNKNOWN, OF_ADDRESS, OF_UNKNOWN, OF_BLOCK2, OF_BLOCK4, 2, 4, 8, OF_TEXT, OF_BLOCK,
		OF_BLOCK1, 1, 1, OF_LEB, 4, OF_LEB, 4, 1, 2, 4, 8, OF_LEB, OF_UNKNOWN, 4, OF_BLOCK, 0, OF_LEB,
		OF_LEB, 4, 4, 16, 4, 8, 0, OF_LEB, OF_LEB, OF_UNKNOWN, 1, 2, 3, 4, 1, 2, 3, 4
	};

	if (form == 0x1f20 || form == 0x1f21) /* of the GNU tool that shares debug information */
		return 4;
	return form < sizeof(sizes) ? sizes[form] : OF_UNKNOWN;
}

static void skip(struct reader *r, uint64_t n)
{
	r->bad = r->bad || r->at > r->end || n > r->end - r->at;
	r->at += r->bad ? 0 : n;
}

static void skip_form(struct reader *r, uint64_t form, unsigned address_size)
{
	unsigned size = size_of_form(form);

	switch (size) {
	case OF_LEB: leb(r, false); break;
	case OF_BLOCK: skip(r, leb(r, false)); break;
	case OF_BLOCK1: skip(r, number(r, 1)); break;
	case OF_BLOCK2: skip(r, number(r, 2)); break;
	case OF_BLOCK4: skip(r, number(r, 4)); break;
	case OF_TEXT: text(r); break;
	case OF_ADDRESS: skip(r, address_size); break;
	case OF_UNKNOWN: r->bad = true; break;
	default: skip(r, size); break;
	}
}

/* The abbreviation of that code in the table at `table`: *r is moved to its attributes. */
static bool find_abbreviation(struct reader *r, uint64_t table, uint64_t code, uint64_t *tag)
{
	r->at = table;
	for (unsigned i = 0; i < ABBREVIATIONS_MAX && !r->bad; i++) {
		uint64_t this = leb(r, false), name, form;

		if (this == 0)
			return false;
		*tag = leb(r, false);
		number(r, 1);
		if (this == code)
			return !r->bad;
		do {
			name = leb(r, false);
			form = leb(r, false);
			if (form == FORM_IMPLICIT_CONST)
				leb(r, true);
		} while ((name != 0 || form != 0) && !r->bad);
	}
	return false;
}

/* Does the expression say that the variable stands at the place that is asked for? */
static bool stands_there(struct reader *r, uint64_t form, const struct goal *g)
{
	struct reader x = *r;
	struct elf_object_sym sym;
	struct elf_rel rel;
	uint64_t n = form == FORM_EXPRLOC ? leb(&x, false) : form == FORM_BLOCK1 ? number(&x, 1) : 0;

	if (n < 5 || number(&x, 1) != OP_ADDR || x.bad || !reloc_at(&x, x.at, &rel) ||
	    !elf_object_symbol(x.o, rel.sym, &sym))
		return false;
	return sym.section == g->section && sym.s.value + (uint64_t)rel.addend == g->offset;
}

static uint64_t constant(struct reader *r, uint64_t form, int64_t implicit)
{
	unsigned size = size_of_form(form);
	struct reader x = *r;

	if (form == FORM_IMPLICIT_CONST)
		return (uint64_t)implicit;
	return size == OF_LEB ? leb(&x, false) : size <= 8 ? number(&x, size) : 0;
}

/* One entry; false at the end of the unit or where it is not understood. */
static bool read_entry(struct reader *r, struct reader *abbrev, uint64_t table, unsigned address_size,
		       struct goal *g)
{
	uint64_t code = leb(r, false), tag = 0, name, form, file = 0, line = 0;
	bool here = false;

	if (r->bad || r->at >= r->end)
		return false;
	if (code == 0)
		return true;
	if (!find_abbreviation(abbrev, table, code, &tag))
		return false;
	for (;;) {
		int64_t implicit = 0;

		name = leb(abbrev, false);
		form = leb(abbrev, false);
		if (form == FORM_IMPLICIT_CONST)
			implicit = (int64_t)leb(abbrev, true);
		if (abbrev->bad || (name == 0 && form == 0))
			break;
		if (tag == TAG_VARIABLE && name == AT_LOCATION)
			here = stands_there(r, form, g);
		else if (name == AT_DECL_FILE)
			file = constant(r, form, implicit);
		else if (name == AT_DECL_LINE)
			line = constant(r, form, implicit);
		skip_form(r, form, address_size);
	}
	if (here && line != 0) {
		g->found = true;
		g->file = file;
		g->line = line;
	}
	return !r->bad && !abbrev->bad;
}

/* The number of 4 bytes at r->at that is an offset into another section. */
static uint64_t section_offset(struct reader *r)
{
	struct elf_rel rel;
	uint64_t at = r->at, x = number(r, 4);

	return reloc_at(r, at, &rel) && r->relocs.type == SHT_RELA ? (uint64_t)rel.addend : x;
}

static void read_entries(struct reader *r, struct reader *abbrev, struct goal *g)
{
	unsigned version = (unsigned)number(r, 2), address_size = 0;
	uint64_t table;

	if (version >= 5) {
		number(r, 1);
		address_size = (unsigned)number(r, 1);
	}
	table = section_offset(r);
	if (version < 5)
		address_size = (unsigned)number(r, 1);
	for (unsigned i = 0; version >= 2 && version <= 5 && i < ENTRIES_MAX && !g->found; i++)
		if (!read_entry(r, abbrev, table, address_size, g))
			return;
}

/* The names of files stand in the table of lines: in an object its first unit. */
static bool name_of_data(const struct elf_object *o, const struct goal *g, struct elf_line *out)
{
	struct reader r;
	struct unit u;

	if (!open_section(o, ".debug_line", &r) || !view_has(r.all, 0, 4))
		return false;
	r.at = 4;
	r.end = 4 + (uint64_t)load32(r.all.p, o->e->swap);
	if (r.end > r.all.n)
		return false;
	read_header(&r, &u);
	if (r.bad)
		return false;
	name_file(&r, &u, g->file, out);
	out->line = g->line;
	return out->file != NULL;
}

bool elf_line_of_data(const struct elf_object *o, uint32_t section, uint64_t offset, struct elf_line *out)
{
	struct goal g = { .section = section, .offset = offset };
	struct reader r, abbrev;
	uint64_t at = 0;

	if (!open_section(o, ".debug_abbrev", &abbrev) || !open_section(o, ".debug_info", &r))
		return false;
	abbrev.end = abbrev.all.n;
	for (unsigned i = 0; i < UNITS_MAX && view_has(r.all, at, 4) && !g.found; i++) {
		uint64_t n = load32(r.all.p + at, o->e->swap);

		if (n >= 0xfffffff0U || !view_has(r.all, at + 4, n))
			return false;
		r.at = at + 4;
		r.end = at = at + 4 + n;
		r.bad = abbrev.bad = false;
		read_entries(&r, &abbrev, &g);
	}
	return g.found && name_of_data(o, &g, out);
}
