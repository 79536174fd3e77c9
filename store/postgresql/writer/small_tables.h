// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "store/postgresql/wire/connection.h"
#include "store/processed_item.h"

namespace dmarcq {

/// Ids of what many reports share: policy domains, reporters, policies, dialects. An id is a salted
/// hash of the content, so workers make the same ones without asking each other, and nobody can
/// choose contents that share one.
class SmallTables {
 public:
  explicit SmallTables(PgConnection&);

  /// Adds what these items need and is not there. In transactions of its own, before that of the
  /// batch, so that no two batches wait for each other's new rows.
  void make_ready(std::span<const ProcessedItem>);

  /// The same of reporters alone.
  void make_ready(std::span<const LearnedAccountName>);

  struct Domain {
    std::int64_t id = 0;
    std::int64_t home = 0;  ///< of its organizational domain when it was seen first
  };
  // Of what was made ready.
  Domain domain(const std::string& name) const;
  std::int64_t reporter(const ReportMetadata&, const ReportSender&) const;
  std::int64_t policy(const PolicyPublished&) const;
  std::int64_t dialect(const ParsedReport& head) const;

 private:
  using Texts = std::vector<std::string>;
  struct Table {
    std::string_view name, columns, types;  ///< of arrays, for unnest: "text[],bool[]"
    std::unordered_set<std::int64_t> known;
    std::map<std::int64_t, Texts> wanted;
  };
  std::int64_t id_of(std::string_view table, const Texts&) const;
  std::int64_t want(Table&, Texts);
  void add_wanted(Table&);
  void add_wanted_domains();

  PgConnection& connection_;
  std::string salt_;
  Table reporters_, policies_, dialects_;
  std::map<std::string, Domain> domains_;
  std::map<std::string, Domain> wanted_domains_;
};

}  // namespace dmarcq
