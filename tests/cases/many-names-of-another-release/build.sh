# Seventy functions of an older inline namespace: the list of them must not push the reason out.
{ echo 'namespace paint { inline namespace v9 {'; seq -f 'void stroke%g(int);' 70; echo '} }'
  echo 'void draw() {'; seq -f 'paint::stroke%g(1);' 70; echo '}'; } >app.cc
{ echo 'namespace paint { inline namespace v10 {'; seq -f 'void stroke%g(int) {}' 70; echo '} }'; } >paint.cc
g++ -shared -fPIC -o libpaint.so paint.cc
g++ -shared -fPIC -o libapp.so app.cc -Wl,--no-as-needed -L. -lpaint -Wl,-rpath,'$ORIGIN' -Wl,--unresolved-symbols=ignore-all
