// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "report/cli/cmd.h"
#include "report/cli/database.h"
#include "report/cli/dates.h"
#include "report/cli/filters.h"
#include "report/cli/page_data.h"
#include "report/render/html_page.h"
#include "report/render/numbers.h"

namespace dmarcq {
namespace {

/// "-" is standard output. A file appears whole or not at all: a mail program must never pick up half a page.
void write_whole(Io& io, const std::string& name, const std::string& bytes) {
  if (name == "-") {
    io.out << bytes;
    return;
  }
  const std::filesystem::path path = name;
  std::filesystem::path temporary = path;
  temporary += ".part";
  {
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file << bytes;
    file.close();
    if (!file) {
      std::error_code ignored;
      std::filesystem::remove(temporary, ignored);
      throw FileError(fmt::format("{}: cannot be written", name));
    }
  }
  std::filesystem::rename(temporary, path);
}

}  // namespace

Exit run_report(const Args& args, Io& io) {
  const auto page_file = args.value("--output");
  if (!page_file) throw UsageError("report: where to?", "dmarcq report -o report.html");
  const Day now = today();
  const Selection selection = selection_of(args, now);
  PageQuestion question{.domains = selection.filter.domains, .since = selection.filter.since, .until = selection.filter.until, .title = args.value("--title").value_or("")};
  if (const auto top = args.value("--top")) question.top = static_cast<std::size_t>(std::min<std::uint64_t>(number_argument("--top", *top), 5'000));
  const Settings settings = settings_of(args);
  question.limits = settings.readiness;
  Store store = open_for_reading(settings);
  const StakeholderPage page = page_data(store, question, now);
  write_whole(io, *page_file, html_page(page));
  return Exit::done;
}

}  // namespace dmarcq
