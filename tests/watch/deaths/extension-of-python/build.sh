# A crash below Python: the stack names the extension, not only the interpreter.
cat >bad.c <<'C'
#include <Python.h>
static PyObject *follow(PyObject *self, PyObject *args) { (void)self; (void)args; return PyLong_FromLong(*(volatile long *)16); }
static PyMethodDef methods[] = { { "follow", follow, METH_NOARGS, "" }, { 0 } };
static struct PyModuleDef module = { PyModuleDef_HEAD_INIT, "bad", "", -1, methods, 0, 0, 0, 0 };
PyMODINIT_FUNC PyInit_bad(void) { return PyModule_Create(&module); }
C
cat >declare.h <<'C'
C
$CC -O1 -shared -fPIC $(python3-config --includes 2>/dev/null) -o bad.so bad.c
