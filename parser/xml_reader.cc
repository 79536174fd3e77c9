// SPDX-License-Identifier: MIT
#include "parser/xml_reader.h"

#include <pugixml.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "parser/deviation_log.h"
#include "parser/field_text.h"
#include "parser/markup.h"
#include "parser/xml_text.h"

namespace dmarcq {
namespace {

// ---------------------------------------------------------------------------------------------------------------------
// Names

/// The element names of both dialects.
enum class Tag : std::uint8_t {
  unknown, adkim, aspf, auth_results, begin, comment, count, date_range, discovery_method, disposition, dkim, domain,
  email, end, envelope_from, envelope_to, error, extra_contact_info, fo, generator, header_from, human_result,
  identifiers, identities, np, org_name, p, pct, policy_evaluated, policy_published, psd, reason, record, report_id,
  report_metadata, result, row, scope, selector, source_ip, sp, spf, t, testing, type, version
};

/// By length first: this is called for every element of every report.
Tag tag_of(std::string_view name) {
#define DMARCQ_NAME(word) \
  if (std::memcmp(name.data(), #word, sizeof #word - 1) == 0) return Tag::word
  switch (name.size()) {
    case 1:
      DMARCQ_NAME(p);
      DMARCQ_NAME(t);
      break;
    case 2:
      DMARCQ_NAME(sp);
      DMARCQ_NAME(np);
      DMARCQ_NAME(fo);
      break;
    case 3:
      DMARCQ_NAME(spf);
      DMARCQ_NAME(row);
      DMARCQ_NAME(end);
      DMARCQ_NAME(pct);
      DMARCQ_NAME(psd);
      break;
    case 4:
      DMARCQ_NAME(dkim);
      DMARCQ_NAME(type);
      DMARCQ_NAME(aspf);
      break;
    case 5:
      DMARCQ_NAME(count);
      DMARCQ_NAME(scope);
      DMARCQ_NAME(begin);
      DMARCQ_NAME(email);
      DMARCQ_NAME(error);
      DMARCQ_NAME(adkim);
      break;
    case 6:
      DMARCQ_NAME(domain);
      DMARCQ_NAME(result);
      DMARCQ_NAME(record);
      DMARCQ_NAME(reason);
      break;
    case 7:
      DMARCQ_NAME(comment);
      DMARCQ_NAME(version);
      DMARCQ_NAME(testing);
      break;
    case 8:
      DMARCQ_NAME(selector);
      DMARCQ_NAME(org_name);
      break;
    case 9:
      DMARCQ_NAME(source_ip);
      DMARCQ_NAME(report_id);
      DMARCQ_NAME(generator);
      break;
    case 10:
      DMARCQ_NAME(identities);
      DMARCQ_NAME(date_range);
      break;
    case 11:
      DMARCQ_NAME(disposition);
      DMARCQ_NAME(identifiers);
      DMARCQ_NAME(header_from);
      DMARCQ_NAME(envelope_to);
      break;
    case 12:
      DMARCQ_NAME(auth_results);
      DMARCQ_NAME(human_result);
      break;
    case 13:
      DMARCQ_NAME(envelope_from);
      break;
    case 15:
      DMARCQ_NAME(report_metadata);
      break;
    case 16:
      DMARCQ_NAME(policy_evaluated);
      DMARCQ_NAME(policy_published);
      DMARCQ_NAME(discovery_method);
      break;
    case 18:
      DMARCQ_NAME(extra_contact_info);
      break;
    default: break;
  }
#undef DMARCQ_NAME
  return Tag::unknown;
}

// ---------------------------------------------------------------------------------------------------------------------
// Words: the leniency of section "Reading rules" of the project's notes on reporters, in one place

/// Words outside the vocabulary whose meaning is not in doubt. In: lower case.
template <class Enum> std::optional<Enum> alias_of(std::string_view) { return std::nullopt; }
template <> std::optional<SpfResult> alias_of(std::string_view word) {
  if (word == "hardfail") return SpfResult::fail;      // docomo
  if (word == "unknown") return SpfResult::temperror;  // RFC 7489 Appendix C names these two; OpenDMARC sends the first
  if (word == "error") return SpfResult::permerror;
  return std::nullopt;
}
template <> std::optional<Alignment> alias_of(std::string_view word) {
  if (word == "relaxed") return Alignment::relaxed;
  if (word == "strict") return Alignment::strict;
  return std::nullopt;
}

/// Ends the reading of a document; caught in parse_report() alone.
struct Refused {
  Error error;
};
[[noreturn]] void refuse(Fault fault, std::string text) { throw Refused{{fault, std::move(text), {}}}; }
[[noreturn]] void refuse_limit(std::string name, std::string text) {
  throw Refused{{Fault::limit, std::move(text), std::move(name)}};
}

// Elements and attributes of one child of the root: a tree of more would cost too much memory. Real ones have some tens.
constexpr std::size_t most_nodes = 200'000;
constexpr std::size_t most_errors = 50;
// The deepest element of ours is root/record/row/policy_evaluated/reason/type. Up to here depth needs no look.
constexpr std::size_t least_depth = 8;
constexpr unsigned most_unclosed = 8;
constexpr std::uint64_t most_messages = ~std::uint64_t{0};
constexpr std::string_view space = " \t\r\n";
constexpr std::string_view space_or_nul = " \t\r\n\x01";  // see parse_report()

// ---------------------------------------------------------------------------------------------------------------------
// Meaning: from trees to the report

/// A node of pugixml's tree.
class TreeNode {
 public:
  TreeNode(pugi::xml_node node) : node_(node) {}
  explicit operator bool() const { return static_cast<bool>(node_); }
  TreeNode first_child() const { return node_.first_child(); }
  TreeNode next_sibling() const { return node_.next_sibling(); }
  bool has_children() const { return static_cast<bool>(node_.first_child()); }
  bool is_element() const { return node_.type() == pugi::node_element; }
  bool is_text() const { return node_.type() == pugi::node_pcdata; }
  bool is_cdata() const { return node_.type() == pugi::node_cdata; }
  bool is_doctype() const { return node_.type() == pugi::node_doctype; }
  std::string_view name() const { return node_.name(); }   ///< "" of anything but an element
  TextShape shape() const { return shape_of(value()); }
  std::string_view value() const { return node_.value(); }  ///< of an element: the text in front of its first child
  pugi::xml_node tree() const { return node_; }

 private:
  pugi::xml_node node_;
};

/// A node of a plain record: see PlainRecords.
struct Plain {
  std::string_view name, value;
  Tag tag = Tag::unknown;
  bool has_children = false;
  TextShape shape;         ///< of value
  std::uint32_t next = 0;  ///< distance to the next sibling, 0 without one
};
class PlainNode {
 public:
  PlainNode(const Plain* node) : node_(node) {}
  explicit operator bool() const { return node_ != nullptr; }
  PlainNode first_child() const { return node_->has_children ? node_ + 1 : nullptr; }
  PlainNode next_sibling() const { return node_->next > 0 ? node_ + node_->next : nullptr; }
  bool has_children() const { return node_->has_children; }
  static constexpr bool is_element() { return true; }
  static constexpr bool is_text() { return false; }
  static constexpr bool is_cdata() { return false; }
  static constexpr bool is_doctype() { return false; }
  std::string_view name() const { return node_->name; }
  std::string_view value() const { return node_->value; }
  TextShape shape() const { return node_->shape; }
  Tag tag() const { return node_->tag; }

 private:
  const Plain* node_;
};

/// A single-valued child may come once; more are noted and left unread.
class Once {
 public:
  bool first(Tag tag) {
    const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(tag);
    const bool first = !(seen_ & bit);
    seen_ |= bit;
    return first;
  }
  bool has(Tag tag) const { return seen_ & std::uint64_t{1} << static_cast<unsigned>(tag); }

 private:
  std::uint64_t seen_ = 0;
};
static_assert(static_cast<unsigned>(Tag::version) < 64);

class Mapper {
 public:
  Mapper(const Limits& limits, ParsedReport& out) : limits_(limits), out_(out), log_(out.deviations) {}

  /// The root's start tag.
  void root(std::string_view name, std::string_view tag);
  /// One child of the root: an element of any name, or text.
  void child(pugi::xml_node);
  void plain_record(PlainNode node) { record(node); }
  /// There is one more <record>: may there be?
  void expect_record() const;
  /// A <record> that could not be made a tree.
  void broken_record(std::string_view why);
  /// Text where only elements should be.
  void stray_text(std::string_view where, std::string_view raw);
  /// The end tag has been seen: is all there that makes a report one?
  void finish();

  Tag tag_of_child(std::string_view qualified, std::string_view tag_text) const;
  void repaired(std::string_view where, std::string_view found, std::string_view read_as) {
    out_.well_formed = false;
    log_.add(record_, where, found, read_as);
  }
  /// The same for the child of the root that is about to be read.
  void repaired_child(Tag tag, std::string_view name, std::string_view found, std::string_view read_as) {
    out_.well_formed = false;
    if (tag == Tag::record) log_.add(records_seen_ + 1, "", found, read_as);
    else log_.add(0, name, found, read_as);
  }
  std::size_t records_seen() const { return records_seen_; }
  DeviationLog& log() { return log_; }

 private:
  void metadata(TreeNode);
  void date_range(TreeNode);
  void policy(TreeNode);
  template <class Node> void record(Node);
  template <class Node> bool row(Node, Record&, std::optional<std::uint64_t>& count, std::string_view& why_unusable);
  template <class Node> void policy_evaluated(Node, PolicyEvaluated&);
  template <class Node> void reason(Node, PolicyEvaluated&);
  template <class Node> void identifiers(Node, Record&);
  template <class Node> void auth_results(Node, Record&);
  template <class Node> void dkim(Node, Record&);
  template <class Node> void spf(Node, Record&);

  /// Calls `body(Tag, node)` for each child element with a name of ours; notes the others.
  template <class Node, class Body> void each_child(Node parent, std::string_view where, Body&& body);
  Tag tag(TreeNode) const;
  static Tag tag(PlainNode node) { return node.tag(); }
  template <class Node> void unknown_child(Node, std::string_view where);
  template <class Node> void several(std::string_view where, Node);
  /// What is not read is still measured.
  void check_depth(TreeNode) const;
  static void check_depth(PlainNode) {}  // PlainRecords did

  /// The text between the tags of a leaf, into `value`.
  template <class Node> void text(Node, std::string_view where, std::string& value);
  template <class Node> void domain(Node, std::string_view where, std::string& value);
  template <class Node, class Enum> void word(Node, std::string_view where, Word<Enum>&);
  /// The one piece of text of a leaf that is `plain`; nothing if it has to be put together or cleaned.
  template <class Node> static bool plain_text(Node, std::string_view& value, bool& has_upper);
  template <class Node> void assembled_text(Node, std::string_view where, std::string& value);

  static void add_messages(std::uint64_t& sum, std::uint64_t count) {
    sum = count > most_messages - sum ? most_messages : sum + count;
  }

  const Limits& limits_;
  ParsedReport& out_;
  DeviationLog log_;
  std::size_t record_ = 0;        ///< number of the record being read, 0 outside
  std::size_t records_seen_ = 0;
  Once seen_, dates_seen_;
  std::string begin_text_, end_text_;
  std::string root_prefix_, root_namespace_;
  std::vector<std::pair<std::string, std::string>> namespaces_;  ///< prefixes declared at the root
};

void Mapper::root(std::string_view name, std::string_view tag_text) {
  root_prefix_ = prefix_of(name);
  for (const auto& [attribute, value] : attributes_of(tag_text)) {
    if (attribute.starts_with("xmlns:")) namespaces_.emplace_back(attribute.substr(6), value);
    if (attribute == "xmlns" ? root_prefix_.empty() : attribute.starts_with("xmlns:") && attribute.substr(6) == root_prefix_)
      root_namespace_ = value;
  }
  TextFlaws flaws;
  append_decoded(out_.report.xml_namespace, root_namespace_, flaws);
  tidy(out_.report.xml_namespace, limits_.field_size, flaws);
}

/// Local names decide. But a prefix that is declared for a namespace other than the root's marks an extension
/// (RFC 9990 section 5), whose "dkim" would not be ours.
Tag Mapper::tag_of_child(std::string_view qualified, std::string_view tag_text) const {
  if (const Tag known = tag_of(qualified); known != Tag::unknown) return known;
  const std::string_view prefix = prefix_of(qualified);
  if (prefix != root_prefix_ && !prefix.empty()) {
    for (const auto& [attribute, value] : attributes_of(tag_text))
      if (attribute.starts_with("xmlns:") && attribute.substr(6) == prefix && value != root_namespace_) return Tag::unknown;
    for (const auto& [declared, value] : namespaces_)
      if (declared == prefix && value != root_namespace_) return Tag::unknown;
  }
  return tag_of(local_name(qualified));
}

Tag Mapper::tag(TreeNode node) const {
  const std::string_view qualified = node.name();
  const Tag known = tag_of(qualified);
  if (known != Tag::unknown || qualified.find(':') == std::string_view::npos) return known;
  const std::string_view prefix = prefix_of(qualified);
  if (prefix != root_prefix_) {
    for (const pugi::xml_attribute attribute : node.tree().attributes()) {
      const std::string_view attribute_name = attribute.name();
      if (attribute_name.starts_with("xmlns:") && attribute_name.substr(6) == prefix && attribute.value() != root_namespace_)
        return Tag::unknown;
    }
  }
  return tag_of_child(qualified, {});
}

template <class Node> void Mapper::several(std::string_view where, Node node) {
  log_.add(record_, std::string(where).append(where.empty() ? "" : "/").append(local_name(node.name())), "several", "the first");
  check_depth(node);
}

void Mapper::check_depth(TreeNode of) const {
  const pugi::xml_node top = of.tree();
  std::size_t depth = 1;  // the root's children are those of the tree
  for (pugi::xml_node node = top.parent(); node; node = node.parent()) ++depth;
  for (pugi::xml_node node = top.first_child(); node;) {
    if (node.type() == pugi::node_element && depth + 1 > limits_.xml_depth)
      refuse_limit("xml_depth", "elements nested more than " + std::to_string(limits_.xml_depth) + " deep");
    if (node.first_child()) {
      node = node.first_child();
      ++depth;
      continue;
    }
    while (node != top && !node.next_sibling()) {
      node = node.parent();
      --depth;
    }
    if (node == top) return;
    node = node.next_sibling();
  }
}

template <class Node> void Mapper::unknown_child(Node node, std::string_view where) {
  std::string path(where);
  if (!path.empty()) path += '/';
  if (node.is_element()) {
    log_.add(record_, path + shortened(node.name(), 64), "unknown element", "ignored");
    check_depth(node);
  } else if (node.is_text() || node.is_cdata()) {
    stray_text(where, node.value());
  } else if (node.is_doctype()) {
    refuse(Fault::malformed_xml, "a document type declaration (DTD) is refused");
  }
}

template <class Node, class Body> void Mapper::each_child(Node parent, std::string_view where, Body&& body) {
  // Text in front of the first child is embedded in the parent.
  if (const std::string_view embedded = parent.value(); !embedded.empty()) stray_text(where, embedded);
  for (Node node = parent.first_child(); node; node = node.next_sibling()) {
    const Tag known = tag(node);
    if (known == Tag::unknown || !body(known, node)) unknown_child(node, where);
  }
}

template <class Node> bool Mapper::plain_text(Node node, std::string_view& value, bool& has_upper) {
  if (node.has_children()) return false;
  value = node.value();
  const TextShape shape = node.shape();
  has_upper = shape.has_upper;
  return shape.plain || value.empty();
}

template <class Node> void Mapper::assembled_text(Node node, std::string_view where, std::string& value) {
  TextFlaws flaws;
  std::string joined;
  append_decoded(joined, node.value(), flaws);
  bool elements = false;
  for (Node piece = node.first_child(); piece; piece = piece.next_sibling()) {
    if (piece.is_text()) append_decoded(joined, piece.value(), flaws);
    else if (piece.is_cdata()) joined += piece.value();
    else if (piece.is_element()) elements = true;
  }
  if (elements) {
    log_.add(record_, where, "elements inside text", "ignored");
    check_depth(node);
  }
  if (!flaws.reference.empty()) repaired(where, flaws.reference, "text");
  tidy(joined, limits_.field_size, flaws);
  if (flaws.control) log_.add(record_, where, "control characters", "U+FFFD");
  if (flaws.cut) log_.add(record_, where, "more than " + std::to_string(limits_.field_size) + " bytes", "cut (limit:field_size)");
  value = std::move(joined);
}

template <class Node> void Mapper::text(Node node, std::string_view where, std::string& value) {
  std::string_view plain;
  bool has_upper;
  if (plain_text(node, plain, has_upper) && plain.size() <= limits_.field_size) value.assign(plain);
  else assembled_text(node, where, value);
}

template <class Node> void Mapper::domain(Node node, std::string_view where, std::string& value) {
  std::string_view plain;
  bool has_upper = true;
  if (plain_text(node, plain, has_upper) && plain.size() <= limits_.field_size) {
    value.assign(plain);
  } else {
    has_upper = true;
    assembled_text(node, where, value);
  }
  if (has_upper) lower_ascii(value);
  if (value.ends_with('.')) value.pop_back();
}

template <class Node, class Enum> void Mapper::word(Node node, std::string_view where, Word<Enum>& word) {
  if (!node.has_children()) {
    word.known = from_text<Enum>(node.value());
    if (word.known) return;
  }
  std::string value;
  assembled_text(node, where, value);
  if (value.empty()) {
    log_.add(record_, where, "", "absent");
    return;
  }
  word.known = from_text<Enum>(value);
  if (word.known) return;  // white space around it
  std::string lower = value;
  lower_ascii(lower);
  word.known = from_text<Enum>(lower);
  if (!word.known) word.known = alias_of<Enum>(lower);
  log_.add(record_, where, value, word.known ? to_text(*word.known) : "unknown word, kept");
  if (!word.known) word.other = std::move(value);
}

void Mapper::child(pugi::xml_node tree) {
  const TreeNode node = tree;
  const Tag known = tag(node);
  switch (known) {
    case Tag::record: record(node); return;
    case Tag::report_metadata:
      if (seen_.first(known)) metadata(node);
      else several("", node);
      return;
    case Tag::policy_published:
      if (seen_.first(known)) policy(node);
      else several("", node);
      return;
    case Tag::version:
      if (seen_.first(known)) text(node, "version", out_.report.version);
      else several("", node);
      return;
    default: unknown_child(node, "");
  }
}

void Mapper::stray_text(std::string_view where, std::string_view raw) {
  const std::size_t first = raw.find_first_not_of(space);
  if (first == std::string_view::npos) return;
  raw = raw.substr(first, raw.find_last_not_of(space) - first + 1);
  log_.add(record_, where, raw, "text between elements: ignored");
}

void Mapper::metadata(TreeNode node) {
  ReportMetadata& metadata = out_.report.metadata;
  Once once;
  each_child(node, "report_metadata", [&](Tag tag, auto child) {
    const auto first = [&] {
      if (once.first(tag)) return true;
      several("report_metadata", child);
      return false;
    };
    switch (tag) {
      case Tag::org_name:
        if (first()) text(child, "report_metadata/org_name", metadata.org_name);
        return true;
      case Tag::email:
        if (first()) text(child, "report_metadata/email", metadata.email);
        return true;
      case Tag::extra_contact_info:
        if (first()) text(child, "report_metadata/extra_contact_info", metadata.extra_contact_info);
        return true;
      case Tag::report_id:
        if (first()) text(child, "report_metadata/report_id", metadata.report_id);
        return true;
      case Tag::generator:
        if (first()) text(child, "report_metadata/generator", metadata.generator);
        return true;
      case Tag::date_range:
        if (first()) date_range(child);
        return true;
      case Tag::error: {
        std::string error;
        text(child, "report_metadata/error", error);
        if (error.empty()) return true;
        if (metadata.errors.size() < most_errors) metadata.errors.push_back(std::move(error));
        else log_.add(0, "report_metadata/error", "more than " + std::to_string(most_errors), "the first");
        return true;
      }
      default: return false;
    }
  });
  // RFC 9990 section 3.1.1.3 requires them; they are part of how a report is known again, so their lack is worth a note.
  if (metadata.org_name.empty()) log_.add(0, "report_metadata/org_name", "", "absent");
  if (metadata.report_id.empty()) log_.add(0, "report_metadata/report_id", "", "absent");
}

void Mapper::date_range(TreeNode node) {
  seen_.first(Tag::date_range);
  each_child(node, "report_metadata/date_range", [&](Tag tag, auto child) {
    if (tag != Tag::begin && tag != Tag::end) return false;
    const bool begin = tag == Tag::begin;
    if (dates_seen_.first(tag))
      text(child, begin ? "report_metadata/date_range/begin" : "report_metadata/date_range/end", begin ? begin_text_ : end_text_);
    else
      several("report_metadata/date_range", child);
    return true;
  });
}

void Mapper::policy(TreeNode node) {
  PolicyPublished& policy = out_.report.policy_published;
  Once once;
  std::string t;
  each_child(node, "policy_published", [&](Tag tag, auto child) {
    const auto first = [&] {
      if (once.first(tag)) return true;
      several("policy_published", child);
      return false;
    };
    switch (tag) {
      case Tag::domain:
        if (first()) domain(child, "policy_published/domain", policy.domain);
        return true;
      case Tag::p:
        if (first()) word(child, "policy_published/p", policy.p);
        return true;
      case Tag::sp:
        if (first()) word(child, "policy_published/sp", policy.sp);
        return true;
      case Tag::np:
        if (first()) word(child, "policy_published/np", policy.np);
        return true;
      case Tag::adkim:
        if (first()) word(child, "policy_published/adkim", policy.adkim);
        return true;
      case Tag::aspf:
        if (first()) word(child, "policy_published/aspf", policy.aspf);
        return true;
      case Tag::pct:
        if (first()) text(child, "policy_published/pct", policy.pct);
        return true;
      case Tag::fo:
        if (first()) text(child, "policy_published/fo", policy.fo);
        return true;
      case Tag::testing:
        if (first()) domain(child, "policy_published/testing", policy.testing);
        return true;
      case Tag::t:  // Mail::DMARC writes the DNS record's own tags t and psd in place of <testing>
        if (first()) domain(child, "policy_published/t", t);
        return true;
      case Tag::discovery_method:
        if (first()) word(child, "policy_published/discovery_method", policy.discovery_method);
        return true;
      default: return false;
    }
  });
  if (once.has(Tag::t)) {
    log_.add(0, "policy_published/t", t, "testing");
    if (policy.testing.empty()) policy.testing = std::move(t);
  }
  if (!once.has(Tag::p)) log_.add(0, "policy_published/p", "", "absent");
}

void Mapper::expect_record() const {
  if (records_seen_ >= limits_.records) refuse_limit("records", "more than " + std::to_string(limits_.records) + " records");
}

void Mapper::broken_record(std::string_view why) {
  expect_record();
  record_ = ++records_seen_;
  ++out_.unusable_records;
  repaired("", why, "record left out");
  record_ = 0;
}

template <class Node> void Mapper::record(Node node) {
  expect_record();
  record_ = ++records_seen_;
  Record& record = out_.report.records.emplace_back();
  std::optional<std::uint64_t> count;
  Once once;
  bool usable = false;
  std::string_view why = "row";
  each_child(node, "", [&](Tag tag, auto child) {
    switch (tag) {
      case Tag::row:
        if (once.first(tag)) usable = row(child, record, count, why);
        else several("", child);
        return true;
      case Tag::identities:  // unipi.it, petesrs, passco
        log_.add(record_, "identities", "unknown element", "identifiers");
        [[fallthrough]];
      case Tag::identifiers:
        if (once.first(Tag::identifiers)) identifiers(child, record);
        else several("", child);
        return true;
      case Tag::auth_results:
        if (once.first(tag)) auth_results(child, record);
        else several("", child);
        return true;
      default: return false;
    }
  });
  if (usable) {
    if (record.header_from.empty()) log_.add(record_, "identifiers/header_from", "", "absent");
    if (!once.has(Tag::auth_results)) log_.add(record_, "auth_results", "", "absent");
  } else {
    if (why == "row") log_.add(record_, "row", "", "record left out");
    ++out_.unusable_records;
    if (count) add_messages(out_.unusable_messages, *count);
    out_.report.records.pop_back();
  }
  record_ = 0;
}

template <class Node> bool Mapper::row(Node node, Record& record, std::optional<std::uint64_t>& count, std::string_view& why) {
  Once once;
  bool address = false;
  std::string other_ip, other_count;
  each_child(node, "row", [&](Tag tag, auto child) {
    std::string_view raw;
    bool has_upper;
    switch (tag) {
      case Tag::source_ip:
        if (!once.first(tag)) {
          several("row", child);
          return true;
        }
        if (!plain_text(child, raw, has_upper)) {
          assembled_text(child, "row/source_ip", other_ip);
          raw = other_ip;
        }
        if (const auto parsed = IpAddress::parse(raw)) {
          record.source_ip = *parsed;
          address = true;
        } else {
          other_ip = raw;
        }
        return true;
      case Tag::count:
        if (!once.first(tag)) {
          several("row", child);
          return true;
        }
        if (!plain_text(child, raw, has_upper)) {
          assembled_text(child, "row/count", other_count);
          raw = other_count;
        }
        count = count_from(raw);
        if (!count) other_count = raw;
        return true;
      case Tag::policy_evaluated:
        if (once.first(tag)) policy_evaluated(child, record.policy_evaluated);
        else several("row", child);
        return true;
      default: return false;
    }
  });
  why = "";
  if (!address) log_.add(record_, "row/source_ip", other_ip, "record left out");
  if (!count) log_.add(record_, "row/count", other_count, "record left out");
  if (!address || !count) return false;
  record.count = *count;
  if (!once.has(Tag::policy_evaluated)) log_.add(record_, "row/policy_evaluated", "", "absent");
  return true;
}

template <class Node> void Mapper::policy_evaluated(Node node, PolicyEvaluated& evaluated) {
  Once once;
  each_child(node, "row/policy_evaluated", [&](Tag tag, auto child) {
    const auto first = [&] {
      if (once.first(tag)) return true;
      several("row/policy_evaluated", child);
      return false;
    };
    switch (tag) {
      case Tag::disposition:
        if (first()) word(child, "row/policy_evaluated/disposition", evaluated.disposition);
        return true;
      case Tag::dkim:
        if (first()) word(child, "row/policy_evaluated/dkim", evaluated.dkim);
        return true;
      case Tag::spf:
        if (first()) word(child, "row/policy_evaluated/spf", evaluated.spf);
        return true;
      case Tag::reason: reason(child, evaluated); return true;
      default: return false;
    }
  });
  // AOL, and Google in 2012, leave out what did not pass: absent is not aligned.
  if (!once.has(Tag::dkim)) log_.add(record_, "row/policy_evaluated/dkim", "", "absent");
  if (!once.has(Tag::spf)) log_.add(record_, "row/policy_evaluated/spf", "", "absent");
}

template <class Node> void Mapper::reason(Node node, PolicyEvaluated& evaluated) {
  if (evaluated.reasons.size() >= limits_.reasons) {
    log_.add(record_, "row/policy_evaluated/reason", "more than " + std::to_string(limits_.reasons), "the first (limit:reasons)");
    check_depth(node);
    return;
  }
  PolicyOverrideReason& reason = evaluated.reasons.emplace_back();
  Once once;
  each_child(node, "row/policy_evaluated/reason", [&](Tag tag, auto child) {
    if (tag == Tag::type) {
      if (once.first(tag)) word(child, "row/policy_evaluated/reason/type", reason.type);  // KDDI: empty
      else several("row/policy_evaluated/reason", child);
    } else if (tag == Tag::comment) {
      if (once.first(tag)) text(child, "row/policy_evaluated/reason/comment", reason.comment);
      else several("row/policy_evaluated/reason", child);
    } else {
      return false;
    }
    return true;
  });
  if (reason.type.absent() && reason.comment.empty()) {
    evaluated.reasons.pop_back();
    log_.add(record_, "row/policy_evaluated/reason", "", "left out: empty");
  }
}

template <class Node> void Mapper::identifiers(Node node, Record& record) {
  Once once;
  each_child(node, "identifiers", [&](Tag tag, auto child) {
    const auto first = [&] {
      if (once.first(tag)) return true;
      several("identifiers", child);
      return false;
    };
    switch (tag) {
      case Tag::header_from:
        if (first()) domain(child, "identifiers/header_from", record.header_from);
        return true;
      case Tag::envelope_from:
        if (first()) domain(child, "identifiers/envelope_from", record.envelope_from);
        return true;
      case Tag::envelope_to:
        if (first()) domain(child, "identifiers/envelope_to", record.envelope_to);
        return true;
      default: return false;
    }
  });
}

template <class Node> void Mapper::auth_results(Node node, Record& record) {
  each_child(node, "auth_results", [&](Tag tag, auto child) {
    if (tag == Tag::dkim) dkim(child, record);
    else if (tag == Tag::spf) spf(child, record);
    else return false;
    return true;
  });
}

template <class Node> void Mapper::dkim(Node node, Record& record) {
  if (record.dkim.size() >= limits_.dkim_results) {
    log_.add(record_, "auth_results/dkim", "more than " + std::to_string(limits_.dkim_results), "the first (limit:dkim_results)");
    check_depth(node);
    return;
  }
  DkimAuthResult& dkim = record.dkim.emplace_back();
  Once once;
  each_child(node, "auth_results/dkim", [&](Tag tag, auto child) {
    const auto first = [&] {
      if (once.first(tag)) return true;
      several("auth_results/dkim", child);
      return false;
    };
    switch (tag) {
      case Tag::domain:
        if (first()) domain(child, "auth_results/dkim/domain", dkim.domain);
        return true;
      case Tag::selector:
        if (first()) text(child, "auth_results/dkim/selector", dkim.selector);
        return true;
      case Tag::result:
        if (first()) word(child, "auth_results/dkim/result", dkim.result);
        return true;
      case Tag::human_result:
        if (first()) text(child, "auth_results/dkim/human_result", dkim.human_result);
        return true;
      default: return false;
    }
  });
  if (dkim.domain.empty() && dkim.result.absent()) {  // gosecure.net: up to ten empty ones a record
    record.dkim.pop_back();
    log_.add(record_, "auth_results/dkim", "", "left out: empty");
  }
}

template <class Node> void Mapper::spf(Node node, Record& record) {
  if (record.spf.size() >= limits_.spf_results) {
    log_.add(record_, "auth_results/spf", "more than " + std::to_string(limits_.spf_results), "the first (limit:spf_results)");
    check_depth(node);
    return;
  }
  SpfAuthResult& spf = record.spf.emplace_back();
  Once once;
  each_child(node, "auth_results/spf", [&](Tag tag, auto child) {
    const auto first = [&] {
      if (once.first(tag)) return true;
      several("auth_results/spf", child);
      return false;
    };
    switch (tag) {
      case Tag::domain:
        if (first()) domain(child, "auth_results/spf/domain", spf.domain);
        return true;
      case Tag::scope:
        if (first()) word(child, "auth_results/spf/scope", spf.scope);
        return true;
      case Tag::result:
        if (first()) word(child, "auth_results/spf/result", spf.result);
        return true;
      case Tag::human_result:
        if (first()) text(child, "auth_results/spf/human_result", spf.human_result);
        return true;
      default: return false;
    }
  });
  if (spf.domain.empty() && spf.result.absent()) {
    record.spf.pop_back();
    log_.add(record_, "auth_results/spf", "", "left out: empty");
  }
}

void Mapper::finish() {
  std::string lacks;
  const auto lack = [&](std::string_view what) { lacks.append(lacks.empty() ? "no " : "; no ").append(what); };
  if (!seen_.has(Tag::report_metadata)) lack("report_metadata");
  else if (!seen_.has(Tag::date_range)) lack("date_range in report_metadata");
  else {
    if (begin_text_.empty()) lack("begin in date_range");
    if (end_text_.empty()) lack("end in date_range");
  }
  if (!seen_.has(Tag::policy_published)) lack("policy_published");
  else if (out_.report.policy_published.domain.empty()) lack("domain in policy_published");
  if (!lacks.empty()) refuse(Fault::invalid_report, lacks);

  const auto seconds = [](std::string_view name, std::string_view text) {
    const auto value = epoch_from(text);
    if (!value) refuse(Fault::invalid_report, std::string(name) + " in date_range is not a number of seconds: '" + shortened(text, 40) + "'");
    // Days are stored in 16 bits (calendar.h); milliseconds, which some send, end here too.
    if (*value >= std::int64_t{65'536} * 86'400)
      refuse(Fault::invalid_report, std::string(name) + " in date_range is after 2149: " + shortened(text, 40));
    return *value;
  };
  ReportMetadata& metadata = out_.report.metadata;
  metadata.begin = seconds("begin", begin_text_);
  metadata.end = seconds("end", end_text_);
  if (metadata.end < metadata.begin) refuse(Fault::invalid_report, "date_range ends before it begins");
}

// ---------------------------------------------------------------------------------------------------------------------
// Document: from text to trees, piece by piece

/// Loads pieces of text as trees; its buffers are used again and again.
class Loader {
 public:
  bool load(std::string_view piece) {
    // One line end in front keeps pugixml from taking U+FEFF at the start of a piece for a byte order mark.
    if (buffer_.size() < piece.size() + 2) buffer_.resize(piece.size() + 2);
    buffer_[0] = '\n';
    std::memcpy(buffer_.data() + 1, piece.data(), piece.size());
    buffer_[piece.size() + 1] = '\0';
    // References are resolved in field_text.cc, so that unknown ones are seen. White space between a comment and a CDATA
    // section is text, but keeping all of it costs a third of the time: only where there is a '!' (usually nowhere).
    unsigned flags = pugi::parse_fragment | pugi::parse_cdata | pugi::parse_doctype | pugi::parse_embed_pcdata;
    if (std::memchr(piece.data(), '!', piece.size())) flags |= pugi::parse_ws_pcdata;
    result_ = tree_.load_buffer_inplace(buffer_.data(), piece.size() + 2, flags, pugi::encoding_utf8);
    return result_.status == pugi::status_ok;
  }
  const pugi::xml_document& tree() const { return tree_; }
  std::string_view reason() const { return result_.description(); }

 private:
  std::vector<char> buffer_;
  pugi::xml_document tree_;
  pugi::xml_parse_result result_;
};

/// Reads a <record> without a tree, when it is as most are: elements without attributes that hold either elements and
/// white space, or text; no comment, no CDATA, no processing instruction. This is the same as what pugixml makes of it
/// (a test compares them for every fixture), in less than half the time; anything else is left to pugixml.
class PlainRecords {
 public:
  PlainRecords(const Mapper& mapper, std::size_t max_depth) : mapper_(mapper), max_depth_(std::min(max_depth, most_open)) {}
  /// The record at `at`, which is moved behind it; null if it is not plain. Valid until the next call.
  const Plain* next(std::string_view text, std::size_t& at);

 private:
  static constexpr std::size_t most_open = 16, most_plain_nodes = 4096;

  const Mapper& mapper_;
  std::size_t max_depth_;
  std::vector<Plain> nodes_;
};

/// memcmp for names: they are short, and a call costs more than they do.
bool same(const char* a, const char* b, std::size_t length) {
  const auto equal = [&]<class Block>(Block x, std::size_t at) {
    Block y;
    std::memcpy(&x, a + at, sizeof x);
    std::memcpy(&y, b + at, sizeof y);
    return x == y;
  };
  if (length > 16) return std::memcmp(a, b, length) == 0;
  if (length >= 8) return equal(std::uint64_t{}, 0) && equal(std::uint64_t{}, length - 8);
  if (length >= 4) return equal(std::uint32_t{}, 0) && equal(std::uint32_t{}, length - 4);
  for (std::size_t i = 0; i < length; ++i)
    if (a[i] != b[i]) return false;
  return true;
}

constexpr std::uint64_t each(char byte) { return 0x0101010101010101u * static_cast<unsigned char>(byte); }
constexpr bool little_endian = std::endian::native == std::endian::little;

/// The first that is no blank: indentation is a third of a report.
const char* skip_blanks(const char* p, const char* end) {
  if constexpr (little_endian) {
    for (std::uint64_t block; end - p >= 8; p += 8) {
      std::memcpy(&block, p, 8);
      if ((block ^= each(' ')) != 0) return p + std::countr_zero(block) / 8;
    }
  }
  while (p != end && *p == ' ') ++p;
  return p;
}

/// memchr, for what is near.
const char* find_byte(const char* p, const char* end, char byte) {
  if constexpr (little_endian) {
    for (std::uint64_t block; end - p >= 8; p += 8) {
      std::memcpy(&block, p, 8);
      block ^= each(byte);
      if (const std::uint64_t found = (block - each(1)) & ~block & each('\x80')) return p + std::countr_zero(found) / 8;
    }
  }
  while (p != end && *p != byte) ++p;
  return p;
}

const Plain* PlainRecords::next(std::string_view text, std::size_t& at) {
  const char* p = text.data() + at;
  const char* const end = text.data() + text.size();
  const auto skip_space = [&] {
    while (p != end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) p = skip_blanks(p + 1, end);
  };
  std::size_t count = 0, open = 0;
  std::array<std::uint32_t, most_open> stack;
  std::array<std::uint32_t, most_open> last_child;
  skip_space();
  do {
    // At a '<', between elements.
    if (end - p < 4 || *p != '<') return nullptr;
    ++p;
    if (*p == '/') {
      if (open == 0) return nullptr;
      ++p;
      const Plain& element = nodes_[stack[open - 1]];
      const std::size_t length = element.name.size();
      if (static_cast<std::size_t>(end - p) <= length || !same(p, element.name.data(), length) || p[length] != '>') return nullptr;
      p += length + 1;
      --open;
    } else {
      if (open + 2 > max_depth_) return nullptr;  // the record itself is at depth 2
      if (count == nodes_.size()) {
        if (count == most_plain_nodes) return nullptr;
        nodes_.emplace_back();
      }
      Plain& node = nodes_[count];
      node.name = {p, static_cast<std::size_t>(find_byte(p, end, '>') - p)};
      if (node.name.size() == static_cast<std::size_t>(end - p)) return nullptr;
      node.tag = tag_of(node.name);
      if (node.tag == Tag::unknown) {  // not necessarily a name at all
        if (node.name.empty() || markup_at(text, static_cast<std::size_t>(p - 1 - text.data())).kind != Markup::Kind::start ||
            node.name.find_first_of(" \t\r\n") != std::string_view::npos)
          return nullptr;
        node.tag = mapper_.tag_of_child(node.name, {});
      }
      p += node.name.size() + 1;
      node.value = {};
      node.has_children = false;
      node.next = 0;
      if (open == 0) {
        if (node.tag != Tag::record) return nullptr;
      } else {
        Plain& parent = nodes_[stack[open - 1]];
        if (parent.has_children) nodes_[last_child[open - 1]].next = static_cast<std::uint32_t>(count) - last_child[open - 1];
        parent.has_children = true;
        last_child[open - 1] = static_cast<std::uint32_t>(count);
      }
      if (p == end) return nullptr;
      if (*p != '<' && *p != '\n' && *p != '\r') {  // text, or indentation on the same line
        node.value = text_until_markup(p, end, node.shape);
        const char* const less = p + node.value.size();
        const std::size_t length_of_name = node.name.size();
        if (static_cast<std::size_t>(end - less) < length_of_name + 3) return nullptr;
        if (less[1] == '/') {
          if (!same(less + 2, node.name.data(), length_of_name) || less[2 + length_of_name] != '>') return nullptr;
          p = less + 3 + length_of_name;
          ++count;
          skip_space();
          continue;
        }
      }
      node.value = {};
      stack[open++] = static_cast<std::uint32_t>(count++);
    }
    if (open > 0) skip_space();
  } while (open > 0);
  at = static_cast<std::size_t>(p - text.data());
  return nodes_.data();
}

class DocumentReader {
 public:
  DocumentReader(std::string_view text, const Limits& limits, const Reading& reading, ParsedReport& out)
      : text_(text), limits_(limits), reading_(reading), out_(out), mapper_(limits, out), plain_(mapper_, limits.xml_depth) {}
  void read();

 private:
  void find_root();
  void content();
  bool plain_step(std::size_t end);
  bool fast_step(std::size_t end);
  void make_room(std::size_t from, std::size_t end);
  /// Reads what stands at `at_` up to the next border; false at the root's end tag.
  bool slow_step();
  void slow_child(const Markup&);
  void skip_broken_record(std::string_view why);
  void load_child(std::string_view element, const Extent&, std::size_t at, Tag);
  void behind_root();

  [[noreturn]] void malformed(std::size_t at, std::string what) const {
    refuse(Fault::malformed_xml, "line " + std::to_string(line_of(text_, at)) + ": " + std::move(what));
  }
  [[noreturn]] void truncated() const {
    refuse(Fault::truncated, "the document ends before its </" + shortened(root_name_, 64) + ">, after line " +
                                 std::to_string(line_of(text_, text_.size())));
  }
  [[noreturn]] static void dtd() { refuse(Fault::malformed_xml, "a document type declaration (DTD) is refused"); }
  [[noreturn]] void too_deep() const {
    refuse_limit("xml_depth", "elements nested more than " + std::to_string(limits_.xml_depth) + " deep");
  }

  std::string_view text_;
  const Limits& limits_;
  Reading reading_;
  ParsedReport& out_;
  Mapper mapper_;
  PlainRecords plain_;
  Loader loader_;
  std::string_view root_name_ = "feedback";
  bool root_empty_ = false;
  std::size_t at_ = 0;
  std::size_t content_at_ = 0;
  unsigned unclosed_ = 0;
  std::size_t first_broken_record_ = 0;  ///< its offset
  std::size_t broken_bytes_ = 0;         ///< read in vain for the ends of broken elements
};

void DocumentReader::find_root() {
  using Kind = Markup::Kind;
  std::string_view other;      // an element that is not <feedback>
  std::size_t other_at = 0;
  for (std::size_t at = 0;;) {
    const std::size_t next = text_.find('<', at);
    const std::string_view before = text_.substr(at, std::min(next, text_.size()) - at);
    if (other.empty() && before.find_first_not_of(space_or_nul) != std::string_view::npos && next != std::string_view::npos)
      mapper_.repaired("", before, "text before the root: ignored");
    if (next == std::string_view::npos) break;
    const Markup piece = markup_at(text_, next);
    at = piece.end;
    switch (piece.kind) {
      case Kind::doctype: {
        std::string_view name = text_.substr(at, 64);
        name.remove_prefix(std::min(name.find_first_not_of(" \t\r\n"), name.size()));
        if (name.starts_with("html") || name.starts_with("HTML")) {
          if (other.empty()) other = "html";
          break;
        }
        dtd();
      }
      case Kind::unfinished:
        if (!other.empty()) refuse(Fault::not_a_report, "the root element is <" + shortened(other, 64) + ">");
        truncated();
      case Kind::start:
      case Kind::empty:
        if (local_name(piece.name) == "feedback") {
          if (!other.empty()) {
            const bool closed = text_.find("</" + std::string(other), at) != std::string_view::npos;
            if (closed && local_name(other) != "schema")
              refuse(Fault::not_a_report, "the root element is <" + shortened(other, 64) + ">");
            mapper_.repaired("", text_.substr(other_at, text_.find('>', other_at) + 1 - other_at), "ignored");
          }
          root_name_ = piece.name;
          root_empty_ = piece.kind == Kind::empty;
          mapper_.root(piece.name, text_.substr(next, piece.end - next));
          at_ = content_at_ = piece.end;
          return;
        }
        if (other.empty()) {
          other = piece.name;
          other_at = next;
        }
        break;
      case Kind::stray:
      case Kind::cut_short:
        if (other.empty()) mapper_.repaired("", text_.substr(next, piece.end - next), "text before the root: ignored");
        break;
      default: break;
    }
  }
  if (!other.empty()) refuse(Fault::not_a_report, "the root element is <" + shortened(other, 64) + ">");
  if (text_.find_first_not_of(space_or_nul) == std::string_view::npos) refuse(Fault::truncated, "the document is empty");
  const std::size_t lead = text_.find_first_not_of(" \t\r\n");
  if (text_.substr(lead).starts_with("<?xml")) refuse(Fault::truncated, "the document ends before its root element");
  refuse(Fault::malformed_xml, "no XML inside: '" + shortened(text_, 40) + "'");
}

void DocumentReader::read() {
  find_root();
  if (!root_empty_) content();
  behind_root();
  if (out_.report.records.empty() && first_broken_record_ > 0)
    malformed(first_broken_record_, "the only record is not well-formed");
  mapper_.finish();
}

void DocumentReader::content() {
  // The last end tag of that name closes the root, unless it lies in a comment; then the steps below find out.
  const std::string end_tag = "</" + std::string(root_name_);
  std::size_t end = text_.size();
  do {
    end = end == 0 ? std::string_view::npos : text_.rfind(end_tag, end - 1);
    if (end == std::string_view::npos || end < content_at_) truncated();
  } while (markup_at(text_, end).kind != Markup::Kind::end || markup_at(text_, end).name != root_name_);

  for (;;) {
    if (at_ < end && limits_.xml_depth >= least_depth) {
      const std::size_t window = std::min(end - at_, std::max<std::size_t>(reading_.chunk_size, 1));
      if (!(reading_.shortcut && plain_step(end)) && !fast_step(end)) {
        for (const std::size_t resume = at_ + window; at_ < resume;)
          if (!slow_step()) return;
      }
    } else if (!slow_step()) {
      return;
    }
  }
}

/// The pieces are cut behind a </record>. Whether that place lies between two children of the root, and not in a comment,
/// need not be known: if the piece up to it is a sequence of complete elements for pugixml, it does.
bool DocumentReader::fast_step(std::size_t end) {
  std::size_t length = end - at_;
  if (length > reading_.chunk_size) {
    std::string record_end = "</";
    const std::string_view prefix = prefix_of(root_name_);
    if (!prefix.empty()) record_end.append(prefix).append(":");
    record_end += "record>";
    const std::size_t last = text_.substr(at_, reading_.chunk_size).rfind(record_end);
    if (last == std::string_view::npos) return false;
    length = last + record_end.size();
  }
  if (!loader_.load(text_.substr(at_, length))) return false;
  const std::size_t records_before = out_.report.records.size();
  mapper_.stray_text("", loader_.tree().value());  // text in front of the first child, if pugixml embeds it here
  for (pugi::xml_node node = loader_.tree().first_child(); node; node = node.next_sibling()) mapper_.child(node);
  at_ += length;
  if (records_before == 0) make_room(at_ - length, end);
  return true;
}

/// Records are large to move: makes room for as many as there will be, going by those since `from`.
void DocumentReader::make_room(std::size_t from, std::size_t end) {
  const std::size_t gained = out_.report.records.size();
  if (gained == 0 || at_ >= end) return;
  const std::size_t expected = gained + (end - at_) / std::max<std::size_t>((at_ - from) / gained, 64);
  out_.report.records.reserve(std::min(expected + expected / 16, limits_.records));
}

/// Plain records, as long as there are some.
bool DocumentReader::plain_step(std::size_t end) {
  const std::size_t from = at_;
  const std::string_view content = text_.substr(0, end);
  while (const Plain* const record = plain_.next(content, at_)) {
    mapper_.plain_record(record);
    if (mapper_.records_seen() == 50) make_room(from, end);
  }
  return at_ > from;
}

bool DocumentReader::slow_step() {
  using Kind = Markup::Kind;
  const std::size_t next = text_.find('<', at_);
  if (next == std::string_view::npos) truncated();
  mapper_.stray_text("", text_.substr(at_, next - at_));
  at_ = next;
  const Markup piece = markup_at(text_, at_);
  switch (piece.kind) {
    case Kind::unfinished: truncated();
    case Kind::doctype: dtd();
    case Kind::start:
    case Kind::empty: slow_child(piece); return true;
    case Kind::end:
      if (piece.name == root_name_) {
        at_ = piece.end;
        return false;
      }
      malformed(at_, "</" + shortened(piece.name, 64) + "> closes nothing");
    case Kind::cdata: mapper_.stray_text("", text_.substr(at_ + 9, piece.end - at_ - 12)); break;
    case Kind::stray:
    case Kind::cut_short: mapper_.repaired("", text_.substr(at_, piece.end - at_), "text between elements: ignored"); break;
    case Kind::comment:
    case Kind::instruction: break;
  }
  at_ = piece.end;
  return true;
}

void DocumentReader::slow_child(const Markup& start) {
  const std::size_t begin = at_;
  const Tag tag = mapper_.tag_of_child(start.name, text_.substr(begin, start.end - begin));
  if (tag == Tag::record) mapper_.expect_record();
  const Extent extent = element_at(text_, begin, 2, limits_.xml_depth);
  switch (extent.fault) {
    case Extent::Fault::none: break;
    case Extent::Fault::doctype: dtd();
    case Extent::Fault::too_deep: too_deep();
    case Extent::Fault::unfinished: truncated();
    case Extent::Fault::mismatch: {
      // An end tag that is missing is missed only at the end of the document; that must not happen again and again.
      broken_bytes_ += extent.end - begin;
      if (broken_bytes_ > 2 * text_.size() + (1u << 20)) malformed(begin, "too many broken elements");
      const std::string why = "<" + shortened(extent.open, 64) + "> is closed by </" + shortened(extent.found, 64) + ">";
      if (tag == Tag::record) {
        skip_broken_record(why);
        return;
      }
      const bool known = tag == Tag::report_metadata || tag == Tag::policy_published || tag == Tag::version;
      if (known || ++unclosed_ > most_unclosed || text_.find("</" + std::string(start.name), start.end) != std::string_view::npos)
        malformed(extent.end, why);
      mapper_.repaired("", text_.substr(begin, start.end - begin), "ignored");
      at_ = start.end;
      return;
    }
  }
  at_ = extent.end;
  load_child(text_.substr(begin, extent.end - begin), extent, begin, tag);
}

void DocumentReader::load_child(std::string_view element, const Extent& extent, std::size_t at, Tag tag) {
  const bool record = tag == Tag::record;
  std::string copy;
  if (extent.repairs) {
    std::string stray, cut;
    copy = repaired(element, stray, cut);
    const std::string name = shortened(local_name(markup_at(element, 0).name), 64);
    if (!stray.empty()) mapper_.repaired_child(tag, name, stray, "text");
    if (!cut.empty()) mapper_.repaired_child(tag, name, cut, "ignored");
    element = copy;
  }
  if (!record && tag != Tag::report_metadata && tag != Tag::policy_published && tag != Tag::version) {
    // An extension may be of any size; it needs no tree.
    const Markup start = markup_at(element, 0);
    mapper_.log().add(0, shortened(start.name, 64), "unknown element", "ignored");
    return;
  }
  if (extent.nodes > most_nodes) {
    if (!record) malformed(at, "more than " + std::to_string(most_nodes) + " elements in one");
    mapper_.broken_record("more than " + std::to_string(most_nodes) + " elements");
    return;
  }
  if (!loader_.load(element)) {
    if (!record) malformed(at, std::string(loader_.reason()));
    if (first_broken_record_ == 0) first_broken_record_ = at;
    mapper_.broken_record(loader_.reason());
    return;
  }
  for (pugi::xml_node node = loader_.tree().first_child(); node; node = node.next_sibling()) mapper_.child(node);
}

/// A record that is not well-formed ends behind the next </record>, or before the next <record> or the root's end.
void DocumentReader::skip_broken_record(std::string_view why) {
  using Kind = Markup::Kind;
  if (first_broken_record_ == 0) first_broken_record_ = at_;
  const std::string_view record_name = markup_at(text_, at_).name;
  mapper_.broken_record(why);
  for (at_ = markup_at(text_, at_).end;;) {
    const std::size_t next = text_.find('<', at_);
    if (next == std::string_view::npos) truncated();
    const Markup piece = markup_at(text_, next);
    at_ = next;
    if (piece.kind == Kind::unfinished) truncated();
    if (piece.kind == Kind::doctype) dtd();
    if (piece.kind == Kind::start && piece.name == record_name) return;
    if (piece.kind == Kind::end && piece.name == root_name_) return;
    at_ = piece.end;
    if (piece.kind == Kind::end && piece.name == record_name) return;
  }
}

void DocumentReader::behind_root() {
  using Kind = Markup::Kind;
  bool noted = false;
  const auto note = [&](std::string_view what) {
    if (what.find_first_not_of(" \t\r\n\x01\x1A") == std::string_view::npos || noted) return;
    noted = true;
    mapper_.repaired("", what, "behind the end of the root: ignored");
  };
  for (;;) {
    const std::size_t next = text_.find('<', at_);
    note(text_.substr(at_, std::min(next, text_.size()) - at_));
    if (next == std::string_view::npos) return;
    const Markup piece = markup_at(text_, next);
    at_ = piece.end;
    if (piece.kind == Kind::comment || piece.kind == Kind::instruction) continue;
    // Two reports in one document: reading one would lose the other without a word.
    if ((piece.kind == Kind::start || piece.kind == Kind::empty) && local_name(piece.name) == "feedback")
      malformed(next, "a second <feedback> behind the end of the first");
    note(text_.substr(next, piece.end - next));
  }
}

}  // namespace

std::expected<ParsedReport, Error> parse_report(std::string_view xml, const Limits& limits, const Reading& reading) {
  XmlText decoded = to_utf8(xml);
  std::string_view text = decoded.view(xml);
  if (text.find('\0') != std::string_view::npos) {  // no C string holds it; as any control character it ends as U+FFFD
    if (!decoded.is_converted) decoded.converted = text;
    decoded.is_converted = true;
    std::replace(decoded.converted.begin(), decoded.converted.end(), '\0', '\x01');
    text = decoded.converted;
  }
  ParsedReport parsed;
  parsed.deviations = std::move(decoded.deviations);
  try {
    DocumentReader(text, limits, reading, parsed).read();
  } catch (Refused& refused) {
    return std::unexpected(std::move(refused.error));
  }
  return parsed;
}

}  // namespace dmarcq
