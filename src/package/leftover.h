/* leftover.h - what lies in a place of Python packages and belongs to none of them. */
#ifndef DLWHY_PACKAGE_LEFTOVER_H
#define DLWHY_PACKAGE_LEFTOVER_H

#include "package/owner.h"

enum leftover_kind {
	LEFT_ASIDE,  /* "~umpy": an uninstall put it aside and was interrupted */
	LEFT_MODULE, /* an extension module beside the one that belongs there */
	LEFT_LIBRARY /* another native file in the folder of a package */
};

struct leftover {
	enum leftover_kind kind;
	const char *path;
	const struct package
		*p;	    /* whose folder it is; of LEFT_ASIDE who it was, as far as it is known; NULL */
	const char *beside; /* LEFT_MODULE: the file that belongs there */
	bool hides;	    /* LEFT_MODULE: import takes this one, not that */
	bool other_python;  /* LEFT_MODULE: for another Python, whose import alone takes it */
};

struct leftover_list {
	struct leftover *items;
	size_t n, cap;
	size_t more; /* that were found and are not in the list */
};

void leftover_find(struct package_set *set, const struct place *place, const struct package_index *x,
		   struct leftover_list *out);

#endif
