/* d_go_toolchain.c - findings about Go itself: its release, modules, packages, build modes. */
#include <string.h>

#include "build/go_text.h"
#include "diagnose/go.h"

static const char *path_of(struct go_case *c, const struct go_problem *p)
{
	return go_place_words(c, &p->at);
}

static void too_old(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_GO_TOOLCHAIN, "too-old");
	const char *want = p->object + 2;
	struct fix *f;

	dr->f.object = p->at.file;
	draft_say(&c->d, dr, "%s asks for Go %s, and the Go that is here is %s (%s).", path_of(c, p), want,
		  p->other, c->g->env.goroot);
	draft_fact(&c->d, dr, c->g->env.goroot,
		   arena_printf(c->d.a, "GOROOT, its VERSION says go%s", p->other));
	f = draft_fix(&c->d, dr, "toolchain", "low", "let go fetch the release that the module asks for");
	fix_command(&c->d, f, "GOTOOLCHAIN=auto go build .");
	draft_fix(&c->d, dr, "install", "low", arena_printf(c->d.a, "install Go %s or later", want));
}

static void missing(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_GO_TOOLCHAIN, "module-missing");
	bool std = p->object != NULL && memchr(p->object, '.', strcspn(p->object, "/")) == NULL;
	struct fix *f;

	if (p->package == NULL) {
		draft_say(&c->d, dr, "%s is no package of this module: %s", p->object, p->text);
		return;
	}
	if (std) {
		draft_say(&c->d, dr,
			  "%s is no package of Go %s's standard library, and its first part is no host name: "
			  "no module can have it.",
			  p->object, c->g->env.version != NULL ? c->g->env.version : "");
		if (c->g->mods.main.n > 0)
			draft_fix(&c->d, dr, "edit-line", "low",
				  arena_printf(c->d.a, "if it is of this module, import \"%s/%s\"",
					       c->g->mods.main.items[0]->module, p->object));
		return;
	}
	draft_say(&c->d, dr, "No module that go.mod requires has the package %s.", p->object);
	if (c->g->mods.vendor) {
		f = draft_fix(&c->d, dr, "modules", "low", "bring vendor/ up to date with what is imported");
		fix_command(&c->d, f, arena_printf(c->d.a, "go get %s && go mod vendor", p->object));
		return;
	}
	f = draft_fix(&c->d, dr, "modules", "low", "add the module that has it to go.mod");
	fix_command(&c->d, f, arena_printf(c->d.a, "go get %s", p->object));
	f = draft_fix(&c->d, dr, "modules", "low", "if it lies in a folder of yours, name that");
	fix_command(
		&c->d, f,
		arena_printf(c->d.a, "go mod edit -replace=%s=../FOLDER && go get %s", p->object, p->object));
}

static void unsummed(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_GO_TOOLCHAIN, "module-missing");
	struct fix *f;

	draft_say(&c->d, dr, "go.sum has no checksum of the module that has %s, so go does not use it.",
		  p->other);
	f = draft_fix(&c->d, dr, "modules", "low", "let go write the missing checksums");
	fix_command(&c->d, f, "go mod tidy");
}

static void not_downloaded(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_GO_TOOLCHAIN, "module-missing");
	struct fix *f;

	draft_say(&c->d, dr, "The module %s is not in the cache (%s)%s.", p->other,
		  c->g->env.modcache != NULL ? c->g->env.modcache : "none",
		  p->likely ? ", so what its packages need cannot be looked at" : "");
	if (p->likely)
		dr->f.severity = DLWHY_WARNING;
	f = draft_fix(&c->d, dr, "modules", "low", "fetch the modules");
	fix_command(&c->d, f, "go mod download");
}

static void modfile(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_GO_TOOLCHAIN, p->detail);
	struct fix *f;

	if (p->detail != NULL && strcmp(p->detail, "vendor") == 0) {
		draft_say(&c->d, dr, "vendor/modules.txt is not what go.mod asks for: %s.",
			  p->more.n > 0 ? p->more.items[0] + strspn(p->more.items[0], "\t") : "");
		f = draft_fix(&c->d, dr, "modules", "low", "write vendor/ anew");
		fix_command(&c->d, f, "go mod vendor");
	} else if (p->detail != NULL) {
		draft_say(&c->d, dr, "There is no go.mod in %s or above it.", c->g->cwd);
		f = draft_fix(&c->d, dr, "modules", "low", "make this folder a module");
		fix_command(&c->d, f, "go mod init example.org/NAME");
	} else {
		draft_say(&c->d, dr, "%s cannot be used: %s", p->object,
			  p->more.n > 0 ? p->more.items[0] : p->text);
	}
}

static void build_mode(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_GO_TOOLCHAIN, "buildmode");

	if (strstr(p->text, "main package") != NULL) {
		draft_say(&c->d, dr, "%s wants a package main, and %s is package %s.", p->object,
			  c->g->root->path, c->g->root->name);
		draft_fix(&c->d, dr, "edit-line", "low",
			  "name the folder of a package main, with a func main() in it (it may be empty)");
	} else if (p->object[0] != '-' && strchr(p->object, '/') != NULL) {
		draft_say(&c->d, dr, "Go %s makes no programs for %s, which GOOS and GOARCH ask for.",
			  c->g->env.version != NULL ? c->g->env.version : "", p->object);
	} else {
		draft_say(&c->d, dr, "Go %s has no %s for %s/%s.",
			  c->g->env.version != NULL ? c->g->env.version : "", p->object, c->g->env.goos,
			  c->g->env.goarch);
	}
}

static void no_toolchain(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_GO_TOOLCHAIN, NULL);

	draft_say(&c->d, dr, "No Go is here: neither GOROOT nor PATH leads to one.");
	draft_fix(&c->d, dr, "install", "low", "install Go, or set GOROOT to where it is");
}

void d_go_toolchain(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr;

	switch (p->kind) {
	case GO_NO_TOOLCHAIN: no_toolchain(c, p); break;
	case GO_TOO_OLD: too_old(c, p); break;
	case GO_MODULE_MISSING: missing(c, p); break;
	case GO_SUM_MISSING: unsummed(c, p); break;
	case GO_NOT_DOWNLOADED: not_downloaded(c, p); break;
	case GO_MODFILE: modfile(c, p); break;
	case GO_BUILDMODE: build_mode(c, p); break;
	default:
		dr = go_draft(c, p, CAUSE_BUILD_OTHER, p->detail);
		draft_say(&c->d, dr, "go does not go on: %s", p->text);
		break;
	}
}
