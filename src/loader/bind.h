/* bind.h - relocation: every reference of an image against its real scope. */
#ifndef DLWHY_LOADER_BIND_H
#define DLWHY_LOADER_BIND_H

#include "loader/facts.h"

/* Looks up, for each of the n images that is not relocated yet, what others must define for it, and
 * keeps the answers in the images. Their scopes must be set. On several threads if that pays and
 * `parallel` allows it. */
void bind_prepare(struct process *p, struct image *const *images, size_t n, bool parallel);

/* _dl_relocate_object, after bind_prepare: looks up what the image refers to, in the loader's
 * order; failures in the trace. `lazy`: entries of DT_JMPREL are put off if the object allows it;
 * those that nobody defines are then failures with `lazy` set. False if a failure is fatal at
 * once. */
bool bind_image(struct process *p, struct image *im, bool lazy, bool startup);

/* The definition that a reference of im finds in its scope, in a look-up of that class; `to` is
 * NULL if there is none. */
struct definer {
	struct image *to;
	uint32_t sym; /* in `to` */
	bool unique;  /* STB_GNU_UNIQUE: the first of that name in the process wins instead */
};
struct definer bind_look_up(struct process *p, struct image *im, const struct ref *r,
			    enum ref_class class_);

/* The definition that bind_prepare found for reference `ref` of im; `to` is NULL if there is none, or
 * if it was not looked up. */
struct definer bind_bound(const struct image *im, size_t ref);

/* Who defines `name` with `version` for a call from im: NULL if nobody does. */
struct image *bind_find(struct process *p, struct image *im, const char *name,
			const char *version);

#endif
