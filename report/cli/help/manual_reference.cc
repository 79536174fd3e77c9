// SPDX-License-Identifier: MIT
#include "report/cli/help/manual_reference.h"

#include <fmt/format.h>

#include "report/analysis/alert/alert_kinds.h"
#include "report/analysis/finding/catalogue.h"
#include "report/analysis/readiness/readiness_question.h"
#include "report/cli/args/config_files.h"
#include "report/cli/args/setting_keys.h"
#include "report/cli/help/roff.h"
#include "report/render/phrases/finding_phrases.h"
#include "report/render/phrases/gate_phrases.h"

namespace dmarcq {
namespace {

/// A sentence of its own: "days of reports" → "Days of reports."
std::string sentence(std::string_view text) {
  std::string out(text);
  if (!out.empty() && out.front() >= 'a' && out.front() <= 'z')
    out.front() = static_cast<char>(out.front() - 'a' + 'A');
  return out + ".";
}

/// "Default: 3." after a space; "(the machine's)" stands for what no file says.
std::string default_words(std::string_view built_in) {
  if (built_in.empty() || built_in == "(none)") return {};
  if (built_in.starts_with('(') && built_in.ends_with(')'))
    built_in = built_in.substr(1, built_in.size() - 2);
  return fmt::format(" Default: {}.", built_in);
}

std::string code_head(std::string_view code) { return fmt::format("\\fB{}\\fR", roff(code)); }

}  // namespace

void append_configuration(std::string& page) {
  page += fmt::format(
      ".SH CONFIGURATION\n{}\n.PP\n{}\n",
      roff(fmt::format(
          "One file in TOML is read by every command: that of --config, else of DMARCQ_CONFIG, else "
          "$XDG_CONFIG_HOME/dmarcq/config.toml (~/.config where the variable is not set), else {}. "
          "The first one found is the only one. A flag beats an environment variable, which beats "
          "the file. An unknown key is an error.",
          machine_config)),
      roff("'dmarcq config show --origin' shows each setting in effect and where it comes from."));
  for (const SettingTable& table : setting_tables()) {
    page += fmt::format(".SS {}\n{}\n", table.head.empty() ? "Top level" : roff(table.head),
                        roff(table.about));
    for (const SettingHelp& key : table.keys)
      append_entry(page, code_head(key.key), sentence(key.meaning) + default_words(key.built_in));
  }
}

void append_codes(std::string& page) {
  page += ".SH CODES\nThe words that output for scripts carries. They do not change.\n";
  page += fmt::format(".SS Findings\n{}\n",
                      roff("What is wrong with mail, as 'sources', 'salesforce', 'readiness' and "
                           "others say. 'dmarcq explain' and 'readiness' show the repair."));
  for (std::size_t i = 0; i < finding_code_count; ++i) {
    const FindingTraits& traits = traits_of(static_cast<FindingCode>(i));
    append_entry(page, fmt::format("{} ({})", code_head(traits.word), to_text(traits.severity)),
                 sentences_of(traits.code).cause);
  }
  page += fmt::format(".SS Alerts\n{}\n", roff("What 'dmarcq check' tells as news."));
  for (const AlertKind& kind : alert_kinds())
    append_entry(
        page, fmt::format("{} ({})", code_head(kind.word), severity_words(kind)),
        sentence(kind.says) + (kind.decided_by.empty() ? "" : " " + sentence(kind.decided_by)));
  page += fmt::format(".SS Gates\n{}\n",
                      roff("What 'dmarcq readiness' asks for before a stricter policy."));
  for (std::size_t i = 0; i < gate_count; ++i) {
    const auto id = static_cast<GateId>(i);
    std::string keys;
    for (const ReadinessKey& key : readiness_keys())
      if (key.gate == id) keys += fmt::format("{}readiness.{}", keys.empty() ? "" : ", ", key.name);
    append_entry(page, code_head(to_text(id)),
                 sentence(name_of(id)) + (keys.empty() ? "" : fmt::format(" Settings: {}.", keys)));
  }
}

}  // namespace dmarcq
