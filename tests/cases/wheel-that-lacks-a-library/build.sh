# A module whose library is in another wheel, which is not there.
echo 'int price(void) { return 1; }' >p.c
echo 'int price(void); void *PyInit__till(void) { return (void *)(long)price(); }' >t.c
$CC -shared -fPIC -nostdlib -o libprice.so.1 -Wl,-soname,libprice.so.1 p.c
$CC -shared -fPIC -nostdlib -o till.so t.c ./libprice.so.1 -Wl,-rpath,'$ORIGIN/../shop.libs'
python3 - <<'END'
import zipfile
with zipfile.ZipFile("shop-1.0-cp311-cp311-manylinux_2_17_x86_64.whl", "w") as z:
    z.write("till.so", "shop/_till.cpython-311-x86_64-linux-gnu.so")
with zipfile.ZipFile("shop_libs-1.0-py3-none-manylinux_2_17_x86_64.whl", "w") as z:
    z.write("libprice.so.1", "shop.libs/libprice.so.1")
END
rm libprice.so.1
