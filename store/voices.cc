// SPDX-License-Identifier: MIT
#include "store/voices.h"

#include <fmt/format.h>

#include <map>
#include <unordered_set>

#include "ingest/base/seeded_hash.h"
#include "ingest/base/text.h"
#include "store/snapshot.h"

namespace dmarcq {

std::string name_of(const Voice& voice, std::string_view org_name) {
  return voice.believed ? std::string(org_name) : fmt::format("{}, {}", org_name, voice.name);
}

Voices voices_of(Snapshot& snapshot, const Filter& filter) {
  Voices voices{
      .keys = {snapshot.place(), "reporter"}, .names = {""}, .believed = {true}, .wanted = {}};
  std::map<Voice, std::uint32_t> known;
  std::unordered_set<std::string, SeededHash> names;
  for (const std::string& name : filter.reporters) names.insert(lower(name));
  std::vector<bool> wanted{false};
  std::vector<std::int64_t> untrusted;
  for (const StoredReporter& reporter : snapshot.reporters()) {
    const auto [place, added] =
        known.try_emplace(voice_of(reporter.sender, reporter.org_name), voices.count());
    if (added) {
      voices.names.push_back(name_of(place->first, reporter.org_name));
      voices.believed.push_back(place->first.believed);
      wanted.push_back(names.empty() || names.contains(lower(voices.names.back())));
    }
    // A forger bears the name of somebody else; one voice may bear several.
    if (place->first.believed && names.contains(reporter.org_folded)) wanted[place->second] = true;
    if (reporter.sender.trust < filter.least_trust && !(filter.or_file && !reporter.sender.mail))
      untrusted.push_back(reporter.key);
    else
      voices.keys.place(reporter.key) = place->second;
  }
  if (!untrusted.empty()) {
    // One voice may have trusted reports and others: those others are nobody's.
    const std::uint32_t nobody = voices.count();
    voices.names.emplace_back();
    voices.believed.push_back(true);
    wanted.push_back(false);
    for (const std::int64_t key : untrusted) voices.keys.place(key) = nobody;
  }
  if (!names.empty() || !untrusted.empty()) voices.wanted = std::move(wanted);
  return voices;
}

}  // namespace dmarcq
