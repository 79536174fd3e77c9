// SPDX-License-Identifier: MIT
// Any records, whatever includes what: a check ends within the limits of RFC 7208 section 4.6.4.
#include <algorithm>

#include "ingest/dns/dns_snapshot.h"
#include "parser/dns_record/spf_record.h"
#include "parser/message_auth/spf_check.h"
#include "tests/fuzz/fuzz.h"

namespace dmarcq::fuzz {
namespace {

/// Answers each TXT question with one of the lines of the input, and every other one by its name.
class Lines : public Resolver {
 public:
  explicit Lines(std::string_view text) {
    for (std::size_t at = 0; at < text.size() && lines_.size() < 100;) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      lines_.emplace_back(text.substr(at, end - at));
      at = end + 1;
    }
  }
  DnsAnswer ask(const DnsQuestion& question) override {
    ++asked;
    require(!question.name.empty() && question.name.size() <= 253, "names have a bound");
    const std::size_t place = question.name.size() + static_cast<unsigned char>(question.name[0]);
    if (place % 7 == 0) return {.status = DnsAnswer::Status::no_name};
    if (place % 31 == 0 || lines_.empty()) return {.why = "time-out"};
    DnsAnswer answer{.status = DnsAnswer::Status::found};
    switch (question.type) {
      case RecordType::a: answer.data = {"192.0.2." + std::to_string(place % 256)}; break;
      case RecordType::aaaa: answer.data = {"2001:db8::1"}; break;
      case RecordType::mx: answer.data = {"10 mx." + question.name, "0 ."}; break;
      default: answer.data = {lines_[place % lines_.size()]};
    }
    return answer;
  }
  std::size_t asked = 0;

 private:
  std::vector<std::string> lines_;
};

void properties(std::string_view input) {
  const SpfRecord record = parse_spf_record(input);
  for (const SpfTerm& term : record.terms)
    require(input.substr(term.position, term.text.size()) == term.text, "terms tell their place");
  for (const SpfSyntaxFault& fault : record.faults)
    require(input.substr(fault.position, fault.term.size()) == fault.term && !fault.reason.empty(),
            "faults tell their place");
  for (const char* ip : {"192.0.2.80", "2001:db8::1"}) {
    Lines lines(input);
    const SpfCheck check = check_spf({.ip = *IpAddress::parse(ip),
                                      .mail_from = "us.er-name@sub.example.com",
                                      .helo = "mail.example.com"},
                                     lines);
    require(check.lookups <= most_spf_lookups + 1 && check.chain.size() <= most_spf_lookups + 1,
            "look-ups have a bound");
    require(check.void_lookups <= most_spf_void_lookups + 1, "void look-ups have a bound");
    require(lines.asked <= 12 * 30, "questions have a bound");
    require(is_clean(check.explanation), "explanations are clean");
    const bool is_error = check.result == SpfResult::none || check.result == SpfResult::temperror ||
                          check.result == SpfResult::permerror;
    require(is_error == !check.reason.empty(), "errors have a reason");
  }
}

}  // namespace

std::vector<std::string> seeds() {
  return {
      "v=spf1 include:a.example.com ip4:192.0.2.0/24 -all exp=why.example.com\nv=spf1 a mx ptr "
      "exists:%{ir}.%{v}._spf.%{d2} ?all\nv=spf1 redirect=%{l1r-}.example.com\n%{s} %{c} %{t}%_%%",
      "v=spf1 mx/24//64 a:b.example.com ip6:2001:db8::/32 ~all\nv=spf1 include:%{h}\nv=spf1 "
      "exists:%{p}.x.com -all\n"};
}

std::vector<std::string_view> words() {
  return {"v=spf1 ", "include:", "redirect=",    "exists:", "exp=", "ptr",   "mx",  " a",
          " -all",   "%{i}",     "%{p}",         "%{lr-}",  "%%",   "%_",    "/24", "//64",
          "ip4:",    "ip6:",     ".example.com", "\n",      "~",    "%{d2}", "%{t}"};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {.microseconds_per_byte = 100, .bytes_per_byte = 2'000},
                               dmarcq::fuzz::properties);
}
