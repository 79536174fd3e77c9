// SPDX-License-Identifier: MIT
// Any file is a configuration within its bounds or a mistake that is told with file and line.
#include "report/cli/args/config.h"

#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

namespace dmarcq::fuzz {
namespace {

void properties(std::string_view input) {
  static const int file = ::memfd_create("config", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  require(::ftruncate(file, 0) == 0 &&
              ::pwrite(file, input.data(), input.size(), 0) == static_cast<ssize_t>(input.size()),
          "the file can be written");
  try {
    const Config config = read_config(path);
    require(!config.database || !config.database->text().empty(), "a database has a name");
    const Limits& limits = config.limits;
    for (const std::size_t limit : {limits.mail_size, limits.mime_depth, limits.document_size,
                                    limits.compression_ratio, limits.xml_depth, limits.records})
      require(limit > 0, "limits are positive");
    for (const Client& client : config.clients)
      require(!client.name.empty() && !client.domains.empty(), "a client has a name and domains");
  } catch (const UsageError& mistake) {
    require(std::string_view(mistake.what()).starts_with(path + ":"),
            "a mistake is told with its place");
  }
}

}  // namespace

std::vector<std::string> seeds() {
  return {
      "db = \"/var/lib/dmarcq/dmarcq.db\"\n[limits]\nmail_size = \"128 MiB\"\nrecords = 1000\n[readiness]\nobserve_days = 60\nown_rate_reject = \"99.9 %\"\nexpected = [\"Salesforce marketing-cloud\"]\n",
      "[[mailbox]]\nsource = \"imaps://user@host/Folder\"\npassword_file = \"/etc/p\"\nmark_seen = true\ntimeout = 60\n[[mailbox]]\nsource = \"/var/mail/dmarc\"\n",
      "[[client]]\nname = \"Kestrel\"\ndomains = [\"kestrel.example\", \"b\xc3\xbc"
      "cher.example\"]\n",
      "[=[mailbox]]\nsource = \"x\"\n",
      "[dns]\nask = true\nservers = \"192.0.2.53\"\ntimeout = 3\n",
      "limits = { mail_size = 0x10, records = 1_000 }\n",
      "a.b.c = 1979-05-27T07:32:00Z\n"};
}

std::vector<std::string_view> words() {
  return {"[",
          "]",
          "[[",
          "]]",
          "{",
          "}",
          "=",
          "\"",
          "'''",
          "\"\"\"",
          "[limits]\n",
          "[[mailbox]]\n",
          "[[client]]\n",
          "[readiness]\n",
          "mail_size",
          "source",
          "domains",
          "nan",
          "inf",
          "1e999",
          "0x",
          "\\u0000",
          "true",
          " GiB\"",
          "-1",
          "a.",
          "#"};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {.microseconds_per_byte = 10, .bytes_per_byte = 400},
                               dmarcq::fuzz::properties);
}
