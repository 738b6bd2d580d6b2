/* pack_image.c - images of containers, as `docker save` and OCI tools write them: which layers there are, and
 * what is left to see when they lie one on top of the other.
 * https://github.com/opencontainers/image-spec: image-layout.md, manifest.md, layer.md (whiteouts) */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "source/overlay.h"
#include "source/pack_priv.h"

enum {
	LAYERS_MAX = 200,
	TEXT_MAX = 16 << 20, /* bytes of all lists in JSON */
	INDEX_DEPTH = 4,     /* lists of lists of images */
	LISTS_MAX = 256      /* that are read: they may name each other */
};

struct layers {
	size_t members[LAYERS_MAX]; /* from the lowest up */
	size_t n;
	size_t text;    /* bytes of the lists that were read */
	unsigned lists; /* of OCI that were read */
};

bool pack_is_image(const struct container *c)
{
	return pack_member(c, "manifest.json") != SIZE_MAX ||
	       (pack_member(c, "oci-layout") != SIZE_MAX && pack_member(c, "index.json") != SIZE_MAX);
}

/* ---- lists in JSON ------------------------------------------------------------------------- */

/* NULL: it is not there, or is none. The caller drops it, and allocates nothing from an arena before. */
static json_t *read_list(struct container *c, const char *name, size_t *text_read)
{
	size_t i = pack_member(c, name);
	struct view text;

	if (i == SIZE_MAX || c->members[i].size > TEXT_MAX - *text_read || container_view(c, i, &text) != 0)
		return NULL;
	*text_read += (size_t)c->members[i].size;
	return json_loadb((const char *)text.p, text.n, 0, NULL);
}

/* "sha256:12ab" -> "blobs/sha256/12ab" */
static bool blob_name(const json_t *descriptor, char *buf, size_t n)
{
	const char *digest = json_string_value(json_object_get(descriptor, "digest"));
	const char *colon = digest != NULL ? strchr(digest, ':') : NULL;
	int k;

	if (colon == NULL)
		return false;
	k = snprintf(buf, n, "blobs/%.*s/%s", (int)(colon - digest), digest, colon + 1);
	return k > 0 && (size_t)k < n;
}

static int add_layer(struct container *c, const char *name, struct layers *out)
{
	size_t i = name != NULL ? pack_member(c, name) : SIZE_MAX;

	if (i == SIZE_MAX || out->n == LAYERS_MAX)
		return EBADMSG;
	out->members[out->n++] = i;
	return 0;
}

/* manifest.json of `docker save`: of several images the first. */
static int docker_layers(struct container *c, struct layers *out)
{
	json_t *root = read_list(c, "manifest.json", &out->text);
	const json_t *list = json_object_get(json_array_get(root, 0), "Layers");
	int err = json_array_size(list) > 0 ? 0 : EBADMSG;

	for (size_t i = 0; err == 0 && i < json_array_size(list); i++)
		err = add_layer(c, json_string_value(json_array_get(list, i)), out);
	json_decref(root);
	return err;
}

/* Proofs of origin are listed like images. */
static bool is_attestation(const json_t *descriptor)
{
	const json_t *notes = json_object_get(descriptor, "annotations");

	return json_object_get(notes, "vnd.docker.reference.type") != NULL;
}

static int oci_layers(struct container *c, const char *name, unsigned depth, struct layers *out)
{
	bool read = depth < INDEX_DEPTH && out->lists++ < LISTS_MAX;
	json_t *root = read ? read_list(c, name, &out->text) : NULL;
	const json_t *images = json_object_get(root, "manifests"), *list = json_object_get(root, "layers");
	size_t had = out->n;
	char blob[256];
	int err = EBADMSG;

	for (size_t i = 0; i < json_array_size(images) && err != 0 && out->lists < LISTS_MAX; i++)
		if (!is_attestation(json_array_get(images, i)) &&
		    blob_name(json_array_get(images, i), blob, sizeof(blob)))
			err = oci_layers(c, blob, depth + 1, out);
	for (size_t i = 0; i < json_array_size(list) && (i == 0 || err == 0); i++)
		err = blob_name(json_array_get(list, i), blob, sizeof(blob)) ? add_layer(c, blob, out)
									      : EBADMSG;
	if (err != 0)
		out->n = had; /* what a broken list named is in no image */
	json_decref(root);
	return err;
}

/* ---- layers -------------------------------------------------------------------------------- */

static void add_name(const char *name, void *ctx)
{
	(void)names_add(ctx, name);
}

/* Takes away what is in a folder, and with `self` the folder or file as well. */
static int take_away(struct packed *p, const char *path, bool self, unsigned depth)
{
	struct source *s = p->pub.source;
	struct names inside = { NULL, 0, 0 };
	struct os_stat st;
	int err = source_stat(s, path, false, &st);

	if (err != 0 || depth > CONTAINER_NAME / 2)
		return 0; /* it is not there */
	if (st.type == OS_DIRECTORY)
		(void)source_list(s, path, add_name, &inside);
	for (size_t i = 0; i < inside.n && err == 0; i++) {
		char *child = NULL;

		if (asprintf(&child, "%s/%s", path, inside.items[i]) < 0)
			err = ENOMEM;
		else
			err = take_away(p, child, true, depth + 1);
		free(child);
	}
	names_free(&inside);
	return err == 0 && self ? overlay_remove(s, path) : err;
}

/* ".wh.NAME" takes NAME of the layers below away, ".wh..wh..opq" all that its folder has. */
static int whiteout(struct packed *p, const char *name)
{
	const char *slash = strrchr(name, '/'), *base = slash != NULL ? slash + 1 : name;
	size_t dir = slash != NULL ? (size_t)(slash - name) : 0;

	if (strcmp(base, ".wh..wh..opq") == 0)
		return take_away(p, arena_printf(p->a, "/%.*s", (int)dir, name), false, 0);
	if (strncmp(base, ".wh..wh.", 8) == 0) /* the layer's own bookkeeping */
		return 0;
	if (base[4] == '\0' || strcmp(base, ".wh..") == 0 || strcmp(base, ".wh...") == 0)
		return 0; /* "", "." and ".." are no names: containerd refuses such a layer */
	return take_away(p, arena_printf(p->a, "/%.*s/%s", (int)dir, name, base + 4), true, 0);
}

static bool is_whiteout(const char *name)
{
	const char *slash = strrchr(name, '/');

	return strncmp(slash != NULL ? slash + 1 : name, ".wh.", 4) == 0;
}

static int place_layer(struct packed *p, struct container *c)
{
	int err = 0;

	for (size_t i = 0; i < c->n && err == 0; i++)
		if (c->members[i].refused == NULL && is_whiteout(c->members[i].name))
			err = whiteout(p, c->members[i].name);
	p->folder = NULL;
	for (size_t i = 0; i < c->n && err == 0; i++)
		if (!is_whiteout(c->members[i].name))
			err = pack_place_member(p, c, i, "");
	return err;
}

int pack_place_image(struct packed *p, struct container *c)
{
	struct layers layers = { .n = 0 };
	int err = docker_layers(c, &layers);

	if (err != 0) {
		layers.n = 0;
		err = oci_layers(c, "index.json", 0, &layers);
	}
	for (size_t i = 0; i < layers.n && err == 0; i++) {
		struct container *layer;

		err = pack_inner(p, c, layers.members[i], &layer);
		if (err == 0)
			err = place_layer(p, layer);
	}
	return err;
}
