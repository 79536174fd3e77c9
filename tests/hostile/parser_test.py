#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""XML that is made to cost time or memory."""
import gzip, random
import cost
from cost import CostTest, mail, mbox, record, report

BIG = 20_000_000


def in_root(what):
    """A report with this in front of its end tag."""
    return mail(report().replace("</feedback>", what + "</feedback>"))


def with_root(attributes, more=""):
    return mail(report().replace("<feedback>", f"<feedback {attributes}>").replace("</feedback>", more + "</feedback>"))


def row(number, names=""):
    return (f"<record><row><source_ip>192.0.2.{number % 250}</source_ip><count>1</count></row><identifiers><header_from>example.com</header_from>"
            f"{names}</identifiers></record>")


def dense(document):
    """Packed, it is no less than a hundredth of its size: it is not refused for its ratio before it is parsed."""
    head, rest = document.split("\n", 1)
    return f"{head}\n<!--{random.Random(7).randbytes(len(document) // 100).hex()}-->{rest}"


def remark(text):
    return (f"<record><row><source_ip>192.0.2.1</source_ip><count>1</count></row><identifiers><header_from>example.com</header_from></identifiers><auth_results><spf>"
            f"<domain>example.com</domain><result>fail</result><human_result>{text}</human_result></spf></auth_results></record>")


def colliding_texts(count, rng):
    """Texts that, each with an end of line behind it, have one value of libstdc++'s std::hash (MurmurHash64A with a fixed seed): pairs of blocks that
    lead from one state to the same."""
    mask, m, seed = 2**64 - 1, 0xc6a4a7935bd1e995, 0xc70f6907
    inverse = pow(m, -1, 2**64)
    letters = bytes(c for c in range(0x21, 0x7f) if c not in b"&<>")
    allowed = set(letters)

    def mixed(k):
        k = k * m & mask
        return (k ^ k >> 47) * m & mask

    def unmixed(k):
        k = k * inverse & mask
        return (k ^ k >> 47) * inverse & mask

    def block():
        return int.from_bytes(bytes(rng.choices(letters, k=8)), "little")

    def bytes_of(*blocks):
        return b"".join(b.to_bytes(8, "little") for b in blocks).decode()

    pairs = (count - 1).bit_length()
    state, texts = seed ^ ((pairs * 16 + 1) * m & mask), [""]
    for _ in range(pairs):
        first, second = block(), block()
        middle = (state ^ mixed(first)) * m & mask
        after = (middle ^ mixed(second)) * m & mask
        while True:
            other = block()
            last = unmixed((state ^ mixed(other)) * m & mask ^ middle ^ mixed(second))
            if other != first and all(byte in allowed for byte in last.to_bytes(8, "little")): break
        state = after
        texts = [text + way for text in texts for way in (bytes_of(first, second), bytes_of(other, last))]
    return texts[:count]


class Namespaces(CostTest):
    def test_many_prefixes(self):
        declared = " ".join(f'xmlns:a{i}="u{i}"' for i in range(20_000))
        self.cheap(with_root(declared, "<a19999:x/>" * 20_000), reason="limit:xml_namespaces")
        self.cheap(with_root(" ".join(f'xmlns:a{i}="u{i}"' for i in range(1_000_000))), reason="limit:element_size")

    def test_as_many_prefixes_as_are_allowed_used_often(self):
        declared = " ".join(f'xmlns:a{i}="u{i}"' for i in range(100))
        self.grows_evenly(lambda n: with_root(declared, "<a99:x></a99:x>" * n), 100_000, 200_000, 400_000)

    def test_prefixes_declared_by_the_elements_themselves(self):
        self.grows_evenly(lambda n: in_root("<a:x " + " ".join(f'xmlns:a{i}="u{i}"' for i in range(n)) + "/>"), 100_000, 200_000, 400_000)
        self.grows_evenly(lambda n: mail(report(policy="".join(f'<a:x xmlns:a="u{i}"/>' for i in range(n)))), 20_000, 40_000, 80_000)

    def test_a_report_with_several_namespaces(self):
        self.cheap(with_root('xmlns="urn:ietf:params:xml:ns:dmarc-2.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="urn:x"',
                             '<x:more xsi:nil="true">1</x:more>'))


class Sizes(CostTest):
    def test_one_text(self):
        self.cheap(mail(report(records=record() + row(1, "<envelope_to>" + "a" * BIG + "</envelope_to>"))), reason="limit:element_size")
        self.cheap(mail(report(records=record() + row(1, "<envelope_to>" + "a" * 2 * BIG + "</envelope_to>"))), reason="limit:compression_ratio")
        self.cheap(mail(report(org="a" * 5_000_000)), reason="limit:element_size")
        self.cheap(mail(report(org="&a" * 4_000_000)), reason="limit:element_size")

    def test_a_text_that_is_cut(self):
        self.cheap(mail(report(org="a" * 1_000_000)))

    def test_an_extension_of_any_size(self):
        self.cheap(in_root("<x>" + "a" * 30_000_000 + "</x>"))
        self.cheap(in_root("<x>" + "a < b" * 3_000_000 + "</x>"))

    def test_the_root(self):
        self.cheap(with_root(" a=''" * 6_000_000), reason="limit:element_size")
        self.cheap(with_root("xmlns='" + "a" * BIG + "'"), reason="limit:element_size")

    def test_one_record(self):
        for inside in ("<![CDATA[]]>" * 2_000_000, "<!---->" * 2_000_000, "<" * BIG, "<a " * 5_000_000, "<x/>" * 5_000_000, "<row a=''" + " b=''" * 3_000_000 + "/>"):
            self.cheap(mail(report(records=record() + "<record>" + inside + "</record>")), reason="limit:element_size")


class Structure(CostTest):
    def test_what_stands_between_the_records(self):
        for what in ("<x/>" * 5_000_000, "<!---->" * 3_000_000, "<![CDATA[a]]>" * 1_500_000, "<?a?>" * 4_000_000, "a" * BIG, "<a b='" * 400_000):
            self.cheap(in_root(what))

    def test_what_is_no_markup(self):
        for what in ("<" * BIG, "<a " * 5_000_000, "< a" * 5_000_000):
            self.cheap(in_root(what), reason="malformed_xml")
            self.cheap(mail(what + report()), reason="malformed_xml")

    def test_broken_records(self):
        for inside in ("</x>", "<row>", "<a b='", "<row></identifiers>"):
            self.grows_evenly(lambda n: mail(report(records=record() + f"<record>{inside}" * n)), 50_000, 100_000, 200_000)

    def test_a_broken_record_around_much(self):
        self.cheap(mail(report(records=record() + ("<record>" * 10 + "<a>aaaaaaaaaaaaaaaaaaaaaaa</a>" * 100_000 + "</x>") * 5)), reason="malformed_xml")

    def test_deviations(self):
        self.grows_evenly(lambda n: mail(report(records="".join(record(dkim=f"odd{i}", more=f"<y{i}/>") for i in range(n)))), 10_000, 20_000, 40_000)

    def test_end_tags_everywhere(self):
        self.cheap(in_root("</feedbackx>" * 2_000_000), reason="malformed_xml")
        self.cheap(mail(report() + "</feedback" * 2_000_000))
        self.cheap(mail(report() + "</feedback>" * 2_000_000))

    def test_long_names_of_many_labels(self):
        def of(n):
            name = "a." * 30_000
            return mail(report(records="".join(
                f"<record><row><source_ip>192.0.2.1</source_ip><count>1</count></row><identifiers><header_from>{name}x{i}</header_from></identifiers><auth_results>"
                f"<spf><domain>{name}y{i}</domain><result>pass</result></spf></auth_results></record>" for i in range(n))))
        self.grows_evenly(of, 20, 40, 80)

    def test_long_international_names(self):
        self.grows_evenly(lambda n: mail(report(records="".join(record(domain="\u00e4\u4e00" * 10_000 + f"x{i}") for i in range(n)))), 50, 100, 200)


class Records(CostTest):
    def test_a_long_list_of_records(self):
        self.cheap(mail(report(records="".join(row(i) for i in range(100_000)))))

    def test_more_records_than_any_report_has(self):
        # In a file: a mail may not come to so much.
        done = self.ingest(gzip.compress(dense(report(records="<record/>" * 5_100_000)).encode(), 1), name="many.xml.gz")
        self.assertEqual([p["reason"] for p in self.json("problems", "list")["problems"]], ["limit:records"])
        self.assertLessEqual(done.cpu, cost.CPU_GOAL * cost.SLACK)

    def test_all_of_distinct_texts(self):
        def of(n):
            return report(records="".join(row(i, f"<envelope_from>b{i}.example.net</envelope_from><envelope_to>c{i}.example.org</envelope_to>") for i in range(n)))
        self.grows_evenly(lambda n: mail(of(n)), 10_000, 20_000, 40_000)
        self.cheap(mail(of(200_000)), reason="limit:item_bytes")
        # As much as may be kept of one report, and a little more.
        names = lambda n: mail(report(records="".join(record(ip=f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}", domain=f"d{i}.example.com") for i in range(n))))
        self.cheap(names(70_000))
        self.cheap(names(100_000), reason="limit:distinct_size")
        # A file of its own may be as large as it likes, but not that much may be kept of it.
        self.ingest(gzip.compress(of(300_000).encode(), 1), name="d.xml.gz")
        self.assertEqual([p["reason"] for p in self.json("problems", "list")["problems"]], ["limit:distinct_size"])

    def test_texts_that_collide_in_a_hash_without_a_seed(self):
        texts = colliding_texts(40_000, random.Random(1))
        self.assertEqual(len(set(texts)), 40_000)
        self.grows_evenly(lambda n: mail(report(records="".join(remark(texts[i]) for i in range(n)))), 10_000, 20_000, 40_000)


if __name__ == "__main__":
    cost.main()
