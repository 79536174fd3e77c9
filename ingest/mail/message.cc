// SPDX-License-Identifier: MIT
// The structure of a mail is found with a work list instead of recursion (50,000 nested multiparts,
// 3 MB, must not overflow the stack) and with views instead of copies.
#include "ingest/mail/message.h"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <utility>

#include "ingest/base/text.h"
#include "ingest/content.h"
#include "ingest/mail/body.h"
#include "ingest/mail/content_type.h"
#include "ingest/mail/encoded_text.h"
#include "ingest/mail/header.h"
#include "ingest/mail/multipart.h"
#include "ingest/mail/smime.h"
#include "ingest/mail/transfer_encoding.h"
#include "ingest/names.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_value = 16u << 10;  ///< of a field that we look into; reporters stay
                                                  ///< below 1 KiB

struct Entity {
  std::string_view bytes;
  std::size_t depth = 0;
  bool is_mail = false;    ///< has From, Subject and so on; else a part
  bool returned = false;   ///< inside a bounce or a failure report
  bool in_digest = false;  ///< parts are mails unless they say otherwise (RFC 2046 section 5.1.5)
};

struct Described {
  Header header;
  FieldValue type_value;
  std::string type;
  std::string name;
  TransferEncoding encoding = TransferEncoding::identity;
};

Described describe(Header header) {
  Described part{std::move(header), {}, {}, {}, {}};
  std::string stray_name;
  for (const Header::Field& field : part.header.fields) {
    const std::string_view raw = field.raw.substr(0, longest_value);
    // Trustwave SEG writes "ContentType".
    if (same_word(field.name, "content-type") || same_word(field.name, "contenttype")) {
      FieldValue value = parse_value(unfold(raw));
      std::string type = media_type(value);
      if (part.name.empty()) part.name = parameter(value, "name");
      if (part.name.empty()) part.name = parameter(value, "filename");
      if (part.type.empty() || (part.type == "text/plain" && !type.empty())) {
        part.type = std::move(type);
        part.type_value = std::move(value);
      }
    } else if (same_word(field.name, "content-disposition")) {
      const FieldValue value = parse_value(unfold(raw));
      std::string name = parameter(value, "filename");
      if (name.empty()) name = parameter(value, "name");
      if (!name.empty()) stray_name = std::move(name);
    } else if (same_word(field.name, "content-transfer-encoding")) {
      const FieldValue value = parse_value(unfold(raw));
      if (const TransferEncoding encoding = declared_encoding(value);
          encoding != TransferEncoding::identity)
        part.encoding = encoding;
      // `name="…"` that lost its blank sticks to the field above it.
      if (std::string name = parameter(value, "name"); !name.empty() && stray_name.empty())
        stray_name = std::move(name);
    }
  }
  // Both names are given as a rule and equal. Where only one looks like a report, it is the better
  // one.
  if (!stray_name.empty() &&
      (part.name.empty() || named_report(stray_name) || !named_report(part.name)))
    part.name = std::move(stray_name);
  part.name = file_part(std::move(part.name));
  return part;
}

/// A bounce as its header tells, for those without a delivery-status part (RFC 3464). A reporter
/// may well use a null return path, so that alone proves nothing.
bool is_bounce(const Header& header, const Message& mail) {
  if (!header.value("x-failed-recipients").empty()) return true;
  const std::string from = lower(decode_words(mail.trace.from));
  const bool daemon = from.find("mailer-daemon") != from.npos ||
                      from.find("mail delivery s") != from.npos;
  const std::string return_path = header.value("return-path");
  const bool null_path = return_path == "<>" || from.find("postmaster") != from.npos;
  if (!daemon && !null_path) return false;
  static constexpr std::array<std::string_view, 14> subjects = {"undeliver",
                                                                "delivery status",
                                                                "delivery fail",
                                                                "delivery notification",
                                                                "returned mail",
                                                                "failure notice",
                                                                "delivery problem",
                                                                "mail delivery",
                                                                "could not be delivered",
                                                                "not delivered",
                                                                "nondeliverable",
                                                                "non-deliverable",
                                                                "delivery report",
                                                                "delivery error"};
  const std::string subject = lower(mail.trace.subject);
  return std::ranges::any_of(subjects,
                             [&](auto words) { return subject.find(words) != subject.npos; });
}

Error over(std::string_view limit, std::string text) {
  return {Fault::limit, std::move(text), std::string(limit)};
}

std::vector<MailTrace::Line> lines_of(const Header& header) {
  constexpr std::size_t longest_line = 32u << 10;
  std::vector<MailTrace::Line> lines;
  for (const Header::Field& field : header.fields) {
    if (lines.size() >= longest_trace) break;
    // One that is cut ends in a comment that is never closed: what is missing may be what matters.
    const auto add = [&](MailTrace::Field kind) {
      lines.push_back({kind, valid_utf8(unfold(field.raw.substr(0, longest_line))) +
                                 (field.raw.size() > longest_line ? "(" : "")});
    };
    if (same_word(field.name, "received"))
      add(MailTrace::Field::received);
    else if (same_word(field.name, "authentication-results"))
      add(MailTrace::Field::authentication_results);
    else if (same_word(field.name, "arc-authentication-results"))
      add(MailTrace::Field::arc_authentication_results);
    else if (same_word(field.name, "dkim-signature"))
      add(MailTrace::Field::dkim_signature);
  }
  return lines;
}

/// What the header of a mail says of it, without the lines of its trace.
Message message_of(const Header& header) {
  const auto field = [&](std::string_view name) {
    return decode_words(std::string_view(header.value(name)).substr(0, longest_value));
  };
  Message mail;
  mail.message_id = field("message-id");
  mail.date = field("date");
  mail.trace.subject = field("subject");
  mail.trace.tls_report_domain = field("tls-report-domain");
  mail.trace.tls_report_submitter = field("tls-report-submitter");
  const auto is_from = [](const Header::Field& each) { return same_word(each.name, "from"); };
  if (std::ranges::count_if(header.fields, is_from) == 1)
    mail.trace.from = valid_utf8(std::string_view(header.value("from")).substr(0, longest_value));
  return mail;
}

Error too_many_parts(const Limits& limits) {
  return over("mime_parts", "mail has more than " + std::to_string(limits.mime_parts) + " parts");
}

MailKind kind_of_report_type(std::string_view type) {
  if (type == "feedback-report") return MailKind::failure_report;
  if (type == "tlsrpt") return MailKind::tls_report;
  return type == "delivery-status" ? MailKind::bounce : MailKind::plain;
}

MailKind kind_of_text(std::string_view text) {
  if (is_failure_text(text)) return MailKind::failure_report;
  return is_announcement_text(text) ? MailKind::announcement : MailKind::plain;
}

bool is_tls_report(std::string_view body, TransferEncoding encoding) {
  constexpr std::size_t enough = 16'384;
  return looks_like_tls_report(decode_body(body.substr(0, 4 * enough), encoding, enough));
}

/// A failure report may look like a bounce, but not the other way round.
MailKind more_telling(MailKind known, MailKind kind) {
  const bool tells_more = kind == MailKind::failure_report || known == MailKind::plain ||
                          (kind == MailKind::tls_report && known == MailKind::bounce);
  return tells_more ? kind : known;
}

class Reader {
 public:
  Reader(const Limits& limits, Budget& budget) : limits_(limits), budget_(budget) {}

  std::expected<Message, Error> read(std::string_view bytes) {
    work_.push_back({bytes, 0, true, false, false});
    while (!work_.empty()) {
      const Entity entity = work_.back();
      work_.pop_back();
      if (auto fault = open(entity)) return std::unexpected(std::move(*fault));
    }
    if (kind_ != MailKind::plain) message_.kind = kind_;
    return std::move(message_);
  }

 private:
  std::optional<Error> open(Entity entity) {
    if (++count_ > limits_.mime_parts) return too_many_parts(limits_);
    if (entity.depth > limits_.mime_depth)
      return over("mime_depth", "parts are nested more than " + std::to_string(limits_.mime_depth) +
                                    " levels deep");
    if (entity.is_mail) {
      const auto start = start_of_mail(entity.bytes);
      if (!start) return budget_.size_exceeded();
      entity.bytes = *start;
    }
    auto header = read_header(entity.bytes, limits_.header_size);
    if (!header)
      return over("header_size",
                  "header is larger than " + std::to_string(limits_.header_size) + " bytes");
    const Described part = describe(std::move(*header));
    const std::string_view body = entity.bytes.substr(part.header.size);
    if (entity.is_mail) {
      Message mail = message_of(part.header);
      if (first_) mail.trace.lines = lines_of(part.header);
      if (is_bounce(part.header, mail)) {
        entity.returned = true;
        note(MailKind::bounce);
      }
      if (std::exchange(first_, false)) message_ = std::move(mail);
    }
    if (part.type.starts_with("multipart/") ||
        (part.type_value.find("boundary") != nullptr && part.type.empty())) {
      bool done = false;
      auto fault = open_multipart(entity, part, body, done);
      if (fault || done) return fault;
    } else if (part.type == "message/rfc822" || part.type == "message/global" ||
               (part.type.empty() && entity.in_digest && !entity.is_mail)) {
      if (!entity.returned) push_mail(entity, part, body);
      return {};
    } else if (note_report_part(part.type)) {
      return {};
    } else if (!entity.returned && (part.type.empty() || part.type == "text/plain") &&
               part.encoding == TransferEncoding::identity && !is_failure_text(body)) {
      // A multipart that lost its header (exports do that), or a mail pasted into another as text.
      bool done = false;
      auto fault = open_multipart(entity, part, body, done);
      if (fault || done) return fault;
    }
    leaf(entity, part, body);
    return {};
  }

  /// A BOM, blank lines, and line ends that are CR alone. Nothing when the budget is too small.
  std::optional<std::string_view> start_of_mail(std::string_view bytes) {
    if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
    bytes.remove_prefix(std::min(bytes.find_first_not_of("\r\n"), bytes.size()));
    // Within its head: mails nested in each other are not searched through once for each level.
    const std::string_view head = bytes.substr(0, limits_.header_size);
    if (head.find('\r') == head.npos || head.find('\n') != head.npos) return bytes;
    if (!budget_.decode(bytes.size())) return {};
    std::string& copy = decoded_.emplace_back(bytes);
    std::ranges::replace(copy, '\r', '\n');
    return copy;
  }

  void note(MailKind kind) { kind_ = more_telling(kind_, kind); }

  /// Notes what the part tells of the mail. True of those that hold nothing for us.
  bool note_report_part(std::string_view type) {
    if (type == "message/feedback-report") return note(MailKind::failure_report), true;
    if (type.starts_with("application/tlsrpt")) return note(MailKind::tls_report), false;
    if (type == "message/delivery-status" || type == "message/global-delivery-status")
      return note(MailKind::bounce), true;
    return type == "text/rfc822-headers" || type == "message/disposition-notification";
  }

  /// `done` stays false when there is no boundary to be found: then the body is a leaf.
  std::optional<Error> open_multipart(const Entity& entity, const Described& part,
                                      std::string_view body, bool& done) {
    std::vector<std::string_view> children;
    const auto try_boundary = [&](std::string_view boundary) {
      while (boundary.ends_with(' ') || boundary.ends_with('\t')) boundary.remove_suffix(1);
      if (boundary.empty()) return true;
      auto found = split_multipart(body, std::string(boundary), limits_.mime_parts);
      if (!found) return false;
      children = std::move(*found);
      return true;
    };
    const std::string* stated = part.type_value.find("boundary");
    bool few_enough = stated == nullptr || try_boundary(*stated);
    if (few_enough && children.empty()) few_enough = try_boundary(guess_boundary(body));
    if (!few_enough) return too_many_parts(limits_);
    if (children.empty()) return {};
    done = true;

    Entity child{{}, entity.depth + 1, false, entity.returned, part.type == "multipart/digest"};
    if (part.type == "multipart/report") {
      // RFC 6522: what comes back with a report is a mail of ours, or one that somebody forged.
      child.returned = true;
      note(kind_of_report_type(lower(parameter(part.type_value, "report-type"))));
    } else {
      // Gateways rewrite multipart/report to multipart/mixed.
      child.returned =
          child.returned || std::ranges::any_of(children, [&](std::string_view bytes) {
            const auto header = read_header(bytes.substr(0, 4096), limits_.header_size);
            if (!header) return false;
            const std::string type = lower(header->value("content-type").substr(0, 80));
            return type.starts_with("message/feedback-report") ||
                   type.starts_with("message/delivery-status");
          });
    }
    for (auto bytes = children.rbegin(); bytes != children.rend(); ++bytes) {
      child.bytes = *bytes;
      work_.push_back(child);
    }
    return {};
  }

  void push_mail(const Entity& entity, const Described& part, std::string_view body) {
    // RFC 2046 section 5.2.1 forbids to encode an attached mail; gateways do.
    if (part.encoding != TransferEncoding::identity &&
        content_of(body.substr(0, body_head_size)) != Content::mail) {
      if (!may_decode(decoded_size(body, part.encoding), part.name)) return;
      decoded_.push_back(decode_body(body, part.encoding));
      body = decoded_.back();
    }
    work_.push_back({body, entity.depth + 1, true, false, false});
  }

  /// Wrappings that some mail programs put around attachments. An opaque S/MIME part is opened, the
  /// others are not.
  bool is_closed(const Entity& entity, const Described& part, std::string_view body,
                 TransferEncoding encoding) {
    const bool tnef = part.type == "application/ms-tnef" ||
                      part.type == "application/vnd.ms-tnef" || same_word(part.name, "winmail.dat");
    const bool smime = part.type == "application/pkcs7-mime" ||
                       part.type == "application/x-pkcs7-mime" || ends_with_word(part.name, ".p7m");
    const bool outlook = part.type == "application/vnd.ms-outlook" ||
                         ends_with_word(part.name, ".msg");
    if (!tnef && !smime && !outlook) return false;
    const auto close = [&](Error error) {
      if (message_.closed.size() < most_closed)
        message_.closed.push_back({part.name, std::move(error)});
    };
    if (!smime) {
      auto error =
          closed_format(decode_body(body.substr(0, 4 * body_head_size), encoding, body_head_size));
      if (!error) return false;
      close(std::move(*error));
      return true;
    }
    // Its bytes, what libcrypto makes of them, and the content.
    if (may_decode(3 * decoded_size(body, encoding), part.name)) {
      auto content = content_of_smime(decode_body(body, encoding));
      if (content) {
        decoded_.push_back(std::move(*content));
        work_.push_back({decoded_.back(), entity.depth + 1, false, false, false});
      } else {
        close(std::move(content.error()));
      }
    }
    return true;
  }

  void keep(const Described& part, std::string bytes) {
    add({part.name, part.type, std::move(bytes)});
  }

  void add(Part part) {  // a text may hold any number of uuencoded files
    if (message_.parts.size() < limits_.mime_parts)
      message_.parts.push_back(std::move(part));
    else if (message_.closed.size() < most_closed)
      message_.closed.push_back({std::move(part.name), too_many_parts(limits_)});
  }

  void leaf(const Entity& entity, const Described& part, std::string_view body) {
    Content content = Content::empty;
    const TransferEncoding encoding = true_encoding(body, part.encoding, content);
    const auto keep_decoded = [&] {
      if (may_decode(decoded_size(body, encoding), part.name))
        keep(part, decode_body(body, encoding));
    };
    const bool is_text = part.type.starts_with("text/") || part.type.empty();
    if (content == Content::mail && !is_text && ends_with_word(part.name, ".eml")) {
      // Outlook and Gmail attach mails as application/octet-stream.
      if (entity.returned) return;
      if (encoding != TransferEncoding::identity) {
        if (!may_decode(decoded_size(body, encoding), part.name)) return;
        decoded_.push_back(decode_body(body, encoding));
        body = decoded_.back();
      }
      work_.push_back({body, entity.depth + 1, true, false, false});
      return;
    }
    if (!entity.returned && is_closed(entity, part, body, encoding)) return;
    if (named_report(part.name)) return keep_decoded();
    if (is_report_name(part.name) && !entity.returned && content == Content::other &&
        message_.closed.size() < most_closed)
      message_.closed.push_back(
          {part.name,
           {Fault::no_document,
            "the attachment is named like a report but contains none; a gateway may have replaced it",
            {}}});
    switch (content) {
      case Content::gzip:
      case Content::zip:
      case Content::archive: return keep_decoded();
      case Content::json:
        if (!is_text || ends_with_word(part.name, ".json") || is_tls_report(body, encoding))
          keep_decoded();
        return;
      case Content::emlx:
      case Content::mbox:
        if (!is_text && !part.name.empty()) keep_decoded();
        return;
      case Content::xml:
        if (!is_text || part.type == "text/xml") return keep_decoded();
        break;
      case Content::empty:
      case Content::mail:
      case Content::other: break;
    }
    const bool is_html = part.type == "text/html";
    if (is_text && (!is_html || content == Content::xml))
      read_text(entity, part, body, encoding, content);
  }

  /// The report may be written into the text, and some failure reports are. GMX declared its XML as
  /// text/html once; HTML itself is no report.
  void read_text(const Entity& entity, const Described& part, std::string_view body,
                 TransferEncoding encoding, Content content) {
    std::string decoded;
    if (encoding != TransferEncoding::identity) {
      if (!may_decode(decoded_size(body, encoding), part.name)) return;
      decoded = decode_body(body, encoding);
    }
    const std::string_view text = encoding == TransferEncoding::identity ? body : decoded;
    const auto keep_text = [&](std::string_view some) {
      if (some.size() == decoded.size())
        keep(part, std::move(decoded));
      else if (may_decode(some.size(), part.name))
        keep(part, std::string(some));
    };
    if (part.type == "text/html") {
      if (!inline_report(text).empty()) keep_text(text);
      return;
    }
    note(kind_of_text(text));
    if (entity.returned) return;
    for (auto file = find_uuencoded(text); file; file = find_uuencoded(text, file->end)) {
      const std::string name = file_part(valid_utf8(file->name));
      if (!named_report(name) &&
          !is_packed_or_xml(content_of(decode_uu_lines(file->lines, body_head_size))))
        continue;
      // Lines that lost their blanks are filled up, but not to more than there is text.
      if (may_decode(file->lines.size(), name))
        add({name, "", decode_uu_lines(file->lines, file->lines.size())});
    }
    const std::string_view report = inline_report(text);
    if (!report.empty())
      keep_text(content == Content::xml &&
                        report.data() + report.size() == text.data() + text.size()
                    ? text
                    : report);
    else if (content == Content::xml &&
             trimmed(text.substr(0, body_head_size)).starts_with("<?xml"))
      keep_text(text);
  }

  /// May so many bytes be made of this part? If not, it is told.
  bool may_decode(std::size_t bytes, const std::string& name) {
    if (budget_.decode(bytes)) return true;
    if (message_.closed.size() < most_closed)
      message_.closed.push_back({name, budget_.size_exceeded()});
    return false;
  }

  static constexpr std::size_t most_closed = 100;  ///< of one mail
  const Limits& limits_;
  Budget& budget_;
  Message message_;
  MailKind kind_ = MailKind::plain;
  bool first_ = true;
  std::size_t count_ = 0;
  std::vector<Entity> work_;         ///< last one first
  std::deque<std::string> decoded_;  ///< attached mails that were encoded; views point into them
};

}  // namespace

bool is_report_name(std::string_view name) noexcept {
  // receiver "!" policy-domain "!" begin "!" end, and what follows (RFC 9990 section 3.5.1)
  std::array<std::string_view, 4> fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t end = i + 1 == fields.size() ? std::min(name.find_first_of("!."), name.size())
                                                   : name.find('!');
    if (end == name.npos) return false;
    fields[i] = name.substr(0, end);
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  const auto is_time = [](std::string_view text) {
    return text.size() >= 9 && text.size() <= 11 &&
           text.find_first_not_of("0123456789") == text.npos;
  };
  return fields[0].find('.') != fields[0].npos && fields[1].find('.') != fields[1].npos &&
         is_time(fields[2]) && is_time(fields[3]);
}

bool announces_report(std::string_view subject) {
  const std::string folded = lower(subject);
  std::string_view text = trimmed(folded);
  for (bool more = true; more;) {  // "[EXTERNAL] Fwd: Report Domain: …"
    more = false;
    if (text.starts_with('[') && text.find(']') != text.npos) {
      text = trimmed(text.substr(text.find(']') + 1));
      more = true;
    }
    for (const std::string_view prefix : {"fwd:", "fw:", "wg:", "tr:"})
      if (text.starts_with(prefix)) {
        text = trimmed(text.substr(prefix.size()));
        more = true;
      }
  }
  return text.starts_with("report domain:") && text.find("submitter:") != text.npos;
}

std::expected<Message, Error> parse_message(std::string_view bytes, const Limits& limits,
                                            Budget& budget) {
  return Reader(limits, budget).read(bytes);
}

std::expected<Message, Error> parse_message(std::string_view bytes, const Limits& limits) {
  MemoryPool::Share memory;
  Budget budget(Budget::Of::mail, bytes.size(), limits, memory);
  return parse_message(bytes, limits, budget);
}

}  // namespace dmarcq
