/* pack_priv.h - what the files that make a pack share. */
#ifndef DLWHY_SOURCE_PACK_PRIV_H
#define DLWHY_SOURCE_PACK_PRIV_H

#include "base/arena.h"
#include "base/map.h"
#include "source/pack.h"

struct pack_list {
	struct pack_file *items;
	size_t n, cap;
};

/* What is behind a struct pack. */
struct packed {
	struct pack pub; /* first */
	struct arena *a;
	struct pack_list list;
	struct {
		struct container **items;
		size_t n, cap;
	} containers; /* in the order of opening: inner ones behind those that they borrow from */
	struct {
		struct source_file *items;
		size_t n, cap;
	} opened;
	const char *prefix; /* of a wheel: the folder of the imagined environment */
	const char *top;    /* real path of the folder that all its files must lie in; NULL: anywhere */
	const char *folder; /* the last one that was asked for, and is there; NULL */
	unsigned npackages;
};

/* An archive in `bytes`, closed with the pack: 0 or errno. */
int pack_container(struct packed *p, struct view bytes, bool in_file, struct container **out);
/* A member that is an archive itself: 0 or errno. */
int pack_inner(struct packed *p, struct container *outer, size_t member, struct container **out);
/* Number of the member of that name, or SIZE_MAX. */
size_t pack_member(const struct container *c, const char *name);
/* Puts a member of c below `folder`. */
int pack_place_member(struct packed *p, struct container *c, size_t member, const char *folder);
/* Puts all members of c below `folder` ("" for the root). */
int pack_place(struct packed *p, struct container *c, const char *folder);

/* pack_image.c: is it an image, and its layers from the lowest up: 0 or errno. */
bool pack_is_image(const struct container *c);
int pack_place_image(struct packed *p, struct container *c);

#endif
