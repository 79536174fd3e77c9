// SPDX-License-Identifier: MIT
// Archives that are mailboxes: exports of webmail, packed Maildirs.
#include "tests/ingest/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

const std::string mail = mail_with("application/gzip; name=\"a.xml.gz\"", deflated(small_report));
const std::string sep = "From a@example.com Sat Mar  2 00:10:00 2024\n";
const std::string mbox = sep + mail + "\n" + sep + mail;

std::vector<std::string> places(const TemporaryFolder& scratch, const std::string& name,
                                std::string_view bytes, const Limits& limits = {}) {
  std::vector<std::string> all;
  for (const Item& item : read_all(scratch.write(name, bytes), limits)) {
    std::string text = to_text(item.origin).substr(scratch.path().string().size() + 1);
    if (item.fault)
      text.append(" !").append(reason_of(*item.fault));
    else
      text.append(" ").append(std::to_string(find_documents(item, limits).documents.size()));
    all.push_back(std::move(text));
  }
  return all;
}
using Places = std::vector<std::string>;

}  // namespace

TEST_CASE("container: mail in an archive comes out mail by mail") {
  TemporaryFolder scratch;
  const std::vector<ZipMember> members = {{"Takeout/Mail/All.mbox", mbox},
                                          {"one.eml", mail},
                                          {"a.xml", std::string(small_report)},
                                          {"__MACOSX/._x", "x"}};
  const auto expected = [](const std::string& name) {
    return Places{name + "/Takeout/Mail/All.mbox:1 1", name + "/Takeout/Mail/All.mbox:2 1",
                  name + "/one.eml 1", name + "/a.xml 1"};
  };
  CHECK(places(scratch, "takeout.zip", zip_of(members)) == expected("takeout.zip"));
  CHECK(places(scratch, "takeout.tar", tar_of(members)) == expected("takeout.tar"));
  CHECK(places(scratch, "takeout.tgz", deflated(tar_of(members))) == expected("takeout.tgz"));
}

TEST_CASE("container: a compressed mbox is an mbox") {
  TemporaryFolder scratch;
  CHECK(places(scratch, "inbox.gz", deflated(mbox)) == Places{"inbox.gz:1 1", "inbox.gz:2 1"});
}

TEST_CASE("container: a compressed mail is one item") {
  TemporaryFolder scratch;
  CHECK(places(scratch, "a.eml.gz", deflated(mail)) == Places{"a.eml.gz 1"});
}

TEST_CASE("container: a Maildir in a tar leaves out tmp") {
  TemporaryFolder scratch;
  const std::string tar = tar_of({{"Maildir/cur/1709500000.M1.host:2,S", mail},
                                  {"Maildir/tmp/1709500001.M2.host", mail},
                                  {"Maildir/dovecot.index", "x"}});
  CHECK(places(scratch, "m.tar", tar) == Places{"m.tar/Maildir/cur/1709500000.M1.host:2,S 1"});
}

TEST_CASE(
    "container: more reports in a file of one's own than an attachment may hold are no problem") {
  TemporaryFolder scratch;
  std::vector<ZipMember> members;
  for (int i = 0; i < 150; ++i)
    members.push_back({std::to_string(1000 + i) + ".xml", std::string(small_report)});
  CHECK(places(scratch, "many.zip", zip_of(members)).size() == 150);
  CHECK(places(scratch, "many.tar.gz", deflated(tar_of(members))).size() == 150);
}

TEST_CASE("container: an archive larger than a mail may be is streamed") {
  TemporaryFolder scratch;
  Limits limits;
  limits.mail_size = 2600;
  std::string noise;
  std::uint32_t seed = 1;
  for (int i = 0; i < 2500; ++i)
    noise += static_cast<char>((seed = seed * 1664525 + 1013904223) >> 24);
  const std::vector<ZipMember> members = {{"a.xml", std::string(small_report)},
                                          {"noise.bin", noise},
                                          {"more.bin", noise},
                                          {"b.xml.gz", deflated(small_report)}};
  const auto expected = [](const std::string& name) {
    return Places{name + "/a.xml 1", name + "/noise.bin 0", name + "/more.bin 0",
                  name + "/b.xml.gz 1"};
  };
  CHECK(places(scratch, "big.zip", zip_of(members), limits) == expected("big.zip"));
  CHECK(places(scratch, "big.tar", tar_of(members), limits) == expected("big.tar"));
  CHECK(places(scratch, "big.tgz", deflated(tar_of(members)), limits) == expected("big.tgz"));
}

TEST_CASE("container: a compressed mbox cut short gives its mails and then the fault") {
  TemporaryFolder scratch;
  std::string large = mbox;
  std::uint32_t seed = 1;
  for (int i = 0; i < 100'000; ++i)
    large += static_cast<char>('a' + ((seed = seed * 1664525 + 1013904223) >> 28));
  const std::string packed = deflated(large);
  CHECK(places(scratch, "cut.gz", packed.substr(0, packed.size() / 2)) ==
        Places{"cut.gz:1 1", "cut.gz:2 !truncated"});
}

TEST_CASE("container: a bomb that poses as a mailbox ends") {
  TemporaryFolder scratch;
  const std::string bomb = deflated(mbox + std::string(100u << 20, 'x'));
  const Places found = places(scratch, "bomb.gz", bomb);
  REQUIRE(found.size() == 2);
  CHECK(found[0] == "bomb.gz:1 1");
  CHECK(found[1].starts_with("bomb.gz:2 !limit:"));
}

TEST_CASE("container: cut at every byte it yields items, never a crash") {
  TemporaryFolder scratch;
  for (const std::string& archive :
       {zip_of({{"a.mbox", mbox}, {"b.eml", mail}}), deflated(tar_of({{"a.mbox", mbox}}))})
    for (std::size_t size = 0; size <= archive.size(); size += 3)
      for (const Item& item :
           read_all(scratch.write("cut", std::string_view(archive).substr(0, size))))
        find_documents(item, Limits{});
}
