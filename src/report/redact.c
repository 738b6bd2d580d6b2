/* redact.c - takes out of a report what tells whose machine it is.
 *
 * The names come from the environment, from /etc/passwd and from the kernel, not from the C
 * library, which in a static program would load the host's libraries to ask.
 */
#include "report/redact.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/os.h"

static const char user_word[] = "USER", host_word[] = "HOST";

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80;
}

/* These tell nothing, and replacing them would only blur the report. */
static bool tells_nothing(const char *word, size_t n)
{
	static const char *const common[] = { "root", "localhost", "localdomain" };
	size_t i;

	if (n < 2)
		return true;
	for (i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (strlen(common[i]) == n && strncasecmp(common[i], word, n) == 0)
			return true;
	return false;
}

static int add_word(struct redact *r, const char *word, size_t n, const char *by)
{
	size_t i;

	if (tells_nothing(word, n) || r->nwords == REDACT_WORDS)
		return 0;
	for (i = 0; i < r->nwords; i++)
		if (strlen(r->words[i].word) == n && strncasecmp(r->words[i].word, word, n) == 0)
			return 0;
	r->words[r->nwords].word = strndup(word, n);
	if (r->words[r->nwords].word == NULL)
		return ENOMEM;
	r->words[r->nwords++].by = by;
	return 0;
}

/* "build7.example.org" and "build7". */
static int add_host(struct redact *r, const char *host)
{
	size_t n = strcspn(host, "\n"), first = strcspn(host, ".\n");
	int err = add_word(r, host, n, host_word);

	return err != 0 ? err : add_word(r, host, first, host_word);
}

static int set_home(struct redact *r, const char *home)
{
	size_t n = strlen(home);
	static const char *const parents[] = { "/home/", "/Users/" };
	size_t i;

	while (n > 0 && home[n - 1] == '/')
		n--;
	if (n < 2 || home[0] != '/')
		return 0;
	r->home = strndup(home, n);
	if (r->home == NULL)
		return ENOMEM;
	for (i = 0; i < sizeof(parents) / sizeof(parents[0]); i++) {
		size_t p = strlen(parents[i]);

		if (n > p && strncmp(home, parents[i], p) == 0 && strchr(r->home + p, '/') == NULL)
			return add_word(r, home + p, n - p, user_word);
	}
	return 0;
}

int redact_init_with(struct redact *r, const char *home, const char *user, const char *host)
{
	int err = 0;

	memset(r, 0, sizeof(*r));
	if (host != NULL)
		err = add_host(r, host);
	if (err == 0 && home != NULL)
		err = set_home(r, home);
	if (err == 0 && user != NULL)
		err = add_word(r, user, strlen(user), user_word);
	if (err != 0)
		redact_free(r);
	return err;
}

void redact_free(struct redact *r)
{
	size_t i;

	free(r->home);
	for (i = 0; i < r->nwords; i++)
		free(r->words[i].word);
	memset(r, 0, sizeof(*r));
}

/* ---- the facts of this machine ------------------------------------------------------------ */

static const char *env_value(const char *name)
{
	const char *const *e = os_environ();
	size_t n = strlen(name);

	for (; e != NULL && *e != NULL; e++)
		if (strncmp(*e, name, n) == 0 && (*e)[n] == '=' && (*e)[n + 1] != '\0')
			return *e + n + 1;
	return NULL;
}

/* Adds the name in /etc/passwd whose user id is ours: name:password:id:… */
static int add_passwd_user(struct redact *r)
{
	char *text, *line, *save = NULL, id[32];
	size_t n;
	int err = 0;

	if (os_read_all("/etc/passwd", 1 << 20, &text, &n) != 0)
		return 0;
	snprintf(id, sizeof(id), "%lu:", (unsigned long)os_euid());
	for (line = strtok_r(text, "\n", &save); line != NULL && err == 0;
	     line = strtok_r(NULL, "\n", &save)) {
		char *colon = strchr(line, ':');
		char *uid = colon != NULL ? strchr(colon + 1, ':') : NULL;

		if (uid != NULL && strncmp(uid + 1, id, strlen(id)) == 0)
			err = add_word(r, line, (size_t)(colon - line), user_word);
	}
	free(text);
	return err;
}

static int add_kernel_host(struct redact *r)
{
	char *name;
	size_t n;
	int err;

	if (os_read_all("/proc/sys/kernel/hostname", 4096, &name, &n) != 0)
		return 0;
	err = add_host(r, name);
	free(name);
	return err;
}

int redact_init(struct redact *r)
{
	static const char *const names[] = { "USER", "LOGNAME", "SUDO_USER" };
	const char *value;
	size_t i;
	int err = redact_init_with(r, env_value("HOME"), NULL, env_value("HOSTNAME"));

	if (err == 0)
		err = add_kernel_host(r);
	for (i = 0; i < sizeof(names) / sizeof(names[0]) && err == 0; i++)
		if ((value = env_value(names[i])) != NULL)
			err = add_word(r, value, strlen(value), user_word);
	if (err == 0)
		err = add_passwd_user(r);
	if (err != 0)
		redact_free(r);
	return err;
}

/* ---- replacing ---------------------------------------------------------------------------- */

/* Bytes of s that are our home folder: only whole components count. */
static size_t match_home(const struct redact *r, const char *s)
{
	size_t n;

	if (r->home == NULL || *s != '/')
		return 0;
	n = strlen(r->home);
	if (strncmp(s, r->home, n) != 0 || is_word(s[n]) || s[n] == '-' || s[n] == '_' ||
	    s[n] == '.')
		return 0;
	return n;
}

/* Bytes of the name behind "/home/" at s, with *skip the bytes before it. */
static size_t match_other_home(const char *s, size_t *skip)
{
	if (strncmp(s, "/home/", 6) == 0)
		*skip = 6;
	else if (strncmp(s, "/Users/", 7) == 0)
		*skip = 7;
	else
		return 0;
	return strcspn(s + *skip, "/:;, \t\n\"'()");
}

static size_t match_word(const struct redact *r, const char *s, const char **by)
{
	size_t i, best = 0;

	for (i = 0; i < r->nwords; i++) {
		size_t n = strlen(r->words[i].word);

		if (n > best && strncasecmp(s, r->words[i].word, n) == 0 && !is_word(s[n])) {
			best = n;
			*by = r->words[i].by;
		}
	}
	return best;
}

/* Is the '/' at s, in a text that begins at `begin`, the first of the path of a URL ("file:///home/…")? */
static bool begins_url_path(const char *begin, const char *s)
{
	return s - begin >= 3 && *s == '/' && memcmp(s - 3, "://", 3) == 0;
}

/* Does c end a path in a command or a sentence? */
static bool is_separator(char c)
{
	return strchr(" \t\n:;,=\"'()", c) != NULL;
}

void redact_add(const struct redact *r, struct buf *b, const char *s)
{
	bool in_word = false, in_path = false; /* "/home" inside a path is no home */
	const char *begin = s;

	while (*s != '\0') {
		const char *by = NULL;
		size_t skip = 0, n;

		if (begins_url_path(begin, s))
			in_path = false;

		if (!in_path && (n = match_home(r, s)) > 0) {
			by = "~";
		} else if (!in_path && (n = match_other_home(s, &skip)) > 0) {
			buf_add(b, s, skip);
			by = user_word;
		} else if (in_word || (n = match_word(r, s, &by)) == 0) {
			in_word = is_word(*s);
			in_path = *s == '/' || (in_path && !is_separator(*s));
			buf_char(b, *s++);
			continue;
		}
		buf_str(b, by);
		s += skip + n;
		in_word = false;
		in_path = true;
	}
}
