// SPDX-License-Identifier: MIT
#include "parser/delivery/json_objects.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace dmarcq {
namespace {

constexpr std::string_view blanks = " \t\r\n";

/// The member that holds the events in what Mailgun and Postmark answer, and in what AWS Lambda is
/// given by SNS.
bool is_list_of_events(std::string_view member) {
  return member == "items" || member == "Bounces" || member == "Records";
}

/// A member that an event has, and no wrapper: lists behind it are the event's own.
bool is_of_event(std::string_view member) {
  constexpr std::array<std::string_view, 11> members{
      "event", "event-data", "eventType", "notificationType", "mail",    "email",
      "Email", "Recipient",  "recipient", "RecordType",       "TypeCode"};
  return std::ranges::find(members, member) != members.end();
}

}  // namespace

void JsonObjects::count_lines(std::size_t up_to) {
  std::size_t start = std::string_view::npos;
  for (; counted_ < up_to; ++counted_) {
    if (text_[counted_] != '\n') continue;
    ++line_;
    start = counted_ + 1;
  }
  if (start == std::string_view::npos) return;
  indent_ = std::min(text_.find_first_not_of(" \t", start), text_.size()) - start;
}

JsonObjects::Piece JsonObjects::piece(Kind kind, std::size_t begin, std::size_t end) {
  count_lines(begin);
  return {kind, text_.substr(begin, end - begin), line_};
}

/// Behind a line end: an object, no deeper in the text than the present one.
bool JsonObjects::begins_object_on_next_line(std::size_t line_end) const {
  const std::size_t first = line_end + 1;
  std::size_t at = first;
  while (at < text_.size() && at - first <= indent_ && (text_[at] == ' ' || text_[at] == '\t'))
    ++at;
  return at < text_.size() && at - first <= indent_ && text_[at] == '{';
}

std::size_t JsonObjects::next_line_with_object(std::size_t from) const {
  for (std::size_t end = text_.find('\n', from); end != text_.npos; end = text_.find('\n', end + 1))
    if (begins_object_on_next_line(end)) return end + 1;
  return text_.size();
}

std::optional<JsonObjects::Piece> JsonObjects::next() {
  for (;;) {
    at_ = std::min(text_.find_first_not_of(" \t\r\n,", at_), text_.size());
    if (at_ == text_.size()) {
      if (lists_ == 0) return std::nullopt;
      lists_ = 0;
      return piece(Kind::unclosed_list, at_, at_);
    }
    switch (text_[at_]) {
      case '[':
        ++lists_;
        ++at_;
        continue;
      case ']':
        ++at_;
        if (lists_ > 0 && lists_-- == wrapper_ && !pass_rest_of_wrapper()) lists_ = 1;
        continue;
      case '{':
        count_lines(at_);
        if (auto object = scan_object()) return object;
        continue;  // its list is open now
      default: break;
    }
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_of("{[]\n", at_), text_.size());
    return piece(Kind::stray, begin, at_);
  }
}

/// Behind the list of a wrapper: to the end of that object. False when the text ends before.
bool JsonObjects::pass_rest_of_wrapper() {
  wrapper_ = 0;
  bool quoted = false;
  for (std::size_t depth = 1; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (quoted && c == '\\')
      ++at_;
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && (c == '{' || c == '['))
      ++depth;
    else if (!quoted && (c == '}' || c == ']') && --depth == 0)
      return ++at_, true;
  }
  at_ = text_.size();
  return false;
}

/// The object at at_, or nothing when it wraps a list of events, which is entered.
///
/// In a text there is no line end (RFC 8259 section 7), and an object may only follow ":" or "[",
/// or "," in a list. So a line that begins with "{" tells where an object ends that was cut. Where
/// such a line may go on with the object, it is remembered in case the end never comes. Each byte
/// is looked at once for each object that is open around it, which are no more than the deepest.
std::optional<JsonObjects::Piece> JsonObjects::scan_object() {
  const std::size_t begin = at_;
  std::string open;         // brackets
  std::string_view member;  // the last text
  bool is_event = false;
  std::size_t quote = text_.npos;  // where an open text begins
  std::size_t resume = text_.npos;
  char last = '\0';
  const auto interrupted = [&](std::size_t end) {
    at_ = resume != text_.npos ? resume : next_line_with_object(end);
    if (at_ == text_.size()) lists_ = 0;  // what ends the object ends its list
    return piece(Kind::interrupted, begin, std::min(end, at_));
  };
  for (std::size_t i = begin; i < text_.size(); ++i) {
    const char c = text_[i];
    if (quote != text_.npos) {
      if (c == '\n') return interrupted(i);
      if (c == '"') member = text_.substr(quote + 1, i - quote - 1);
      if (c == '"') quote = text_.npos;
      if (c == '\\' && i + 1 < text_.size() && text_[i + 1] != '\n') ++i;
      continue;
    }
    if (c == '\n' && begins_object_on_next_line(i)) {
      if (resume == text_.npos) resume = i + 1;
      if (last != ':' && last != '[' && (last != ',' || open.back() != '[')) return interrupted(i);
    } else if (c == '"') {
      quote = i;
    } else if (c == ':' && open.size() == 1) {
      is_event |= is_of_event(member);
    } else if (c == '{' || c == '[') {
      if (c == '[' && open.size() == 1 && last == ':' && wrapper_ == 0 && !is_event &&
          is_list_of_events(member) &&
          text_.substr(std::min(text_.find_first_not_of(blanks, i + 1), text_.size()))
              .starts_with('{')) {
        at_ = i + 1;
        wrapper_ = ++lists_;
        return std::nullopt;
      }
      open += c;
      if (open.size() > deepest_) return interrupted(i);
    } else if (c == '}' || c == ']') {
      open.pop_back();
      if (open.empty()) {
        at_ = i + 1;
        return piece(Kind::object, begin, at_);
      }
    }
    if (!blanks.contains(c)) last = c;
  }
  at_ = std::min(resume, text_.size());
  if (resume == text_.npos) lists_ = 0;
  return piece(resume == text_.npos ? Kind::cut : Kind::interrupted, begin, at_);
}

}  // namespace dmarcq
