// SPDX-License-Identifier: MIT
#include "report/answers/bounce_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>

#include "ingest/base/csv.h"
#include "ingest/base/text.h"
#include "ingest/mail/charset.h"
#include "ingest/mail/encoded_text.h"
#include "parser/aggregate/field_text.h"
#include "parser/delivery/address_mask.h"
#include "parser/delivery/delivery_columns.h"
#include "parser/delivery/parsed_delivery.h"

namespace dmarcq {
namespace {

using List = BounceListQuestion::List;

constexpr std::size_t longest_reason = 255;
/// A mailbox that is full is given up after so many refusals within 30 days.
constexpr std::uint64_t soft_refusals = 3;
constexpr Day soft_days = 30;

/// What is known of one address.
struct Verdict {
  const MailOutcome* last_bad = nullptr;   ///< the latest refusal for which it is of no use
  const MailOutcome* last_ours = nullptr;  ///< the latest for which the sender was at fault
  std::vector<Day> soft;
  bool hard = false;        ///< a receiver says that there is no such address
  bool suppressed = false;  ///< the sending service has it on its list
  bool opted_out = false;
};

std::unordered_map<std::string, Verdict> verdicts_of(const RefusalsAnswer& answer) {
  std::unordered_map<std::uint64_t, EpochSeconds> arrived;
  for (const MailOutcome& mail : answer.outcomes)
    if (mail.arrived() && mail.arrived_in_log) arrived[mail.recipient_hash] = mail.time;  // by time
  std::unordered_map<std::string, Verdict> verdicts;
  for (const MailOutcome& mail : answer.outcomes) {
    if (mail.recipient->empty()) continue;  // of mail that arrived
    Verdict& verdict = verdicts[address_key(*mail.recipient)];
    if (mail.state == FinalState::complained || mail.state == FinalState::unsubscribed)
      verdict.opted_out = true;
    if (!mail.failed()) continue;
    if (is_for_sender(cause_of({&mail, RefusalEvidence::not_asked}))) verdict.last_ours = &mail;
    const Suppress suppress = traits_of(mail.why).suppress;
    const auto since = arrived.find(mail.recipient_hash);
    if (suppress == Suppress::no || (since != arrived.end() && since->second >= mail.time))
      continue;
    verdict.last_bad = &mail;
    if (suppress == Suppress::soft)
      verdict.soft.push_back(mail.day);
    else if (mail.why == RefusalClass::suppressed)
      verdict.suppressed = true;
    else
      verdict.hard = true;
  }
  return verdicts;
}

bool is_of_no_use(const Verdict& verdict) {
  // A service puts an address on its list for any refusal, also one for which the sender was at
  // fault.
  if (verdict.hard || (verdict.suppressed && verdict.last_ours == nullptr)) return true;
  // `soft` is by time, as the outcomes are.
  for (std::size_t i = soft_refusals - 1; i < verdict.soft.size(); ++i)
    if (verdict.soft[i] - verdict.soft[i + 1 - soft_refusals] <= soft_days) return true;
  return false;
}

std::string salesforce_time(EpochSeconds time) {
  std::string text = rfc3339(time);  // "…Z"
  text.insert(text.size() - 1, ".000");
  return text;
}

std::string reason_of_mail(const MailOutcome& mail) {
  const SmtpCodes codes = smtp_codes(*mail.text);
  std::string reason;
  if (codes.basic > 0) reason = std::to_string(codes.basic) + " ";
  if (!codes.enhanced.empty()) reason += codes.enhanced + " ";
  reason += fmt::format("{} ({})", to_text(mail.why), to_text(mail.source));
  return valid_utf8(std::string_view(reason).substr(0, longest_reason));
}

struct ObjectColumns {
  std::optional<std::size_t> id, email, reason, opt_out;
};

bool is_salesforce_id(std::string_view text) {
  constexpr std::size_t short_id = 15, long_id = 18;
  const auto is_alnum = [](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
  };
  return (text.size() == short_id || text.size() == long_id) && std::ranges::all_of(text, is_alnum);
}
/// Of contacts and leads; other columns may hold the Ids of accounts and owners.
bool is_person_id(std::string_view text) {
  return is_salesforce_id(text) && (text.starts_with("003") || text.starts_with("00Q"));
}
bool is_address(std::string_view text) { return !delivery_address(text).empty(); }

using Rows = std::vector<std::vector<std::string>>;

/// The one column in which all that is filled in is of this kind.
std::optional<std::size_t> only_column_of(const Rows& rows, bool (*is_kind)(std::string_view)) {
  std::optional<std::size_t> only;
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, row.size());
  for (std::size_t i = 0; i < width; ++i) {
    std::size_t filled = 0, fitting = 0;
    for (const auto& row : rows) {
      if (i >= row.size() || row[i].empty()) continue;
      ++filled;
      fitting += is_kind(row[i]);
    }
    if (filled == 0 || fitting < filled) continue;
    if (only) return std::nullopt;
    only = i;
  }
  return only;
}

ObjectColumns columns_of(std::span<const std::string_view> header, const Rows& rows) {
  ObjectColumns columns;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::string name = folded_column_name(header[i]);
    if (name == "id" || name == "contactid" || name == "leadid" || name == "recordid")
      columns.id = i;
    else if (name == "email" || name == "personemail" || name == "emailaddress")
      columns.email = i;
    else if (name == "emailbouncedreason")
      columns.reason = i;
    else if (name == "hasoptedoutofemail" || name == "emailoptout")
      columns.opt_out = i;
  }
  if (!columns.id) columns.id = only_column_of(rows, is_person_id);
  if (!columns.id) columns.id = only_column_of(rows, is_salesforce_id);
  if (!columns.email) columns.email = only_column_of(rows, is_address);
  return columns;
}

/// The columns by the header line and the first rows; the error names the columns there are.
std::expected<ObjectColumns, std::string> columns_of(std::string_view objects, char delimiter) {
  CsvReader reader(objects, delimiter);
  CsvRow row;
  if (!reader.next(row)) return std::unexpected("it is empty");
  const std::vector<std::string> names(row.cells.begin(), row.cells.end());
  Rows rows;
  while (rows.size() < rows_to_recognise && reader.next(row)) {
    auto& cells = rows.emplace_back();
    for (const std::string_view cell : row.cells) cells.emplace_back(trimmed(cell));
  }
  const ObjectColumns columns =
      columns_of(std::vector<std::string_view>(names.begin(), names.end()), rows);
  if (columns.id && columns.email) return columns;
  return std::unexpected(fmt::format(
      "it needs a column Id and a column Email; it has {}",
      shortened(without_local_parts(valid_utf8(fmt::format("{}", fmt::join(names, ", ")))), 200)));
}

std::string_view cell(const CsvRow& row, const std::optional<std::size_t>& column) {
  return column && *column < row.cells.size() ? trimmed(row.cells[*column]) : std::string_view();
}

/// Is mail of the same sender refused at that receiver for the same matter still?
bool is_repaired(const MailOutcome& mail, const RefusalsAnswer& answer) {
  const RefusalCause* const cause = answer.cause(cause_of({&mail, RefusalEvidence::not_asked}));
  const RefusalCause* const enforced = answer.cause(RefusalCause::Kind::dmarc_enforced);
  return (cause == nullptr || cause->repaired) &&
         (enforced == nullptr || enforced->repaired ||
          !enforced->from_domains.contains(*mail.from_domain));
}

}  // namespace

std::expected<BounceList, std::string> bounce_list(const RefusalsAnswer& answer,
                                                   const BounceListQuestion& question) {
  const auto converted = utf8_of_utf16(question.objects);
  const std::string_view objects = converted ? std::string_view(*converted) : question.objects;
  const char delimiter = csv_delimiter(objects);
  const auto found_columns = columns_of(objects, delimiter);
  if (!found_columns) return std::unexpected(found_columns.error());
  const ObjectColumns& columns = *found_columns;
  CsvReader reader(objects, delimiter);
  CsvRow row;
  reader.next(row);  // the header line
  const std::unordered_map<std::string, Verdict> verdicts = verdicts_of(answer);
  std::unordered_map<std::string, bool> matched;
  BounceList list;
  while (reader.next(row)) {
    ++list.records;
    const std::string id(cell(row, columns.id)), address = address_key(cell(row, columns.email));
    const auto found = verdicts.find(address);
    if (id.empty() || found == verdicts.end()) continue;
    const Verdict& verdict = found->second;
    const bool no_use = is_of_no_use(verdict);
    const bool holds_bounce = !cell(row, columns.reason).empty();
    if (question.list == List::release) {
      if (verdict.last_ours == nullptr || no_use) continue;
      matched[address] = true;
      if (columns.reason && !holds_bounce) {
        ++list.held;
      } else if (!is_repaired(*verdict.last_ours, answer)) {
        ++list.unrepaired;
      } else {
        list.rows.push_back({.id = id});
      }
      continue;
    }
    BounceListRow line{.id = id};
    if (no_use && !holds_bounce) {
      line.reason = reason_of_mail(*verdict.last_bad);
      line.date = salesforce_time(verdict.last_bad->time);
    }
    const bool is_opted_out = lower(cell(row, columns.opt_out)) == "true" ||
                              cell(row, columns.opt_out) == "1";
    const bool opts_out = verdict.opted_out || (question.opt_out_hard && no_use && verdict.hard);
    // What is set already is written again: an empty cell would clear it under "Insert null
    // values".
    line.opt_out = opts_out || is_opted_out;
    if (!no_use && !verdict.opted_out) continue;
    matched[address] = true;
    if (line.reason.empty() && (!opts_out || is_opted_out))
      ++list.held;
    else
      list.rows.push_back(std::move(line));
  }
  for (const auto& [address, verdict] : verdicts) {
    const bool listed = question.list == List::release
                            ? verdict.last_ours != nullptr && !is_of_no_use(verdict)
                            : is_of_no_use(verdict) || verdict.opted_out;
    list.unmatched += listed && !matched.contains(address);
  }
  return list;
}

}  // namespace dmarcq
