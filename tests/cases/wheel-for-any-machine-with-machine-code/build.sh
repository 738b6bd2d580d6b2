# A wheel that says it runs anywhere, with an extension module in it.
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
wheel("py3-none-any", "shop/_x.abi3.so")
END
