// SPDX-License-Identifier: MIT
#include "store/queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <deque>
#include <future>
#include <iterator>
#include <limits>
#include <numeric>
#include <span>
#include <thread>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "ingest/base/parallel_for.h"
#include "ingest/base/seeded_hash.h"
#include "ingest/base/text.h"
#include "store/by_id.h"
#include "store/conflicts.h"
#include "store/flat_index.h"
#include "store/schema.h"
#include "store/sender_columns.h"
#include "store/sqlite.h"

namespace dmarcq {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::vector<Deviation> deviations_of(std::string_view text) {
  std::vector<Deviation> deviations;
  for (const std::string& line : lines_of(text)) {
    const std::size_t a = std::min(line.find('\t'), line.size()),
                      b = std::min(line.find('\t', a + 1), line.size());
    deviations.push_back({line.substr(0, a), a < line.size() ? line.substr(a + 1, b - a - 1) : "",
                          b < line.size() ? line.substr(b + 1) : ""});
  }
  return deviations;
}

/// A number of messages or of records: never below zero, and never more than may be added up.
std::uint64_t count_from(const Statement& row, int column, std::string_view table,
                         std::int64_t id) {
  return std::min(static_cast<std::uint64_t>(
                      row.integer(column, 0, std::numeric_limits<std::int64_t>::max(), table, id)),
                  most_messages);
}

/// Sums at their cap are of counts that no receiver ever had: who asked is told, once.
const Totals& plausible(Store& store, const Totals& totals) {
  if (totals.messages >= most_messages) store.tell_implausible();
  return totals;
}

Totals totals_from(const Statement& row, int column, std::string_view table, std::int64_t id) {
  Totals totals;
  for (const auto sum : {&Totals::both, &Totals::dkim_only, &Totals::spf_only, &Totals::neither,
                         &Totals::none, &Totals::pass, &Totals::quarantine, &Totals::reject})
    totals.*sum = count_from(row, column++, table, id);
  for (const std::uint64_t part : {totals.both, totals.dkim_only, totals.spf_only, totals.neither})
    totals.messages = capped_sum(totals.messages, part);
  return totals;
}
constexpr std::string_view totals_columns =
    "dkim_and_spf,dkim_only,spf_only,neither,none,pass,quarantine,reject";

/// How far a policy domain's rows are asked for.
enum class Reach { none, all, by_header_from };

struct Scope {
  struct Domain {
    std::int64_t id;
    std::string name;
    Reach reach;
  };
  std::vector<Domain> domains;  // by id
  Day since, until;
  bool whole = false;  // every domain, every day, every row
  bool any_by_header_from = false;
};

Scope scope_of(Store& store, const Filter& filter) {
  Scope scope;
  scope.since = std::max(filter.since.value_or(0), 0);
  scope.until = std::min(filter.until.value_or(RowKey::max_day), static_cast<Day>(RowKey::max_day));
  std::vector<std::string> wanted;
  for (const std::string& domain : filter.domains) wanted.push_back(lower(domain));
  Statement statement(store.database(), "SELECT id, name FROM domain ORDER BY id");
  while (statement.step()) {
    Scope::Domain domain{statement.integer(0), statement.string(1),
                         wanted.empty() ? Reach::all : Reach::none};
    if (domain.id < 1 || domain.id > RowKey::max_domain)
      damaged(store.database(), "domain", domain.id, "no row has this id");
    for (const std::string& name : wanted) {
      if (at_or_below(domain.name, name)) domain.reach = Reach::all;
      // Reports on the organizational domain hold the rows of its subdomains too.
      else if (domain.reach == Reach::none && at_or_below(name, domain.name))
        domain.reach = Reach::by_header_from;
    }
    if (domain.reach == Reach::none) continue;
    scope.any_by_header_from |= domain.reach == Reach::by_header_from;
    scope.domains.push_back(std::move(domain));
  }
  scope.whole = wanted.empty() && !filter.since && !filter.until;
  return scope;
}

/// How a voice is shown that calls itself so.
std::string name_of(const Voice& voice, std::string_view org_name) {
  return voice.believed ? std::string(org_name) : fmt::format("{}, {}", org_name, voice.name);
}

/// Reporters, by key: those who are one voice share one. Keys count from 1, the same whatever the
/// filter. And which of them the filter wants.
struct Reporters {
  ById<std::uint32_t> keys;        // of reporter rows
  std::vector<std::string> names;  // by key; keys are below names.size()
  std::vector<bool> believed;      // by key: Voice::believed
  std::vector<bool> wanted;        // by key; empty: all
  std::uint32_t count() const { return static_cast<std::uint32_t>(names.size()); }
  bool all() const { return wanted.empty(); }
  bool takes(std::uint32_t key) const { return wanted.empty() || wanted[key]; }
};

Reporters reporters_of(Store& store, const Filter& filter) {
  Reporters reporters{.keys = {store.database(), "reporter"}, .names = {""}, .believed = {true}};
  std::map<Voice, std::uint32_t> known;
  std::unordered_set<std::string, SeededHash> names;
  for (const std::string& name : filter.reporters) names.insert(lower(name));
  Statement statement(
      store.database(),
      fmt::format("SELECT id, org_folded, org_name, {} FROM reporter ORDER BY id", sender_columns));
  std::vector<bool> wanted{false};
  std::vector<std::int64_t> untrusted;
  while (statement.step()) {
    const std::int64_t id = statement.integer(0);
    const ReportSender sender = sender_from(statement, 3, id);
    const auto [place, added] =
        known.try_emplace(voice_of(sender, statement.text(2)), reporters.count());
    if (added) {
      reporters.names.push_back(name_of(place->first, statement.text(2)));
      reporters.believed.push_back(place->first.believed);
      wanted.push_back(names.empty() || names.contains(lower(reporters.names.back())));
    }
    // A forger bears the name of somebody else; one voice may bear several.
    if (place->first.believed && names.contains(statement.string(1))) wanted[place->second] = true;
    if (sender.trust < filter.least_trust && !(filter.or_file && !sender.mail))
      untrusted.push_back(id);
    else
      reporters.keys.place(id) = place->second;
  }
  if (!untrusted.empty()) {
    // One voice may have trusted reports and others: those others are nobody's.
    const std::uint32_t nobody = reporters.count();
    reporters.names.emplace_back();
    reporters.believed.push_back(true);
    wanted.push_back(false);
    for (const std::int64_t id : untrusted) reporters.keys.place(id) = nobody;
  }
  if (!names.empty() || !untrusted.empty()) reporters.wanted = std::move(wanted);
  return reporters;
}

/// The reporter's key for each report of the scope.
class ReporterOfReport {
 public:
  ReporterOfReport(Store& store, const Scope& scope, const Reporters& reporters)
      : keys_(store.database(), "report") {
    if (scope.whole) {
      Statement statement(store.database(), "SELECT each_row(id, reporter) FROM report");
      statement.each_row([&](const RowValues& row) {
        keys_.place(row.integer(0)) = reporters.keys.at(row.integer(1));
      });
      return;
    }
    Statement statement(
        store.database(),
        "SELECT id, reporter FROM report INDEXED BY report_window WHERE domain=?1 AND day BETWEEN ?2 AND ?3");
    for (const Scope::Domain& domain : scope.domains) {
      statement.bind(1, domain.id);
      statement.bind(2, scope.since);
      statement.bind(3, scope.until);
      while (statement.step())
        keys_.place(statement.integer(0)) = reporters.keys.at(statement.integer(1));
      statement.reset();
    }
  }
  std::uint32_t operator[](std::int64_t report) const { return keys_.at(report); }

 private:
  ById<std::uint32_t> keys_;
};

/// Sums the rows of one domain into distinct sources. A question about everything touches every row
/// once.
class SourceTable {
 public:
  /// `rows`: about so many will come. Memory that is never touched costs nothing; moving what is in
  /// it again and again does.
  SourceTable(std::uint32_t reporters, std::int64_t rows) : more_words_(reporters / 64) {
    entries_.reserve(static_cast<std::size_t>(std::clamp<std::int64_t>(rows, 0, 1 << 18)));
  }

  void add(std::string_view ip, std::int64_t identity, std::int64_t evaluation, std::uint64_t count,
           Day day, std::uint32_t reporter) {
    Seen row;
    std::memcpy(row.source.ip.data(), ip.data(), ip.size());
    row.source.ip_size = static_cast<std::uint8_t>(ip.size());
    row.source.identity = identity;
    row.source.evaluation = evaluation;
    row.source.messages = count;
    row.source.first_day = row.source.last_day = day;
    row.reporter = reporter;
    waiting_.add(row, hash(row.source), index_, entries_,
                 [this](const Seen& each, std::size_t hash) { put(each, hash); });
  }

  /// Appends the sources in order; the table is empty then.
  void take(std::int64_t domain, std::vector<SourceRow>& rows) {
    waiting_.put_all(index_, entries_,
                     [this](const Seen& each, std::size_t hash) { put(each, hash); });
    std::vector<std::pair<IpAddress, std::uint32_t>> order;
    order.reserve(entries_.size());
    for (const Entry& entry : entries_)
      order.emplace_back(
          IpAddress::from_bytes({entry.ip.data(), entry.ip_size}).value_or(IpAddress{}),
          static_cast<std::uint32_t>(order.size()));
    std::ranges::sort(order, [&](const auto& a, const auto& b) {
      if (const auto by_address = a.first <=> b.first; by_address != 0) return by_address < 0;
      const Entry &x = entries_[a.second], &y = entries_[b.second];
      return std::tie(x.identity, x.evaluation) < std::tie(y.identity, y.evaluation);
    });
    for (const auto& [ip, position] : order) {
      const Entry& entry = entries_[position];
      SourceRow& row = rows.emplace_back();
      row.source_ip = ip;
      row.domain = domain;
      row.identity = entry.identity;
      row.evaluation = entry.evaluation;
      row.messages = entry.messages;
      row.rows = entry.rows;
      row.first_day = entry.first_day;
      row.last_day = entry.last_day;
      add_reporters(row.reporters, 0, entry.reporters);
      for (std::size_t word = 0; word < more_words_; ++word)
        add_reporters(row.reporters, static_cast<std::uint32_t>(64 * (word + 1)),
                      more_reporters_[position * more_words_ + word]);
    }
    entries_.clear();
    more_reporters_.clear();
    index_ = {};
  }

 private:
  /// One line of the processor's cache.
  struct alignas(64) Entry {
    std::array<char, 16> ip{};
    std::int64_t identity = 0, evaluation = 0;
    std::uint64_t messages = 0;
    std::uint64_t reporters = 0;  ///< bits of keys below 64
    std::uint32_t rows = 0;
    Day first_day = 0, last_day = 0;
    std::uint8_t ip_size = 0;
  };
  static_assert(sizeof(Entry) == 64);
  struct Seen {
    Entry source;
    std::uint32_t reporter = 0;
  };

  void put(const Seen& row, std::size_t hash) {
    const auto [position, added] =
        index_.find_or_add(hash, static_cast<std::uint32_t>(entries_.size()),
                           [&](std::uint32_t at) { return same(entries_[at], row.source); });
    if (added) {
      entries_.push_back(row.source);
      more_reporters_.resize(more_reporters_.size() + more_words_);
    }
    Entry& entry = entries_[position];
    if (!added) {
      entry.messages = capped_sum(entry.messages, row.source.messages);
      entry.first_day = std::min(entry.first_day, row.source.first_day);
      entry.last_day = std::max(entry.last_day, row.source.last_day);
    }
    ++entry.rows;
    (row.reporter < 64 ? entry.reporters
                       : more_reporters_[position * more_words_ + row.reporter / 64 - 1]) |=
        std::uint64_t{1} << (row.reporter % 64);
  }

  static void add_reporters(ReporterSet& set, std::uint32_t first, std::uint64_t bits) {
    for (; bits; bits &= bits - 1)
      set.add(first + static_cast<std::uint32_t>(std::countr_zero(bits)));
  }
  static bool same(const Entry& a, const Entry& b) {
    return a.identity == b.identity && a.ip == b.ip && a.evaluation == b.evaluation &&
           a.ip_size == b.ip_size;
  }
  static std::size_t hash(const Entry& entry) {
    std::uint64_t high, low;
    std::memcpy(&high, entry.ip.data(), 8);
    std::memcpy(&low, entry.ip.data() + 8, 8);
    std::uint64_t h = high * 0x9e3779b97f4a7c15u ^ low * 0xc2b2ae3d27d4eb4fu ^
                      static_cast<std::uint64_t>(entry.identity) * 0x165667b19e3779f9u ^
                      static_cast<std::uint64_t>(entry.evaluation) << 40;
    h ^= h >> 32;
    h *= 0x9e3779b97f4a7c15u;
    return static_cast<std::size_t>(h ^ h >> 29);
  }

  std::size_t more_words_;
  FlatIndex index_;  // into entries_
  std::vector<Entry> entries_;
  std::vector<std::uint64_t> more_reporters_;  // of entry i: more_words_ words from i * more_words_
  WaitingLookups<Seen> waiting_;
};

/// Rows whose keys lie between these, both included.
struct KeyRange {
  std::int64_t first, last;
};

std::vector<KeyRange> ranges_of(const Scope& scope) {
  if (scope.whole) return {{RowKey::first(1, 0), std::numeric_limits<std::int64_t>::max()}};
  std::vector<KeyRange> ranges;
  for (const Scope::Domain& domain : scope.domains)
    if (scope.since <= scope.until)
      ranges.push_back({RowKey::first(domain.id, scope.since),
                        RowKey::first(domain.id, scope.until) + RowKey::max_rows - 1});
  return ranges;
}

/// Calls back with every row of the ranges, in key order: (domain, day, ip, identity, evaluation,
/// count, report). Rows of no message, which some reporters list, are kept as a fact of their
/// report; they are no source, no day and no news. Domain, address and count are sound; the ids of
/// others need not be, and are looked at where they are followed.
template <class Callback>
void scan(Store& store, const std::vector<KeyRange>& ranges, Callback&& callback) {
  Statement statement(
      store.database(),
      "SELECT each_row(id, source_ip, identity, evaluation, count, report) FROM record WHERE id BETWEEN ?1 AND ?2");
  for (const KeyRange& range : ranges) {
    statement.bind(1, range.first);
    statement.bind(2, range.last);
    statement.each_row([&](const RowValues& row) {
      const std::int64_t key = row.integer(0), count = row.integer(4);
      if (count == 0 && row.is_number(4)) return;
      const std::string_view ip = row.blob(1);
      if (count <= 0) damaged(store.database(), "record", key, "count is no number of messages");
      if (ip.size() != 4 && ip.size() != 16)
        damaged(store.database(), "record", key, fmt::format("source_ip has {} bytes", ip.size()));
      if (RowKey::domain_of(key) > RowKey::max_domain)
        damaged(store.database(), "record", key, "no row has this id");
      callback(RowKey::domain_of(key), RowKey::day_of(key), ip, row.integer(2), row.integer(3),
               std::min(static_cast<std::uint64_t>(count), most_messages_of_row), row.integer(5));
    });
  }
}

/// How many rows each day of each domain has, by the roll-up, in the order of keys.
struct RowsOfDay {
  std::int64_t domain_day, rows;
};
std::vector<RowsOfDay> rows_of_days(Store& store, const Scope& scope) {
  std::vector<RowsOfDay> days;
  Statement statement(store.database(),
                      "SELECT id, records FROM domain_day WHERE id BETWEEN ?1 AND ?2");
  for (const KeyRange& range : ranges_of(scope)) {
    statement.bind(1, RowKey::domain_day_of(range.first));
    statement.bind(2, RowKey::domain_day_of(range.last));
    while (statement.step())
      days.push_back({statement.integer(0), statement.integer(1, 0, RowKey::max_rows, "domain_day",
                                                              statement.integer(0))});
    statement.reset();
  }
  return days;
}
std::int64_t sum_of(const std::vector<RowsOfDay>& days) {
  return std::accumulate(days.begin(), days.end(), std::int64_t{0},
                         [](std::int64_t sum, const RowsOfDay& day) { return sum + day.rows; });
}

/// The rows in so many parts, one after another, each of about as many rows.
std::vector<std::vector<KeyRange>> parts_of(const std::vector<RowsOfDay>& days,
                                            std::int64_t parts) {
  const std::int64_t rows = sum_of(days);
  std::vector<std::vector<KeyRange>> cut(1);
  std::int64_t seen = 0;
  for (const RowsOfDay& day : days) {
    if (seen * parts >= rows * static_cast<std::int64_t>(cut.size())) cut.emplace_back();
    seen += day.rows;
    const std::int64_t first = day.domain_day << RowKey::row_bits,
                       last = first + RowKey::max_rows - 1;
    std::vector<KeyRange>& part = cut.back();
    const bool goes_on = !part.empty() &&
                         RowKey::domain_of(part.back().first) == RowKey::domain_of(first);
    if (goes_on)
      part.back().last = last;
    else
      part.push_back({first, last});
  }
  return cut;
}

/// One more connection to the moment that the store sees; none when a run ended since.
std::optional<Store> another_reader(Store& store) {
  Store other = Store::open(store.path(), Store::Mode::read_only);
  if (!same_snapshot(store, other)) return std::nullopt;
  return other;
}

/// Both lists hold distinct sources in order, and the second goes on where the first ends; sources
/// of the domain that both have become one.
void append(std::vector<SourceRow>& rows, std::vector<SourceRow> more) {
  if (rows.empty() || more.empty() || rows.back().domain != more.front().domain) {
    std::ranges::move(more, std::back_inserter(rows));
    return;
  }
  const auto key = [](const SourceRow& row) {
    return std::tie(row.domain, row.source_ip, row.identity, row.evaluation);
  };
  const auto shared = std::ranges::lower_bound(rows, more.front().domain, {}, &SourceRow::domain);
  std::vector<SourceRow> old(std::make_move_iterator(shared), std::make_move_iterator(rows.end()));
  rows.erase(shared, rows.end());
  rows.reserve(rows.size() + old.size() + more.size());
  auto next = more.begin();
  for (SourceRow& row : old) {
    for (; next != more.end() && key(*next) < key(row); ++next) rows.push_back(std::move(*next));
    if (next != more.end() && key(*next) == key(row)) {
      row.messages = capped_sum(row.messages, next->messages);
      row.rows += next->rows;
      row.first_day = std::min(row.first_day, next->first_day);
      row.last_day = std::max(row.last_day, next->last_day);
      row.reporters.add(next->reporters);
      ++next;
    }
    rows.push_back(std::move(row));
  }
  std::move(next, more.end(), std::back_inserter(rows));
}

void look_for_implausible(Store& store, std::span<const SourceRow> rows) {
  if (std::ranges::any_of(
          rows, [](const SourceRow& row) { return row.messages >= most_messages_of_row; }))
    store.tell_implausible();
}

/// Drops what only the resolved values can tell: rows of a parent domain whose header_from is not
/// asked for, and other addresses.
void narrow(std::vector<SourceRow>& rows, Dictionary& dictionary, const Filter& filter,
            const Scope& scope) {
  if (!scope.any_by_header_from && filter.networks.empty()) return;
  std::vector<std::string> wanted;
  for (const std::string& domain : filter.domains) wanted.push_back(lower(domain));
  std::unordered_set<std::int64_t> by_header_from;
  for (const Scope::Domain& domain : scope.domains) {
    if (domain.reach == Reach::by_header_from) by_header_from.insert(domain.id);
  }
  std::erase_if(rows, [&](const SourceRow& row) {
    if (!filter.networks.empty() && std::ranges::none_of(filter.networks, [&](const IpNetwork& n) {
          return n.contains(row.source_ip);
        }))
      return true;
    if (!by_header_from.contains(row.domain)) return false;
    const std::string& header_from = dictionary.identity(row.identity).header_from;
    return std::ranges::none_of(
        wanted, [&](const std::string& name) { return at_or_below(header_from, name); });
  });
}

constexpr std::string_view report_columns =
    "report.id, org_name, email, extra_contact_info, report_id, domain.name, version, namespace, generator, begin, \"end\", day, errors, "
    "p, sp, np, pct, adkim, aspf, fo, testing, discovery_method, deviations, well_formed, records, unusable_records, unusable_messages, "
    "dkim_and_spf,dkim_only,spf_only,neither,none,pass,quarantine,reject, text.value, number, message_id, part, state, reporter.id, "
    "trust,mail,from_domain,signed_by,submitter,verdict,receiver,named_receiver";
constexpr std::string_view report_tables =
    "report JOIN reporter ON reporter.id=reporter JOIN domain ON domain.id=domain JOIN dialect ON dialect.id=dialect JOIN policy ON policy.id=policy "
    "JOIN item ON item.id=item JOIN text ON text.id=item.source";

/// Where the rows of a report lie, of its columns first_row and records; from 0 when they were
/// pruned.
KeyRange rows_of(const Statement& row, int column, std::int64_t report) {
  const std::int64_t first = row.integer(
      column, 0, std::numeric_limits<std::int64_t>::max() - RowKey::max_rows, "report", report);
  return {first, first + row.integer(column + 1, 0, RowKey::max_rows, "report", report) - 1};
}

/// Far beyond what any calendar shows, and near enough that the difference of two fits.
EpochSeconds time_from(const Statement& row, int column, std::int64_t report) {
  constexpr std::int64_t most = std::int64_t{1} << 53;
  return row.integer(column, -most, most, "report", report);
}

PolicyPublished policy_from(const Statement& row, int column) {
  PolicyPublished policy;
  const auto next = [&] { return row.text(column++); };
  policy.p = Reported<Policy>::from(next());
  policy.sp = Reported<Policy>::from(next());
  policy.np = Reported<Policy>::from(next());
  policy.pct = next();
  policy.adkim = Reported<Alignment>::from(next());
  policy.aspf = Reported<Alignment>::from(next());
  policy.fo = next();
  policy.testing = next();
  policy.discovery_method = Reported<DiscoveryMethod>::from(next());
  return policy;
}

ReportInfo report_from(const Statement& row) {
  ReportInfo info;
  info.id = row.integer(0);
  const auto count = [&](int column) { return count_from(row, column, "report", info.id); };
  info.org_name = row.text(1);
  info.email = row.text(2);
  info.extra_contact_info = row.text(3);
  info.report_id = row.text(4);
  info.domain = row.text(5);
  info.version = row.text(6);
  info.xml_namespace = row.text(7);
  info.generator = row.text(8);
  info.begin = time_from(row, 9, info.id);
  info.end = time_from(row, 10, info.id);
  info.day = row.day(11, "report", info.id);
  info.errors = lines_of(row.text(12));
  info.policy = policy_from(row, 13);
  info.policy.domain = info.domain;
  info.deviations = deviations_of(row.text(22));
  info.well_formed = row.integer(23) != 0;
  info.records = count(24);
  info.unusable_records = count(25);
  info.unusable_messages = count(26);
  info.totals = totals_from(row, 27, "report", info.id);
  info.messages = info.totals.messages;
  info.origin = {row.string(35), count(36), row.string(37), row.string(38)};
  info.distrusted = row.integer(39) == static_cast<std::int64_t>(DocumentState::distrusted);
  info.sender = sender_from(row, 41, row.integer(40));
  const Voice voice = voice_of(info.sender, info.org_name);
  info.reporter = name_of(voice, info.org_name);
  return info;
}

}  // namespace

const std::string& Dictionary::domain(std::int64_t key) {
  if (!domains_.find(key)) {
    Statement statement(store_.database(), "SELECT id, name FROM domain");
    while (statement.step())
      if (auto& name = domains_.place(statement.integer(0)); !name)
        name = statement.string(1);  // references to it are out there
  }
  return *domains_.at(key);
}

namespace {

/// The texts of a table by id: asked for one by one until all are read at once, into one piece.
class TextsById {
 public:
  TextsById(Store& store, const char* table, const char* column)
      : store_(store),
        table_(table),
        places_(store.database(), table),
        all_(store.database(), fmt::format("SELECT each_row(id, {}) FROM {}", column, table)),
        one_(store.database(), fmt::format("SELECT {} FROM {} WHERE id=?1", column, table)) {}

  void load() {
    all_.each_row([&](const RowValues& row) {
      const std::string_view text = row.blob(1);
      places_.place(row.integer(0)) = {text_.size(), text.size()};
      text_ += text;
    });
  }

  /// Valid until the next call.
  std::string_view operator[](std::int64_t id) {
    if (!places_.empty()) {
      const Place& place = places_.at(id);
      return std::string_view(text_).substr(place.begin, place.size);
    }
    one_.bind(1, id);
    if (!one_.step()) damaged(store_.database(), table_, id, "is referred to, but not there");
    asked_ = one_.text(0);
    one_.reset();
    return asked_;
  }

 private:
  struct Place {
    std::size_t begin = std::string::npos, size = 0;
    explicit operator bool() const { return begin != std::string::npos; }
  };
  Store& store_;
  const char* table_;
  ById<Place> places_;
  Statement all_, one_;
  std::string text_, asked_;
};

}  // namespace

class Dictionary::Identities {
 public:
  explicit Identities(Store& store)
      : store_(store),
        find_(store.database(),
              "SELECT header_from, envelope_from, spf_set, dkim_set FROM identity WHERE id=?1"),
        texts_(store, "text", "value"),
        spf_texts_(store, "spf_set", "results"),
        dkim_texts_(store, "dkim_set", "results"),
        spf_sets_(store.database(), "spf_set"),
        dkim_sets_(store.database(), "dkim_set"),
        rows_(store.database(), "identity"),
        made_(store.database(), "identity"),
        // Who asks for many asks for most, and to read all costs as much as a sixteenth of them one
        // by one.
        many_(std::max<std::size_t>(
            500,
            static_cast<std::size_t>(std::clamp<std::int64_t>(
                store.database().value("SELECT max(id) FROM identity").value_or(0), 0, max_id)) /
                16)) {}

  const Identity& operator[](std::int64_t key) {
    if (const auto* known = made_.find(key)) return **known;
    if (rows_.empty() && (expected_ > many_ || ++found_one_by_one_ > many_)) load();
    const Row row = rows_.empty() ? find(key) : rows_.at(key);
    const auto text = [&](std::uint32_t id) {
      return id == 0 ? std::string() : std::string(texts_[id]);
    };
    return *(made_.place(key) = &identities_.emplace_back(
                 Identity{text(row.header_from), text(row.envelope_from),
                          results(dkim_sets_, row.dkim_set, dkim_texts_, dkim_set_from),
                          results(spf_sets_, row.spf_set, spf_texts_, spf_set_from)}));
  }

  void expect(std::span<const SourceRow> rows) {
    if (!rows_.empty()) return;
    ById<std::uint8_t> seen(store_.database(), "identity");
    std::size_t distinct = 0;
    for (const SourceRow& row : rows)
      distinct += std::exchange(seen.place(row.identity), std::uint8_t{1}) == 0;
    expected_ = std::max(expected_, distinct);
  }

 private:
  struct Row {
    std::uint32_t header_from = 0, envelope_from = 0, spf_set = 0, dkim_set = 0;  // 0 for NULL,
                                                                                  // which no text
                                                                                  // has
    explicit operator bool() const { return spf_set != 0; }
  };

  /// `values`: of a Statement, or RowValues.
  template <class Values>
  Row row_from(const Values& values, int column, std::int64_t id) const {
    const auto reference = [&](int at, std::int64_t least) {
      const std::int64_t number = values.integer(column + at);
      if (number < least || number > max_id)
        damaged(store_.database(), "identity", id,
                fmt::format("refers to {}, which no row has for its id", number));
      return static_cast<std::uint32_t>(number);
    };
    return {reference(0, 0), reference(1, 0), reference(2, 1), reference(3, 1)};
  }

  Row find(std::int64_t key) {
    find_.bind(1, key);
    if (!find_.step()) damaged(store_.database(), "identity", key, "is referred to, but not there");
    const Row row = row_from(find_, 0, key);
    find_.reset();
    return row;
  }

  void load() {
    Statement statement(
        store_.database(),
        "SELECT each_row(id, header_from, envelope_from, spf_set, dkim_set) FROM identity");
    statement.each_row([&](const RowValues& row) {
      rows_.place(row.integer(0)) = row_from(row, 1, row.integer(0));
    });
    for (TextsById* texts : {&texts_, &spf_texts_, &dkim_texts_}) texts->load();
  }

  /// The set of results with this id, read once: many identities share it.
  template <class Set>
  std::span<const typename Set::value_type> results(ById<std::optional<Set>>& sets, std::int64_t id,
                                                    TextsById& texts,
                                                    Set (*read)(std::string_view)) {
    std::optional<Set>& set = sets.place(id);
    if (!set) set = read(texts[id]);
    return *set;
  }

  Store& store_;
  Statement find_;
  TextsById texts_, spf_texts_, dkim_texts_;
  ById<std::optional<std::vector<SpfAuthResult>>> spf_sets_;
  ById<std::optional<std::vector<DkimAuthResult>>> dkim_sets_;
  ById<Row> rows_;                   // once many have been asked for
  std::deque<Identity> identities_;  // in the order in which they were asked for
  ById<const Identity*> made_;
  std::size_t many_, expected_ = 0, found_one_by_one_ = 0;
};

Dictionary::Dictionary(Store& store)
    : store_(store),
      domains_(store.database(), "domain"),
      evaluations_(store.database(), "evaluation") {}

Dictionary::Identities& Dictionary::identities() {
  if (!identities_) identities_ = std::make_shared<Identities>(store_);
  return *identities_;
}

const Identity& Dictionary::identity(std::int64_t key) { return identities()[key]; }
void Dictionary::expect(std::span<const SourceRow> rows) { identities().expect(rows); }

const PolicyEvaluated& Dictionary::evaluation(std::int64_t key) {
  if (const auto* known = evaluations_.find(key)) return **known;
  Statement statement(store_.database(),
                      "SELECT id, disposition, dkim, spf, reasons FROM evaluation");
  while (statement.step()) {
    auto& evaluated = evaluations_.place(statement.integer(0));
    if (evaluated) continue;
    evaluated.emplace();
    evaluated->disposition = Reported<Disposition>::from(statement.text(1));
    evaluated->dkim = Reported<DmarcResult>::from(statement.text(2));
    evaluated->spf = Reported<DmarcResult>::from(statement.text(3));
    evaluated->reasons = reasons_from(statement.text(4));
  }
  return *evaluations_.at(key);
}

void Dictionary::read_reporters(std::uint32_t key) {
  if (key < reporters_.size()) return;
  Reporters all = reporters_of(store_, {});
  reporters_ = std::move(all.names);
  believed_ = std::move(all.believed);
}

const std::string& Dictionary::reporter(std::uint32_t key) {
  read_reporters(key);
  return reporters_.at(key);
}

bool Dictionary::believed(std::uint32_t key) {
  read_reporters(key);
  return believed_.at(key);
}

std::vector<AccountName> account_names(Store& store, Trust least) {
  const Reporters reporters = reporters_of(store, {.least_trust = least});
  std::map<std::tuple<std::string, std::string, std::uint32_t>, std::pair<Day, Day>>
      days;  // a
             // reporter
             // may
             // have
             // several
             // rows
  Statement statement(store.database(),
                      "SELECT account, name, reporter, first_day, last_day FROM account_name");
  while (statement.step()) {
    const std::uint32_t reporter = reporters.keys.at(statement.integer(2));
    if (!reporters.takes(reporter)) continue;
    const Day first = statement.day(3, "account_name of reporter", statement.integer(2)),
              last = statement.day(4, "account_name of reporter", statement.integer(2));
    const auto [entry, added] =
        days.try_emplace({statement.string(0), statement.string(1), reporter}, first, last);
    if (!added)
      entry->second = {std::min(entry->second.first, first), std::max(entry->second.second, last)};
  }
  std::vector<AccountName> names;
  for (const auto& [key, span] : days)
    names.push_back(
        {std::get<0>(key), std::get<1>(key), std::get<2>(key), span.first, span.second});
  return names;
}

std::vector<SourceRow> sources(Store& store, Dictionary& dictionary, const Filter& filter,
                               std::int64_t worth_a_thread) {
  const ReadTransaction one_moment(store.database());
  const Scope scope = scope_of(store, filter);
  const Reporters reporters = reporters_of(store, filter);
  const ReporterOfReport reporter_of(store, scope, reporters);
  const auto read = [&](Store& reader, const std::vector<KeyRange>& ranges, std::int64_t expected) {
    // Rows come domain by domain, and so do sources: a table of one domain stays in the processor's
    // cache.
    SourceTable table(reporters.count(), expected);
    std::vector<SourceRow> rows;
    rows.reserve(static_cast<std::size_t>(std::clamp<std::int64_t>(expected, 0, 1 << 18)));
    std::int64_t current_domain = 0;
    scan(reader, ranges,
         [&](std::int64_t domain, Day day, std::string_view ip, std::int64_t identity,
             std::int64_t evaluation, std::uint64_t count, std::int64_t report) {
           if (domain != current_domain) table.take(std::exchange(current_domain, domain), rows);
           const std::uint32_t reporter = reporter_of[report];
           if (reporters.takes(reporter)) table.add(ip, identity, evaluation, count, day, reporter);
         });
    table.take(current_domain, rows);
    return rows;
  };

  // Many rows are read by several connections, each in a thread of its own, which takes the next
  // part when it is done with one.
  constexpr unsigned most_threads = 8;  // more would only wait for memory, and make more parts to
                                        // join
  const std::vector<RowsOfDay> days = rows_of_days(store, scope);
  const std::int64_t stored = sum_of(days);
  const std::int64_t threads =
      std::clamp<std::int64_t>(stored / worth_a_thread, 1,
                               std::clamp(std::thread::hardware_concurrency(), 1u, most_threads));
  std::vector<Store> readers;
  while (std::ssize(readers) + 1 < threads) {
    std::optional<Store> reader = another_reader(store);
    if (!reader) break;
    readers.push_back(std::move(*reader));
  }
  if (readers.empty()) {
    std::vector<SourceRow> rows = read(store, ranges_of(scope), stored);
    narrow(rows, dictionary, filter, scope);
    look_for_implausible(store, rows);
    return rows;
  }
  const std::vector<std::vector<KeyRange>> parts = parts_of(days, 4 * threads);
  std::vector<std::vector<SourceRow>> found(parts.size());
  parallel_for(parts.size(), readers.size() + 1, [&](std::size_t part, std::size_t worker) {
    found[part] =
        read(worker == 0 ? store : readers[worker - 1], parts[part], stored / std::ssize(parts));
  });
  std::vector<SourceRow> rows;
  rows.reserve(
      std::accumulate(found.begin(), found.end(), std::size_t{0},
                      [](std::size_t sum, const auto& part) { return sum + part.size(); }));
  for (auto& part : found) append(rows, std::exchange(part, {}));
  narrow(rows, dictionary, filter, scope);
  look_for_implausible(store, rows);
  return rows;
}

void each_source_day(Store& store, Dictionary& dictionary, const Filter& filter,
                     const std::function<void(Day, const SourceRow&)>& callback) {
  const ReadTransaction one_moment(store.database());
  const Scope scope = scope_of(store, filter);
  const Reporters reporters = reporters_of(store, filter);
  const ReporterOfReport reporter_of(store, scope, reporters);
  SourceTable table(reporters.count(), 0);
  std::int64_t current_domain = 0;
  Day current_day = 0;
  std::vector<SourceRow> rows;
  const auto flush = [&] {
    rows.clear();
    table.take(current_domain, rows);
    narrow(rows, dictionary, filter, scope);
    look_for_implausible(store, rows);
    for (const SourceRow& row : rows) callback(current_day, row);
  };
  scan(store, ranges_of(scope),
       [&](std::int64_t domain, Day day, std::string_view ip, std::int64_t identity,
           std::int64_t evaluation, std::uint64_t count, std::int64_t report) {
         if (domain != current_domain || day != current_day) {
           flush();
           current_domain = domain;
           current_day = day;
         }
         const std::uint32_t reporter = reporter_of[report];
         if (reporters.takes(reporter)) table.add(ip, identity, evaluation, count, day, reporter);
       });
  flush();
}

std::size_t rows_within(Store& store, const Filter& filter) {
  return static_cast<std::size_t>(
      std::max<std::int64_t>(0, sum_of(rows_of_days(store, scope_of(store, filter)))));
}

void each_day_row(Store& store, Dictionary& dictionary, const Filter& filter,
                  const std::function<void(const DayRow&)>& callback, std::int64_t worth_a_thread) {
  const ReadTransaction one_moment(store.database());
  const Scope scope = scope_of(store, filter);
  const Reporters reporters = reporters_of(store, filter);
  const ReporterOfReport reporter_of(store, scope, reporters);
  std::vector<std::string> wanted;
  for (const std::string& domain : filter.domains) wanted.push_back(lower(domain));
  std::unordered_set<std::int64_t> by_header_from;
  for (const Scope::Domain& domain : scope.domains)
    if (domain.reach == Reach::by_header_from) by_header_from.insert(domain.id);
  const auto read = [&](Store& reader, const std::vector<KeyRange>& ranges, auto&& each) {
    DayRow row;
    scan(reader, ranges,
         [&](std::int64_t domain, Day day, std::string_view ip, std::int64_t identity,
             std::int64_t evaluation, std::uint64_t count, std::int64_t report) {
           row.reporter = reporter_of[report];
           if (!reporters.takes(row.reporter)) return;
           row.domain = domain;
           row.identity = identity;
           row.evaluation = evaluation;
           row.report = report;
           row.source_ip = IpAddress::from_bytes(ip).value_or(IpAddress{});
           row.day = day;
           row.messages = count;
           each(row);
         });
  };
  const auto take = [&](const DayRow& row) {
    if (row.messages >= most_messages_of_row) store.tell_implausible();
    if (by_header_from.contains(row.domain)) {
      const std::string& header_from = dictionary.identity(row.identity).header_from;
      if (std::ranges::none_of(
              wanted, [&](const std::string& name) { return at_or_below(header_from, name); }))
        return;
    }
    callback(row);
  };

  const std::vector<RowsOfDay> days = rows_of_days(store, scope);
  const std::int64_t rows = sum_of(days);
  std::optional<Store> reader = rows > worth_a_thread ? another_reader(store) : std::nullopt;
  if (!reader) {
    read(store, ranges_of(scope), take);
    return;
  }
  // While the rows of one part are taken, another connection reads the next part in a thread of its
  // own.
  const auto parts = parts_of(days, std::max<std::int64_t>(1, 8 * rows / worth_a_thread));
  const auto fetch = [&](std::size_t part) {
    return std::async(std::launch::async, [&, part] {
      std::vector<DayRow> list;
      read(*reader, parts[part], [&](const DayRow& row) { list.push_back(row); });
      return list;
    });
  };
  auto next = fetch(0);
  for (std::size_t part = 1; part <= parts.size(); ++part) {
    const std::vector<DayRow> list = next.get();
    if (part < parts.size()) next = fetch(part);
    for (const DayRow& row : list) take(row);
  }
}

std::vector<DomainSummary> domain_summaries(Store& store, Dictionary& dictionary,
                                            const Filter& filter) {
  const ReadTransaction one_moment(store.database());
  const Scope scope = scope_of(store, filter);
  const Reporters reporters = reporters_of(store, filter);
  // What only rows can tell needs the rows; else the roll-up answers, or with a reporter filter the
  // figures of the reports.
  std::map<std::int64_t, DomainSummary> by_row;
  const bool rows_needed = scope.any_by_header_from || !filter.networks.empty();
  std::map<std::int64_t, std::vector<bool>> row_reporters;
  if (rows_needed) {
    for (const SourceRow& row : sources(store, dictionary, filter)) {
      auto [place, added] = by_row.try_emplace(row.domain);
      DomainSummary& summary = place->second;
      if (added) summary.first_day = row.first_day, summary.last_day = row.last_day;
      summary.first_day = std::min(summary.first_day, row.first_day);
      summary.last_day = std::max(summary.last_day, row.last_day);
      summary.totals.add(dictionary.evaluation(row.evaluation), row.messages);
      std::vector<bool>& seen = row_reporters[row.domain];
      seen.resize(reporters.count());
      for (const std::uint32_t key : row.reporters) seen[key] = true;
    }
  }

  Statement roll_up(
      store.database(),
      fmt::format(
          "SELECT capped_sum(reports), min(id), max(id), capped_sum(unusable_records), capped_sum(unusable_messages), {} FROM domain_day "
          "WHERE id BETWEEN ?1 AND ?2 AND reports>0",
          "capped_sum(dkim_and_spf),capped_sum(dkim_only),capped_sum(spf_only),capped_sum(neither),capped_sum(none),capped_sum(pass),"
          "capped_sum(quarantine),capped_sum(reject)"));
  Statement of_reporter(
      store.database(),
      fmt::format(
          "SELECT reporter, day, unusable_records, unusable_messages, {}, id FROM report WHERE domain=?1 AND "
          "day BETWEEN ?2 AND ?3 AND state=0",
          totals_columns));
  Statement distinct(
      store.database(),
      "SELECT DISTINCT reporter FROM report INDEXED BY report_window WHERE domain=?1 AND day BETWEEN ?2 AND ?3 AND state=0");

  std::vector<DomainSummary> summaries;
  for (const Scope::Domain& domain : scope.domains) {
    DomainSummary summary;
    std::vector<bool> seen(reporters.count());
    if (rows_needed || !reporters.all()) {
      if (rows_needed) {
        const auto found = by_row.find(domain.id);
        if (found == by_row.end()) continue;
        summary = found->second;
        seen = row_reporters[domain.id];
      }
      of_reporter.bind(1, domain.id);
      of_reporter.bind(2, scope.since);
      of_reporter.bind(3, scope.until);
      while (of_reporter.step()) {
        const std::uint32_t key = reporters.keys.at(of_reporter.integer(0));
        if (!reporters.takes(key)) continue;
        const std::int64_t report = of_reporter.integer(12);
        const Day day = static_cast<Day>(of_reporter.integer(1));
        if (!rows_needed) {
          if (summary.reports == 0) summary.first_day = summary.last_day = day;
          summary.first_day = std::min(summary.first_day, day);
          summary.last_day = std::max(summary.last_day, day);
          summary.totals.add(totals_from(of_reporter, 4, "report", report));
          seen[key] = true;
        }
        ++summary.reports;
        summary.unusable_records =
            capped_sum(summary.unusable_records, count_from(of_reporter, 2, "report", report));
        summary.unusable_messages =
            capped_sum(summary.unusable_messages, count_from(of_reporter, 3, "report", report));
      }
      of_reporter.reset();
    } else {
      roll_up.bind(1, RowKey::domain_day(domain.id, scope.since));
      roll_up.bind(2, RowKey::domain_day(domain.id, scope.until));
      roll_up.step();
      summary.reports = static_cast<std::uint64_t>(roll_up.integer(0));
      summary.first_day = static_cast<Day>(roll_up.integer(1) & RowKey::max_day);
      summary.last_day = static_cast<Day>(roll_up.integer(2) & RowKey::max_day);
      summary.unusable_records = static_cast<std::uint64_t>(roll_up.integer(3));
      summary.unusable_messages = static_cast<std::uint64_t>(roll_up.integer(4));
      summary.totals = totals_from(roll_up, 5, "domain", domain.id);
      roll_up.reset();
      distinct.bind(1, domain.id);
      distinct.bind(2, scope.since);
      distinct.bind(3, scope.until);
      while (distinct.step()) seen[reporters.keys.at(distinct.integer(0))] = true;
      distinct.reset();
    }
    if (summary.reports == 0) continue;
    plausible(store, summary.totals);
    summary.domain = domain.name;
    summary.reporters = static_cast<std::uint64_t>(std::ranges::count(seen, true));
    summaries.push_back(std::move(summary));
  }
  std::ranges::sort(summaries, {}, &DomainSummary::domain);
  return summaries;
}

void each_report(Store& store, const Filter& filter,
                 const std::function<void(const ReportInfo&)>& callback, Which which) {
  const ReadTransaction one_moment(store.database());
  const Scope scope = scope_of(store, filter);
  const Reporters reporters = reporters_of(store, filter);
  std::vector<std::pair<std::string, std::int64_t>> domains;
  for (const Scope::Domain& domain : scope.domains) domains.emplace_back(domain.name, domain.id);
  std::ranges::sort(domains);
  // Sorted domain by domain, so that what is held is one domain's list of ids.
  Statement ids(
      store.database(),
      "SELECT report.id, reporter FROM report JOIN reporter ON reporter.id=reporter WHERE domain=?1 AND day BETWEEN ?2 AND ?3 AND state=?4 "
      "ORDER BY begin, \"end\", org_folded, org_name, report_id, digest");
  for (const auto& [name, domain] : domains) {
    std::vector<std::int64_t> in_order;
    ids.bind(1, domain);
    ids.bind(2, scope.since);
    ids.bind(3, scope.until);
    ids.bind(4, static_cast<std::int64_t>(which == Which::counted ? DocumentState::taken
                                                                  : DocumentState::distrusted));
    while (ids.step()) {
      if (reporters.takes(reporters.keys.at(ids.integer(1)))) in_order.push_back(ids.integer(0));
    }
    ids.reset();
    for (const std::int64_t id : in_order) {
      if (const auto info = report_info(store, id)) callback(*info);
    }
  }
}

namespace {

/// The heads of one domain's reports within its days, as `span_of` gives them.
template <class SpanOf>
void each_head(Store& store, const Filter& filter, SpanOf&& span_of,
               const std::function<void(const ReportHead&)>& callback) {
  const ReadTransaction one_moment(store.database());
  const Scope scope = scope_of(store, filter);
  const Reporters reporters = reporters_of(store, filter);
  Statement statement(
      store.database(),
      "SELECT report.id, report.reporter, day, begin, \"end\", messages, p, sp, np, pct, adkim, aspf, fo, testing, discovery_method, trust, mail, reporter.id FROM report "
      "JOIN policy ON policy.id=policy JOIN reporter ON reporter.id=report.reporter WHERE domain=?1 AND day BETWEEN ?2 AND ?3 AND state=0 ORDER BY day, begin, \"end\", digest");
  for (const Scope::Domain& domain : scope.domains) {
    const auto [first, last] = span_of(scope, domain);
    statement.bind(1, domain.id);
    statement.bind(2, first);
    statement.bind(3, last);
    while (statement.step()) {
      ReportHead head;
      head.reporter = reporters.keys.at(statement.integer(1));
      if (!reporters.takes(head.reporter)) continue;
      head.id = statement.integer(0);
      head.domain = domain.name;
      head.day = static_cast<Day>(statement.integer(2));
      head.begin = time_from(statement, 3, head.id);
      head.end = time_from(statement, 4, head.id);
      head.messages = count_from(statement, 5, "report", head.id);
      head.policy = policy_from(statement, 6);
      head.policy.domain = domain.name;
      head.trust =
          static_cast<Trust>(statement.integer(15, 0, 3, "reporter", statement.integer(17)));
      head.from_mail = statement.integer(16) != 0;
      callback(head);
    }
    statement.reset();
  }
}

}  // namespace

void each_report_head(Store& store, const Filter& filter,
                      const std::function<void(const ReportHead&)>& callback) {
  each_head(
      store, filter,
      [](const Scope& scope, const Scope::Domain&) {
        return std::pair<std::int64_t, std::int64_t>(scope.since, scope.until);
      },
      callback);
}

void each_recent_head(Store& store, const Filter& filter, Day days,
                      const std::function<void(const ReportHead&)>& callback) {
  Statement newest(
      store.database(),
      "SELECT max(day) FROM report INDEXED BY report_window WHERE domain=?1 AND day BETWEEN ?2 AND ?3 AND state=0");
  each_head(
      store, filter,
      [&](const Scope& scope, const Scope::Domain& domain) {
        newest.bind(1, domain.id);
        newest.bind(2, scope.since);
        newest.bind(3, scope.until);
        const std::int64_t last = newest.step() && !newest.is_null(0) ? newest.integer(0) : -1;
        newest.reset();
        return std::pair<std::int64_t, std::int64_t>(
            std::max<std::int64_t>(scope.since, last - days + 1), last);
      },
      callback);
}

void each_reporting_day(
    Store& store, const Filter& filter,
    const std::function<void(const std::string&, Day, std::uint32_t)>& callback) {
  const ReadTransaction one_moment(store.database());
  const Scope scope = scope_of(store, filter);
  const Reporters reporters = reporters_of(store, filter);
  Statement statement(
      store.database(),
      "SELECT DISTINCT day, reporter FROM report INDEXED BY report_window WHERE domain=?1 AND day BETWEEN ?2 AND ?3 AND state=0 ORDER BY day");
  for (const Scope::Domain& domain : scope.domains) {
    statement.bind(1, domain.id);
    statement.bind(2, scope.since);
    statement.bind(3, scope.until);
    while (statement.step()) {
      const std::uint32_t reporter = reporters.keys.at(statement.integer(1));
      if (reporters.takes(reporter))
        callback(domain.name, static_cast<Day>(statement.integer(0)), reporter);
    }
    statement.reset();
  }
}

std::optional<ReportInfo> report_info(Store& store, std::int64_t id) {
  Statement& statement = store.cached(
      fmt::format("SELECT {} FROM {} WHERE report.id=?1", report_columns, report_tables));
  statement.bind(1, id);
  std::optional<ReportInfo> info;
  if (statement.step()) info = report_from(statement);
  statement.reset();
  return info;
}

void each_record(Store& store, Dictionary& dictionary, std::int64_t report,
                 const std::function<void(const Record&)>& callback) {
  Statement place(store.database(), "SELECT first_row, records FROM report WHERE id=?1");
  place.bind(1, report);
  if (!place.step()) return;
  const auto [first, last] = rows_of(place, 0, report);
  if (first == 0) return;  // pruned
  Statement& rows = store.cached(
      "SELECT source_ip, identity, evaluation, count, t.value, r.value, record.id FROM record LEFT JOIN text t ON t.id=envelope_to LEFT JOIN text r ON r.id=remark "
      "WHERE record.id BETWEEN ?1 AND ?2 ORDER BY record.id");
  rows.bind(1, first);
  rows.bind(2, last);
  try {
    while (rows.step()) {
      Record record;
      const auto address = IpAddress::from_bytes(rows.blob(0));
      if (!address) damaged(store.database(), "record", rows.integer(6), "source_ip is no address");
      record.source_ip = *address;
      const Identity& identity = dictionary.identity(rows.integer(1));
      record.header_from = identity.header_from;
      record.envelope_from = identity.envelope_from;
      record.dkim.assign(identity.dkim.begin(), identity.dkim.end());
      record.spf.assign(identity.spf.begin(), identity.spf.end());
      record.policy_evaluated = dictionary.evaluation(rows.integer(2));
      record.count = std::min(count_from(rows, 3, "record", rows.integer(6)), most_messages_of_row);
      record.envelope_to = rows.text(4);
      apply_remark(rows.text(5), record);
      callback(record);
    }
  } catch (...) {
    rows.reset();
    throw;
  }
  rows.reset();
}

std::vector<Problem> problems(Store& store, bool with_dismissed) {
  Statement statement(
      store.database(),
      "SELECT problem.id, text.value, number, message_id, part, reason, problem.text, item.bytes, kept_item.item IS NOT NULL, dismissed "
      "FROM problem JOIN item ON item.id=problem.item JOIN text ON text.id=item.source LEFT JOIN kept_item ON kept_item.item=item.id "
      "WHERE dismissed<=?1 ORDER BY text.value, number, part, reason, problem.text");
  statement.bind(1, with_dismissed);
  std::vector<Problem> list;
  while (statement.step()) {
    Problem& problem = list.emplace_back();
    problem.id = statement.integer(0);
    problem.origin = {statement.string(1), static_cast<std::uint64_t>(statement.integer(2)),
                      statement.string(3), statement.string(4)};
    problem.reason = statement.text(5);
    problem.text = statement.text(6);
    problem.bytes = static_cast<std::uint64_t>(statement.integer(7));
    problem.kept = statement.integer(8) != 0;
    problem.dismissed = statement.integer(9) != 0;
  }
  return list;
}

std::vector<PassedOver> passed_over(Store& store) {
  Statement statement(
      store.database(),
      "SELECT text.value, number, message_id, bytes, not_a_report FROM item JOIN text ON text.id=item.source WHERE outcome=?1 ORDER BY 1, 2, digest");
  statement.bind(1, static_cast<std::int64_t>(Outcome::not_a_report));
  std::vector<PassedOver> list;
  while (statement.step())
    list.push_back({{statement.string(0),
                     static_cast<std::uint64_t>(statement.integer(1)),
                     statement.string(2),
                     {}},
                    statement.string(4),
                    static_cast<std::uint64_t>(statement.integer(3))});
  return list;
}

std::optional<std::string> problem_bytes(Store& store, std::int64_t problem) {
  Statement statement(
      store.database(),
      "SELECT kept_item.bytes FROM problem JOIN kept_item ON kept_item.item=problem.item WHERE problem.id=?1");
  statement.bind(1, problem);
  if (!statement.step()) return std::nullopt;
  return std::string(statement.blob(0));
}

DatabaseInfo database_info(Store& store) {
  Database& database = store.database();
  const auto count = [&](std::string_view sql) {
    return static_cast<std::uint64_t>(database.value(sql).value_or(0));
  };
  DatabaseInfo info;
  info.schema_version = database.value("PRAGMA user_version").value_or(0);
  info.file_bytes = count("PRAGMA page_count") * count("PRAGMA page_size");
  info.reports = count("SELECT capped_sum(reports) FROM domain_day");
  info.records = count("SELECT capped_sum(records) FROM domain_day");
  info.messages = count("SELECT capped_sum(messages) FROM domain_day");
  info.unusable_records = count("SELECT capped_sum(unusable_records) FROM domain_day");
  info.unusable_messages = count("SELECT capped_sum(unusable_messages) FROM domain_day");
  if (info.messages >= most_messages) store.tell_implausible();
  info.domains = count("SELECT count(DISTINCT id >> 16) FROM domain_day WHERE reports>0");
  info.reporters = reporters_of(store, {}).count() - 1;
  info.identities = count("SELECT count(*) FROM identity");
  Statement outcomes(database, "SELECT outcome, count(*) FROM item GROUP BY outcome");
  while (outcomes.step()) {
    const auto number = static_cast<std::uint64_t>(outcomes.integer(1));
    info.items += number;
    switch (static_cast<Outcome>(outcomes.integer(0, 0, 3, "item", 0))) {
      case Outcome::stored: info.stored = number; break;
      case Outcome::duplicate: info.duplicate = number; break;
      case Outcome::not_a_report: info.not_a_report = number; break;
      case Outcome::problem: info.problem = number; break;
    }
  }
  if (const auto days = days_reported(store)) std::tie(info.first_day, info.last_day) = *days;
  return info;
}

std::optional<std::pair<Day, Day>> days_reported(Store& store) {
  Statement days(store.database(),
                 "SELECT min(id & 65535), max(id & 65535) FROM domain_day WHERE reports>0");
  if (!days.step() || days.is_null(0)) return std::nullopt;
  return std::pair(static_cast<Day>(days.integer(0)), static_cast<Day>(days.integer(1)));
}

bool same_snapshot(Store& one, Store& other) {
  // Each run that brings or takes a row changes one of these.
  const auto figures = [](Store& store) {
    Statement statement(
        store.database(),
        "SELECT (SELECT max(id) FROM item), (SELECT count(*) FROM problem), (SELECT max(id) FROM report), capped_sum(reports), capped_sum(records), capped_sum(messages) FROM domain_day");
    statement.step();
    std::array<std::int64_t, 6> values{};
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = statement.integer(static_cast<int>(i));
    return values;
  };
  return figures(one) == figures(other);
}

namespace {

std::string as_bytes(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// Texts that were stored with a hash of themselves are still what they were.
void check_hashes(Database& database, std::vector<std::string>& faults) {
  const auto differs = [&](const char* table, std::int64_t id) {
    faults.push_back(fmt::format("{} {} is not what was stored under its hash", table, id));
  };
  for (const char* table : {"dkim_set", "spf_set"}) {
    Statement sets(database, fmt::format("SELECT id, hash, results FROM {}", table));
    while (faults.size() <= 50 && sets.step())
      if (sets.integer(1) != hash_prefix(sha256(sets.text(2)))) differs(table, sets.integer(0));
  }
  Statement identities(
      database,
      "SELECT identity.id, identity.hash, h.value, e.value, dkim_set.results, spf_set.results FROM identity JOIN dkim_set ON dkim_set.id=dkim_set "
      "JOIN spf_set ON spf_set.id=spf_set LEFT JOIN text h ON h.id=header_from LEFT JOIN text e ON e.id=envelope_from");
  while (faults.size() <= 50 && identities.step()) {
    const std::string names = fmt::format("{}\t{}\n", identities.text(2), identities.text(3));
    // As Packer writes it; the first releases wrote the digests of the sets instead of the sets.
    const std::string now = fmt::format("{}{}\n{}", names, identities.text(4), identities.text(5));
    if (identities.integer(1) == hash_prefix(sha256(now))) continue;
    std::string once = names;
    for (const int set : {4, 5}) once += as_bytes(sha256(identities.text(set)));
    if (identities.integer(1) != hash_prefix(sha256(once)))
      differs("identity", identities.integer(0));
  }
  Statement claims(
      database,
      "SELECT report.id, claim, org_name, email, report_id, begin, \"end\" FROM report_claim JOIN report ON report.id=report_claim.report "
      "JOIN reporter ON reporter.id=report.reporter");
  while (faults.size() <= 50 && claims.step()) {
    if (claims.integer(1) != claim_key(claimant_of(claims.text(2), claims.text(3)), claims.text(4),
                                       claims.integer(5), claims.integer(6)))
      faults.push_back(
          fmt::format("report {}: it lies under another report's claim", claims.integer(0)));
  }
  Statement items(
      database,
      "SELECT item.id, digest, kept_item.bytes FROM kept_item JOIN item ON item.id=kept_item.item");
  while (faults.size() <= 50 && items.step()) {
    if (items.blob(1) != as_bytes(sha256(items.blob(2))))
      faults.push_back(
          fmt::format("item {}: its kept bytes are not those that came", items.integer(0)));
  }
}

}  // namespace

std::vector<std::string> check_database(Store& store) {
  std::vector<std::string> faults;
  Database& database = store.database();
  ReadTransaction one_moment(database);
  {
    Statement integrity(database, "PRAGMA integrity_check(20)");
    while (integrity.step()) {
      if (integrity.text(0) != "ok") faults.push_back("integrity: " + integrity.string(0));
    }
  }

  // Conservation of rows: each report's records lie where it says, as many as it says, and add up
  // to its figures.
  struct Sums {
    std::int64_t records = 0;
    Totals totals;
  };
  Dictionary dictionary(store);
  {
    Statement reports(
        database,
        fmt::format(
            "SELECT id, first_row, records, messages, state, domain, day, {} FROM report ORDER BY first_row",
            totals_columns));
    Statement rows(database, "SELECT id, report, evaluation, count FROM record ORDER BY id");
    bool more = rows.step();
    while (reports.step()) {
      const std::int64_t report = reports.integer(0);
      const auto [first, last] = rows_of(reports, 1, report);
      const std::int64_t records = last - first + 1;
      Sums found;
      if (records == 0 || first == 0) continue;  // without rows, or pruned of them
      while (more && rows.integer(0) < first) {
        faults.push_back(fmt::format("row {} belongs to no report", rows.integer(0)));
        if (faults.size() > 50) return faults;
        more = rows.step();
      }
      while (more && rows.integer(0) <= last && rows.integer(1) == report) {
        ++found.records;
        found.totals.add(dictionary.evaluation(rows.integer(2)),
                         count_from(rows, 3, "record", rows.integer(0)));
        more = rows.step();
      }
      const Totals stated = plausible(store, totals_from(reports, 7, "report", report));
      if (found.records != records)
        faults.push_back(fmt::format("report {}: {} of its {} records are there", report,
                                     found.records, records));
      else if (const std::uint64_t messages = count_from(reports, 3, "report", report);
               !(found.totals == stated) || found.totals.messages != messages) {
        faults.push_back(fmt::format(
            "report {}: its records add up to {} messages, not to the {} of its document", report,
            found.totals.messages, messages));
      }
      const bool aside = RowKey::domain_of(first) == 0;
      if (aside != (reports.integer(4) != 0) ||
          (!aside &&
           RowKey::domain_day_of(first) !=
               RowKey::domain_day(reports.integer(5, 1, RowKey::max_domain, "report", report),
                                  reports.day(6, "report", report)))) {
        faults.push_back(
            fmt::format("report {}: its records lie under another domain and day", report));
      }
      if (faults.size() > 50) return faults;
    }
    if (more) faults.push_back(fmt::format("row {} belongs to no report", rows.integer(0)));
  }

  {
    // Sums at their cap compare equal: more than that they do not tell.
    std::string sums, differences;
    for (const char* column :
         {"records", "messages", "unusable_records", "unusable_messages", "dkim_and_spf",
          "dkim_only", "spf_only", "neither", "none", "pass", "quarantine", "reject"}) {
      sums += fmt::format(", capped_sum({0}) AS {0}", column);
      differences += fmt::format(" OR min(x.{0},{1}) IS NOT r.{0}", column, most_messages);
    }
    Statement roll_up(
        database,
        fmt::format(
            "SELECT name, day FROM (SELECT domain, day, count(*) AS reports{} FROM report WHERE state=0 GROUP BY domain, day) r JOIN domain ON "
            "domain.id=r.domain LEFT JOIN domain_day x ON x.id=r.domain<<16|r.day WHERE x.reports IS NOT r.reports{} LIMIT 20",
            sums, differences));
    while (roll_up.step()) {
      faults.push_back(fmt::format("roll-up of {} on {} differs from its reports", roll_up.text(0),
                                   iso_date(static_cast<Day>(roll_up.integer(1)))));
    }
    const std::int64_t in_reports =
        database.value("SELECT count(*) FROM report WHERE state=0").value_or(0);
    const std::int64_t in_roll_up =
        database.value("SELECT capped_sum(reports) FROM domain_day").value_or(0);
    if (in_reports != in_roll_up)
      faults.push_back(
          fmt::format("{} reports are taken, the roll-up has {}", in_reports, in_roll_up));
  }

  {
    // Each item has the one outcome that follows from what is stored about it.
    Statement items(
        database,
        "SELECT id, outcome, expected FROM (SELECT id, outcome, CASE WHEN EXISTS(SELECT 1 FROM problem WHERE problem.item=item.id) THEN 3 WHEN EXISTS("
        "SELECT 1 FROM report WHERE report.item=item.id AND state IN (0,3)) THEN 0 WHEN EXISTS(SELECT 1 FROM report WHERE report.item=item.id) OR EXISTS("
        "SELECT 1 FROM sighting WHERE sighting.item=item.id) THEN 1 ELSE 2 END AS expected FROM item) WHERE outcome<>expected LIMIT 20");
    while (items.step()) {
      faults.push_back(fmt::format("item {} says {}, but {} follows from what is stored",
                                   items.integer(0),
                                   to_text(static_cast<Outcome>(items.integer(1))),
                                   to_text(static_cast<Outcome>(items.integer(2)))));
    }
    Statement conflicts(
        database,
        "SELECT id FROM report WHERE (state=2) <> EXISTS(SELECT 1 FROM problem WHERE problem.report=report.id) LIMIT 20");
    while (conflicts.step())
      faults.push_back(
          fmt::format("report {}: conflict and problem do not go together", conflicts.integer(0)));
  }

  check_hashes(database, faults);

  for (
      const auto& [what, sql] : std::initializer_list<std::pair<const char*, const char*>>{
          {"reports without a claim",
           "SELECT count(*) FROM report WHERE id NOT IN (SELECT report FROM report_claim)"},
          {"claims of no report",
           "SELECT count(*) FROM report_claim WHERE report NOT IN (SELECT id FROM report)"},
          {"rows without identity",
           "SELECT count(*) FROM record WHERE identity NOT IN (SELECT id FROM identity)"},
          {"rows without evaluation",
           "SELECT count(*) FROM record WHERE evaluation NOT IN (SELECT id FROM evaluation)"},
          {"identities without their sets",
           "SELECT count(*) FROM identity WHERE spf_set NOT IN (SELECT id FROM spf_set) OR dkim_set NOT IN (SELECT id FROM dkim_set)"},
          {"identities without their names",
           "SELECT count(*) FROM identity WHERE header_from NOT IN (SELECT id FROM text) OR envelope_from NOT IN (SELECT id FROM text)"},
          {"rows without their envelope_to or remark",
           "SELECT count(*) FROM record WHERE envelope_to NOT IN (SELECT id FROM text) OR remark NOT IN (SELECT id FROM text)"},
          {"reports without reporter, domain, policy or dialect",
           "SELECT count(*) FROM report WHERE reporter NOT IN (SELECT id FROM reporter) OR domain NOT IN (SELECT id FROM domain) OR policy NOT IN (SELECT id FROM policy) OR "
           "dialect NOT IN (SELECT id FROM dialect)"},
          {"names of accounts without reporter",
           "SELECT count(*) FROM account_name WHERE reporter NOT IN (SELECT id FROM reporter)"},
          {"items without source",
           "SELECT count(*) FROM item WHERE source NOT IN (SELECT id FROM text)"},
          {"reports without item",
           "SELECT count(*) FROM report WHERE item NOT IN (SELECT id FROM item)"},
          {"problems without item",
           "SELECT count(*) FROM problem WHERE item NOT IN (SELECT id FROM item)"}}) {
    if (const std::int64_t number = database.value(sql).value_or(0))
      faults.push_back(fmt::format("{} {}", number, what));
  }
  return faults;
}

std::vector<std::string> known_domains(Store& store) {
  Statement statement(
      store.database(),
      "SELECT name FROM domain WHERE id IN (SELECT id >> 16 FROM domain_day WHERE reports>0) ORDER BY name");
  std::vector<std::string> names;
  while (statement.step()) names.push_back(statement.string(0));
  return names;
}

std::vector<std::string> vouched_domains(Store& store) {
  constexpr Day long_time = 14;
  Statement all(store.database(), "SELECT id, name FROM domain ORDER BY name");
  Statement span(
      store.database(),
      "SELECT min(id), max(id) FROM domain_day WHERE id BETWEEN ?1 AND ?2 AND reports>0");
  const Reporters voices = reporters_of(store, {});
  Statement reporters(
      store.database(),
      "SELECT DISTINCT reporter FROM report INDEXED BY report_window WHERE domain=?1 AND state=0");
  std::vector<std::string> names;
  while (all.step()) {
    span.bind(1, RowKey::domain_day(all.integer(0), 0));
    span.bind(2, RowKey::domain_day(all.integer(0), RowKey::max_day));
    span.step();
    const bool any = !span.is_null(0),
               lasting = any && span.integer(1) - span.integer(0) >= long_time;
    span.reset();
    if (!any) continue;
    bool several = false;
    if (!lasting) {
      reporters.bind(1, all.integer(0));
      std::optional<std::uint32_t> first;
      while (!several && reporters.step()) {
        const std::uint32_t voice = voices.keys.at(reporters.integer(0));
        several = first.value_or(voice) != voice;
        first = voice;
      }
      reporters.reset();
    }
    if (lasting || several) names.push_back(all.string(1));
  }
  return names;
}

}  // namespace dmarcq
