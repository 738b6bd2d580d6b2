/* plan_cache.c - the loader's cache as ldconfig would make it with the plan in place. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "machine/machine.h"
#include "repair/plan.h"
#include "source/overlay.h"

/* ldconfig's own folders behind those of ld.so.conf: which of them it has was chosen when it was built.
 * Folders that are others by another name count once. */
static const char *const usual[] = { "/lib/x86_64-linux-gnu",
				     "/usr/lib/x86_64-linux-gnu",
				     "/lib/aarch64-linux-gnu",
				     "/usr/lib/aarch64-linux-gnu",
				     "/lib64",
				     "/usr/lib64",
				     "/lib",
				     "/usr/lib" };

struct dirs {
	const char **items;
	size_t n, cap;
};

static bool is_known(struct source *s, const struct dirs *l, const struct os_stat *st)
{
	struct os_stat other;

	for (size_t i = 0; i < l->n; i++)
		if (source_stat(s, l->items[i], true, &other) == 0 && other.dev == st->dev &&
		    other.ino == st->ino)
			return true;
	return false;
}

static void add_dir(struct source *s, struct arena *a, struct dirs *l, const char *dir)
{
	struct os_stat st;

	if (source_stat(s, dir, true, &st) == 0 && st.type == OS_DIRECTORY && !is_known(s, l, &st))
		*ARENA_PUSH(a, l) = dir;
}

int plan_new_cache(const struct plan_input *in, struct source *over)
{
	struct dirs l = { NULL, 0, 0 };
	struct store *store = store_new(over);
	const char *const *conf;
	struct view cache;
	size_t n;

	if (store == NULL)
		return ENOMEM;
	ldconf_read(over, "/etc/ld.so.conf", in->a, &conf, &n);
	for (size_t i = 0; i < n; i++)
		add_dir(over, in->a, &l, conf[i]);
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		add_dir(over, in->a, &l, usual[i]);
	ldcache_make(store, l.items, l.n, in->a, &cache);
	store_free(store);
	return overlay_file(over, "/etc/ld.so.cache", cache, (cache.n + 4095) / 4096 * 4096, 0644);
}
