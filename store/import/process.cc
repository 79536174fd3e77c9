// SPDX-License-Identifier: MIT
#include "store/import/process.h"

#include <algorithm>
#include <iterator>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "ingest/base/text.h"
#include "ingest/documents.h"
#include "ingest/mail/header.h"
#include "ingest/source/imap.h"
#include "parser/aggregate/xml_reader.h"
#include "parser/failure_report/failure_report_reader.h"
#include "parser/message_auth/mail_facts.h"
#include "parser/message_auth/receiver_results.h"
#include "parser/tls_report/tls_report_reader.h"
#include "store/document/delivery_document.h"
#include "store/document/kept_reports.h"

namespace dmarcq {
namespace {

/// What a record of a mail counts for beside its text: a row, and as a rule names and results that
/// no other has.
constexpr std::size_t cost_of_a_record = 512;

std::string guessed_words(DateOrder order) {
  return std::string(
             "no date tells whether dates like 3/06/2026 begin with the day or the month; ") +
         (order == DateOrder::day_first ? "the day" : "the month") +
         " was assumed; if that is wrong, export the log with dates like 2026-06-03";
}

/// A log, events or a bounce. What is none of these is passed over: any mail may have a table in
/// it. Does it name recipients?
bool take_delivery(const Document& document, const Limits& limits, ProcessedItem& processed) {
  ProcessedItem::Delivery delivery;
  auto parsed =
      parse_delivery(document, limits, [&](DeliveryEvent&& event) { delivery.events.add(event); });
  const bool names = names_recipients(document.kind, parsed);
  if (!parsed) {
    if (names && document.kind != DocumentKind::bounce)
      processed.faults.push_back({document.name, std::move(parsed.error())});
    else if (document.kind == DocumentKind::table && processed.not_a_report == "other")
      processed.not_a_report = "unknown_table";
    return names;
  }
  delivery.source = parsed->source;
  delivery.rows = parsed->rows;
  delivery.left_out = parsed->left_out;
  delivery.damaged = parsed->damaged;
  if (parsed->date_order_guessed && delivery.events.size() > 0)
    processed.notes.push_back({document.name, guessed_words(parsed->date_order)});
  // A bounce is a stranger's mail: what it fails to say is nobody's problem.
  if (document.kind == DocumentKind::bounce) parsed->damages.clear();
  for (DeliveryDamage& damage : parsed->damages) {
    const bool names_both = !document.name.empty() && !damage.part.empty();
    processed.faults.push_back(
        {document.name + (names_both ? " " : "") + damage.part, std::move(damage.error)});
  }
  if (delivery.events.size() == 0 && document.kind == DocumentKind::bounce) return names;
  processed.not_a_report = document.kind == DocumentKind::bounce ? "bounce" : "delivery_log";
  processed.deliveries.push_back(std::move(delivery));
  return names;
}

/// Does the mail's header say that it is a failure report or a complaint? They name people,
/// whatever is wrong with the rest.
bool says_feedback(std::string_view item) {
  constexpr std::size_t enough = 64u << 10;
  const auto header = read_header(mail_in(item).substr(0, enough), enough);
  return header &&
         lower(header->value("content-type")).find("feedback-report") != std::string::npos;
}

/// A failure report or a complaint; what is neither stays a mail of that kind.
void take_failure(const Document& document, const Limits& limits, const SenderChecks& checks,
                  ProcessedItem& processed) {
  auto parsed = parse_failure_report(document.bytes, limits);
  if (!parsed) return;
  ProcessedItem::Failure failure{
      document.name, sha256(failure_key_text(*parsed)), std::move(*parsed), {}};
  failure.marks = origin_marks(failure.report);
  if (!checks.keep_failure_headers) forget_people(failure.report);
  processed.not_a_report = failure.report.kind == FailureKind::auth_failure ? "failure_report"
                                                                            : "complaint";
  processed.failures.push_back(std::move(failure));
}

/// By whom a document was sent.
class SenderOfMail {
 public:
  SenderOfMail(const ExtractedDocuments& findings, const SenderChecks& checks,
               std::span<const std::string> receivers)
      : findings_(findings), checks_(checks), receivers_(receivers) {}

  ReportSender of(const Document& document, const ReportMetadata& metadata,
                  std::string_view domain) {
    if (!document.mail) return {};
    if (!key_name_)
      key_name_ = checks_.resolver != nullptr && !findings_.mail.empty()
                      ? signed_for_from(findings_.mail, *document.mail, *checks_.resolver)
                      : "";
    return report_sender(*document.mail, document.name, metadata, domain, receivers_, *key_name_);
  }

 private:
  const ExtractedDocuments& findings_;
  const SenderChecks& checks_;
  std::span<const std::string> receivers_;
  std::optional<std::string> key_name_;  // looked up when there is a report to be sent by somebody
};

void take_tls_report(const Document& document, const Limits& limits, SenderOfMail& sender,
                     ProcessedItem& processed) {
  TlsReportHints hints{.report_domain = {}, .submitter = {}, .file_name = document.name};
  if (document.mail) {
    hints.report_domain = document.mail->tls_report_domain;
    hints.submitter = document.mail->tls_report_submitter;
  }
  const std::string own_name = document.name.empty() ? processed.origin.source : document.name;
  hints.file_name = own_name;
  auto parsed = parse_tls_report(document.bytes, hints, limits);
  if (!parsed) {
    if (parsed.error().fault != Fault::not_a_report)
      processed.faults.push_back({document.name, std::move(parsed.error())});
    return;
  }
  for (const std::string& deviation : document.deviations)
    parsed->deviations.push_back({"packing", deviation, ""});
  // As it is stored it may be larger than as it came, and must be readable all the same.
  if (!tls_from_content(tls_content(*parsed), "")) {
    processed.faults.push_back(
        {document.name,
         {Fault::limit, "its texts take more room than a TLS report may", "document_size"}});
    return;
  }
  ReportMetadata metadata;
  metadata.org_name = parsed->organization_name;
  metadata.email = parsed->contact_info;
  metadata.report_id = parsed->report_id;
  const std::string domain = parsed->policies.empty() ? "" : parsed->policies.front().domain;
  processed.not_a_report = "tls_report";
  processed.tls_reports.push_back({document.name, sha256(document.bytes), std::move(*parsed),
                                   sender.of(document, metadata, domain)});
}

/// `has_recipients`: becomes true of an item that holds a log, events, or a bounce, or what is left
/// of one.
void open(const Item& item, const Limits& limits, MemoryPool* pool, const SenderChecks& checks,
          ProcessedItem& processed, bool& has_recipients) {
  // Large providers are known for what they write.
  std::vector<std::string> receivers = checks.receivers;
  std::ranges::move(receivers_of_imap_host(imap_host(item.origin.source)),
                    std::back_inserter(receivers));
  MemoryPool::Share memory(pool);
  ExtractedDocuments findings = find_documents(item, limits, memory);
  processed.origin.message_id = std::move(findings.message_id);
  processed.not_a_report = to_text(findings.otherwise);
  has_recipients |= findings.log_fault || findings.otherwise == NotAReport::failure_report;
  Limits left = limits;
  SenderOfMail senders(findings, checks, receivers);
  for (Document& document : findings.documents) {
    if (document.kind == DocumentKind::tls_report) {
      take_tls_report(document, limits, senders, processed);
      std::string().swap(document.bytes);
      continue;
    }
    if (document.kind == DocumentKind::failure) {
      has_recipients = true;
      take_failure(document, limits, checks, processed);
      std::string().swap(document.bytes);
      continue;
    }
    if (document.kind != DocumentKind::report) {
      // Anyone can mail a table. The owner's logs are files that he names.
      if (document.mail == nullptr || document.kind == DocumentKind::bounce)
        has_recipients |= take_delivery(document, limits, processed);
      std::string().swap(document.bytes);
      continue;
    }
    Packer packer(limits);
    std::size_t records = 0;
    if (findings.bytes_left)
      left.records = std::min(limits.records, *findings.bytes_left / cost_of_a_record);
    std::expected<ParsedReport, Error> parsed =
        parse_report(document.bytes, left, {.take = [&](const Record& record) {
                       packer.add(record);
                       ++records;
                     }});
    if (findings.bytes_left)
      *findings.bytes_left -= std::min(*findings.bytes_left, records * cost_of_a_record);
    if (!parsed && parsed.error().limit == "records" && left.records < limits.records)
      parsed = std::unexpected(item_bytes_exceeded(limits));
    if (!parsed) {
      if (parsed.error().fault != Fault::not_a_report)
        processed.faults.push_back({document.name, std::move(parsed.error())});
      continue;
    }
    for (const std::string& deviation : document.deviations)
      parsed->deviations.push_back({"packing", deviation, ""});
    ReportSender sender =
        senders.of(document, parsed->report.metadata, parsed->report.policy_published.domain);
    processed.reports.push_back({document.name,
                                 packer.finish(std::move(*parsed), sha256(document.bytes)),
                                 std::move(sender)});
    std::string().swap(document.bytes);
  }
  for (PackedFault& fault : findings.faults)
    processed.faults.push_back({std::move(fault.name), std::move(fault.error)});
}

}  // namespace

ProcessedItem process_as(const Digest& digest, const Item& item, const Limits& limits,
                         MemoryPool* pool, const SenderChecks& checks) {
  ProcessedItem processed;
  processed.origin = item.origin;
  processed.origin.part.clear();
  processed.digest = digest;
  processed.bytes = item.bytes.size();
  bool has_recipients = false;
  if (item.fault) {
    processed.faults.push_back({"", *item.fault});
    has_recipients = begins_like_log(item.bytes);
  } else {
    try {
      open(item, limits, pool, checks, processed, has_recipients);
    } catch (const std::bad_alloc&) {
      processed.faults.push_back({"", out_of_memory()});
    }
  }
  // Recipients are to be forgotten in time. A log is a file of the owner, who can have it read
  // again.
  if (!processed.faults.empty() && !item.withheld && !has_recipients &&
      item.bytes.size() <= most_kept_bytes && !says_feedback(item.bytes))
    processed.kept_bytes = item.bytes;
  return processed;
}

ProcessedItem process(const Item& item, const Limits& limits, MemoryPool* pool,
                      const SenderChecks& checks) {
  return process_as(sha256(item.bytes), item, limits, pool, checks);
}

}  // namespace dmarcq
