// SPDX-License-Identifier: MIT
#include "store/import/process.h"

#include <algorithm>
#include <iterator>
#include <new>
#include <optional>
#include <utility>

#include "ingest/documents.h"
#include "ingest/source/imap.h"
#include "parser/aggregate/xml_reader.h"
#include "parser/message_auth/receiver_results.h"
#include "store/document/delivery_document.h"

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
  has_recipients |= findings.log_fault;
  Limits left = limits;
  std::optional<std::string> key_name;  // looked up when there is a report to be sent by somebody
  for (Document& document : findings.documents) {
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
    ReportSender sender;
    if (document.mail) {
      if (!key_name)
        key_name = checks.resolver != nullptr && !findings.mail.empty()
                       ? signed_for_from(findings.mail, *document.mail, *checks.resolver)
                       : "";
      sender = report_sender(*document.mail, document.name, parsed->report.metadata,
                             parsed->report.policy_published.domain, receivers, *key_name);
    }
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
      item.bytes.size() <= most_kept_bytes)
    processed.kept_bytes = item.bytes;
  return processed;
}

ProcessedItem process(const Item& item, const Limits& limits, MemoryPool* pool,
                      const SenderChecks& checks) {
  return process_as(sha256(item.bytes), item, limits, pool, checks);
}

}  // namespace dmarcq
