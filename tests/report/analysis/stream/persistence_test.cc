// SPDX-License-Identifier: MIT
// The rhythm of mail by its days, with the nearest patterns that have none.
#include "report/analysis/stream/persistence.h"

#include <doctest/doctest.h>

#include <functional>

using namespace dmarcq;

namespace {

constexpr Day first = 20'000, last = 20'089;  // a Friday, and a Wednesday 90 days later

/// 20'000 is a Friday, so day % 7 == 1 is a Friday.
bool is_weekend(Day day) { return day % 7 == 2 || day % 7 == 3; }

std::map<Day, std::uint64_t> days_of(const std::function<std::uint64_t(Day)>& count,
                                     Day from = first, Day to = last) {
  std::map<Day, std::uint64_t> days;
  for (Day day = from; day <= to; ++day)
    if (const std::uint64_t messages = count(day); messages > 0) days[day] = messages;
  return days;
}

}  // namespace

TEST_CASE("persistence: rhythms") {
  struct Row {
    const char* name;
    std::map<Day, std::uint64_t> days;
    bool good_name;
    Rhythm expected;
  };
  const auto ten = [](Day) { return 10u; };
  const auto every = [](Day interval, unsigned messages) {
    return [=](Day day) { return (day - first) % interval == 0 ? messages : 0u; };
  };
  for (const Row& row : {
           Row{"nothing", {}, false, Rhythm::none},
           Row{"every day", days_of(ten), false, Rhythm::daily},
           Row{"every day of eight", days_of(ten, first, first + 7), false, Rhythm::daily},
           Row{"near miss: of seven", days_of(ten, first, first + 6), false, Rhythm::none},
           Row{"near miss: every day, with bursts",
               days_of([](Day day) { return day % 9 == 0 ? 100u : 10u; }), false, Rhythm::none},
           Row{"near miss: every other day", days_of(every(2, 10)), false, Rhythm::none},
           Row{"working days", days_of([](Day day) { return is_weekend(day) ? 0u : 12u; }), false,
               Rhythm::working_days},
           Row{"working days, and a little at weekends",
               days_of([](Day day) { return is_weekend(day) ? 4u : 25u; }), false,
               Rhythm::working_days},
           Row{"near miss: half as much at weekends",
               days_of([](Day day) { return is_weekend(day) ? 10u : 20u; }), false, Rhythm::daily},
           Row{"Tuesdays and Thursdays",
               days_of([](Day day) { return day % 7 == 5 || day % 7 == 0 ? 50u : 0u; }), false,
               Rhythm::weekdays},
           Row{"weekly", days_of(every(7, 200)), false, Rhythm::periodic},
           Row{"every five days", days_of(every(5, 200)), false, Rhythm::periodic},
           Row{"near miss: every four days", days_of(every(4, 200)), false, Rhythm::none},
           Row{"monthly, three times", days_of(every(30, 500)), false, Rhythm::periodic},
           Row{"near miss: three times in three weeks each",
               days_of(every(20, 500), first, first + 45), false, Rhythm::none},
           Row{"the same under a good name", days_of(every(20, 500), first, first + 45), true,
               Rhythm::periodic},
           Row{"near miss: monthly, of very different size", days_of([](Day day) {
                 return (day - first) % 30 != 0 ? 0u : day == first ? 900u : 100u;
               }),
               false, Rhythm::none},
           Row{"now and then",
               days_of([](Day day) { return day % 10 == 3 || day % 10 == 7 ? 30u : 0u; }), false,
               Rhythm::none},
           Row{"now and then under a good name",
               days_of([](Day day) { return day % 10 == 3 || day % 11 == 7 ? 30u : 0u; }), true,
               Rhythm::named},
           Row{"near miss: nineteen messages", days_of([](Day) { return 1u; }, first, first + 18),
               false, Rhythm::none},
           Row{"twenty", days_of([](Day) { return 1u; }, first, first + 19), false, Rhythm::daily},
       }) {
    CAPTURE(row.name);
    const Persistence p = persistence_of(row.days, row.good_name);
    CHECK(static_cast<int>(p.rhythm) == static_cast<int>(row.expected));
    CHECK(p.steady() == (row.expected != Rhythm::none));
    CHECK(p.days == row.days.size());
  }
}
