# Two versions of one package lie over each other, and the files fit neither.
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
package("shop", "2.0", shop__a="A = 10\n", shop__c="C = 3\n")
END
rm site/shop/c.py
