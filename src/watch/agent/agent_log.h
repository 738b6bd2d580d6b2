/* agent_log.h - what the agent and the supervisor share: a file that both have mapped.
 *
 * The supervisor makes the file and guarantees `limit` bytes of it. Agents, in any number of
 * processes at once, take their room by adding to `used` and never touch it again, but for crashes,
 * where they wait for `answer`. Whoever can reach the file may have written anything into it: a
 * reader believes nothing.
 *
 * The layout is the same for 32 and 64 bits. No headers but the compiler's own.
 */
#ifndef DLWHY_WATCH_AGENT_LOG_H
#define DLWHY_WATCH_AGENT_LOG_H

#include <stdint.h>

enum {
	AGENT_MAGIC = 0x646c5741,   /* of the head, and of each record */
	AGENT_MAPPED = 64 << 20,    /* bytes that everybody maps; the file is as long */
	AGENT_TEXT_MAX = 4000,      /* longer names are cut */
	AGENT_PATH_MAX = 256        /* room for the log's path in the agent's file */
};

/* What stands in the agent's file where its user writes the path of the log. */
#define AGENT_PATH_MARK "dlwhy: the path of the log"

struct agent_head {
	uint32_t magic;
	uint32_t limit;      /* bytes that may be written to */
	uint32_t used;       /* bytes that were taken, this head included; may be beyond `limit` */
	uint32_t lost;       /* records for which there was no room */
	uint32_t supervisor; /* process that may look into one that dies */
	uint32_t closed;     /* nobody reads any more: do not wait for an answer */
	uint32_t spare[2];
};

enum agent_kind {
	AGENT_HELLO = 1, /* a process got a loader; value: parent, flag: bits of its addresses */
	AGENT_EXE,       /* /proc/self/exe */
	AGENT_CWD,       /* the working folder */
	AGENT_ARGV,      /* the words of the command line, each with its NUL */
	AGENT_ENV,       /* one variable that loaders look at */
	AGENT_SEARCH,    /* a name is asked for; cookie: by which link map */
	AGENT_OPEN,      /* an object is mapped; cookie: its link map, value: load address, flag: namespace */
	AGENT_CLOSE,     /* cookie: link map */
	AGENT_ACTIVITY,  /* flag: LA_ACT_* */
	AGENT_PREINIT,   /* everything is loaded and bound: the program begins */
	AGENT_CRASH,     /* flag: signal; value: address of the fault; pc: where */
	AGENT_DLOPEN,    /* musl: a call begins; flag: its mode; cookie: which call */
	AGENT_DLOPENED,  /* musl: it ends; flag: 1 if it gave a handle; cookie: which call */
	AGENT_FORK,      /* the process is a copy of another, value: whose */
	AGENT_KINDS
};

struct agent_record {
	uint32_t magic;      /* written last */
	uint32_t size;       /* of all of it; a multiple of 8 */
	uint32_t pid, tid;
	uint32_t kind;
	uint32_t flag;
	uint32_t answer;     /* AGENT_CRASH: not 0 once the supervisor is ready */
	uint32_t length;     /* bytes of text behind this, without a NUL */
	uint64_t cookie, value, pc;
};

#endif
