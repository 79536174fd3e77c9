// SPDX-License-Identifier: MIT
#include "ingest/dns/recording_resolver.h"

#include <algorithm>
#include <set>

#include "ingest/base/text.h"
#include "ingest/dns/dns_snapshot.h"

namespace dmarcq {

DnsAnswer RecordingResolver::ask(const DnsQuestion& question) {
  DnsAnswer answer = resolver_.ask(question);
  const std::lock_guard lock(mutex_);
  answers_.try_emplace({folded_domain(question.name), question.type}, answer);
  return answer;
}

std::map<DnsQuestion, DnsAnswer> RecordingResolver::answers() const {
  const std::lock_guard lock(mutex_);
  return answers_;
}

std::string RecordingResolver::snapshot(std::string_view taken) const {
  std::string text = ";; dmarcq dns snapshot, taken " + std::string(taken) + "\n";
  std::set<std::string> seen;  // an alias comes with the answer to each type
  for (const auto& [question, answer] : answers()) {
    const std::string lines = snapshot_line(question, answer);
    for (std::size_t at = 0; at < lines.size();) {
      const std::size_t end = lines.find('\n', at) + 1;
      std::string line = lines.substr(at, end - at);
      at = end;
      if (seen.insert(line).second) text += line;
    }
  }
  return text;
}

}  // namespace dmarcq
