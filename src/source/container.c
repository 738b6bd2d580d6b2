/* container.c - see container.h. */
#include "source/container.h"

#include <archive_entry.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "source/stream.h"
#include "source/zip.h"

#define LIST_MEMORY ((size_t)1024 << 20) /* bytes that names may take */

enum { LOCKS = 32, S_LINK = 0120000, S_TYPE = 0170000 };

/* What container_bytes remembers of a member. */
struct unpacked {
	struct os_mapping map;
	int err;
	bool done;
};

struct list {
	struct container_member *items;
	size_t n, cap;
};

/* What is behind a struct container. */
struct archived {
	struct container pub; /* first */
	struct arena *a;
	struct view bytes;
	bool in_file, is_zip;
	struct zip zip;
	struct stream stream; /* under locks[0] */
	struct list list;
	struct unpacked *unpacked;
	pthread_mutex_t locks[LOCKS];
};

/* ---- names --------------------------------------------------------------------------------- */

/* `raw` as a path below the top. *refused: why it is none. */
static const char *clean_name(struct arena *a, const char *raw, const char **refused)
{
	char *out = arena_strdup(a, raw);
	size_t n = 0;

	if (*raw == '/')
		*refused = "its name is absolute: it would be written outside";
	while (*raw != '\0') {
		size_t len = strcspn(raw, "/");

		if (len == 2 && memcmp(raw, "..", 2) == 0)
			*refused = "its name leads out of the archive";
		if (len > 0 && !(len == 1 && *raw == '.')) {
			if (n > 0)
				out[n++] = '/';
			memmove(out + n, raw, len);
			n += len;
		}
		raw += len + (raw[len] == '/');
	}
	out[n] = '\0';
	return out;
}

static struct container_member *add(struct archived *c, const char *raw)
{
	struct container_member *m = ARENA_PUSH(c->a, &c->list);

	m->raw = arena_strdup(c->a, raw);
	m->name = clean_name(c->a, raw, &m->refused);
	return m;
}

/* ---- zip ----------------------------------------------------------------------------------- */

/* Members that lie over each other make terabytes of a small file. */
static bool overlaps(const struct zip *z)
{
	uint64_t packed = 0, size = 0;

	for (size_t i = 0; i < z->n; i++) {
		if (z->members[i].packed > z->bytes.n - packed ||
		    z->members[i].size > CONTAINER_TOTAL_MAX - size)
			return true;
		packed += z->members[i].packed;
		size += z->members[i].size;
	}
	return false;
}

static void take_link(struct archived *c, const struct zip_member *z, struct container_member *m)
{
	struct view target;

	m->kind = MEMBER_LINK;
	if (zip_read(&c->zip, z, c->a, CONTAINER_NAME - 1, &target) == 0)
		m->target = (const char *)target.p;
	else if (m->refused == NULL)
		m->refused = "it is a link whose target cannot be read";
}

static void take_zip_member(struct archived *c, size_t i)
{
	const struct zip_member *z = &c->zip.members[i];
	struct container_member *m = add(c, z->name);
	size_t n = strlen(z->name);

	m->kind = n > 0 && z->name[n - 1] == '/' ? MEMBER_FOLDER : MEMBER_FILE;
	m->size = z->size;
	m->has_mode = z->mode != 0;
	m->mode = z->mode & 07777;
	m->place = i;
	if (i > 0 && strcmp(z->name, z[-1].name) == 0)
		m->refused = "the archive has two members of that name: readers differ in which one counts";
	if ((z->mode & S_TYPE) == S_LINK)
		take_link(c, z, m);
}

static int list_zip(struct archived *c)
{
	zip_open(c->bytes, c->a, &c->zip);
	c->zip.in_file = c->in_file;
	if (!c->zip.usable)
		return EBADMSG;
	c->is_zip = true;
	c->pub.format = "zip";
	if (c->zip.cut)
		c->pub.problem = "the list of its members is damaged";
	if (overlaps(&c->zip)) {
		c->pub.problem = "its members lie over each other, or are larger than is believed: it was "
				 "damaged, or made to fill a memory";
		return 0;
	}
	for (size_t i = 0; i < c->zip.n; i++)
		take_zip_member(c, i);
	return 0;
}

/* ---- streams ------------------------------------------------------------------------------- */

static enum member_kind kind_of(struct archive_entry *e)
{
	if (archive_entry_hardlink(e) != NULL)
		return MEMBER_HARD_LINK;
	switch (archive_entry_filetype(e)) {
	case AE_IFREG: return MEMBER_FILE;
	case AE_IFDIR: return MEMBER_FOLDER;
	case AE_IFLNK: return MEMBER_LINK;
	default: return MEMBER_OTHER;
	}
}

static void take_entry(struct archived *c, struct archive_entry *e)
{
	const char *raw = archive_entry_pathname(e), *to;
	struct container_member *m = add(c, raw != NULL ? raw : "");
	la_int64_t size = archive_entry_size(e);
	size_t got = 0;

	if (*m->raw == '\0' || strlen(m->raw) >= CONTAINER_NAME)
		m->refused = "its name is empty, or longer than a path can be";
	m->kind = kind_of(e);
	m->size = size > 0 ? (uint64_t)size : 0;
	m->mode = archive_entry_mode(e) & 07777;
	m->has_mode = true;
	m->place = c->stream.plain ? (uint64_t)c->stream.place : c->list.n - 1;
	to = m->kind == MEMBER_LINK	   ? archive_entry_symlink(e)
	     : m->kind == MEMBER_HARD_LINK ? archive_entry_hardlink(e)
					   : NULL;
	if (to != NULL && m->kind == MEMBER_LINK)
		m->target = arena_strdup(c->a, to);
	else if (to != NULL)
		m->target = clean_name(c->a, to, &m->refused);
	if (m->kind == MEMBER_FILE && stream_read(&c->stream, m->head, sizeof(m->head), &got) == 0)
		m->nhead = (uint8_t)got;
}

static int list_stream(struct archived *c)
{
	struct archive_entry *e;
	int err = stream_open(&c->stream, c->bytes, 0, c->in_file);

	if (err != 0)
		return err;
	while ((err = stream_next(&c->stream, &e)) == 0 && c->list.n < CONTAINER_MEMBERS)
		take_entry(c, e);
	if (err > 0 && c->list.n == 0 && !c->stream.bomb)
		return EBADMSG;
	c->pub.format = stream_format(&c->stream);
	if (c->stream.bomb)
		c->pub.problem = "it unpacks to more than is believed: it was made to fill a memory";
	else if (err > 0)
		c->pub.problem = arena_printf(c->a, "it is damaged behind %s: %s",
					      c->list.n > 0 ? c->list.items[c->list.n - 1].raw : "its begin",
					      stream_why(&c->stream));
	else if (err == 0)
		c->pub.problem = "it has more members than are read";
	stream_close(&c->stream);
	return 0;
}

/* ---- opening ------------------------------------------------------------------------------- */

struct opening {
	struct archived *c;
	int err;
};

static void list(void *ctx)
{
	struct opening *o = ctx;
	struct archived *c = o->c;

	if (view_has(c->bytes, 0, 2) && memcmp(c->bytes.p, "PK", 2) == 0)
		o->err = list_zip(c);
	else
		o->err = list_stream(c);
	c->unpacked = ARENA_ARRAY(c->a, c->list.n + 1, struct unpacked);
	c->pub.members = c->list.items;
	c->pub.n = c->list.n;
}

int container_open(struct view bytes, bool in_file, struct container **out)
{
	struct archived *c = calloc(1, sizeof(*c));
	struct opening o = { c, 0 };

	*out = NULL;
	if (c == NULL)
		return ENOMEM;
	for (size_t i = 0; i < LOCKS; i++)
		pthread_mutex_init(&c->locks[i], NULL);
	c->bytes = bytes;
	c->in_file = in_file;
	c->a = arena_new(LIST_MEMORY);
	if (c->a == NULL || arena_run(c->a, list, &o) != ARENA_OK)
		o.err = ENOMEM;
	if (o.err != 0) {
		container_close(&c->pub);
		return o.err;
	}
	*out = &c->pub;
	return 0;
}

void container_close(struct container *pub)
{
	struct archived *c = (struct archived *)pub;

	if (c == NULL)
		return;
	for (size_t i = 0; c->unpacked != NULL && i < c->pub.n; i++)
		os_unmap(&c->unpacked[i].map);
	stream_close(&c->stream);
	for (size_t i = 0; i < LOCKS; i++)
		pthread_mutex_destroy(&c->locks[i]);
	arena_free(c->a);
	free(c);
}

/* ---- bytes --------------------------------------------------------------------------------- */

/* To just behind the header of the member: 0 or EBADMSG. */
static int go_to(struct archived *c, const struct container_member *m)
{
	struct archive_entry *e;
	int err = 0;

	if (c->stream.a == NULL || c->stream.plain || c->stream.next > m->place) {
		bool plain = c->stream.plain;

		stream_close(&c->stream);
		err = stream_open(&c->stream, c->bytes, plain ? (size_t)m->place : 0, c->in_file);
	}
	if (err == 0 && c->stream.plain)
		err = stream_next(&c->stream, &e);
	while (err == 0 && !c->stream.plain && c->stream.next <= m->place)
		err = stream_next(&c->stream, &e);
	return err < 0 ? EBADMSG : err;
}

static int read_stream(struct archived *c, const struct container_member *m, unsigned char *buf)
{
	int err = go_to(c, m);
	size_t got = 1;

	for (size_t at = 0; err == 0 && at < m->size; at += got) {
		err = stream_read(&c->stream, buf + at, (size_t)m->size - at, &got);
		if (err == 0 && got == 0)
			err = EBADMSG;
	}
	return err;
}

static int unpack(struct archived *c, const struct container_member *m, struct os_mapping *out)
{
	const struct zip_member *z = c->is_zip ? &c->zip.members[m->place] : NULL;
	int err;

	*out = (struct os_mapping){ .borrowed = false };
	if (m->kind != MEMBER_FILE && !(m->kind == MEMBER_LINK && z != NULL))
		return EINVAL;
	if (m->size > CONTAINER_MEMBER_MAX || (z != NULL && !zip_is_possible(z)))
		return EFBIG;
	err = os_map_memory(m->size + 1, out); /* see zip_read_into */
	if (err != 0)
		return err;
	if (z != NULL)
		err = zip_read_into(&c->zip, z, (void *)(uintptr_t)out->bytes.p);
	else
		err = read_stream(c, m, (unsigned char *)(uintptr_t)out->bytes.p);
	if (err != 0)
		os_unmap(out);
	return err;
}

int container_bytes(struct container *pub, size_t member, struct os_mapping *out)
{
	struct archived *c = (struct archived *)pub;
	struct unpacked *u = &c->unpacked[member];
	const struct container_member *m = &pub->members[member];
	pthread_mutex_t *lock = &c->locks[c->is_zip ? 1 + member % (LOCKS - 1) : 0];

	pthread_mutex_lock(lock);
	if (!u->done) {
		u->err = unpack(c, m, &u->map);
		u->done = true;
	}
	pthread_mutex_unlock(lock);
	*out = (struct os_mapping){ .bytes = { u->map.bytes.p, (size_t)m->size }, .borrowed = true };
	out->padded = u->map.padded - (m->size % (uint64_t)os_page_size() == 0 ? (size_t)os_page_size() : 0);
	if (u->err != 0)
		*out = (struct os_mapping){ .borrowed = true };
	return u->err;
}

/* A member that lies in the archive as it is. */
static bool in_place(struct archived *c, const struct container_member *m, struct view *out)
{
	const struct zip_member *z = c->is_zip ? &c->zip.members[m->place] : NULL;

	if (m->kind != MEMBER_FILE || m->refused != NULL)
		return false;
	if (z != NULL)
		return !z->encrypted && z->method == 0 && z->packed == z->size &&
		       zip_raw(&c->zip, z, out) == 0;
	return go_to(c, m) == 0 && stream_in_place(&c->stream, m->size, out);
}

int container_view(struct container *pub, size_t member, struct view *out)
{
	struct archived *c = (struct archived *)pub;
	struct os_mapping map;
	bool found;
	int err;

	pthread_mutex_lock(&c->locks[0]);
	found = in_place(c, &pub->members[member], out);
	pthread_mutex_unlock(&c->locks[0]);
	if (found)
		return 0;
	err = container_bytes(pub, member, &map);
	*out = map.bytes;
	return err;
}

uint64_t container_cost(const struct container *pub, size_t member)
{
	const struct archived *c = (const struct archived *)pub;
	const struct container_member *m = &pub->members[member];

	return c->is_zip ? zip_cost(&c->zip, &c->zip.members[m->place]) : m->size;
}

size_t container_head(struct container *pub, size_t member, unsigned char *buf)
{
	struct archived *c = (struct archived *)pub;
	const struct container_member *m = &pub->members[member];
	size_t n = m->nhead;

	if (m->kind != MEMBER_FILE)
		return 0;
	memcpy(buf, m->head, n);
	if (c->is_zip && zip_head(&c->zip, &c->zip.members[m->place], buf, CONTAINER_HEAD, &n) != 0)
		return 0;
	return n;
}

const char *container_why(int err)
{
	switch (err) {
	case EBADMSG: return "it is damaged: what comes out is not what was put in";
	case ENOKEY: return "it is encrypted";
	case EFBIG: return "it is larger than is believed or read";
	case ENOMEM: return "there is not enough memory to unpack it";
	default: return "it cannot be unpacked";
	}
}
