# A library that only another one needs is used by the program itself.
echo 'int inner(void) { return 1; }' >i.c
$CC -shared -fPIC -o libinner.so i.c
echo 'int inner(void); int outer(void) { return inner(); }' >o.c
$CC -shared -fPIC -o libouter.so o.c -L. -linner
echo 'int inner(void); int outer(void); int main(void) { return inner() + outer(); }' >m.c
$CC m.c -L. -louter -Wl,-rpath-link,. 2>log || :
