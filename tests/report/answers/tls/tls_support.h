// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "store/snapshot.h"
#include "tests/report/analysis/tls/support.h"

namespace dmarcq::test {

/// A database with TLS reports, and with a day of aggregate reports on some domains.
class TlsSnapshot final : public Snapshot {
 public:
  std::vector<StoredTlsReport> tls;
  std::vector<std::string> own = {tls_domain};

  explicit TlsSnapshot(const std::vector<TlsSample>& samples) {
    for (const TlsSample& sample : samples) tls.push_back(stored_report(sample));
  }

  void tls_reports(Day since, Day until, FunctionRef<void(const StoredTlsReport&)> take) override {
    for (const StoredTlsReport& report : tls)
      if (report.day >= since && report.day <= until) take(report);
  }
  std::vector<StoredDomain> domains() override {
    std::vector<StoredDomain> list;
    for (const std::string& name : own)
      list.push_back({static_cast<std::int64_t>(list.size()) + 1, name});
    return list;
  }
  std::vector<ReportedSpan> reported_spans(std::span<const DomainDays> asked) override {
    std::vector<ReportedSpan> spans;
    for (const DomainDays& days : asked) spans.push_back({days.domain, tls_today, tls_today});
    return spans;
  }

  // Nobody asks for the rest.
  std::unique_ptr<Snapshot> fork() override { return nullptr; }
  const std::string& place() const override { return place_; }
  Dictionary& dictionary() override { throw std::logic_error("dictionary"); }
  StoredSettings& settings() override { throw std::logic_error("settings"); }
  const std::vector<StoredReporter>& reporters() override { return reporters_; }
  void rows(std::span<const DomainDays>, FunctionRef<void(const StoredRow&)>) override {}
  void reports(const DomainDays&, Which, FunctionRef<void(std::int64_t, std::int64_t)>) override {}
  std::optional<ReportInfo> report(std::int64_t) override { return std::nullopt; }
  void records(std::int64_t, FunctionRef<void(const Record&)>) override {}
  std::vector<StoredAccountName> account_names() override { return {}; }
  std::vector<Problem> problems(bool) override { return {}; }
  std::optional<std::string> problem_bytes(std::int64_t) override { return std::nullopt; }
  std::vector<PassedOver> passed_over() override { return {}; }
  void documents(std::vector<std::string>&, FunctionRef<void(const StoredDocument&)>) override {}
  void items(FunctionRef<void(const StoredItem&)>) override {}

 private:
  std::string place_ = "test";
  std::vector<StoredReporter> reporters_;
};

}  // namespace dmarcq::test
