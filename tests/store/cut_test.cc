// SPDX-License-Identifier: MIT
// Each fixture cut at every byte, through the whole path (mail, archive, XML, rows): what comes out
// is a report, a problem or not_a_report. Never a crash, and never a short report: whatever is
// taken from a cut file is, record for record, in the whole one (where the whole is refused for its
// end, a wrong checksum say, in the longest cut that is taken).
//   cut_tests FOLDER…
// Its own program, so that folders run side by side; under the sanitizers too (tests/run.sh).
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "store/import/import.h"

using namespace dmarcq;

namespace {

std::string whole_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A report as it counts: what it is about, and every record.
std::string contents(const PackedReport& report) {
  const ReportMetadata& metadata = report.head.report.metadata;
  std::string text = fmt::format("{}|{}|{}|{}|{}|{}\n", metadata.org_name, metadata.report_id,
                                 report.head.report.policy_published.domain, metadata.begin,
                                 metadata.end, report.head.unusable_records);
  for (const PackedReport::Row& row : report.rows) {
    const PackedReport::Identity& identity = report.identities[row.identity];
    const PackedReport::Evaluation& evaluation = report.evaluations[row.evaluation];
    text += fmt::format("{} {} {} {} {} {} {} {} {} {}\n", row.source_ip.to_text(), row.count,
                        identity.header_from, identity.envelope_from,
                        report.auth_sets[identity.dkim].text, report.auth_sets[identity.spf].text,
                        evaluation.disposition, evaluation.dkim, evaluation.spf,
                        evaluation.reasons);
  }
  return text;
}

std::multiset<std::string> reports_of(const ProcessedItem& item) {
  std::multiset<std::string> reports;
  for (const ProcessedItem::Report& found : item.reports) reports.insert(contents(found.report));
  return reports;
}

}  // namespace

int main(int argc, char** argv) {
  const Limits limits;
  std::size_t files = 0, cuts = 0, with_reports = 0, with_faults = 0, failed = 0;
  for (int i = 1; i < argc; ++i) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      const std::filesystem::path& path = entry.path();
      if (entry.is_regular_file() && path.extension() != ".expected" && path.extension() != ".md")
        paths.push_back(path);
    }
    std::ranges::sort(paths);
    for (const std::filesystem::path& path : paths) {
      ++files;
      Item item;
      item.origin.source = path.native();
      const std::string bytes = whole_file(path);
      item.bytes = bytes;
      std::multiset<std::string> whole = reports_of(process(item, limits));
      for (std::size_t size = bytes.size(); size-- > 0;) {
        item.bytes.assign(bytes, 0, size);
        const ProcessedItem cut = process(item, limits);
        const std::multiset<std::string> got = reports_of(cut);
        ++cuts;
        with_reports += !got.empty();
        with_faults += !cut.faults.empty();
        if (whole.empty()) whole = got;
        if (!std::ranges::includes(whole, got)) {
          ++failed;
          fmt::print(stderr,
                     "{} cut after {} of {} bytes gives a report that the whole does not have\n",
                     path.native(), size, bytes.size());
        }
        if (failed > 20) return 1;
      }
    }
  }
  fmt::print("{} files, {} cuts: {} with a report, {} with a problem, {} wrong\n", files, cuts,
             with_reports, with_faults, failed);
  return files == 0 || with_faults == 0 || with_reports == 0 || failed ? 1 : 0;
}
