// SPDX-License-Identifier: MIT
#include "parser/aggregate/xml_reader.h"

#include <pugixml.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "parser/aggregate/element_name.h"
#include "parser/aggregate/field_text.h"
#include "parser/aggregate/markup.h"
#include "parser/aggregate/plain_record.h"
#include "parser/aggregate/report_mapper.h"
#include "parser/aggregate/xml_text.h"

namespace dmarcq {
namespace {

// Elements and attributes of one child of the root: a tree of more would cost too much memory. Real
// ones have some tens.
constexpr std::size_t most_nodes = 200'000;
// The deepest element of ours is root/record/row/policy_evaluated/reason/type. Up to here depth
// needs no look.
constexpr std::size_t least_depth = 8;
constexpr unsigned most_unclosed = 8;
// Pieces between elements that are no markup: a document of so many is no XML.
constexpr unsigned most_stray = 1'000'000;
constexpr std::string_view space_or_nul = " \t\r\n\x01";  // see parse_report()

/// A node of pugixml's tree, as report_mapper.h wants nodes.
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
  std::string_view name() const { return node_.name(); }  ///< "" of anything but an element
  TextShape shape() const { return shape_of(value()); }
  std::string_view value() const {
    return node_.value();
  }  ///< of an element: the text in front of its first child
  Tag tag(const ElementNames& names) const {
    const std::string_view qualified = name();
    const Tag known = names.tag(qualified, {});
    if (known == Tag::unknown || qualified.find(':') == std::string_view::npos) return known;
    for (const pugi::xml_attribute attribute : node_.attributes()) {  // the root's declarations
                                                                      // have been looked at
      const std::string_view declaration = attribute.name(), prefix = prefix_of(qualified);
      if (declaration.starts_with("xmlns:") && declaration.substr(6) == prefix &&
          names.foreign(prefix, attribute.value()))
        return Tag::unknown;
    }
    return known;
  }
  static constexpr bool needs_measuring = true;
  TreeNode parent() const { return node_.parent(); }
  bool operator==(const TreeNode& other) const { return node_ == other.node_; }

 private:
  pugi::xml_node node_;
};

/// Loads pieces of text as trees; its buffers are used again and again.
class Loader {
 public:
  bool load(std::string_view piece) {
    if (piece.ends_with('<')) return false;  // behind text pugixml passes over it
    // One line end in front keeps pugixml from taking U+FEFF at the start of a piece for a byte
    // order mark.
    if (buffer_.size() < piece.size() + 2) buffer_.resize(piece.size() + 2);
    buffer_[0] = '\n';
    std::memcpy(buffer_.data() + 1, piece.data(), piece.size());
    buffer_[piece.size() + 1] = '\0';
    // References are resolved in field_text.cc, so that unknown ones are seen. White space between
    // a comment and a CDATA section is text, but keeping all of it costs a third of the time: only
    // where there is a '!' (usually nowhere).
    unsigned flags = pugi::parse_fragment | pugi::parse_cdata | pugi::parse_doctype |
                     pugi::parse_embed_pcdata;
    if (std::memchr(piece.data(), '!', piece.size())) flags |= pugi::parse_ws_pcdata;
    result_ =
        tree_.load_buffer_inplace(buffer_.data(), piece.size() + 2, flags, pugi::encoding_utf8);
    return result_.status == pugi::status_ok;
  }
  const pugi::xml_document& tree() const { return tree_; }
  std::string_view reason() const { return result_.description(); }

 private:
  std::vector<char> buffer_;
  pugi::xml_document tree_;
  pugi::xml_parse_result result_;
};

class DocumentReader {
 public:
  DocumentReader(std::string_view text, const Limits& limits, const ParseOptions& options,
                 ParsedReport& out)
      : text_(text),
        limits_(limits),
        options_(options),
        out_(out),
        mapper_(limits, options.take, out),
        plain_(mapper_.names(), limits) {}
  void read();

 private:
  void find_root();
  void content();
  bool plain_step(std::size_t end);
  bool fast_step(std::size_t end);
  void make_room(std::size_t from, std::size_t end);
  /// No more than the limit, so that no element larger than that becomes a tree.
  std::size_t piece_size() const {
    return std::clamp<std::size_t>(options_.chunk_size, 1,
                                   std::max<std::size_t>(limits_.element_size, 1));
  }
  /// Reads what stands at `at_` up to the next border; false at the root's end tag.
  bool slow_step();
  void slow_child(const Markup&);
  void skip_broken_record(std::string_view why);
  void stray(std::size_t at, std::size_t end, std::string_view read_as);
  void check_size(std::size_t begin, std::size_t end, std::string_view name) const {
    if (end - begin > limits_.element_size)
      refuse_limit("element_size", "<" + shortened(name, 64) + "> is larger than " +
                                       std::to_string(limits_.element_size) + " bytes");
  }
  void load_child(std::string_view element, const Extent&, std::size_t at, Tag);
  void behind_root();

  [[noreturn]] void malformed(std::size_t at, std::string what) const {
    refuse(Fault::malformed_xml,
           "line " + std::to_string(line_of(text_, at)) + ": " + std::move(what));
  }
  [[noreturn]] void truncated() const {
    refuse(Fault::truncated, "the document ends before its </" + shortened(root_name_, 64) +
                                 ">, after line " + std::to_string(line_of(text_, text_.size())));
  }

  std::string_view text_;
  const Limits& limits_;
  const ParseOptions& options_;
  ParsedReport& out_;
  ReportMapper mapper_;
  PlainRecords plain_;
  Loader loader_;
  std::string_view root_name_ = "feedback";
  bool root_empty_ = false;
  std::size_t at_ = 0;
  std::size_t content_at_ = 0;
  unsigned unclosed_ = 0, stray_ = 0;
  std::size_t first_broken_record_ = 0;  ///< its offset
  std::size_t broken_bytes_ = 0;         ///< read in vain for the ends of broken elements
};

void DocumentReader::find_root() {
  using Kind = Markup::Kind;
  std::string_view other;  // an element that is not <feedback>
  std::size_t other_at = 0;
  for (std::size_t at = 0;;) {
    const std::size_t next = text_.find('<', at);
    const std::string_view before = text_.substr(at, std::min(next, text_.size()) - at);
    if (other.empty() && before.find_first_not_of(space_or_nul) != std::string_view::npos &&
        next != std::string_view::npos)
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
        refuse_dtd();
      }
      case Kind::unfinished:
        if (!other.empty())
          refuse(Fault::not_a_report, "the root element is <" + shortened(other, 64) + ">");
        truncated();
      case Kind::start:
      case Kind::empty:
        if (local_name(piece.name) == "feedback") {
          if (!other.empty()) {
            const bool closed = has_end_tag(text_, at, other);
            if (closed && local_name(other) != "schema")
              refuse(Fault::not_a_report, "the root element is <" + shortened(other, 64) + ">");
            mapper_.repaired("", text_.substr(other_at, text_.find('>', other_at) + 1 - other_at),
                             "ignored");
          }
          check_size(next, piece.end, piece.name);
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
        if (other.empty()) stray(next, piece.end, "text before the root: ignored");
        break;
      default: break;
    }
  }
  if (!other.empty())
    refuse(Fault::not_a_report, "the root element is <" + shortened(other, 64) + ">");
  if (text_.find_first_not_of(space_or_nul) == std::string_view::npos)
    refuse(Fault::truncated, "the document is empty");
  const std::size_t lead = text_.find_first_not_of(" \t\r\n");
  if (text_.substr(lead).starts_with("<?xml"))
    refuse(Fault::truncated, "the document ends before its root element");
  refuse(Fault::malformed_xml, "no XML inside: '" + shortened(text_, 40) + "'");
}

void DocumentReader::stray(std::size_t at, std::size_t end, std::string_view read_as) {
  if (++stray_ > most_stray) malformed(at, "too much of the document is not markup");
  mapper_.repaired("", text_.substr(at, end - at), read_as);
}

void DocumentReader::read() {
  find_root();
  if (!root_empty_) content();
  behind_root();
  if (mapper_.records_taken() == 0 && first_broken_record_ > 0)
    malformed(first_broken_record_, "no record is well-formed");
  mapper_.finish();
}

void DocumentReader::content() {
  // The last end tag of that name closes the root, unless it lies in a comment; then the steps
  // below find out.
  const std::string end_tag = "</" + std::string(root_name_);
  std::size_t end = text_.size();
  do {
    end = end == 0 ? std::string_view::npos : text_.rfind(end_tag, end - 1);
    if (end == std::string_view::npos || end < content_at_) truncated();
  } while (markup_at(text_, end).kind != Markup::Kind::end ||
           markup_at(text_, end).name != root_name_);

  for (;;) {
    if (at_ < end && limits_.xml_depth >= least_depth) {
      const std::size_t window = std::min(end - at_, piece_size());
      if (!(options_.shortcut && plain_step(end)) && !fast_step(end)) {
        for (const std::size_t resume = at_ + window; at_ < resume;)
          if (!slow_step()) return;
      }
    } else if (!slow_step()) {
      return;
    }
  }
}

/// The pieces are cut behind a </record>. Whether that place lies between two children of the root,
/// and not in a comment, need not be known: if the piece up to it is a sequence of complete
/// elements for pugixml, it does.
bool DocumentReader::fast_step(std::size_t end) {
  const std::size_t most = piece_size();
  std::size_t length = end - at_;
  std::string record = "record>";
  if (const std::string_view prefix = prefix_of(root_name_); !prefix.empty())
    record.insert(0, ":").insert(0, prefix);
  // What stands in front of the first record needs a tree, the records mostly do not.
  const std::size_t first = options_.shortcut
                                ? text_.substr(at_, std::min(length, most)).find("<" + record)
                                : std::string_view::npos;
  if (first != std::string_view::npos &&
      text_.substr(at_, first).find_first_not_of(" \t\r\n") != std::string_view::npos) {
    length = first;
  } else if (length > most) {
    const std::string record_end = "</" + record;
    const std::size_t last = text_.substr(at_, most).rfind(record_end);
    if (last == std::string_view::npos) return false;
    length = last + record_end.size();
  }
  if (!loader_.load(text_.substr(at_, length))) return false;
  const std::size_t records_before = out_.report.records.size();
  mapper_.stray_text("", loader_.tree().value());  // text in front of the first child, if pugixml
                                                   // embeds it here
  for (pugi::xml_node node = loader_.tree().first_child(); node; node = node.next_sibling())
    mapper_.child(TreeNode(node));
  at_ += length;
  if (records_before == 0) make_room(at_ - length, end);
  return true;
}

/// Records are large to move: makes room for as many as there will be, going by those since `from`.
void DocumentReader::make_room(std::size_t from, std::size_t end) {
  const std::size_t gained = out_.report.records.size();
  if (gained == 0 || at_ >= end) return;
  const std::size_t expected = gained +
                               (end - at_) / std::max<std::size_t>((at_ - from) / gained, 64);
  out_.report.records.reserve(std::min(expected + expected / 16, limits_.records));
}

/// Plain records, as long as there are some.
bool DocumentReader::plain_step(std::size_t end) {
  const std::size_t from = at_;
  const std::string_view content = text_.substr(0, end);
  while (const Plain* const record = plain_.next(content, at_)) {
    mapper_.record(PlainNode(record));
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
    case Kind::doctype: refuse_dtd();
    case Kind::start:
    case Kind::empty: slow_child(piece); return true;
    case Kind::end:
      if (piece.name == root_name_) {
        at_ = piece.end;
        return false;
      }
      if (mapper_.names().tag(piece.name, {}) != Tag::record)
        malformed(at_, "</" + shortened(piece.name, 64) + "> closes nothing");
      // Its content has been passed over as unknown elements.
      if (first_broken_record_ == 0) first_broken_record_ = at_;
      mapper_.broken_record("</record> closes nothing");
      break;
    case Kind::cdata: mapper_.stray_text("", text_.substr(at_ + 9, piece.end - at_ - 12)); break;
    case Kind::stray:
    case Kind::cut_short: stray(at_, piece.end, "text between elements: ignored"); break;
    case Kind::comment:
    case Kind::instruction: break;
  }
  at_ = piece.end;
  return true;
}

void DocumentReader::slow_child(const Markup& start) {
  const std::size_t begin = at_;
  const Tag tag = mapper_.names().tag(start.name, text_.substr(begin, start.end - begin));
  if (tag == Tag::record) mapper_.expect_record();
  const Extent extent = element_at(text_, begin, 2, limits_.xml_depth);
  switch (extent.fault) {
    case Extent::Fault::none: break;
    case Extent::Fault::doctype: refuse_dtd();
    case Extent::Fault::too_deep: refuse_depth(limits_);
    case Extent::Fault::unfinished: truncated();
    case Extent::Fault::mismatch: {
      // An end tag that is missing is missed only at the end of the document; that must not happen
      // again and again.
      broken_bytes_ += extent.end - begin;
      if (broken_bytes_ > 2 * text_.size() + (1u << 20))
        malformed(begin, "too many broken elements");
      const std::string why = "<" + shortened(extent.open, 64) + "> is closed by </" +
                              shortened(extent.found, 64) + ">";
      if (tag == Tag::record) {
        skip_broken_record(why);
        return;
      }
      const bool known = tag == Tag::report_metadata || tag == Tag::policy_published ||
                         tag == Tag::version;
      if (known || ++unclosed_ > most_unclosed || has_end_tag(text_, start.end, start.name))
        malformed(extent.end, why);
      mapper_.repaired("", text_.substr(begin, start.end - begin), "ignored");
      at_ = start.end;
      return;
    }
  }
  at_ = extent.end;
  load_child(text_.substr(begin, extent.end - begin), extent, begin, tag);
}

void DocumentReader::load_child(std::string_view element, const Extent& extent, std::size_t at,
                                Tag tag) {
  const bool record = tag == Tag::record;
  const std::string_view name = markup_at(element, 0).name;
  const bool known = record || tag == Tag::report_metadata || tag == Tag::policy_published ||
                     tag == Tag::version;
  if (known) check_size(at, at + element.size(), name);
  std::string copy;
  if (extent.repairs) {
    const Flaws flaws = first_flaws(element);
    if (!flaws.stray.empty()) mapper_.repaired_child(tag, name, flaws.stray, "text");
    if (!flaws.cut.empty()) mapper_.repaired_child(tag, name, flaws.cut, "ignored");
    if (known) element = copy = repaired(element);
  }
  if (!known) {  // An extension may be of any size; it needs no tree.
    mapper_.unknown_element("", name);
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
  for (pugi::xml_node node = loader_.tree().first_child(); node; node = node.next_sibling())
    mapper_.child(TreeNode(node));
}

/// A record that is not well-formed ends behind the next </record>, or before the next <record> or
/// the root's end.
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
    if (piece.kind == Kind::doctype) refuse_dtd();
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
    if ((piece.kind == Kind::start || piece.kind == Kind::empty) &&
        local_name(piece.name) == "feedback")
      malformed(next, "a second <feedback> after the end of the first");
    note(text_.substr(next, piece.end - next));
  }
}

}  // namespace

std::expected<ParsedReport, Error> parse_report(std::string_view xml, const Limits& limits,
                                                const ParseOptions& options) {
  XmlText decoded = to_utf8(xml);
  std::string_view text = decoded.view(xml);
  if (text.find('\0') != std::string_view::npos) {  // no C string holds it; as any control
                                                    // character it ends as U+FFFD
    if (!decoded.is_converted) decoded.converted = text;
    decoded.is_converted = true;
    std::replace(decoded.converted.begin(), decoded.converted.end(), '\0', '\x01');
    text = decoded.converted;
  }
  ParsedReport parsed;
  parsed.deviations = std::move(decoded.deviations);
  try {
    DocumentReader(text, limits, options, parsed).read();
  } catch (Refused& refused) {
    return std::unexpected(std::move(refused.error));
  }
  return parsed;
}

}  // namespace dmarcq
