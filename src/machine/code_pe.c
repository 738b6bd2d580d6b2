/* code_pe.c - is the code of a file of Windows made for processors with AVX throughout?
 *
 * The table of unwind information has each function that calls another (Microsoft, "x64 exception handling"):
 * 12 bytes, 0 4 begin   4 4 end. Of a large file a sample is read, evenly over it.
 */
#include "machine/code_pe.h"

#include "machine/code.h"

enum { ROW = 12, MAX_FUNCTIONS = 1500, MAX_BYTES = 1024 /* of one function */ };

static uint32_t get32(struct view v, size_t at)
{
	return load32(v.p + at, order_swaps(false));
}

static void read_function(const struct code_decoder *d, struct view code, struct code_pe *out)
{
	bool sse = false, vex = false;
	struct code_step s;

	for (size_t i = 0; i < code.n; i += s.size) {
		d->step(d->state, code.p + i, code.n - i, i, &s);
		if (s.size == 0)
			break;
		sse = sse || s.sse;
		vex = vex || s.vex;
	}
	out->functions++;
	out->plain += sse && !vex;
	out->vector += vex;
}

bool code_pe_read(const struct pe *e, struct code_pe *out)
{
	struct view table = pe_at(e, e->dirs[PE_DIR_EXCEPTION].rva), code;
	size_t n = e->dirs[PE_DIR_EXCEPTION].size, by;
	struct code_decoder d;

	*out = (struct code_pe){ 0 };
	if (e->machine != PE_AMD64 || table.p == NULL || e->dirs[PE_DIR_EXCEPTION].rva == 0 ||
	    !code_x86_open(&d))
		return false;
	n = (n < table.n ? n : table.n) / ROW;
	by = n / MAX_FUNCTIONS + 1;
	for (size_t i = 0; i < n; i += by) {
		uint32_t begin = get32(table, i * ROW), end = get32(table, i * ROW + 4);

		code = pe_at(e, begin);
		if (begin >= end || code.p == NULL)
			continue;
		if (code.n > end - begin)
			code.n = end - begin;
		if (code.n > MAX_BYTES)
			code.n = MAX_BYTES;
		read_function(&d, code, out);
	}
	d.close(d.state);
	return out->functions > 0;
}
