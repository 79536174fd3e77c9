// SPDX-License-Identifier: MIT
#include "parser/delivery/delivery_columns.h"

#include <algorithm>
#include <initializer_list>

#include "ingest/base/text.h"
#include "parser/delivery/parsed_delivery.h"

namespace dmarcq {
namespace {

using Column = DeliveryColumn;
using Kind = DeliveryTableKind;
using Source = DeliverySource;

class Recogniser {
 public:
  Recogniser(std::span<const std::string_view> header,
             const std::vector<std::vector<std::string>>& rows)
      : rows_(rows) {
    for (const std::string_view name : header) {
      folded_.push_back(folded_column_name(name));
      columns_.names.push_back(one_line(name, longest_delivery_field / 4));
    }
    columns_.taken.resize(header.size());
  }

  std::expected<DeliveryColumns, Error> recognise(const ColumnMap& map) {
    if (is_email_log() || is_localized_email_log() || is_marketing_cloud()) return done();
    std::string missing;
    if (!map.empty() && is_mapped(map, missing)) return done();
    if (is_suppression_list()) return done();
    if (!missing.empty())
      return std::unexpected(
          Error{Fault::invalid_report, "no column '" + missing + "', which the map names", {}});
    return std::unexpected(Error{Fault::not_a_report, "a table, but of no known kind", {}});
  }

 private:
  std::optional<std::size_t> find(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names)
      if (const auto found = std::ranges::find(folded_, name); found != folded_.end())
        return static_cast<std::size_t>(found - folded_.begin());
    return std::nullopt;
  }
  bool has(std::initializer_list<std::string_view> names) const { return find(names).has_value(); }

  void set(Column column, std::optional<std::size_t> at) {
    columns_.at[static_cast<std::size_t>(column)] = at;
    if (at && *at < columns_.taken.size()) columns_.taken[*at] = true;
  }
  void set(Column column, std::initializer_list<std::string_view> names) {
    set(column, find(names));
  }
  /// A column that is known and tells nothing of use.
  void pass_over(std::optional<std::size_t> at) {
    if (at && *at < columns_.taken.size()) columns_.taken[*at] = true;
  }
  std::expected<DeliveryColumns, Error> done() { return std::move(columns_); }

  bool is_email_log() {
    if (!has({"mailevent"}) || !has({"recipient"}) ||
        !(has({"internalmessageid"}) || has({"messageidheader"})) || !has({"datetime", "date"}))
      return false;
    columns_.kind = Kind::email_log;
    columns_.source = Source::email_log;
    set(Column::date, {"datetime", "date"});
    set(Column::queue_id, {"internalmessageid"});
    set(Column::event, {"mailevent"});
    set(Column::recipient, {"recipient"});
    set(Column::sender, {"sender"});
    set(Column::user_id, {"userid"});
    set(Column::message_id, {"messageidheader", "messageid"});
    set(Column::retries, {"retrycount"});
    set(Column::stage, {"deliverystage"});
    // The application server that handed the mail over, its size, and how long that took.
    for (const std::string_view name : {"remotehost", "bytestransferred", "secondsinqueue"})
      pass_over(find({name}));
    // The texts of servers are looked for from here on.
    if (!columns_[Column::stage] && folded_.size() > 11) set(Column::stage, 11);
    return true;
  }

  /// By place: A date, B internal id, C event, D recipient … L stage.
  bool is_localized_email_log() {
    constexpr std::size_t event = 2, recipient = 3, least = 12;
    if (folded_.size() < least || rows_.empty()) return false;
    const auto fits = std::ranges::count_if(rows_, [](const std::vector<std::string>& row) {
      if (row.size() < least || !row[recipient].contains('@')) return false;
      const std::string_view letter = trimmed(row[event]);
      return letter.size() == 1 && std::string_view("RDTP").contains(letter);
    });
    // A damaged row makes no other file of it.
    if (static_cast<std::size_t>(fits) * 10 < rows_.size() * 9) return false;
    columns_.kind = Kind::email_log;
    columns_.source = Source::email_log;
    static constexpr std::array<std::pair<Column, std::size_t>, 9> places{
        {{Column::date, 0},
         {Column::queue_id, 1},
         {Column::event, event},
         {Column::recipient, recipient},
         {Column::sender, 4},
         {Column::user_id, 7},
         {Column::message_id, 8},
         {Column::retries, 9},
         {Column::stage, 11}}};
    for (const auto& [column, at] : places) set(column, at);
    for (const std::size_t at : {5u, 6u, 10u}) pass_over(at);
    return true;
  }

  bool is_marketing_cloud() {
    if (!has({"bouncecategory"}) || !has({"eventdate"}) ||
        !has({"subscriberkey", "emailaddress", "subscriberid"}))
      return false;
    columns_.kind = Kind::marketing_cloud;
    columns_.source = Source::marketing_cloud;
    set(Column::date, {"eventdate"});
    set(Column::recipient, {"emailaddress"});
    set(Column::subscriber_key, {"subscriberkey"});
    set(Column::domain, {"domain"});
    set(Column::type, {"bouncecategory"});
    set(Column::sub_type, {"bouncesubcategoryid"});
    set(Column::text, {"smtpmessage", "bouncereason"});
    set(Column::other_text, {"smtpbouncereason"});
    set(Column::code, {"smtpcode"});
    set(Column::job_id, {"jobid", "sendid"});
    set(Column::batch_id, {"batchid"});
    set(Column::list_id, {"listid"});
    // The numbers of the Return-Path: worth keeping beside the key.
    for (const Column column : {Column::subscriber_key, Column::job_id, Column::batch_id,
                                Column::list_id, Column::sub_type})
      if (columns_[column]) columns_.taken[*columns_[column]] = false;
    return true;
  }

  /// A list of people to write to, which may have notes and statuses of all kinds: no list of
  /// bounces, unless it has what only bounces have.
  bool is_contact_list() const {
    if (has({"bouncedat", "typecode", "bouncetype", "smtpcode", "suppressionreason",
             "diagnosticcode", "smtpresponse"}))
      return false;
    // Services write these beside a reason too: the name of a type, where the receiver is.
    if (!has({"reason"}) && has({"name", "title", "city", "country"})) return true;
    return has({"firstname", "lastname", "fullname", "phone", "mobilephone", "mobile", "company",
                "account", "accountid", "accountname", "contactid", "leadid", "leadsource",
                "ownerid", "mailingcity", "mailingcountry", "hasoptedoutofemail"});
  }

  /// The lists that services keep, and their exports of bounces: an address, a date, and a reason.
  bool is_suppression_list() {
    constexpr std::size_t most_columns = 20;
    const auto email = find({"email", "emailaddress", "address", "recipient"});
    const auto date = find({"created", "createdat", "bouncedat", "lastupdatetime",
                            "lastupdatedtime", "suppressedat", "timestamp", "date"});
    auto reason =
        find({"reason", "suppressionreason", "bouncetype", "diagnosticcode", "smtpresponse"});
    // These are a receiver's words only beside what else tells of a bounce.
    if (!reason && has({"code", "smtpcode", "bouncedat"}))
      reason = find({"error", "details", "description"});
    const bool is_opt_out_list = folded_.size() <= 3 && has({"address"}) && has({"createdat"}) &&
                                 has({"tags"});  // Mailgun
    const bool is_spam_list = folded_.size() <= 3 && has({"email"}) && has({"created"}) &&
                              has({"ip"});  // SendGrid
    if (is_opt_out_list) columns_.listed = DeliveryState::unsubscribed;
    if (is_spam_list) columns_.listed = DeliveryState::complained;
    if (!email || !date || folded_.size() > most_columns ||
        (!reason && !is_opt_out_list && !is_spam_list) || is_contact_list())
      return false;
    columns_.kind = Kind::suppression_list;
    const bool sendgrid = has({"status"}) && has({"reason"}) && has({"email"}) && has({"created"});
    columns_.source = sendgrid ? Source::sendgrid : Source::suppression_list;
    set(Column::recipient, email);
    set(Column::date, date);
    set(Column::text, reason);
    set(Column::code, {"status", "code", "smtpcode"});
    set(Column::type, {"type", "bouncetype", "origin"});
    set(Column::header_from, {"from"});
    set(Column::message_id, {"messageid"});
    return true;
  }

  bool is_mapped(const ColumnMap& map, std::string& missing) {
    for (const auto& [field, name] : map) {
      const auto found = std::ranges::find(folded_, folded_column_name(name));
      const auto known = std::ranges::find(map_fields, field, &MapField::name);
      if (known == map_fields.end()) continue;
      if (found == folded_.end()) {
        missing = name;
        columns_.at = {};
        columns_.taken.assign(folded_.size(), false);
        return false;
      }
      set(known->column, static_cast<std::size_t>(found - folded_.begin()));
    }
    return columns_[Column::recipient] && columns_[Column::date];
  }

  const std::vector<std::vector<std::string>>& rows_;
  std::vector<std::string> folded_;
  DeliveryColumns columns_;
};

}  // namespace

std::string folded_column_name(std::string_view name) {
  std::string out;
  for (const char c : trimmed(name))
    if (!std::string_view(" _-/.()\t\r\n").contains(c)) out += lower(c);
  return out;
}

std::expected<DeliveryColumns, Error> recognise_delivery_table(
    std::span<const std::string_view> header, const std::vector<std::vector<std::string>>& rows,
    const ColumnMap& map) {
  return Recogniser(header, rows).recognise(map);
}

}  // namespace dmarcq
