// SPDX-License-Identifier: MIT
// Every file in fixtures/messages, attachments and hostile is a test: X.expected beside it says
// what is found in it. DMARCQ_UPDATE_GOLDEN=1 writes the .expected files anew; review the
// difference.
#include <cstdlib>
#include <set>

#include "tests/ingest/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

const fs::path fixtures = fs::path(DMARCQ_SOURCE_DIR) / "fixtures";

std::set<fs::path> inputs(const char* folder) {
  std::set<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(fixtures / folder))
    if (entry.is_regular_file() && entry.path().extension() != ".expected")
      paths.insert(entry.path());
  return paths;
}

std::string printable(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    char code[8];
    std::snprintf(code, sizeof code, "\\x%02x", static_cast<unsigned char>(c));
    if (c >= ' ' && c <= '~')
      text += c;
    else
      text += code;
  }
  return text;
}

std::string dump(const fs::path& path) {
  std::string text;
  for (const Item& item : read_all(path)) {
    const ExtractedDocuments findings = find_documents(item, Limits{});
    Origin origin = item.origin;
    origin.source = fs::path(origin.source).lexically_relative(path.parent_path()).string();
    text += "item " + to_text(origin) + " (" + std::to_string(item.bytes.size()) + ")";
    if (!findings.message_id.empty()) text += " " + findings.message_id;
    text += "\n";
    for (const Document& document : findings.documents) {
      text += "  document \"" + document.name + "\" (" + std::to_string(document.bytes.size()) +
              ") " + printable(document.bytes.substr(0, 60)) + "\n";
      for (const std::string& deviation : document.deviations)
        text += "    deviation " + deviation + "\n";
    }
    for (const PackedFault& fault : findings.faults)
      text += "  fault \"" + fault.name + "\" " + reason_of(fault.error) + ": " + fault.error.text +
              "\n";
    if (findings.documents.empty() && findings.faults.empty())
      text += "  otherwise " + std::string(to_text(findings.otherwise)) + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("fixtures: what is found is what is expected") {
  const bool update = std::getenv("DMARCQ_UPDATE_GOLDEN") != nullptr;
  std::size_t count = 0;
  for (const char* folder : {"messages", "attachments", "hostile"})
    for (const fs::path& path : inputs(folder)) {
      const fs::path expected(path.string() + ".expected");
      const std::string found = dump(path);
      if (update) write_file(expected, found);
      CAPTURE(path.string());
      CHECK(found == read_file(expected));
      ++count;
    }
  CHECK(count > 80);
}

TEST_CASE("fixtures: cut at every byte they give a finding or nothing, never a crash") {
  for (const char* folder : {"messages", "attachments"})
    for (const fs::path& path : inputs(folder)) {
      const std::string bytes = read_file(path);
      if (bytes.size() > 6000) continue;
      const std::size_t step = sanitized ? 7 : 1;
      for (std::size_t size = 0; size < bytes.size(); size += step) {
        const Item item = item_of(path.filename().string(), bytes.substr(0, size));
        const ExtractedDocuments findings = find_documents(item, Limits{});
        for (const Document& document : findings.documents) REQUIRE(document.bytes.size() <= 6000);
      }
    }
}

TEST_CASE("fixtures: with single bytes changed they give a finding or nothing, never a crash") {
  std::uint32_t seed = 12345;
  const auto random = [&] { return (seed = seed * 1664525 + 1013904223) >> 8; };
  for (const char* folder : {"messages", "attachments"})
    for (const fs::path& path : inputs(folder)) {
      const std::string bytes = read_file(path);
      if (bytes.empty() || bytes.size() > 12000) continue;
      for (int round = 0; round < (sanitized ? 40 : 200); ++round) {
        std::string changed = bytes;
        for (std::uint32_t i = random() % 4 + 1; i > 0; --i)
          changed[random() % changed.size()] = static_cast<char>(random());
        Item item = item_of(path.filename().string(), std::move(changed));
        item.origin.index = round % 2 == 0 ? 0 : 1;
        find_documents(item, Limits{});
      }
    }
}
