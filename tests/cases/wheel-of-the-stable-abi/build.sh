# An old Python in the tag, and a module for every newer one: that is what abi3 is for.
echo 'void *PyInit__x(void) { return 0; }' >x.c
$CC -shared -fPIC -nostdlib -o x.so x.c
python3 - <<'END'
import base64, hashlib, zipfile
def wheel(tag, name):
    info, rows = "shop-1.0.dist-info", []
    with zipfile.ZipFile(f"shop-1.0-{tag}.whl", "w") as z:
        for path, data in {name: open("x.so", "rb").read(), f"{info}/METADATA": b"Name: shop\nVersion: 1.0\n",
                           f"{info}/WHEEL": f"Wheel-Version: 1.0\nTag: {tag}\n".encode()}.items():
            z.writestr(path, data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            rows.append(f"{path},sha256={digest},{len(data)}\n")
        z.writestr(f"{info}/RECORD", "".join(rows) + f"{info}/RECORD,,\n")
wheel("cp38-abi3-linux_x86_64", "shop/_x.abi3.so")
END
