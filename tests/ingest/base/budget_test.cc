// SPDX-License-Identifier: MIT
#include "ingest/base/budget.h"

#include <atomic>
#include <thread>

#include "ingest/base/pieces.h"
#include "ingest/mail/encoded_text.h"
#include "tests/ingest/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

TEST_CASE(
    "budget: a mail and what is made of it are counted together, by decoding and by unpacking") {
  Limits limits;
  limits.item_bytes = 1000;
  limits.ratio_free_size = 300;
  limits.compression_ratio = 10;
  MemoryPool::Share memory;
  Budget budget(Budget::Of::mail, 200, limits, memory);
  CHECK(budget.left() == 300);
  CHECK(budget.decode(400));
  CHECK_FALSE(budget.decode(401));
  CHECK(budget.left() == 300);
  CHECK(reason_of(budget.exceeded()) == "limit:compression_ratio");
  budget.offer(100);
  CHECK(budget.left() == 400);
  CHECK(budget.unpack(400));
  CHECK_FALSE(budget.unpack(1));
  CHECK(reason_of(budget.exceeded()) == "limit:item_bytes");
  CHECK(budget.left() == 0);

  Budget of_file(Budget::Of::file, 200, limits, memory);
  of_file.offer(1000);
  CHECK(of_file.left() == 10'000);
  of_file.offer(limits.document_size);
  CHECK_FALSE(of_file.unpack(limits.document_size + 1));
  CHECK(reason_of(of_file.exceeded()) == "limit:document_size");
}

TEST_CASE("budget: reports beyond the limit are told once, the first ones are kept") {
  Limits limits;
  limits.reports_per_mail = 150;
  const auto pack = [](int reports) {
    std::vector<ZipMember> members;
    for (int i = 0; i < reports; ++i)
      members.push_back({std::to_string(i) + ".xml", "<feedback/>"});
    return zip_of(members);
  };
  const std::string archive =
      zip_of({{"a.zip", pack(90)}, {"b.zip", pack(60)}, {"c.zip", pack(1)}, {"d.zip", pack(1)}});
  for (const bool in_mail : {false, true}) {
    const std::string bytes =
        in_mail
            ? "Subject: x\nContent-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\n" +
                  base64(archive)
            : archive;
    const ExtractedDocuments findings =
        find_documents(item_of(in_mail ? "x.eml" : "a.zip", bytes), limits);
    CHECK(findings.documents.size() == 150);
    REQUIRE(findings.faults.size() == 1);
    CHECK(reason_of(findings.faults[0].error) == "limit:reports_per_mail");
  }
}

TEST_CASE("memory pool: who finds no room waits, but one goes on, so that all come to an end") {
  MemoryPool pool(1000);
  std::atomic<std::size_t> held = 0, most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        MemoryPool::Share share(&pool);
        std::size_t mine = 0;
        for (int step = 0; step < 9; ++step) {
          share.hold(mine + 100);
          mine += 100;
          const std::size_t now = held += 100;
          for (std::size_t before = most;
               now > before && !most.compare_exchange_weak(before, now);) {
          }
        }
        held -= mine;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(held == 0);
  CHECK(most <= 1000 + 900);
}

TEST_CASE("pieces: join to what was written") {
  for (const std::size_t size : {0u, 1u, 1024u, 1025u, 100'000u, 3'000'000u}) {
    std::string expected;
    for (std::size_t i = 0; i < size; ++i) expected += static_cast<char>(i * 31 >> 3);
    Pieces pieces;
    std::string_view rest = expected;
    while (!rest.empty())
      rest.remove_prefix(pieces.append(1, [&](char* to, std::size_t room) {
        return rest.copy(to, std::min<std::size_t>(room, 777));
      }));
    CHECK(pieces.size() == size);
    CHECK(std::move(pieces).join() == expected);
  }
}

TEST_CASE("charsets: the room that a conversion takes is known before") {
  CHECK(size_of_conversion("<feedback>") == 0);
  CHECK(size_of_conversion("<feedback>\xc3\xa9") == 0);
  CHECK(size_of_conversion("<?xml version=\"1.0\" encoding=\"utf-8\"?><x>\xc3\xa9") == 0);
  CHECK(size_of_conversion("<feedback>\xe9") == 13);
  CHECK(size_of_conversion("<?xml encoding=\"latin1\"?>\xc3\xa9") > 27);
  CHECK(size_of_conversion(std::string_view("<\0x\0>\0", 6)) == 9);
}
