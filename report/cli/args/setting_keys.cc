// SPDX-License-Identifier: MIT
#include "report/cli/args/setting_keys.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <type_traits>
#include <variant>

#include "report/cli/args/config_files.h"
#include "report/cli/args/mailbox_config.h"

namespace dmarcq {
namespace {

std::string joined_or_none(const std::vector<std::string>& words) {
  return words.empty() ? "(none)" : fmt::format("{}", fmt::join(words, ", "));
}

std::string path_or_none(const std::filesystem::path& path) {
  return path.empty() ? "(none)" : path.string();
}

std::string text_or_none(const std::string& text) { return text.empty() ? "(none)" : text; }
std::string yes_or_no(bool on) { return on ? "true" : "false"; }

/// A key that is neither a limit (limit_keys), nor a threshold (readiness_keys()), nor of a
/// [[mailbox]] (mailbox_keys()).
struct SettingKey {
  std::string_view table;  ///< "dns" for [dns]; "": before the first table
  std::string_view name;
  std::string_view meaning;
  std::string (*shown)(const Config&);  ///< what is in force; null where setting_lines() says more
};
constexpr SettingKey keys[] = {
    {"", "db", "the database: a file, or the address of a PostgreSQL server", nullptr},
    {"", "authserv_id",
     "your receiver's name at the start of its Authentication-Results, or a list of names; report "
     "mails are checked against what it found",
     [](const Config& c) { return joined_or_none(c.receivers); }},
    {"", "db_read",
     "the address of a standby of that server: commands that only read ask it, and see what has "
     "reached it",
     [](const Config& c) { return c.server.standby ? c.server.standby->text() : "(none)"; }},
    {"", "db_password_file", "a file whose first line is the server's password",
     [](const Config& c) { return text_or_none(c.server.password_file); }},
    {"", "db_password_command",
     "a command that prints the server's password, run for each connection",
     [](const Config& c) { return text_or_none(c.server.password_command); }},
    {"dns", "ask", "look up DKIM keys and records in DNS, as --dns does",
     [](const Config& c) { return yes_or_no(c.dns.ask); }},
    {"dns", "servers", "name servers to ask: \"192.0.2.53,[2001:db8::53]:5353\"",
     [](const Config& c) {
       return c.dns.servers.empty() ? std::string("(the machine's)") : c.dns.servers;
     }},
    {"dns", "timeout",
     "seconds of the first try, 1 to 60; the second and last one may take twice as long",
     [](const Config& c) { return std::to_string(c.dns.timeout); }},
    {"dns", "blocklists", "a list of the block lists that 'dmarcq dns blocklist' asks",
     [](const Config& c) { return joined_or_none(c.dns.blocklists); }},
    {"geo", "asn",
     "a network file (.mmdb) with the names of networks, which are shown beside addresses",
     [](const Config& c) { return path_or_none(c.geo.asn); }},
    {"geo", "country", "a network file (.mmdb) with the countries of addresses",
     [](const Config& c) { return path_or_none(c.geo.country); }},
    {"refusals", "keep",
     "how long recipients' addresses of delivery logs are kept, \"1d\" to \"3650d\"",
     [](const Config& c) { return fmt::format("{}d", c.refusals.keep_days); }},
    {"failures", "store",
     "what is kept of failure reports: \"summary\" without subjects and addresses, or \"headers\"",
     [](const Config& c) { return std::string(c.failures.headers ? "headers" : "summary"); }},
    {"failures", "keep", "how long such headers are kept, \"1d\" to \"3650d\"",
     [](const Config& c) { return fmt::format("{}d", c.failures.keep_days); }},
    {"mail", "from", "who sends the mails of 'check --mail' and 'report --eml'",
     [](const Config& c) { return c.mail.from.empty() ? std::string("(none)") : c.mail.from; }},
    {"mail", "to", "who gets them: an address, or a list of addresses",
     [](const Config& c) { return joined_or_none(c.mail.to); }},
    {"client", "name", "what the owner is called", nullptr},
    {"client", "domains", "a list of the owner's domains", nullptr},
    {"client", "mail_to", "who gets mail about them: an address, or a list", nullptr},
};

/// The tables in the order of the manual.
struct TableHead {
  std::string_view name, head, about;
};
constexpr TableHead heads[] = {
    {"", "", "Before the first table:"},
    {"dns", "[dns]", "What is asked of DNS."},
    {"geo", "[geo]", "Files on this machine that say more of addresses."},
    {"refusals", "[refusals]", "What is kept of delivery logs and bounces."},
    {"failures", "[failures]", "What is kept of failure reports and complaints."},
    {"mail", "[mail]", "What --from and --to say where they are not given."},
    {"mailbox", "[[mailbox]]",
     "A mailbox that 'dmarcq ingest' without arguments reads; there may be several."},
    {"mailbox.oauth2", "[mailbox.oauth2]",
     "Below its [[mailbox]], instead of a password: how to get the tokens of OAuth 2."},
    {"client", "[[client]]",
     "Domains that belong to one owner, if the database holds those of several; without any, all "
     "belong together."},
    {"limits", "[limits]",
     "What a stranger's input may cost, each a number or a size as in \"64 MiB\". An input that "
     "goes beyond becomes a problem that names the limit."},
    {"readiness", "[readiness]",
     "What the gates of 'dmarcq readiness' ask for. A share is a number, 0.98, or \"98 %\"."},
};

std::string full_name(std::string_view table, std::string_view name) {
  return table.empty() ? std::string(name) : fmt::format("{}.{}", table, name);
}

std::string value_text(const ReadinessKey& key, const ReadinessLimits& limits) {
  return std::visit(
      [&](auto member) -> std::string {
        const auto& held = limits.*member;
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::vector<std::string>>)
          return joined_or_none(held);
        else
          return fmt::format("{}", held);
      },
      key.member);
}

std::string value_text(const MailboxKey& key, const MailboxConfig& mailbox) {
  return std::visit([&](auto member) { return fmt::format("{}", mailbox.*member); }, key.member);
}

/// The keys of one table, each with its meaning and what is built in.
std::vector<SettingHelp> keys_of(std::string_view table) {
  std::vector<SettingHelp> found;
  const auto add = [&](std::string_view name, std::string_view meaning, std::string built_in) {
    found.push_back({full_name(table, name), meaning, std::move(built_in)});
  };
  for (const SettingKey& key : keys)
    if (key.table == table)
      add(key.name, key.meaning, key.shown != nullptr ? key.shown(Config{}) : "");
  if (table == "mailbox")
    for (const MailboxKey& key : mailbox_keys()) add(key.name, key.meaning, value_text(key, {}));
  if (table == "mailbox.oauth2")
    for (const OAuthKey& key : oauth_keys()) add(key.name, key.meaning, "");
  if (table == "limits")
    for (const LimitKey& key : limit_keys)
      add(key.name, key.meaning, std::to_string(Limits{}.*key.member));
  if (table == "readiness")
    for (const ReadinessKey& key : readiness_keys())
      add(key.name, key.meaning, value_text(key, {}));
  return found;
}

}  // namespace

std::vector<SettingTable> setting_tables() {
  std::vector<SettingTable> tables;
  for (const TableHead& head : heads)
    tables.push_back({head.name, head.head, head.about, keys_of(head.name)});
  return tables;
}

std::vector<std::string> known_keys(std::string_view table) {
  std::vector<std::string> known;
  for (const SettingHelp& key : keys_of(table))
    known.push_back(table.empty() ? key.key : key.key.substr(table.size() + 1));
  // Tables are keys of the one that they lie in.
  const std::string above = table.empty() ? "" : std::string(table) + ".";
  for (const TableHead& head : heads)
    if (head.name.size() > above.size() && head.name.starts_with(above) &&
        head.name.find('.', above.size()) == head.name.npos)
      known.emplace_back(head.name.substr(above.size()));
  return known;
}

std::vector<SettingLine> setting_lines(const Args& args) {
  const auto file = locate_config(args);
  const Config config = file ? read_config(file->path) : Config{};
  const auto places = file ? setting_places(file->path) : std::map<std::string, std::string>{};
  const auto origin = [&](const std::string& key) {
    const auto found = places.find(key);
    return found == places.end() ? std::string("built in") : found->second;
  };
  std::vector<SettingLine> lines;
  const auto add = [&](std::string key, std::string value) {
    std::string from = origin(key);
    lines.push_back({std::move(key), std::move(value), std::move(from)});
  };
  lines.push_back(
      {"config", file ? file->path.string() : "(none)", file ? file->origin : "built in"});
  const LocatedDatabase database = locate_database(args, config.database, origin("db"));
  lines.push_back({"db", database.where.text(), database.origin});
  for (const SettingKey& key : keys)
    if (key.shown != nullptr) add(full_name(key.table, key.name), key.shown(config));
  const std::vector<MailboxConfig> mailboxes = configured_mailboxes(args);
  for (std::size_t i = 0; i < mailboxes.size(); ++i) {
    for (const MailboxKey& key : mailbox_keys()) {
      std::string name = fmt::format("mailbox[{}].{}", i + 1, key.name);
      if (places.contains(name)) add(std::move(name), value_text(key, mailboxes[i]));
    }
    for (const OAuthKey& key : oauth_keys()) {
      std::string name = fmt::format("mailbox[{}].oauth2.{}", i + 1, key.name);
      if (places.contains(name)) add(std::move(name), (*mailboxes[i].oauth2).*key.member);
    }
  }
  for (std::size_t i = 0; i < config.clients.size(); ++i) {
    const Client& client = config.clients[i];
    lines.push_back({fmt::format("client[{}].{}", i + 1, client.name),
                     joined_or_none(client.domains), origin(fmt::format("client[{}]", i + 1))});
    std::vector<std::string> addresses;
    for (const MailAddress& to : client.mail_to) addresses.push_back(to.address);
    if (!addresses.empty())
      add(fmt::format("client[{}].mail_to", i + 1), joined_or_none(addresses));
  }
  for (const LimitKey& key : limit_keys)
    add(full_name("limits", key.name), std::to_string(config.limits.*key.member));
  for (const ReadinessKey& key : readiness_keys())
    add(full_name("readiness", key.name), value_text(key, config.readiness));
  return lines;
}

}  // namespace dmarcq
