/* store.c - each file is opened, mapped and parsed once.
 *
 * Paths are spread over shards, each with its own lock, held for one look-up in a hash table.
 * Nothing is opened or parsed under a lock: two threads that ask for a new path at the same time
 * may both open it, and the one that comes second drops its copy.
 */
#include "object/store.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/map.h"

enum {
	SHARDS = 16,
	REMEMBERED = 8192 /* answers of store_has_file, for one shard */
};

struct shard {
	pthread_mutex_t lock;
	struct map entries; /* path -> struct store_entry */
	struct map folders; /* path -> errno of a folder, see store_stat_dir */
	struct map files;   /* path -> 1 or 2, see store_has_file */
	struct map listings; /* path -> struct store_listing */
};

/* What is behind a struct store_file. */
struct parsed {
	struct store_file pub; /* first: a store_file of ours is one of these */
	struct source_file from;
	pthread_mutex_t lock;  /* of making pub.aux, pub.derived and twin */
	void (*drop)(void *aux);
	void (*drop_derived[3])(void *);
	struct parsed *twin;   /* see store_native; borrows the bytes */
	bool is_twin;
};

struct device {
	uint64_t dev;
	bool noexec, nosuid;
};

struct inode {
	uint64_t dev, ino;
};

struct store {
	struct source *source;
	struct shard shards[SHARDS];
	pthread_mutex_t lock;   /* of what follows */
	struct map files;       /* struct inode -> struct parsed */
	struct device *devices; /* a handful */
	size_t ndevices;
	bool keep_code, drop_constants; /* see store_keep_code, store_drop_constants */
	uint64_t made;          /* files of store_put: inodes of a device that no system has */
};

static void parsed_free(void *p)
{
	struct parsed *f = p;

	if (f == NULL)
		return;
	if (f->pub.aux != NULL && f->drop != NULL)
		f->drop(f->pub.aux);
	for (int i = 0; i < 3; i++)
		if (f->pub.derived[i] != NULL && f->drop_derived[i] != NULL)
			f->drop_derived[i](f->pub.derived[i]);
	if (f->pub.kind == FILE_ELF)
		elf_close(&f->pub.elf);
	parsed_free(f->twin);
	if (!f->is_twin)
		source_close(&f->from);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

static void listing_free(void *p)
{
	struct store_listing *l = p;

	if (l == NULL)
		return;
	for (size_t i = 0; i < l->n; i++)
		free((char *)(uintptr_t)l->names[i] - 1);
	free(l->names);
	free(l);
}

static void shards_free(struct store *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		map_free(&s->shards[i].entries, free);
		map_free(&s->shards[i].folders, NULL);
		map_free(&s->shards[i].files, NULL);
		map_free(&s->shards[i].listings, listing_free);
		pthread_mutex_destroy(&s->shards[i].lock);
	}
}

static bool locks_new(struct store *s)
{
	for (size_t i = 0; i < SHARDS; i++) {
		if (pthread_mutex_init(&s->shards[i].lock, NULL) != 0) {
			shards_free(s, i);
			return false;
		}
	}
	if (pthread_mutex_init(&s->lock, NULL) != 0) {
		shards_free(s, SHARDS);
		return false;
	}
	return true;
}

struct store *store_new(struct source *src)
{
	struct store *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->source = src;
	if (!locks_new(s)) {
		free(s);
		return NULL;
	}
	return s;
}

void store_free(struct store *s)
{
	if (s == NULL)
		return;
	shards_free(s, SHARDS);
	map_free(&s->files, parsed_free);
	free(s->devices);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

void store_keep_code(struct store *s)
{
	s->keep_code = true;
}

void store_drop_constants(struct store *s)
{
	s->drop_constants = true;
}

struct source *store_source(const struct store *s)
{
	return s->source;
}

size_t store_count(const struct store *s)
{
	pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&s->lock;
	size_t n;

	pthread_mutex_lock(lock);
	n = s->files.n;
	pthread_mutex_unlock(lock);
	return n;
}

/* ---- mounts ------------------------------------------------------------------------------- */

static bool device_known(const struct store *s, struct store_file *f)
{
	for (size_t i = 0; i < s->ndevices; i++) {
		if (s->devices[i].dev == f->st.dev) {
			f->noexec = s->devices[i].noexec;
			f->nosuid = s->devices[i].nosuid;
			return true;
		}
	}
	return false;
}

/* Without memory the device is merely asked again. */
static void device_add(struct store *s, const struct store_file *f)
{
	struct device *p = realloc(s->devices, (s->ndevices + 1) * sizeof(*p));

	if (p == NULL)
		return;
	s->devices = p;
	p[s->ndevices].dev = f->st.dev;
	p[s->ndevices].noexec = f->noexec;
	p[s->ndevices].nosuid = f->nosuid;
	s->ndevices++;
}

/* A mount that cannot be asked counts as one without restrictions. */
static void set_mount_flags(struct store *s, const char *path, struct store_file *f)
{
	bool known;

	pthread_mutex_lock(&s->lock);
	known = device_known(s, f);
	pthread_mutex_unlock(&s->lock);
	if (known || source_mount_flags(s->source, path, &f->noexec, &f->nosuid) != 0)
		return;
	pthread_mutex_lock(&s->lock);
	if (!device_known(s, f))
		device_add(s, f);
	pthread_mutex_unlock(&s->lock);
}

/* ---- files -------------------------------------------------------------------------------- */

static struct parsed *file_find(struct store *s, const struct os_stat *st)
{
	struct inode key = {st->dev, st->ino};
	struct parsed *f;

	pthread_mutex_lock(&s->lock);
	f = map_get(&s->files, &key, sizeof(key));
	pthread_mutex_unlock(&s->lock);
	return f;
}

/* Makes f the file of its inode and gives it its id, or drops it if there is one already. NULL: no
 * memory. */
static struct parsed *file_publish(struct store *s, struct parsed *f)
{
	struct inode key = {f->pub.st.dev, f->pub.st.ino};
	struct parsed *winner;

	pthread_mutex_lock(&s->lock);
	winner = map_get(&s->files, &key, sizeof(key));
	if (winner == NULL && s->files.n < UINT32_MAX) {
		f->pub.id = (uint32_t)s->files.n;
		if (map_put(&s->files, &key, sizeof(key), f))
			winner = f;
	}
	pthread_mutex_unlock(&s->lock);
	if (winner != f)
		parsed_free(f);
	return winner;
}

static void give_back(void *ctx, struct view part)
{
	(void)ctx;
	os_give_back(part.p, part.n);
}

/* Takes *from in any case. path: NULL if the source has none for it. */
static struct parsed *parse(struct store *s, const char *path, struct source_file *from)
{
	struct parsed *f = calloc(1, sizeof(*f));

	if (f == NULL || pthread_mutex_init(&f->lock, NULL) != 0) {
		free(f);
		source_close(from);
		return NULL;
	}
	f->from = *from;
	f->pub.st = from->st;
	f->pub.bytes = from->map.bytes;
	f->pub.padded = from->map.padded;
	f->pub.kind = from->st.type == OS_REGULAR ? file_kind(f->pub.bytes) : FILE_DATA;
	if (f->pub.kind == FILE_ELF && !elf_open(f->pub.bytes, f->pub.padded, &f->pub.elf)) {
		parsed_free(f);
		return NULL;
	}
	if (from->scarce && f->pub.kind == FILE_ELF && !s->keep_code)
		elf_each_idle(&f->pub.elf, s->drop_constants && !elf_calls_dlopen(&f->pub.elf), give_back,
			      NULL);
	if (f->pub.kind == FILE_PE)
		pe_open(f->pub.bytes, &f->pub.pe);
	if (path != NULL)
		set_mount_flags(s, path, &f->pub);
	return f;
}

/* The parsed file of *from, which it takes. NULL: no memory. */
static struct parsed *file_of(struct store *s, const char *path, struct source_file *from)
{
	struct parsed *f = file_find(s, &from->st);

	if (f != NULL) {
		source_close(from);
		return f;
	}
	f = parse(s, path, from);
	return f != NULL ? file_publish(s, f) : NULL;
}

/* The file at path: 0 and *out, errno of the open, or -1 if there is no memory. */
static int file_open(struct store *s, const char *path, struct parsed **out)
{
	struct source_file from;
	int err;

	*out = NULL;
	err = source_open(s->source, path, &from);
	if (err != 0)
		return err; /* ENOMEM too: a sparse file may be larger than the address space */
	*out = file_of(s, path, &from);
	return *out != NULL ? 0 : -1;
}

int store_open_host(struct store *s, const char *host_path, struct store_file **out)
{
	struct source *machine = source_host(NULL);
	struct source_file from;
	struct parsed *f;
	int err;

	*out = NULL;
	if (machine == NULL)
		return -1;
	err = source_open(machine, host_path, &from);
	source_free(machine);
	if (err != 0)
		return err;
	f = file_of(s, NULL, &from);
	*out = f != NULL ? &f->pub : NULL;
	return f != NULL ? 0 : -1;
}

/* ---- paths -------------------------------------------------------------------------------- */

static struct shard *shard_of(struct store *s, const char *path, size_t n)
{
	/* the map indexes by the low bits of the same hash */
	return &s->shards[XXH3_64bits(path, n) >> 32 & (SHARDS - 1)];
}

/* The entry of path that all will see: e, or the one that another thread was first with. */
static const struct store_entry *entry_publish(struct shard *h, const char *path, size_t n,
					       struct store_entry *e)
{
	struct store_entry *winner;

	pthread_mutex_lock(&h->lock);
	winner = map_get(&h->entries, path, n);
	if (winner == NULL && map_put(&h->entries, path, n, e)) {
		winner = e;
		e->path = map_key(&h->entries, path);
	}
	pthread_mutex_unlock(&h->lock);
	if (winner != e)
		free(e);
	return winner;
}

const struct store_entry *store_open(struct store *s, const char *path)
{
	size_t n = strlen(path);
	struct shard *h = shard_of(s, path, n);
	struct store_entry *e;
	struct parsed *f;
	int err;

	pthread_mutex_lock(&h->lock);
	e = map_get(&h->entries, path, n);
	pthread_mutex_unlock(&h->lock);
	if (e != NULL)
		return e;
	err = file_open(s, path, &f);
	if (err < 0)
		return NULL;
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	e->err = err;
	e->file = f != NULL ? &f->pub : NULL;
	return entry_publish(h, path, n, e);
}

const struct store_entry *store_put(struct store *s, const char *path, struct view bytes)
{
	size_t n = strlen(path), padded = (bytes.n + 4095) & ~(size_t)4095;
	struct os_stat st = { .dev = UINT64_MAX, .size = bytes.n, .mode = 0755, .type = OS_REGULAR };
	struct source_file from = { .st = st };
	struct store_entry *e = calloc(1, sizeof(*e));
	unsigned char *copy = calloc(1, padded + 1);
	struct parsed *f;

	if (e == NULL || copy == NULL) {
		free(e);
		free(copy);
		return NULL;
	}
	if (bytes.n > 0)
		memcpy(copy, bytes.p, bytes.n);
	from.st.uid = os_euid();
	from.st.ino = __atomic_add_fetch(&s->made, 1, __ATOMIC_RELAXED);
	from.map.bytes = (struct view){ copy, bytes.n };
	from.map.padded = padded;
	f = file_of(s, NULL, &from);
	if (f == NULL) {
		free(e);
		return NULL;
	}
	e->file = &f->pub;
	return entry_publish(shard_of(s, path, n), path, n, e) == e ? e : NULL;
}

int store_stat_dir(struct store *s, const char *path)
{
	size_t n = strlen(path);
	struct shard *h = shard_of(s, path, n);
	struct os_stat st;
	uintptr_t known; /* errno + 1, as a table keeps no NULL */
	bool kept;
	int err;

	pthread_mutex_lock(&h->lock);
	known = (uintptr_t)map_get(&h->folders, path, n);
	pthread_mutex_unlock(&h->lock);
	if (known != 0)
		return (int)(known - 1);
	err = source_stat(s->source, path, true, &st);
	if (err == 0 && st.type != OS_DIRECTORY)
		err = ENOTDIR;
	pthread_mutex_lock(&h->lock);
	kept = map_put(&h->folders, path, n, (void *)((uintptr_t)err + 1));
	pthread_mutex_unlock(&h->lock);
	return kept ? err : -1;
}

bool store_has_file(struct store *s, const char *path)
{
	size_t n = strlen(path);
	struct shard *h = shard_of(s, path, n);
	struct os_stat st;
	uintptr_t known; /* 1 + the answer, as a table keeps no NULL */
	bool has;

	pthread_mutex_lock(&h->lock);
	known = (uintptr_t)map_get(&h->files, path, n);
	pthread_mutex_unlock(&h->lock);
	if (known != 0)
		return known == 2;
	has = source_stat(s->source, path, true, &st) == 0 && st.type == OS_REGULAR;
	pthread_mutex_lock(&h->lock);
	if (h->files.n < REMEMBERED)
		map_put(&h->files, path, n, (void *)(uintptr_t)(has ? 2 : 1));
	pthread_mutex_unlock(&h->lock);
	return has;
}

/* ---- folders ------------------------------------------------------------------------------ */

struct lister {
	struct store_listing *l;
	size_t cap;
	bool failed;
};

enum os_type store_listing_type(const char *name)
{
	return (enum os_type)name[-1];
}

/* Before the letters stands the type. */
static void list_name(const char *name, enum os_type type, void *ctx)
{
	struct lister *c = ctx;
	size_t n = strlen(name) + 1;
	char *copy = malloc(n + 1);

	if (copy != NULL && c->l->n == c->cap) {
		size_t cap = c->cap == 0 ? 64 : 2 * c->cap;
		const char **v = realloc(c->l->names, cap * sizeof(*v));

		c->failed = c->failed || v == NULL;
		if (v != NULL) {
			c->l->names = v;
			c->cap = cap;
		}
	}
	if (copy == NULL || c->failed) {
		c->failed = true;
		free(copy);
		return;
	}
	copy[0] = (char)type;
	memcpy(copy + 1, name, n);
	c->l->names[c->l->n++] = copy + 1;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct store_listing *listing_new(struct store *s, const char *dir)
{
	struct lister c = { calloc(1, sizeof(*c.l)), 0, false };
	int err;

	if (c.l == NULL)
		return NULL;
	err = source_list_types(s->source, dir, list_name, &c);
	if (c.failed) {
		listing_free(c.l);
		return NULL;
	}
	if (err == 0 && c.l->n > 0)
		qsort(c.l->names, c.l->n, sizeof(c.l->names[0]), compare_names);
	for (; err != 0 && c.l->n > 0; c.l->n--)
		free((char *)(uintptr_t)c.l->names[c.l->n - 1] - 1);
	return c.l;
}

const struct store_listing *store_list(struct store *s, const char *dir)
{
	size_t n = strlen(dir);
	struct shard *h = shard_of(s, dir, n);
	struct store_listing *known, *made;

	pthread_mutex_lock(&h->lock);
	known = map_get(&h->listings, dir, n);
	pthread_mutex_unlock(&h->lock);
	if (known != NULL)
		return known;
	made = listing_new(s, dir);
	if (made == NULL)
		return NULL;
	pthread_mutex_lock(&h->lock);
	known = map_get(&h->listings, dir, n);
	if (known == NULL && map_put(&h->listings, dir, n, made))
		known = made;
	pthread_mutex_unlock(&h->lock);
	if (known != made)
		listing_free(made);
	return known;
}

/* ---- derived data ------------------------------------------------------------------------- */

void *store_aux(struct store *s, struct store_file *f, void *(*make)(struct store_file *),
		void (*drop)(void *))
{
	struct parsed *p = (struct parsed *)f;
	void *aux = __atomic_load_n(&f->aux, __ATOMIC_ACQUIRE);

	(void)s;
	if (aux != NULL)
		return aux;
	pthread_mutex_lock(&p->lock);
	aux = f->aux;
	if (aux == NULL) {
		aux = make(f);
		p->drop = drop;
		__atomic_store_n(&f->aux, aux, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&p->lock);
	return aux;
}

const void *store_derived(struct store *s, const struct store_file *f, enum store_slot slot,
			  void *(*make)(struct store_file *), void (*drop)(void *))
{
	struct parsed *p = (struct parsed *)(uintptr_t)f;
	void **at = &p->pub.derived[slot];
	void *made = __atomic_load_n(at, __ATOMIC_ACQUIRE);

	(void)s;
	if (made != NULL)
		return made;
	pthread_mutex_lock(&p->lock);
	made = *at;
	if (made == NULL) {
		made = make(&p->pub);
		p->drop_derived[slot] = drop;
		__atomic_store_n(at, made, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&p->lock);
	return made;
}

/* ---- files of a wrong identification ------------------------------------------------------ */

static struct parsed *make_twin(const struct parsed *f, bool is64, bool big_endian)
{
	struct parsed *t = calloc(1, sizeof(*t));

	if (t == NULL || pthread_mutex_init(&t->lock, NULL) != 0) {
		free(t);
		return NULL;
	}
	t->is_twin = true;
	t->pub = f->pub;
	t->pub.aux = NULL;
	memset(t->pub.derived, 0, sizeof(t->pub.derived));
	t->pub.kind = FILE_ELF;
	if (!elf_open_as(f->pub.bytes, f->pub.padded, is64, big_endian, &t->pub.elf)) {
		pthread_mutex_destroy(&t->lock);
		free(t);
		return NULL;
	}
	return t;
}

const struct store_file *store_native(const struct store_file *file, bool is64, bool big_endian)
{
	struct parsed *f = (struct parsed *)(uintptr_t)file; /* its first member */

	if (file->kind == FILE_ELF && file->elf.is64 == is64 &&
	    file->elf.big_endian == big_endian && file->elf.defect != ELF_BAD_CLASS &&
	    file->elf.defect != ELF_BAD_DATA && !file->elf.empty_dynamic)
		return file;
	pthread_mutex_lock(&f->lock);
	if (f->twin == NULL)
		f->twin = make_twin(f, is64, big_endian);
	pthread_mutex_unlock(&f->lock);
	if (f->twin != NULL && f->twin->pub.elf.is64 == is64 &&
	    f->twin->pub.elf.big_endian == big_endian)
		return &f->twin->pub;
	return NULL;
}
