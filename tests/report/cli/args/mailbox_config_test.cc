// SPDX-License-Identifier: MIT
// What the file may say, and its mistakes: config_test.cc.
#include "report/cli/args/mailbox_config.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "report/cli/args/arguments.h"
#include "tests/support/temporary_folder.h"

using namespace dmarcq;

namespace {

namespace fs = std::filesystem;

/// No configuration but that in it.
struct Sandbox : test::TemporaryFolder {
  const fs::path& folder = path();
  Sandbox() {
    fs::create_directories(folder / "dmarcq");
    for (const char* name : {"DMARCQ_CONFIG", "DMARCQ_IMAP_PASSWORD", "DMARCQ_TEST_PASSWORD"})
      unsetenv(name);
    setenv("XDG_CONFIG_HOME", folder.c_str(), 1);
  }
  ~Sandbox() { unsetenv("XDG_CONFIG_HOME"); }
  std::string write(const std::string& name, const std::string& text) const {
    return TemporaryFolder::write(name, text).string();
  }
};

Args ingest(std::vector<std::string> words) {
  words.insert(words.begin(), "ingest");
  const Command& command = take_command(words);
  return parse_arguments(command, std::move(words));
}

std::string usage_error(const Args& args) {
  try {
    mailboxes_to_read(args);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

/// Why a folder of a server is not opened. Nothing listens there: without a secret nobody asks.
std::string refusal(const MailboxConfig& secret) {
  MailboxConfig mailbox = secret;
  mailbox.source = "imap://user@127.0.0.1:1/INBOX";
  const auto opened = open_configured(mailbox, {}, "test.db");
  return opened ? "opened" : opened.error().text;
}

}  // namespace

TEST_CASE(
    "mailboxes_to_read: each SOURCE has all flags; without flags nothing changes on a server") {
  const Sandbox sandbox;
  const auto plain = mailboxes_to_read(ingest({"a.mbox"}));
  REQUIRE(plain.size() == 1);
  CHECK(plain[0].source == "a.mbox");
  CHECK(plain[0].move_to.empty());
  CHECK_FALSE(plain[0].mark_seen);
  CHECK_FALSE(plain[0].insecure_plaintext);
  CHECK(plain[0].timeout == 60);

  const auto two =
      mailboxes_to_read(ingest({"a.mbox", "imaps://u@imap.example/X", "--password-file", "p",
                                "--mark-seen", "--ca-file", "c", "--insecure-plaintext"}));
  REQUIRE(two.size() == 2);
  CHECK(two[0].source == "a.mbox");
  CHECK(two[1].source == "imaps://u@imap.example/X");
  for (const MailboxConfig& each : two) {
    CHECK(each.password_file == "p");
    CHECK(each.ca_file == "c");
    CHECK(each.mark_seen);
    CHECK(each.insecure_plaintext);
    CHECK(each.move_to.empty());
  }
  const auto others = mailboxes_to_read(ingest(
      {"x", "--password-command", "a", "--token-command", "b", "--move-to", "Reports/done"}));
  REQUIRE(others.size() == 1);
  CHECK(others[0].password_command == "a");
  CHECK(others[0].token_command == "b");
  CHECK(others[0].move_to == "Reports/done");
}

TEST_CASE(
    "mailboxes_to_read: those of the configuration only where none is named, and without flags") {
  const Sandbox sandbox;
  CHECK(usage_error(ingest({})) == "'ingest' needs SOURCE…");
  sandbox.write("dmarcq/config.toml", "db = \"x\"\n");
  CHECK(usage_error(ingest({})) == "'ingest' needs SOURCE…");
  sandbox.write("dmarcq/config.toml",
                "[[mailbox]]\nsource = \"b\"\nmove_to = \"Done\"\ntimeout = 5\n"
                "[[mailbox]]\nsource = \"a\"\npassword_env = \"P\"\nmark_seen = true\n");
  const auto configured = mailboxes_to_read(ingest({}));
  REQUIRE(configured.size() == 2);
  CHECK(configured[0].source == "b");
  CHECK(configured[0].move_to == "Done");
  CHECK(configured[0].timeout == 5);
  CHECK_FALSE(configured[0].mark_seen);
  CHECK(configured[1].source == "a");
  CHECK(configured[1].password_env == "P");
  CHECK(configured[1].mark_seen);
  CHECK(configured[1].move_to.empty());
  CHECK(configured[1].timeout == 60);

  const auto named = mailboxes_to_read(ingest({"c"}));
  REQUIRE(named.size() == 1);
  CHECK(named[0].source == "c");
  CHECK(named[0].move_to.empty());
  for (const std::vector<std::string>& flag :
       std::vector<std::vector<std::string>>{{"--password-file", "p"},
                                             {"--password-command", "p"},
                                             {"--token-command", "p"},
                                             {"--move-to", "p"},
                                             {"--ca-file", "p"},
                                             {"--mark-seen"},
                                             {"--insecure-plaintext"}})
    CHECK(usage_error(ingest(flag)) == flag[0] + " needs a SOURCE");
}

TEST_CASE("open_configured: where a secret is looked for, and why there is none") {
  const Sandbox sandbox;
  const std::string empty = sandbox.write("empty", ""),
                    missing = (sandbox.folder / "missing").string();
  struct Row {
    const char* name;
    MailboxConfig secret;
    std::string says;
  };
  const Row rows[] = {
      {"nowhere", {}, "or DMARCQ_IMAP_PASSWORD"},
      {"a variable that is not set",
       {.password_env = "DMARCQ_TEST_PASSWORD"},
       "or DMARCQ_TEST_PASSWORD"},
      {"a file that is not there",
       {.password_file = missing},
       "the password file " + missing + " is unreadable or empty"},
      {"an empty file",
       {.password_file = empty},
       "the password file " + empty + " is unreadable or empty"},
      {"a command that fails",
       {.password_command = "echo x; exit 3"},
       "'echo x; exit 3' ends with 3"},
      {"a command that a signal ends",
       {.password_command = "kill -9 $$"},
       "'kill -9 $$' ends with 137"},
      {"a command that prints nothing", {.password_command = "true"}, "'true' prints nothing"},
      {"a command that prints an empty line first",
       {.password_command = "echo; echo x"},
       "'echo; echo x' prints nothing"},
      {"a token command that fails", {.token_command = "exit 4"}, "'exit 4' ends with 4"},
      {"the token comes first",
       {.password_file = missing, .password_command = "exit 3", .token_command = "exit 4"},
       "'exit 4' ends with 4"},
      {"a command comes before a file",
       {.password_file = missing, .password_command = "exit 3"},
       "'exit 3' ends with 3"},
      {"a file comes before a variable",
       {.password_file = missing, .password_env = "HOME"},
       "the password file " + missing + " is unreadable or empty"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::string text = refusal(row.secret);
    CAPTURE(text);
    CHECK(text.find(row.says) != std::string::npos);
  }
  setenv("DMARCQ_IMAP_PASSWORD", "", 1);
  CHECK(refusal({}).find("no password") != std::string::npos);
  unsetenv("DMARCQ_IMAP_PASSWORD");
}

TEST_CASE("open_configured: a secret is asked for only when a server is opened") {
  const Sandbox sandbox;
  const fs::path mark = sandbox.folder / "asked";
  const std::string command = "touch '" + mark.string() + "'; exit 1",
                    mail = sandbox.write("a.eml", "From: a@b.example\n\nx\n");
  const auto mailboxes = mailboxes_to_read(ingest({mail, "--password-command", command}));
  const auto opened = open_configured(mailboxes.at(0), {}, "test.db");
  REQUIRE(opened.has_value());
  CHECK((*opened)->next().has_value());
  CHECK_FALSE(fs::exists(mark));
  refusal(mailboxes.at(0));
  CHECK(fs::exists(mark));
  MailboxConfig missing;
  missing.source = (sandbox.folder / "missing").string();
  CHECK_FALSE(open_configured(missing, {}, "test.db").has_value());
}

TEST_CASE("mailbox_name: the name, else the user, else the source") {
  CHECK(mailbox_name({.source = "imaps://dmarc%40kestrel.example@imap.example/X"}) ==
        "dmarc@kestrel.example");
  CHECK(mailbox_name({.source = "imaps://a@imap.example/", .name = "reports"}) == "reports");
  CHECK(mailbox_name({.source = "a.mbox"}) == "a.mbox");
  CHECK(mailbox_name({.source = "imaps://imap.example/"}) == "imaps://imap.example/");
}

TEST_CASE("mailbox_mistake: what does not go with [mailbox.oauth2]") {
  const OAuthConfig good{.provider = "google", .service_account_file = "a.json"};
  struct Row {
    MailboxConfig mailbox;
    std::string says;
  };
  const Row rows[] = {
      {{.source = "imaps://a@imap.example/", .oauth2 = good}, ""},
      {{.source = "a.mbox"}, ""},
      {{.source = "a.mbox", .oauth2 = good}, "mailbox.oauth2 is for a mailbox on a server"},
      {{.source = "imaps://a@imap.example/", .password_file = "p", .oauth2 = good},
       "mailbox.password_file does not go with mailbox.oauth2"},
      {{.source = "imaps://a@imap.example/", .password_command = "p", .oauth2 = good},
       "mailbox.password_command does not go with mailbox.oauth2"},
      {{.source = "imaps://a@imap.example/", .password_env = "p", .oauth2 = good},
       "mailbox.password_env does not go with mailbox.oauth2"},
      {{.source = "imaps://a@imap.example/", .token_command = "p", .oauth2 = good},
       "mailbox.token_command does not go with mailbox.oauth2"},
      {{.source = "imaps://a@imap.example/", .oauth2 = OAuthConfig{}},
       "mailbox.oauth2.provider is missing"},
  };
  for (const Row& row : rows) {
    const auto mistake = mailbox_mistake(row.mailbox);
    CHECK((mistake ? mistake->text : "") == row.says);
  }
}

TEST_CASE("token_cache_mistake: each client's tokens have a file of their own") {
  const test::TemporaryFolder folder;
  const auto mailbox = [](const std::string& server, const std::string& client,
                          const std::string& name = "", const std::string& cache = "") {
    return MailboxConfig{.source = "imaps://a@" + server + "/",
                         .name = name,
                         .oauth2 = OAuthConfig{.client_id = client,
                                               .refresh_token_file = "/r/" + client,
                                               .token_url = "https://token.example/",
                                               .token_cache = cache}};
  };
  const auto says = [&](const std::vector<MailboxConfig>& mailboxes) {
    const auto mistake = token_cache_mistake(mailboxes, folder.path() / "test.db");
    return mistake ? mistake->text : "";
  };
  const std::string database = (folder.path() / "test.db").string();
  const std::string both =
      "the mailboxes imaps://a@one.example/ and imaps://a@two.example/ would keep their tokens in "
      "the same file, ";
  CHECK(says({}).empty());
  CHECK(says({mailbox("one.example", "c1"), {.source = "a.mbox"}}).empty());
  // By default the user names the file, and the server does not.
  CHECK(says({mailbox("one.example", "c1"), mailbox("two.example", "c2")}) ==
        both + database + ".token.a");
  CHECK(says({mailbox("one.example", "c1", "n"), mailbox("two.example", "c2")}).empty());
  CHECK(says({mailbox("one.example", "c1", "n"),
              mailbox("two.example", "c2", "m", database + ".token.n")}) ==
        both + database + ".token.n");
  CHECK(says({mailbox("one.example", "c1", "n", "/t"),
              mailbox("two.example", "c2", "m", "/x/../t")}) == both + "/x/../t");
  // Two folders of one account.
  CHECK(says({mailbox("one.example", "c1"), mailbox("one.example", "c1")}).empty());

  CHECK(says({mailbox("one.example", "c1", "n", "/r/c1")}) ==
        "the tokens of mailbox imaps://a@one.example/ would take the place of a secret of mailbox "
        "imaps://a@one.example/, /r/c1");
  CHECK(says({mailbox("one.example", "c1", "n", "/r/c2"), mailbox("two.example", "c2")}) ==
        "the tokens of mailbox imaps://a@one.example/ would take the place of a secret of mailbox "
        "imaps://a@two.example/, /r/c2");
  CHECK(says({mailbox("one.example", "c1", "n", database)}) ==
        "the tokens of mailbox imaps://a@one.example/ would take the place of the database, " +
            database);
  std::filesystem::create_symlink(database, folder.path() / "link");
  folder.write("test.db", "x");
  CHECK_FALSE(says({mailbox("one.example", "c1", "n", (folder.path() / "link").string())}).empty());
}

TEST_CASE("secret_files: what nobody else may read") {
  CHECK(secret_files({.source = "a.mbox"}).empty());
  CHECK(secret_files({.password_file = "p"}) == std::vector<std::string>{"p"});
  CHECK(
      secret_files({.oauth2 = OAuthConfig{.client_secret_file = "c", .refresh_token_file = "r"}}) ==
      std::vector<std::string>{"c", "r"});
  CHECK(secret_files({.oauth2 = OAuthConfig{.service_account_file = "s"}}) ==
        std::vector<std::string>{"s"});
}
