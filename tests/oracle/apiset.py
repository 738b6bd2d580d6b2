"""Write schemas of API sets as Windows has them in the section .apiset of apisetschema.dll.

    schema(6, {"api-ms-win-a-l1-1-0": "one.dll", "api-ms-win-b-l1-1-0": [("", "two.dll"), ("who.dll", "three.dll")]})

A contract without a host has "". Versions: 2 and 3 (Windows 7, 8), 4 (8.1), 6 (10 and later).
"""
import struct


class Writer:
    def __init__(self, version, contracts):
        self.version, self.contracts = version, sorted(contracts.items())
        count = len(self.contracts)
        self.entries = {2: 8, 3: 8, 4: 16, 6: 28}[version]
        self.out = bytearray(self.entries + count * (12 if version < 4 else 24))

    def put(self, data):
        self.out += bytes(-len(self.out) % 4)
        at = len(self.out)
        self.out += data
        return at

    def text(self, s):
        data = s.encode("utf-16-le")
        return (self.put(data) if data else 0), len(data)

    def values(self, hosts):
        rows = [(*self.text(importer), *self.text(host)) for importer, host in hosts]
        form = "<4I" if self.version < 4 else "<5I"
        rows = [struct.pack(form, *(row if self.version < 4 else (0, *row))) for row in rows]
        head = {6: b"", 4: struct.pack("<II", 0, len(rows))}.get(self.version, struct.pack("<I", len(rows)))
        return self.put(head + b"".join(rows)), len(rows)

    def bytes(self):
        hashes = []
        for i, (name, hosts) in enumerate(self.contracts):
            at, count = self.values([("", hosts)] if isinstance(hosts, str) else hosts)
            if self.version == 6:
                where, size = self.text(name)
                hashed = name.rpartition("-")[0]
                row = struct.pack("<6I", 0, where, size, 2 * len(hashed), at, count)
                key = 0
                for c in hashed:
                    key = (key * 31 + ord(c)) & 0xFFFFFFFF
                hashes.append((key, i))
            else:
                where, size = self.text(name[4:])
                row = struct.pack("<3I", where, size, at) if self.version < 4 else \
                    struct.pack("<6I", 0, where, size, where, size, at)
            begin = self.entries + i * len(row)
            self.out[begin:begin + len(row)] = row
        count = len(self.contracts)
        table = self.put(b"".join(struct.pack("<II", *h) for h in sorted(hashes)))
        head = {4: (4, len(self.out), 0, count),
                6: (6, len(self.out), 1, count, self.entries, table, 31)}.get(self.version, (self.version, count))
        struct.pack_into("<%dI" % len(head), self.out, 0, *head)
        return bytes(self.out)


def schema(version, contracts):
    return Writer(version, contracts).bytes()
