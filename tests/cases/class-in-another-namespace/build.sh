# A class moved, and the types of its parameters with it.
echo 'namespace fresh { struct Key {}; struct Store { void get(const Key &); }; void Store::get(const Key &) {} }' >there.cc
echo 'namespace stale { struct Key {}; struct Store { void get(const Key &); }; } void draw() { stale::Store().get({}); }' >app.cc
g++ -shared -fPIC -o libthere.so there.cc
g++ -shared -fPIC -o libapp.so app.cc -Wl,--no-as-needed -L. -lthere -Wl,-rpath,'$ORIGIN' -Wl,--unresolved-symbols=ignore-all
