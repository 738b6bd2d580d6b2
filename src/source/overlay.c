/* overlay.c - see overlay.h. */
#include "source/overlay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/source_priv.h"

/* Takes cwd and layer. */
static struct source *with_layer(bool host, char *cwd, const char *root, struct layer *layer)
{
	struct source *s;

	if (cwd == NULL || layer == NULL) {
		free(cwd);
		layer_free(layer);
		return NULL;
	}
	s = source_new(host, cwd, resolver_new(root, layer));
	if (s == NULL)
		layer_free(layer);
	else
		s->layer = layer;
	return s;
}

struct source *source_overlay(struct source *below)
{
	return with_layer(below->host, source_absolute(below, "."), resolver_root(below->resolver),
			  layer_new());
}

struct source *source_void(void)
{
	return with_layer(false, strdup("/"), "", layer_new_alone());
}

/* Puts *e where `path` leads, its last component not followed. */
static int put(struct source *s, const char *path, const struct layer_entry *e)
{
	char buf[2 * RESOLVE_PATH_MAX];
	struct place at;
	struct os_stat st;
	const char *full;
	int err;

	full = source_from_cwd(s, path, buf, sizeof(buf), &err);
	if (full == NULL)
		return err;
	err = ENOENT;
	if (e->kind == LAYER_MODE || e->kind == LAYER_FILE)
		err = resolver_walk(s->resolver, full, true, &at, &st);
	if (err == ENOENT && e->kind != LAYER_MODE)
		err = resolver_parent(s->resolver, full, &at);
	if (err == 0)
		err = layer_put(s->layer, place_host(&at), e);
	if (e->kind != LAYER_FILE && e->kind != LAYER_MODE) /* folders are remembered */
		resolver_forget(s->resolver);
	return err;
}

int overlay_file(struct source *s, const char *path, struct view bytes, size_t padded, uint32_t mode)
{
	return put(s, path, &(struct layer_entry){ .kind = LAYER_FILE, .bytes = bytes, .padded = padded,
						   .st.mode = mode });
}

/* Where a name is made or taken away: its last component is not followed. */
static int locate_name(struct source *s, const char *path, struct place *at)
{
	char buf[2 * RESOLVE_PATH_MAX];
	const char *full;
	int err;

	full = source_from_cwd(s, path, buf, sizeof(buf), &err);
	return full == NULL ? err : resolver_parent(s->resolver, full, at);
}

int overlay_member(struct source *s, const char *path, struct container *c, size_t member, uint32_t mode)
{
	struct layer_entry e = { .kind = LAYER_FILE, .from = c, .member = member, .st.mode = mode,
				 .bytes = { NULL, (size_t)c->members[member].size } };
	struct place at;
	int err = locate_name(s, path, &at);

	return err != 0 ? err : layer_put(s->layer, place_host(&at), &e);
}

int overlay_hard_link(struct source *s, const char *path, const char *other)
{
	const struct layer_entry *e;
	struct layer_entry copy;
	struct place at;
	int err = locate_name(s, other, &at);

	if (err != 0)
		return err;
	e = layer_find(s->layer, place_host(&at));
	if (e == NULL || e->kind != LAYER_FILE)
		return ENOENT;
	copy = *e;
	err = locate_name(s, path, &at);
	return err != 0 ? err : layer_put(s->layer, place_host(&at), &copy);
}

bool overlay_shows(struct source *s, const char *path, const struct container *c, size_t member)
{
	const struct layer_entry *e;
	struct place at;

	if (locate_name(s, path, &at) != 0)
		return false;
	e = layer_find(s->layer, place_host(&at));
	return e != NULL && e->kind == LAYER_FILE && e->from == c && e->member == member;
}

bool overlay_has(struct source *s, const char *path)
{
	const struct layer_entry *e;
	struct place at;

	if (locate_name(s, path, &at) != 0)
		return false;
	e = layer_find(s->layer, place_host(&at));
	return e != NULL && e->kind != LAYER_GONE && e->kind != LAYER_MODE;
}

int overlay_link(struct source *s, const char *path, const char *target)
{
	char *copy = strdup(target);
	int err;

	if (copy == NULL)
		return ENOMEM;
	err = put(s, path, &(struct layer_entry){ .kind = LAYER_LINK, .target = copy, .st.mode = 0777 });
	free(copy);
	return err;
}

int overlay_folder(struct source *s, const char *path, uint32_t mode)
{
	return put(s, path, &(struct layer_entry){ .kind = LAYER_FOLDER, .st.mode = mode });
}

int overlay_mode(struct source *s, const char *path, uint32_t mode)
{
	return put(s, path, &(struct layer_entry){ .kind = LAYER_MODE, .st.mode = mode });
}

int overlay_remove(struct source *s, const char *path)
{
	return put(s, path, &(struct layer_entry){ .kind = LAYER_GONE });
}
