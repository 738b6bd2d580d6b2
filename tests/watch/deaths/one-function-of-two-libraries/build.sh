# Two libraries of different names define the same functions, and the plug-ins that use them are bound to one each.
cat >one.c <<'C'
struct state { int n; const char *name; };
static struct state s = { 1, "one" };
struct state *state_new(void) { return &s; }
const char *state_name(struct state *x) { return x->name; }
C
cat >two.c <<'C'
struct state { long magic[4]; const char *name; };
static struct state s = { { 1, 2, 3, 4 }, "two" };
struct state *state_new(void) { return &s; }
const char *state_name(struct state *x) { return x->name; }
C
$CC -O1 -shared -fPIC -o libcore.so one.c
$CC -O1 -shared -fPIC -o libengine.so two.c
cat >user.c <<'C'
#include <string.h>
void *state_new(void);
struct state { long magic[4]; const char *name; };
int use(struct state *x) { return *(volatile int *)(x->name + 3) + (state_new() == x); }
C
cat >maker.c <<'C'
#include <string.h>
void *state_new(void);
int make(int (*f)(void *)) { char room[128]; memset(room, 1, sizeof(room)); memcpy(room, state_new(), 16); return f(room) + 1; }
C
cat >prog.c <<'C'
#include <dlfcn.h>
int main(void)
{
	void *a = dlopen("./libmaker.so", RTLD_NOW | RTLD_LOCAL);
	void *b = dlopen("./libuser.so", RTLD_NOW | RTLD_LOCAL);
	int (*make)(void *) = (int (*)(void *))dlsym(a, "make");
	return make(dlsym(b, "use"));
}
C
$CC -O1 -shared -fPIC -Wl,-rpath,'$ORIGIN' -o libmaker.so maker.c ./libcore.so
$CC -O1 -shared -fPIC -Wl,-rpath,'$ORIGIN' -o libuser.so user.c ./libengine.so
$CC -o prog prog.c
