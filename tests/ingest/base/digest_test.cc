// SPDX-License-Identifier: MIT
#include "ingest/base/digest.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

using namespace dmarcq;
using namespace std::string_literals;

TEST_CASE("digest: the examples of FIPS 180-4, whole and in pieces") {
  struct Row {
    const char* name;
    std::string bytes;
    const char* hex;
  };
  const Row rows[] = {
      {"nothing", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"one block", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {"a million", std::string(1'000'000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
      {"a zero byte", "\0"s, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(to_hex(sha256(row.bytes)) == row.hex);
    for (const std::size_t step :
         {std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{65}}) {
      Sha256 hash;
      hash.add({});
      for (std::size_t at = 0; at < row.bytes.size(); at += step)
        hash.add(std::string_view(row.bytes).substr(at, step));
      CHECK(to_hex(hash.finish()) == row.hex);
    }
  }
}

TEST_CASE("digest: hex is lower case with leading zeros") {
  Digest digest{};
  digest[0] = 0x0a;
  digest[1] = 0xf0;
  digest[31] = 0xff;
  CHECK(to_hex(digest) == "0af0" + std::string(58, '0') + "ff");
}

TEST_CASE("digest: texts that differ in one bit differ") {
  std::set<Digest> seen;
  std::unordered_set<Digest, DigestHash> hashed;
  std::string text(100, 'x');
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << bit % 8));
    seen.insert(sha256(text));
    hashed.insert(sha256(text));
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << bit % 8));
  }
  CHECK(seen.size() == 800);
  CHECK(hashed.size() == 800);
  CHECK(hashed.contains(*seen.begin()));
  CHECK_FALSE(hashed.contains(sha256(text)));
  CHECK(DigestHash{}(sha256("a")) == DigestHash{}(sha256("a")));
  CHECK(DigestHash{}(sha256("a")) != DigestHash{}(sha256("b")));
}

TEST_CASE("digest: several threads and several hashes at once") {
  std::vector<std::thread> threads;
  std::vector<std::string> found(4);
  for (std::string& hex : found)
    threads.emplace_back([&hex] {
      for (int i = 0; i < 1000; ++i) hex = to_hex(sha256("abc"));
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& hex : found)
    CHECK(hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 one, two;
  one.add("ab");
  two.add("x");
  CHECK(sha256("x") == two.finish());
  one.add("c");
  CHECK(one.finish() == sha256("abc"));
}
