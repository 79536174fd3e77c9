// SPDX-License-Identifier: MIT
#include "report/render/answers/dns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "report/render/escape.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/evidence/dns_phrases.h"
#include "report/render/phrases/wording.h"
#include "report/render/utf8.h"

namespace dmarcq {
namespace {

constexpr unsigned columns = 80;
constexpr std::size_t label_columns = 11;
constexpr std::size_t most_tree_lines = 60;

/// Lines under a label, which stands on the first of them only.
class Area {
 public:
  Area(std::ostream& out, std::string_view label) : out_(out), label_(label) {}
  void line(std::string_view text) { write_paragraph(out_, lead(), text, columns); }
  std::string lead() {
    std::string lead = label_.empty() ? std::string() : "  " + std::string(label_);
    lead.resize(label_columns, ' ');
    label_ = {};
    return lead;
  }
  std::ostream& out() { return out_; }

 private:
  std::ostream& out_;
  std::string_view label_;
};

std::string reading_words(const DmarcReading& reading) {
  if (reading.record_at.empty()) return "no DMARC record applies";
  return fmt::format("{}, by the record of {}",
                     !reading.record          ? "a record that cannot be read"
                     : reading.policy.empty() ? "no usable policy"
                                              : "p=" + reading.policy,
                     reading.record_at);
}

/// The way to a record that is not at the name itself.
void show_aliases(Area& area, const std::vector<std::string>& aliases, std::string_view name = {}) {
  if (!aliases.empty())
    area.line(fmt::format("{}CNAME to {}", name.empty() ? "" : fmt::format("{}: ", name),
                          fmt::join(aliases, ", ")));
}

/// Of the domain's own name, and of the one that has the record.
void show_dmarc_aliases(Area& area, const DmarcDiscovery& dmarc) {
  for (const DmarcStep& step : dmarc.walk)
    if (step.domain == dmarc.domain || step.domain == dmarc.by_9989.record_at)
      show_aliases(area, step.answer.aliases, "_dmarc." + step.domain);
}

void show_dmarc(Area& area, const DomainHealth& health) {
  const DmarcDiscovery& dmarc = health.dmarc;
  if (!dmarc.known) {
    area.line("unknown, since not all names were answered");
    show_dmarc_aliases(area, dmarc);
    return;
  }
  if (dmarc.policies_differ()) {
    area.line("RFC 7489: " + reading_words(dmarc.by_7489));
    area.line("RFC 9989: " + reading_words(dmarc.by_9989));
  } else {
    area.line(reading_words(dmarc.by_9989));
  }
  if (dmarc.by_9989.record) area.line(dmarc.by_9989.record->text());
  show_dmarc_aliases(area, dmarc);
  if (!dmarc.domain_exists) area.line("The domain itself does not exist (NXDOMAIN).");
}

std::string_view permission_words(ReportDestination::Permission permission) {
  switch (permission) {
    case ReportDestination::Permission::not_needed: return "the same organization";
    case ReportDestination::Permission::given: return "another organization, which agreed";
    case ReportDestination::Permission::missing: return "another organization, which did not agree";
    case ReportDestination::Permission::unknown:
      return "another organization; unknown if it agreed";
  }
  return {};
}

void show_reports(Area& area, const DomainHealth& health) {
  for (const ReportDestination& to : health.destinations)
    area.line(fmt::format("{} {}: {}", to.tag, to.address, permission_words(to.permission)));
}

std::string tree_words(const SpfTreeLine& line) {
  std::string words(2 * line.depth, ' ');
  words += terminal_text(line.text);
  if (line.lookups) words += fmt::format("  [{}]", *line.lookups);
  if (!line.note.empty()) words += "  (" + terminal_text(line.note) + ")";
  return words;
}

void show_tree_line(Area& area, const SpfTreeLine& line) {
  const std::string words = tree_words(line), lead = area.lead();
  if (lead.size() + display_width(words) <= text_width(area.out(), any_width))
    area.out() << lead << words << '\n';
  else
    write_paragraph(area.out(), lead + std::string(2 * line.depth, ' '), words, any_width);
}

void show_spf(Area& area, const DomainHealth& health) {
  const SpfTree& tree = health.spf;
  if (tree.root().state != SpfNode::State::record) {
    area.line(tree.root().state == SpfNode::State::unknown   ? "unknown: " + tree.root().why
              : tree.root().state == SpfNode::State::several ? "several records"
                                                             : "no record");
    return;
  }
  const bool is_of_family = tree.void_lookups != tree.other_void_lookups;
  area.line(fmt::format("worst case {} of {} look-ups, {} of {} void{}{}", tree.lookups,
                        most_spf_lookups, tree.void_lookups, most_spf_void_lookups,
                        is_of_family ? fmt::format(" ({})", to_text(tree.void_family)) : "",
                        tree.has_unknown ? "; a part is unknown and may cost more" : ""));
  if (const auto& check = health.spf_of_address)
    area.line(fmt::format("for the given address: {}{}, after {} and {}{}", to_text(check->result),
                          check->term.empty() ? "" : " by " + check->term,
                          counted(check->lookups, "look-up"),
                          counted(check->void_lookups, "void one"),
                          check->reason.empty() ? "" : " (" + check->reason + ")"));
  const auto lines = lines_of(tree);
  for (std::size_t i = 0; i < std::min(lines.size(), most_tree_lines); ++i)
    show_tree_line(area, lines[i]);
  if (lines.size() > most_tree_lines)
    area.line(
        left_out_words(counted(lines.size() - most_tree_lines, "line"), "--format json has all"));
}

void show_dkim(Area& area, const DomainHealth& health) {
  for (const SelectorHealth& selector : health.selectors) {
    std::string words =
        fmt::format("{}{}: {}", selector.asked.selector,
                    selector.asked.domain == health.domain ? "" : " at " + selector.asked.domain,
                    selector.key.empty() ? std::string(to_text(selector.state)) : selector.key);
    if (!selector.aliases.empty())
      words += fmt::format(", CNAME to {}", fmt::join(selector.aliases, ", "));
    if (selector.asked.messages > 0)
      words += fmt::format(", {} signed, last on {}", counted(selector.asked.messages, "message"),
                           iso_date(selector.asked.last_day));
    area.line(words);
  }
}

void show_mx(Area& area, const DomainHealth& health) {
  if (health.mx.state == MxHealth::State::hosts)
    area.line(fmt::format("{}", fmt::join(health.mx.hosts, ", ")));
  else
    area.line(to_text(health.mx.state));
  show_aliases(area, health.mx.aliases);
  if (health.parked) area.line("A domain without mail.");
}

void show_mta_sts(Area& area, const DomainHealth& health) {
  const MtaStsHealth& sts = health.mta_sts;
  if (!sts.id.empty()) area.line("id " + sts.id);
  if (sts.policy)
    area.line(fmt::format(
        "mode {}, for {}, max_age {}", to_text(sts.policy->mode),
        sts.policy->mx.empty() ? "no host" : fmt::format("{}", fmt::join(sts.policy->mx, ", ")),
        sts.policy->max_age));
  show_aliases(area, sts.aliases);
}

void show_tls_rpt(Area& area, const DomainHealth& health) {
  if (!health.tls_rpt.destinations.empty())
    area.line(fmt::format("{}", fmt::join(health.tls_rpt.destinations, ", ")));
  show_aliases(area, health.tls_rpt.aliases);
}

void show_bimi(Area& area, const DomainHealth& health) {
  if (const auto& record = health.bimi.record) {
    area.line(record->logo.empty() ? "declined" : record->logo);
    if (!record->evidence.empty()) area.line(record->evidence);
  }
  show_aliases(area, health.bimi.aliases);
}

/// Faults of one area, below what it shows.
void show_faults(Area& area, const DomainHealth& health, DnsArea which, bool colour) {
  for (const DomainFault& fault : health.faults) {
    if (area_of(fault) != which) continue;
    const Severity severity = severity_of(fault);
    const std::string_view word = severity == Severity::fault    ? "FAULT "
                                  : severity == Severity::advice ? "ADVICE"
                                                                 : "note  ";
    area.out() << area.lead()
               << toned(word, severity == Severity::fault ? Tone::bad : Tone::plain, colour)
               << "  ";
    write_paragraph(area.out(), "", fault_text(fault), columns, label_columns + 8);
    // On one line whatever its length, to be copied.
    if (!fault.repaired.empty())
      area.out() << std::string(label_columns + 8, ' ')
                 << "Repaired: " << terminal_text(fault.repaired) << '\n';
  }
}

std::string heading(const DomainHealth& health) {
  std::array<std::uint64_t, 3> counts{};
  for (const DomainFault& fault : health.faults)
    ++counts[static_cast<std::size_t>(severity_of(fault))];
  if (!health.answered) return "no answer from DNS";
  std::string words = counts[2] == 0 ? "no faults" : counted(counts[2], "fault");
  if (counts[1] > 0) words += ", " + counted(counts[1], "piece of advice", "pieces of advice");
  return words;
}

struct Section {
  DnsArea area;
  std::string_view label;
  void (*show)(Area&, const DomainHealth&);
};
constexpr std::array sections{
    Section{DnsArea::dmarc, "DMARC", show_dmarc},
    Section{DnsArea::reports, "Reports", show_reports},
    Section{DnsArea::spf, "SPF", show_spf},
    Section{DnsArea::dkim, "DKIM", show_dkim},
    Section{DnsArea::mx, "MX", show_mx},
    Section{DnsArea::mta_sts, "MTA-STS", show_mta_sts},
    Section{DnsArea::tls_rpt, "TLS-RPT", show_tls_rpt},
    Section{DnsArea::bimi, "BIMI", show_bimi},
};

void show_domain(std::ostream& out, const DomainHealth& health, bool colour) {
  const Tone tone = health.worst() == Severity::fault || !health.answered ? Tone::bad : Tone::good;
  write_heading(out, health.domain, heading(health), tone, colour);
  for (const Section& section : sections) {
    Area area(out, section.label);
    section.show(area, health);
    show_faults(area, health, section.area, colour);
  }
  if (health.seen)
    write_paragraph(
        out, "  ",
        fmt::format("Compared with {} in reports of {}.", counted(health.seen->messages, "message"),
                    days_text(health.seen->first_day, health.seen->last_day)),
        columns);
}

/// Strings of at most 255 bytes, as a zone file has them.
std::string zone_strings(std::string_view text) {
  constexpr std::size_t longest_string = 255;
  std::string out;
  do {
    out += (out.empty() ? "\"" : " \"") + std::string(text.substr(0, longest_string)) + "\"";
    text.remove_prefix(std::min(longest_string, text.size()));
  } while (!text.empty());
  return out;
}

}  // namespace

void write_dns_text(std::ostream& out, const DnsCheckAnswer& answer, bool colour) {
  bool first = true;
  for (const DomainHealth& health : answer.domains) {
    if (!first) out << '\n';
    first = false;
    show_domain(out, health, colour);
  }
}

Listing blocklist_listing(std::span<const BlocklistResult> results) {
  Listing listing{.schema = "dmarcq.blocklist/1", .name = "results", .size = results.size()};
  listing.element = [results](JsonWriter& json, std::size_t i) {
    const BlocklistResult& result = results[i];
    json.object()
        .member("subject", result.subject)
        .member("list", result.list)
        .member("result", to_text(result.verdict))
        .member("codes", result.codes)
        .member_or_null("text", blocklist_text(result))
        .end();
  };
  listing.table = [results] {
    ResultTable table;
    table.columns = {{"subject", "subject"},
                     {"list", "list"},
                     {"result", "result"},
                     {.key = "text", .title = "what it says", .min_width = 16, .wraps = true}};
    for (const BlocklistResult& result : results)
      table.rows.push_back(
          {result.subject, result.list,
           Cell(to_text(result.verdict),
                result.verdict == BlocklistResult::Verdict::listed ? Tone::bad : Tone::plain),
           blocklist_text(result)});
    return table;
  };
  return listing;
}

void write_flat_records(std::ostream& out, const std::string& domain, const SpfFlattening& flat,
                        const std::string& source, const std::string& today) {
  out << fmt::format("; SPF of {}, flattened on {}\n", terminal_text(domain), today)
      << fmt::format("; from: {}\n", terminal_text(source))
      << fmt::format("; look-ups in the worst case: {} before, {} after\n", flat.lookups_before,
                     flat.lookups_after);
  for (const std::string& term : flat.kept)
    out << fmt::format("; left in place, as its addresses cannot be listed: {}\n",
                       terminal_text(term));
  out << (!flat.is_equal ? "; NOT proved equal: do not publish\n"
          : flat.exceeds_limits
              ? "; proved equal apart from look-up limits: the published record exceeds them, and "
                "where it\n; does, the sender gets a permanent error\n"
              : "; proved equal: every address has the same result in both\n");
  for (const FlatRecord& record : flat.records)
    out << fmt::format("{}. IN TXT {}\n", record.name, zone_strings(record.text));
}

void write_drift(std::ostream& out, const std::string& domain, const SpfDrift& drift) {
  for (const std::string& fault : drift.faults)
    write_paragraph(out, "", fmt::format("{} could not be compared: {}", domain, fault), columns);
  if (drift.is_equal()) {
    write_paragraph(out, "", domain + ": no drift, every address has the same result in both",
                    any_width);
    return;
  }
  if (drift.differences.empty()) return;
  write_paragraph(out, "",
                  fmt::format("{}: {}", domain,
                              counted(drift.differences.size(), "range of addresses differs",
                                      "ranges of addresses differ")),
                  any_width);
  for (const SpfDifference& difference : drift.differences)
    write_paragraph(out, fmt::format("  {}  ", to_text(difference.family, difference.addresses)),
                    fmt::format("{} in DNS, {} in the file", difference.live, difference.flat),
                    any_width);
}

}  // namespace dmarcq
