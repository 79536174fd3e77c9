// SPDX-License-Identifier: MIT
// Archives that are mailboxes: exports of webmail, packed Maildirs.
#include <map>
#include <set>

#include "ingest/names.h"
#include "ingest/source/table.h"
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

namespace {

/// Tables with this header; each is surveyed by the number of its rows.
class CountedTables final : public TableKinds {
  class Survey final : public TableSurvey {
   public:
    void add(std::string_view piece) override {
      rows_ += static_cast<std::size_t>(std::ranges::count(piece, '\n')) - 1;
    }
    std::string preamble(std::uint64_t, std::optional<std::int64_t>) const override {
      return std::to_string(rows_) + "\n";
    }

   private:
    std::size_t rows_ = 0;
  };

 public:
  bool knows(std::string_view head) const override { return head.starts_with("id,text"); }
  std::unique_ptr<TableSurvey> survey() const override { return std::make_unique<Survey>(); }
};

/// For each item, "PLACE ROWS" with what its preamble says of its table.
Places surveyed(const fs::path& path) {
  const CountedTables tables;
  auto mailbox = open_mailbox(path, OpenOptions{.tables = &tables});
  REQUIRE(mailbox);
  Places all;
  while (const auto item = (*mailbox)->next()) {
    REQUIRE_FALSE(item->fault);
    all.push_back(std::string(last_component(item->origin.source)) + " " +
                  item->bytes.substr(0, item->bytes.find('\n')));
  }
  return all;
}

}  // namespace

TEST_CASE("container: each table in an archive is surveyed by itself") {
  TemporaryFolder scratch;
  const std::vector<ZipMember> members = {
      {"a.csv", "id,text\n1,a\n"}, {"b.csv", "id,text\n1,a\n2,b\n3,c\n"}, {"c.txt", "other"}};
  const Places expected = {"a.csv 1", "b.csv 3", "c.txt other"};
  CHECK(surveyed(scratch.write("a.zip", zip_of(members))) == expected);
  CHECK(surveyed(scratch.write("a.tgz", deflated(tar_of(members)))) == expected);
}

TEST_CASE("container: the cost of small tables grows with their number, not with its square") {
  TemporaryFolder scratch;
  const auto seconds_of = [&](std::size_t count, bool zip) {
    std::vector<ZipMember> members;
    for (std::size_t i = 0; i < count; ++i)
      members.push_back({std::to_string(i) + ".csv", "id,text\n1,a\n"});
    const auto path = scratch.write("many", zip ? zip_of(members) : deflated(tar_of(members)));
    const double start = cpu_seconds();
    CHECK(surveyed(path).size() == count);
    return cpu_seconds() - start;
  };
  for (const bool zip : {false, true}) {
    CAPTURE(zip);
    const double once = seconds_of(2000, zip), twice = seconds_of(4000, zip);
    MESSAGE((zip ? "zip" : "tgz") << ": " << once << " s, twice as many " << twice << " s");
    if (!sanitized) CHECK(twice <= 2 * once + 0.2);
  }
}

TEST_CASE("container: only so many large tables of an archive are read twice") {
  TemporaryFolder scratch;
  std::vector<ZipMember> members;
  std::string table = "id,text\n";
  for (int i = 0; i < 60'000; ++i)
    table += std::to_string(i * 7001) + "," + std::string(90, 'w') + "\n";
  REQUIRE(table.size() > 5u << 20);
  for (int i = 0; i < 18; ++i) members.push_back({std::to_string(i) + ".csv", table});
  std::map<std::string, std::set<std::string>> rows;
  for (const std::string& place : surveyed(scratch.write("large.zip", zip_of(members)))) {
    const std::size_t blank = place.find(' ');
    rows[place.substr(0, blank)].insert(place.substr(blank + 1));
  }
  REQUIRE(rows.size() == 18);
  for (int i = 0; i < 18; ++i) {
    CAPTURE(i);
    const auto& told = rows[std::to_string(i) + ".csv"];
    REQUIRE(told.size() == 1);  // all pieces of a table say the same
    // Of the others, the first 4 MiB decide.
    CHECK((*told.begin() == "60000") == (i < 16));
  }
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
