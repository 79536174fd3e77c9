// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/base/json_value.h"
#include "parser/aggregate/deviation_log.h"
#include "parser/calendar.h"
#include "parser/ip_address.h"

namespace dmarcq {

/// The text in one line without control characters, trimmed, at most longest_tls_text bytes; and
/// what of that was a flaw.
struct TlsText {
  std::string text;
  bool had_control = false, cut = false;
};
TlsText tls_text(std::string_view raw);
/// A host's or a domain's name as tls_report.h promises it, whatever stands there.
std::string tls_host(std::string_view text);
/// Such a name of a domain; "" when it is none.
std::string tls_domain(std::string_view text);

/// The members of one object of a TLS report as values of this program. What is missing is empty;
/// what is there and cannot be read is empty, too, and a deviation.
class JsonFields {
 public:
  /// `place` is where the object stands: "policies[1]/summary".
  JsonFields(JsonValue object, std::string place, DeviationLog& log)
      : object_(std::move(object)), place_(std::move(place)), log_(log) {}

  /// The object that is a member.
  JsonFields inside(std::string_view name) const;
  /// The objects among the first `most` elements of an array. `more`: there are more elements.
  std::vector<JsonFields> objects(std::string_view name, std::size_t most, bool& more) const;

  bool has(std::string_view name) const { return object_.has(name); }
  std::string text(std::string_view name) const;
  /// The same member under another name, if it is not there under its own.
  std::string text(std::string_view name, std::string_view other_name) const;
  /// Of an array of texts, or one text alone: as they stand.
  std::vector<std::string> raw_texts(std::string_view name, std::size_t most) const;
  std::optional<std::uint64_t> count(std::string_view name) const;
  std::optional<IpAddress> address(std::string_view name) const;
  std::optional<EpochSeconds> time(std::string_view name) const;

  void note(std::string_view where, std::string_view found, std::string_view read_as) const {
    log_.add_at(place_, where, found, read_as);
  }
  /// Cleans a text that belongs to `name`.
  std::string clean(std::string_view name, std::string_view raw) const;

 private:
  std::vector<JsonValue> list(std::string_view name, std::size_t most) const;
  std::string below(std::string_view name) const;

  JsonValue object_;
  std::string place_;
  DeviationLog& log_;
};

}  // namespace dmarcq
