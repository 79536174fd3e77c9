// SPDX-License-Identifier: MIT
#include "ingest/dns/dns_packet.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/ingest/dns/packets.h"

using namespace dmarcq;
using namespace dmarcq::test;
using namespace std::string_literals;

namespace {

using Status = DnsAnswer::Status;
using Texts = std::vector<std::string>;

DnsAnswer answer_to(const Packet& packet, RecordType type = RecordType::txt) {
  return answer_from_packet(packet.bytes(), {"example.com", type});
}

Packet asking(RecordType type) {
  Packet packet;
  packet.question_type = type_number(type);
  return packet;
}

}  // namespace

TEST_CASE("dns packet: each type") {
  struct Row {
    RecordType type;
    std::string data;
    std::string expected;
  };
  const Row rows[] = {
      {RecordType::a, "\xc0\0\2\1"s, "192.0.2.1"},
      {RecordType::aaaa, "\x20\1\r\xb8\0\0\0\0\0\0\0\0\0\0\0\1"s, "2001:db8::1"},
      {RecordType::txt, wire_txt("v=spf1 ") + wire_txt("-all"), "v=spf1 -all"},
      {RecordType::txt, wire_txt(""), ""},
      {RecordType::txt, "", ""},
      {RecordType::mx, word(10) + wire_name("MX.Example.com"), "10 mx.example.com"},
      {RecordType::mx, word(0) + wire_name(""), "0 ."},
      {RecordType::ptr, wire_name("Host.example.net"), "host.example.net"},
      {RecordType::cname, wire_name("target.example.net"), "target.example.net"},
      {RecordType::ns, wire_name("ns1.example.net"), "ns1.example.net"},
      {RecordType::soa,
       wire_name("ns.example.com") + wire_name("host.example.com") + word(0) + word(1) + word(0) +
           word(2) + word(0) + word(3) + word(0) + word(4) + word(1) + word(0),
       "ns.example.com host.example.com 1 2 3 4 65536"},
      // Names with bytes that would mean something else in text.
      {RecordType::ptr, "\3a.b\3c d\2\\\n\0"s, "a\\046b.c\\032d.\\092\\010"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.expected);
    const DnsAnswer answer =
        answer_to(asking(row.type).add("example.com", type_number(row.type), row.data), row.type);
    CHECK(answer.status == Status::found);
    CHECK(answer.data == Texts{row.expected});
    CHECK(answer.ttl == 300);
  }
}

TEST_CASE("dns packet: several records, duplicates, records of others") {
  Packet packet;
  packet.add("example.com", 16, wire_txt("one"), 600)
      .add("EXAMPLE.com", 16, wire_txt("two"), 60)
      .add("example.com", 16, wire_txt("one"), 600)
      .add("example.net", 16, wire_txt("three"), 1)
      .add("example.com", 99, wire_txt("type SPF"), 1)
      .add("example.com", 46, "signature", 1);
  packet.answers += wire_record("example.com", 16, wire_txt("chaos"), 1, 3);
  ++packet.answer_count;
  const DnsAnswer answer = answer_to(packet);
  CHECK(answer.data == Texts{"one", "two"});
  CHECK(answer.ttl == 60);
  CHECK(answer_to(Packet().add("example.com", 16, wire_txt("x"), 0x80000001)).ttl == 0);
}

TEST_CASE("dns packet: aliases") {
  Packet packet;
  packet.add("a.example.net", 5, wire_name("b.example.net"), 20)
      .add("example.com", 5, wire_name("A.example.net"), 300)
      .add("b.example.net", 16, wire_txt("text"), 300);
  const DnsAnswer found = answer_to(packet);
  CHECK(found.status == Status::found);
  CHECK(found.data == Texts{"text"});
  CHECK(found.aliases == Texts{"a.example.net", "b.example.net"});
  CHECK(found.ttl == 20);

  Packet dangling = Packet().add("example.com", 5, wire_name("gone.example.net"));
  dangling.flags |= 3;
  const DnsAnswer gone = answer_to(dangling);
  CHECK(gone.status == Status::no_name);
  CHECK(gone.aliases == Texts{"gone.example.net"});
  CHECK(gone.ttl == 300);

  Packet empty = Packet().add("example.com", 5, wire_name("a.example.net"));
  CHECK(answer_to(empty).status == Status::no_data);
  CHECK(answer_to(empty).aliases == Texts{"a.example.net"});

  CHECK(answer_to(Packet().add("example.com", 5, wire_name("example.com"))).why == "CNAME loop");
  CHECK(answer_to(Packet()
                      .add("example.com", 5, wire_name("a.example.com"))
                      .add("a.example.com", 5, wire_name("example.com")))
            .why == "CNAME loop");
  CHECK(answer_to(Packet().add("example.com", 5, wire_name(""))).why == "CNAME to the root");
  // The alias itself is what is asked for.
  CHECK(answer_to(asking(RecordType::cname).add("example.com", 5, wire_name("a.example.net")),
                  RecordType::cname)
            .data == Texts{"a.example.net"});
}

TEST_CASE("dns packet: what is not there") {
  struct Row {
    const char* name;
    unsigned flags;
    std::string authority;
    Status status;
    const char* why;
  };
  const std::string ns = wire_record("com", 2, wire_name("ns.example.net")),
                    soa = wire_record("com", 6,
                                      wire_name("a") + wire_name("b") + std::string(20, '\0'));
  const Row rows[] = {
      {"no data", 0x8180, "", Status::no_data, ""},
      {"no data, with SOA", 0x8180, soa, Status::no_data, ""},
      {"no data from its own server", 0x8400, soa, Status::no_data, ""},
      {"no name", 0x8183, soa, Status::no_name, ""},
      {"a referral", 0x8000, ns, Status::unknown, "the name server is not recursive"},
      {"near miss: NS beside an answer of a resolver", 0x8180, ns, Status::no_data, ""},
      {"FORMERR", 0x8181, "", Status::unknown, "FORMERR"},
      {"SERVFAIL", 0x8182, "", Status::unknown, "SERVFAIL"},
      {"NOTIMP", 0x8184, "", Status::unknown, "NOTIMP"},
      {"REFUSED", 0x8185, "", Status::unknown, "REFUSED"},
      {"YXDOMAIN", 0x8186, "", Status::unknown, "response code 6"},
      {"truncated", 0x8380, "", Status::unknown, "truncated answer"},
      {"a question", 0x0100, "", Status::unknown, "malformed answer"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Packet packet;
    packet.flags = row.flags;
    packet.authority = row.authority;
    packet.authority_count = !row.authority.empty();
    const DnsAnswer answer = answer_to(packet);
    CHECK(answer.status == row.status);
    CHECK(answer.why == row.why);
    CHECK(answer.data.empty());
  }
  Packet unfollowed = Packet().add("example.com", 5, wire_name("a.example.net"));
  unfollowed.flags = 0x8400;
  CHECK(answer_to(unfollowed).why == "the name server is not recursive");
}

TEST_CASE("dns packet: lies and damage are unknown") {
  const std::string fine = Packet().add("example.com", 16, wire_txt("text")).bytes();
  CHECK(answer_from_packet(fine, {"EXAMPLE.com.", RecordType::txt}).status == Status::found);
  CHECK(answer_from_packet(fine, {"example.net", RecordType::txt}).why ==
        "answer to another question");
  CHECK(answer_from_packet(fine, {"example.com", RecordType::a}).why ==
        "answer to another question");
  for (std::size_t size = 0; size < fine.size(); ++size) {
    CAPTURE(size);
    CHECK(
        answer_from_packet(std::string_view(fine).substr(0, size), {"example.com", RecordType::txt})
            .why == "malformed answer");
  }
  CHECK(answer_from_packet(std::string(70'000, '\0'), {"example.com", RecordType::txt}).why ==
        "answer larger than 64 KiB");

  Packet many;
  for (int i = 0; i < 1'001; ++i) many.add("example.com", 16, wire_txt(std::to_string(i)));
  CHECK(answer_to(many).why == "answer with more than 1,000 records");

  struct Row {
    const char* name;
    unsigned type;
    std::string data;
  };
  const Row rows[] = {
      {"A of three bytes", 1, "abc"},
      {"A of five bytes", 1, "abcde"},
      {"AAAA of four bytes", 28, "abcd"},
      {"a string that is longer than its record", 16, "\5abcd"},
      {"MX without a name", 15, word(10)},
      {"bytes behind the name of an MX", 15, word(10) + wire_name("a.example.com") + "x"},
      {"a label that is longer than its record", 2, "\77a"},
      {"a label type that does not exist", 2, "\x80\0"s},
      {"SOA without numbers", 6, wire_name("a") + wire_name("b")},
      {"a pointer to itself", 2, "\xc0\x28"},
      {"a pointer forward", 2, "\xc0\xff"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Packet packet;
    packet.question_type = row.type;
    packet.add("example.com", row.type, row.data);
    for (const RecordType type : {RecordType::a, RecordType::aaaa, RecordType::txt, RecordType::mx,
                                  RecordType::ns, RecordType::soa})
      if (type_number(type) == row.type) CHECK(answer_to(packet, type).why == "malformed answer");
  }
}

TEST_CASE("dns packet: compression") {
  Packet packet = asking(RecordType::mx);
  // The name of the question is at 12; "mail" and a pointer to it.
  packet.answers = "\xc0\x0c"s + word(15) + word(1) + word(0) + word(300) + word(9) + word(5) +
                   "\4mail\xc0\x0c"s;
  packet.answer_count = 1;
  CHECK(answer_to(packet, RecordType::mx).data == Texts{"5 mail.example.com"});
  SUBCASE("two pointers at each other") {
    // At 29: a pointer to 31; at 31: one to 29.
    packet.answers = "\xc0\x1f\xc0\x1d"s;
    CHECK(answer_to(packet, RecordType::mx).why == "malformed answer");
  }
  SUBCASE("a label and a pointer back to it") {
    packet.answers = "\1a\xc0\x1d"s;
    CHECK(answer_to(packet, RecordType::mx).why == "malformed answer");
  }
  SUBCASE("names of more than 255 bytes") {
    Packet deep = asking(RecordType::ns);
    deep.add(
        "example.com", 2,
        wire_name(std::string(60, 'a') + '.' + std::string(60, 'b') + '.' + std::string(60, 'c') +
                  '.' + std::string(60, 'd') + '.' + std::string(60, 'e') + ".example"));
    CHECK(answer_to(deep, RecordType::ns).why == "malformed answer");
  }
}

TEST_CASE("dns packet: names of types") {
  for (const RecordType type :
       {RecordType::a, RecordType::aaaa, RecordType::txt, RecordType::mx, RecordType::ptr,
        RecordType::cname, RecordType::ns, RecordType::soa}) {
    CHECK(record_type(to_text(type)) == type);
    CHECK(type_number(type) > 0);
  }
  CHECK(record_type("txt") == RecordType::txt);
  CHECK_FALSE(record_type("SPF"));
  CHECK_FALSE(record_type(""));
}
