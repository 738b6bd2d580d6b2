/* plan_overlay.c - a plan in a file system that is only thought of.
 *
 * What ldconfig would write is composed here (machine/ldcache_make.c): no program runs for a simulation.
 */
#include "repair/plan.h"

#include <errno.h>
#include <string.h>

#include "machine/machine.h"
#include "repair/plan_files.h"
#include "source/overlay.h"

enum { PAGE = 4096 };

static int put_patched(const struct plan_input *in, const struct change *c, struct source *over)
{
	struct os_mapping map;
	struct os_stat st;
	int err = source_stat(in->source, c->path, true, &st);

	if (err == 0)
		err = plan_files_patched(in, c, &map);
	return err != 0 ? err : overlay_file(over, c->path, map.bytes, map.padded, st.mode);
}

static int put_text(const struct plan_input *in, const struct change *c, struct source *over)
{
	struct os_stat st;
	bool old = source_stat(in->source, c->path, true, &st) == 0;
	size_t padded = (c->bytes.n + PAGE - 1) / PAGE * PAGE;
	uint8_t *copy = arena_alloc(in->a, padded + 1);

	if (c->bytes.n > 0)
		memcpy(copy, c->bytes.p, c->bytes.n);
	return overlay_file(over, c->path, (struct view){ copy, c->bytes.n }, padded,
			    old ? st.mode : c->mode);
}

static int put(const struct plan_input *in, const struct change *c, struct source *over)
{
	switch (c->kind) {
	case CHANGE_PATCH: return put_patched(in, c, over);
	case CHANGE_WRITE: return put_text(in, c, over);
	case CHANGE_LINK: return overlay_link(over, c->path, c->target);
	case CHANGE_FOLDER: return overlay_folder(over, c->path, c->mode);
	case CHANGE_MODE: return overlay_mode(over, c->path, c->mode);
	case CHANGE_REMOVE: return overlay_remove(over, c->path);
	case CHANGE_RUN: return 0;
	}
	return EINVAL;
}

/* Bytes of an archive that is unpacked have their zeros behind them. */
static int put_brought(const struct plan_input *in, const struct change *c, struct source *over)
{
	if (c->kind == CHANGE_WRITE)
		return overlay_file(over, c->path, c->bytes, (c->bytes.n + PAGE - 1) / PAGE * PAGE, c->mode);
	return put(in, c, over);
}

int plan_overlay(const struct plan_input *in, const struct plan *p, struct source *over)
{
	int err = 0;

	for (size_t i = 0; i < p->changes.n && err == 0; i++)
		err = put(in, &p->changes.items[i], over);
	for (size_t i = 0; i < p->brings.n && err == 0; i++)
		err = put_brought(in, &p->brings.items[i], over);
	if (err == 0 && p->new_cache)
		err = plan_new_cache(in, over);
	return err;
}
