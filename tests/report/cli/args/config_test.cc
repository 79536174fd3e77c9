// SPDX-License-Identifier: MIT
#include "report/cli/args/config.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "report/cli/args/arguments.h"
#include "report/cli/args/mailbox_config.h"
#include "report/cli/args/setting_keys.h"
#include "tests/support/temporary_folder.h"

using namespace dmarcq;

namespace {

namespace fs = std::filesystem;

/// The variables that settings depend on point into it.
struct Sandbox : test::TemporaryFolder {
  const fs::path& folder = path();
  Sandbox() {
    for (const char* name : {"DMARCQ_DB", "DMARCQ_CONFIG", "XDG_DATA_HOME", "XDG_CONFIG_HOME"})
      unsetenv(name);
    setenv("HOME", folder.c_str(), 1);
  }
};

Args args_of(std::vector<std::string> words) {
  words.push_back("summary");
  const Command& command = take_command(words);
  return parse_arguments(command, std::move(words));
}

std::string fault_of(const fs::path& file) {
  try {
    read_config(file);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("config: keys are read, sizes in units too") {
  const Sandbox sandbox;
  const Config config = read_config(sandbox.write(
      "a.toml",
      "db = \"/var/lib/x.db\"\n[limits]\nmail_size = \"128 MiB\"\nrecords = 10\nfield_size=\"1KiB\"\n"));
  CHECK(config.database == fs::path("/var/lib/x.db"));
  CHECK(config.limits.mail_size == 128u << 20);
  CHECK(config.limits.records == 10);
  CHECK(config.limits.field_size == 1024);
  CHECK(config.limits.xml_depth == Limits{}.xml_depth);
}

TEST_CASE("config: what is wrong is named with its line") {
  const Sandbox sandbox;
  struct Row {
    const char* name;
    const char* text;
    const char* expected;
  };
  const Row rows[] = {
      {"unknown key", "dbb = 1\n", ":1: unknown key 'dbb', did you mean 'db'?"},
      {"unknown limit", "[limits]\nmailsize = 1\n",
       ":2: unknown key 'limits.mailsize', did you mean 'mail_size'?"},
      {"a number for the path", "db = 3\n", ":1: db is not a path"},
      {"a negative limit", "[limits]\nrecords = -3\n",
       ":2: limits.records is not a positive number"},
      {"zero", "[limits]\nrecords = 0\n", ":2: limits.records is not a positive number"},
      {"an unknown unit", "[limits]\nmail_size = \"3 MB\"\n",
       ":2: limits.mail_size is not a positive number"},
      {"too large", "[limits]\nmail_size = \"99999999999999 GiB\"\n",
       ":2: limits.mail_size is not a positive number"},
      {"a mailbox without source", "[[mailbox]]\nmark_seen = true\n",
       ":1: this mailbox has no source"},
      {"an unknown key of a mailbox", "[[mailbox]]\nsorce = \"a\"\n",
       ":2: unknown key 'mailbox.sorce', did you mean 'source'?"},
      {"a table with a broken head", "[=[mailbox]]\n",
       ":1: Error while parsing key: expected bare key starting character or string delimiter, saw '='"},
      {"DNS that is asked by a number", "[dns]\nask = 1\n",
       ":2: dns.ask is neither true nor false"},
      {"servers that are none", "[dns]\nservers = \"here\"\n",
       ":2: dns.servers: 'here' is not a list of addresses"},
      {"a time-out that is none", "[dns]\ntimeout = 0\n",
       ":2: dns.timeout is not a number of seconds"},
      {"a file of networks that is no path", "[geo]\nasn = 5\n", ":2: geo.asn is not a path"},
      {"no name of a file", "[geo]\ncountry = \"\"\n", ":2: geo.country is not a path"},
      {"geo that is no table", "geo = 1\n", ":1: geo is not a table"},
      {"a slip in geo", "[geo]\ncountri = \"x\"\n",
       ":2: unknown key 'geo.countri', did you mean 'country'?"},
      {"block lists that are no list", "[dns]\nblocklists = \"bl.example.net\"\n",
       ":2: dns.blocklists is not a list"},
      {"a block list that is no name", "[dns]\nblocklists = [\"bl.example.net\", \"x y\"]\n",
       ":2: dns.blocklists contains an invalid domain"},
      {"an unknown key of DNS", "[dns]\nserver = \"192.0.2.1\"\n",
       ":2: unknown key 'dns.server', did you mean 'servers'?"},
      {"dns is not a table", "dns = true\n", ":1: dns is not a table"},
      {"mailbox is not a list", "mailbox = 3\n", ":1: mailbox is not a list of tables"},
      {"a mailbox that is marked with a number", "[[mailbox]]\nsource = \"x\"\nmark_seen = 1\n",
       ":3: mailbox.mark_seen is neither true nor false"},
      {"a name that is none", "[[mailbox]]\nsource = \"x\"\nname = \"\"\n",
       ":3: mailbox.name is not a string"},
      {"two mailboxes of one name",
       "[[mailbox]]\nsource = \"x\"\nname = \"n\"\n[[mailbox]]\nsource = \"y\"\nname = \"n\"\n",
       ":4: two mailboxes have the same name"},
      {"oauth2 that is no table", "[[mailbox]]\nsource = \"x\"\noauth2 = true\n",
       ":3: mailbox.oauth2 is not a table"},
      {"a number in oauth2",
       "[[mailbox]]\nsource = \"imaps://a@imap.example/\"\n[mailbox.oauth2]\ntenant = 3\n",
       ":4: mailbox.oauth2.tenant is not a string"},
      {"a secret in the configuration",
       "[[mailbox]]\nsource = \"imaps://a@imap.example/\"\n[mailbox.oauth2]\nclient_secret = \"hush\"\n",
       ":4: unknown key 'mailbox.oauth2.client_secret', did you mean 'client_secret_file'?"},
      {"oauth2 that lacks something",
       "[[mailbox]]\nsource = \"imaps://a@imap.example/\"\n[mailbox.oauth2]\nprovider = \"google\"\n",
       ":3: mailbox.oauth2.client_id is missing"},
      {"limits is not a table", "limits = 3\n", ":1: limits is not a table"},
      {"mail is not a table", "mail = \"a@example.com\"\n", ":1: mail is not a table"},
      {"a sender that is no address", "[mail]\nfrom = \"example.com\"\n",
       ":2: mail.from: invalid mail address 'example.com'"},
      {"a receiver that is a number", "[mail]\nto = [\"a@example.com\", 3]\n",
       ":2: mail.to is not a string"},
      {"an address that would end the header",
       "[mail]\nto = \"a@example.com\\nBcc: b@example.com\"\n",
       ":2: mail.to: invalid mail address 'a@example.com\nBcc: b@example.com'"},
      {"mail of a client to no address",
       "[[client]]\nname = \"a\"\ndomains = [\"a.example\"]\nmail_to = [\"a\"]\n",
       ":4: client.mail_to: invalid mail address 'a'"},
      {"mail of a client to a number",
       "[[client]]\nname = \"a\"\ndomains = [\"a.example\"]\nmail_to = 3\n",
       ":4: client.mail_to is not a string"},
      {"an unknown key of mail", "[mail]\nform = \"a@example.com\"\n",
       ":2: unknown key 'mail.form', did you mean 'from'?"},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) {
      const fs::path file = sandbox.write("bad.toml", row.text);
      CHECK(fault_of(file) == file.string() + row.expected);
    }
  }
  SUBCASE("no TOML") {
    const fs::path file = sandbox.write("bad.toml", "db = \"x\"\nwhat?\n");
    CHECK(fault_of(file).starts_with(file.string() + ":2: "));
  }
  CHECK_THROWS_AS(read_config(sandbox.folder / "missing.toml"), FileError);
}

TEST_CASE("settings: flags beat the environment, which beats the file, which beats the default") {
  const Sandbox sandbox;
  CHECK(settings_of(args_of({})).database == sandbox.folder / ".local/share/dmarcq/dmarcq.db");
  setenv("XDG_DATA_HOME", (sandbox.folder / "data").c_str(), 1);
  CHECK(settings_of(args_of({})).database == sandbox.folder / "data/dmarcq/dmarcq.db");
  sandbox.write(".config/dmarcq/config.toml", "db = \"/from/home\"\n");
  CHECK(settings_of(args_of({})).database.text() == "/from/home");
  const fs::path other = sandbox.write("other.toml", "db = \"/from/other\"\n");
  setenv("DMARCQ_CONFIG", other.c_str(), 1);
  CHECK(settings_of(args_of({})).database.text() == "/from/other");
  const fs::path third = sandbox.write("third.toml", "db = \"/from/third\"\n");
  CHECK(settings_of(args_of({"--config", third.string()})).database.text() == "/from/third");
  setenv("DMARCQ_DB", "/from/environment", 1);
  CHECK(settings_of(args_of({})).database.text() == "/from/environment");
  CHECK(settings_of(args_of({"--db", "/from/flag"})).database.text() == "/from/flag");
  setenv("DMARCQ_CONFIG", (sandbox.folder / "missing").c_str(), 1);
  CHECK_THROWS_AS(settings_of(args_of({})), FileError);
  for (const char* name : {"DMARCQ_DB", "DMARCQ_CONFIG", "XDG_DATA_HOME"}) unsetenv(name);
}

TEST_CASE("mailboxes: [mailbox] where there is but one, with [mailbox.oauth2] below either form") {
  const Sandbox sandbox;
  for (const std::string head : {"[mailbox]\n", "[[mailbox]]\n"}) {
    CAPTURE(head);
    const fs::path file = sandbox.write(
        "one.toml", head +
                        "name = \"reports\"\nsource = \"imaps://a@imap.example/\"\n"
                        "[mailbox.oauth2]\nprovider = \"google\"\nservice_account_file = \"/k\"\n");
    const Args args = args_of({"--config", file.string()});
    const auto mailboxes = configured_mailboxes(args);
    REQUIRE(mailboxes.size() == 1);
    CHECK(mailboxes[0].name == "reports");
    REQUIRE(mailboxes[0].oauth2);
    CHECK(mailboxes[0].oauth2->service_account_file == "/k");
    std::vector<std::string> shown;
    for (const SettingLine& line : setting_lines(args))
      if (line.key.starts_with("mailbox"))
        shown.push_back(line.key + " " + line.value + line.origin.substr(line.origin.rfind(':')));
    CHECK(shown == std::vector<std::string>{"mailbox[1].source imaps://a@imap.example/:3",
                                            "mailbox[1].name reports:2",
                                            "mailbox[1].oauth2.provider google:5",
                                            "mailbox[1].oauth2.service_account_file /k:6"});
  }
}

TEST_CASE("settings: tokens in the place of something else are a mistake whatever the command") {
  const Sandbox sandbox;
  const std::string database = (sandbox.folder / "x.db").string();
  const auto fault = [&](const std::string& text) {
    const fs::path file = sandbox.write("tokens.toml", text);
    try {
      settings_of(args_of({"--config", file.string(), "--db", database}));
    } catch (const UsageError& error) {
      return std::string(error.what()).substr(file.native().size());
    }
    return std::string();
  };
  const auto mailbox = [](const std::string& server, const std::string& more) {
    return "[[mailbox]]\nsource = \"imaps://a@" + server +
           "/\"\n[mailbox.oauth2]\nprovider = \"google\"\n" + more;
  };
  const std::string one = mailbox("one.example", "service_account_file = \"/k\"\n"),
                    two = mailbox("two.example", "service_account_file = \"/l\"\n");
  CHECK(fault(one).empty());
  CHECK(fault(one + two) ==
        ":1: the mailboxes imaps://a@one.example/ and imaps://a@two.example/ would keep their "
        "tokens in the same file, " +
            database + ".token.a");
  CHECK(fault(one + "token_cache = \"/t\"\n" + two).empty());
  CHECK(fault(one + "token_cache = \"/x/../k\"\n").starts_with(":1: the tokens of mailbox"));
}

TEST_CASE("settings: who gets mail") {
  const Sandbox sandbox;
  const Config config = read_config(sandbox.write(
      "a.toml", "[mail]\nfrom = \"Reports <dmarcq@example.com>\"\nto = \"you@example.com\"\n"));
  CHECK(config.mail.from == "Reports <dmarcq@example.com>");
  CHECK(config.mail.to == std::vector<std::string>{"you@example.com"});
  CHECK(
      read_config(sandbox.write("b.toml", "[mail]\nto = [\"a@example.com\", \"b@example.com\"]\n"))
          .mail.to.size() == 2);
}

TEST_CASE("setting_places: where each setting stands, in tables and lists of tables") {
  const Sandbox sandbox;
  const fs::path file = sandbox.write(
      "a.toml",
      "db = \"x\"\nauthserv_id = [\"a\", \"b\"]\n[[mailbox]]\nsource = \"m\"\n[[mailbox]]\n"
      "source = \"n\"\nmark_seen = true\n[dns]\nask = true\n");
  const auto places = setting_places(file);
  const auto line = [&](const char* key) {
    const auto found = places.find(key);
    return found == places.end() ? std::string() : found->second.substr(file.native().size());
  };
  CHECK(line("db") == ":1");
  CHECK(line("authserv_id") == ":2");
  CHECK(line("mailbox[1].source") == ":4");
  CHECK(line("mailbox[2].mark_seen") == ":7");
  CHECK(line("dns.ask") == ":9");
  CHECK(line("mailbox[3].source").empty());
  CHECK(setting_places(sandbox.write("b.toml", "[mailbox]\nsource = \"m\"\n"))
            .contains("mailbox[1].source"));
  CHECK(line("limits.records").empty());
}
