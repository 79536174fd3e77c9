// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ingest/base/text.h"
#include "ingest/dns/resolver.h"

namespace dmarcq::test {

/// DNS from a map. What was not put in does not exist; names above those that were do.
class FakeResolver : public Resolver {
 public:
  FakeResolver& record(const std::string& name, RecordType type, std::string data) {
    records_[{name, type}].push_back(std::move(data));
    add_name(name);
    return *this;
  }
  FakeResolver& text(const std::string& name, std::string data) {
    return record(name, RecordType::txt, std::move(data));
  }
  FakeResolver& alias(const std::string& name, std::string target) {
    aliases_[name] = std::move(target);
    add_name(name);
    return *this;
  }
  /// Nothing is known of the name.
  FakeResolver& silent(const std::string& name) {
    silent_.insert(name);
    return *this;
  }

  DnsAnswer ask(const DnsQuestion& question) override {
    asked.push_back(question);
    DnsAnswer answer;
    std::string name = question.name;
    for (int steps = 0; steps < 8; ++steps) {
      const auto alias = aliases_.find(name);
      if (alias == aliases_.end()) break;
      name = alias->second;
      answer.aliases.push_back(name);
    }
    answer.ttl = 300;
    if (silent_.contains(name)) {
      answer.why = "time-out";
      return answer;
    }
    if (const auto found = records_.find({name, question.type}); found != records_.end()) {
      answer.status = DnsAnswer::Status::found;
      answer.data = found->second;
    } else {
      answer.status = names_.contains(name) ? DnsAnswer::Status::no_data
                                            : DnsAnswer::Status::no_name;
    }
    return answer;
  }

  std::vector<DnsQuestion> asked;  ///< not for several threads

 private:
  void add_name(std::string name) {
    for (;;) {
      names_.insert(name);
      const auto dot = name.find('.');
      if (dot == name.npos) return;
      name.erase(0, dot + 1);
    }
  }
  std::map<std::pair<std::string, RecordType>, std::vector<std::string>> records_;
  std::map<std::string, std::string> aliases_;
  std::set<std::string> names_, silent_;
};

}  // namespace dmarcq::test
