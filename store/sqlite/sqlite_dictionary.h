// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "store/base/by_id.h"
#include "store/dictionary.h"
#include "store/sqlite/database.h"

namespace dmarcq {

/// Identities are read one by one until many are asked for, then all at once; the other tables are
/// small and read whole.
class SqliteDictionary final : public Dictionary {
 public:
  SqliteDictionary(Snapshot&, Database&);
  ~SqliteDictionary() override;
  const std::string& domain(std::int64_t key) override;
  const Identity& identity(std::int64_t key) override;
  const PolicyEvaluated& evaluation(std::int64_t key) override;
  void expect(std::span<const SourceRow>) override;

 private:
  class Identities;
  Identities& identities();
  Database& database_;
  ById<std::optional<std::string>> domains_;
  std::unique_ptr<Identities> identities_;
  ById<std::optional<PolicyEvaluated>> evaluations_;
};

}  // namespace dmarcq
