/* tame.c - see tame.h. Upstream: libiberty/cp-demangle.c, libiberty/rust-demangle.c. */
#include "symbol/tame.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <libiberty/demangle.h>

enum {
	CXX_LETTERS = DEMANGLE_RECURSION_LIMIT / 2, /* longer ones are refused by libiberty itself */
	RUST_LETTERS = 4 << 10, /* Punycode takes time in the square of the length */
	REPARSED = 8,           /* template parameters that are read twice, each in the one before */
	PACK_STEPS = 256,       /* components in what is looked through for a parameter pack */
	COPIES = 8 << 10,       /* 16 bytes each, on the stack: templates copied for each scope */
};

struct tree {
	const struct demangle_component *first;
	size_t n;
	unsigned char seen[2 * CXX_LETTERS];
	size_t templates, scopes;
};

struct children {
	const struct demangle_component *left, *right;
};

/* As d_find_pack and d_count_templates_scopes go down. */
static struct children children_of(const struct demangle_component *c)
{
	switch (c->type) {
	case DEMANGLE_COMPONENT_NAME:
	case DEMANGLE_COMPONENT_TEMPLATE_PARAM:
	case DEMANGLE_COMPONENT_FUNCTION_PARAM:
	case DEMANGLE_COMPONENT_SUB_STD:
	case DEMANGLE_COMPONENT_BUILTIN_TYPE:
	case DEMANGLE_COMPONENT_EXTENDED_BUILTIN_TYPE:
	case DEMANGLE_COMPONENT_OPERATOR:
	case DEMANGLE_COMPONENT_CHARACTER:
	case DEMANGLE_COMPONENT_NUMBER:
	case DEMANGLE_COMPONENT_UNNAMED_TYPE:
		return (struct children){ NULL, NULL };
	case DEMANGLE_COMPONENT_EXTENDED_OPERATOR:
		return (struct children){ c->u.s_extended_operator.name, NULL };
	case DEMANGLE_COMPONENT_CTOR:
		return (struct children){ c->u.s_ctor.name, NULL };
	case DEMANGLE_COMPONENT_DTOR:
		return (struct children){ c->u.s_dtor.name, NULL };
	case DEMANGLE_COMPONENT_FIXED_TYPE:
		return (struct children){ c->u.s_fixed.length, NULL };
	case DEMANGLE_COMPONENT_LAMBDA:
	case DEMANGLE_COMPONENT_DEFAULT_ARG:
		return (struct children){ c->u.s_unary_num.sub, NULL };
	default:
		return (struct children){ c->u.s_binary.left, c->u.s_binary.right };
	}
}

/* Counts what is below, each time that it is reached: it is the same component many times over
 * where the name refers to what it said before. False when the steps do not do. */
static bool count_below(const struct demangle_component *c, size_t *steps)
{
	while (c != NULL) {
		struct children below = children_of(c);

		if ((*steps)-- == 0)
			return false;
		if (!count_below(below.left, steps))
			return false;
		c = below.right;
	}
	return true;
}

/* Each time that an expansion ("Args...", "sizeof...(Args)") is printed, its whole pattern is looked
 * through for the pack. */
static bool pack_is_found_soon(const struct demangle_component *c)
{
	size_t steps = PACK_STEPS;

	if (c->type != DEMANGLE_COMPONENT_PACK_EXPANSION && c->type != DEMANGLE_COMPONENT_UNARY)
		return true;
	return count_below(c, &steps);
}

static bool first_time(struct tree *t, const struct demangle_component *c)
{
	size_t i = (size_t)(c - t->first);

	if (i >= t->n || t->seen[i])
		return false;
	t->seen[i] = 1;
	return true;
}

/* Each component once. */
static bool visit(struct tree *t, const struct demangle_component *c)
{
	while (c != NULL && first_time(t, c)) {
		struct children below = children_of(c);

		t->templates += c->type == DEMANGLE_COMPONENT_TEMPLATE;
		t->scopes += (c->type == DEMANGLE_COMPONENT_REFERENCE ||
			      c->type == DEMANGLE_COMPONENT_RVALUE_REFERENCE) &&
			     below.left != NULL &&
			     below.left->type == DEMANGLE_COMPONENT_TEMPLATE_PARAM;
		if (!pack_is_found_soon(c) || !visit(t, below.left))
			return false;
		c = below.right;
	}
	return true;
}

/* In the type of a conversion operator the arguments of a template parameter ("T_I") are read, put
 * back and read again, with all such arguments in them. */
static bool read_again_and_again(const char *name)
{
	size_t n = 0;

	if (strstr(name, "cv") == NULL)
		return false;
	for (const char *p = name; (p = strchr(p, 'T')) != NULL;) {
		p++;
		while (isdigit((unsigned char)*p) || isupper((unsigned char)*p))
			p++;
		n += p[0] == '_' && p[1] == 'I';
	}
	return n > REPARSED;
}

bool tame_cxx(const char *name)
{
	struct tree t = { .n = 2 * strnlen(name, CXX_LETTERS + 1) };
	const struct demangle_component *top;
	void *memory = NULL;
	bool tame;

	if (t.n > sizeof(t.seen) || read_again_and_again(name))
		return false;
	top = cplus_demangle_v3_components(name, DMGL_PARAMS | DMGL_ANSI, &memory);
	t.first = memory;
	/* libiberty counts a component at most twice. */
	tame = top != NULL && visit(&t, top) && 4 * t.templates * t.scopes <= COPIES;
	if (top != NULL)
		free(memory);
	return tame;
}

/* How many lifetimes the type of a function ("F") or of a trait object ("D") binds: "G" and a number
 * in base 62. Up to 63 are few. They are counted one by one, also where nothing is printed: in the
 * path of an impl. */
static bool binds_many(const char *p)
{
	size_t digits = 0;

	if ((p[0] != 'F' && p[0] != 'D') || p[1] != 'G')
		return false;
	while (isalnum((unsigned char)p[2 + digits]))
		digits++;
	return digits > 1 && p[2 + digits] == '_';
}

bool tame_rust(const char *name)
{
	size_t n = strnlen(name, RUST_LETTERS + 1);

	if (n > RUST_LETTERS)
		return false;
	if (strncmp(name, "_R", 2) != 0 || strpbrk(name + 2, "MX") == NULL)
		return true;
	for (size_t i = 2; i < n; i++) {
		/* This may be part of a crate's hash as well: one name in a thousand. */
		if (binds_many(name + i))
			return false;
	}
	return true;
}
