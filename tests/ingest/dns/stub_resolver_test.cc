// SPDX-License-Identifier: MIT
// A name server of the test's own on loopback, which misbehaves as real ones rarely do.
#include "ingest/dns/stub_resolver.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "ingest/dns/dns_packet.h"
#include "tests/ingest/dns/packets.h"

using namespace dmarcq;
using namespace dmarcq::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

using Status = DnsAnswer::Status;
using Texts = std::vector<std::string>;

/// A query as it came in.
struct Query {
  unsigned id = 0;
  std::string name;
  unsigned type = 0;
  bool tcp = false;
};

Query query_from(std::string_view bytes, bool tcp) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  Query query{.id = static_cast<unsigned>(at(0) << 8 | at(1)), .tcp = tcp};
  std::size_t i = 12;
  for (; i < bytes.size() && at(i) != 0; i += at(i) + 1u)
    query.name += (query.name.empty() ? "" : ".") + std::string(bytes.substr(i + 1, at(i)));
  query.type = static_cast<unsigned>(at(i + 1) << 8 | at(i + 2));
  return query;
}

/// Answers on UDP and TCP of one port; an empty packet is no answer.
class Server {
 public:
  using Answer = std::function<std::vector<std::string>(const Query&)>;

  explicit Server(Answer answer) : answer_(std::move(answer)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    for (int tries = 0; tries < 20; ++tries) {
      udp_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      tcp_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      address.sin_port = 0;
      if (::bind(udp_, any, size) == 0 && ::getsockname(udp_, any, &size) == 0 &&
          ::bind(tcp_, any, size) == 0 && ::listen(tcp_, 16) == 0)
        break;
      ::close(udp_);
      ::close(tcp_);
      udp_ = tcp_ = -1;
    }
    REQUIRE(udp_ >= 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~Server() {
    stop_ = true;
    thread_.join();
    ::close(udp_);
    ::close(tcp_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::vector<Query> queries() const {
    const std::lock_guard lock(mutex_);
    return queries_;
  }

 private:
  std::vector<std::string> answers_to(std::string_view bytes, bool tcp) {
    const Query query = query_from(bytes, tcp);
    {
      const std::lock_guard lock(mutex_);
      queries_.push_back(query);
    }
    return answer_(query);
  }

  void run() {
    std::array<char, 2048> buffer;
    while (!stop_) {
      std::array<pollfd, 2> polled{{{udp_, POLLIN, 0}, {tcp_, POLLIN, 0}}};
      ::poll(polled.data(), polled.size(), 20);
      if (polled[0].revents != 0) {
        sockaddr_in from{};
        socklen_t size = sizeof from;
        auto* const sender = reinterpret_cast<sockaddr*>(&from);
        const ssize_t read = ::recvfrom(udp_, buffer.data(), buffer.size(), 0, sender, &size);
        if (read > 12)
          for (const std::string& reply :
               answers_to({buffer.data(), static_cast<std::size_t>(read)}, false))
            ::sendto(udp_, reply.data(), reply.size(), 0, sender, size);
      }
      if (polled[1].revents != 0) serve_tcp(::accept(tcp_, nullptr, nullptr));
    }
  }

  void serve_tcp(int connection) {
    std::array<char, 2048> buffer;
    const ssize_t read = ::recv(connection, buffer.data(), buffer.size(), 0);
    if (read > 14)
      for (const std::string& reply :
           answers_to({buffer.data() + 2, static_cast<std::size_t>(read - 2)}, true)) {
        const std::string framed = word(static_cast<unsigned>(reply.size())) + reply;
        ::send(connection, framed.data(), framed.size(), MSG_NOSIGNAL);
      }
    ::close(connection);
  }

  Answer answer_;
  int udp_ = -1, tcp_ = -1;
  unsigned port_ = 0;
  std::atomic<bool> stop_ = false;
  mutable std::mutex mutex_;
  std::vector<Query> queries_;
  std::thread thread_;
};

/// The answer to a query, without records.
Packet reply_to(const Query& query) {
  Packet packet;
  packet.id = query.id;
  packet.question_name = query.name;
  packet.question_type = query.type;
  return packet;
}

StubResolver resolver_of(const Server& server, std::chrono::milliseconds timeout = 200ms,
                         const std::atomic<bool>* stop = nullptr) {
  return StubResolver({.servers = server.address(), .timeout = timeout, .stop = stop});
}

const DnsQuestion question{"example.com", RecordType::txt};

}  // namespace

TEST_CASE("stub resolver: answers, each asked for once") {
  Server server([](const Query& query) -> std::vector<std::string> {
    Packet packet = reply_to(query);
    if (query.name == "gone.example.com") packet.flags |= 3;
    if (query.name == "example.com" && query.type == 16)
      packet.add(query.name, 16, wire_txt("v=spf1 ") + wire_txt("-all"), 77);
    if (query.name == "example.com" && query.type == 15)
      packet.add(query.name, 15, word(10) + wire_name("mx.example.com"));
    if (query.name == "alias.example.com")
      (packet.flags |= 3), packet.add(query.name, 5, wire_name("gone.example.net"), 5);
    return {packet.bytes()};
  });
  StubResolver resolver = resolver_of(server);
  struct Row {
    const char* name;
    RecordType type;
    Status status;
    const char *data, *alias;
    std::uint32_t ttl;
  };
  constexpr Row rows[] = {
      {"example.com", RecordType::txt, Status::found, "v=spf1 -all", "", 77},
      {"Example.COM.", RecordType::txt, Status::found, "v=spf1 -all", "", 77},
      {"example.com", RecordType::mx, Status::found, "10 mx.example.com", "", 300},
      {"example.com", RecordType::aaaa, Status::no_data, "", "", 0},
      {"gone.example.com", RecordType::a, Status::no_name, "", "", 0},
      {"alias.example.com", RecordType::txt, Status::no_name, "", "gone.example.net", 5},
  };
  for (int round = 0; round < 2; ++round)
    for (const Row& row : rows) {
      CAPTURE(row.name);
      const DnsAnswer answer = resolver.ask({row.name, row.type});
      CHECK(answer.status == row.status);
      CHECK((answer.data.empty() ? "" : answer.data.front()) == row.data);
      CHECK((answer.aliases.empty() ? "" : answer.aliases.front()) == row.alias);
      CHECK(answer.ttl == row.ttl);
    }
  CHECK(server.queries().size() == 5);
  CHECK(resolver.given_up() == 0);
}

TEST_CASE("stub resolver: servers that fail are unknown, never missing") {
  struct Row {
    unsigned rcode;
    const char* why;
  };
  for (const Row& row : {Row{2, "SERVFAIL"}, Row{4, "NOTIMP"}, Row{5, "REFUSED"}}) {
    CAPTURE(row.why);
    Server server([&](const Query& query) -> std::vector<std::string> {
      Packet packet = reply_to(query);
      packet.flags |= row.rcode;
      return {packet.bytes()};
    });
    StubResolver resolver = resolver_of(server);
    const DnsAnswer answer = resolver.ask(question);
    CHECK(answer.status == Status::unknown);
    CHECK(answer.why == row.why);
    CHECK(resolver.txt("example.com").status == TxtAnswer::Status::unknown);
  }
}

TEST_CASE("stub resolver: two tries, then a time-out") {
  Server server([](const Query&) -> std::vector<std::string> { return {}; });
  StubResolver resolver = resolver_of(server, 50ms);
  const DnsAnswer answer = resolver.ask(question);
  CHECK(answer.status == Status::unknown);
  CHECK(answer.why == "time-out");
  CHECK(server.queries().size() == 2);
  SUBCASE("patience ends") {
    for (int i = 0; i < 12; ++i)
      (void)resolver.ask({"n" + std::to_string(i) + ".example.com", RecordType::txt});
    CHECK(resolver.given_up() > 0);
    const std::size_t asked = server.queries().size();
    (void)resolver.ask({"another.example.com", RecordType::txt});
    CHECK(server.queries().size() == asked);
  }
}

TEST_CASE("stub resolver: the second try counts") {
  std::atomic<int> seen = 0;
  Server server([&](const Query& query) -> std::vector<std::string> {
    if (++seen == 1) return {};
    return {reply_to(query).add(query.name, 16, wire_txt("late")).bytes()};
  });
  CHECK(resolver_of(server, 100ms).ask(question).data == Texts{"late"});
}

TEST_CASE("stub resolver: a truncated answer is asked for again by TCP") {
  const std::string large(255, 'x');
  Server server([&](const Query& query) -> std::vector<std::string> {
    Packet packet = reply_to(query);
    if (!query.tcp) {
      packet.flags |= 0x0200;
      return {packet.bytes()};
    }
    for (int i = 0; i < 40; ++i)
      packet.add(query.name, 16, wire_txt(std::to_string(i)) + wire_txt(large));
    return {packet.bytes()};
  });
  const DnsAnswer answer = resolver_of(server, 1000ms).ask(question);
  CHECK(answer.status == Status::found);
  CHECK(answer.data.size() == 40);
  const auto queries = server.queries();
  REQUIRE(queries.size() == 2);
  CHECK_FALSE(queries[0].tcp);
  CHECK(queries[1].tcp);
}

TEST_CASE("stub resolver: lies are not believed") {
  struct Row {
    const char* name;
    std::function<std::string(const Query&)> lie;
  };
  const Row rows[] = {
      {"another id",
       [](const Query& query) {
         Packet packet = reply_to(query).add(query.name, 16, wire_txt("lie"));
         packet.id ^= 1;
         return packet.bytes();
       }},
      {"another question",
       [](const Query& query) {
         Packet packet = reply_to(query).add(query.name, 16, wire_txt("lie"));
         packet.question_name = "example.net";
         return packet.bytes();
       }},
      {"another type",
       [](const Query& query) {
         Packet packet = reply_to(query).add(query.name, 16, wire_txt("lie"));
         packet.question_type = 1;
         return packet.bytes();
       }},
      {"names that go round",
       [](const Query& query) {
         Packet packet = reply_to(query);
         packet.answers = "\xc0\x1d" + word(16) + word(1) + word(0) + word(9) + word(0);
         packet.answer_count = 1;
         return packet.bytes();
       }},
      {"aliases that go round",
       [](const Query& query) {
         return reply_to(query).add(query.name, 5, wire_name(query.name)).bytes();
       }},
      {"more records than are there",
       [](const Query& query) {
         Packet packet = reply_to(query).add(query.name, 16, wire_txt("lie"));
         packet.answer_count = 2;
         return packet.bytes();
       }},
      {"a header alone", [](const Query& query) { return word(query.id) + std::string(10, '\0'); }},
      {"nothing but zeros", [](const Query&) { return std::string(512, '\0'); }},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Server server([&](const Query& query) -> std::vector<std::string> { return {row.lie(query)}; });
    const DnsAnswer answer = resolver_of(server, 40ms).ask(question);
    CHECK(answer.status == Status::unknown);
    CHECK(answer.data.empty());
    CHECK_FALSE(answer.why.empty());
  }
  // A forged packet before the true one.
  Server server([&](const Query& query) -> std::vector<std::string> {
    return {rows[0].lie(query), reply_to(query).add(query.name, 16, wire_txt("true")).bytes()};
  });
  CHECK(resolver_of(server).ask(question).data == Texts{"true"});
}

TEST_CASE("stub resolver: questions that are prefetched are asked at once") {
  Server server([](const Query& query) -> std::vector<std::string> {
    if (query.name == "n3.example.com") return {};
    return {reply_to(query).add(query.name, 16, wire_txt(query.name)).bytes()};
  });
  StubResolver resolver = resolver_of(server, 100ms);
  std::vector<DnsQuestion> questions;
  for (int i = 0; i < 120; ++i)
    questions.push_back({"n" + std::to_string(i % 60) + ".example.com", RecordType::txt});
  resolver.prefetch(questions);
  const std::size_t asked = server.queries().size();
  CHECK(asked >= 60);
  CHECK(asked <= 62);  // that without an answer has a second try, for itself and maybe for TCP
  for (const DnsQuestion& one : questions) {
    CAPTURE(one.name);
    if (one.name == "n3.example.com")
      CHECK(resolver.ask(one).why == "time-out");
    else
      CHECK(resolver.ask(one).data == Texts{one.name});
  }
  CHECK(server.queries().size() == asked);
}

TEST_CASE("stub resolver: names that no DNS has, servers that are none, and stopping") {
  Server server(
      [](const Query& query) -> std::vector<std::string> { return {reply_to(query).bytes()}; });
  StubResolver resolver = resolver_of(server);
  for (const std::string& name : {"a..example.com"s, std::string(64, 'a') + ".com",
                                  std::string(300, 'a'), std::string(1000, '.')}) {
    CAPTURE(name);
    CHECK(resolver.ask({name, RecordType::txt}).status == Status::unknown);
  }
  CHECK(resolver.ask({"a b\\c\x80.example.com", RecordType::txt}).status == Status::no_data);
  const std::atomic<bool> stop = true;
  CHECK(resolver_of(server, 5000ms, &stop).ask(question).why == "stopped");
  CHECK(StubResolver::check_servers("192.0.2.53,[2001:db8::53]:5353"));
  CHECK_FALSE(StubResolver::check_servers("nonsense"));
  StubResolver closed({.servers = "127.0.0.1:1", .timeout = 50ms});
  const DnsAnswer answer = closed.ask(question);
  CHECK(answer.status == Status::unknown);
  CHECK_FALSE(answer.why.empty());
}
