// SPDX-License-Identifier: MIT
#include "sample_reports.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <vector>

#ifdef DMARCQ_HAS_POSTGRESQL
#include "store/postgresql/wire/connection.h"
#endif

namespace dmarcq::test {

TemporaryDatabase::TemporaryDatabase() {
  static std::atomic<int> number{0};
  path_ = std::filesystem::temp_directory_path() /
          fmt::format("dmarcq-test-{}-{}.db", getpid(), number++);
}

namespace {

const char* test_server() {
#ifdef DMARCQ_HAS_POSTGRESQL
  return std::getenv("DMARCQ_TEST_POSTGRESQL");
#else
  return nullptr;
#endif
}

std::string address_of(const std::string& database) {
  constexpr std::string_view maintenance = "/postgres?";
  std::string address = test_server();
  return address.replace(address.find(maintenance), maintenance.size(), "/" + database + "?");
}

void run_on_server([[maybe_unused]] const std::string& database,
                   [[maybe_unused]] const std::string& sql) {
#ifdef DMARCQ_HAS_POSTGRESQL
  PgConnection(Location::parse(address_of(database))).run(sql);
#endif
}

/// To make a database takes longer than to empty one.
std::vector<std::string> free_on_server;

}  // namespace

Location TemporaryDatabase::where() const {
  if (test_server() == nullptr) return path_;
  if (on_server_.empty() && !free_on_server.empty()) {
    on_server_ = free_on_server.back();
    free_on_server.pop_back();
  } else if (on_server_.empty()) {
    static int number = 0;
    on_server_ = fmt::format("test_{}_{}", getpid(), ++number);
    run_on_server("postgres", "CREATE DATABASE " + on_server_);
  }
  return Location::parse(address_of(on_server_));
}

TemporaryDatabase::~TemporaryDatabase() {
  if (!on_server_.empty()) {
    run_on_server(on_server_, "DROP SCHEMA IF EXISTS dmarcq CASCADE");
    free_on_server.push_back(on_server_);
  }
  // It, and what lies beside it: "-wal", "-shm", copies of before an upgrade.
  const std::string name = path_.filename().string();
  std::error_code ignored;
  std::vector<std::filesystem::path> beside;
  for (const auto& entry : std::filesystem::directory_iterator(path_.parent_path(), ignored))
    if (entry.path().filename().string().starts_with(name)) beside.push_back(entry.path());
  for (const std::filesystem::path& file : beside) std::filesystem::remove(file, ignored);
}

Record record(const std::string& line, const std::string& header_from) {
  std::istringstream words(line);
  std::string ip, dkim, spf;
  Record made;
  words >> ip >> made.count >> dkim >> spf;
  made.source_ip = IpAddress::parse(ip).value();
  made.header_from = header_from;
  made.policy_evaluated.disposition = Disposition::none;
  made.policy_evaluated.dkim = Reported<DmarcResult>::from(dkim);
  made.policy_evaluated.spf = Reported<DmarcResult>::from(spf);
  made.dkim.push_back({header_from, "s1", Reported<DkimResult>::from(dkim), ""});
  made.spf.push_back(
      {"bounce." + header_from, SpfScope::mfrom, Reported<SpfResult>::from(spf), ""});
  return made;
}

ParsedReport parsed(const Document& document) {
  ParsedReport parsed;
  parsed.well_formed = document.well_formed;
  AggregateReport& report = parsed.report;
  report.metadata.org_name = document.org;
  report.metadata.email = "dmarc@" + document.org;
  report.metadata.report_id = document.report_id;
  report.metadata.begin = EpochSeconds{document.day} * 86'400;
  report.metadata.end = report.metadata.begin + 86'399;
  report.policy_published.domain = document.domain;
  report.policy_published.p = Policy::none;
  for (const std::string& line : document.lines)
    report.records.push_back(record(line, document.domain));
  return parsed;
}

ProcessedItem item(const std::string& name, const std::vector<Document>& documents) {
  ProcessedItem made;
  made.origin.source = name;
  made.not_a_report = "other";
  std::string bytes = name;
  int part = 0;
  for (const Document& document : documents) {
    std::string content = fmt::format("{}|{}|{}|{}|{}|{}", document.org, document.report_id,
                                      document.domain, document.day, document.well_formed,
                                      fmt::join(document.lines, ","));
    made.reports.push_back(
        {fmt::format("{}.xml", ++part), pack(parsed(document), sha256(content))});
    bytes += content;
  }
  made.digest = sha256(bytes);
  made.bytes = bytes.size();
  return made;
}

ProcessedItem broken_item(const std::string& name) {
  ProcessedItem made;
  made.origin.source = name;
  made.digest = sha256(name);
  made.bytes = name.size();
  made.faults.push_back({"a.gz", {Fault::truncated, "gzip stream ends after 812 bytes", ""}});
  made.kept_bytes = name;
  return made;
}

Saved save(Store& store, const ProcessedItem& processed) {
  return store.save({&processed, 1}).front();
}

std::optional<Saved> known(Store& store, const Digest& digest) {
  if (!store.finished_items()->contains(digest)) return std::nullopt;
  ProcessedItem processed;
  processed.digest = digest;
  processed.already_read = true;
  return save(store, processed);
}

ReadState power_cut(std::span<const Saved>) { throw std::runtime_error("power cut"); }

std::string canonical_dump(Snapshot& snapshot) {
  std::string dump;
  each_report(snapshot, {}, [&](const ReportInfo& info) {
    dump += fmt::format("report {} {} {} {} records {} messages {}\n", info.org_name,
                        info.report_id, info.domain, info.begin, info.records, info.messages);
    snapshot.records(info.id, [&](const Record& r) {
      dump += fmt::format("  {} {} {} {} {}\n", r.source_ip.to_text(), r.count, r.header_from,
                          r.policy_evaluated.dkim.text(), r.policy_evaluated.spf.text());
    });
  });
  for (const Problem& problem : snapshot.problems(true))
    dump +=
        fmt::format("problem {} {} {}\n", to_text(problem.origin), problem.reason, problem.text);
  const DatabaseInfo info = database_info(snapshot);
  dump += fmt::format("items {} = {} + {} + {} + {}; {} records, {} messages\n", info.items,
                      info.stored, info.duplicate, info.not_a_report, info.problem, info.records,
                      info.messages);
  return dump;
}

std::string canonical_dump(Store& store) { return canonical_dump(*store.snapshot()); }

}  // namespace dmarcq::test
