// SPDX-License-Identifier: MIT
#include "report/render/report_json.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

using namespace dmarcq;
using nlohmann::json;

namespace {

template <class Write>
std::string text_of(Write write) {
  std::ostringstream out;
  JsonWriter writer(out);
  write(writer);
  writer.finish();
  return out.str();
}

json report_of(const ReportInfo& info, const std::vector<Record>& records) {
  return json::parse(text_of([&](JsonWriter& writer) {
    write_report_json(writer, info, [&](const auto& each) {
      for (const Record& record : records) each(record);
    });
  }));
}

Record record_of(const char* address) {
  Record record;
  record.source_ip = IpAddress::parse(address).value();
  record.count = 3;
  return record;
}

const char* const hostile = "\"</script>\\\u202E\x1b[31m\n";

}  // namespace

TEST_CASE("write_policy_json: all members are there, what was not published is null") {
  const auto policy_of = [](const PolicyPublished& policy) {
    return text_of([&](JsonWriter& writer) { write_policy_json(writer, policy); });
  };
  CHECK(policy_of({}) ==
        "{\"p\":null,\"sp\":null,\"np\":null,\"pct\":null,\"adkim\":null,\"aspf\":null,"
        "\"fo\":null,\"testing\":null,\"discovery_method\":null}\n");
  PolicyPublished policy;
  policy.p = Policy::reject;
  policy.sp = Reported<Policy>::from("quarantaine");
  policy.np = Policy::none;
  policy.adkim = Alignment::strict;
  policy.aspf = Alignment::relaxed;
  policy.pct = "050";
  policy.fo = "1:d";
  policy.testing = "y";
  policy.discovery_method = DiscoveryMethod::treewalk;
  CHECK(policy_of(policy) ==
        "{\"p\":\"reject\",\"sp\":\"quarantaine\",\"np\":\"none\",\"pct\":\"050\",\"adkim\":\"s\","
        "\"aspf\":\"r\",\"fo\":\"1:d\",\"testing\":\"y\",\"discovery_method\":\"treewalk\"}\n");
}

TEST_CASE("write_note_json: the domain is null in a note on all of them") {
  const auto note_of = [](const Note& note) {
    return text_of([&](JsonWriter& writer) { write_note_json(writer, note); });
  };
  CHECK(note_of({7, 20'000, "", "key rotated"}) ==
        "{\"id\":7,\"day\":\"2024-10-04\",\"domain\":null,\"text\":\"key rotated\"}\n");
  CHECK(note_of({8, 0, "example.com", ""}) ==
        "{\"id\":8,\"day\":\"1970-01-01\",\"domain\":\"example.com\",\"text\":\"\"}\n");
  const std::string text = note_of({1, 1, "", hostile});
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\u202E") == std::string::npos);
  CHECK(json::parse(text)["text"] == hostile);
}

TEST_CASE("write_report_json: an empty report has its schema, its lists and nulls") {
  const json report = report_of({}, {});
  CHECK(report["schema"] == "dmarcq.report/1");
  for (const char* list : {"errors", "deviations", "records"}) {
    CAPTURE(list);
    CHECK(report[list] == json::array());
  }
  for (const char* text : {"org_name", "email", "extra_contact_info", "report_id", "domain",
                           "version", "namespace", "generator"}) {
    CAPTURE(text);
    REQUIRE(report.contains(text));
    CHECK(report[text].is_null());
  }
  CHECK(report["begin"] == "1970-01-01T00:00:00Z");
  CHECK(report["policy"]["p"].is_null());
}

TEST_CASE("write_report_json: what the reporter said, word for word") {
  ReportInfo info;
  info.org_name = hostile;
  info.domain = "example.com";
  info.begin = 1'767'225'600;
  info.end = 1'767'311'999;
  info.errors = {"none", hostile};
  info.deviations = {{"record[3]/row/count", "+1", "1"}, {"record", "x", ""}};
  info.policy.p = Policy::quarantine;
  const json report = report_of(info, {});
  CHECK(report["org_name"] == hostile);
  CHECK(report["begin"] == "2026-01-01T00:00:00Z");
  CHECK(report["end"] == "2026-01-01T23:59:59Z");
  CHECK(report["errors"] == json{"none", hostile});
  CHECK(report["policy"]["p"] == "quarantine");
  REQUIRE(report["deviations"].size() == 2);
  CHECK(report["deviations"][0] ==
        json{{"path", "record[3]/row/count"}, {"found", "+1"}, {"read_as", "1"}});
  CHECK(report["deviations"][1]["read_as"].is_null());
}

TEST_CASE("write_report_json: each record once, in order, with all its results and reasons") {
  Record full = record_of("2001:db8::1");
  full.count = UINT64_MAX;
  full.policy_evaluated.disposition = Disposition::reject;
  full.policy_evaluated.dkim = DmarcResult::fail;
  full.policy_evaluated.spf = Reported<DmarcResult>::from("softfail");
  full.policy_evaluated.reasons = {{OverrideType::mailing_list, hostile}, {{}, ""}};
  full.header_from = "example.com";
  full.dkim = {{"example.net", "s1", DkimResult::pass, "fine"}, {"example.net", "", {}, ""}};
  full.spf = {{"", SpfScope::helo, SpfResult::none, ""}};
  const json records = report_of({}, {record_of("192.0.2.1"), full})["records"];
  REQUIRE(records.size() == 2);
  CHECK(records[0]["source_ip"] == "192.0.2.1");
  CHECK(records[0]["count"] == 3);
  for (const char* text :
       {"disposition", "dkim", "spf", "header_from", "envelope_from", "envelope_to"}) {
    CAPTURE(text);
    CHECK(records[0].at(text).is_null());
  }
  for (const char* list : {"reasons", "auth_dkim", "auth_spf"}) {
    CAPTURE(list);
    CHECK(records[0].at(list) == json::array());
  }
  const json& last = records[1];
  CHECK(last["source_ip"] == "2001:db8::1");
  CHECK(last["count"] == UINT64_MAX);
  CHECK(last["disposition"] == "reject");
  CHECK(last["dkim"] == "fail");
  CHECK(last["spf"] == "softfail");
  CHECK(last["reasons"] == json{{{"type", "mailing_list"}, {"comment", hostile}},
                                {{"type", nullptr}, {"comment", nullptr}}});
  REQUIRE(last["auth_dkim"].size() == 2);
  CHECK(last["auth_dkim"][0] == json{{"domain", "example.net"},
                                     {"selector", "s1"},
                                     {"result", "pass"},
                                     {"human_result", "fine"}});
  CHECK(last["auth_dkim"][1]["selector"].is_null());
  CHECK(last["auth_dkim"][1]["result"].is_null());
  REQUIRE(last["auth_spf"].size() == 1);
  CHECK(last["auth_spf"][0]["domain"].is_null());
  CHECK(last["auth_spf"][0]["scope"] == "helo");
}

TEST_CASE("write_report_json: the records are asked for once") {
  int asked = 0;
  text_of(
      [&](JsonWriter& writer) { write_report_json(writer, {}, [&](const auto&) { ++asked; }); });
  CHECK(asked == 1);
}
