// SPDX-License-Identifier: MIT
#include "store/sqlite/sqlite_dictionary.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "store/document/packed_report.h"

namespace dmarcq {
namespace {

/// The texts of a table by id: asked for one by one until all are read at once, into one piece.
class TextsById {
 public:
  TextsById(Database& database, const char* table, const char* column)
      : database_(database),
        table_(table),
        places_(database.path().native(), table),
        all_(database, fmt::format("SELECT each_row(id, {}) FROM {}", column, table)),
        one_(database, fmt::format("SELECT {} FROM {} WHERE id=?1", column, table)) {}

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
    if (!one_.step()) damaged(database_, table_, id, "is referred to, but not there");
    asked_ = one_.text(0);
    one_.reset();
    return asked_;
  }

 private:
  struct Place {
    std::size_t begin = std::string::npos, size = 0;
    explicit operator bool() const { return begin != std::string::npos; }
  };
  Database& database_;
  const char* table_;
  ById<Place> places_;
  Statement all_, one_;
  std::string text_, asked_;
};

}  // namespace

class SqliteDictionary::Identities {
 public:
  explicit Identities(Database& database)
      : database_(database),
        find_(database,
              "SELECT header_from, envelope_from, spf_set, dkim_set FROM identity WHERE id=?1"),
        texts_(database, "text", "value"),
        spf_texts_(database, "spf_set", "results"),
        dkim_texts_(database, "dkim_set", "results"),
        spf_sets_(database.path().native(), "spf_set"),
        dkim_sets_(database.path().native(), "dkim_set"),
        rows_(database.path().native(), "identity"),
        made_(database.path().native(), "identity"),
        // Past 1/16 of the table, one full scan is cheaper than point look-ups.
        many_(std::max<std::size_t>(
            500, static_cast<std::size_t>(std::clamp<std::int64_t>(
                     database.value("SELECT max(id) FROM identity").value_or(0), 0, max_id)) /
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
    ById<std::uint8_t> seen(database_.path().native(), "identity");
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
        damaged(database_, "identity", id,
                fmt::format("refers to {}, which no row has for its id", number));
      return static_cast<std::uint32_t>(number);
    };
    return {reference(0, 0), reference(1, 0), reference(2, 1), reference(3, 1)};
  }

  Row find(std::int64_t key) {
    find_.bind(1, key);
    if (!find_.step()) damaged(database_, "identity", key, "is referred to, but not there");
    const Row row = row_from(find_, 0, key);
    find_.reset();
    return row;
  }

  void load() {
    Statement statement(
        database_,
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

  Database& database_;
  Statement find_;
  TextsById texts_, spf_texts_, dkim_texts_;
  ById<std::optional<std::vector<SpfAuthResult>>> spf_sets_;
  ById<std::optional<std::vector<DkimAuthResult>>> dkim_sets_;
  ById<Row> rows_;                   // once many have been asked for
  std::deque<Identity> identities_;  // in the order in which they were asked for
  ById<const Identity*> made_;
  std::size_t many_, expected_ = 0, found_one_by_one_ = 0;
};

SqliteDictionary::SqliteDictionary(Snapshot& snapshot, Database& database)
    : Dictionary(snapshot),
      database_(database),
      domains_(database.path().native(), "domain"),
      evaluations_(database.path().native(), "evaluation") {}

SqliteDictionary::~SqliteDictionary() = default;

const std::string& SqliteDictionary::domain(std::int64_t key) {
  if (!domains_.find(key)) {
    Statement statement(database_, "SELECT id, name FROM domain");
    while (statement.step())
      if (auto& name = domains_.place(statement.integer(0)); !name)
        name = statement.string(1);  // references to it are out there
  }
  return *domains_.at(key);
}

SqliteDictionary::Identities& SqliteDictionary::identities() {
  if (!identities_) identities_ = std::make_unique<Identities>(database_);
  return *identities_;
}

const Identity& SqliteDictionary::identity(std::int64_t key) { return identities()[key]; }
void SqliteDictionary::expect(std::span<const SourceRow> rows) { identities().expect(rows); }

const PolicyEvaluated& SqliteDictionary::evaluation(std::int64_t key) {
  if (const auto* known = evaluations_.find(key)) return **known;
  Statement statement(database_, "SELECT id, disposition, dkim, spf, reasons FROM evaluation");
  while (statement.step()) {
    auto& evaluated = evaluations_.place(statement.integer(0));
    if (!evaluated)
      evaluated = evaluation_from(
          {statement.string(1), statement.string(2), statement.string(3), statement.string(4)});
  }
  return *evaluations_.at(key);
}

}  // namespace dmarcq
