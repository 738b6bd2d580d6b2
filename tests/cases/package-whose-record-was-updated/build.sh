# A source was changed, and RECORD says so: whoever changed it told.
python3 - <<'END'
import base64, hashlib, os
def package(name, version, **files):
    os.makedirs(f"site/{name}-{version}.dist-info", exist_ok=True)
    rows = []
    for path, text in files.items():
        path = path.replace("__", "/", 1) + ".py"
        os.makedirs(os.path.dirname(f"site/{path}") or "site", exist_ok=True)
        open(f"site/{path}", "w").write(text)
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(text)}")
    info = f"{name}-{version}.dist-info"
    open(f"site/{info}/METADATA", "w").write(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    open(f"site/{info}/RECORD", "w").write("\n".join([*rows, f"{info}/METADATA,,", f"{info}/RECORD,,"]) + "\n")
package("shop", "1.0", shop__a="A = 1\n", shop__b="B = 2\n")
END
echo 'A = 5' >site/shop/a.py
python3 - <<'END'
import base64, hashlib, re
digest = base64.urlsafe_b64encode(hashlib.sha256(open('site/shop/a.py', 'rb').read()).digest()).rstrip(b'=').decode()
path = 'site/shop-1.0.dist-info/RECORD'
text = open(path).read()
open(path, 'w').write(re.sub('shop/a.py,.*', f'shop/a.py,sha256={digest},6', text))
END
