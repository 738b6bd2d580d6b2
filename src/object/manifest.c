/* manifest.c - elements and attributes of side-by-side manifests. */
#include "object/manifest.h"

#include <string.h>
#include <strings.h>

#include "object/pe.h"

enum { MAX_TEXT = 1 << 20, MAX_ASSEMBLIES = 64, MAX_FILES = 256 };

/* ---- the text --------------------------------------------------------------------------------- */

/* What is no ASCII matters to nobody here. */
static const char *from_utf16(struct view v, struct arena *a)
{
	char *out = arena_alloc(a, v.n / 2 + 1);
	size_t n = 0;

	for (size_t i = 2; i + 1 < v.n; i += 2)
		out[n++] = v.p[i + 1] == 0 && v.p[i] != 0 ? (char)v.p[i] : '?';
	out[n] = '\0';
	return out;
}

const char *manifest_text(struct view bytes, struct arena *a)
{
	if (bytes.p == NULL || bytes.n < 2 || bytes.n > MAX_TEXT)
		return NULL;
	if (bytes.p[0] == 0xff && bytes.p[1] == 0xfe)
		return from_utf16(bytes, a);
	return arena_strndup(a, (const char *)bytes.p, bytes.n);
}

const char *manifest_of(const struct pe *e, uint32_t number, struct arena *a)
{
	struct view v;

	return pe_resource(e, PE_RT_MANIFEST, number, &v) ? manifest_text(v, a) : NULL;
}

/* ---- elements --------------------------------------------------------------------------------- */

/* Behind the name of the next element of that name, with whatever prefix of a name space; of its end if the
 * name begins with a slash; NULL: there is none. Comments are passed over. */
static const char *element(const char *p, const char *name)
{
	bool end = *name == '/';
	size_t n = strlen(name += end);

	while ((p = strchr(p, '<')) != NULL) {
		const char *word = ++p, *colon;

		if (strncmp(p, "!--", 3) == 0) {
			p = strstr(p, "-->");
			if (p == NULL)
				return NULL;
			continue;
		}
		if ((*p == '/') != end)
			continue;
		word += end;
		colon = word + strcspn(word, ": \t\r\n/>");
		if (*colon == ':')
			word = colon + 1;
		if (strncmp(word, name, n) == 0 && strchr(" \t\r\n/>", word[n]) != NULL)
			return word + n;
	}
	return NULL;
}

/* The value of an attribute of the element whose name ends at `tag`: name="…" or name='…'. NULL if it has
 * none. */
static const char *attribute(struct arena *a, const char *tag, const char *name)
{
	size_t n = strlen(name);
	const char *p = tag;

	while (*(p += strspn(p, " \t\r\n")) != '\0' && strchr("<>", *p) == NULL) {
		const char *word = p, *v, *close;
		size_t length = strcspn(p, " \t\r\n=<>");

		p = v = word + length;
		v += strspn(v, " \t\r\n");
		if (*v != '=')
			continue;
		v += 1 + strspn(v + 1, " \t\r\n");
		close = *v == '"' || *v == '\'' ? strchr(v + 1, *v) : NULL;
		if (close == NULL)
			return NULL;
		if (length == n && strncmp(word, name, n) == 0)
			return arena_strndup(a, v + 1, (size_t)(close - v - 1));
		p = close + 1;
	}
	return NULL;
}

static struct manifest_assembly identity_at(const char *tag, struct arena *a)
{
	return (struct manifest_assembly){ attribute(a, tag, "name"), attribute(a, tag, "version"),
					   attribute(a, tag, "processorArchitecture"),
					   attribute(a, tag, "publicKeyToken") };
}

size_t manifest_needs(const char *text, struct arena *a, struct manifest_assembly **out)
{
	const char *p = text;
	size_t n = 0;

	*out = ARENA_ARRAY(a, MAX_ASSEMBLIES, struct manifest_assembly);
	for (int i = 0; i < MAX_ASSEMBLIES && (p = element(p, "dependentAssembly")) != NULL; i++) {
		const char *close = element(p, "/dependentAssembly"), *tag = element(p, "assemblyIdentity");

		if (tag == NULL)
			break;
		if (p[strspn(p, " \t\r\n")] == '/' || (close != NULL && tag > close))
			continue; /* it is empty */
		(*out)[n] = identity_at(tag, a);
		n += (*out)[n].name != NULL;
	}
	return n;
}

bool manifest_identity(const char *text, struct arena *a, struct manifest_assembly *out)
{
	const char *tag = element(text, "assemblyIdentity"), *need = element(text, "dependentAssembly");

	*out = (struct manifest_assembly){ NULL, NULL, NULL, NULL };
	if (tag != NULL && (need == NULL || tag < need))
		*out = identity_at(tag, a);
	return out->name != NULL;
}

size_t manifest_files(const char *text, struct arena *a, const char ***out)
{
	const char *p = text;
	size_t n = 0;

	*out = ARENA_ARRAY(a, MAX_FILES, const char *);
	for (int i = 0; i < MAX_FILES && (p = element(p, "file")) != NULL; i++) {
		(*out)[n] = attribute(a, p, "name");
		n += (*out)[n] != NULL;
	}
	return n;
}

bool manifest_long_paths(const char *text)
{
	const char *p = element(text, "longPathAware");

	p = p != NULL ? strchr(p, '>') : NULL;
	if (p == NULL)
		return false;
	p += 1 + strspn(p + 1, " \t\r\n");
	return strncasecmp(p, "true", 4) == 0;
}
