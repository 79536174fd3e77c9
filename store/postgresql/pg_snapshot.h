// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "store/base/location.h"
#include "store/postgresql/pg_dictionary.h"
#include "store/postgresql/pg_settings.h"
#include "store/postgresql/wire/connection.h"
#include "store/snapshot.h"

namespace dmarcq {

/// A connection that reads one moment. On Citus a moment holds within a home only.
class PgSnapshot final : public Snapshot {
 public:
  explicit PgSnapshot(const Location&);
  /// Of a moment that another connection has exported and still holds.
  PgSnapshot(const Location&, std::shared_ptr<PgKeys>, const std::string& moment);

  std::unique_ptr<Snapshot> fork() override;
  const std::string& place() const override { return connection_.place(); }
  const std::string& newer() const override { return newer_; }
  Dictionary& dictionary() override { return dictionary_; }
  StoredSettings& settings() override { return settings_; }

  std::vector<StoredDomain> domains() override;
  const std::vector<StoredReporter>& reporters() override { return keys_->reporters(connection_); }
  void rows(std::span<const DomainDays>, FunctionRef<void(const StoredRow&)>) override;
  void reports(const DomainDays&, Which,
               FunctionRef<void(std::int64_t report, std::int64_t reporter)>) override;
  std::optional<ReportInfo> report(std::int64_t id) override;
  void records(std::int64_t report, FunctionRef<void(const Record&)>) override;
  void roll_up(std::span<const DomainDays>, FunctionRef<void(const DomainFigures&)>) override;
  void heads(const DomainDays&, const std::string& domain_name,
             FunctionRef<void(ReportHead&, std::int64_t reporter)>) override;
  void figures_of_reports(const DomainDays&, FunctionRef<void(const ReportFigures&)>) override;
  std::vector<RowsOfDay> rows_of_days(std::span<const DomainDays>) override;
  std::vector<ReportedSpan> reported_spans(std::span<const DomainDays>) override;
  void reporters_of_reports(std::span<const DomainDays>,
                            FunctionRef<void(std::int64_t report, std::int64_t reporter)>) override;
  void reporters_of(const DomainDays&, FunctionRef<bool(std::int64_t reporter)>) override;
  void reporting_days(const DomainDays&, FunctionRef<void(Day, std::int64_t reporter)>) override;
  std::vector<StoredAccountName> account_names() override;

  void deliveries(Day since, Day until, FunctionRef<void(const StoredDelivery&)>) override;
  void delivery_logs(FunctionRef<void(const StoredDeliveryLog&)>) override;
  void tls_reports(Day since, Day until, FunctionRef<void(const StoredTlsReport&)>) override;
  void failure_reports(Day since, Day until, FunctionRef<void(const StoredFailure&)>) override;
  std::vector<Problem> problems(bool with_dismissed) override;
  std::optional<std::string> problem_bytes(std::int64_t problem) override;
  std::vector<PassedOver> passed_over() override;
  DatabaseInfo storage_info() override;

  void documents(std::vector<std::string>& faults,
                 FunctionRef<void(const StoredDocument&)>) override;
  void items(FunctionRef<void(const StoredItem&)>) override;
  std::vector<std::string> storage_faults() override;
  void contents(FunctionRef<bool(const Digest&)> wanted,
                FunctionRef<void(StoredContents&&)> take) override;
  std::optional<DocumentStanding> standing(std::int64_t report) override;

  void ask(std::string_view sql, FunctionRef<void(const std::vector<std::string>&)> columns,
           FunctionRef<void(const std::vector<SqlValue>&)> row) override;
  void backup(const std::filesystem::path&) override;

 private:
  /// $1 to $4: home, domain, first and last day of each.
  PgValues values_of(std::span<const DomainDays>);
  PgValues values_of(const DomainDays&);
  /// Reads the report, and those that were listed behind it: who lists reports asks for one after
  /// another, and each question is a way to the server and back.
  void read_reports_from(std::int64_t id);
  /// Of items by their digest, for contents().
  void add_parts(std::map<std::string, StoredContents>&);
  void add_bulk(std::string_view digest, StoredContents&);
  void each(const std::string& sql, const PgValues&, FunctionRef<void(const PgRow&)>);
  /// As rows come in; `take` may ask nothing else of the server, but for names of keys.
  void stream(const std::string& sql, const PgValues&, FunctionRef<void(const PgRow&)> take);

  Location where_;
  PgConnection connection_;
  std::shared_ptr<PgKeys> keys_;
  PgDictionary dictionary_{*this, connection_, keys_};
  PgSettings settings_{connection_};
  std::string newer_;
  std::vector<std::int64_t> listed_;  ///< by reports(), last
  std::unordered_map<std::int64_t, ReportInfo> read_ahead_;
};

}  // namespace dmarcq
