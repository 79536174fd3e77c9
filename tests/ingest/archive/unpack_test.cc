// SPDX-License-Identifier: MIT
// Formats and damages are covered by fixtures/attachments; here is what needs limits or many
// variants.
#include "ingest/archive/unpack.h"

#include "ingest/archive/gzip.h"
#include "tests/ingest/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

TEST_CASE("unpack: a gzip cut anywhere is truncated; only its trailer may be missing") {
  const std::string packed = deflated(small_report);
  for (std::size_t size = 2; size < packed.size(); ++size) {
    const Unpacked result = unpack("a.xml.gz", std::string_view(packed).substr(0, size), Limits{});
    CAPTURE(size);
    if (size < packed.size() - 8) {
      REQUIRE(result.faults.size() == 1);
      CHECK(result.documents.empty());
      CHECK(result.faults[0].error.fault == Fault::truncated);
      CHECK(result.faults[0].error.text ==
            "gzip stream ends after " + std::to_string(size) + " bytes");
    } else {
      REQUIRE(result.documents.size() == 1);
      CHECK(result.documents[0].bytes == small_report);
      CHECK(result.documents[0].deviations.size() == 1);
    }
  }
}

TEST_CASE("unpack: a gzip with any one bit wrong never gives another document") {
  std::string packed = deflated(small_report);
  for (std::size_t bit = 0; bit < packed.size() * 8; ++bit) {
    packed[bit / 8] = static_cast<char>(packed[bit / 8] ^ (1 << bit % 8));
    for (const Document& document : unpack("a.xml.gz", packed, Limits{}).documents)
      CHECK((document.bytes == small_report || document.bytes == packed));  // the latter: not gzip
                                                                            // any more
    packed[bit / 8] = static_cast<char>(packed[bit / 8] ^ (1 << bit % 8));
  }
}

TEST_CASE("unpack: a zip with any one bit wrong never gives another document") {
  std::string packed = zip_of({{"a.xml", std::string(small_report)}});
  for (std::size_t bit = 0; bit < packed.size() * 8; ++bit) {
    packed[bit / 8] = static_cast<char>(packed[bit / 8] ^ (1 << bit % 8));
    for (const Document& document : unpack("a.bin", packed, Limits{}).documents)
      CHECK(document.bytes == small_report);
    packed[bit / 8] = static_cast<char>(packed[bit / 8] ^ (1 << bit % 8));
  }
}

TEST_CASE("unpack: tables and JSON come back by what they are") {
  using namespace std::string_view_literals;
  struct Row {
    const char* name;
    std::string_view bytes;
    std::optional<DocumentKind> kind;
  };
  for (const Row& row : {
           Row{"CSV", "id,text\n1,a\n", DocumentKind::table},
           Row{"UTF-16, little endian", "\xff\xfei\0d\0\t\0n\0\n\0"sv, DocumentKind::table},
           Row{"UTF-16, big endian", "\xfe\xff\0i\0d\0\t\0n\0\n"sv, DocumentKind::table},
           Row{"UTF-16 without columns", "\xff\xfei\0d\0\n\0"sv, {}},
           Row{"a piece of a table", "#dmarcq-table\nid,text\n", DocumentKind::table},
           Row{"a JSON object", "{\"a\":1}", DocumentKind::events},
           Row{"a JSON array of objects", "[{\"a\":1}]", DocumentKind::events},
           Row{"a JSON array of one number", "[1]", {}},
           Row{"a TLS report", R"({"organization-name":"x","policies":[]})",
               DocumentKind::tls_report},
           Row{"text", "Dear all,\nhello\n", {}},
       }) {
    CAPTURE(std::string(row.name));
    for (const bool zipped : {false, true}) {
      const std::string bytes = zipped ? zip_of({{"a", std::string(row.bytes)}})
                                       : std::string(row.bytes);
      const Unpacked result = unpack("a", bytes, Limits{});
      CHECK(result.faults.empty());
      REQUIRE(result.documents.size() == (row.kind ? 1 : 0));
      if (row.kind) CHECK(result.documents[0].kind == *row.kind);
    }
  }
}

TEST_CASE("unpack: of what is damaged, the start tells a log from others") {
  using namespace std::string_view_literals;
  const auto repeated = [](std::string_view head, std::string_view line) {
    std::string text(head);
    for (int i = 0; i < 300; ++i) text += std::to_string(i * i * 7919) + std::string(line);
    return text;
  };
  const auto utf16 = [](std::string_view text) {
    std::string wide = "\xff\xfe";
    for (const char c : text) (wide += c) += '\0';
    return wide;
  };
  const std::string table = repeated("id,recipient\n", ",ann@shop.example\n");
  struct Row {
    const char *name, *member;
    std::string text;
    bool is_log;
  };
  for (const Row& row : {
           Row{"a table", "a.bin", table, true},
           Row{"UTF-16", "a.bin", utf16(table), true},
           Row{"events", "a.bin", repeated("{\"a\":\"", "\",\"b\":\"") + "\"}", true},
           Row{"a list of events", "a.bin", repeated("[{\"a\":\"", "\",\"b\":\"") + "\"}]", true},
           // Near misses.
           Row{"XML", "a.xml", repeated("<feedback>", "<a/>\n"), false},
           Row{"XML named as a table", "a.csv", repeated("<feedback>", "<a/>\n"), false},
           Row{"a TLS report", "a.json",
               repeated(R"({"organization-name":"x","policies":[")", "\",\""), false},
           Row{"text", "a.txt", repeated("Dear all\n", " hello\n"), false},
       }) {
    CAPTURE(row.name);
    const std::string gzip = deflated(row.text), zip = zip_of({{row.member, row.text}});
    std::string stored = zip_of({{row.member, row.text}}, false);
    std::string wrong_sum = gzip;
    stored[stored.size() / 2] ^= 1;
    wrong_sum[wrong_sum.size() - 8] ^= 1;
    for (const std::string& damaged :
         {gzip.substr(0, gzip.size() / 2), zip.substr(0, zip.size() / 2), stored, wrong_sum,
          deflated(gzip.substr(0, gzip.size() / 2))}) {
      const Unpacked found = unpack(row.member, damaged, Limits{});
      CHECK(found.documents.empty());
      CHECK(found.log_fault == row.is_log);
      CHECK(begins_like_log(damaged) == row.is_log);
    }
    for (const std::string& whole : {gzip, zip, row.text}) {
      CHECK_FALSE(unpack(row.member, whole, Limits{}).log_fault);
      CHECK(begins_like_log(whole) == row.is_log);
    }
    Limits limits;
    limits.document_size = 1000;
    CHECK(unpack(row.member, gzip, limits).log_fault == row.is_log);
    CHECK(unpack(row.member, row.text, limits).log_fault == row.is_log);
  }
  // Where nothing can be read, only the name is left.
  for (const auto& [name, is_log] :
       {std::pair{"a.csv.gz", true}, {"a.JSON.gz", true}, {"a.xml.gz", false}, {"a.gz", false}}) {
    CAPTURE(name);
    CHECK(unpack(name, deflated(table).substr(0, 12), Limits{}).log_fault == is_log);
  }
}

TEST_CASE("unpack: limits are named") {
  Limits limits;
  limits.document_size = 1u << 20;
  limits.ratio_free_size = 64u << 10;
  limits.compression_ratio = 10;
  limits.archive_entries = 3;
  limits.archive_nesting = 2;
  const std::string xml = "<x>" + std::string(200'000, ' ');
  std::string noise = "<x>";
  std::uint32_t seed = 1;
  for (int i = 0; i < 2'000'000; ++i)
    noise += static_cast<char>('a' + ((seed = seed * 1664525 + 1013904223) >> 28));
  const std::string tiny = "<x/>";
  struct Row {
    const char* name;
    std::string bytes, reason;
  };
  const Row rows[] = {
      {"ratio in gzip", deflated(xml), "limit:compression_ratio"},
      {"ratio in zip", zip_of({{"a.xml", xml}}), "limit:compression_ratio"},
      {"ratio in a tar member that is passed over",
       deflated(tar_of({{"a.bin", std::string(200'000, '\0')}})), "limit:compression_ratio"},
      {"size in gzip", deflated(noise), "limit:document_size"},
      {"size in zip", zip_of({{"a.xml", noise}}), "limit:document_size"},
      {"size of all members together",
       zip_of({{"a.xml", noise.substr(0, 600'000)}, {"b.xml", noise.substr(0, 600'000)}}),
       "limit:document_size"},
      {"entries", zip_of({{"a.xml", tiny}, {"b.xml", tiny}, {"c.xml", tiny}, {"d.xml", tiny}}),
       "limit:archive_entries"},
      {"nesting", deflated(deflated(deflated(tiny))), "limit:archive_nesting"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    const Unpacked result = unpack("a", row.bytes, limits);
    REQUIRE(result.faults.size() == 1);
    CHECK(reason_of(result.faults[0].error) == row.reason);
  }
  CHECK(unpack("a", deflated(deflated(tiny)), limits).documents.size() == 1);
  CHECK(unpack("a", zip_of({{"a.xml", tiny}, {"b.xml", tiny}, {"c.xml", tiny}, {"d.xml", tiny}}),
               limits)
            .documents.size() == 3);
}

TEST_CASE("unpack: attachments of one item share their budget") {
  Limits limits;
  limits.ratio_free_size = limits.document_size = 100'000;
  std::string mail = "Content-Type: multipart/mixed; boundary=b\n\n";
  const std::string packed = base64(deflated("<x>" + std::string(60'000, ' ')));
  for (int i = 0; i < 5; ++i)
    mail += "--b\nContent-Type: application/gzip; name=" + std::to_string(i) +
            ".xml.gz\nContent-Transfer-Encoding: base64\n\n" + packed;
  const ExtractedDocuments findings = find_documents(item_of("x.eml", mail), limits);
  CHECK(findings.documents.size() == 1);
  REQUIRE(findings.faults.size() == 4);
  CHECK(reason_of(findings.faults[3].error) == "limit:document_size");
}

TEST_CASE("gunzip_source: gives what gunzip gives") {
  const std::string text(300'000, 'y');
  for (const std::string& packed :
       {deflated(text), deflated(text) + "xy", deflated(text) + deflated(text),
        deflated(text) + std::string(100, '\0')}) {
    auto source = gunzip_source(memory_source(packed), Limits{});
    std::string streamed;
    CHECK(read_up_to(*source, streamed, 10'000'000));
    MemoryPool::Share memory;
    const Limits limits;
    Budget budget(Budget::Of::file, packed.size(), limits, memory);
    CHECK(streamed == gunzip(packed, budget, limits).bytes);
  }
}
