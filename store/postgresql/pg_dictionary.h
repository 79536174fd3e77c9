// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ingest/base/seeded_hash.h"
#include "store/dictionary.h"
#include "store/postgresql/wire/connection.h"
#include "store/postgresql/wire/row_block.h"
#include "store/snapshot.h"

namespace dmarcq {

/// Keys of one moment, shared by a snapshot and its forks: numbers from 1 for domains, reporters,
/// and for what the records of reports have in common, which this engine stores with each report.
/// Any thread may ask.
class PgKeys {
 public:
  struct Domain {
    std::int64_t id = 0, home = 0;
    std::string name;
  };
  /// By home and id, as tables are ordered; a key is a position and 1.
  const std::vector<Domain>& domains(PgConnection&);
  std::int64_t key_of_domain(PgConnection&, std::int64_t id);
  const std::vector<StoredReporter>& reporters(PgConnection&);
  std::int64_t key_of_reporter(PgConnection&, std::int64_t id);

  /// The keys of a block's identities and evaluations, by their positions in it.
  struct BlockKeys {
    std::vector<std::int64_t> identities, evaluations;
  };
  void add(const RowBlock&, BlockKeys&);
  /// Stay where they are.
  const Identity& identity(std::int64_t key);
  const PolicyEvaluated& evaluation(std::int64_t key);

 private:
  struct KnownIdentity {
    std::string header_from, envelope_from, spf_text, dkim_text;
    std::vector<SpfAuthResult> spf;
    std::vector<DkimAuthResult> dkim;
    Identity identity;
    bool is_read = false;
  };
  using Positions = std::unordered_map<std::string, std::int64_t, SeededHash, std::equal_to<>>;
  std::int64_t position(Positions&, const std::array<std::string_view, 4>&, bool& added);

  std::mutex mutex_;
  std::vector<Domain> domains_;
  std::unordered_map<std::int64_t, std::int64_t> domain_keys_;
  std::vector<StoredReporter> reporters_;
  std::unordered_map<std::int64_t, std::int64_t> reporter_keys_;
  bool has_domains_ = false, has_reporters_ = false;
  std::string text_;
  Positions identity_positions_, evaluation_positions_;
  std::deque<KnownIdentity> identities_;
  std::deque<PolicyEvaluated> evaluations_;
};

/// One thread's view of them.
class PgDictionary final : public Dictionary {
 public:
  PgDictionary(Snapshot& snapshot, PgConnection& connection, std::shared_ptr<PgKeys> keys)
      : Dictionary(snapshot), connection_(connection), keys_(std::move(keys)) {}
  const std::string& domain(std::int64_t key) override;
  const Identity& identity(std::int64_t key) override;
  const PolicyEvaluated& evaluation(std::int64_t key) override;

 private:
  PgConnection& connection_;
  std::shared_ptr<PgKeys> keys_;
  std::vector<const Identity*> identities_;
  std::vector<const PolicyEvaluated*> evaluations_;
};

}  // namespace dmarcq
