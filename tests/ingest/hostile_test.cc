// SPDX-License-Identifier: MIT
// Inputs made to exhaust the reader; those too large to keep are made here. Each must end within 2
// s of CPU and 128 MiB with the right reason.
#include <ctime>

#include "tests/ingest/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

/// Findings of hostile bytes, within the bounds.
ExtractedDocuments survive(const std::string& name, std::string bytes) {
  const Item item = item_of(name, std::move(bytes));
  reset_peak();
  const std::size_t before = peak_mib();
  const std::clock_t start = std::clock();
  ExtractedDocuments findings = find_documents(item, Limits{});
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;  // of this
                                                                                      // process:
                                                                                      // machines
                                                                                      // may be busy
  const std::size_t mib = peak_mib() - before;
  MESSAGE(name << ": " << seconds << " s, " << mib << " MiB");
  if (!sanitized) {
    CHECK(seconds < 2);
    CHECK(mib <= 128);
  }
  return findings;
}

/// Fewer under AddressSanitizer: its memmem() looks at all that is left for each hit, which is
/// quadratic.
constexpr std::size_t fewer(std::size_t count) {
  return sanitized && count > 50'000 ? count / 50 : count;
}

std::string repeat(std::string_view text, std::size_t wanted) {
  const std::size_t count = fewer(wanted);
  std::string all;
  all.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

const std::string top = "From: a@example.com\nSubject: x\nMessage-ID: <h@example.com>\n";

}  // namespace

TEST_CASE("hostile: structures") {
  std::string nested;
  for (int i = 0; i < 10'000; ++i)
    nested += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" +
              std::to_string(i) + "\n";
  std::string wide_nested;
  for (int i = 0; i < 32; ++i)
    wide_nested += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" +
                   std::to_string(i) + "\n";
  std::string encoded = "Subject: x\n\nx\n";
  for (int i = 0; i < 20; ++i)
    encoded = "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" +
              base64(encoded);
  struct Row {
    const char* name;
    std::string bytes, reason;
  };
  const Row rows[] = {
      {"10^4 nested multiparts", top + nested, "limit:mime_depth"},
      {"10^4 nested mails", top + repeat("Content-Type: message/rfc822\n\n", 10'000),
       "limit:mime_depth"},
      {"10^5 parts",
       top + "Content-Type: multipart/mixed; boundary=b\n\n" + repeat("--b\n\nx\n", 100'000),
       "limit:mime_parts"},
      {"10^6 parts",
       top + "Content-Type: multipart/mixed; boundary=b\n\n" + repeat("--b\n\nx\n", 1'000'000),
       "limit:mime_parts"},
      {"100 MB header in one line", top + "X: " + repeat("x", 100u << 20), "limit:header_size"},
      {"100 MB header in many lines", top + repeat("X: 1\n", 20'000'000), "limit:header_size"},
      {"60 MB of almost-boundaries",
       top + "Content-Type: multipart/mixed; boundary=b\n\n" + repeat("--bb\n", 12'000'000), ""},
      {"48 MB below 32 levels", top + wide_nested + "\n" + repeat("--c\n", 12'000'000), ""},
      {"mails in base64 in base64", top + encoded, ""},
      {"a header of broken encoded words", top + "Subject: " + repeat("=?a?b", 200'000) + "\n\nx",
       ""},
      {"a header of encoded words", "Subject: " + repeat("=?utf-8?B?YWFh?= ", 60'000) + "\n\nx",
       ""},
      {"a header of parameters",
       top + "Content-Type: application/zip" + repeat(";a=b", 250'000) + "\n\nx", ""},
      {"a header of quotes and comments",
       top + "Content-Type: application/zip;" + repeat("\"(\\", 300'000) + "\n\nx", ""},
      {"a header of pieces",
       top + "Content-Type: application/zip;" +
           [] {
             std::string text;
             for (int i = 0; i < 60'000; ++i) text += "name*" + std::to_string(i) + "*=a;";
             return text;
           }() +
           "\n\nx",
       ""},
      {"a body of the word feedback", top + "\n" + repeat("<feedback >", 5'000'000),
       "limit:item_bytes"},
      {"a body of feedback without end", top + "\n" + repeat("feedback ", 7'000'000), ""},
      {"a body of namespace prefixes",
       top + "\n" + repeat("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:feedback ", 1'000'000), ""},
      {"60 MB of equals signs in quoted-printable",
       top + "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n" +
           repeat("=", 60u << 20),
       "limit:item_bytes"},
      {"60 MB of blanks behind an equals sign",
       top + "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n=" +
           repeat("= ", 30u << 20),
       "limit:item_bytes"},
      {"60 MB of padding",
       top + "Content-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\n" +
           repeat("a=\n", 20u << 20),
       "limit:item_bytes"},
      {"60 MB of CR", top + repeat("\r", 60u << 20), "limit:header_size"},
      {"60 MB of LF", repeat("\n", 60u << 20), ""},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    const ExtractedDocuments findings = survive(std::string(row.name) + ".eml", row.bytes);
    // With sanitizers some inputs are smaller, and stay below what a mail may come to: there it is
    // enough that they are survived.
    if (test::sanitized && row.reason == "limit:item_bytes") continue;
    if (row.reason.empty()) {
      CHECK(findings.faults.empty());
    } else {
      REQUIRE(findings.faults.size() == 1);
      CHECK(reason_of(findings.faults[0].error) == row.reason);
    }
  }
}

TEST_CASE("hostile: bombs") {
  // 10 GB of zeros as gzip, without making them: a stored-size trick is no help, so blocks of one
  // member are repeated.
  const std::string ten_mb = deflated("<x>" + std::string(10u << 20, ' '));
  {
    const ExtractedDocuments findings = survive("many members.gz", repeat(ten_mb, 1000));
    REQUIRE(findings.faults.size() == 1);
    CHECK(reason_of(findings.faults[0].error) == "limit:compression_ratio");
  }
  {
    std::string packed = deflated(repeat(std::string(1u << 20, '\0'), 256));
    const ExtractedDocuments findings = survive("zeros.gz", packed);
    CHECK(reason_of(findings.faults.at(0).error) == "limit:compression_ratio");
    const ExtractedDocuments twice = survive("zeros.gz.gz", deflated(packed));
    CHECK(reason_of(twice.faults.at(0).error) == "limit:compression_ratio");
  }
  {
    std::string packed = "<x/>";
    for (int i = 0; i < 64; ++i) packed = deflated(packed);
    CHECK(reason_of(survive("gzip x 64.gz", packed).faults.at(0).error) == "limit:archive_nesting");
  }
  {
    // As 42.zip: archives of archives of large members.
    std::string packed = zip_of({{"x.xml", "<x>" + std::string(50u << 20, ' ')}});
    for (int level = 0; level < 3; ++level) {
      std::vector<ZipMember> members;
      for (int i = 0; i < 16; ++i) members.push_back({std::to_string(i) + ".zip", packed});
      packed = zip_of(members);
    }
    const ExtractedDocuments findings = survive("42.zip", packed);
    REQUIRE(!findings.faults.empty());
    CHECK(reason_of(findings.faults[0].error) == "limit:compression_ratio");
    CHECK(findings.documents.size() <= 2);
  }
  {
    std::vector<ZipMember> members(fewer(1'000'000), ZipMember{"a", ""});
    const ExtractedDocuments findings = survive("many members.zip", zip_of(members, false));
    CHECK(reason_of(findings.faults.at(0).error) == "limit:archive_entries");
  }
  {
    // A hundred tiny archives in each of a hundred, twice over.
    std::vector<ZipMember> members(100, ZipMember{"a.txt", ""});
    for (int level = 0; level < 3; ++level) {
      const std::string packed = zip_of(members);
      members.clear();
      for (int i = 0; i < 100; ++i) members.push_back({std::to_string(i) + ".zip", packed});
    }
    const ExtractedDocuments findings = survive("tiny archives.zip", zip_of(members));
    CHECK(!findings.faults.empty());
    CHECK(findings.faults.size() <= 200);
  }
  {
    // Overlapping: every directory entry points into the same data (a "better zip bomb" in its
    // plain form).
    const std::string one = zip_of({{"a.xml", "<x>" + std::string(20u << 20, ' ')}});
    const std::size_t directory = one.find("PK\1\2");
    const std::string entry = one.substr(directory, one.find("PK\5\6") - directory);
    const std::string overlapping =
        one.substr(0, directory) + repeat(entry, 90) + "PK\5\6" + little(0, 4) + little(90, 2) +
        little(90, 2) + little(entry.size() * 90, 4) + little(directory, 4) + little(0, 2);
    survive("overlapping.zip", overlapping);
  }
  {
    // Each attachment stays below every limit; together they do not.
    std::string mail = top + "Content-Type: multipart/mixed; boundary=b\n\n";
    const std::string packed = base64(deflated("<x>" + std::string(20u << 20, ' ')));
    for (int i = 0; i < 500; ++i)
      mail +=
          "--b\nContent-Type: application/gzip; name=a.xml.gz\nContent-Transfer-Encoding: base64\n\n" +
          packed;
    const ExtractedDocuments findings = survive("many bombs.eml", std::move(mail));
    std::size_t total = 0;
    for (const Document& document : findings.documents) total += document.bytes.size();
    CHECK(total <= Limits{}.ratio_free_size);
    CHECK(!findings.faults.empty());
  }
}
