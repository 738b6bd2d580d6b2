"""Drives apply-tool (apply_tool.c), and compares folders bit for bit."""
import hashlib
import json
import os
import stat
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("DLWHY_BUILD", TOP / "build")).resolve()
TOOL = BUILD / "tests/repair/apply-tool"
OTHER = Path("/dev/shm")  # another file system than that of temporary folders, usually


def tool(do, folder, changes=(), **more):
    """The answer as a dictionary; None if the process was killed."""
    request = {"do": do, "folder": str(folder), "changes": list(changes), "title": "a test",
               "command": ["dlwhy", "fix", "x"], "env": ["PATH=/usr/bin:/bin"], "wait_ms": 1, **more}
    done = subprocess.run([TOOL], input=json.dumps(request).encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60, check=False)
    if done.returncode == -9:
        return None
    assert done.returncode == 0, (done.returncode, done.stderr[-2000:])
    answer = json.loads(done.stdout)
    answer["trace"] = done.stderr.decode().splitlines()
    return answer


def escape(path):
    return "".join(chr(b) if 0x20 <= b < 0x7f and b != 0x25 else f"%{b:02x}" for b in os.fsencode(path))


# ---- changes ---------------------------------------------------------------------------------


def write(path, data=b"new\n", mode=0o644):
    return {"kind": "write", "path": escape(path), "hex": data.hex(), "mode": mode}


def patch(path, size, *patches):
    return {"kind": "patch", "path": escape(path), "size": size,
            "patches": [[off, data.hex()] for off, data in patches]}


def link(path, target):
    return {"kind": "link", "path": escape(path), "target": escape(target)}


def folder(path, mode=0o755):
    return {"kind": "folder", "path": escape(path), "mode": mode}


def mode(path, bits):
    return {"kind": "mode", "path": escape(path), "mode": bits}


def remove(path):
    return {"kind": "remove", "path": escape(path)}


def run(argv, *covers):
    return {"kind": "run", "argv": [escape(a) for a in argv], "covers": [escape(c) for c in covers]}


# ---- what is there ------------------------------------------------------------------------------


def look(path):
    """All that can be seen of one file, but for the time of its last access."""
    s = os.lstat(path)
    seen = {"mode": oct(s.st_mode), "uid": s.st_uid, "gid": s.st_gid, "mtime": s.st_mtime_ns}
    if stat.S_ISLNK(s.st_mode):
        seen["to"] = os.readlink(path)
    if stat.S_ISREG(s.st_mode):
        seen.update(ino=s.st_ino, nlink=s.st_nlink, size=s.st_size,
                    sha=hashlib.sha256(Path(path).read_bytes()).hexdigest())
    if not stat.S_ISLNK(s.st_mode):
        seen["xattrs"] = {n: os.getxattr(path, n).hex() for n in os.listxattr(path)}
    return seen


def snapshot(root):
    root = Path(root)
    found = {"": look(root)}
    for where, folders, names in os.walk(root):
        for name in folders + names:
            path = os.path.join(where, name)
            found[os.path.relpath(path, root)] = look(path)
    return found


def meaning(seen):
    """A snapshot without what no two runs have in common: when it was written, and where."""
    return {path: {k: v for k, v in facts.items() if k not in ("mtime", "ino")} for path, facts in seen.items()}


def differences(a, b):
    return [f"{p}: {a.get(p)} != {b.get(p)}" for p in sorted(set(a) | set(b)) if a.get(p) != b.get(p)]


def age(root):
    """Gives all files times of long ago, each its own, to the nanosecond."""
    paths = [root] + [os.path.join(w, n) for w, f, names in os.walk(root) for n in f + names]
    for i, path in enumerate(sorted(map(str, paths), reverse=True)):
        when = 1_000_000_000_000_000_001 + i * 1_000_000_007
        os.utime(path, ns=(when, when + 3), follow_symlinks=False)


def put(path, data=b"old\n", bits=0o644):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(bits)
    return path
