// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "store/integrity.h"
#include "store/queries.h"
#include "store/store.h"

namespace dmarcq::test {

/// A database that is gone with the object.
class TemporaryDatabase {
 public:
  TemporaryDatabase();
  ~TemporaryDatabase();
  TemporaryDatabase(const TemporaryDatabase&) = delete;
  TemporaryDatabase& operator=(const TemporaryDatabase&) = delete;
  /// Of a file.
  const std::filesystem::path& path() const { return path_; }
  /// The file; where DMARCQ_TEST_POSTGRESQL names a server (tests/support/postgresql_server.py), a
  /// database there. What a test asks of this one is asked of every engine.
  Location where() const;

 private:
  std::filesystem::path path_;
  mutable std::string on_server_;  ///< its name, once it was made
};

/// "192.0.2.1 10 pass fail" …: source_ip, count, aligned DKIM, aligned SPF. header_from is the
/// policy domain.
Record record(const std::string& line, const std::string& header_from = "example.com");

struct Document {
  std::string org = "reporter.example", report_id = "r1", domain = "example.com";
  Day day = 20'000;
  std::vector<std::string> lines;
  bool well_formed = true;
};

ParsedReport parsed(const Document&);
/// An item that holds these documents; bytes, digests and the place follow from `name` and the
/// contents.
ProcessedItem item(const std::string& name, const std::vector<Document>&);
ProcessedItem broken_item(const std::string& name);

Saved save(Store&, const ProcessedItem&);
/// As one that an earlier run read: what it was. Nothing when it is to be read again.
std::optional<Saved> known(Store&, const Digest&);
/// For SaveOptions::remember: what makes a batch fail at its end.
ReadState power_cut(std::span<const Saved>);
/// Everything that must not depend on the order of arrival: the taken reports with their records,
/// and the problems.
std::string canonical_dump(Snapshot&);
std::string canonical_dump(Store&);

}  // namespace dmarcq::test
