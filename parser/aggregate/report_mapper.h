// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ingest/base/error.h"
#include "ingest/base/limits.h"
#include "parser/aggregate/aggregate_report.h"
#include "parser/aggregate/deviation_log.h"
#include "parser/aggregate/element_name.h"
#include "parser/aggregate/field_text.h"
#include "parser/aggregate/markup.h"

namespace dmarcq {

/// Ends the reading of a document; caught in parse_report() alone, and never seen outside of it.
struct Refused {
  Error error;
};
[[noreturn]] void refuse(Fault, std::string text);
[[noreturn]] void refuse_limit(std::string name, std::string text);
[[noreturn]] void refuse_dtd();
[[noreturn]] void refuse_depth(const Limits&);

/// The tags that a parent has had.
class TagSet {
 public:
  void add(Tag tag) { bits_ |= bit(tag); }
  bool has(Tag tag) const { return bits_ & bit(tag); }

 private:
  static_assert(static_cast<unsigned>(Tag::version) < 64);
  static constexpr std::uint64_t bit(Tag tag) {
    return std::uint64_t{1} << static_cast<unsigned>(tag);
  }
  std::uint64_t bits_ = 0;
};

/// From elements to the report: which element means what, what may be missing, which words are read
/// as others. Nodes are of two kinds, those of a tree (xml_reader.cc) and those of a plain record
/// (plain_record.h); this is the one place that gives them a meaning.
///   bool, first_child(), next_sibling(), has_children(), is_element(), is_text(), is_cdata(),
///   is_doctype(), name(), value(), shape(), tag(ElementNames), static needs_measuring, and if
///   that, parent()
class ReportMapper {
 public:
  /// Records go to `take`, or, if that is empty, into the report.
  ReportMapper(const Limits& limits, const std::function<void(const Record&)>& take,
               ParsedReport& out)
      : limits_(limits), take_(take), out_(out), log_(out.deviations) {}

  /// The root's start tag.
  void root(std::string_view name, std::string_view start_tag);
  /// One child of the root: an element of any name, or text.
  template <class Node>
  void child(Node);
  template <class Node>
  void record(Node);
  /// A <record> that cannot be read as XML.
  void broken_record(std::string_view why);
  /// There is one more <record>: may there be?
  void expect_record() const;
  /// Text where only elements should be.
  void stray_text(std::string_view where, std::string_view raw);
  void unknown_element(std::string_view where, std::string_view name);
  /// The recovery policy of xml_reader.h has been used: for the document, or for the child of the
  /// root that comes next.
  void repaired(std::string_view where, std::string_view found, std::string_view read_as);
  void repaired_child(Tag, std::string_view name, std::string_view found, std::string_view read_as);
  /// The end tag has been seen: is all there that makes a report one?
  void finish();

  const ElementNames& names() const { return names_; }
  /// Counts one record's messages; refuses the report when it tells more than any receiver could.
  void add_to_count(std::uint64_t count);
  std::size_t records_seen() const { return records_seen_; }
  std::size_t records_taken() const { return records_taken_; }

 private:
  template <class Node>
  void metadata(Node);
  template <class Node>
  void policy(Node);
  static Record& emptied(Record&);
  template <class Node>
  bool row(Node, Record&, std::optional<std::uint64_t>& count);
  template <class Node>
  void policy_evaluated(Node, PolicyEvaluated&);
  template <class Node>
  void reason(Node, PolicyEvaluated&);
  template <class Node>
  void identifiers(Node, Record&);
  template <class Node>
  void auth_results(Node, Record&);
  template <class Node>
  void dkim(Node, Record&);
  template <class Node>
  void spf(Node, Record&);

  /// Calls `body(Tag, child)` for each child with a name of ours; it returns false for those that
  /// do not belong here. They are noted, as is any but the first of a name, unless `repeats(Tag)`.
  /// `where` is also the beginning of their paths.
  template <class Node, class Body>
  TagSet each_child(Node parent, std::string_view where, Body&& body) {
    return each_child(parent, where, [](Tag) { return false; }, body);
  }
  template <class Node, class Repeats, class Body>
  TagSet each_child(Node parent, std::string_view where, Repeats&&, Body&&);
  template <class Node>
  void unknown_child(Node, std::string_view where);
  template <class Node>
  void several(std::string_view where, Node);
  template <class Node>
  void over_limit(std::string_view where, std::size_t limit, std::string_view name, Node);
  /// What is not read is still measured.
  template <class Node>
  void check_depth(Node) const;

  /// U-labels to A-labels: one name has one spelling, whatever the reporter writes.
  void international(std::string_view where, std::string& value);
  template <class Node>
  void text(Node, std::string_view where, std::string& value);
  template <class Node>
  void domain(Node, std::string_view where, std::string& value);
  template <class Node, class Enum>
  void word(Node, std::string_view where, Reported<Enum>&);
  template <class Enum>
  void odd_word(std::string_view where, std::string value, Reported<Enum>&);
  /// The text of a leaf when that is one piece and needs no work.
  template <class Node>
  static bool plain_text(Node, std::string_view& value, bool& has_upper);
  /// The text of any leaf.
  template <class Node>
  std::string assembled_text(Node, std::string_view where);
  void absent(std::string_view where) { log_.add(record_, where, "", "absent"); }

  const Limits& limits_;
  const std::function<void(const Record&)>& take_;
  ParsedReport& out_;
  DeviationLog log_;
  ElementNames names_;
  std::size_t record_ = 0;  ///< number of the record being read, 0 outside
  std::size_t records_seen_ = 0, records_taken_ = 0;
  std::uint64_t messages_ = 0;  // of all records, usable or not
  Record passing_;              ///< the one on its way to take_; its memory is used again and again
  TagSet seen_;                 ///< children of the root, and date_range
  std::string begin_text_, end_text_;
};

// ---------------------------------------------------------------------------------------------------------------------

template <class Node>
void ReportMapper::several(std::string_view where, Node node) {
  log_.add(record_,
           std::string(where).append(where.empty() ? "" : "/").append(local_name(node.name())),
           "several", "the first");
  check_depth(node);
}

template <class Node>
void ReportMapper::over_limit(std::string_view where, std::size_t limit, std::string_view name,
                              Node node) {
  log_.add(record_, where, "more than " + std::to_string(limit),
           "the first" + (name.empty() ? "" : " (limit:" + std::string(name) + ")"));
  check_depth(node);
}

template <class Node>
void ReportMapper::check_depth(Node top) const {
  if constexpr (Node::needs_measuring) {
    std::size_t depth = 1;  // the root's children are the first level of a tree
    for (Node node = top.parent(); node; node = node.parent()) ++depth;
    for (Node node = top.first_child(); node;) {
      if (node.is_element() && depth + 1 > limits_.xml_depth) refuse_depth(limits_);
      if (node.has_children()) {
        node = node.first_child();
        ++depth;
        continue;
      }
      while (!(node == top) && !node.next_sibling()) {
        node = node.parent();
        --depth;
      }
      if (node == top) return;
      node = node.next_sibling();
    }
  }
}

template <class Node>
void ReportMapper::unknown_child(Node node, std::string_view where) {
  if (node.is_element()) {
    unknown_element(where, node.name());
    check_depth(node);
  } else if (node.is_text() || node.is_cdata()) {
    stray_text(where, node.value());
  } else if (node.is_doctype()) {
    refuse_dtd();
  }
}

template <class Node, class Repeats, class Body>
TagSet ReportMapper::each_child(Node parent, std::string_view where, Repeats&& repeats,
                                Body&& body) {
  TagSet seen;
  // Text in front of the first child is the parent's own value.
  if (const std::string_view embedded = parent.value(); !embedded.empty())
    stray_text(where, embedded);
  for (Node node = parent.first_child(); node; node = node.next_sibling()) {
    const Tag tag = node.tag(names_);
    if (tag == Tag::unknown)
      unknown_child(node, where);
    else if (seen.has(tag) && !repeats(tag))
      several(where, node);
    else if (body(tag, node))
      seen.add(tag);
    else
      unknown_child(node, where);
  }
  return seen;
}

template <class Node>
bool ReportMapper::plain_text(Node node, std::string_view& value, bool& has_upper) {
  if (node.has_children()) return false;
  value = node.value();
  const TextShape shape = node.shape();
  has_upper = shape.has_upper;
  return shape.plain || value.empty();
}

template <class Node>
std::string ReportMapper::assembled_text(Node node, std::string_view where) {
  TextFlaws flaws;
  std::string joined;
  append_decoded(joined, node.value(), flaws);
  bool elements = false;
  for (Node piece = node.first_child(); piece; piece = piece.next_sibling()) {
    if (piece.is_text())
      append_decoded(joined, piece.value(), flaws);
    else if (piece.is_cdata())
      joined += piece.value();
    else if (piece.is_element())
      elements = true;
  }
  if (elements) {
    log_.add(record_, where, "elements inside text", "ignored");
    check_depth(node);
  }
  if (!flaws.reference.empty()) repaired(where, flaws.reference, "text");
  tidy(joined, limits_.field_size, flaws);
  if (flaws.control) log_.add(record_, where, "control characters", "U+FFFD");
  if (flaws.cut)
    log_.add(record_, where, "more than " + std::to_string(limits_.field_size) + " bytes",
             "cut (limit:field_size)");
  return joined;
}

template <class Node>
void ReportMapper::text(Node node, std::string_view where, std::string& value) {
  std::string_view plain;
  bool has_upper;
  if (plain_text(node, plain, has_upper) && plain.size() <= limits_.field_size)
    value.assign(plain);
  else
    value = assembled_text(node, where);
}

template <class Node>
void ReportMapper::domain(Node node, std::string_view where, std::string& value) {
  std::string_view plain;
  bool has_upper = true;
  if (plain_text(node, plain, has_upper) && plain.size() <= limits_.field_size) {
    value.assign(plain);
    if (has_upper) lower_ascii(value);
  } else {
    value = assembled_text(node, where);
    lower_ascii(value);
  }
  if (value.ends_with('.')) value.pop_back();
  if (!is_ascii(value)) international(where, value);
}

template <class Node, class Enum>
void ReportMapper::word(Node node, std::string_view where, Reported<Enum>& word) {
  if (!node.has_children()) {
    word.known = from_text<Enum>(node.value());
    if (word.known) return;
  }
  odd_word(where, assembled_text(node, where), word);
}

template <class Node>
void ReportMapper::child(Node node) {
  const Tag tag = node.tag(names_);
  switch (tag) {
    case Tag::record: record(node); return;
    case Tag::report_metadata:
    case Tag::policy_published:
    case Tag::version:
      if (seen_.has(tag)) {
        several("", node);
        return;
      }
      seen_.add(tag);
      if (tag == Tag::version)
        text(node, "version", out_.report.version);
      else if (tag == Tag::policy_published)
        policy(node);
      else
        metadata(node);
      return;
    default: unknown_child(node, "");
  }
}

template <class Node>
void ReportMapper::metadata(Node node) {
  constexpr std::size_t most_errors = 50;
  ReportMetadata& metadata = out_.report.metadata;
  each_child(
      node, "report_metadata", [](Tag tag) { return tag == Tag::error; },
      [&](Tag tag, Node child) {
        switch (tag) {
          case Tag::org_name:
            text(child, "report_metadata/org_name", metadata.org_name);
            return true;
          case Tag::email: text(child, "report_metadata/email", metadata.email); return true;
          case Tag::extra_contact_info:
            text(child, "report_metadata/extra_contact_info", metadata.extra_contact_info);
            return true;
          case Tag::report_id:
            text(child, "report_metadata/report_id", metadata.report_id);
            return true;
          case Tag::generator:
            text(child, "report_metadata/generator", metadata.generator);
            return true;
          case Tag::date_range:
            seen_.add(tag);
            each_child(child, "report_metadata/date_range", [&](Tag limit, Node time) {
              if (limit == Tag::begin)
                text(time, "report_metadata/date_range/begin", begin_text_);
              else if (limit == Tag::end)
                text(time, "report_metadata/date_range/end", end_text_);
              else
                return false;
              return true;
            });
            return true;
          case Tag::error: {
            if (metadata.errors.size() == most_errors) {
              over_limit("report_metadata/error", most_errors, "", child);
              return true;
            }
            std::string error;
            text(child, "report_metadata/error", error);
            if (!error.empty()) metadata.errors.push_back(std::move(error));
            return true;
          }
          default: return false;
        }
      });
  // RFC 9990 section 3.1.1.3 requires them; they are part of how a report is known again, so their
  // lack is worth a note.
  if (metadata.org_name.empty()) absent("report_metadata/org_name");
  if (metadata.report_id.empty()) absent("report_metadata/report_id");
}

template <class Node>
void ReportMapper::policy(Node node) {
  PolicyPublished& policy = out_.report.policy_published;
  std::string t;
  const TagSet seen = each_child(node, "policy_published", [&](Tag tag, Node child) {
    switch (tag) {
      case Tag::domain: domain(child, "policy_published/domain", policy.domain); return true;
      case Tag::p: word(child, "policy_published/p", policy.p); return true;
      case Tag::sp:
        word(child, "policy_published/sp", policy.sp);
        return true;  // Cisco: often empty
      case Tag::np: word(child, "policy_published/np", policy.np); return true;
      case Tag::adkim: word(child, "policy_published/adkim", policy.adkim); return true;
      case Tag::aspf: word(child, "policy_published/aspf", policy.aspf); return true;
      case Tag::pct: text(child, "policy_published/pct", policy.pct); return true;
      case Tag::fo: text(child, "policy_published/fo", policy.fo); return true;
      case Tag::testing:
        domain(child, "policy_published/testing", policy.testing);
        return true;  // lower case, like a domain
      case Tag::t: domain(child, "policy_published/t", t); return true;
      case Tag::discovery_method:
        word(child, "policy_published/discovery_method", policy.discovery_method);
        return true;
      default: return false;
    }
  });
  if (seen.has(Tag::t)) {  // Mail::DMARC writes the DNS record's own tags, t and psd, in place of
                           // <testing>
    log_.add(0, "policy_published/t", t, "testing");
    if (policy.testing.empty()) policy.testing = std::move(t);
  }
  if (!seen.has(Tag::p)) absent("policy_published/p");
}

template <class Node>
void ReportMapper::record(Node node) {
  expect_record();
  record_ = ++records_seen_;
  Record& record = take_ ? emptied(passing_) : out_.report.records.emplace_back();
  std::optional<std::uint64_t> count;
  bool usable = false;
  const TagSet seen = each_child(node, "", [&](Tag tag, Node child) {
    switch (tag) {
      case Tag::row: usable = row(child, record, count); return true;
      case Tag::identifiers: identifiers(child, record); return true;
      case Tag::identities:  // unipi.it, petesrs, passco
        log_.add(record_, "identities", "unknown element", "identifiers");
        identifiers(child, record);
        return true;
      case Tag::auth_results: auth_results(child, record); return true;
      default: return false;
    }
  });
  if (usable) {
    if (record.header_from.empty()) absent("identifiers/header_from");
    if (!seen.has(Tag::auth_results)) absent("auth_results");
    ++records_taken_;
    if (take_) take_(record);
  } else {
    if (!seen.has(Tag::row)) log_.add(record_, "row", "", "record left out");
    ++out_.unusable_records;
    if (count) out_.unusable_messages += *count;
    if (!take_) out_.report.records.pop_back();
  }
  record_ = 0;
}

template <class Node>
bool ReportMapper::row(Node node, Record& record, std::optional<std::uint64_t>& count) {
  bool address = false;
  std::string odd_address, odd_count;
  const TagSet seen = each_child(node, "row", [&](Tag tag, Node child) {
    std::string_view raw;
    bool has_upper;
    switch (tag) {
      case Tag::source_ip:
        if (!plain_text(child, raw, has_upper))
          raw = odd_address = assembled_text(child, "row/source_ip");
        if (const auto parsed = IpAddress::parse(raw)) {
          record.source_ip = *parsed;
          address = true;
        } else if (const auto bare = address_in_brackets(raw)) {
          log_.add(record_, "row/source_ip", raw, bare->to_text());
          record.source_ip = *bare;
          address = true;
        } else {
          odd_address = std::string(raw);
        }
        return true;
      case Tag::count:
        if (!plain_text(child, raw, has_upper))
          raw = odd_count = assembled_text(child, "row/count");
        count = count_from(raw);
        if (!count && (count = grouped_count_from(raw)))
          log_.add(record_, "row/count", raw, std::to_string(*count));
        if (!count) odd_count = std::string(raw);
        return true;
      case Tag::policy_evaluated: policy_evaluated(child, record.policy_evaluated); return true;
      default: return false;
    }
  });
  if (count) add_to_count(*count);
  if (!address)
    log_.add(record_, "row/source_ip", odd_address, "record left out");  // wp.pl, o2.pl, GoDaddy:
                                                                         // empty
  if (!count) log_.add(record_, "row/count", odd_count, "record left out");
  if (!address || !count) return false;
  record.count = *count;
  if (!seen.has(Tag::policy_evaluated)) absent("row/policy_evaluated");
  return true;
}

template <class Node>
void ReportMapper::policy_evaluated(Node node, PolicyEvaluated& evaluated) {
  const TagSet seen = each_child(
      node, "row/policy_evaluated", [](Tag tag) { return tag == Tag::reason; },
      [&](Tag tag, Node child) {
        switch (tag) {
          case Tag::disposition:
            word(child, "row/policy_evaluated/disposition", evaluated.disposition);
            return true;
          case Tag::dkim: word(child, "row/policy_evaluated/dkim", evaluated.dkim); return true;
          case Tag::spf: word(child, "row/policy_evaluated/spf", evaluated.spf); return true;
          case Tag::reason: reason(child, evaluated); return true;
          default: return false;
        }
      });
  for (Reported<DmarcResult>* result : {&evaluated.dkim, &evaluated.spf})
    if (PolicyEvaluated::is_unknown(*result))
      *result = {};  // our words for it are not a reporter's to give
  // AOL, and Google in 2012, leave out what did not pass.
  if (!seen.has(Tag::dkim)) absent("row/policy_evaluated/dkim");
  if (!seen.has(Tag::spf)) absent("row/policy_evaluated/spf");
}

template <class Node>
void ReportMapper::reason(Node node, PolicyEvaluated& evaluated) {
  if (evaluated.reasons.size() >= limits_.reasons) {
    over_limit("row/policy_evaluated/reason", limits_.reasons, "reasons", node);
    return;
  }
  PolicyOverrideReason& reason = evaluated.reasons.emplace_back();
  if (!node.has_children()) {  // the type written as text, without <type>
    std::string value = assembled_text(node, "row/policy_evaluated/reason");
    if (!value.empty()) {
      odd_word("row/policy_evaluated/reason", value, reason.type);
      if (!reason.type.known) {
        reason.type = {};
        reason.comment = std::move(value);
      } else {
        log_.add(record_, "row/policy_evaluated/reason", value, "type");
      }
    }
  } else
    each_child(node, "row/policy_evaluated/reason", [&](Tag tag, Node child) {
      if (tag == Tag::type)
        word(child, "row/policy_evaluated/reason/type", reason.type);  // KDDI: empty
      else if (tag == Tag::comment)
        text(child, "row/policy_evaluated/reason/comment", reason.comment);
      else
        return false;
      return true;
    });
  if (reason.type.absent() && reason.comment.empty()) {
    evaluated.reasons.pop_back();
    log_.add(record_, "row/policy_evaluated/reason", "", "left out: empty");
  }
}

template <class Node>
void ReportMapper::identifiers(Node node, Record& record) {
  each_child(node, "identifiers", [&](Tag tag, Node child) {
    switch (tag) {
      case Tag::header_from:
        domain(child, "identifiers/header_from", record.header_from);
        return true;
      case Tag::envelope_from:
        domain(child, "identifiers/envelope_from", record.envelope_from);
        return true;
      case Tag::envelope_to:
        domain(child, "identifiers/envelope_to", record.envelope_to);
        return true;
      default: return false;
    }
  });
}

template <class Node>
void ReportMapper::auth_results(Node node, Record& record) {
  each_child(
      node, "auth_results", [](Tag) { return true; },
      [&](Tag tag, Node child) {
        if (tag == Tag::dkim)
          dkim(child, record);
        else if (tag == Tag::spf)
          spf(child, record);
        else
          return false;
        return true;
      });
}

template <class Node>
void ReportMapper::dkim(Node node, Record& record) {
  if (record.dkim.size() >= limits_.dkim_results) {
    over_limit("auth_results/dkim", limits_.dkim_results, "dkim_results", node);
    return;
  }
  DkimAuthResult& dkim = record.dkim.emplace_back();
  each_child(node, "auth_results/dkim", [&](Tag tag, Node child) {
    switch (tag) {
      case Tag::domain: domain(child, "auth_results/dkim/domain", dkim.domain); return true;
      case Tag::selector: text(child, "auth_results/dkim/selector", dkim.selector); return true;
      case Tag::result: word(child, "auth_results/dkim/result", dkim.result); return true;
      case Tag::human_result:
        text(child, "auth_results/dkim/human_result", dkim.human_result);
        return true;
      default: return false;
    }
  });
  if (dkim.domain.empty() && dkim.result.absent()) {  // gosecure.net: up to ten empty ones a record
    record.dkim.pop_back();
    log_.add(record_, "auth_results/dkim", "", "left out: empty");
  }
}

template <class Node>
void ReportMapper::spf(Node node, Record& record) {
  if (record.spf.size() >= limits_.spf_results) {
    over_limit("auth_results/spf", limits_.spf_results, "spf_results", node);
    return;
  }
  SpfAuthResult& spf = record.spf.emplace_back();
  each_child(node, "auth_results/spf", [&](Tag tag, Node child) {
    switch (tag) {
      case Tag::domain: domain(child, "auth_results/spf/domain", spf.domain); return true;
      case Tag::scope: word(child, "auth_results/spf/scope", spf.scope); return true;
      case Tag::result: word(child, "auth_results/spf/result", spf.result); return true;
      case Tag::human_result:
        text(child, "auth_results/spf/human_result", spf.human_result);
        return true;
      default: return false;
    }
  });
  if (spf.domain.empty() && spf.result.absent()) {
    record.spf.pop_back();
    log_.add(record_, "auth_results/spf", "", "left out: empty");
  }
}

}  // namespace dmarcq
