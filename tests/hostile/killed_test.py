#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An item that runs die of: the second to die of it is the last one."""
import io, zipfile

import cost
from cost import CostTest, good_mail, mail, mbox, record, report


def costly():
    """Seconds of CPU on the fastest machine, within the limits below: reports of many records, each with a name of its own."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in range(4):
            records = "".join(record(ip=f"198.51.{n // 250 % 250}.{n % 250 + 1}", domain=f"n{n}.example.com") for n in range(50_000))
            archive.writestr(f"{part}.xml", report(report_id=f"costly-{part}", records=records))
    return mail(packed.getvalue(), name="a.zip", content_type="application/zip", packed=False)


class Killed(CostTest):
    def setUp(self):
        super().setUp()
        (self.path / "config.toml").write_text('[limits]\nitem_bytes = "400 MiB"\n')

    def run_it(self, *words, **more):
        return super().run_it(*words, "--config", "config.toml", **more)

    def notes(self):
        return [p.name for p in self.path.glob("*.reading")]

    def test_the_third_run_passes_over_what_two_died_of(self):
        (self.path / "box").write_bytes(mbox(good_mail(1), costly(), good_mail(2)))
        for run in (1, 2):
            done = self.run_it("ingest", "box", "--quiet", timeout=1)
            self.assertLess(done.code, 0, f"run {run} was not killed")
            self.assertEqual(self.notes(), ["test.db.reading"])
        done = self.run_it("ingest", "box", "--quiet", timeout=1)
        self.assertEqual(done.code, 3, done.err)
        self.assertEqual({r["report_id"] for r in self.json("reports")["reports"]}, {"good-1", "good-2"})
        problems = self.json("problems", "list")["problems"]
        self.assertEqual([(p["reason"], p["index"], p["kept"]) for p in problems], [("killed_run", 2, True)])
        self.assertEqual(self.run_it("db", "check").code, 0)
        # It is passed over for good, also when all is read again, until somebody asks.
        self.assertEqual(self.run_it("ingest", "box", "--quiet", "--reread", timeout=1).code, 3)
        self.assertEqual(self.run_it("problems", "retry", "--quiet").code, 0)
        self.assertEqual({r["report_id"] for r in self.json("reports")["reports"]}, {"good-1", "good-2", *(f"costly-{part}" for part in range(4))})
        self.assertEqual(self.json("problems", "list")["problems"], [])
        self.assertEqual(self.notes(), [])
        self.assertEqual(self.run_it("ingest", "box", "--quiet", "--reread").code, 0)

    def test_one_death_blames_nothing(self):
        (self.path / "box").write_bytes(mbox(good_mail(1), costly(), good_mail(2)))
        self.assertLess(self.run_it("ingest", "box", "--quiet", timeout=1).code, 0)
        done = self.run_it("ingest", "box", "--quiet")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(len(self.json("reports")["reports"]), 6)
        self.assertEqual(self.notes(), [])

    def test_notes_that_cannot_be_made_stop_nothing(self):
        (self.path / "box").write_bytes(mbox(good_mail(1)))
        for make in (lambda path: path.mkdir(), lambda path: path.symlink_to(self.path / "elsewhere"), lambda path: path.write_bytes(b"x" * 100), lambda path: path.write_bytes(b"READING1" + b"\xff" * 20_000)):
            for left in self.path.glob("test.db*"): left.rmdir() if left.is_dir() else left.unlink()
            make(self.path / "test.db.reading")
            done = self.run_it("ingest", "box", "--quiet")
            self.assertEqual(done.code, 0, done.err)
            self.assertFalse((self.path / "elsewhere").exists())


if __name__ == "__main__":
    cost.main()
