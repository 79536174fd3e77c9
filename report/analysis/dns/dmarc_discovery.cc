// SPDX-License-Identifier: MIT
#include "report/analysis/dns/dmarc_discovery.h"

#include <algorithm>
#include <iterator>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/analysis/dns/dmarc_repair.h"

namespace dmarcq {
namespace {

using Status = DnsAnswer::Status;
using Kind = DomainFault::Kind;

constexpr std::size_t most_labels = 8;  // RFC 9989 section 4.10: so many queries at most

/// The names of the walk, the domain first: from eight labels on, the second has seven.
std::vector<std::string> walk_names(const std::string& domain) {
  std::vector<std::string> names{domain};
  std::string_view rest = domain;
  auto labels = static_cast<std::size_t>(std::ranges::count(rest, '.')) + 1;
  while (labels > 1) {
    do {
      rest.remove_prefix(rest.find('.') + 1);
      --labels;
    } while (labels >= most_labels);
    names.emplace_back(rest);
  }
  return names;
}

DmarcStep look_at(const std::string& domain, Resolver& resolver) {
  DmarcStep step{.domain = domain,
                 .answer = resolver.ask({"_dmarc." + domain, RecordType::txt}),
                 .records = {}};
  for (const std::string& text : step.answer.data)
    if (is_dmarc_record(text)) step.records.push_back(text);
  return step;
}

/// psd=y or psd=n of a step with one record.
std::string psd_of(const DmarcStep& step) {
  if (step.records.size() != 1) return {};
  const auto record = PolicyRecord::parse(step.records.front());
  return record ? lower(record->tag("psd").value_or("")) : std::string();
}

/// No usable p, and nowhere to send reports to: receivers ignore such a record (RFC 9989 section
/// 4.10.1).
bool discards(const RecordRemark& remark) {
  return (remark.kind == RecordRemark::Kind::not_a_policy ||
          remark.kind == RecordRemark::Kind::no_policy) &&
         !remark.reports_come;
}

bool is_discarded(const PolicyRecord& record) {
  return std::ranges::any_of(record.remarks(), discards);
}

/// Takes the record of a step for mail from `domain`.
void apply(DmarcReading& reading, const DmarcStep& step, const DmarcDiscovery& of, bool new_rules) {
  reading.record_at = step.domain;
  const auto record = PolicyRecord::parse(step.records.front());
  if (!record) return;
  reading.record = *record;
  if (is_discarded(*record)) return;
  const bool own = step.domain == of.domain;
  reading.policy = own ? record->p() : new_rules && !of.domain_exists ? record->np() : record->sp();
  if (new_rules && record->testing()) reading.policy = weaker(reading.policy);
}

/// RFC 7489 section 6.6.3: the domain; if it has no record, the organizational domain by the public
/// suffix list. Several records at a name are no DMARC.
DmarcReading read_by_7489(const DmarcDiscovery& found, Resolver& resolver) {
  DmarcReading reading;
  reading.organizational_domain = organizational_domain(found.domain);
  const DmarcStep& first = found.walk.front();
  if (!first.records.empty() || reading.organizational_domain == found.domain) {
    if (first.records.size() == 1) apply(reading, first, found, false);
    return reading;
  }
  const DmarcStep org = look_at(reading.organizational_domain, resolver);
  if (org.records.size() == 1) apply(reading, org, found, false);
  return reading;
}

/// Where the walk says that the organizational domain is (RFC 9989 section 4.10.2).
std::string organizational_by_walk(const DmarcDiscovery& found) {
  const DmarcStep* fewest = nullptr;
  for (const DmarcStep& step : found.walk) {  // the longest name first
    if (step.records.size() != 1) continue;
    const std::string psd = psd_of(step);
    if (psd == "n") return step.domain;
    if (psd == "y" && step.domain != found.domain) {
      const std::string_view below =
          std::string_view(found.domain).substr(0, found.domain.size() - step.domain.size() - 1);
      return std::string(below.substr(below.rfind('.') + 1)) + "." + step.domain;
    }
    fewest = &step;
  }
  return fewest == nullptr ? found.domain : fewest->domain;
}

DmarcReading read_by_9989(const DmarcDiscovery& found) {
  DmarcReading reading;
  reading.organizational_domain = organizational_by_walk(found);
  const auto has_record = [](const DmarcStep& step) { return step.records.size() == 1; };
  if (has_record(found.walk.front())) {
    apply(reading, found.walk.front(), found, true);
    return reading;
  }
  const auto org = std::ranges::find(found.walk, reading.organizational_domain, &DmarcStep::domain);
  if (org != found.walk.end() && has_record(*org)) {
    apply(reading, *org, found, true);
    return reading;
  }
  for (const DmarcStep& step : found.walk)  // of the public suffix
    if (psd_of(step) == "y") {
      apply(reading, step, found, true);
      break;
    }
  return reading;
}

/// p=none because the record says so, not because a tag disarms it.
bool is_policy_meant(const PolicyRecord& record) {
  return record.disarmed_by().empty() && is_policy(lower(record.tag("p").value_or("none")));
}

/// Does it say how what stands at _dmarc is written, so that nobody reads it as it was meant?
bool is_about_writing(const DomainFault& fault) {
  switch (fault.kind) {
    case Kind::dmarc_near_miss:
    case Kind::dmarc_foreign_quotes:
    case Kind::dmarc_escapes:
    case Kind::dmarc_leading_blank:
    case Kind::dmarc_version_wrong:
    case Kind::dmarc_version_not_first:
    case Kind::dmarc_missing_semicolon:
    case Kind::dmarc_split: return true;
    default: return false;
  }
}

/// Text that was meant as a DMARC record.
bool looks_like_dmarc(std::string_view text) {
  const std::string folded = lower(text.substr(0, 4096));
  return folded.contains("dmarc1") || (folded.contains("p=") && folded.contains("rua="));
}

/// Each defect of how the record is written; the last one brings the record to publish.
void add_defects(const std::string& subject, RecordRepair repair,
                 std::vector<DomainFault>& faults) {
  for (RecordRepair::Defect& defect : repair.defects)
    faults.push_back({.kind = defect.kind, .subject = subject, .value = std::move(defect.value)});
  if (!repair.defects.empty()) faults.back().repaired = std::move(repair.record);
}

/// rua and ruf that name anything at all are looked at as report destinations.
bool is_told_elsewhere(const RecordRemark& remark, const PolicyRecord& record) {
  return remark.kind == RecordRemark::Kind::rua_without_address &&
         record.tag("rua").value_or("").find_first_not_of(" \t,") != std::string::npos;
}

/// What the tags say is judged as it would be without defects: those have been told.
void check_record(const std::string& subject, const std::string& text, const DmarcDiscovery& found,
                  std::vector<DomainFault>& faults) {
  RecordRepair repair = repair_of(text);
  const bool is_flawed = !repair.defects.empty(), is_repaired = !repair.record.empty();
  const auto record = PolicyRecord::parse(is_flawed && is_repaired ? repair.record : text);
  add_defects(subject, std::move(repair), faults);
  if (!record) {
    faults.push_back({.kind = Kind::dmarc_unreadable, .subject = subject, .value = record.error()});
    return;
  }
  if (is_flawed && !is_repaired) return;  // values hold what belongs to others
  const bool is_subdomain = organizational_domain(found.domain) != found.domain;
  for (RecordRemark& remark : record->remarks(is_subdomain)) {
    if (is_told_elsewhere(remark, *record)) continue;
    if (remark.kind == RecordRemark::Kind::public_suffix && is_public_suffix(found.domain))
      continue;
    faults.push_back({.kind = Kind::dmarc_remark, .subject = subject, .remark = std::move(remark)});
  }
}

/// A text that is none is one of these.
void check_other_text(const std::string& subject, const std::string& text, bool beside_record,
                      std::vector<DomainFault>& faults) {
  if (lower(std::string_view(text).substr(0, 7)) == "v=spf1 ") {
    faults.push_back({.kind = Kind::dmarc_is_spf, .subject = subject});
    return;
  }
  if (!looks_like_dmarc(text) && !(beside_record && is_part_of_record(text))) return;
  RecordRepair repair = repair_of(text);
  if (beside_record)
    faults.push_back({.kind = Kind::dmarc_stray_text, .subject = subject, .value = text});
  else if (repair.defects.empty())
    faults.push_back({.kind = Kind::dmarc_near_miss, .subject = subject, .value = text});
  else
    add_defects(subject, std::move(repair), faults);
}

/// What stands at _dmarc of the domain. Of several records none counts, so what they say is not
/// looked at.
void check_texts(const DmarcDiscovery& found, std::vector<DomainFault>& faults) {
  const DmarcStep& step = found.walk.front();
  const std::string subject = "_dmarc." + found.domain;
  const std::vector<std::string>& texts = step.answer.data;
  if (std::string joined = joined_record(texts); !joined.empty()) {
    faults.push_back({.kind = Kind::dmarc_split,
                      .subject = subject,
                      .number = texts.size(),
                      .repaired = std::move(joined)});
    return;
  }
  if (step.records.size() > 1)
    faults.push_back(
        {.kind = Kind::dmarc_several, .subject = subject, .number = step.records.size()});
  else if (step.records.size() == 1)
    check_record(subject, step.records.front(), found, faults);
  for (const std::string& text : texts)
    if (!is_dmarc_record(text)) check_other_text(subject, text, !step.records.empty(), faults);
}

std::string probe_name(const std::string& domain) { return "no-such-name-dmarcq." + domain; }

/// Records where they do nothing, and names that a wildcard answers for.
void check_surroundings(const DmarcDiscovery& found, Resolver& resolver,
                        std::vector<DomainFault>& faults) {
  const std::string name = "_dmarc." + found.domain;
  for (const std::string& text : resolver.ask({found.domain, RecordType::txt}).data)
    if (is_dmarc_record(text))
      faults.push_back({.kind = Kind::dmarc_at_apex, .subject = found.domain});
  const DnsAnswer probe = resolver.ask({probe_name(found.domain), RecordType::txt});
  const auto is_of_wildcard = [&](const DnsAnswer& answer) {
    return !probe.data.empty() && std::ranges::is_permutation(probe.data, answer.data);
  };
  const std::string doubled = name + "." + found.domain;
  const DnsAnswer at_doubled = resolver.ask({doubled, RecordType::txt});
  if (std::ranges::any_of(at_doubled.data, is_dmarc_record) && !is_of_wildcard(at_doubled))
    faults.push_back({.kind = Kind::dmarc_doubled_origin, .subject = doubled});
  if (is_of_wildcard(found.walk.front().answer))
    faults.push_back({.kind = Kind::dmarc_wildcard, .subject = name});
}

/// Where the two rules come to different policies, and why.
void compare_readings(const DmarcDiscovery& found, std::vector<DomainFault>& faults) {
  const DmarcReading &old_rules = found.by_7489, &new_rules = found.by_9989;
  if (found.organizations_differ())
    faults.push_back({.kind = Kind::dmarc_organization_differs,
                      .subject = found.domain,
                      .value = old_rules.organizational_domain,
                      .other = new_rules.organizational_domain});
  if (!found.policies_differ()) return;
  const bool is_one = old_rules.record_at == new_rules.record_at && new_rules.record;
  const Kind kind = !is_one                       ? Kind::dmarc_readings_differ
                    : new_rules.record->testing() ? Kind::dmarc_test_mode
                                                  : Kind::dmarc_np_applies;
  faults.push_back({.kind = kind,
                    .subject = "_dmarc." + (is_one ? new_rules.record_at : found.domain),
                    .value = old_rules.policy,
                    .other = new_rules.policy});
}

}  // namespace

bool is_public_suffix(const std::string& domain) {
  const std::string below = "x." + domain;
  return organizational_domain(below) == below;
}

bool is_dmarc_record(std::string_view txt) {
  if (!txt.starts_with('v')) return false;
  txt = trimmed(txt.substr(1));
  if (!txt.starts_with('=')) return false;
  txt = trimmed(txt.substr(1));
  if (!txt.starts_with("DMARC1")) return false;
  txt = trimmed(txt.substr(6));
  return txt.empty() || txt.front() == ';';
}

bool DmarcDiscovery::policies_differ() const {
  return by_7489.policy != by_9989.policy || by_7489.record_at != by_9989.record_at;
}

bool DmarcDiscovery::organizations_differ() const {
  return !by_9989.record_at.empty() &&
         by_7489.organizational_domain != by_9989.organizational_domain;
}

DmarcDiscovery discover_dmarc(const std::string& domain, Resolver& resolver) {
  DmarcDiscovery found{.domain = domain, .walk = {}, .by_7489 = {}, .by_9989 = {}};
  found.domain_exists = resolver.ask({domain, RecordType::txt}).status != Status::no_name;
  for (const std::string& name : walk_names(domain)) {
    found.walk.push_back(look_at(name, resolver));
    const std::string psd = psd_of(found.walk.back());
    if (psd == "y" || psd == "n") break;
  }
  // Beyond the record that decides, an answer that is missing changes nothing.
  const auto decides =
      std::ranges::find_if(found.walk, [](const DmarcStep& step) { return !step.records.empty(); });
  found.known = std::none_of(found.walk.begin(), decides, [](const DmarcStep& step) {
    return step.answer.status == Status::unknown;
  });
  found.by_7489 = read_by_7489(found, resolver);
  found.by_9989 = read_by_9989(found);
  return found;
}

std::vector<DnsQuestion> dmarc_questions(const std::string& domain) {
  std::vector<DnsQuestion> questions;
  for (const std::string& name : walk_names(domain))
    questions.push_back({"_dmarc." + name, RecordType::txt});
  questions.push_back({domain, RecordType::txt});
  questions.push_back({"_dmarc." + domain + "." + domain, RecordType::txt});
  questions.push_back({probe_name(domain), RecordType::txt});
  return questions;
}

std::vector<DomainFault> dmarc_faults(const DmarcDiscovery& found, Resolver& resolver) {
  std::vector<DomainFault> faults;
  const std::string name = "_dmarc." + found.domain;
  for (const DmarcStep& step : found.walk) {
    if (auto fault = fault_of_answer("_dmarc." + step.domain, step.answer))
      faults.push_back(std::move(*fault));
    if (!step.records.empty()) break;  // it decides: what lies above changes nothing
  }
  std::vector<DomainFault> of_texts;
  check_texts(found, of_texts);
  const bool is_written_wrong = std::ranges::any_of(
      of_texts, [](const DomainFault& fault) { return is_about_writing(fault); });
  const bool is_discard_told = std::ranges::any_of(of_texts, [](const DomainFault& fault) {
    return fault.kind == Kind::dmarc_split || (fault.remark && discards(*fault.remark));
  });
  std::ranges::move(of_texts, std::back_inserter(faults));
  check_surroundings(found, resolver, faults);
  if (!found.known) return faults;
  const DmarcReading &old_rules = found.by_7489, &new_rules = found.by_9989;
  if (old_rules.record_at.empty() && new_rules.record_at.empty() &&
      found.walk.front().records.empty() && !is_written_wrong)
    faults.push_back({.kind = Kind::no_dmarc, .subject = name});
  if (new_rules.record && new_rules.policy.empty() && !is_discard_told)
    faults.push_back({.kind = Kind::dmarc_discarded, .subject = "_dmarc." + new_rules.record_at});
  compare_readings(found, faults);
  const bool is_meant = new_rules.record && is_policy_meant(*new_rules.record) && !is_written_wrong;
  if (!found.policies_differ() && new_rules.policy == "none" && is_meant)
    faults.push_back({.kind = Kind::dmarc_no_enforcement, .subject = name});
  return faults;
}

}  // namespace dmarcq
