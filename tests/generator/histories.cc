// SPDX-License-Identifier: MIT
#include "tests/generator/histories.h"

#include <array>
#include <stdexcept>
#include <string_view>

#include "tests/generator/company.h"

namespace dmarcq::generator {
namespace {

PublishedPolicy policy(const std::string& p) {
  PublishedPolicy published;
  published.p = published.sp = p;
  return published;
}

Stream scaled(Stream stream, unsigned percent) {
  stream.weekday_volume = stream.weekday_volume * percent / 100;
  stream.weekend_volume = stream.weekend_volume * percent / 100;
  return stream;
}

/// The own streams and their forwarders, healthy, at a third of the sample's volume; p=none.
Scenario quiet_years(std::string name, std::uint64_t seed) {
  Scenario scenario = kestrel_scenario(std::move(name), seed, day_of(2024, 11, 1), history_days);
  scenario.domains.front().policies = {{0, policy("none")}};
  scenario.participants = {{reporter("google"), 50, 0, {}},
                           {reporter("enterprise-outlook"), 25, 0, {}},
                           {reporter("yahoo"), 15, 0, {}},
                           {reporter("gmx"), 5, 0, {}},
                           {reporter("comcast"), 5, 0, {}}};
  // Four recipient domains would make four rows of each; two keep the histories small.
  scenario.participants[1].reporter.habits.recipients.resize(2);
  for (Stream stream :
       {core_stream(), marketing_cloud_stream(), account_engagement_stream(), amazon_ses_stream(),
        microsoft_365_stream(), plain_forwarding_stream(), srs_forwarding_stream()}) {
    scenario.streams.push_back(scaled(std::move(stream), 33));
  }
  return scenario;
}

Stream& stream_called(Scenario& scenario, std::string_view name) {
  for (Stream& stream : scenario.streams) {
    if (stream.name == name) return stream;
  }
  throw std::logic_error("no such stream");
}

struct Named {
  std::string_view name;
  Scenario (*make)(std::uint64_t);
};
constexpr std::array<Named, 6> histories = {{
    {"rollout-clean", rollout_clean},
    {"rollout-breaks-account-engagement", rollout_breaks_account_engagement},
    {"vanished-key", vanished_key},
    {"sandbox-starts-sending", sandbox_starts_sending},
    {"spoofing-wave", spoofing_wave},
    {"silent-reporter", silent_reporter},
}};

}  // namespace

Scenario rollout_clean(std::uint64_t seed) {
  Scenario scenario = quiet_years("rollout-clean", seed);
  scenario.domains.front().policies = {{0, policy("none")},
                                       {history_quarantine_day, policy("quarantine")},
                                       {history_reject_day, policy("reject")}};
  return scenario;
}

Scenario rollout_breaks_account_engagement(std::uint64_t seed) {
  Scenario scenario = quiet_years("rollout-breaks-account-engagement", seed);
  scenario.domains.front().policies = {{0, policy("none")},
                                       {history_quarantine_day, policy("quarantine")}};
  stream_called(scenario, "account-engagement").faults = {
      key_vanishes({history_quarantine_day}, "200608")};
  return scenario;
}

Scenario vanished_key(std::uint64_t seed) {
  Scenario scenario = quiet_years("vanished-key", seed);
  const Fault gone = key_vanishes({history_key_gone_day, history_key_back_day - 1}, "sf1");
  for (const char* signed_by_core : {"salesforce-core", "forwarded-plain", "forwarded-srs"}) {
    stream_called(scenario, signed_by_core).faults = {gone};
  }
  return scenario;
}

Scenario sandbox_starts_sending(std::uint64_t seed) {
  Scenario scenario = quiet_years("sandbox-starts-sending", seed);
  scenario.domains.front().policies = {{0, policy("none")},
                                       {history_quarantine_day, policy("quarantine")}};
  Stream sandbox = sandbox_stream();
  sandbox.days.first = history_sandbox_day;
  scenario.streams.push_back(sandbox);
  return scenario;
}

Scenario spoofing_wave(std::uint64_t seed) {
  Scenario scenario = quiet_years("spoofing-wave", seed);
  Stream wave = spoofing_stream();
  wave.weekday_volume = wave.weekend_volume = 4000;
  wave.days = {history_wave_first_day, history_wave_last_day};
  scenario.streams.push_back(wave);
  return scenario;
}

Scenario silent_reporter(std::uint64_t seed) {
  Scenario scenario = quiet_years("silent-reporter", seed);
  scenario.participants.front().silent = {
      {history_silence_first_day, history_silence_last_day}};           // Google
  scenario.participants.back().silent = {{history_last_word_day + 1}};  // Comcast
  return scenario;
}

std::vector<std::string> history_names() {
  std::vector<std::string> names;
  for (const Named& each : histories) names.emplace_back(each.name);
  return names;
}

Scenario history(const std::string& name, std::uint64_t seed) {
  for (const Named& each : histories) {
    if (each.name == name) return each.make(seed);
  }
  throw std::invalid_argument("no history is called " + name);
}

}  // namespace dmarcq::generator
