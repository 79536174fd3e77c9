// SPDX-License-Identifier: MIT
#include "parser/aggregate/report_mapper.h"

#include "parser/domain_name.h"

namespace dmarcq {
namespace {

constexpr std::string_view space = " \t\r\n";

/// Words outside the vocabulary whose meaning is not in doubt. In: lower case.
template <class Enum>
std::optional<Enum> alias_of(std::string_view) {
  return std::nullopt;
}
template <>
std::optional<SpfResult> alias_of(std::string_view word) {
  if (word == "hardfail") return SpfResult::fail;  // docomo
  if (word == "unknown")
    return SpfResult::temperror;  // RFC 7489 Appendix C names these two; OpenDMARC sends the first
  if (word == "error") return SpfResult::permerror;
  return std::nullopt;
}
template <>
std::optional<Alignment> alias_of(std::string_view word) {
  if (word == "relaxed") return Alignment::relaxed;
  if (word == "strict") return Alignment::strict;
  return std::nullopt;
}

/// Results that are no pass, in the words of raw results: globetax, sealy and uniqa evaluate SPF
/// so. In: lower case.
bool is_no_pass(std::string_view word) {
  return from_text<SpfResult>(word) || word == "hardfail" || word == "error";
}

}  // namespace

void refuse(Fault fault, std::string text) { throw Refused{{fault, std::move(text), {}}}; }
void refuse_limit(std::string name, std::string text) {
  throw Refused{{Fault::limit, std::move(text), std::move(name)}};
}
void refuse_dtd() { refuse(Fault::malformed_xml, "a document type declaration (DTD) is refused"); }
void refuse_depth(const Limits& limits) {
  refuse_limit("xml_depth",
               "elements nested more than " + std::to_string(limits.xml_depth) + " deep");
}

void ReportMapper::root(std::string_view name, std::string_view start_tag) {
  if (!names_.root(name, start_tag, limits_.xml_namespaces))
    refuse_limit("xml_namespaces", "the root declares more than " +
                                       std::to_string(limits_.xml_namespaces) +
                                       " namespace prefixes");
  TextFlaws flaws;
  append_decoded(out_.report.xml_namespace, names_.root_namespace(), flaws);
  tidy(out_.report.xml_namespace, limits_.field_size, flaws);
}

void ReportMapper::repaired(std::string_view where, std::string_view found,
                            std::string_view read_as) {
  out_.well_formed = false;
  log_.add(record_, where, found, read_as);
}

void ReportMapper::repaired_child(Tag tag, std::string_view name, std::string_view found,
                                  std::string_view read_as) {
  out_.well_formed = false;
  if (tag == Tag::record)
    log_.add(records_seen_ + 1, "", found, read_as);
  else
    log_.add(0, shortened(local_name(name), 64), found, read_as);
}

void ReportMapper::unknown_element(std::string_view where, std::string_view name) {
  std::string path(where);
  if (!path.empty()) path += '/';
  log_.add(record_, path + shortened(name, 64), "unknown element", "ignored");
}

void ReportMapper::stray_text(std::string_view where, std::string_view raw) {
  const std::size_t first = raw.find_first_not_of(space);
  if (first == std::string_view::npos) return;
  raw = raw.substr(first, raw.find_last_not_of(space) - first + 1);
  log_.add(record_, where, raw, "text between elements: ignored");
}

template <class Enum>
void ReportMapper::odd_word(std::string_view where, std::string value, Reported<Enum>& word) {
  if (value.empty()) {
    absent(where);
    return;
  }
  word.known = from_text<Enum>(value);
  if (word.known) return;  // there was white space around it
  std::string lower = value;
  lower_ascii(lower);
  word.known = from_text<Enum>(lower);
  if (!word.known) word.known = alias_of<Enum>(lower);
  if constexpr (std::is_same_v<Enum, DmarcResult>)
    if (!word.known && !is_no_pass(lower)) {  // a Perl reference, "maybe": says nothing
      log_.add(record_, where, value, "unreadable: the raw results decide");
      return;
    }
  log_.add(record_, where, value, word.known ? to_text(*word.known) : "unknown word, kept");
  if (!word.known) word.other = std::move(value);
}
template void ReportMapper::odd_word(std::string_view, std::string, Reported<Policy>&);
template void ReportMapper::odd_word(std::string_view, std::string, Reported<Disposition>&);
template void ReportMapper::odd_word(std::string_view, std::string, Reported<Alignment>&);
template void ReportMapper::odd_word(std::string_view, std::string, Reported<DmarcResult>&);
template void ReportMapper::odd_word(std::string_view, std::string, Reported<OverrideType>&);
template void ReportMapper::odd_word(std::string_view, std::string, Reported<DkimResult>&);
template void ReportMapper::odd_word(std::string_view, std::string, Reported<SpfResult>&);
template void ReportMapper::odd_word(std::string_view, std::string, Reported<SpfScope>&);
template void ReportMapper::odd_word(std::string_view, std::string, Reported<DiscoveryMethod>&);

void ReportMapper::international(std::string_view where, std::string& value) {
  std::string ascii = to_a_labels(value);
  if (ascii == value) return;
  log_.add(record_, where, value, ascii);
  value = std::move(ascii);
}

void ReportMapper::expect_record() const {
  if (records_seen_ >= limits_.records)
    refuse_limit("records", "more than " + std::to_string(limits_.records) + " records");
}

void ReportMapper::add_to_count(std::uint64_t count) {
  if (count > limits_.count - messages_)
    refuse_limit("count", "more than " + std::to_string(limits_.count) + " messages in one report");
  messages_ += count;
}

Record& ReportMapper::emptied(Record& record) {
  record.source_ip = {};
  record.count = 0;
  record.policy_evaluated.disposition = {};
  record.policy_evaluated.dkim = record.policy_evaluated.spf = {};
  record.policy_evaluated.reasons.clear();
  for (std::string* text : {&record.header_from, &record.envelope_from, &record.envelope_to})
    text->clear();
  record.dkim.clear();
  record.spf.clear();
  return record;
}

void ReportMapper::broken_record(std::string_view why) {
  expect_record();
  record_ = ++records_seen_;
  ++out_.unusable_records;
  repaired("", why, "record left out");
  record_ = 0;
}

void ReportMapper::finish() {
  std::string lacks;
  const auto lack = [&](std::string_view what) {
    lacks.append(lacks.empty() ? "no " : "; no ").append(what);
  };
  if (!seen_.has(Tag::report_metadata))
    lack("report_metadata");
  else if (!seen_.has(Tag::date_range))
    lack("date_range in report_metadata");
  else {
    if (begin_text_.empty()) lack("begin in date_range");
    if (end_text_.empty()) lack("end in date_range");
  }
  if (!seen_.has(Tag::policy_published))
    lack("policy_published");
  else if (out_.report.policy_published.domain.empty())
    lack("domain in policy_published");
  if (!lacks.empty()) refuse(Fault::invalid_report, lacks);
  // What reports are filed under, and asked for by; nothing but a domain name can be the place of a
  // record.
  if (!is_domain_name(out_.report.policy_published.domain))
    refuse(Fault::invalid_report, "domain in policy_published is not a domain name: '" +
                                      shortened(out_.report.policy_published.domain, 80) + "'");

  const auto seconds = [](std::string_view name, std::string_view text) {
    const auto value = epoch_from(text);
    if (!value)
      refuse(Fault::invalid_report, std::string(name) +
                                        " in date_range is not a number of seconds: '" +
                                        shortened(text, 40) + "'");
    // Days are stored in 16 bits (calendar.h); milliseconds, which some send, end here too.
    if (*value >= std::int64_t{65'536} * 86'400)
      refuse(Fault::invalid_report,
             std::string(name) + " in date_range is after 2149: " + shortened(text, 40));
    return *value;
  };
  ReportMetadata& metadata = out_.report.metadata;
  metadata.begin = seconds("begin", begin_text_);
  metadata.end = seconds("end", end_text_);
  if (metadata.end < metadata.begin)
    refuse(Fault::invalid_report, "date_range ends before it begins");
}

}  // namespace dmarcq
