// SPDX-License-Identifier: MIT
#include "ingest/content.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "ingest/names.h"
#include "ingest/source/emlx.h"
#include "ingest/source/mbox.h"

namespace dmarcq {
namespace {

using namespace std::string_view_literals;

bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view skip_space(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return text;
}

/// The header of a tar member ends in a sum over its own 512 bytes, the sum's field counted as
/// blanks (POSIX ustar; the older v7 format has no other mark).
bool is_tar(std::string_view head) noexcept {
  if (head.size() < 512 || head.front() == '\0') return false;
  unsigned stated = 0;
  bool digits = false;
  for (const char c : head.substr(148, 8)) {
    if (c >= '0' && c <= '7')
      stated = stated * 8 + static_cast<unsigned>(c - '0'), digits = true;
    else if (digits && (c == ' ' || c == '\0'))
      break;
    else if (c != ' ')
      return false;
  }
  if (!digits) return false;
  unsigned sum = 0, signed_sum = 0;  // old programs summed signed characters
  for (std::size_t i = 0; i < 512; ++i) {
    const char c = i >= 148 && i < 156 ? ' ' : head[i];
    sum += static_cast<unsigned char>(c);
    signed_sum += static_cast<unsigned>(static_cast<signed char>(c));
  }
  return stated == sum || stated == signed_sum;
}

/// Keeps the ASCII characters of UTF-16 or UTF-32: enough to see whether markup follows.
std::string narrow(std::string_view wide) {
  std::string text;
  for (const char c : wide)
    if (c != '\0') text += c;
  return text;
}

bool is_html(std::string_view markup) noexcept {
  static constexpr std::array roots = {
      "html"sv,   "head"sv,  "body"sv,   "meta"sv, "title"sv, "div"sv, "span"sv,
      "p"sv,      "br"sv,    "table"sv,  "b"sv,    "i"sv,     "a"sv,   "img"sv,
      "font"sv,   "style"sv, "center"sv, "pre"sv,  "h1"sv,    "h2"sv,  "h3"sv,
      "script"sv, "link"sv,  "base"sv,   "hr"sv,   "ul"sv,    "svg"sv};
  for (;;) {
    markup = skip_space(markup);
    if (starts_with_word(markup, "<!doctype html")) return true;
    std::string_view end;
    if (markup.starts_with("<?"))
      end = "?>";
    else if (markup.starts_with("<!--"))
      end = "-->";
    else
      break;
    const auto at = markup.find(end);
    if (at == markup.npos) return false;
    markup.remove_prefix(at + end.size());
  }
  if (!markup.starts_with('<')) return false;
  markup.remove_prefix(1);
  const auto end =
      std::ranges::find_if(markup, [](char c) { return is_space(c) || c == '>' || c == '/'; });
  const std::string_view root = markup.substr(0, static_cast<std::size_t>(end - markup.begin()));
  return std::ranges::any_of(roots, [&](auto name) { return same_word(root, name); });
}

/// "<" and what may follow it at the start of a document. Not "<https://…>" or
/// "<someone@example.com>", as in quoted mail.
bool is_markup(std::string_view text) noexcept {
  if (!text.starts_with('<') || text.size() < 2) return false;
  const auto second = static_cast<unsigned char>(text[1]);
  if (second == '?' || second == '!') return true;
  if (std::isalpha(second) == 0 && second != '_' && second < 0x80) return false;
  const auto end = text.find_first_of("> \t\r\n/");
  const std::string_view name = text.substr(1, (end == text.npos ? text.size() : end) - 1);
  return name.find('@') == name.npos && !name.ends_with(':');
}

std::string_view skip_line_end(std::string_view text) noexcept {
  if (text.starts_with("\r\n")) return text.substr(2);
  return text.starts_with('\n') || text.starts_with('\r') ? text.substr(1) : text;
}

bool is_header_field(std::string_view text) noexcept {
  std::size_t length = 0;
  while (length < text.size() && (std::isalnum(static_cast<unsigned char>(text[length])) != 0 ||
                                  text[length] == '-' || text[length] == '_'))
    ++length;
  if (length == 0 || length > 76) return false;
  std::size_t colon = length;
  while (colon < text.size() && (text[colon] == ' ' || text[colon] == '\t')) ++colon;
  return colon < text.size() && text[colon] == ':' && !text.substr(colon).starts_with("://");
}

/// Does the head end before a second field begins? A first field may be longer than it.
bool is_cut_in_first_field(std::string_view mail) noexcept {
  constexpr std::size_t long_field = 400;
  if (mail.size() < long_field || !is_header_field(mail)) return false;
  for (std::size_t end = mail.find('\n'); end < mail.size() - 1; end = mail.find('\n', end + 1))
    if (mail[end + 1] != ' ' && mail[end + 1] != '\t') return false;
  return true;
}

/// Is there `"name":` in JSON? Inside a text its quotes would be escaped.
bool has_member(std::string_view json, std::string_view quoted_name) noexcept {
  for (auto at = json.find(quoted_name); at != json.npos; at = json.find(quoted_name, at + 1))
    if (skip_space(json.substr(at + quoted_name.size())).starts_with(':')) return true;
  return false;
}

}  // namespace

std::optional<Error> closed_format(std::string_view head) {
  const auto closed = [](std::string text) {
    return std::optional(Error{Fault::closed_format, std::move(text), {}});
  };
  if (head.starts_with("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv))
    return closed(
        "dmarcq does not read Outlook .msg files; in Outlook, save the mail as .eml or drag it into an IMAP folder, or convert it with msgconvert (libemail-outlook-message-perl)");
  if (head.starts_with("!BDN"))
    return closed(
        "dmarcq does not read Outlook .pst files; convert it with readpst -r (package pst-utils) and ingest the mbox files");
  if (head.starts_with("\x78\x9f\x3e\x22"sv))
    return closed(
        "dmarcq does not read winmail.dat (TNEF); unpack it with ytnef -f . (package ytnef) and ingest the report, or have the sender turn off rich text");
  return std::nullopt;
}

Content content_of(std::string_view head) {
  if (head.empty()) return Content::empty;
  if (head.starts_with("\x1f\x8b")) return Content::gzip;
  // A zip may be empty (end record first) or spanned (PK\7\8 first).
  if (head.starts_with("PK\3\4") || head.starts_with("PK\5\6") || head.starts_with("PK\7\10PK"))
    return Content::zip;
  static constexpr std::array archives = {"7z\xbc\xaf\x27\x1c"sv,
                                          "\xfd"
                                          "7zXZ\0"sv,
                                          "\x28\xb5\x2f\xfd"sv,
                                          "\x04\x22\x4d\x18"sv,
                                          "LZIP"sv,
                                          "\x1f\x9d"sv,
                                          "070701"sv,
                                          "070702"sv,
                                          "070707"sv};
  if (std::ranges::any_of(archives, [&](auto magic) { return head.starts_with(magic); }))
    return Content::archive;
  if (head.size() >= 10 && head.starts_with("BZh") && head[3] >= '1' && head[3] <= '9' &&
      (head.substr(4, 6) == "1AY&SY" || head.substr(4, 6) == "\x17\x72\x45\x38\x50\x90"))
    return Content::archive;

  // UTF-16 and UTF-32 with or without a BOM: "<" and a zero next to it.
  if (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff") ||
      head.starts_with("\0\0\xfe\xff"sv) || head.starts_with("<\0"sv) ||
      head.starts_with("\0<"sv) || head.starts_with("\0\0\0<"sv)) {
    std::string text = narrow(head);
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) text.erase(0, 2);
    const std::string_view markup = skip_space(text);
    return is_markup(markup) && !is_html(markup) ? Content::xml : Content::other;
  }
  if (is_tar(head)) return Content::archive;

  std::string_view text = head;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  text = skip_space(text);
  if (text.empty()) return Content::other;
  if (is_markup(text)) return is_html(text) ? Content::other : Content::xml;
  if (text.front() == '{' || (text.front() == '[' && skip_space(text.substr(1)).starts_with('{')))
    return Content::json;
  if (text.starts_with("From ")) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view behind = skip_line_end(text.substr(end));
    if (is_envelope_line(text.substr(0, end)) || begins_mail(behind)) return Content::mbox;
  }
  const std::string_view numbered = after_emlx_number(head);
  if (begins_mail(numbered) || is_cut_in_first_field(numbered)) return Content::emlx;
  // Old delivery agents quote a second envelope line; it stands above the first field.
  if (text.starts_with(">From ") || is_header_field(text)) return Content::mail;
  return Content::other;
}

bool looks_like_tls_report(std::string_view json_head) noexcept {
  constexpr std::size_t far_enough = 8u << 20;  // no larger one is read
  std::string_view json = json_head.substr(0, far_enough);
  if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);
  json = skip_space(json);
  if (!json.starts_with('{') && !json.starts_with('[')) return false;
  const bool names_sender = has_member(json, "\"organization-name\"");
  if (!names_sender && !has_member(json, "\"date-range\"")) return false;
  return has_member(json, "\"policies\"") || (names_sender && has_member(json, "\"date-range\""));
}

}  // namespace dmarcq
