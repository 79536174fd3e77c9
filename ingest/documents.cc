// SPDX-License-Identifier: MIT
#include "ingest/documents.h"

#include <algorithm>
#include <utility>

#include "ingest/base/text.h"
#include "ingest/content.h"
#include "ingest/mail/encoded_text.h"
#include "ingest/mail/header.h"
#include "ingest/mail/message.h"
#include "ingest/names.h"
#include "ingest/source/emlx.h"
#include "ingest/source/mbox.h"

namespace dmarcq {
namespace {

std::string join(std::string_view outer, std::string_view inner) {
  if (outer.empty() || inner.empty()) return std::string(outer) + std::string(inner);
  return std::string(outer) + "/" + std::string(inner);
}

constexpr std::size_t most_faults = 200;     ///< of one item; a mail may be made of nothing else
constexpr std::size_t cost_of_a_mail = 512;  ///< at least, of those in an attached mbox

std::string message_id_of(std::string_view mail) {
  const auto header = read_header(mail.substr(0, 64u << 10), 64u << 10);
  return header ? valid_utf8(std::string_view(header->value("message-id")).substr(0, 1000))
                : std::string();
}

class Finder {
 public:
  Finder(const Limits& limits, Budget& budget) : limits_(limits), budget_(budget) {}
  ExtractedDocuments found;

  /// `level`: how many archives the mail lies in. A mail in an archive in a mail … comes to an end
  /// like other packing.
  void open_mail(const std::string& place, std::string_view bytes, std::size_t level,
                 bool outermost) {
    auto message = parse_message(bytes, limits_, budget_);
    if (!message) {
      if (outermost) found.message_id = message_id_of(bytes);
      fault(place, std::move(message.error()));
      return;
    }
    if (outermost) found.message_id = std::move(message->message_id);
    // Whatever lies in a mail was sent by whoever sent that mail.
    const bool brings = mail_ == nullptr;
    const bool announced = message->kind == MailKind::plain &&
                           announces_report(message->trace.subject);
    if (brings) mail_ = std::make_shared<const MailTrace>(std::move(message->trace));
    const bool is_failure = message->kind == MailKind::failure_report;
    if ((is_failure || message->kind == MailKind::bounce) && budget_.decode(bytes.size()))
      found.documents.push_back({place,
                                 std::string(bytes),
                                 {},
                                 mail_,
                                 is_failure ? DocumentKind::failure : DocumentKind::bounce});
    switch (message->kind) {
      case MailKind::failure_report: note(NotAReport::failure_report); break;
      case MailKind::tls_report: note(NotAReport::tls_report); break;
      case MailKind::announcement: note(NotAReport::announcement); break;
      case MailKind::bounce:
      case MailKind::plain: break;
    }
    for (Message::Closed& closed : message->closed)
      fault(join(place, closed.name), std::move(closed.error));
    const std::size_t before = reports_and_faults();
    for (Part& part : message->parts) {
      if (budget_.reports_used_up()) break;
      open_packed(join(place, part.name), part.name, part.bytes, &part.bytes, level);
      std::string().swap(part.bytes);
    }
    if (announced && message->closed.empty() && reports_and_faults() == before)
      fault(
          place,
          {Fault::no_document,
           "the subject announces an aggregate report, but the mail contains none; a gateway may have removed the attachment",
           {}});
    if (brings) mail_.reset();
  }

  /// `shown`: how the findings call it; `name`: what its own name is.
  /// `owned`: the same bytes when they may be moved away, else null.
  void open_packed(const std::string& shown, std::string_view name, std::string_view bytes,
                   std::string* owned, std::size_t level) {
    // What lies in an archive was offered with it.
    if (level == 0) budget_.offer(bytes.size());
    Unpacked unpacked = unpack(name, bytes, owned, limits_, budget_);
    const auto place = [&](const std::string& inner) {
      const std::string_view rest =
          std::string_view(inner).substr(std::min(name.size(), inner.size()));
      return join(shown, rest.starts_with('/') ? rest.substr(1) : rest);
    };
    found.log_fault |= unpacked.log_fault;
    for (Document& document : unpacked.documents) {
      document.name = place(document.name);
      document.mail = mail_;
      found.documents.push_back(std::move(document));
    }
    for (PackedFault& damaged : unpacked.faults)
      fault(place(damaged.name), std::move(damaged.error));
    for (Document& mail : unpacked.mails) {
      const std::string inner = place(mail.name);
      if (level >= limits_.archive_nesting) {
        fault(inner,
              {Fault::limit,
               "packed more than " + std::to_string(limits_.archive_nesting) + " levels deep",
               "archive_nesting"});
        continue;
      }
      open_mails(inner, std::move(mail.bytes), level + 1, false);
    }
  }

  /// A mail, one in an .emlx, or several in an mbox.
  void open_mails(const std::string& place, std::string bytes, std::size_t level, bool outermost) {
    const Content content = content_of(std::string_view(bytes).substr(0, 512));
    if (content != Content::mbox)
      return open_mail(place, content == Content::emlx ? mail_of_emlx(bytes) : bytes, level,
                       outermost);
    MboxReader reader(memory_source(std::move(bytes)), limits_);
    std::size_t number = 0;
    while (auto mail = reader.next()) {
      if (budget_.reports_used_up()) return;
      if (!budget_.decode(mail->bytes.size() + cost_of_a_mail))
        return fault(place, budget_.size_exceeded());
      ++number;
      const std::string mail_place = place.empty() ? place : place + ":" + std::to_string(number);
      if (mail->fault)
        fault(mail_place, std::move(*mail->fault));
      else
        open_mail(mail_place, mail->bytes, level, std::exchange(outermost, false));
    }
  }

 private:
  std::size_t reports_and_faults() const {
    return found.faults.size() +
           static_cast<std::size_t>(std::ranges::count_if(found.documents, [](const Document& one) {
             return one.kind == DocumentKind::report || one.kind == DocumentKind::tls_report;
           }));
  }
  void fault(std::string place, Error error) {
    if (found.faults.size() < most_faults)
      found.faults.push_back({std::move(place), std::move(error)});
  }
  void note(NotAReport kind) {
    if (found.otherwise == NotAReport::other) found.otherwise = kind;
  }

  const Limits& limits_;
  Budget& budget_;
  std::shared_ptr<const MailTrace> mail_;  // the outermost mail of those that are open
};

}  // namespace

std::string_view to_text(NotAReport kind) noexcept {
  switch (kind) {
    case NotAReport::failure_report: return "failure_report";
    case NotAReport::tls_report: return "tls_report";
    case NotAReport::announcement: return "announcement";
    case NotAReport::other: break;
  }
  return "other";
}

ExtractedDocuments find_documents(const Item& item, const Limits& limits) {
  MemoryPool::Share memory;
  return find_documents(item, limits, memory);
}

ExtractedDocuments find_documents(const Item& item, const Limits& limits,
                                  MemoryPool::Share& memory) {
  const std::string_view name = last_component(item.origin.source);
  const Content content = content_of(std::string_view(item.bytes).substr(0, 512));
  // What lies in an mbox is a mail, whatever its first line looks like.
  const bool is_mail = item.origin.index != 0 || content == Content::mail ||
                       content == Content::emlx ||
                       (content == Content::other && ends_with_word(name, ".eml"));
  Budget budget(is_mail ? Budget::Of::mail : Budget::Of::file, item.bytes.size(), limits, memory);
  Finder finder(limits, budget);
  auto closed = item.fault || item.origin.index == 0 ? closed_format(item.bytes) : std::nullopt;
  if (item.fault || closed) {
    if (item.fault) finder.found.message_id = message_id_of(item.bytes);
    finder.found.faults.push_back({"", closed ? std::move(*closed) : *item.fault});
  } else if (item.origin.index != 0) {
    finder.found.mail = item.bytes;
    finder.open_mail("", item.bytes, 0, true);
  } else if (content == Content::emlx) {
    finder.found.mail = mail_of_emlx(item.bytes);
    finder.open_mail("", finder.found.mail, 0, true);
  } else if (content == Content::mbox) {
    finder.open_mails("", item.bytes, 0, true);
  } else if (is_mail) {
    finder.found.mail = item.bytes;
    finder.open_mail("", item.bytes, 0, true);
    // "error: no data" in a file that should be XML.
    if (named_report(name) && finder.found.documents.empty() && finder.found.faults.empty()) {
      if (named_xml(name))
        finder.found.documents.push_back({"", item.bytes, {}});
      else
        finder.found.faults.push_back(
            {"", {Fault::corrupt_archive, "not compressed, although the file name says so", {}}});
    }
  } else {
    finder.open_packed("", name, item.bytes, nullptr, 0);
  }
  finder.found.bytes_left = budget.item_bytes_left();
  return std::move(finder.found);
}

}  // namespace dmarcq
