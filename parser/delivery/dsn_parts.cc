// SPDX-License-Identifier: MIT
#include "parser/delivery/dsn_parts.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "ingest/base/text.h"
#include "ingest/mail/body.h"
#include "ingest/mail/content_type.h"
#include "ingest/mail/encoded_text.h"
#include "ingest/mail/header.h"
#include "ingest/mail/multipart.h"
#include "ingest/names.h"
#include "parser/aggregate/field_text.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_value = 16u << 10;

Error over(std::string_view limit, std::string text) {
  return {Fault::limit, std::move(text), std::string(limit)};
}

std::string with_lf(std::string text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r')
      out += text[i];
    else if (i + 1 == text.size() || text[i + 1] != '\n')
      out += '\n';
  }
  return out;
}

void append(std::string& to, std::string_view text) {
  if (to.size() >= longest_dsn_text) return;
  if (!to.empty() && !to.ends_with('\n')) to += '\n';
  to += text.substr(0, longest_dsn_text - to.size());
}

/// A tag that ends a line of text.
bool breaks_line(std::string_view tag) {
  static constexpr std::array<std::string_view, 8> names{"br", "p",  "div", "tr",
                                                         "li", "h1", "h2",  "table"};
  if (tag.starts_with('/')) tag.remove_prefix(1);
  const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n/>"));
  return std::ranges::any_of(names, [&](std::string_view each) { return same_word(each, name); });
}

/// The text of HTML, roughly: without tags, scripts and style sheets.
std::string text_of_html(std::string_view html) {
  const std::string folded = lower(html);
  std::string out;
  TextFlaws flaws;
  while (!html.empty()) {
    const std::size_t open = std::min(html.find('<'), html.size());
    std::string_view words = html.substr(0, open);
    for (std::size_t at; (at = words.find("&nbsp;")) != words.npos; words.remove_prefix(at + 6)) {
      append_decoded(out, words.substr(0, at), flaws);
      out += ' ';
    }
    append_decoded(out, words, flaws);
    html.remove_prefix(open);
    if (html.empty()) break;
    const std::string_view tag = html.substr(1, html.find('>') - 1);
    if (breaks_line(tag)) out += '\n';
    std::size_t end = html.find('>');
    for (const std::string_view hidden : {"style", "script"})
      if (starts_with_word(tag, hidden)) {
        const std::string_view rest = std::string_view(folded).substr(folded.size() - html.size());
        end = rest.find("</" + std::string(hidden));
        if (end != html.npos) end = html.find('>', end);
      }
    if (end == html.npos) break;
    html.remove_prefix(end + 1);
  }
  return out;
}

/// Lines "Final-Recipient: …" and "Action: …" or "Status: …", under whatever label.
bool is_status(std::string_view text) {
  const std::string folded = "\n" + lower(text.substr(0, longest_dsn_text));
  return folded.contains("\nfinal-recipient:") &&
         (folded.contains("\naction:") || folded.contains("\nstatus:"));
}

/// Fields "Feedback-Type:" and those that come with it (RFC 5965 section 3.1), under whatever
/// label.
bool is_feedback(std::string_view text) {
  constexpr std::size_t enough = 4096;
  text = text.substr(std::min(text.find_first_not_of("\r\n"), text.size()), enough);
  const auto header = read_header(text, enough);
  return header && !header->value("feedback-type").empty() &&
         (!header->value("version").empty() || !header->value("user-agent").empty());
}

class PartReader {
 public:
  explicit PartReader(const Limits& limits) : limits_(limits) {}

  std::expected<DsnParts, Error> read(std::string_view mail) {
    mail.remove_prefix(std::min(mail.find_first_not_of("\r\n"), mail.size()));
    work_.push_back({mail, 0});
    for (std::size_t count = 1; !work_.empty(); ++count) {
      if (count > limits_.mime_parts) return std::unexpected(too_many());
      const Entity entity = work_.back();
      work_.pop_back();
      if (auto fault = open(entity)) return std::unexpected(std::move(*fault));
    }
    if (parts_.text.empty()) parts_.text = std::move(html_);
    return std::move(parts_);
  }

 private:
  struct Entity {
    std::string_view bytes;
    std::size_t depth = 0;
  };

  Error too_many() const {
    return over("mime_parts",
                "mail has more than " + std::to_string(limits_.mime_parts) + " parts");
  }

  void read_mail_header(const Header& header) {
    const auto field = [&](std::string_view name) {
      return decode_words(std::string_view(header.value(name)).substr(0, longest_value));
    };
    parts_.from = field("from");
    parts_.to = field("to");
    parts_.subject = field("subject");
    parts_.message_id = field("message-id");
    parts_.failed_recipients = field("x-failed-recipients");
    parts_.date = field("date");
    if (const std::string received = field("received"); received.contains(';'))
      parts_.received = trimmed(received.substr(received.rfind(';') + 1));
    if (parts_.date.empty()) parts_.date = parts_.received;
  }

  std::optional<Error> open(const Entity& entity) {
    if (entity.depth > limits_.mime_depth)
      return over("mime_depth", "parts are nested more than " + std::to_string(limits_.mime_depth) +
                                    " levels deep");
    const auto header = read_header(entity.bytes, limits_.header_size);
    if (!header)
      return over("header_size",
                  "header is larger than " + std::to_string(limits_.header_size) + " bytes");
    if (entity.depth == 0) read_mail_header(*header);
    const FieldValue value =
        parse_value(std::string_view(header->value("content-type")).substr(0, longest_value));
    const std::string type = media_type(value);
    const std::string_view body = entity.bytes.substr(header->size);
    if (type.starts_with("multipart/") || value.find("boundary") != nullptr) {
      std::vector<std::string_view> children;
      for (const std::string& boundary :
           {parameter(value, "boundary"), std::string(guess_boundary(body))}) {
        if (boundary.empty() || !children.empty()) continue;
        auto found = split_multipart(body, boundary, limits_.mime_parts);
        if (!found) return too_many();
        children = std::move(*found);
      }
      for (auto child = children.rbegin(); child != children.rend(); ++child)
        work_.push_back({*child, entity.depth + 1});
      if (!children.empty()) return {};
    }
    leaf(entity, *header, value, type, body);
    return {};
  }

  void leaf(const Entity& entity, const Header& header, const FieldValue& value,
            const std::string& type, std::string_view body) {
    if (type == "message/feedback-report") return take_feedback(header, true, body);
    // A mail that was put behind a boundary without a header for the part.
    if (entity.depth > 0 && type != "message/rfc822" && is_mail_header(header)) {
      if (parts_.returned.empty())
        append(parts_.returned, with_lf(valid_utf8(entity.bytes.substr(0, longest_dsn_text))));
      return;
    }
    if (type == "application/octet-stream") return take_feedback(header, false, body);
    const bool is_status_part = type == "message/delivery-status" ||
                                type == "message/global-delivery-status";
    const bool is_returned = type == "message/rfc822" || type == "message/rfc822-headers" ||
                             type == "text/rfc822-headers" || type.starts_with("message/global");
    // A multipart that has no parts is text; gateways lose the delimiters.
    const bool is_text = type.empty() || type.starts_with("text/") ||
                         type.starts_with("multipart/");
    if (!is_status_part && !is_returned && !is_text) return;
    const std::string bytes = decode_body(body, declared_encoding(header), longest_dsn_text);
    const std::string charset = parameter(value, "charset");
    std::string text = with_lf(charset.empty()
                                   ? valid_utf8(bytes.substr(0, longest_dsn_text))
                                   : to_utf8(bytes.substr(0, longest_dsn_text), charset));
    if (is_status_part) {
      append(parts_.status, "\n" + text);
    } else if (is_returned) {
      if (parts_.returned.empty()) append(parts_.returned, text);
    } else if (type == "text/html") {
      append(html_, text_of_html(text));
    } else if (is_status(text)) {
      append(parts_.status, "\n" + text);
      append(parts_.text, text);
    } else if (entity.depth > 0 && parts_.feedback.empty() && is_feedback(text)) {
      parts_.feedback = std::move(text);
    } else {
      append(parts_.text, text);
    }
  }

  /// RFC 6591 section 3.1 says 7bit; Netease encodes it all the same, and some do without saying
  /// so. Gateways make octet-stream of types that they do not know.
  void take_feedback(const Header& header, bool labelled, std::string_view body) {
    if (labelled ? parts_.feedback_report : !parts_.feedback.empty()) return;
    parts_.feedback_report = parts_.feedback_report || labelled;
    const auto decoded = [&](TransferEncoding encoding, std::size_t most) {
      return with_lf(valid_utf8(decode_body(body, encoding, most).substr(0, most)));
    };
    const TransferEncoding declared = declared_encoding(header);
    std::optional<TransferEncoding> found;
    for (const TransferEncoding each :
         {declared, TransferEncoding::identity, TransferEncoding::base64})
      if (!found && is_feedback(decoded(each, 4096))) found = each;
    if (!found && !labelled) return;
    parts_.feedback.clear();
    append(parts_.feedback, decoded(found.value_or(declared), longest_dsn_text));
  }

  static bool is_mail_header(const Header& header) {
    return !header.value("received").empty() || !header.value("return-path").empty();
  }

  const Limits& limits_;
  DsnParts parts_;
  std::string html_;
  std::vector<Entity> work_;  ///< the last one comes first
};

}  // namespace

std::expected<DsnParts, Error> read_dsn_parts(std::string_view mail, const Limits& limits) {
  return PartReader(limits).read(mail);
}

}  // namespace dmarcq
