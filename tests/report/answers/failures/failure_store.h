// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <utility>
#include <vector>

#include "store/snapshot.h"

namespace dmarcq::test {

/// A snapshot with failure reports beside what it holds: whether an engine keeps them is none of
/// the answers' business.
class SnapshotWithFailures final : public Snapshot {
 public:
  SnapshotWithFailures(std::unique_ptr<Snapshot> under, std::vector<StoredFailure> failures)
      : under_(std::move(under)), failures_(std::move(failures)) {}

  void failure_reports(Day since, Day until,
                       FunctionRef<void(const StoredFailure&)> take) override {
    for (const StoredFailure& failure : failures_)
      if (failure.day >= since && failure.day <= until) take(failure);
  }

  std::unique_ptr<Snapshot> fork() override { return under_->fork(); }
  const std::string& place() const override { return under_->place(); }
  Dictionary& dictionary() override { return under_->dictionary(); }
  StoredSettings& settings() override { return under_->settings(); }
  std::vector<StoredDomain> domains() override { return under_->domains(); }
  const std::vector<StoredReporter>& reporters() override { return under_->reporters(); }
  void rows(std::span<const DomainDays> days, FunctionRef<void(const StoredRow&)> take) override {
    under_->rows(days, take);
  }
  void reports(const DomainDays& days, Which which,
               FunctionRef<void(std::int64_t, std::int64_t)> take) override {
    under_->reports(days, which, take);
  }
  std::optional<ReportInfo> report(std::int64_t id) override { return under_->report(id); }
  void records(std::int64_t report, FunctionRef<void(const Record&)> take) override {
    under_->records(report, take);
  }
  std::vector<StoredAccountName> account_names() override { return under_->account_names(); }
  std::vector<Problem> problems(bool with_dismissed) override {
    return under_->problems(with_dismissed);
  }
  std::optional<std::string> problem_bytes(std::int64_t problem) override {
    return under_->problem_bytes(problem);
  }
  std::vector<PassedOver> passed_over() override { return under_->passed_over(); }
  void documents(std::vector<std::string>& faults,
                 FunctionRef<void(const StoredDocument&)> take) override {
    under_->documents(faults, take);
  }
  void items(FunctionRef<void(const StoredItem&)> take) override { under_->items(take); }
  std::optional<DocumentStanding> standing(std::int64_t report) override {
    return under_->standing(report);
  }

 private:
  std::unique_ptr<Snapshot> under_;
  std::vector<StoredFailure> failures_;
};

/// A failure report of the sample's domain, or of another.
inline StoredFailure stored_failure(std::int64_t id, const char* ip, const char* day,
                                    const char* domain = "kestreloutdoor.example") {
  StoredFailure failure{.id = id, .day = day_from_text(day).value()};
  failure.report.source_ip = IpAddress::parse(ip);
  failure.report.header_from = failure.report.reported_domain = domain;
  failure.report.reporter = "mx.example.net";
  failure.report.arrival = EpochSeconds{failure.day} * 86'400;
  failure.report.unaligned = {.stated = true, .dkim = true, .spf = true};
  return failure;
}

}  // namespace dmarcq::test
