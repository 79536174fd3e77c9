// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <deque>
#include <initializer_list>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "report/analysis/sender/identifier.h"

namespace dmarcq {

/// A row in words, as a table of cases writes it. SPF: "domain result", "helo domain result"; DKIM:
/// "domain/selector result"; several are separated by commas. evaluated: "dkim/spf" as in
/// policy_evaluated.
struct RowSpec {
  std::string ip = "198.51.100.7";
  std::string spf = {}, dkim = {};
  std::string evaluated = "fail/fail";
  std::string from = "example.com";
  std::uint64_t messages = 100;
  Day first = 20'000, last = 20'029;
  std::vector<std::string> reporters = {"google.com", "Yahoo", "Outlook.com"};
  std::string disposition = "none";
  std::string reason = {};  ///< "type comment"
  std::string domain = "example.com";
  std::string envelope = "";
};

/// Rows and what their keys stand for, without a database.
class World {
 public:
  World() { policies_["example.com"] = policy("example.com", "none"); }

  static PolicyPublished policy(const std::string& domain, const std::string& p,
                                const std::string& adkim = "r", const std::string& aspf = "r") {
    PolicyPublished result;
    result.domain = domain;
    result.p = Reported<Policy>::from(p);
    result.adkim = adkim == "s" ? Alignment::strict : Alignment::relaxed;
    result.aspf = aspf == "s" ? Alignment::strict : Alignment::relaxed;
    return result;
  }
  void publish(const PolicyPublished& p) { policies_[p.domain] = p; }

  SourceRow& add(const RowSpec& spec) {
    std::vector<SpfAuthResult>& spf = spf_.emplace_back();
    std::vector<DkimAuthResult>& dkim = dkim_.emplace_back();
    Identity identity;
    identity.header_from = spec.from;
    identity.envelope_from = spec.envelope;
    for (const auto& part : split(spec.spf)) {
      std::istringstream words(part);
      std::vector<std::string> word;
      for (std::string w; words >> w;) word.push_back(w);
      SpfAuthResult result;
      if (word.size() == 3) result.scope = Reported<SpfScope>::from(word[0]);
      result.domain = word[word.size() - 2];
      result.result = Reported<SpfResult>::from(word.back());
      spf.push_back(result);
    }
    for (const auto& part : split(spec.dkim)) {
      const auto space = part.rfind(' ');
      const auto slash = part.find('/');
      DkimAuthResult result;
      result.domain = part.substr(0, std::min(slash, space));
      if (slash != std::string::npos) result.selector = part.substr(slash + 1, space - slash - 1);
      result.result = Reported<DkimResult>::from(part.substr(space + 1));
      dkim.push_back(result);
    }
    PolicyEvaluated evaluation;
    const auto slash = spec.evaluated.find('/');
    evaluation.dkim = Reported<DmarcResult>::from(spec.evaluated.substr(0, slash));
    evaluation.spf = Reported<DmarcResult>::from(spec.evaluated.substr(slash + 1));
    evaluation.disposition = Reported<Disposition>::from(spec.disposition);
    if (!spec.reason.empty()) {
      PolicyOverrideReason reason;
      const auto space = spec.reason.find(' ');
      reason.type = Reported<OverrideType>::from(spec.reason.substr(0, space));
      if (space != std::string::npos) reason.comment = spec.reason.substr(space + 1);
      evaluation.reasons.push_back(reason);
    }
    SourceRow row;
    const auto address = IpAddress::parse(spec.ip);
    if (!address) throw std::invalid_argument("no address: " + spec.ip);
    row.source_ip = *address;
    row.identity = static_cast<std::int64_t>(identities_.size());
    identity.spf = spf;
    identity.dkim = dkim;
    identities_.push_back(identity);
    row.evaluation = static_cast<std::int64_t>(evaluations_.size());
    evaluations_.push_back(evaluation);
    row.domain = static_cast<std::int64_t>(key(domains_, spec.domain));
    row.messages = spec.messages;
    row.rows = 1;
    row.first_day = spec.first;
    row.last_day = spec.last;
    for (const auto& reporter : spec.reporters)
      row.reporters.add(static_cast<std::uint32_t>(key(reporters_, reporter)));
    rows_.push_back(row);
    return rows_.back();
  }

  std::vector<SourceRow> rows() const { return {rows_.begin(), rows_.end()}; }

  /// The World must outlive what uses it.
  RowLookup lookup() const {
    RowLookup lookup;
    lookup.domain = [this](std::int64_t k) -> const std::string& {
      return domains_[static_cast<std::size_t>(k)];
    };
    lookup.identity = [this](std::int64_t k) -> const Identity& {
      return identities_[static_cast<std::size_t>(k)];
    };
    lookup.evaluation = [this](std::int64_t k) -> const PolicyEvaluated& {
      return evaluations_[static_cast<std::size_t>(k)];
    };
    lookup.reporter = [this](std::uint32_t k) -> const std::string& { return reporters_[k]; };
    lookup.policy = [this](std::int64_t k) -> const PolicyPublished* {
      const auto found = policies_.find(domains_[static_cast<std::size_t>(k)]);
      return found == policies_.end() ? nullptr : &found->second;
    };
    return lookup;
  }

 private:
  static std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, ',');) {
      part.erase(0, part.find_first_not_of(' '));
      if (!part.empty()) parts.push_back(part);
    }
    return parts;
  }
  static std::size_t key(std::deque<std::string>& list, const std::string& text) {
    const auto found = std::find(list.begin(), list.end(), text);
    if (found != list.end()) return static_cast<std::size_t>(found - list.begin());
    list.push_back(text);
    return list.size() - 1;
  }

  std::deque<Identity> identities_;
  std::deque<std::vector<SpfAuthResult>> spf_;  // what the identities show
  std::deque<std::vector<DkimAuthResult>> dkim_;
  std::deque<PolicyEvaluated> evaluations_;
  std::deque<std::string> domains_, reporters_;
  std::deque<SourceRow> rows_;
  std::map<std::string, PolicyPublished> policies_;
};

/// Bounce names of three public mails (their org ids stand in analysis_names_test.cc) and one more
/// of the first org.
inline const std::string our_bounce = "mmh2xurvokdh.a-hu5amac.na63.bnc.salesforce.com";
inline const std::string our_bounce_2 = "zzz2xurvokdh.a-hu5amac.na63.bnc.salesforce.com";
inline const std::string our_org = "00DA0000000Hu5aMAC";
inline const std::string other_bounce = "q1w2e3.8d-3trx3eag.um8.bnc.salesforce.com";
inline const std::string other_org = "00D8d000003TRx3EAG";
inline const std::string core_ip = "13.110.14.214";

}  // namespace dmarcq
