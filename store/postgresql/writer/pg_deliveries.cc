// SPDX-License-Identifier: MIT
#include "store/postgresql/writer/pg_deliveries.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <string_view>
#include <vector>

#include "store/document/delivery_document.h"
#include "store/document/delivery_facts.h"
#include "store/postgresql/wire/pg_text.h"
#include "store/scope.h"

namespace dmarcq {
namespace {

constexpr std::size_t events_at_once = 5'000;

/// Events on their way in, column by column.
class EventColumns {
 public:
  /// False when there is one with this key already: a statement may not add a row twice.
  bool add(const DeliveryView& event) {
    const DeliveryKeyBytes key = delivery_key(event);
    const std::string key_text(key.data(), key.size());
    if (!keys_.insert(key_text).second) return false;
    days_.push_back(delivery_day(event.time));
    sources_.push_back(static_cast<std::int16_t>(event.source));
    states_.push_back(static_cast<std::int16_t>(event.state));
    times_.push_back(event.time);
    const std::string_view local = local_part_of(event.recipient);
    has_recipient_.push_back(local.empty() ? 0 : 1);
    std::size_t i = 0;
    texts_[i++].push_back(key_text);
    for (const std::string_view text :
         {local, domain_part_of(event.recipient), event.envelope_sender, event.header_from,
          event.message_id, event.queue_id, event.sending_ip, event.remote_host, event.stage,
          event.text, event.user_id, event.more})
      texts_[i++].emplace_back(text);
    return true;
  }
  std::size_t size() const { return days_.size(); }

  /// Calls back with the day of each that was new.
  void write(PgConnection& connection, const std::string& item, FunctionRef<void(Day)> is_new) {
    if (days_.empty()) return;
    PgValues values;
    values.bytes(item);
    values.byte_strings(views(texts_[0])).days(days_).smalls(sources_).smalls(states_);
    values.integers(times_).smalls(has_recipient_);
    for (std::size_t i = 1; i < texts_.size(); ++i) values.texts(views(texts_[i]));
    connection.each(
        "INSERT INTO dmarcq.delivery(item,key,day,source,state,time,has_recipient,local_part,domain,sender,header_from,message_id,queue_id,sending_ip,"
        "remote_host,stage,words,user_id,more) SELECT $1,k,d,s,t,e,r<>0,a,b,c,f,g,h,i,j,l,m,n,o FROM unnest($2::bytea[],$3::int4[],$4::int2[],$5::int2[],"
        "$6::int8[],$7::int2[],$8::text[],$9::text[],$10::text[],$11::text[],$12::text[],$13::text[],$14::text[],$15::text[],$16::text[],$17::text[],"
        "$18::text[],$19::text[]) AS u(k,d,s,t,e,r,a,b,c,f,g,h,i,j,l,m,n,o) ON CONFLICT DO NOTHING RETURNING day",
        values, [&](const PgRow& row) { is_new(static_cast<Day>(row.integer(0))); });
  }

 private:
  static std::vector<std::string_view> views(const std::vector<std::string>& texts) {
    return {texts.begin(), texts.end()};
  }
  std::set<std::string> keys_;
  std::vector<std::int32_t> days_;
  std::vector<std::int16_t> sources_, states_, has_recipient_;
  std::vector<std::int64_t> times_;
  std::array<std::vector<std::string>, 13> texts_;
};

Day forgotten_before(PgConnection& connection) {
  const std::string text = connection
                               .word("SELECT state FROM dmarcq.checkpoint WHERE source=$1",
                                     PgValues().text(addresses_forgotten))
                               .value_or("0");
  std::int64_t day = 0;
  std::from_chars(text.data(), text.data() + text.size(), day);
  return static_cast<Day>(std::clamp<std::int64_t>(day, 0, last_possible_day));
}

void remember(PgConnection& connection, std::string_view what, const std::string& state) {
  connection.change(
      "INSERT INTO dmarcq.checkpoint(source,state) VALUES($1,$2) ON CONFLICT (md5(source)) DO UPDATE SET state=excluded.state",
      PgValues().text(what).text(state));
}

}  // namespace

void save_deliveries(PgConnection& connection, const ProcessedItem& processed,
                     const std::string& item, Saved& saved) {
  if (processed.deliveries.empty()) return;
  // Who forgets addresses waits for those who add some, and the other way round: nothing is added
  // behind his back.
  connection.change("SELECT 1 FROM dmarcq.checkpoint WHERE source=$1 FOR SHARE",
                    PgValues().text(addresses_forgotten));
  ProcessedItem::Delivery sum;
  std::uint64_t stored = 0;
  Day oldest = last_possible_day;
  EventColumns columns;
  const auto write = [&] {
    const std::uint64_t before = stored;
    columns.write(connection, item, [&](Day day) {
      ++stored;
      oldest = std::min(oldest, day);
    });
    saved.deliveries_repeated += columns.size() - (stored - before);
    columns = {};
  };
  for (const ProcessedItem::Delivery& found : processed.deliveries) {
    sum.source = found.source;
    sum.rows += found.rows;
    sum.left_out += found.left_out;
    sum.damaged += found.damaged;
    found.events.each([&](const DeliveryView& event) {
      if (!columns.add(event)) ++saved.deliveries_repeated;
      if (columns.size() >= events_at_once) write();
    });
  }
  write();
  // Atomic: another run may have set it back further.
  if (stored > 0)
    connection.change(
        "UPDATE dmarcq.checkpoint SET state=$2::int8::text WHERE source=$1 AND state::int8>$2",
        PgValues().text(addresses_forgotten).integer(oldest));
  saved.deliveries_stored += stored;
  saved.deliveries_left_out += sum.left_out;
  saved.deliveries_damaged += sum.damaged;
  const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  connection.change(
      "INSERT INTO dmarcq.delivery_log AS known(item,source,rows,left_out,damaged,events) VALUES($1,$2,$3,$4,$5,$6) ON CONFLICT (item) DO UPDATE SET "
      "source=$2, rows=$3, left_out=$4, damaged=$5, events=known.events+$6",
      PgValues()
          .bytes(item)
          .small(static_cast<std::int16_t>(sum.source))
          .integer(number(sum.rows))
          .integer(number(sum.left_out))
          .integer(number(sum.damaged))
          .integer(number(stored)));
}

bool pg_recipients_are_due(PgConnection& connection, Day before) {
  return forgotten_before(connection) < before;
}

std::uint64_t forget_pg_recipients(PgConnection& connection, Day before) {
  connection.change("SELECT 1 FROM dmarcq.checkpoint WHERE source=$1 FOR UPDATE",
                    PgValues().text(addresses_forgotten));
  const Day from = forgotten_before(connection);
  if (from >= before) return 0;
  connection.run(
      "DELETE FROM dmarcq.kept_item WHERE item IN (SELECT item FROM dmarcq.delivery_log)");
  struct Named {
    std::string key;
    bool recipient = false;
    WithoutPeople left;
  };
  std::uint64_t forgotten = 0;
  std::vector<Named> found;
  const auto write = [&] {
    for (const Named& named : found) {
      connection.change(
          "UPDATE dmarcq.delivery SET has_recipient=false, local_part='', more=$2, sender=$3, words=$4 WHERE key=$1",
          PgValues()
              .bytes(named.key)
              .text(named.left.more)
              .text(named.left.sender)
              .text(named.left.words));
      forgotten += named.recipient ? 1 : 0;
    }
    found.clear();
  };
  for (Day day = from; day < before;) {
    // Days with events only.
    const auto next =
        connection.number("SELECT min(day) FROM dmarcq.delivery WHERE day>=$1 AND day<$2",
                          PgValues().day(day).day(before));
    if (!next) break;
    day = static_cast<Day>(*next);
    connection.each(
        "SELECT key,has_recipient,local_part,domain,more,sender,words FROM dmarcq.delivery WHERE day=$1",
        PgValues().day(day), [&](const PgRow& row) {
          Named named{.key = row.string(0), .recipient = row.boolean(1), .left = {}};
          named.left =
              without_people_of(row.text(2), row.text(3), row.text(4), row.text(5), row.text(6));
          if (named.recipient || named.left.differs) found.push_back(std::move(named));
        });
    write();
    ++day;
  }
  remember(connection, addresses_forgotten, std::to_string(before));
  return forgotten;
}

std::uint64_t prune_pg_deliveries(PgConnection& connection, Day before) {
  connection.change(
      "UPDATE dmarcq.delivery_log SET events=events-gone.number FROM (SELECT item, count(*) AS number FROM dmarcq.delivery WHERE day<$1 GROUP BY item) gone "
      "WHERE gone.item=delivery_log.item",
      PgValues().day(before));
  return connection.change("DELETE FROM dmarcq.delivery WHERE day<$1", PgValues().day(before));
}

}  // namespace dmarcq
