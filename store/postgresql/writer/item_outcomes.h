// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "store/postgresql/wire/connection.h"
#include "store/postgresql/writer/report_sets.h"
#include "store/processed_item.h"

namespace dmarcq {

/// What became of an item. `run`: the batch that it was saved in last.
struct OutcomeChange {
  std::string item;
  std::int64_t run = 0;
  Outcome before{}, after{};
};

/// Writes the outcomes that follow from what is stored about these items (processed_item.h), and
/// tells each. `not_a_report`: the kind of an item that turns out to be none.
std::vector<OutcomeChange> conclude_items(
    PgConnection&, const std::set<std::string>& items,
    const std::function<std::string(const std::string& item)>& not_a_report);

/// Names that passed beside an account's (account_names.h): account, name, reporter → first and
/// last day.
using LearnedNames =
    std::map<std::tuple<std::string, std::string, std::int64_t>, std::pair<Day, Day>>;
void write_account_names(PgConnection&, const LearnedNames&);
/// What a reporter taught of accounts goes with his last report.
void forget_names_of_left(PgConnection&, std::int64_t reporter);

/// Adds to the roll-up, in one order.
void write_day_changes(PgConnection&, const DayChanges&);

}  // namespace dmarcq
