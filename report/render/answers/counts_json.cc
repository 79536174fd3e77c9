// SPDX-License-Identifier: MIT
#include "report/render/answers/counts_json.h"

namespace dmarcq {

void write_counts(JsonWriter& json, const Totals& totals) {
  json.member("messages", totals.messages)
      .member("dmarc_pass", totals.dmarc_pass())
      .member("dmarc_fail", totals.dmarc_fail());
  json.member("dkim_aligned", totals.dkim_aligned()).member("spf_aligned", totals.spf_aligned());
}

void write_dispositions(JsonWriter& json, const Totals& totals) {
  json.key("dispositions").object().member("none", totals.none).member("pass", totals.pass);
  json.member("quarantine", totals.quarantine).member("reject", totals.reject).end();
}

void write_stream_count(JsonWriter& json, const StreamCount& count) {
  json.member("messages", count.messages())
      .member("dmarc_pass", count.pass())
      .member("dmarc_fail", count.fail)
      .member("temporary", count.temporary);
  json.member("dkim_aligned", count.both + count.dkim_only);
}

void write_network(JsonWriter& json, const NetworkFacts& facts) {
  json.key("as_number");
  if (facts.as_number == 0)
    json.null();
  else
    json.value(facts.as_number);
  json.member_or_null("as_name", facts.as_name).member_or_null("country", facts.country);
}

std::optional<std::string> day_or_null(const std::optional<Day>& day) {
  return day ? std::optional<std::string>(iso_date(*day)) : std::nullopt;
}

}  // namespace dmarcq
