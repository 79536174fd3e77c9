// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ingest/base/seeded_hash.h"
#include "store/document/packed_report.h"
#include "store/document/report_sender.h"
#include "store/sqlite/database.h"

namespace dmarcq {

/// Half of a SHA-256 names a set within this process; a collision would have to be searched for
/// 2^64 times.
struct ShortDigest {
  std::uint64_t a, b;
  explicit ShortDigest(const Digest&);
  friend bool operator==(const ShortDigest&, const ShortDigest&) = default;
};
struct ShortDigestHash {
  std::size_t operator()(const ShortDigest& digest) const noexcept {
    return seeded_hash(digest.a, digest.b);
  }
};

/// Ids of interned values by key.
template <class Key, class Hash = SeededHash>
class InternCache {
 public:
  /// All that the table holds is here, so what is not here is new: a first import need not look
  /// anything up.
  bool complete = false;

  const std::int64_t* find(const Key& key) const {
    const auto found = ids_.find(key);
    return found == ids_.end() ? nullptr : &found->second;
  }
  void remember(const Key& key, std::int64_t id) {
    if (ids_.size() >= most_entries) forget();
    ids_.emplace(key, id);
  }
  void forget() {
    ids_.clear();
    complete = false;
  }

 private:
  /// Tables are small beside the rows that refer to them, but a long run of odd reports must not
  /// hold them all.
  static constexpr std::size_t most_entries = 250'000;
  std::unordered_map<Key, std::int64_t, Hash> ids_;
};

/// Finds or adds the rows of the tables that rows and reports refer to: texts, domains,
/// authentication sets, identities, evaluations, reporters, dialects, policies. Inside a
/// transaction.
class Interner {
 public:
  explicit Interner(Database&);

  std::int64_t text(std::string_view value);
  /// Nothing when the name is new and all ids are given out: a row's key has room for so many and
  /// no more.
  std::optional<std::int64_t> domain(const std::string& name);
  std::int64_t identity(const PackedReport&, const PackedReport::Identity&);
  std::int64_t evaluation(const PackedReport::Evaluation&);
  std::int64_t reporter(const ReportMetadata&, const ReportSender&);
  std::int64_t dialect(const ParsedReport&);
  std::int64_t policy(const PolicyPublished&);

  /// Ids may have been given out in a transaction that was rolled back.
  void forget();
  /// Another connection may have added what the caches do not know.
  void others_wrote();
  /// The database is empty, so the caches hold all there is.
  void start_complete();

 private:
  using TextCache = InternCache<std::string>;
  using DigestCache = InternCache<ShortDigest, ShortDigestHash>;
  /// Of a row that is all key: what finds it, and what adds it, with the same parameters.
  struct Table {
    Statement find, add;
    Table(Database& database, std::string_view find_sql, std::string_view add_sql)
        : find(database, find_sql), add(database, add_sql) {}
  };

  template <class... Values>
  std::int64_t intern(bool certainly_new, Table&, const Values&...);
  /// A row of texts alone.
  std::int64_t intern_texts(TextCache&, Table&, std::initializer_list<std::string_view> columns);
  std::int64_t auth_set(DigestCache&, Table&, const PackedReport::AuthSet&);

  Database& database_;
  Table text_, domain_, dkim_set_, spf_set_, identity_, evaluation_, reporter_, dialect_, policy_;
  TextCache texts_, domains_, evaluations_, reporters_, dialects_, policies_;
  DigestCache dkim_sets_, spf_sets_, identities_;
  std::optional<std::int64_t> last_domain_;
};

}  // namespace dmarcq
