// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/snapshot.h"
#include "store/sqlite/database.h"
#include "store/sqlite/sqlite_dictionary.h"
#include "store/sqlite/sqlite_settings.h"

namespace dmarcq {

/// A connection inside a transaction that reads. The scans stand in sqlite_snapshot.cc, what is
/// kept besides in sqlite_snapshot_kept.cc, the proof in sqlite_snapshot_proof.cc, what a copy
/// needs in sqlite_snapshot_copy.cc.
class SqliteSnapshot final : public Snapshot {
 public:
  explicit SqliteSnapshot(const std::filesystem::path&);

  std::unique_ptr<Snapshot> fork() override;
  const std::string& place() const override { return database_.path().native(); }
  const std::string& newer() const override { return database_.newer(); }
  Dictionary& dictionary() override { return dictionary_; }

  std::vector<StoredDomain> domains() override;
  const std::vector<StoredReporter>& reporters() override;
  std::vector<RowsOfDay> rows_of_days(std::span<const DomainDays>) override;
  std::vector<ReportedSpan> reported_spans(std::span<const DomainDays>) override;
  void roll_up(std::span<const DomainDays>, FunctionRef<void(const DomainFigures&)>) override;
  void rows(std::span<const DomainDays>, FunctionRef<void(const StoredRow&)>) override;
  void reporters_of_reports(std::span<const DomainDays>,
                            FunctionRef<void(std::int64_t, std::int64_t)>) override;
  void heads(const DomainDays&, const std::string& domain_name,
             FunctionRef<void(ReportHead&, std::int64_t)>) override;
  void figures_of_reports(const DomainDays&, FunctionRef<void(const ReportFigures&)>) override;
  void reporters_of(const DomainDays&, FunctionRef<bool(std::int64_t)>) override;
  void reporting_days(const DomainDays&, FunctionRef<void(Day, std::int64_t)>) override;
  void reports(const DomainDays&, Which, FunctionRef<void(std::int64_t, std::int64_t)>) override;
  std::optional<ReportInfo> report(std::int64_t id) override;
  void records(std::int64_t report, FunctionRef<void(const Record&)>) override;
  std::vector<StoredAccountName> account_names() override;

  void deliveries(Day since, Day until, FunctionRef<void(const StoredDelivery&)>) override;
  void delivery_logs(FunctionRef<void(const StoredDeliveryLog&)>) override;
  void tls_reports(Day since, Day until, FunctionRef<void(const StoredTlsReport&)>) override;
  void failure_reports(Day since, Day until, FunctionRef<void(const StoredFailure&)>) override;

  std::vector<Problem> problems(bool with_dismissed) override;
  std::optional<std::string> problem_bytes(std::int64_t problem) override;
  std::vector<PassedOver> passed_over() override;
  DatabaseInfo storage_info() override;
  StoredSettings& settings() override { return settings_; }

  void documents(std::vector<std::string>& faults,
                 FunctionRef<void(const StoredDocument&)>) override;
  void items(FunctionRef<void(const StoredItem&)>) override;
  std::vector<std::string> storage_faults() override;
  void contents(FunctionRef<bool(const Digest&)> wanted,
                FunctionRef<void(StoredContents&&)> take) override;
  std::optional<DocumentStanding> standing(std::int64_t report) override;

  void ask(std::string_view sql, FunctionRef<void(const std::vector<std::string>&)> columns,
           FunctionRef<void(const std::vector<SqlValue>&)> row) override;
  void backup(const std::filesystem::path& path) override { database_.backup_to(path); }

 private:
  /// PreparedStatements: reset it before the next use.
  Statement& cached(const std::string& sql) { return statements_.prepared(sql); }

  Database database_;
  SqliteDictionary dictionary_;
  SqliteSettings settings_{database_};
  std::optional<std::vector<StoredReporter>> reporters_;
  bool has_views_ = false;  ///< of sql_views.h
  PreparedStatements statements_{database_};
};

/// StoreError::usage when there is no such file.
std::unique_ptr<Snapshot> open_sqlite_snapshot(const std::filesystem::path&);

}  // namespace dmarcq
