# Two packages bring a copy of the same library each, renamed by the tool that packs them, and hand an object
# of it from one to the other.
mkdir -p one two
cat >one/state.c <<'C'
struct state { int n; const char *name; };
static struct state s = { 1, "one" };
struct state *state_new(void) { return &s; }
const char *state_name(struct state *x) { return x->name; }
C
cat >two/state.c <<'C'
struct state { long magic[4]; const char **names; };
static const char *names[] = { "two" };
static struct state s = { { 1, 2, 3, 4 }, names };
struct state *state_new(void) { return &s; }
const char *state_name(struct state *x) { return x->names[0]; }
C
$CC -O1 -shared -fPIC -Wl,-soname,libstate-1a2b3c4d.so.1 -o one/libstate-1a2b3c4d.so.1 one/state.c
$CC -O1 -shared -fPIC -Wl,-soname,libstate-99aa00bb.so.1 -o two/libstate-99aa00bb.so.1 two/state.c
cat >user.c <<'C'
#include <string.h>
void *state_new(void);
const char *state_name(void *x);
int use(void *x) { return (int)strlen(state_name(x)) + (state_new() == x); }
C
cat >maker.c <<'C'
void *state_new(void);
const char *state_name(void *x);
int make(int (*f)(void *)) { void *x = state_new(); return f(x) + (state_name(x) != 0); }
C
cat >prog.c <<'C'
#include <dlfcn.h>
int main(void)
{
	void *a = dlopen("one/libmaker.so", RTLD_NOW | RTLD_LOCAL);
	void *b = dlopen("two/libuser.so", RTLD_NOW | RTLD_LOCAL);
	int (*make)(void *) = (int (*)(void *))dlsym(a, "make");
	return make(dlsym(b, "use"));
}
C
$CC -O1 -fno-builtin -shared -fPIC -o one/libmaker.so maker.c -Wl,-rpath,'$ORIGIN' one/libstate-1a2b3c4d.so.1
$CC -O1 -fno-builtin -shared -fPIC -o two/libuser.so user.c -Wl,-rpath,'$ORIGIN' two/libstate-99aa00bb.so.1
$CC -o prog prog.c
