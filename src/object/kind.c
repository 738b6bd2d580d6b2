/* kind.c - what a file is, by its first bytes.
 *
 * A file under a library's name that is no library is most often one of a few other things: a
 * pointer left by a version control system, a linker script, an error page, an archive. Nothing
 * behind the first 4096 bytes is looked at.
 */
#include <strings.h>

#include "object/elf.h"

#define SNIFF 4096
#define BLOCK 64 /* bytes that are looked at together: compilers make vector code of the loop */

static bool starts(struct view v, const char *magic, size_t n)
{
	return v.n >= n && memcmp(v.p, magic, n) == 0;
}

#define STARTS(v, literal) starts((v), (literal), sizeof(literal) - 1)

/* The place of `needle` in v, or v.n. */
static size_t find_bytes(struct view v, const char *needle)
{
	const unsigned char *at = v.n > 0 ? memmem(v.p, v.n, needle, strlen(needle)) : NULL;

	return at != NULL ? (size_t)(at - v.p) : v.n;
}

static uint32_t load_be32(const unsigned char *p)
{
	return load32(p, order_swaps(true));
}

/* ---- binary formats ----------------------------------------------------------------------- */

static bool is_pe(struct view v)
{
	uint32_t at;

	if (!STARTS(v, "MZ") || v.n < 64)
		return false;
	at = load32(v.p + 60, order_swaps(false));
	/* A header behind what was read is taken on trust. */
	return at >= SNIFF - 4 || (view_has(v, at, 4) && memcmp(v.p + at, "PE\0\0", 4) == 0);
}

static bool is_macho(struct view v)
{
	uint32_t magic = v.n < 28 ? 0 : load_be32(v.p);

	return magic == 0xfeedface || magic == 0xfeedfacf || magic == 0xcefaedfe ||
	       magic == 0xcffaedfe;
}

/* Java class files and fat Mach-O files share a magic number. Behind it there is the version of the
 * class file, 45 or more in its lower half, or the number of slices, which is small. */
static enum file_kind cafebabe(struct view v)
{
	if (v.n < 8)
		return FILE_DATA;
	if (STARTS(v, "\xca\xfe\xba\xbf"))
		return FILE_MACHO_FAT;
	return load_be32(v.p + 4) < 45 ? FILE_MACHO_FAT : FILE_JAVA_CLASS;
}

static bool is_zeros(struct view v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] != 0)
			return false;
	return true;
}

/* FILE_DATA if it is none of them. */
static enum file_kind binary_kind(struct view v)
{
	static const struct {
		const char *magic;
		size_t n;
		enum file_kind kind;
	} magics[] = {
#define MAGIC(literal, kind) { literal, sizeof(literal) - 1, kind }
		MAGIC("\177ELF", FILE_ELF),
		MAGIC("#!", FILE_SCRIPT),
		MAGIC("!<arch>\n", FILE_ARCHIVE),
		MAGIC("!<thin>\n", FILE_THIN_ARCHIVE),
		MAGIC("PK\3\4", FILE_ZIP),
		MAGIC("PK\5\6", FILE_ZIP),
		MAGIC("\x1f\x8b", FILE_GZIP),
		MAGIC("\xfd"
		      "7zXZ\0",
		      FILE_XZ),
		MAGIC("\x28\xb5\x2f\xfd", FILE_ZSTD),
		MAGIC("BC\xc0\xde", FILE_LLVM_BITCODE),
		MAGIC("\xde\xc0\x17\x0b", FILE_LLVM_BITCODE),
		MAGIC("\0asm", FILE_WASM),
#undef MAGIC
	};

	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		if (starts(v, magics[i].magic, magics[i].n))
			return magics[i].kind;
	if (STARTS(v, "BZh") && v.n > 3 && v.p[3] >= '1' && v.p[3] <= '9')
		return FILE_BZIP2;
	if (is_pe(v))
		return FILE_PE;
	if (is_macho(v))
		return FILE_MACHO;
	if (STARTS(v, "\xca\xfe\xba\xbe") || STARTS(v, "\xca\xfe\xba\xbf"))
		return cafebabe(v);
	return is_zeros(v) ? FILE_ZEROS : FILE_DATA;
}

/* ---- text --------------------------------------------------------------------------------- */

/* Bytes of the UTF-8 character at v.p[i], 0 if it is none. One that is cut off by the end of what
 * was read counts as whole. */
static size_t utf8_length(struct view v, size_t i)
{
	unsigned char c = v.p[i];
	size_t n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3
		 : c >= 0xf0 && c < 0xf5 ? 4 : 0;

	for (size_t k = 1; k < n && i + k < v.n; k++)
		if ((v.p[i + k] & 0xc0) != 0x80)
			return 0;
	return n;
}

static bool is_control(unsigned char c)
{
	return (c < 0x20 && (c < '\t' || c > '\r') && c != 0x1b) || c == 0x7f;
}

/* From i on: where the first block begins that is not all ASCII text. */
static size_t pass_plain(struct view v, size_t i)
{
	for (; i < v.n && v.n - i >= BLOCK; i += BLOCK) {
		const unsigned char *p = v.p + i;
		unsigned char other = 0;

		for (size_t k = 0; k < BLOCK; k++)
			other |= (unsigned char)((p[k] >= 0x7f) |
						 ((p[k] < 0x20) & ((p[k] < '\t') | (p[k] > '\r'))));
		if (other != 0)
			break;
	}
	return i;
}

static bool is_text(struct view v)
{
	size_t i = pass_plain(v, 0);

	while (i < v.n) {
		size_t n = utf8_length(v, i);

		if (n == 0 || is_control(v.p[i]))
			return false;
		i = n > 1 ? pass_plain(v, i + n) : i + 1;
	}
	return true;
}

static bool is_blank(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct view skip(struct view v, size_t n)
{
	n = n < v.n ? n : v.n;
	return (struct view){ v.p + n, v.n - n };
}

static struct view skip_blanks(struct view v)
{
	while (v.n > 0 && is_blank(*v.p))
		v = skip(v, 1);
	return v;
}

/* A GNU ld script: comments, then a command and its parenthesis. */
static bool is_linker_script(struct view v)
{
	static const char *const commands[] = { "INPUT", "GROUP", "OUTPUT_FORMAT", "OUTPUT_ARCH",
						"SEARCH_DIR", "ENTRY", "INCLUDE", "SECTIONS",
						"VERSION", "AS_NEEDED" };

	v = skip_blanks(v);
	if (STARTS(v, "/* GNU ld script"))
		return true;
	while (STARTS(v, "/*"))
		v = skip_blanks(skip(v, find_bytes(v, "*/") + 2));
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		struct view rest;

		if (!starts(v, commands[i], strlen(commands[i])))
			continue;
		rest = skip_blanks(skip(v, strlen(commands[i])));
		return rest.n > 0 && (*rest.p == '(' || *rest.p == '{');
	}
	return false;
}

static bool is_html(struct view v)
{
	static const char *const begins[] = { "<!doctype html", "<html", "<head", "<body" };

	if (STARTS(v, "\xef\xbb\xbf"))
		v = skip(v, 3);
	v = skip_blanks(v);
	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++) {
		size_t n = strlen(begins[i]);

		if (v.n >= n && strncasecmp((const char *)v.p, begins[i], n) == 0)
			return true;
	}
	return false;
}

/* The one line of a pointer file of git-annex, or the target of its link kept as text. */
static bool is_annex_pointer(struct view v)
{
	static const char dir[] = "annex/objects/";
	struct view line = { v.p, find_bytes(v, "\n") };
	size_t at = find_bytes(line, dir);

	return at < line.n && line.n > at + sizeof(dir) - 1 &&
	       (at == 0 || line.p[at - 1] == '/') && find_bytes(line, " ") == line.n;
}

enum file_kind file_kind(struct view bytes)
{
	struct view v = { bytes.p, bytes.n < SNIFF ? bytes.n : SNIFF };
	enum file_kind k;

	if (v.n == 0)
		return FILE_EMPTY;
	k = binary_kind(v);
	if (k != FILE_DATA)
		return k;
	if (STARTS(v, "version https://git-lfs.github.com/spec/"))
		return FILE_LFS_POINTER;
	if (is_html(v))
		return FILE_HTML;
	if (!is_text(v))
		return FILE_DATA;
	if (is_annex_pointer(v))
		return FILE_ANNEX_POINTER;
	return is_linker_script(v) ? FILE_LINKER_SCRIPT : FILE_TEXT;
}

const char *file_kind_name(enum file_kind k)
{
	switch (k) {
	case FILE_ELF:
		return "an ELF file";
	case FILE_EMPTY:
		return "an empty file";
	case FILE_TEXT:
		return "a text file";
	case FILE_SCRIPT:
		return "a script";
	case FILE_LINKER_SCRIPT:
		return "a linker script (for ld at build time, not for the loader)";
	case FILE_LFS_POINTER:
		return "a Git LFS pointer (the real file was never downloaded)";
	case FILE_ANNEX_POINTER:
		return "a git-annex pointer (the real file was never fetched)";
	case FILE_HTML:
		return "an HTML page (a download that got a web page instead)";
	case FILE_ARCHIVE:
		return "a static library (ar archive)";
	case FILE_THIN_ARCHIVE:
		return "a thin static library (ar archive that only names its members)";
	case FILE_PE:
		return "a Windows file (PE)";
	case FILE_MACHO:
		return "a macOS file (Mach-O)";
	case FILE_MACHO_FAT:
		return "a macOS universal file (Mach-O)";
	case FILE_JAVA_CLASS:
		return "a Java class file";
	case FILE_ZIP:
		return "a ZIP archive";
	case FILE_GZIP:
		return "a gzip-compressed file";
	case FILE_XZ:
		return "an xz-compressed file";
	case FILE_ZSTD:
		return "a zstd-compressed file";
	case FILE_BZIP2:
		return "a bzip2-compressed file";
	case FILE_LLVM_BITCODE:
		return "LLVM bitcode (an object of link-time optimization)";
	case FILE_WASM:
		return "a WebAssembly module";
	case FILE_ZEROS:
		return "a file of zero bytes (an unfinished copy or download)";
	case FILE_DATA:
		break;
	}
	return "a file of an unknown format";
}
