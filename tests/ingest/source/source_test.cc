// SPDX-License-Identifier: MIT
#include "ingest/source/source.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/ingest/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

const std::string mail = "From: a@example.com\nSubject: x\n\nbody\n";
const std::string sep = "From a@example.com Sat Mar  2 00:10:00 2024\n";

std::vector<std::string> places(const fs::path& path, const TemporaryFolder& scratch,
                                const Limits& limits = {}) {
  std::vector<std::string> all;
  for (const Item& item : read_all(path, limits)) {
    std::string text = to_text(item.origin);
    if (text.starts_with(scratch.path().string()))
      text.erase(0, scratch.path().string().size() + 1);
    if (item.fault) text.append(" !").append(reason_of(*item.fault));
    all.push_back(std::move(text));
  }
  return all;
}
using Places = std::vector<std::string>;

}  // namespace

TEST_CASE("mailbox: a file is what its content says, whatever its name") {
  TemporaryFolder scratch;
  CHECK(places(scratch.write("a.eml", mail), scratch) == Places{"a.eml"});
  CHECK(places(scratch.write("a.txt", sep + mail + "\n" + sep + mail), scratch) ==
        Places{"a.txt:1", "a.txt:2"});
  CHECK(places(scratch.write("one.eml", sep + mail), scratch) == Places{"one.eml:1"});
  CHECK(places(scratch.write("b.mbox", small_report), scratch) == Places{"b.mbox"});
  CHECK(places(scratch.write("empty.mbox", ""), scratch) == Places{"empty.mbox"});
  CHECK(places(scratch.write("late.mbox", "junk\n\n" + sep + mail), scratch) ==
        Places{"late.mbox:1", "late.mbox:2"});
  CHECK(places(scratch.write("a.zip", zip_of({{"a.xml", std::string(small_report)}})), scratch) ==
        Places{"a.zip"});
}

TEST_CASE("mailbox: what cannot be opened is an error, not an empty mailbox") {
  TemporaryFolder scratch;
  const auto missing = open_mailbox(scratch.path() / "missing", Limits{});
  REQUIRE(!missing);
  CHECK(missing.error().fault == Fault::unreadable);
  CHECK(missing.error().text == "cannot be opened: No such file or directory");
}

TEST_CASE("mailbox: a directory is read in byte order of paths, each file by content") {
  TemporaryFolder scratch;
  for (const char* name : {"b/2.eml", "b/10.eml", "b.eml", "B.eml", "a.mbox", "c/d/e.xml"})
    scratch.write(name, mail);
  scratch.write("a.mbox", sep + mail + "\n" + sep + mail);
  for (const char* junk : {".DS_Store", "Thumbs.db", "b/x.lock", ".git/config", "__MACOSX/x.xml"})
    scratch.write(junk, mail);
  CHECK(places(scratch.path(), scratch) ==
        Places{"B.eml", "a.mbox:1", "a.mbox:2", "b.eml", "b/10.eml", "b/2.eml", "c/d/e.xml"});
}

TEST_CASE("mailbox: names may hold any bytes") {
  TemporaryFolder scratch;
  const std::string name = "r\xe9port \n\x01\xff.eml";
  scratch.write(name, mail);
  CHECK(places(scratch.path(), scratch) == Places{name});
}

TEST_CASE("mailbox: link loops end, pipes are passed over, links to files are followed") {
  TemporaryFolder scratch;
  scratch.write("a/1.eml", mail);
  fs::create_directory_symlink("..", scratch.path() / "a/loop");
  fs::create_directory_symlink(scratch.path() / "a", scratch.path() / "again");
  fs::create_symlink("1.eml", scratch.path() / "a/2.eml");
  fs::create_symlink("nowhere", scratch.path() / "a/dangling.eml");
  REQUIRE(::mkfifo((scratch.path() / "a/pipe").c_str(), 0600) == 0);
  CHECK(places(scratch.path(), scratch) == Places{"a/1.eml", "a/2.eml"});
}

TEST_CASE("mailbox: a file without permission is a problem of its own") {
  if (::geteuid() == 0) return;  // root may read everything
  TemporaryFolder scratch;
  scratch.write("a.eml", mail);
  fs::permissions(scratch.write("b.eml", mail), fs::perms::none);
  scratch.write("c.eml", mail);
  CHECK(places(scratch.path(), scratch) == Places{"a.eml", "b.eml !unreadable", "c.eml"});
}

TEST_CASE("mailbox: a Maildir is cur and new, and its subfolders") {
  TemporaryFolder scratch;
  const fs::path box = scratch.path() / "Maildir";
  for (const char* name :
       {"Maildir/cur/1.M1.host:2,S", "Maildir/new/2.M2.host", "Maildir/tmp/3.M3.host",
        "Maildir/.Reports/cur/4.M4.host:2,", "Maildir/.Reports/new/5.M5.host",
        "Maildir/.Reports/tmp/6.M6.host", "Maildir/.Reports/maildirfolder", "Maildir/dovecot.index",
        "Maildir/dovecot-uidlist", "Maildir/subscriptions", "Maildir/cur/dovecot.index.cache",
        "Maildir/.hidden/x.eml"})
    scratch.write(name, mail);
  fs::create_directories(box / ".Empty/cur");
  fs::create_directories(box / ".Empty/new");
  const Places expected = {"Maildir/.Reports/cur/4.M4.host:2,", "Maildir/.Reports/new/5.M5.host",
                           "Maildir/cur/1.M1.host:2,S", "Maildir/new/2.M2.host"};
  CHECK(places(box, scratch) == expected);
  CHECK(places(scratch.path(), scratch) == expected);
  CHECK(places(box / "cur", scratch) == Places{"Maildir/cur/1.M1.host:2,S"});
  CHECK(places(box / "tmp", scratch).empty());
  CHECK(places(box / "tmp/", scratch).empty());
  CHECK(places(box / "tmp/3.M3.host", scratch).empty());
  CHECK(places(box / "cur/1.M1.host:2,S", scratch) == Places{"Maildir/cur/1.M1.host:2,S"});
}

TEST_CASE("mailbox: a directory named tmp elsewhere is read like any other") {
  TemporaryFolder scratch;
  scratch.write("tmp/a.eml", mail);
  CHECK(places(scratch.path() / "tmp", scratch) == Places{"tmp/a.eml"});
}

TEST_CASE(
    "mailbox: a file over the limit is a problem; XML may be larger than mail; a film is no problem") {
  TemporaryFolder scratch;
  Limits limits;
  limits.mail_size = 100'000;
  limits.document_size = 300'000;
  const std::string filler(200'000, 'x');
  CHECK(places(scratch.write("a.eml", mail + filler), scratch, limits) ==
        Places{"a.eml !limit:mail_size"});
  CHECK(places(scratch.write("a.xml", "<feedback>" + filler), scratch, limits) == Places{"a.xml"});
  CHECK(places(scratch.write("b.xml", "<feedback>" + filler + filler), scratch, limits) ==
        Places{"b.xml !limit:document_size"});
  CHECK(places(scratch.write("film.mkv", "\x1a\x45\xdf\xa3" + filler), scratch, limits) ==
        Places{"film.mkv"});
  CHECK(places(scratch.write("film.zip", "\x1a\x45\xdf\xa3" + filler), scratch, limits) ==
        Places{"film.zip !limit:mail_size"});
}

TEST_CASE("mailbox: progress ends at the size of the file") {
  TemporaryFolder scratch;
  const std::string text = sep + mail + "\n" + sep + mail;
  auto mailbox = open_mailbox(scratch.write("a.mbox", text), Limits{});
  REQUIRE(mailbox);
  while ((*mailbox)->next()) {
  }
  CHECK((*mailbox)->bytes_done() == text.size());
  CHECK((*mailbox)->bytes_total() == text.size());
}

TEST_CASE("mailbox: standard input is decided by content as well") {
  TemporaryFolder scratch;
  for (const auto& [text, expected] :
       {std::pair{sep + mail + "\n" + sep + mail, Places{"-:1", "-:2"}},
        {mail, Places{"-"}},
        {zip_of({{"a.xml", std::string(small_report)}}), Places{"-"}}}) {
    const fs::path file = scratch.write("input", text);
    const int saved = ::dup(0);
    REQUIRE(std::freopen(file.c_str(), "rb", stdin) != nullptr);
    CHECK(places("-", scratch) == expected);
    ::dup2(saved, 0);
    ::close(saved);
  }
}
