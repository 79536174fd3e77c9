#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Archives made to exhaust the reader, and archives that are damaged: no bomb, no crowd of members, and no report that vanishes without a word."""
import bz2, gzip, io, lzma, random, struct, tarfile, zipfile, zlib

import cost
from cost import CostTest, good_mail, mail, mbox, record, report


def zipped(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members: archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return out.getvalue()


def attached(data, name="receiver.example!example.com!1785542400!1785628799.zip", content_type="application/zip"):
    return mail(data, name=name, content_type=content_type, packed=False)


def gzip_of(size, ratio=None):
    """A report with one text of `size` bytes. `ratio`: with as much noise behind each MiB as makes it compress like that."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    head, tail = report(records=record() + "<x></x>").split("<x>")
    out = [packer.compress(head.encode() + b"<x>")]
    step, made, noise = 1 << 20, 0, random.Random(1)
    blank = b" " * step
    while made < size:
        out.append(packer.compress(blank))
        if ratio: out.append(packer.compress(noise.randbytes(int(step / ratio * 1.4) // 2).hex().encode()))
        made += step
    out.append(packer.compress(tail.encode()) + packer.flush())
    return b"".join(out)


def distinct_records(count):
    """Records that differ in their address, name and count: these compress about 10:1, as real ones do."""
    noise = random.Random(2)
    return "".join(record(ip=f"{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}.{noise.randrange(256)}", count=noise.randrange(1, 999), domain=f"m{noise.randrange(10**6)}.example.com")
                   for n in range(count))


def empty_zip(entries):
    """A zip of empty members under one name, made without zipfile, which takes a minute for a million."""
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 0, 0, 33, 0, 0, 0, 1, 0) + b"a"
    entry = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    count = min(entries, 65535)
    return local + entry * entries + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(entry) * entries & 0xFFFFFFFF, len(local), 0)


def xxh32(data):
    """XXH32 of fewer than 16 bytes: the checksum in an LZ4 frame's header."""
    mask, one, two, three, five = 0xFFFFFFFF, 2654435761, 2246822519, 3266489917, 374761393
    h = five + len(data) & mask
    for byte in data:
        h = h + byte * five & mask
        h = (h << 11 | h >> 21) & mask
        h = h * one & mask
    h = (h ^ h >> 15) * two & mask
    h = (h ^ h >> 13) * three & mask
    return h ^ h >> 16


def lz4_of(data):
    descriptor = b"\x60\x40"
    blocks = b"".join(struct.pack("<I", len(data[at:at + 65536]) | 1 << 31) + data[at:at + 65536] for at in range(0, len(data), 65536))
    return b"\x04\x22\x4d\x18" + descriptor + bytes([xxh32(descriptor) >> 8 & 255]) + blocks + b"\0\0\0\0"


class Bombs(CostTest):
    def test_one_long_text(self):
        self.cheap(attached(gzip_of(60 << 20), name="a.xml.gz", content_type="application/gzip"), reason="limit:compression_ratio")
        self.cheap(attached(gzip_of(12 << 20), name="a.xml.gz", content_type="application/gzip"))

    def test_ratios_that_go_just_so_far(self):
        self.cheap(attached(gzip_of(300 << 20, ratio=190), name="a.xml.gz", content_type="application/gzip"), reason="limit:item_bytes")
        self.cheap(attached(gzip_of(300 << 20, ratio=60), name="a.xml.gz", content_type="application/gzip"), reason="limit:item_bytes")

    def test_a_size_field_that_lies(self):
        honest = gzip_of(90 << 20, ratio=60)
        for size in (0, 45 << 20, 0xFFFFFFFF):
            self.cheap(attached(honest[:-4] + struct.pack("<I", size), name="a.xml.gz", content_type="application/gzip"))

    def test_many_gzip_members(self):
        self.cheap(attached(gzip.compress(b"") * (40 << 20 >> 5), name="a.xml.gz", content_type="application/gzip"), reason="limit:item_bytes")

    def test_the_peak_does_not_grow_with_jobs(self):
        bomb = attached(gzip_of(250 << 20), name="a.xml.gz", content_type="application/gzip")
        large = [mail(report(report_id=f"large-{i}", records=record() * 30000)) for i in range(8)]
        for mails in ([bomb] * 8, large):
            done = self.ingest(mbox(*mails), "--jobs", "8")
            self.assertIn(done.code, (0, 3), done.err)
            self.assertLessEqual(done.memory, cost.MEMORY_GOAL, f"{done.memory >> 20} MiB")

    def test_a_large_honest_mail_and_a_larger_honest_file(self):
        text = report(report_id="large", records=distinct_records(50_000))
        self.cheap(mail(text, message_id="large@receiver.example"))
        self.assertIn("large", {r["report_id"] for r in self.json("reports")["reports"]})
        text = report(report_id="larger", records=distinct_records(50_000) + record() * 250_000)
        self.assertGreater(len(text), 120_000_000)
        done = self.ingest(gzip.compress(text.encode(), 1), name="larger.xml.gz")
        self.assertEqual(done.code, 0, done.err)


class Members(CostTest):
    def test_a_tar_of_many(self):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive: archive.addfile(tarfile.TarInfo("a"))
        packed = gzip.compress(out.getvalue()[:512] * 300_000)
        self.cheap(attached(packed, name="a.tar.gz", content_type="application/gzip"), reason="limit")

    def test_a_zip_of_many(self):
        self.cheap(attached(empty_zip(800_000)), reason="limit:archive_entries")
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            self.cheap(attached(zipped([(f"{i}.zip", empty_zip(9_000)) for i in range(90)], method)), reason="limit")
        self.grows_evenly(lambda n: attached(empty_zip(n)), 100_000, 200_000, 400_000)

    def test_more_reports_than_a_mail_may_have(self):
        inner = [[(f"{i}-{j}.xml", report(report_id=f"{i}-{j}", domain="many.example")) for j in range(100)] for i in range(100)]
        packed = [(f"{i}.zip", zipped(members, zipfile.ZIP_STORED)) for i, members in enumerate(inner)]
        self.cheap(attached(zipped(packed)), reason="limit:reports_per_mail")
        self.assertEqual(sum(r["domain"] == "many.example" for r in self.json("reports", "--limit", "2000")["reports"]), 1000)
        largest = [(f"{i}.zip", zipped([(f"{j}.zip", packed[j][1]) for j in range(9)], zipfile.ZIP_STORED)) for i in range(80)]
        self.cheap(attached(zipped(largest, zipfile.ZIP_STORED)), reason="limit")

    def test_as_many_reports_as_a_mail_may_have(self):
        packed = zipped([(f"{i}.zip", zipped([(f"{j}.xml", report(report_id=f"{i}-{j}")) for j in range(100)])) for i in range(9)])
        done = self.ingest(mbox(attached(packed)))
        self.assertEqual(done.code, 0, done.err)


class Damaged(CostTest):
    def test_a_stream_that_is_cut_or_changed(self):
        text = report(records=record() * 300).encode()
        for ending, packed in (("bz2", bz2.compress(text)), ("xz", lzma.compress(text)), ("lz4", lz4_of(text)), ("gz", gzip.compress(text))):
            changed = bytearray(packed)
            changed[len(packed) // 2] ^= 0x55
            for kind, data, reasons in (("whole", packed, None), ("cut", packed[:len(packed) // 2], ("truncated", "corrupt_archive")), ("cut early", packed[:20], ("truncated", "corrupt_archive")),
                                        ("changed", bytes(changed), ("corrupt_archive", "truncated", "malformed_xml")), ("other", b"nothing packed at all", ("corrupt_archive",))):
                for wrapped in (True, False):
                    with self.subTest(ending=ending, kind=kind, in_mail=wrapped):
                        name = f"receiver.example!example.com!1785542400!1785628799.xml.{ending}"
                        done = self.ingest(mbox(attached(data, name=name, content_type="application/octet-stream")) if wrapped else data, name="box" if wrapped else name)
                        problems = self.json("problems", "list")["problems"]
                        if reasons is None: self.assertEqual((done.code, problems), (0, []), done.err)
                        elif ending == "lz4" and kind == "changed": self.assertIn(done.code, (0, 3))  # its frames need no checksum
                        else: self.assertIn(problems[0]["reason"] if problems else "nothing", reasons)


if __name__ == "__main__":
    cost.main()
