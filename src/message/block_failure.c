/* block_failure.c - the last resort: a line in which somebody says in words of his own that something went
 * wrong with a library, told by the name of the file and by words of failure.
 *
 *     [S_API] Sys_LoadModule failed to load: /opt/kestrel/libkestrel.so
 *     Missing dlls:
 *       opal.dll, quartz.dll
 *
 * What it finds counts only where no sentence of a table does (MSG_RANK_GUESS).
 */
#include "message/block.h"

#include <ctype.h>
#include <string.h>

enum {
	LONGEST = 1000, /* bytes of a line that are looked at */
	MOST = 50       /* findings of one text */
};

struct words {
	const char *const *list;
	size_t n;
};

#define WORDS(list) { list, sizeof(list) / sizeof((list)[0]) }

/* ---- errors of Windows by number -------------------------------------------------------------- */

static const struct {
	const char *number, *code;
} numbers[] = {
	{ "126", "missing-library" }, { "127", "missing-symbol" }, { "182", "missing-symbol" },
	{ "193", "wrong-arch" },      { "216", "wrong-arch" },	   { "577", "permission" },
	{ "998", "init-failed" },     { "1114", "init-failed" },   { "1455", "memory-or-limit" },
	{ "14001", "missing-library" },
};

/* Is the number that begins at `at` one of an error: "(126)", "error 126", "code: 126", "GetLastError=126"? */
static bool is_error_number(const char *low, const char *at)
{
	static const char *const words[] = { "error", "code", "err" };
	const char *end = at;

	if (at == low || isalnum((unsigned char)at[-1]))
		return false;
	while (end > low && strchr(" \t:=#", end[-1]) != NULL)
		end--;
	if (end > low && end[-1] == '(')
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i]);

		if ((size_t)(end - low) >= n && strncmp(end - n, words[i], n) == 0)
			return true;
	}
	return false;
}

/* The cause that a number in the line stands for, behind the file's name; NULL: none. */
static const char *code_of_number(const char *low)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		size_t n = strlen(numbers[i].number);

		for (const char *at = low; (at = strstr(at, numbers[i].number)) != NULL; at += n)
			if (!isalnum((unsigned char)at[n]) && is_error_number(low, at))
				return numbers[i].code;
	}
	return NULL;
}

/* Only Windows counts its errors so. */
static bool is_of_windows(const char *name, size_t n)
{
	static const char *const ends[] = { ".so", ".dylib", ".jnilib", ".bundle" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (memmem(name, n, ends[i], strlen(ends[i])) != NULL)
			return false;
	return true;
}

/* ---- what a line says ------------------------------------------------------------------------ */

/* Lines in which it went well, was expected, or is a command. */
static const char *const harmless[] = {
	"success", "skip", "ignor", "fall back", "falling back", "fallback", "optional", "passed",
	" ok ", "0 failed", "no error", "without error", "will be", "attempt to open", "linking c",
	"building c", "installing ", "compiling ", " -l", " -o ", "-shared", "/ld:",
	"undefined reference", "cannot find -l", "warning:", "[warn", "debug", "test", "http/", "request:",
	"not missing", "not fail", "continuing", "any more", "anymore", "tarball", "checking for",
	"looking for", "bundled", "using ", "trying ", "added", "removed", "fixed", "instead",
	"detects",
};

/* Words of failure; each leads here (blocks.def). */
static const char *const failures[] = {
	"not found", "missing", "not load", "error: ", "error loading", "error opening", "errored",
	/* The same in other languages: not found, missing. Letters outside of ASCII are compared as they
	 * are, so a first one that may be a capital is left out. */
	"nicht gefunden", "introuvable", "no se encontr", "no se encuentra", "non trovat", "non è stat",
	"não encontrad", "não foi encontrad", "е найден", "тсутствует", "е знайден", "відсутн",
	"niet gevonden", "ontbreekt", "nie znaleziono", "brakuje", "nenalezen", "nebyl nalezen", "chybí",
	"nem található", "hiányzik", "hittades inte", "kan inte hittas", "saknas", "ikke blev fundet",
	"ble ikke funnet", "ikke ble funnet", "mangler", "ei löyt", "puuttuu", "nu a fost găsit", "lipse",
	"δεν βρέθηκε", "không tìm thấy", "tidak ditemukan", "bulunamad", "eksik", "ไม่พบ", "找不到", "缺少",
	"未找到", "遺失", "丢失", "見つかりません", "見つからない", "찾을 수 없", "не е намерен", "nenašiel",
	/* Not loaded. */
	"nicht geladen werden", "impossible de charger", "impossible d'ouvrir",
	"no se pudo cargar", "no se puede cargar", "no se ha podido cargar",
	"não foi possível carregar", "não é possível carregar", "impossibile caricare",
	"е удалось загрузить", "е удается загрузить", "е удаётся загрузить",
	"е вдалося завантажити", "nie można załadować", "nie udało się załadować",
	"niet worden geladen", "nelze načíst", "går inte att läsa in", "yüklenemedi", "无法加载",
	"加载失败", "无法载入", "無法載入", "読み込めません", "ロードできません", "로드할 수 없", "불러올 수 없",
};
/* These count only with a verb of loading, or with words that tell the cause. */
static const char *const refusals[] = {
	"fail", "unable to ", "cannot ", "could not ", "couldn't ", "can't ",
};
static const char *const verbs[] = {
	"load", "open", "find", "found", "init", "import", "resolv", "locat", "start", "read", "map",
	"access", "exec", "link", "get", "connect", "creat", "allocat", "verif", "validat", "be load",
	"be open", "be found", "be locat", "be init", "be import", "be verif", "be read", "be resolv",
};

static const char *const rights[] = {
	"permission denied", "access is denied", "access denied", "not permitted", "blocked", "quarantine",
	"code sign", "not signed", "unsigned", "signature", "untrusted", "sandbox", "noexec", "not trusted",
	"zugriff verweigert", "accès refusé", "acceso denegado", "accesso negato", "acesso negado",
	"keine berechtigung", "permission non accordée", "permiso denegado", "permissão negada",
	"отказано в доступе", "拒绝访问", "存取被拒", "权限不够", "アクセスが拒否", "許可がありません",
};
static const char *const machines[] = {
	"architecture", "32-bit", "64-bit", "32 bit", "64 bit", "32bit", "64bit", "exec format",
	"win32 application", "incorrect format", "wrong format", "wrong arch", "elfclass", "bad cpu",
	"other platform", "wrong platform",
	"architektur", "arquitectura", "arquitetura", "архитектур", "架构不", "アーキテクチャ",
};
static const char *const functions[] = {
	"undefined symbol", "missing symbol", "symbol", "entry point", "entrypoint", "procedure", "dlsym",
	"getprocaddress", "unresolved", "missing function", "find function", "no function",
	"prozedur", "procédure", "procedimiento", "procedimento", "procedura", "процедур",
	"procedury", "输入点", "輸入點", "プロシージャ", "símbolo", "символ", "符号未定义",
};
static const char *const damage[] = {
	"corrupt", "damaged", "truncated", "checksum", "malformed", "invalid elf", "bad magic", "too short",
	"hash mismatch", "not a valid",
	"beschädigt", "endommagé", "corrompu", "dañad", "corrupto", "danneggiat", "corrompid",
	"поврежд", "uszkodzon", "损坏", "毀損", "破損",
};
static const char *const versions[] = {
	"version mismatch", "incompatible", "not compatible", "wrong version", "abi version", "api version",
	"different version", "mismatched", "too old", "outdated",
};
static const char *const starts[] = {
	"initialize", "initialise", "initialization", "initialisation", "dllmain",
	"initialisier", "initialisation", "inicializ", "inizializz", "инициализ", "初始化", "初期化",
};
static const char *const memory[] = {
	"out of memory", "cannot allocate", "too many open files", "not enough memory"
};
static const char *const crashes[] = {
	"segmentation fault", "access violation", "crashed in", "exception in"
};

/* The first that a line has a word of; a line with none: the library was not to be had. */
static const struct {
	struct words words;
	const char *code;
} kinds[] = {
	{ WORDS(rights), "permission" },      { WORDS(machines), "wrong-arch" },
	{ WORDS(functions), "missing-symbol" }, { WORDS(damage), "corrupt-file" },
	{ WORDS(versions), "abi-mismatch" },  { WORDS(memory), "memory-or-limit" },
	{ WORDS(crashes), "crash" },          { WORDS(starts), "init-failed" },
};

/* `low`: the line in lower case. */
static bool has_one(struct words words, const char *low)
{
	for (size_t i = 0; i < words.n; i++)
		if (strstr(low, words.list[i]) != NULL)
			return true;
	return false;
}

/* The cause that the line has a word of; NULL: none. */
static const char *kind_of(const char *low)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (has_one(kinds[i].words, low))
			return kinds[i].code;
	return NULL;
}

/* A character of a longer word or of a path. */
static bool is_inside(char c)
{
	return isalnum((unsigned char)c) || (c != '\0' && strchr("_-./", c) != NULL);
}

/* Does a verb of loading begin there, behind "to " perhaps, or stand before: "LoadLibrary(x) failed"? */
static bool is_of_loading(const char *low, const char *behind)
{
	static const struct words all = WORDS(verbs);
	const char *load = strstr(low, "load");

	while (*behind != '\0' && !isspace((unsigned char)*behind))
		behind++;
	while (isspace((unsigned char)*behind))
		behind++;
	if (strncmp(behind, "to ", 3) == 0)
		behind += 3;
	for (size_t i = 0; i < all.n; i++)
		if (strncmp(behind, all.list[i], strlen(all.list[i])) == 0)
			return true;
	return load != NULL && load < behind && (load == low || !isalnum((unsigned char)load[-1]));
}

/* Does one of the words begin outside of the name [start, start + n)? */
static bool says_one(struct words words, bool of_loading, const char *low, size_t start, size_t n)
{
	for (size_t i = 0; i < words.n; i++)
		for (const char *at = low; (at = strstr(at, words.list[i])) != NULL; at++) {
			size_t k = (size_t)(at - low), last = strlen(words.list[i]) - 1;

			if ((k < start || k >= start + n) && (k == 0 || !is_inside(low[k - 1])) &&
			    (!of_loading || is_of_loading(low, at + last)))
				return true;
		}
	return false;
}

static bool has_failed(const char *low, size_t start, size_t n)
{
	static const struct words plain = WORDS(failures), refused = WORDS(refusals);
	size_t end = strlen(low);

	if (end > 0 && low[end - 1] == '?')
		return false;
	return says_one(plain, false, low, start, n) ||
	       says_one(refused, kind_of(low) == NULL, low, start, n);
}

/* ---- the name of a library ------------------------------------------------------------------- */

static bool is_name_char(char c)
{
	return c != '\0' && !isspace((unsigned char)c) && strchr("'\"`,;:()[]<>{}|*?=!", c) == NULL;
}

/* Behind the ending of a library that stands at s: ".so", ".so.1.2", ".dll"; NULL if none does. */
static const char *behind_ending(const char *s)
{
	static const char *const ends[] = { ".so", ".dll", ".dylib", ".pyd", ".node", ".jnilib", ".bundle",
					    ".vst3", ".clap", ".xll", ".mexw64", ".ocx", ".scx", ".oct" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const char *p = s + strlen(ends[i]);

		if (strncasecmp(s, ends[i], strlen(ends[i])) != 0)
			continue;
		while (i == 0 && p[0] == '.' && isdigit((unsigned char)p[1]))
			p += 1 + strspn(p + 1, "0123456789");
		if (!isalnum((unsigned char)*p) && *p != '_' && *p != '-' &&
		    !(*p == '.' && isalnum((unsigned char)p[1])) && *p != ':' && *p != '/')
			return p;
		/* "x.so: reason", but no place in a source. */
		if (*p == ':' && !isdigit((unsigned char)p[1]))
			return p;
	}
	return NULL;
}

/* Where the name [s, end) begins: at the mark before it, if it stands between two and has blanks. */
static const char *quoted_from(const char *text, const char *s, const char *end)
{
	const char *open = s;

	if (strchr("'\"`", *end) == NULL || *end == '\0')
		return s;
	while (open > text && open[-1] != *end)
		open--;
	return open > text && (open == text + 1 || open[-2] == ' ' || open[-2] == '(') ? open : s;
}

/* The first name of a library in the text. */
static bool find_name(const char *text, size_t *start, size_t *n)
{
	for (const char *dot = strchr(text, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
		const char *end = behind_ending(dot), *s = dot;

		while (s > text && (is_name_char(s[-1]) || (s[-1] == ':' && (*s == '/' || *s == '\\'))))
			s--;
		if (end == NULL || s == dot)
			continue;
		s = quoted_from(text, s, end);
		*start = (size_t)(s - text);
		*n = (size_t)(end - s);
		return true;
	}
	return false;
}

/* ---- the reader ------------------------------------------------------------------------------ */

/* The line, and the next one if it ends with a colon: what is told of stands below. */
static void line_text(struct block *b, const struct block_line *l, char *out, size_t room)
{
	struct block_line next;
	size_t n = l->n < LONGEST ? l->n : LONGEST;

	memcpy(out, l->s, n);
	if (l->n > 0 && l->n <= LONGEST && l->s[l->n - 1] == ':' && block_line(b, 1, &next)) {
		size_t more = next.n < room - n - 2 ? next.n : room - n - 2;

		out[n++] = ' ';
		memcpy(out + n, next.s, more);
		n += more;
	}
	out[n] = '\0';
}

/* The last line that was told of, and how many were. */
struct kept {
	int64_t line;
	size_t times;
};

static struct kept *kept_of(struct block *b)
{
	struct kept *k = *block_keep(b);

	if (k == NULL)
		*block_keep(b) = k = ARENA_NEW(block_arena(b), struct kept);
	return k;
}

/* The finding of a line; whether a person writes about it is told by what stands around the name. */
static void add(struct block *b, const struct block_line *l, const char *code, const char *text, size_t start,
		size_t n)
{
	struct block_line named = *l;
	struct msg_fact *f;

	if (start + n <= l->n) {
		named.s += start;
		named.n = n;
	}
	f = block_fact(b, &named, "failure-words", "program", MSG_CAUSE, MSG_RANK_GUESS, code, NULL);
	f->text = arena_strndup(block_arena(b), l->s, l->n < LONGEST ? l->n : LONGEST);
	block_set(b, f, MSG_OBJECT, text + start, n);
	block_add(b, f);
}

void block_failure(struct block *b)
{
	static const struct words wrong = WORDS(harmless);
	char text[2 * LONGEST + 2], low[2 * LONGEST + 2];
	struct kept *kept = kept_of(b);
	struct block_line l;
	const char *code;
	size_t start, n;

	if (!block_line(b, 0, &l) || kept->line == l.line || kept->times >= MOST)
		return;
	line_text(b, &l, text, sizeof(text));
	for (n = 0; text[n] != '\0'; n++)
		low[n] = (char)tolower((unsigned char)text[n]);
	low[n] = '\0';
	if (has_one(wrong, low) || !find_name(text, &start, &n))
		return;
	code = is_of_windows(text + start, n) ? code_of_number(low + start + n) : NULL;
	if (code == NULL && !has_failed(low, start, n))
		return;
	kept->line = l.line;
	kept->times++;
	if (code == NULL)
		code = kind_of(low);
	add(b, &l, code != NULL ? code : "missing-library", text, start, n);
}
