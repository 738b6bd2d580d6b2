/* windows_text.c - what Windows, and Python on it, say of a load that failed. */
#include <string.h>

#include "loader/windows.h"

static const struct {
	uint32_t status;
	unsigned error;
	const char *text;
} texts[] = {
#define WIN_TEXT(status, error, text) { status, error, text },
#define WIN_SAY(id, text)
#include "loader/windows_text.def"
#undef WIN_SAY
#undef WIN_TEXT
};

#define WIN_TEXT(status, error, text)
#define WIN_SAY(id, text) static const char say_##id[] = text;
#include "loader/windows_text.def"
#undef WIN_SAY
#undef WIN_TEXT

enum { NTEXTS = sizeof(texts) / sizeof(texts[0]) };

unsigned win_error(uint32_t status)
{
	for (size_t i = 0; i < NTEXTS; i++)
		if (texts[i].status == status)
			return texts[i].error;
	return 0;
}

const char *win_error_text(unsigned error)
{
	for (size_t i = 0; i < NTEXTS; i++)
		if (texts[i].error == error)
			return texts[i].text;
	return NULL;
}

/* _PyImport_FindSharedFuncptrWindows in Python/dynload_win.c: the name is the last part of the module's. */
static const char *python_message(struct process *p, const char *target, unsigned error)
{
	const char *base = win_last_part(target), *text = win_error_text(error);
	int n = (int)strcspn(base, ".");

	if (p->w->windows->python < 308)
		return arena_printf(p->a, say_PYTHON_37, text);
	return arena_printf(p->a, say_PYTHON, n, base, text);
}

/* The dialogs of the hard error port; those of Windows 7 differ. */
static const char *start_message(struct process *p, const char *target, const struct failure *f)
{
	bool old = p->w->windows->release->major < 10;
	const char *by = f->image != NULL ? f->image->name : target;

	switch (f->status) {
	case WIN_DLL_NOT_FOUND:
		return old ? arena_printf(p->a, say_MISSING_7, f->object)
			   : arena_printf(p->a, say_MISSING, f->object);
	case WIN_ENTRYPOINT_NOT_FOUND:
		return arena_printf(p->a, say_ENTRY, f->symbol,
				    old && f->provider != NULL ? win_last_part(f->provider->name) : by);
	case WIN_ORDINAL_NOT_FOUND:
		return arena_printf(p->a, say_ORDINAL, f->symbol + 1, /* behind the '#' */
				    old && f->provider != NULL ? win_last_part(f->provider->name) : by);
	case WIN_SXS_CANT_GEN_ACTCTX:
	case 0:
		return win_error_text(win_error(f->status));
	default:
		return arena_printf(p->a, say_UNABLE, f->status);
	}
}

const char *win_message(struct process *p, const char *target, bool start, const struct failure *f)
{
	if (start)
		return start_message(p, target, f);
	if (p->w->windows->python != 0)
		return python_message(p, target, win_error(f->status));
	return win_error_text(win_error(f->status));
}
