// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "ingest/base/text.h"
#include "parser/aggregate/field_text.h"
#include "parser/alignment.h"
#include "report/analysis/finding/recovery.h"
#include "report/analysis/sender/salesforce.h"
#include "report/answers/base/judged_window.h"
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/filters.h"
#include "report/cli/args/suggest.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/render/escape.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/result_table.h"

namespace dmarcq {
namespace {

constexpr std::size_t rows_by_default = 12, parts_by_default = 8;

/// All rows that are read alike: one sender, one flow, one set of findings.
struct Part {
  std::uint32_t sender = 0;
  Flow flow = Flow::unknown;
  std::bitset<64> codes;
  std::vector<std::size_t> rows;  ///< most messages first
  std::uint64_t messages = 0;
  Totals totals;
  std::set<IpAddress> addresses;
  std::map<std::int32_t, std::uint64_t> orgs;
  Day first_day = 0, last_day = 0;
};

/// Does the row have to do with the domain: as From, in SPF, or in a signature?
bool touches(const Identity& identity, const std::string& policy_domain,
             const std::string& domain) {
  if (at_or_below(folded_domain(identity.header_from), domain) ||
      (identity.header_from.empty() && at_or_below(policy_domain, domain)))
    return true;
  if (at_or_below(folded_domain(identity.envelope_from), domain)) return true;
  return std::ranges::any_of(identity.spf,
                             [&](const SpfAuthResult& r) {
                               return at_or_below(folded_domain(r.domain), domain);
                             }) ||
         std::ranges::any_of(identity.dkim, [&](const DkimAuthResult& r) {
           return at_or_below(folded_domain(r.domain), domain);
         });
}

std::string spf_words(const Identity& identity) {
  std::string words;
  for (const SpfAuthResult& r : identity.spf)
    words += fmt::format(
        "{}{}{} {}", words.empty() ? "" : ", ", r.scope.is(SpfScope::helo) ? "helo " : "",
        r.domain.empty() ? "(no domain)" : r.domain, r.result.absent() ? "–" : r.result.text());
  return words.empty() ? "none" : words;
}

std::string dkim_words(const Identity& identity) {
  std::string words;
  for (const DkimAuthResult& r : identity.dkim)
    words += fmt::format("{}{}{} {}", words.empty() ? "" : ", ", r.domain,
                         r.selector.empty() ? "" : " s=" + r.selector,
                         r.result.absent() ? "–" : r.result.text());
  return words.empty() ? "none" : words;
}

std::string reason_words(const PolicyEvaluated& evaluated) {
  std::string words;
  for (const PolicyOverrideReason& reason : evaluated.reasons)
    words += fmt::format("{}{}{}", words.empty() ? "" : ", ", reason.type.text(),
                         reason.comment.empty() ? "" : " (" + reason.comment + ")");
  return words;
}

std::string sender_words(const Sender& sender) {
  std::string words = sender.name.empty() ? sender.service : sender.name;
  if (words.empty()) return "an unknown sender";
  if (!sender.route.empty() && sender.route != salesforce_route::unspecified)
    words += " " + sender.route;
  return words;
}

std::string_view place_words(Place place) {
  switch (place) {
    case Place::home: return "its own address";
    case Place::relay: return "a server of yours that passes its mail on";
    case Place::elsewhere: return "somebody else's address: the mail came round";
    case Place::unknown: break;
  }
  return "nothing is known of the address";
}

class Explanation {
 public:
  Explanation(Store& store, const Args& args, Selection selection)
      : window_(store, selection.filter, today()),
        selection_(std::move(selection)),
        subject_(args.operands.front()) {}

  /// `domain`: only rows that have to do with it; "": all of the window.
  void collect(const std::string& domain) {
    const Judgement& judged = window_.judgement();
    std::map<std::tuple<std::uint32_t, Flow, std::string>, Part> parts;
    for (std::size_t i = 0; i < window_.rows().size(); ++i) {
      const SourceRow& row = window_.rows()[i];
      if (!domain.empty() && !touches(window_.dictionary().identity(row.identity),
                                      window_.dictionary().domain(row.domain), domain))
        continue;
      const RowVerdict& verdict = judged.rows[i];
      Part& part = parts[{verdict.sender, verdict.flow, verdict.codes.to_string()}];
      if (part.rows.empty()) {
        part.sender = verdict.sender;
        part.flow = verdict.flow;
        part.codes = verdict.codes;
        part.first_day = row.first_day;
        part.last_day = row.last_day;
      }
      part.rows.push_back(i);
      part.messages += row.messages;
      part.totals.add(window_.dictionary().evaluation(row.evaluation), row.messages);
      part.addresses.insert(row.source_ip);
      if (verdict.org >= 0) part.orgs[verdict.org] += row.messages;
      part.first_day = std::min(part.first_day, row.first_day);
      part.last_day = std::max(part.last_day, row.last_day);
      totals_.add(window_.dictionary().evaluation(row.evaluation), row.messages);
      first_day_ = first_day_ == 0 ? row.first_day : std::min(first_day_, row.first_day);
      last_day_ = std::max(last_day_, row.last_day);
    }
    for (auto& [key, part] : parts) {
      std::ranges::stable_sort(part.rows, [&](std::size_t a, std::size_t b) {
        return window_.rows()[a].messages > window_.rows()[b].messages;
      });
      parts_.push_back(std::move(part));
    }
    std::ranges::stable_sort(parts_,
                             [](const Part& a, const Part& b) { return a.messages > b.messages; });
  }
  bool empty() const { return parts_.empty(); }

  void write_json(Io& io, bool is_ip, const std::vector<std::string>& known) {
    JsonWriter json(io.out, JsonWriter::Style::pretty);
    json.object()
        .member("schema", "dmarcq.explain/1")
        .member("subject", subject_)
        .member("kind", is_ip ? "ip" : "domain");
    json.member("first_day", iso_date(first_day_)).member("last_day", iso_date(last_day_));
    write_totals(json, totals_);
    json.member("known", known).key("senders").array();
    for (const Part& part : parts_) write_part(json, part);
    json.end().end().finish();
  }

  void write_page(Io& io, const std::vector<std::string>& known) {
    std::ostream& out = io.out;
    write_paragraph(
        out, "",
        fmt::format("{}: {}, {}; {}.", subject_, counted(totals_.messages, "message"),
                    days_text(first_day_, last_day_),
                    totals_.dmarc_fail() == 0
                        ? "none fails DMARC"
                        : with_thousands(totals_.dmarc_fail()) +
                              (totals_.dmarc_fail() == 1 ? " fails DMARC" : " fail DMARC")));
    for (const std::string& line : known) write_paragraph(out, "  ", line);
    const std::size_t shown = std::min<std::size_t>(
        parts_.size(),
        selection_.limit ? static_cast<std::size_t>(*selection_.limit) : parts_by_default);
    for (std::size_t i = 0; i < shown; ++i) write_part(out, io, parts_[i], i + 1);
    if (shown < parts_.size())
      out << fmt::format("\n{} with fewer messages: --limit {} shows all\n",
                         counted(parts_.size() - shown, "reading more", "readings more"),
                         parts_.size());
  }

 private:
  static void write_totals(JsonWriter& json, const Totals& totals) {
    json.member("messages", totals.messages)
        .member("dmarc_pass", totals.dmarc_pass())
        .member("dmarc_fail", totals.dmarc_fail());
    json.member("dkim_aligned", totals.dkim_aligned()).member("spf_aligned", totals.spf_aligned());
  }

  static void write_sender(JsonWriter& json, const Sender& s) {
    json.member_or_null("name", s.name)
        .member_or_null("service", s.service)
        .member_or_null("route", s.route)
        .member("evidence", to_text(s.evidence))
        .member("why", s.detail);
  }

  void write_part(JsonWriter& json, const Part& part) {
    const Judgement& judged = window_.judgement();
    const Sender& sender = judged.senders[part.sender];
    json.object();
    write_sender(json, sender);
    json.member("ambiguous", sender.ambiguous)
        .member("place", place_words(sender.place))
        .member_or_null("via", sender.via)
        .member("flow", to_text(part.flow));
    write_totals(json, part.totals);
    json.member("addresses", static_cast<std::uint64_t>(part.addresses.size()))
        .member("first_day", iso_date(part.first_day))
        .member("last_day", iso_date(part.last_day));
    json.key("org_ids").array();
    for (const auto& [position, messages] : part.orgs) {
      const OrgVerdict& org = judged.orgs[static_cast<std::size_t>(position)];
      json.object()
          .member("org_id", org.org.org_id)
          .member("instance", org.org.instance)
          .member("messages", messages)
          .member("ownership", to_text(org.ownership))
          .member("why", org.why)
          .end();
    }
    json.end();
    const std::vector<Reading> readings =
        window_.identifier().readings(window_.rows()[part.rows.front()]);
    for (const bool agrees : {true, false}) {
      json.key(agrees ? "agrees" : "rejected").array();
      for (const Reading& reading : readings) {
        if (reading.taken || reading.agrees != agrees) continue;
        json.object();
        write_sender(json, reading.sender);
        json.member("why_not", reading.why_not).end();
      }
      json.end();
    }
    json.key("findings").array();
    for (const Finding* finding : findings(part))
      json.object()
          .member("code", to_text(finding->code))
          .member("cause", finding->cause)
          .member("fix", finding->fix)
          .member("verify", finding->verify)
          .member("reference", finding->reference)
          .end();
    json.end().key("rows").array();
    for (const std::size_t i : part.rows) {
      const SourceRow& row = window_.rows()[i];
      const Identity& identity = window_.dictionary().identity(row.identity);
      const PolicyEvaluated& evaluated = window_.dictionary().evaluation(row.evaluation);
      json.object()
          .member("source_ip", row.source_ip.to_text())
          .member("domain", window_.dictionary().domain(row.domain))
          .member_or_null("header_from", identity.header_from);
      json.member_or_null("envelope_from", identity.envelope_from)
          .member("spf", spf_words(identity))
          .member("dkim", dkim_words(identity));
      json.member_or_null("evaluated_dkim", evaluated.dkim.text())
          .member_or_null("evaluated_spf", evaluated.spf.text())
          .member_or_null("disposition", evaluated.disposition.text());
      json.member_or_null("reason", reason_words(evaluated))
          .member("messages", row.messages)
          .member("rows", row.rows);
      json.key("reporters").array();
      for (const std::string& reporter : names_of(row.reporters, window_.lookup()))
        json.value(reporter);
      json.end()
          .member("first_day", iso_date(row.first_day))
          .member("last_day", iso_date(row.last_day))
          .end();
    }
    json.end().end();
  }

  std::vector<const Finding*> findings(const Part& part) const {
    const Judgement& judged = window_.judgement();
    std::vector<const Finding*> found;
    for (const std::size_t i : part.rows)
      for (const std::uint32_t index : judged.routes[judged.rows[i].route_line].findings) {
        const Finding& finding = judged.findings[index];
        if (part.codes.test(static_cast<std::size_t>(finding.code)) &&
            std::ranges::find(found, &finding) == found.end())
          found.push_back(&finding);
      }
    return found;
  }

  bool is_cured(const Finding& finding) {
    return finding.severity != Severity::note &&
           is_over(fault_record(finding, window_.judge_by_day().route(finding.route_line)));
  }

  static std::string_view no_finding_words(const Part& part) {
    if (part.totals.dmarc_fail() != 0)
      return " of the sender's making: a name of yours passed, the reporter judged otherwise (dmarcq sources --disagreements)";
    return part.flow == Flow::unknown ? ": it passes DMARC, though it is not known who sent it"
                                      : ": this is as it should be";
  }

  void write_part(std::ostream& out, Io& io, const Part& part, std::size_t number) {
    const Judgement& judged = window_.judgement();
    const Sender& sender = judged.senders[part.sender];
    const SourceRow& first = window_.rows()[part.rows.front()];
    out << '\n';
    std::string who = part.addresses.size() == 1
                          ? part.addresses.begin()->to_text()
                          : counted(part.addresses.size(), "address", "addresses");
    write_paragraph(
        out, fmt::format("{}. ", number),
        fmt::format("{} from {} ({}), {}", counted(part.messages, "message"), sender_words(sender),
                    who, days_text(part.first_day, part.last_day)));
    write_paragraph(out, "   Known by   ",
                    fmt::format("{}: {}{}", to_text(sender.evidence), sender.detail,
                                sender.ambiguous ? " (ambiguous)" : ""));
    write_paragraph(out, "   Address    ",
                    fmt::format("{}{}", place_words(sender.place),
                                sender.via.empty() ? "" : "; run by " + sender.via));
    write_paragraph(
        out, "   Flow       ",
        fmt::format(
            "{}{}", to_text(part.flow),
            sender.origin_route.empty() ? "" : "; it began as Salesforce " + sender.origin_route));
    for (const auto& [position, messages] : part.orgs) {
      const OrgVerdict& org = judged.orgs[static_cast<std::size_t>(position)];
      write_paragraph(out, "   Org        ",
                      fmt::format("{} ({}), {}: {}, {}", org.org.org_id, org.org.instance,
                                  counted(messages, "message"), to_text(org.ownership), org.why));
    }
    write_paragraph(out, "   DMARC      ",
                    fmt::format("{}; DKIM aligned {}, SPF aligned {}",
                                pass_rate(part.totals.dmarc_pass(), part.totals.messages) +
                                    (part.totals.dmarc_fail() == 0 ? "" : " pass"),
                                with_thousands(part.totals.dkim_aligned()),
                                with_thousands(part.totals.spf_aligned())));
    const auto found = findings(part);
    if (found.empty())
      write_paragraph(out, "   Finding    ", fmt::format("none{}", no_finding_words(part)));
    for (const Finding* finding : found) {
      write_paragraph(
          out, "   Finding    ",
          fmt::format("{} ({}, {} confidence): {}", to_text(finding->code),
                      to_text(finding->severity), to_text(finding->confidence), finding->cause));
      if (is_cured(*finding))
        write_paragraph(
            out, "              ",
            fmt::format(
                "Repaired, it seems: not seen after {}, while this mail goes on. There is nothing to do.",
                iso_date(finding->last_day)));
      else
        for (const std::string& step : finding->fix) write_paragraph(out, "              - ", step);
    }
    const std::vector<Reading> readings = window_.identifier().readings(first);
    for (const bool agrees : {true, false}) {
      bool any = false;
      for (const Reading& reading : readings) {
        if (reading.taken || reading.agrees != agrees) continue;
        write_paragraph(out,
                        any      ? "              "
                        : agrees ? "   Agrees     "
                                 : "   Rejected   ",
                        fmt::format("{} ({}): {}. {}{}.", sender_words(reading.sender),
                                    to_text(reading.sender.evidence), reading.sender.detail,
                                    agrees ? "Not decisive: " : "Why not: ", reading.why_not));
        any = true;
      }
    }
    out << '\n';
    ResultTable table;
    table.columns = {{.key = "ip", .title = "source ip"},
                     {.key = "messages", .title = "messages", .right = true},
                     {.key = "from", .title = "from", .least = 14},
                     {.key = "spf", .title = "spf", .least = 16},
                     {.key = "dkim", .title = "dkim", .least = 16},
                     {.key = "evaluated", .title = "dkim/spf"},
                     {.key = "disposition", .title = "done", .drop_order = 1},
                     {.key = "reason",
                      .title = "reason",
                      .shown = Column::Shown::always,
                      .drop_order = 2,
                      .least = 8},
                     {.key = "reporters", .title = "reporters", .right = true, .drop_order = 3}};
    const std::vector<Line> lines = lines_of(part);
    const std::size_t shown = std::min(lines.size(), rows_by_default);
    bool reasons = false;
    for (std::size_t k = 0; k < shown; ++k) {
      const auto& [texts, messages, reporters] = lines[k];
      reasons = reasons || !texts[6].empty();
      table.rows.push_back({texts[0], messages, texts[1], texts[2], texts[3], texts[4], texts[5],
                            texts[6], static_cast<std::uint64_t>(reporters.size())});
    }
    if (!reasons) table.columns[7].shown = Column::Shown::data_only;
    write_table(out, table, {io.out_terminal.width, io.out_terminal.colour});
    if (shown < lines.size())
      out << fmt::format("{} with fewer messages: --format json has all\n",
                         counted(lines.size() - shown, "row more", "rows more"));
  }

  /// A line of the table: rows that differ in nothing that it shows (an envelope address, say) are
  /// one.
  struct Line {
    std::array<std::string, 7> texts;
    std::uint64_t messages = 0;
    std::set<std::uint32_t> reporters;
  };
  std::vector<Line> lines_of(const Part& part) {
    std::map<std::array<std::string, 7>, std::size_t> position;
    std::vector<Line> lines;
    for (const std::size_t i : part.rows) {
      const SourceRow& row = window_.rows()[i];
      const Identity& identity = window_.dictionary().identity(row.identity);
      const PolicyEvaluated& evaluated = window_.dictionary().evaluation(row.evaluation);
      const auto word = [](auto text) {
        return text.empty() ? std::string("–") : std::string(text);
      };
      std::array<std::string, 7> texts{
          row.source_ip.to_text(),
          identity.header_from,
          spf_words(identity),
          dkim_words(identity),
          fmt::format("{}/{}", word(evaluated.dkim.text()), word(evaluated.spf.text())),
          word(shortened(evaluated.disposition.text(), 24)),
          reason_words(evaluated)};
      const auto [entry, added] = position.try_emplace(texts, lines.size());
      if (added) lines.push_back({std::move(texts), 0, {}});
      Line& line = lines[entry->second];
      line.messages += row.messages;
      line.reporters.insert(row.reporters.begin(), row.reporters.end());
    }
    std::ranges::stable_sort(lines,
                             [](const Line& a, const Line& b) { return a.messages > b.messages; });
    return lines;
  }

  JudgedWindow window_;
  Selection selection_;
  std::string subject_;
  std::vector<Part> parts_;
  Totals totals_;
  Day first_day_ = 0, last_day_ = 0;
};

/// What the shipped data says of an address or a name, whatever the mail.
std::vector<std::string> catalogue_says(const std::optional<IpNetwork>& network,
                                        const std::string& domain) {
  std::vector<std::string> lines;
  const SenderCatalogue& catalogue = SenderCatalogue::built_in();
  if (network) {
    for (const CatalogueLine* line : catalogue.by_address(network->address))
      lines.push_back(
          fmt::format("{} publishes {}{}{}.", line->service, line->value,
                      line->route.empty() || line->route == salesforce_route::unspecified
                          ? ""
                          : " for " + line->route,
                      line->source.empty() ? "" : " (" + line->source + ")"));
    if (lines.empty()) lines.emplace_back("No service that is known here publishes this address.");
    return lines;
  }
  if (const CatalogueLine* line = catalogue.by_name(domain))
    lines.push_back(fmt::format("{} is a name of {}{}.", line->value, line->service,
                                line->route.empty() ? "" : " " + line->route));
  if (const auto org = decode_bounce_name(domain))
    lines.push_back(fmt::format("The name tells the Salesforce org: {} on instance {}.",
                                org->org_id, org->instance));
  else if (is_bounce_name(domain))
    lines.emplace_back("A bounce name of Salesforce; no org can be read from it.");
  if (const auto stack = marketing_cloud_stack(domain))
    lines.push_back(fmt::format("Marketing Cloud stack {}.", *stack));
  if (const std::string organizational = organizational_domain(domain); organizational != domain)
    lines.push_back(fmt::format("Its organizational domain is {} (public suffix list of {}).",
                                organizational, suffix_list().date));
  return lines;
}

}  // namespace

Exit run_explain(const Args& args, Io& io) {
  Selection selection = selection_of(args, today());
  const auto network = IpNetwork::parse(args.operands.front());
  const std::string domain = network ? std::string() : asked_domain(args.operands.front());
  if (!network && domain.find('.') == std::string::npos)
    throw UsageError(
        fmt::format("explain: '{}' is neither an address nor a domain", args.operands.front()),
        "dmarcq explain 192.0.2.7, or dmarcq explain example.com");
  Store store = open_for_reading(settings_of(args), io);
  end_today(io, store, selection, today());
  if (network) selection.filter.networks = {*network};
  // A domain of ours selects its rows; a sender's name is looked for in all.
  std::vector<std::string> known_names = known_domains(store);
  const bool ours = !network && std::ranges::any_of(known_names, [&](const std::string& name) {
    return at_or_below(name, domain) || at_or_below(domain, name);
  });
  if (ours && selection.filter.domains.empty()) selection.filter.domains = {domain};
  Explanation explanation(store, args, selection);
  explanation.collect(domain);
  const std::vector<std::string> known = catalogue_says(network, domain);
  if (explanation.empty()) {
    for (const std::string& line : known) io.out << terminal_text(line) << '\n';
    if (!network && !closest(domain, known_names).empty())
      selection.filter.domains = {domain};  // more likely a slip than a sender
    say_nothing_found(io, store, selection);
    return Exit::done;
  }
  if (format_of(args) == Format::json)
    explanation.write_json(io, network.has_value(), known);
  else
    explanation.write_page(io, known);
  return Exit::done;
}

}  // namespace dmarcq
