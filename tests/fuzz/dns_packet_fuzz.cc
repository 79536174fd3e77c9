// SPDX-License-Identifier: MIT
// An answer from a packet is one of DnsAnswer's kinds, printable, and a snapshot keeps it.
#include "ingest/dns/dns_packet.h"

#include <algorithm>

#include "ingest/base/text.h"
#include "ingest/dns/dns_snapshot.h"
#include "tests/fuzz/fuzz.h"
#include "tests/ingest/dns/packets.h"

namespace dmarcq::fuzz {
namespace {

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
}

void properties(std::string_view input) {
  using Status = DnsAnswer::Status;
  for (const RecordType type :
       {RecordType::a, RecordType::aaaa, RecordType::txt, RecordType::mx, RecordType::ptr,
        RecordType::cname, RecordType::ns, RecordType::soa}) {
    const DnsQuestion question{"example.com", type};
    const DnsAnswer answer = answer_from_packet(input, question);
    require((answer.status == Status::found) == !answer.data.empty(), "what is found has data");
    require((answer.status == Status::unknown) == !answer.why.empty(), "unknown has a reason");
    require(answer.data.size() <= most_packet_records, "records have a bound");
    for (const std::string& alias : answer.aliases)
      require(is_printable(alias), "aliases are printable");
    if (type != RecordType::txt)
      for (const std::string& data : answer.data)
        require(is_printable(data), "names are printable");
    auto snapshot = DnsSnapshot::parse(snapshot_line(question, answer));
    require(snapshot.has_value(), "a snapshot is read again");
    const DnsAnswer again = snapshot->ask(question);
    require(again.status == answer.status && again.data == answer.data &&
                again.aliases == answer.aliases && again.why == answer.why,
            "a snapshot has the same answer");
  }
}

}  // namespace

std::vector<std::string> seeds() {
  using namespace test;
  Packet mx;
  mx.question_type = 15;
  mx.add("example.com", 15, word(10) + wire_name("mx.example.com"));
  Packet dangling = Packet().add("example.com", 5, wire_name("gone.example.net"));
  dangling.flags |= 3;
  return {Packet().add("example.com", 16, wire_txt("v=spf1 ") + wire_txt("-all")).bytes(),
          Packet()
              .add("example.com", 5, wire_name("a.example.net"))
              .add("a.example.net", 16, wire_txt("x"))
              .bytes(),
          mx.bytes(), dangling.bytes()};
}

std::vector<std::string_view> words() {
  using namespace std::string_view_literals;
  return {"\xc0\x0c", "\0\x10\0\1"sv, "\0\5\0\1"sv, "\7example\3com\0"sv,
          "\0\1"sv,   "\x3f",         "\xff\xff"};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {.microseconds_per_byte = 50, .bytes_per_byte = 1'000},
                               dmarcq::fuzz::properties);
}
