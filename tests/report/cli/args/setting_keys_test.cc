// SPDX-License-Identifier: MIT
#include "report/cli/args/setting_keys.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "report/cli/args/arguments.h"
#include "report/cli/args/mailbox_config.h"
#include "tests/support/temporary_folder.h"

using namespace dmarcq;

namespace {

/// A line that sets a key, so that the parser must know it. Keys that do not go together are left
/// out.
std::string setting_of(const std::string& key) {
  if (key == "mailbox.oauth2.provider" || key == "mailbox.oauth2.client_secret_file" ||
      key == "mailbox.oauth2.service_account_file" || key == "mailbox.oauth2.tenant" ||
      key.starts_with("mailbox.password_") || key == "mailbox.token_command" ||
      key == "db_password_command")
    return {};
  if (key == "mailbox.oauth2.token_cache") return " = \"mx.token\"";
  if (key == "mailbox.source") return " = \"imaps://a@example.com/INBOX\"";
  if (key.ends_with("_url")) return " = \"https://login.example.com/token\"";
  if (key == "db_read") return " = \"postgresql://standby.example.com/dmarcq\"";
  if (key == "failures.store") return " = \"headers\"";
  if (key == "failures.keep") return " = \"30d\"";
  if (key == "db" || key == "db_password_file" || key == "client.name" || key.starts_with("geo."))
    return " = \"x\"";
  if (key == "mail.from" || key == "mail.to" || key == "client.mail_to")
    return " = \"a@example.com\"";
  if (key == "client.domains" || key == "dns.blocklists" || key == "readiness.expected")
    return " = [\"example.com\"]";
  if (key == "dns.ask" || key == "mailbox.mark_seen" || key == "mailbox.insecure_plaintext")
    return " = true";
  if (key == "dns.servers") return " = \"192.0.2.1\"";
  if (key == "refusals.keep") return " = \"30d\"";
  if (key == "authserv_id" || (key.starts_with("mailbox.") && key != "mailbox.timeout"))
    return " = \"mx.example.com\"";
  return " = 1";
}

}  // namespace

TEST_CASE(
    "setting_tables: the parser knows every key that the manual explains, and each is shown") {
  const test::TemporaryFolder folder;
  std::string text;
  std::set<std::string> explained, left_out;
  for (const SettingTable& table : setting_tables()) {
    text += std::string(table.head) + "\n";
    for (const SettingHelp& key : table.keys) {
      CAPTURE(key.key);
      CHECK(key.meaning.size() > 5);
      CHECK_FALSE(key.meaning.ends_with('.'));
      CHECK(explained.insert(key.key).second);
      const std::string value = setting_of(key.key);
      if (value.empty())
        left_out.insert(key.key);
      else
        text += key.key.substr(table.name.empty() ? 0 : table.name.size() + 1) + value + "\n";
    }
  }
  const std::string file = folder.write("all.toml", text);
  std::vector<std::string> words{"--config", file, "config", "show"};
  const Command& command = take_command(words);
  std::set<std::string> shown;
  for (const SettingLine& line : setting_lines(parse_arguments(command, std::move(words)))) {
    CAPTURE(line.key);
    std::string key = line.key;
    if (key.starts_with("mailbox[1].")) key = "mailbox." + key.substr(11);
    if (key == "client[1].x") key = "client.domains";
    if (key == "client[1].mail_to") key = "client.mail_to";
    shown.insert(key);
    if (key != "config" && !left_out.contains(key)) CHECK(line.origin.starts_with(file + ":"));
  }
  shown.erase("config");
  shown.insert("client.name");  // it names the line of the domains
  shown.merge(left_out);
  CHECK(shown == explained);
}

TEST_CASE("setting_tables: what is built in") {
  const auto built_in = [](std::string_view wanted) {
    for (const SettingTable& table : setting_tables())
      for (const SettingHelp& key : table.keys)
        if (key.key == wanted) return key.built_in;
    return std::string("no such key");
  };
  CHECK(built_in("dns.timeout") == "3");
  CHECK(built_in("dns.ask") == "false");
  CHECK(built_in("refusals.keep") == "90d");
  CHECK(built_in("mail.to") == "(none)");
  CHECK(built_in("readiness.expected") == "(none)");
  CHECK(built_in("mailbox.timeout") == "60");
  CHECK(built_in("mailbox.source").empty());
  CHECK(built_in("limits.mime_depth") == "32");
  CHECK(built_in("readiness.own_rate_quarantine") == "0.98");
}

TEST_CASE("known_keys: those of a table; the tables themselves at the top") {
  const auto knows = [](std::string_view table, std::string_view key) {
    const auto known = known_keys(table);
    return std::ranges::find(known, key) != known.end();
  };
  CHECK(knows("", "db"));
  CHECK(knows("", "readiness"));
  CHECK(knows("dns", "timeout"));
  CHECK(knows("mailbox", "timeout"));
  CHECK(knows("limits", "xml_depth"));
  CHECK(knows("mailbox", "oauth2"));
  CHECK(knows("mailbox.oauth2", "client_id"));
  CHECK_FALSE(knows("", "mailbox.oauth2"));
  CHECK_FALSE(knows("", "oauth2"));
  CHECK_FALSE(knows("", "timeout"));
  CHECK_FALSE(knows("dns", "db"));
  CHECK(known_keys("nothing").empty());
}
