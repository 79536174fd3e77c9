// SPDX-License-Identifier: MIT
#include "parser/delivery/delivery_table.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "ingest/base/csv.h"
#include "ingest/base/text.h"
#include "ingest/mail/charset.h"
#include "ingest/names.h"
#include "parser/delivery/delivery_columns.h"
#include "parser/delivery/refusal.h"
#include "parser/delivery/return_path.h"

namespace dmarcq {
namespace {

using Column = DeliveryColumn;
using Kind = DeliveryTableKind;
using State = DeliveryState;

/// Marketing Cloud writes UTC−6 all year, without daylight saving time.
constexpr EpochSeconds marketing_cloud_offset = -6 * 3600;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_reply_code(std::string_view text) {
  return text.size() >= 3 && (text[0] == '2' || text[0] == '4' || text[0] == '5') &&
         is_digit(text[1]) && is_digit(text[2]) &&
         (text.size() == 3 || text[3] == ' ' || text[3] == '-');
}

/// "warmup@sp1.siterelay.mta.salesforce.com": mail by which Salesforce makes new addresses known.
bool is_warm_up(std::string_view recipient) {
  return starts_with_word(recipient, "warmup@sp") &&
         ends_with_word(recipient, ".siterelay.mta.salesforce.com");
}

/// What a word of a service or of an owner's file says of the state; nothing when it is none known.
std::optional<State> state_from(std::string_view words) {
  const std::string word = lower(words);
  const auto has = [&](std::initializer_list<std::string_view> parts) {
    return std::ranges::any_of(parts, [&](std::string_view part) { return word.contains(part); });
  };
  if (has({"complain", "spam", "abuse"})) return State::complained;
  if (has({"unsub", "opt-out", "opt out", "optout"})) return State::unsubscribed;
  if (has({"soft", "transient", "defer", "delay", "temporar"})) return State::delayed;
  if (has({"suppress", "dropped"})) return State::suppressed;
  if (has({"undeliver", "not deliver", "hard", "bounce", "fail", "reject", "refus", "permanent",
           "block", "invalid"}))
    return State::refused;
  if (has({"deliver"})) return State::delivered;
  if (has({"sent", "accepted", "processed", "received"})) return State::received;
  return std::nullopt;
}

std::optional<State> state_from(const SmtpCodes& codes) {
  const char first = codes.basic != 0         ? static_cast<char>('0' + codes.basic / 100)
                     : codes.enhanced.empty() ? '\0'
                                              : codes.enhanced.front();
  if (first == '2') return State::delivered;
  if (first == '4') return State::delayed;
  if (first == '5') return State::refused;
  return std::nullopt;
}

/// A table opened: its rows, and what is in which column.
struct OpenTable {
  TablePreamble preamble;
  std::string_view text;  ///< from the header line on
  char delimiter = ',';
  DeliveryColumns columns;
};

Error not_a_table(std::string text) { return {Fault::not_a_report, std::move(text), {}}; }

std::expected<OpenTable, Error> open_table(std::string_view text) {
  OpenTable table;
  table.preamble = take_table_preamble(text);
  table.text = text;
  table.delimiter = csv_delimiter(text);
  if (table.delimiter == '\0') return std::unexpected(not_a_table("no table"));
  CsvReader reader(text, table.delimiter);
  CsvRow row;
  if (!reader.next(row)) return std::unexpected(not_a_table("no table"));
  const std::vector<std::string> header(row.cells.begin(), row.cells.end());
  std::vector<std::vector<std::string>> rows;
  while (rows.size() < rows_to_recognise && reader.next(row))
    if (!std::ranges::equal(row.cells, header))
      rows.emplace_back(row.cells.begin(), row.cells.end());
  const std::vector<std::string_view> names(header.begin(), header.end());
  auto columns = recognise_delivery_table(names, rows, table.preamble.map);
  if (!columns) return std::unexpected(std::move(columns.error()));
  table.columns = std::move(*columns);
  return table;
}

DateOrderEvidence evidence_of(const OpenTable& table) {
  DateOrderEvidence evidence;
  const auto date = table.columns[Column::date];
  if (!date) return evidence;
  CsvReader reader(table.text, table.delimiter);
  CsvRow row;
  while (reader.next(row))
    if (*date < row.cells.size()) evidence.add(row.cells[*date]);
  return evidence;
}

class TableReader {
 public:
  TableReader(const OpenTable& table, DateOrder order, DeliveryWriter& out)
      : columns_(table.columns), order_(order), out_(out) {
    for (const Column needed : {Column::date, Column::recipient, Column::event})
      if (columns_[needed]) least_cells_ = std::max(least_cells_, *columns_[needed] + 1);
  }

  void read(const CsvRow& row, std::uint64_t number) {
    cells_ = row.cells;
    out_.count_row();
    if (std::ranges::equal(cells_, columns_.names)) return out_.leave_out();
    part_ = "row " + std::to_string(number);
    if (cells_.size() < least_cells_)
      return damage("the row has " + counted(cells_.size(), "cell") + ", the header line " +
                    std::to_string(columns_.names.size()));
    if (row.shortened)
      remark("a cell longer than 32 KiB, or more than 500 cells: the rest is left out");
    if (row.open_quote) remark("a quote that is never closed is read as text");
    switch (columns_.kind) {
      case Kind::email_log: return read_email_log();
      case Kind::marketing_cloud: return read_marketing_cloud();
      case Kind::suppression_list: return read_suppression();
      case Kind::mapped: return read_mapped();
    }
  }

 private:
  std::string_view cell(Column column) const {
    const auto at = columns_[column];
    return at && *at < cells_.size() ? trimmed(cells_[*at]) : std::string_view();
  }
  void damage(std::string text) {
    out_.damage(part_, {Fault::invalid_report, std::move(text), {}});
  }
  void remark(std::string text) {
    out_.remark(part_, {Fault::invalid_report, std::move(text), {}});
  }

  /// Columns without a meaning here, by their names, but for one.
  void keep_others(DeliveryEvent& event, std::optional<std::size_t> but = {}) const {
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (but == i || (i < columns_.taken.size() && columns_.taken[i])) continue;
      const std::string name = i < columns_.names.size() && !columns_.names[i].empty()
                                   ? columns_.names[i]
                                   : "column " + std::to_string(i + 1);
      add_more(event.more, name, cells_[i]);
    }
  }

  /// Sets what the date column says; false, and a damage, where that cannot be read.
  bool set_time(DeliveryEvent& event, EpochSeconds offset) {
    const std::string_view date = cell(Column::date);
    const auto time = time_from_text(date, order_, offset);
    if (!time)
      damage(date.empty() ? "no date" : "no date that can be read: '" + one_line(date, 60) + "'");
    event.time = time.value_or(0);
    return time.has_value();
  }
  /// The time itself, as one export may spell it otherwise than another, and the same in both
  /// orders of dates: what was a guess may be another one when the file is read again.
  static std::string key_time(const DeliveryEvent& event, EpochSeconds offset = 0) {
    return rfc3339(order_free_time(event.time, offset));
  }
  void write(DeliveryEvent&& event) {
    event.source = columns_.source;
    out_.write(std::move(event), part_);
  }

  DeliveryEvent common() const {
    DeliveryEvent event;
    event.recipient = cell(Column::recipient);
    event.envelope_sender = cell(Column::sender);
    event.header_from = cell(Column::header_from);
    if (event.header_from.empty() && !event.envelope_sender.empty())
      event.header_from = parse_return_path(event.envelope_sender).header_from;
    event.message_id = cell(Column::message_id);
    event.queue_id = cell(Column::queue_id);
    event.sending_ip = cell(Column::sending_ip);
    event.remote_host = cell(Column::remote_host);
    event.user_id = cell(Column::user_id);
    return event;
  }

  /// The cell at or behind the stage that holds a server's words; nothing when none does.
  std::optional<std::size_t> smtp_cell() const {
    const auto stage = columns_[Column::stage];
    if (!stage) return std::nullopt;
    for (std::size_t i = *stage; i < cells_.size(); ++i) {
      const std::string_view text = trimmed(cells_[i]);
      if ((text.size() > 3 && is_reply_code(text)) || is_own_words(text)) return i;
    }
    return std::nullopt;
  }

  void read_email_log() {
    const std::string_view recipient = cell(Column::recipient), letter = cell(Column::event);
    if (is_warm_up(recipient)) return out_.leave_out();
    DeliveryEvent event = common();
    if (same_word(letter, "R"))
      event.state = State::received;
    else if (same_word(letter, "D"))
      event.state = State::delivered;
    else if (same_word(letter, "T"))
      event.state = State::delayed;
    else if (same_word(letter, "P"))
      event.state = State::refused;
    else
      return damage("unknown mail event '" + one_line(letter, 40) + "' (expected R, D, T or P)");
    const auto text = smtp_cell();
    if (text) event.text = cells_[*text];
    if (text != columns_[Column::stage]) event.stage = cell(Column::stage);
    // Salesforce says that it sent these, and does not (K393553).
    if (ends_with_word(recipient, ".invalid") && event.state != State::refused) {
      event.state = State::suppressed;
      event.stage = "not sent: .invalid";
    }
    keep_others(event, text);
    if (!set_time(event, 0)) return;
    const std::string_view queue_id = cell(Column::queue_id);
    event.key = delivery_key({to_text(columns_.source), queue_id, lower(letter), recipient,
                              key_time(event), cell(Column::retries),
                              queue_id.empty() ? cell(Column::message_id) : std::string_view()});
    write(std::move(event));
  }

  void read_marketing_cloud() {
    DeliveryEvent event = common();
    const std::string_view category = cell(Column::type), code = cell(Column::code);
    const std::string_view subscriber = cell(Column::subscriber_key);
    if (event.recipient.empty() && subscriber.contains('@')) event.recipient = subscriber;
    // The data view has no address where the subscriber key is an id, but the domain.
    if (event.recipient.empty() && !cell(Column::domain).empty())
      event.recipient = "@" + std::string(cell(Column::domain));
    if (event.recipient.empty())
      return damage("no mail address: SubscriberKey is '" + one_line(subscriber, 60) +
                    "', and there is neither EmailAddress nor Domain");
    event.text = words();
    event.stage = category;
    if (const std::string_view sub = cell(Column::sub_type); !sub.empty())
      event.stage += "/" + std::string(sub);
    event.state =
        state_from(smtp_codes(event.text))
            .value_or(starts_with_word(category, "soft") || starts_with_word(category, "technical")
                          ? State::delayed
                          : State::refused);
    keep_others(event);
    if (!set_time(event, marketing_cloud_offset)) return;
    event.key = delivery_key({to_text(columns_.source), key_time(event, marketing_cloud_offset),
                              cell(Column::job_id), cell(Column::batch_id), cell(Column::list_id),
                              cell(Column::subscriber_key), event.recipient, category, code});
    write(std::move(event));
  }

  /// The texts of the row as one, with the code in front where they have none.
  std::string words() const {
    std::string text(cell(Column::text));
    if (const std::string_view other = cell(Column::other_text);
        !other.empty() && !text.contains(other))
      text = text.empty() ? std::string(other) : text + " (" + std::string(other) + ")";
    const std::string_view code = cell(Column::code);
    return with_codes(text, code, code);
  }

  void read_suppression() {
    DeliveryEvent event = common();
    event.text = words();
    const SmtpCodes codes = smtp_codes(event.text);
    const std::string_view type = cell(Column::type);
    event.stage = type.empty() ? "suppression list" : type;
    // A word is the service's ("COMPLAINT", "ManualSuppression"); a text with codes is a
    // receiver's.
    if (codes.basic != 0 || !codes.enhanced.empty() || columns_.source == DeliverySource::sendgrid)
      event.state = state_from(codes).value_or(State::refused);
    else if (const auto told = state_from(event.text);
             told == State::complained || told == State::unsubscribed)
      event.state = *told;
    else
      event.state = event.text.empty() ? columns_.listed : State::suppressed;
    keep_others(event);
    if (!set_time(event, 0)) return;
    event.key = delivery_key({to_text(columns_.source), event.recipient, key_time(event),
                              event.text.substr(0, longest_delivery_field)});
    write(std::move(event));
  }

  void read_mapped() {
    DeliveryEvent event = common();
    event.text = words();
    event.stage = cell(Column::stage);
    if (event.stage.empty()) event.stage = cell(Column::type);
    auto state = state_from(cell(Column::state));
    if (!state) state = state_from(smtp_codes(event.text));
    if (!state) state = state_from(cell(Column::type));
    // What is exported is what bounced.
    event.state = state.value_or(State::refused);
    keep_others(event);
    if (!set_time(event, 0)) return;
    event.key =
        delivery_key({to_text(columns_.source), event.recipient, key_time(event), event.message_id,
                      event.stage, event.text.substr(0, longest_delivery_field)});
    write(std::move(event));
  }

  const DeliveryColumns& columns_;
  DateOrder order_;
  DeliveryWriter& out_;
  std::span<const std::string_view> cells_;
  std::string part_;
  std::size_t least_cells_ = 0;
};

}  // namespace

bool is_delivery_table(std::string_view head) { return open_table(head).has_value(); }

DateOrderEvidence date_order_evidence(std::string_view text) {
  const auto table = open_table(text);
  return table ? evidence_of(*table) : DateOrderEvidence();
}

std::expected<ParsedDelivery, Error> parse_delivery_table(std::string_view text,
                                                          const Limits& limits, DeliverySink sink) {
  const auto converted = utf8_of_utf16(text);
  if (converted) text = *converted;
  const auto table = open_table(text);
  if (!table) return std::unexpected(table.error());
  DeliveryWriter out(table->columns.source, sink);
  DateOrderEvidence::Decision decision;
  if (table->preamble.dates)
    decision = {*table->preamble.dates, table->preamble.dates_guessed};
  else
    decision = evidence_of(*table).decide();
  out.result().date_order = decision.order;
  out.result().date_order_guessed = decision.guessed;

  TableReader reader(*table, decision.order, out);
  CsvReader rows(table->text, table->delimiter);
  CsvRow row;
  rows.next(row);
  const std::uint64_t header = row.number;
  while (rows.next(row)) {
    const std::uint64_t number = table->preamble.first_row + (row.number - header - 1);
    if (out.result().rows >= limits.records) {
      out.remark(
          "row " + std::to_string(number),
          {Fault::limit, "more than " + with_thousands(limits.records) + " rows", "records"});
      break;
    }
    reader.read(row, number);
  }
  return std::move(out).finish();
}

}  // namespace dmarcq
