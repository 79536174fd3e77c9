// SPDX-License-Identifier: MIT
#include "report/analysis/dns/blocklist.h"

#include <algorithm>
#include <array>

#include "parser/dns_record/reverse_name.h"
#include "parser/ip_address.h"

namespace dmarcq {
namespace {

using Status = DnsAnswer::Status;
using Verdict = BlocklistResult::Verdict;

std::string name_in(const std::string& subject, const std::string& list) {
  const auto address = IpAddress::parse(subject);
  return (address ? reversed_address(*address) : subject) + "." + list;
}

/// Answers within 127.0.0.0/8 only: a resolver that sends people to a search page answers with
/// other addresses.
bool is_listing(const DnsAnswer& answer) {
  return answer.status == Status::found &&
         std::ranges::any_of(answer.data, [](const std::string& code) {
           return code.starts_with("127.") && !code.starts_with("127.255.255.");
         });
}

bool is_refusal(const DnsAnswer& answer) {
  return std::ranges::any_of(
      answer.data, [](const std::string& code) { return code.starts_with("127.255.255."); });
}

/// How a list answers at the test points of one kind of subject.
struct TestPoints {
  bool hit = false, miss = false, refused = false, answers = false;
  bool good() const { return hit && !miss; }
};

TestPoints test_points(const std::string& list, bool addresses, Resolver& resolver) {
  const DnsAnswer hit =
      resolver.ask({name_in(addresses ? "127.0.0.2" : "test", list), RecordType::a});
  const DnsAnswer miss =
      resolver.ask({name_in(addresses ? "127.0.0.1" : "invalid", list), RecordType::a});
  return {.hit = is_listing(hit),
          .miss = is_listing(miss),
          .refused = is_refusal(hit) || is_refusal(miss),
          .answers = hit.status != Status::unknown && miss.status != Status::unknown};
}

struct TestedList {
  TestPoints addresses, domains;
};

BlocklistResult ask_list(const std::string& subject, const std::string& list,
                         const TestedList& tested, Resolver& resolver) {
  BlocklistResult result{.subject = subject, .list = list, .codes = {}, .reason = {}, .why = {}};
  const bool is_address = IpAddress::parse(subject).has_value();
  const TestPoints& own = is_address ? tested.addresses : tested.domains;
  const TestPoints& other = is_address ? tested.domains : tested.addresses;
  if (!own.good()) {
    result.verdict = own.refused || other.refused ? Verdict::refused
                     : other.good()               ? Verdict::other_kind
                     : !own.answers               ? Verdict::unknown
                                                  : Verdict::not_checkable;
    return result;
  }
  const DnsQuestion question{name_in(subject, list), RecordType::a};
  const DnsAnswer answer = resolver.ask(question);
  result.codes = answer.data;
  result.why = answer.why;
  if (is_refusal(answer)) {
    result.verdict = Verdict::refused;
  } else if (is_listing(answer)) {
    result.verdict = Verdict::listed;
    const DnsAnswer text = resolver.ask({question.name, RecordType::txt});
    if (!text.data.empty()) result.reason = text.data.front().substr(0, 500);
  } else {
    result.verdict = answer.status == Status::unknown ? Verdict::unknown
                     : answer.status == Status::found ? Verdict::not_checkable
                                                      : Verdict::not_listed;
  }
  return result;
}

struct Meaning {
  std::string_view list, code, text;
};
// docs.spamhaus.com, "DNSBL zones"
constexpr std::array meanings{
    Meaning{"zen", "127.0.0.2", "SBL: a source of spam"},
    Meaning{"zen", "127.0.0.3", "CSS: low-reputation mail"},
    Meaning{"zen", "127.0.0.4", "XBL: an infected or abused machine"},
    Meaning{"zen", "127.0.0.5", "XBL: an infected or abused machine"},
    Meaning{"zen", "127.0.0.6", "XBL: an infected or abused machine"},
    Meaning{"zen", "127.0.0.7", "XBL: an infected or abused machine"},
    Meaning{"zen", "127.0.0.9", "DROP: a hijacked network"},
    Meaning{"zen", "127.0.0.10",
            "PBL: a range that should not send mail directly; policy, not abuse"},
    Meaning{"zen", "127.0.0.11",
            "PBL: a range that should not send mail directly; policy, not abuse"},
    Meaning{"dbl", "127.0.1.2", "a spam domain"},
    Meaning{"dbl", "127.0.1.4", "a phishing domain"},
    Meaning{"dbl", "127.0.1.5", "a malware domain"},
    Meaning{"dbl", "127.0.1.6", "a botnet control domain"},
    Meaning{"dbl", "127.0.1.102", "an abused legitimate domain: spam"},
    Meaning{"dbl", "127.0.1.103", "an abused legitimate domain: redirector"},
    Meaning{"dbl", "127.0.1.104", "an abused legitimate domain: phishing"},
    Meaning{"dbl", "127.0.1.105", "an abused legitimate domain: malware"},
    Meaning{"dbl", "127.0.1.106", "an abused legitimate domain: botnet control"},
};

}  // namespace

std::string_view to_text(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::listed: return "listed";
    case Verdict::not_listed: return "not listed";
    case Verdict::refused: return "refused";
    case Verdict::not_checkable: return "not checkable";
    case Verdict::other_kind: return "other kind";
    case Verdict::unknown: return "unknown";
  }
  return {};
}

std::string_view blocklist_meaning(std::string_view list, std::string_view code) {
  const bool is_spamhaus = list.ends_with(".spamhaus.org") || list.ends_with(".spamhaus.net");
  if (!is_spamhaus) return {};
  for (const Meaning& meaning : meanings)
    if (meaning.code == code &&
        (list.starts_with(meaning.list) || list.contains("." + std::string(meaning.list) + ".")))
      return meaning.text;
  return {};
}

std::vector<BlocklistResult> ask_blocklists(std::span<const std::string> subjects,
                                            std::span<const std::string> lists,
                                            Resolver& resolver) {
  std::vector<DnsQuestion> questions;
  for (const std::string& list : lists)
    for (const std::string_view point : {"127.0.0.2", "127.0.0.1", "test", "invalid"})
      questions.push_back({name_in(std::string(point), list), RecordType::a});
  resolver.prefetch(questions);
  std::vector<TestedList> tested;
  for (const std::string& list : lists)
    tested.push_back({test_points(list, true, resolver), test_points(list, false, resolver)});
  questions.clear();
  for (const std::string& subject : subjects)
    for (std::size_t i = 0; i < lists.size(); ++i)
      if (IpAddress::parse(subject) ? tested[i].addresses.good() : tested[i].domains.good())
        questions.push_back({name_in(subject, lists[i]), RecordType::a});
  resolver.prefetch(questions);
  std::vector<BlocklistResult> results;
  for (const std::string& subject : subjects)
    for (std::size_t i = 0; i < lists.size(); ++i)
      results.push_back(ask_list(subject, lists[i], tested[i], resolver));
  return results;
}

}  // namespace dmarcq
