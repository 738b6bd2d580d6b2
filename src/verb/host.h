/* host.h - which program loads a library: plug-ins are judged in their host. */
#ifndef DLWHY_VERB_HOST_H
#define DLWHY_VERB_HOST_H

#include "verb/session.h"

struct family; /* of plug-ins: "Python extension module", … */

struct host {
	const struct family *family; /* NULL: no plug-in that is known */
	const char *program;         /* path of the host, NULL: none was found here */
	const char *why;             /* how it was found, for a person */
	bool fallback;               /* it is not that of the environment that the file lies in */
};

/* Of what family is the library at `path`? Clears *out first. */
void host_family(const char *path, const struct store_file *file, struct arena *a, struct host *out);
/* Which program here is the host of that family? */
void host_find(struct dlwhy_session *s, const char *path, struct arena *a, struct host *out);
/* The family of a file of macOS at `path`, NULL: none that is known. */
struct macho_load;
const struct family *host_family_macho(const char *path, const struct macho_load *l, struct arena *a);
/* What the family calls itself: "Python". */
const char *family_name(const struct family *f);
/* Would a host of that family define this symbol? */
bool family_provides(const struct family *f, const char *symbol);
const struct family *family_python(void);
/* Takes the failures out of the list that are about symbols which the host, of which no file is here,
 * defines. Of Python 3.minor not all names are (0: its release is not known). False: there were none. */
bool host_assume(const struct family *f, unsigned minor, struct failure_list *l);

#endif
