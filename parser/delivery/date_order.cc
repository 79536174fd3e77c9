// SPDX-License-Identifier: MIT
#include "parser/delivery/date_order.h"

#include <algorithm>
#include <chrono>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_time = 80;
constexpr EpochSeconds a_minute = 60, an_hour = 3600, a_day = 86'400;
constexpr Day last_day = 65'535;
/// A log file holds 30 days.
constexpr Day longest_log = 31;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

/// Takes one thing after the other off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool take(char c) {
    if (peek() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip(std::string_view any_of) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(any_of), rest_.size()));
  }
  /// A number of `least` to `most` digits and no more.
  std::optional<int> number(std::size_t least, std::size_t most) {
    std::size_t length = 0;
    int value = 0;
    for (; length < rest_.size() && is_digit(rest_[length]); ++length)
      if (length < 9) value = value * 10 + (rest_[length] - '0');
    if (length < least || length > most) return std::nullopt;
    rest_.remove_prefix(length);
    return value;
  }
  std::string_view word() {
    std::size_t length = 0;
    while (length < rest_.size() && is_letter(rest_[length])) ++length;
    const std::string_view found = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return found;
  }

 private:
  std::string_view rest_;
};

std::optional<Day> day_of(int year, int month, int day) {
  if (year < 1970 || month < 1 || day < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  const auto days = std::chrono::sys_days{date}.time_since_epoch().count();
  if (days < 0 || days > last_day) return std::nullopt;
  return static_cast<Day>(days);
}

/// "3/06/2026", "03.06.26": two numbers of which either may be the day.
struct NumericDate {
  int first = 0, second = 0, year = 0;
  std::optional<Day> day(DateOrder order) const {
    return order == DateOrder::day_first ? day_of(year, second, first)
                                         : day_of(year, first, second);
  }
};

std::optional<NumericDate> take_numeric_date(Scanner& text) {
  Scanner in = text;
  const auto first = in.number(1, 2);
  const char separator = in.peek();
  if (!first || (separator != '/' && separator != '.' && separator != '-')) return std::nullopt;
  in.take(separator);
  const auto second = in.number(1, 2);
  if (!second || !in.take(separator)) return std::nullopt;
  const bool short_year = in.rest().size() < 4 || !is_digit(in.rest()[2]);
  const auto year = short_year ? in.number(2, 2) : in.number(4, 4);
  if (!year) return std::nullopt;
  text = in;
  return NumericDate{*first, *second, short_year ? 2000 + *year : *year};
}

std::optional<Day> take_iso_date(Scanner& text) {
  Scanner in = text;
  const auto year = in.number(4, 4);
  const char separator = in.peek();
  if (!year || (separator != '-' && separator != '/')) return std::nullopt;
  in.take(separator);
  const auto month = in.number(1, 2);
  if (!month || !in.take(separator)) return std::nullopt;
  const auto day = in.number(1, 2);
  if (!day) return std::nullopt;
  text = in;
  return day_of(*year, *month, *day);
}

/// "Tue, 24 Nov 2026", "24-Nov-2026", "Nov 24, 2026". A weekday is not checked.
std::optional<Day> take_worded_date(Scanner& text) {
  constexpr std::string_view between = " \t,-";
  Scanner in = text;
  std::optional<int> day, month;
  if (is_letter(in.peek())) {
    month = month_from_word(in.word());
    in.skip(" \t,.");
    if (!month && is_letter(in.peek())) month = month_from_word(in.word());  // "Tue Nov 24"
    in.skip(between);
  }
  day = in.number(1, 2);
  in.skip(between);
  if (!month) month = month_from_word(in.word());
  in.skip(" \t,-.");
  const bool short_year = in.rest().size() < 4 || !is_digit(in.rest()[2]);
  if (!day || !month) return std::nullopt;
  const auto year = short_year ? in.number(2, 2) : in.number(4, 4);
  if (!year) return std::nullopt;
  text = in;
  return day_of(short_year ? 2000 + *year : *year, *month, *day);
}

/// Takes a zone, if there is one. False for what is none.
bool take_zone(Scanner& in, std::optional<EpochSeconds>& offset) {
  in.skip(" \t");
  if (is_letter(in.peek())) {
    const auto hours = zone_from_word(in.word());
    if (!hours) return false;
    offset = *hours * an_hour;
  }
  if (in.peek() != '+' && in.peek() != '-') return true;
  const EpochSeconds sign = in.take('-') ? -1 : 1;
  in.take('+');
  const std::size_t colon = in.rest().find(':');
  if (colon == 2 || in.rest().size() < 4) {
    const auto hours = in.number(2, 2);
    std::optional<int> minutes = 0;
    if (in.take(':')) minutes = in.number(2, 2);
    if (!hours || !minutes || *hours > 14 || *minutes > 59) return false;
    offset = sign * (*hours * an_hour + *minutes * a_minute);
    return true;
  }
  const auto both = in.number(4, 4);
  if (!both || *both / 100 > 14 || *both % 100 > 59) return false;
  offset = sign * (*both / 100 * an_hour + *both % 100 * a_minute);
  return true;
}

/// Seconds of the day for the rest of a text: "13:37", "1:37:05.123 PM", each with a zone, or
/// nothing. Nothing when the rest is none of these.
std::optional<EpochSeconds> time_of_day(Scanner& in, EpochSeconds offset) {
  in.skip(" \t,");
  in.take('T');
  in.skip(" \t");
  EpochSeconds seconds = 0;
  if (!in.done()) {
    auto hour = in.number(1, 2);
    if (!hour || !in.take(':')) return std::nullopt;
    const auto minute = in.number(2, 2);
    std::optional<int> second = 0;
    if (minute && in.take(':')) {
      second = in.number(2, 2);
      if (in.peek() == '.' || in.peek() == ',') {
        in.skip(".,");
        in.skip("0123456789");
      }
    }
    in.skip(" \t");
    const char half = lower(in.peek());
    if ((half == 'a' || half == 'p') && in.rest().size() >= 2 && lower(in.rest()[1]) == 'm') {
      in.word();
      if (*hour < 1 || *hour > 12) return std::nullopt;
      hour = *hour % 12 + (half == 'p' ? 12 : 0);
    }
    if (!minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    seconds = *hour * an_hour + *minute * a_minute + *second;
    std::optional<EpochSeconds> zone;
    if (!take_zone(in, zone)) return std::nullopt;
    offset = zone.value_or(offset);
    in.skip(" \t");
    if (in.peek() == '(' && in.rest().ends_with(')')) return seconds - offset;  // "(JST)"
  }
  if (!in.done()) return std::nullopt;
  return seconds - offset;
}

/// Seconds or milliseconds since 1970. Fewer digits would be a year or a number of another kind.
std::optional<EpochSeconds> epoch_of(std::string_view text) {
  const std::string_view whole = text.substr(0, text.find('.'));
  if (text.find_first_not_of("0123456789.") != text.npos ||
      text.find('.', whole.size() + 1) != text.npos)
    return std::nullopt;
  if (whole.size() < 9 || whole.size() > 13 || (whole.size() > 10 && whole.size() < 13))
    return std::nullopt;
  EpochSeconds value = 0;
  for (const char c : whole) value = value * 10 + (c - '0');
  if (whole.size() == 13) value /= 1000;
  if (value / a_day > last_day) return std::nullopt;
  return value;
}

}  // namespace

std::string_view to_text(DateOrder order) noexcept {
  return order == DateOrder::day_first ? "day-first" : "month-first";
}

std::optional<DateOrder> date_order_from(std::string_view word) noexcept {
  for (const DateOrder order : {DateOrder::day_first, DateOrder::month_first})
    if (word == to_text(order)) return order;
  return std::nullopt;
}

void DateOrderEvidence::add(std::string_view text) {
  Scanner in(trimmed(text.substr(0, longest_time)));
  const auto date = take_numeric_date(in);
  if (!date) return;
  const auto as_day_first = date->day(DateOrder::day_first),
             as_month_first = date->day(DateOrder::month_first);
  if (as_day_first && as_month_first) {
    DateOrderEvidence one;
    one.dates_ = 1;
    one.ambiguous_ = date->first == date->second ? 0 : 1;
    one.as_day_first_ = {*as_day_first, *as_day_first};
    one.as_month_first_ = {*as_month_first, *as_month_first};
    merge(one);
  } else {
    day_first_ += as_day_first ? 1 : 0;
    month_first_ += as_month_first ? 1 : 0;
  }
}

void DateOrderEvidence::merge(const DateOrderEvidence& other) {
  const auto widen = [&](Span& span, const Span& by) {
    if (other.dates_ == 0) return;
    span = dates_ == 0 ? by : Span{std::min(span.first, by.first), std::max(span.last, by.last)};
  };
  widen(as_day_first_, other.as_day_first_);
  widen(as_month_first_, other.as_month_first_);
  day_first_ += other.day_first_;
  month_first_ += other.month_first_;
  ambiguous_ += other.ambiguous_;
  dates_ += other.dates_;
}

DateOrderEvidence::Decision DateOrderEvidence::decide(std::optional<Day> reference) const {
  using enum DateOrder;
  if (day_first_ != month_first_)
    return {day_first_ > month_first_ ? day_first : month_first,
            day_first_ != 0 && month_first_ != 0};
  if (ambiguous_ == 0) return {day_first, day_first_ != 0};
  const Day length = as_day_first_.last - as_day_first_.first,
            other = as_month_first_.last - as_month_first_.first;
  if (length != other && std::min(length, other) <= longest_log)
    return {length < other ? day_first : month_first, std::max(length, other) <= longest_log};
  if (reference) {
    const bool day_first_before = as_day_first_.last <= *reference,
               month_first_before = as_month_first_.last <= *reference;
    if (day_first_before != month_first_before)
      return {day_first_before ? day_first : month_first, true};
    if (day_first_before && as_month_first_.last > as_day_first_.last) return {month_first, true};
  }
  return {day_first, true};
}

std::optional<EpochSeconds> time_from_text(std::string_view text, DateOrder order,
                                           EpochSeconds offset) {
  text = trimmed(text);
  if (text.empty() || text.size() > longest_time) return std::nullopt;
  if (const auto time = epoch_of(text)) return time;
  Scanner in(text);
  std::optional<Day> day = take_iso_date(in);
  if (!day) {
    if (const auto date = take_numeric_date(in))
      day = date->day(order);
    else
      day = take_worded_date(in);
  }
  if (!day) return std::nullopt;
  const auto seconds = time_of_day(in, offset);
  if (!seconds) return std::nullopt;
  const EpochSeconds time = *day * a_day + *seconds;
  if (time < 0 || time / a_day > last_day) return std::nullopt;
  return time;
}

EpochSeconds order_free_time(EpochSeconds time, EpochSeconds offset) {
  using namespace std::chrono;
  const sys_days day = floor<days>(sys_seconds{seconds{time + offset}});
  const year_month_day date{day};
  const unsigned first = static_cast<unsigned>(date.month()),
                 second = static_cast<unsigned>(date.day());
  if (second >= first) return time;
  const sys_days swapped{date.year() / month{second} / std::chrono::day{first}};
  return time + duration_cast<seconds>(swapped - day).count();
}

}  // namespace dmarcq
