# libshape changed a structure between its releases. The program's plug-in was built against the old one,
# the painter that it calls against the new one.
mkdir -p v1 v2
echo 'struct shape { int kind; const char *name; };' >v1/shape.h
echo 'struct shape { int kind; int flags[4]; const char *title; const char *name; };' >v2/shape.h
for v in 1 2; do
	echo '#include "shape.h"
	void shape_init(struct shape *s) { s->kind = 7; s->name = "circle"; }' >v$v/shape.c
	$CC -shared -fPIC -Wl,-soname,libshape.so.$v -o libshape.so.$v v$v/shape.c
done
cat >paint.c <<'C'
#include <string.h>
#include "shape.h"
void shape_init(struct shape *s);
size_t paint(const struct shape *s) { struct shape own; shape_init(&own); return strlen(s->title); }
C
cat >plugin.c <<'C'
#include <stdio.h>
#include <string.h>
#include "shape.h"
void shape_init(struct shape *s);
size_t paint(const struct shape *s);
int plugin(void)
{
	struct { struct shape s; long rest[8]; } room;
	memset(&room, 1, sizeof(room));
	shape_init(&room.s);
	puts("painting");
	fflush(stdout);
	return paint(&room.s) > 0;
}
C
echo 'int plugin(void); int main(void) { return plugin(); }' >prog.c
$CC -O1 -fno-builtin -Iv2 -shared -fPIC -Wl,-rpath,'$ORIGIN' -o libpaint.so paint.c ./libshape.so.2
$CC -O1 -Iv1 -shared -fPIC -Wl,-rpath,'$ORIGIN' -o libplugin.so plugin.c ./libshape.so.1 ./libpaint.so
$CC -Wl,-rpath,'$ORIGIN' -o prog prog.c ./libplugin.so
