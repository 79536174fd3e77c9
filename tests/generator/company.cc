// SPDX-License-Identifier: MIT
#include "tests/generator/company.h"

#include <fmt/format.h>

#include "tests/generator/salesforce_org.h"

namespace dmarcq::generator {
namespace {

const std::string domain(company_domain);
const std::string news = "news." + domain;

std::string production_bounces(std::string_view hash) {
  return bounce_domain(hash, production_org, "na150");
}

Stream own_stream(std::string name, unsigned weekday_volume, unsigned weekend_volume) {
  Stream stream;
  stream.name = std::move(name);
  stream.header_from = domain;
  stream.weekday_volume = weekday_volume;
  stream.weekend_volume = weekend_volume;
  return stream;
}

}  // namespace

Scenario kestrel_scenario(std::string name, std::uint64_t seed, Day first_day, int days) {
  Scenario scenario;
  scenario.name = std::move(name);
  scenario.seed = seed;
  scenario.first_day = first_day;
  scenario.days = days;
  scenario.rua = company_rua;
  scenario.domains = {{domain, {{0, PublishedPolicy{}}}}};
  return scenario;
}

Stream core_stream() {
  Stream stream = own_stream("salesforce-core", 950, 210);
  stream.sources = {"13.110.14.214",  "13.110.74.200", "13.110.78.182",
                    "13.110.242.177", "161.71.6.232",  "136.147.46.214"};
  stream.envelopes = {production_bounces("mmh2xurvokdh"), production_bounces("q5w7nrydt3ke")};
  stream.signatures = {{domain, "sf1", "pass"}};
  return stream;
}

Stream sandbox_stream() {
  Stream stream = own_stream("salesforce-sandbox", 70, 6);
  stream.sources = {"13.110.74.200", "13.108.238.141"};
  stream.envelopes = {bounce_domain("zk8trb2wq9fm", sandbox_org, "cs94")};
  return stream;
}

Stream marketing_cloud_stream() {
  Stream stream = own_stream("marketing-cloud", 1500, 300);
  stream.header_from = news;
  stream.sources = {"13.111.0.229", "13.111.150.233", "13.111.207.78", "13.111.207.79"};
  stream.envelopes = {"bounce." + news};
  stream.signatures = {{news, "50dkim1", "pass"}, {"s50.y.mc.salesforce.com", "fbldkim50", "pass"}};
  stream.weekday_percent = {100, 40, 260, 60, 240, 70, 100};  // campaigns on Tuesday and Thursday
  return stream;
}

Stream account_engagement_stream() {
  Stream stream = own_stream("account-engagement", 320, 40);
  stream.sources = {"13.111.88.14", "136.147.176.80", "198.245.81.33"};
  stream.envelopes = {"bounce.s7.exacttarget.com", "bounce.s10.mc.pd25.com"};
  stream.signatures = {{domain, "200608", "pass"}};
  return stream;
}

Stream account_engagement_unsigned_stream() {
  Stream stream = own_stream("account-engagement-unsigned", 130, 10);
  stream.header_from = "partners." + domain;
  stream.sources = {"13.111.88.14", "198.245.81.33"};
  stream.envelopes = {"bounce.s10.mc.pd25.com"};
  return stream;
}

Stream amazon_ses_stream() {
  Stream stream = own_stream("amazon-ses", 620, 780);
  stream.sources = {"54.240.8.40", "54.240.11.122", "54.240.27.190", "54.240.48.110",
                    "69.169.224.17"};
  stream.envelopes = {"amazonses.com"};
  stream.signatures = {{domain, "k7dpxw3zq2vn5ymtbo4jhlrce6asufgi", "pass"},
                       {"amazonses.com", "224i4yxa5dv7c2xz3womw6peuasteono", "pass"}};
  return stream;
}

Stream microsoft_365_stream() {
  Stream stream = own_stream("microsoft-365", 540, 60);
  stream.sources = {"40.107.22.57", "40.107.93.118", "52.101.62.14", "2a01:111:f403:c201::5",
                    "2a01:111:f403:c20f::1"};
  stream.envelopes = {domain};
  stream.signatures = {{domain, "selector1", "pass"}};
  return stream;
}

Stream warehouse_stream() {
  Stream stream = own_stream("warehouse-server", 90, 20);
  stream.sources = {"203.0.113.25"};
  stream.envelopes = {domain};
  return stream;
}

Stream plain_forwarding_stream() {
  Stream stream = own_stream("forwarded-plain", 46, 14);
  stream.sources = {"192.0.2.40", "192.0.2.41", "2001:db8:40::25"};
  stream.envelopes = {production_bounces("mmh2xurvokdh")};
  stream.spf_result = "softfail";
  stream.signatures = {{domain, "sf1", "pass"}};
  return stream;
}

Stream srs_forwarding_stream() {
  Stream stream = own_stream("forwarded-srs", 30, 9);
  stream.sources = {"192.0.2.77", "192.0.2.78"};
  stream.envelopes = {"alumni.northfield-university.example"};
  stream.signatures = {{domain, "sf1", "pass"}};
  return stream;
}

Stream mailing_list_stream() {
  Stream stream = own_stream("mailing-list", 26, 8);
  stream.sources = {"209.85.220.69", "209.85.208.199"};
  stream.envelopes = {"googlegroups.com"};
  stream.signatures = {{domain, "selector1", "fail"}, {"googlegroups.com", "20230601", "pass"}};
  stream.overrides = {{"google", 800, {"local_policy", "arc=pass"}},
                      {"fastmail", 1000, {"mailing_list", "Mailing list: List-Id header present"}}};
  return stream;
}

Stream other_list_stream() {
  Stream stream = own_stream("mailing-list-club", 12, 7);
  stream.sources = {"192.0.2.130"};
  stream.envelopes = {"lists.trailkeepers.example"};
  stream.signatures = {{domain, "selector1", "fail"}};
  stream.overrides = {{"fastmail", 1000, {"trusted_forwarder", "lists.trailkeepers.example"}},
                      {"google", 300, {"forwarded", "looks forwarded, not quarantined for DMARC"}}};
  return stream;
}

Stream gateway_stream() {
  Stream stream = own_stream("gateway", 16, 2);
  stream.sources = {"170.10.129.124", "205.139.110.120"};
  stream.envelopes = {production_bounces("q5w7nrydt3ke")};
  stream.spf_result = "fail";
  stream.signatures = {{domain, "sf1", "fail"}};
  stream.seen_by = {"google", "enterprise-outlook"};  // where the companies behind such gateways
                                                      // have their mailboxes
  stream.overrides = {{"enterprise-outlook", 500, {"local_policy", "arc=pass oda=1"}}};
  return stream;
}

Stream spoofing_stream() {
  Stream stream = own_stream("spoofing", 700, 700);
  for (int host = 11; host <= 22; ++host)
    stream.sources.push_back(fmt::format("198.51.100.{}", host));
  stream.sources.push_back("2001:db8:bad::17");
  stream.envelopes = {"parcel-notice.example", "invoice-desk.example", "parcel-notice.example"};
  return stream;
}

Stream botnet_stream() {
  Stream stream = own_stream("botnet", 28, 28);
  for (int host = 130; host < 250; host += 3)
    stream.sources.push_back(fmt::format("203.0.113.{}", host));
  stream.sources.push_back("2001:db8:f00d::1");
  stream.envelopes = {domain};
  stream.spf_result = "fail";
  stream.active_permille = 600;
  return stream;
}

}  // namespace dmarcq::generator
