// SPDX-License-Identifier: MIT
#include "report/cli/args/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#define TOML_HEADER_ONLY 1
#define TOML_ASSERT(condition) \
  static_cast<void>(0)  // what its parser asserts of a file, it reports as an error without
                        // assertions
#include <toml++/toml.h>

#include "ingest/base/text.h"
#include "parser/domain_name.h"
#include "report/cli/args/config_files.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/dns_choice.h"
#include "report/cli/args/filters.h"
#include "report/cli/args/mail_arguments.h"
#include "report/cli/args/mailbox_config.h"
#include "report/cli/args/secrets.h"
#include "report/cli/args/setting_keys.h"
#include "report/cli/args/suggest.h"
#include "report/cli/terminal/file_text.h"
#include "report/render/mail_message.h"

namespace dmarcq {
namespace {

namespace fs = std::filesystem;

std::string place(const fs::path& file, const toml::node& node) {
  return fmt::format("{}:{}", file.string(), node.source().begin.line);
}

std::optional<std::size_t> size_from(std::string_view text) {
  std::size_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc()) return std::nullopt;
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  unsigned shift = 0;
  if (unit == "KiB")
    shift = 10;
  else if (unit == "MiB")
    shift = 20;
  else if (unit == "GiB")
    shift = 30;
  else if (!unit.empty())
    return std::nullopt;
  if (number > (SIZE_MAX >> shift)) return std::nullopt;
  return number << shift;
}

[[noreturn]] void unknown_key(const fs::path& file, const toml::key& key, std::string_view table,
                              const std::vector<std::string>& known) {
  throw UsageError(
      fmt::format("{}:{}: unknown key '{}{}'{}", file.string(), key.source().begin.line, table,
                  key.str(), did_you_mean(key.str(), known)),
      fmt::format("known here: {}", fmt::join(known, ", ")));
}

void read_limits(const fs::path& file, const toml::table& table, Limits& limits) {
  for (const auto& [key, node] : table) {
    const LimitKey* found = nullptr;
    for (const LimitKey& one : limit_keys)
      if (one.name == key.str()) found = &one;
    if (found == nullptr) unknown_key(file, key, "limits.", known_keys("limits"));
    std::optional<std::size_t> value;
    if (const auto number = node.value_exact<std::int64_t>(); number && *number > 0)
      value = static_cast<std::size_t>(*number);
    if (const auto text = node.value_exact<std::string>()) value = size_from(*text);
    if (!value || *value == 0)
      throw UsageError(
          fmt::format("{}: limits.{} is not a positive number", place(file, node), key.str()),
          "write 100, or \"64 MiB\"");
    limits.*found->member = *value;
  }
}

/// 0.98, or "98 %".
std::optional<double> share_from(const toml::node& node) {
  std::optional<double> share = node.value_exact<double>();
  if (const auto number = node.value_exact<std::int64_t>()) share = static_cast<double>(*number);
  if (const auto text = node.value_exact<std::string>()) {
    double number = 0;
    const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), number);
    std::string_view rest(end, static_cast<std::size_t>(text->data() + text->size() - end));
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    if (fault == std::errc() && rest == "%") share = number / 100;
  }
  return share && *share >= 0 && *share <= 1 ? share : std::nullopt;
}

void read_readiness(const fs::path& file, const toml::table& table, ReadinessLimits& limits) {
  for (const auto& [key, node] : table) {
    const auto found = std::ranges::find(readiness_keys(), key.str(), &ReadinessKey::name);
    if (found == readiness_keys().end())
      unknown_key(file, key, "readiness.", known_keys("readiness"));
    if (const auto* days = std::get_if<unsigned ReadinessLimits::*>(&found->member)) {
      const auto number = node.value_exact<std::int64_t>();
      if (!number || *number < 0 || *number > 1'000'000)
        throw UsageError(
            fmt::format("{}: readiness.{} is not a whole number", place(file, node), key.str()),
            "write 30");
      limits.** days = static_cast<unsigned>(*number);
    } else if (const auto* share = std::get_if<double ReadinessLimits::*>(&found->member)) {
      const auto number = share_from(node);
      if (!number)
        throw UsageError(
            fmt::format("{}: readiness.{} is not a share", place(file, node), key.str()),
            "write 0.98, or \"98 %\"");
      limits.** share = *number;
    } else if (const auto* names =
                   std::get_if<std::vector<std::string> ReadinessLimits::*>(&found->member)) {
      const toml::array* list = node.as_array();
      if (list == nullptr)
        throw UsageError(
            fmt::format("{}: readiness.{} is not a list", place(file, node), key.str()),
            "write [\"Salesforce core\", \"Amazon SES\"]");
      (limits.**names).clear();
      for (const auto& one : *list) {
        const auto text = one.value_exact<std::string>();
        if (!text || text->empty())
          throw UsageError(fmt::format("{}: readiness.{} contains something other than strings",
                                       place(file, one), key.str()));
        (limits.**names).push_back(*text);
      }
    }
  }
}

toml::table parse_file(const fs::path& file) {
  const std::string text = file_text(file.string());
  try {
    return toml::parse(text, file.string());
  } catch (const toml::parse_error& fault) {
    throw UsageError(
        fmt::format("{}:{}: {}", file.string(), fault.source().begin.line, fault.description()));
  }
}

std::optional<Location> read_database(const fs::path& file, const toml::table& table) {
  const toml::node* node = table.get("db");
  if (node == nullptr) return std::nullopt;
  const auto path = node->value_exact<std::string>();
  if (!path || path->empty())
    throw UsageError(fmt::format("{}: db is not a path", place(file, *node)));
  return Location::parse(*path);
}

/// "db_read", "db_password_file", "db_password_command".
void read_server(const fs::path& file, std::string_view key, const toml::node& node,
                 ServerSettings& server) {
  const auto text = node.value_exact<std::string>();
  if (!text || text->empty())
    throw UsageError(fmt::format("{}: {} is not a string", place(file, node), key));
  if (key == "db_read") {
    const Location standby = Location::parse(*text);
    if (!standby.is_server())
      throw UsageError(fmt::format("{}: db_read is not the address of a server", place(file, node)),
                       "postgresql://USER@STANDBY/DATABASE");
    server.standby = standby;
  } else {
    (key == "db_password_file" ? server.password_file : server.password_command) = *text;
  }
  if (!server.password_file.empty() && !server.password_command.empty())
    throw UsageError(fmt::format("{}: db_password_file and db_password_command exclude each other",
                                 place(file, node)));
}

/// How a server's password is found, where the configuration says so.
void add_password(Location& where, const ServerSettings& server) {
  if (!where.is_server() || (server.password_file.empty() && server.password_command.empty()))
    return;
  where.set_password([server, text = where.text()] {
    auto password = server.password_command.empty() ? secret_from_file(server.password_file)
                                                    : secret_from_command(server.password_command);
    if (!password)
      throw StoreError(StoreError::Kind::usage, text + ": no password: " + password.error().text);
    return std::move(*password);
  });
}

std::string mailbox_text(const fs::path& file, std::string_view key, const toml::node& value) {
  auto given = value.value_exact<std::string>();
  if (!given || given->empty())
    throw UsageError(fmt::format("{}: mailbox.{} is not a string", place(file, value), key));
  return std::move(*given);
}

OAuthConfig read_oauth(const fs::path& file, const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr)
    throw UsageError(fmt::format("{}: mailbox.oauth2 is not a table", place(file, node)),
                     "write [mailbox.oauth2] on a line of its own, below its [[mailbox]]");
  OAuthConfig oauth;
  for (const auto& [key, value] : *table) {
    const auto found = std::ranges::find(oauth_keys(), key.str(), &OAuthKey::name);
    if (found == oauth_keys().end())
      unknown_key(file, key, "mailbox.oauth2.", known_keys("mailbox.oauth2"));
    oauth.*found->member = mailbox_text(file, fmt::format("oauth2.{}", key.str()), value);
  }
  return oauth;
}

void read_mailbox_key(const fs::path& file, const toml::key& key, const toml::node& value,
                      MailboxConfig& mailbox) {
  const auto found = std::ranges::find(mailbox_keys(), key.str(), &MailboxKey::name);
  if (found == mailbox_keys().end()) unknown_key(file, key, "mailbox.", known_keys("mailbox"));
  const auto refuse = [&](std::string_view why) {
    throw UsageError(fmt::format("{}: mailbox.{} is {}", place(file, value), key.str(), why));
  };
  if (const auto* text = std::get_if<std::string MailboxConfig::*>(&found->member)) {
    mailbox.** text = mailbox_text(file, key.str(), value);
  } else if (const auto* on = std::get_if<bool MailboxConfig::*>(&found->member)) {
    const auto given = value.value_exact<bool>();
    if (!given) refuse("neither true nor false");
    mailbox.** on = *given;
  } else if (const auto* seconds = std::get_if<unsigned MailboxConfig::*>(&found->member)) {
    const auto given = value.value_exact<std::int64_t>();
    if (!given || *given < 1 || *given > 3600) refuse("not a number of seconds");
    mailbox.** seconds = static_cast<unsigned>(*given);
  }
}

MailboxConfig read_mailbox(const fs::path& file, const toml::table& table) {
  MailboxConfig mailbox;
  for (const auto& [key, value] : table) {
    if (key.str() == "oauth2")
      mailbox.oauth2 = read_oauth(file, value);
    else
      read_mailbox_key(file, key, value, mailbox);
  }
  if (mailbox.source.empty())
    throw UsageError(fmt::format("{}: this mailbox has no source", place(file, table)),
                     "source = \"imaps://user@host/Folder\", or a path");
  if (const auto mistake = mailbox_mistake(mailbox))
    throw UsageError(fmt::format("{}: {}", place(file, *table.get("oauth2")), mistake->text),
                     mistake->hint);
  return mailbox;
}

/// [[mailbox]], or [mailbox] where there is but one.
std::vector<MailboxConfig> read_mailboxes(const fs::path& file, const toml::node& node) {
  if (const toml::table* only = node.as_table()) return {read_mailbox(file, *only)};
  const toml::array* list = node.as_array();
  if (list == nullptr || !list->is_homogeneous(toml::node_type::table))
    throw UsageError(fmt::format("{}: mailbox is not a list of tables", place(file, node)),
                     "write [[mailbox]] on a line of its own");
  std::vector<MailboxConfig> mailboxes;
  for (const toml::node& one : *list) {
    MailboxConfig mailbox = read_mailbox(file, *one.as_table());
    if (!mailbox.name.empty() &&
        std::ranges::find(mailboxes, mailbox.name, &MailboxConfig::name) != mailboxes.end())
      throw UsageError(fmt::format("{}: two mailboxes have the same name", place(file, one)),
                       "'dmarcq login NAME' has to know which is meant");
    mailboxes.push_back(std::move(mailbox));
  }
  return mailboxes;
}

/// Calls read() with each element of a list, or with a value that stands for a list of one.
template <class Read>
auto one_or_more(const toml::node& node, Read read) {
  std::vector<decltype(read(node))> values;
  if (const toml::array* list = node.as_array()) {
    for (const toml::node& one : *list) values.push_back(read(one));
  } else {
    values.push_back(read(node));
  }
  return values;
}

std::vector<std::string> read_receivers(const fs::path& file, const toml::node& node) {
  return one_or_more(node, [&](const toml::node& one) {
    const auto text = one.value_exact<std::string>();
    if (!text)
      throw UsageError(fmt::format("{}: authserv_id is not a string", place(file, one)),
                       "authserv_id = \"mx.example.com\", or a list");
    return authserv_id_argument(fmt::format("{}: authserv_id", place(file, one)), *text);
  });
}

std::vector<std::string> read_blocklists(const fs::path& file, const toml::node& node) {
  std::vector<std::string> lists;
  const toml::array* array = node.as_array();
  if (array == nullptr)
    throw UsageError(fmt::format("{}: dns.blocklists is not a list", place(file, node)),
                     "blocklists = [\"zen.spamhaus.org\"]");
  for (const toml::node& one : *array) {
    const auto text = one.value_exact<std::string>();
    if (!text || !is_domain_name(asked_domain(*text)))
      throw UsageError(
          fmt::format("{}: dns.blocklists contains an invalid domain", place(file, one)));
    lists.push_back(asked_domain(*text));
  }
  return lists;
}

DnsSettings read_dns(const fs::path& file, const toml::table& table) {
  DnsSettings dns;
  for (const auto& [key, node] : table) {
    if (key.str() == "ask") {
      const auto ask = node.value_exact<bool>();
      if (!ask)
        throw UsageError(fmt::format("{}: dns.ask is neither true nor false", place(file, node)));
      dns.ask = *ask;
    } else if (key.str() == "servers") {
      const auto text = node.value_exact<std::string>();
      if (!text || text->empty())
        throw UsageError(fmt::format("{}: dns.servers is not a string", place(file, node)),
                         "\"192.0.2.53\", or \"127.0.0.1:5353\"");
      check_dns_servers(fmt::format("{}: dns.servers", place(file, node)), *text);
      dns.servers = *text;
    } else if (key.str() == "timeout") {
      const auto seconds = node.value_exact<std::int64_t>();
      if (!seconds || *seconds < 1 || *seconds > 60)
        throw UsageError(
            fmt::format("{}: dns.timeout is not a number of seconds", place(file, node)),
            "1 to 60");
      dns.timeout = static_cast<unsigned>(*seconds);
    } else if (key.str() == "blocklists") {
      dns.blocklists = read_blocklists(file, node);
    } else {
      unknown_key(file, key, "dns.", known_keys("dns"));
    }
  }
  return dns;
}

GeoSettings read_geo(const fs::path& file, const toml::table& table) {
  GeoSettings geo;
  for (const auto& [key, node] : table) {
    if (key.str() != "asn" && key.str() != "country")
      unknown_key(file, key, "geo.", known_keys("geo"));
    const auto path = node.value_exact<std::string>();
    if (!path || path->empty())
      throw UsageError(
          fmt::format("{}: geo.{} is not a path", place(file, node), std::string(key.str())),
          "the path of a local MMDB file");
    (key.str() == "asn" ? geo.asn : geo.country) = *path;
  }
  return geo;
}

/// keep = "90d". `name`: "refusals.keep".
unsigned read_keep(const fs::path& file, std::string_view key, const toml::node& node) {
  const auto text = node.value_exact<std::string>();
  constexpr Day longest = 3'650;
  const std::string name = fmt::format("{}: {}", place(file, node), key);
  // A length of time, not a day.
  const bool is_length = text && !text->empty() && text->find('-') == std::string::npos &&
                         text->front() >= '0' && text->front() <= '9';
  const Day days = is_length ? today() - day_argument(name, *text, today()) : 0;
  if (days < 1 || days > longest)
    throw UsageError(name + " is not a length of time", "keep = \"90d\"; 1d to 3650d");
  return static_cast<unsigned>(days);
}

RefusalSettings read_refusals(const fs::path& file, const toml::table& table) {
  RefusalSettings refusals;
  for (const auto& [key, node] : table) {
    if (key.str() != "keep") unknown_key(file, key, "refusals.", known_keys("refusals"));
    refusals.keep_days = read_keep(file, "refusals.keep", node);
  }
  return refusals;
}

FailureSettings read_failures(const fs::path& file, const toml::table& table) {
  FailureSettings failures;
  for (const auto& [key, node] : table) {
    if (key.str() == "keep") {
      failures.keep_days = read_keep(file, "failures.keep", node);
    } else if (key.str() == "store") {
      const auto text = node.value_exact<std::string>();
      if (!text || (*text != "summary" && *text != "headers"))
        throw UsageError(fmt::format("{}: failures.store is neither \"summary\" nor \"headers\"",
                                     place(file, node)));
      failures.headers = *text == "headers";
    } else {
      unknown_key(file, key, "failures.", known_keys("failures"));
    }
  }
  return failures;
}

struct WrittenAddress {
  std::string text;
  MailAddress address;
};
/// `name`: "mail.from".
WrittenAddress read_address(const fs::path& file, std::string_view name, const toml::node& node) {
  const auto text = node.value_exact<std::string>();
  if (!text)
    throw UsageError(fmt::format("{}: {} is not a string", place(file, node), name),
                     "\"name@example.com\" or \"Name <name@example.com>\"");
  return {*text, address_argument(fmt::format("{}: {}", place(file, node), name), *text)};
}

MailSettings read_mail(const fs::path& file, const toml::table& table) {
  MailSettings mail;
  for (const auto& [key, node] : table) {
    if (key.str() == "from") {
      mail.from = read_address(file, "mail.from", node).text;
    } else if (key.str() == "to") {
      mail.to = one_or_more(
          node, [&](const toml::node& one) { return read_address(file, "mail.to", one).text; });
    } else {
      unknown_key(file, key, "mail.", known_keys("mail"));
    }
  }
  return mail;
}

std::vector<std::string> read_client_domains(const fs::path& file, const toml::node& node) {
  const toml::array* list = node.as_array();
  if (list == nullptr)
    throw UsageError(fmt::format("{}: client.domains is not a list", place(file, node)),
                     "domains = [\"example.com\", \"example.net\"]");
  std::vector<std::string> domains;
  for (const toml::node& domain : *list) {
    const auto text = domain.value_exact<std::string>();
    if (!text || !is_domain_name(asked_domain(*text)))
      throw UsageError(
          fmt::format("{}: client.domains contains an invalid domain", place(file, domain)));
    domains.push_back(asked_domain(*text));
  }
  return domains;
}

std::vector<Client> read_clients(const fs::path& file, const toml::node& node) {
  const toml::array* list = node.as_array();
  if (list == nullptr || !list->is_homogeneous(toml::node_type::table))
    throw UsageError(fmt::format("{}: client is not a list of tables", place(file, node)),
                     "write [[client]] on a line of its own");
  std::vector<Client> clients;
  for (const toml::node& one : *list) {
    Client client;
    for (const auto& [key, value] : *one.as_table()) {
      if (key.str() == "name") {
        const auto name = value.value_exact<std::string>();
        if (!name || name->empty())
          throw UsageError(fmt::format("{}: client.name is not a string", place(file, value)));
        client.name = *name;
      } else if (key.str() == "domains") {
        client.domains = read_client_domains(file, value);
      } else if (key.str() == "mail_to") {
        client.mail_to = one_or_more(value, [&](const toml::node& to) {
          return read_address(file, "client.mail_to", to).address;
        });
      } else {
        unknown_key(file, key, "client.", known_keys("client"));
      }
    }
    if (client.name.empty() || client.domains.empty())
      throw UsageError(fmt::format("{}: a client needs a name and domains", place(file, one)));
    if (std::ranges::find(clients, client.name, &Client::name) != clients.end())
      throw UsageError(
          fmt::format("{}: there are two clients named '{}'", place(file, one), client.name));
    clients.push_back(std::move(client));
  }
  return clients;
}

}  // namespace

std::string authserv_id_argument(const std::string& place, std::string_view text) {
  const std::string id = folded_domain(trimmed(text));
  if (id.empty() || id.find_first_of(" \t;,()\"") != id.npos)
    throw UsageError(
        fmt::format("{}: invalid authserv-id '{}'", place, text),
        "it is the first word of Authentication-Results in your own mail, for example mx.google.com");
  return id;
}

std::vector<MailboxConfig> configured_mailboxes(const Args& args) {
  const auto file = config_file(args);
  if (!file) return {};
  const toml::table table = parse_file(*file);
  const toml::node* node = table.get("mailbox");
  if (node == nullptr) return {};
  std::vector<MailboxConfig> mailboxes = read_mailboxes(*file, *node);
  const fs::path database = locate_database(args, read_database(*file, table), {}).where.notes();
  if (const auto mistake = token_cache_mistake(mailboxes, database))
    throw UsageError(fmt::format("{}: {}", place(*file, *node), mistake->text), mistake->hint);
  return mailboxes;
}

Config read_config(const fs::path& file) {
  const toml::table table = parse_file(file);
  Config config;
  config.database = read_database(file, table);
  for (const auto& [key, node] : table) {
    if (key.str() == "db") {
      continue;
    } else if (key.str() == "db_read" || key.str() == "db_password_file" ||
               key.str() == "db_password_command") {
      read_server(file, key.str(), node, config.server);
    } else if (key.str() == "authserv_id") {
      config.receivers = read_receivers(file, node);
    } else if (key.str() == "dns") {
      if (!node.is_table())
        throw UsageError(fmt::format("{}: dns is not a table", place(file, node)),
                         "write [dns] on a line of its own");
      config.dns = read_dns(file, *node.as_table());
    } else if (key.str() == "geo") {
      if (!node.is_table())
        throw UsageError(fmt::format("{}: geo is not a table", place(file, node)),
                         "write [geo] on a line of its own");
      config.geo = read_geo(file, *node.as_table());
    } else if (key.str() == "refusals") {
      if (!node.is_table())
        throw UsageError(fmt::format("{}: refusals is not a table", place(file, node)),
                         "write [refusals] on a line of its own");
      config.refusals = read_refusals(file, *node.as_table());
    } else if (key.str() == "failures") {
      if (!node.is_table())
        throw UsageError(fmt::format("{}: failures is not a table", place(file, node)),
                         "write [failures] on a line of its own");
      config.failures = read_failures(file, *node.as_table());
    } else if (key.str() == "mail") {
      if (!node.is_table())
        throw UsageError(fmt::format("{}: mail is not a table", place(file, node)),
                         "write [mail] on a line of its own");
      config.mail = read_mail(file, *node.as_table());
    } else if (key.str() == "mailbox") {
      read_mailboxes(file, node);  // for its mistakes; configured_mailboxes() has what is in it
    } else if (key.str() == "client") {
      config.clients = read_clients(file, node);
    } else if (key.str() == "limits") {
      if (!node.is_table())
        throw UsageError(fmt::format("{}: limits is not a table", place(file, node)),
                         "write [limits] on a line of its own");
      read_limits(file, *node.as_table(), config.limits);
    } else if (key.str() == "readiness") {
      if (!node.is_table())
        throw UsageError(fmt::format("{}: readiness is not a table", place(file, node)),
                         "write [readiness] on a line of its own");
      read_readiness(file, *node.as_table(), config.readiness);
    } else {
      unknown_key(file, key, "", known_keys(""));
    }
  }
  return config;
}

namespace {

std::string joined_name(const std::string& above, std::string_view key, const toml::node& value) {
  if (!above.empty()) return fmt::format("{}.{}", above, key);
  // The only mailbox may be a table instead of a list of one.
  return key == "mailbox" && value.is_table() ? "mailbox[1]" : std::string(key);
}

/// "dns.ask", "mailbox[1].source", "client[2]" …, and the line each stands on.
void add_places(const fs::path& file, const std::string& name, const toml::node& node,
                std::map<std::string, std::string>& places) {
  if (const toml::table* table = node.as_table()) {
    for (const auto& [key, value] : *table)
      add_places(file, joined_name(name, key.str(), value), value, places);
  } else if (const toml::array* list = node.as_array();
             list != nullptr && list->is_homogeneous(toml::node_type::table)) {
    for (std::size_t i = 0; i < list->size(); ++i)
      add_places(file, fmt::format("{}[{}]", name, i + 1), *list->get(i), places);
  }
  if (!name.empty()) places.emplace(name, place(file, node));
}

}  // namespace

std::map<std::string, std::string> setting_places(const fs::path& file) {
  std::map<std::string, std::string> places;
  add_places(file, "", parse_file(file), places);
  return places;
}

std::vector<ClientDomains> client_domains(const Settings& settings) {
  std::vector<ClientDomains> clients;
  for (const Client& client : settings.clients) clients.push_back({client.name, client.domains});
  return clients;
}

Settings settings_of(const Args& args) {
  const auto file = config_file(args);
  const Config config = file ? read_config(*file) : Config{};
  configured_mailboxes(args);  // their mistakes are told whatever the command
  const LocatedDatabase located = locate_database(args, config.database, "configuration");
  Location database = located.where;
  ServerSettings server = config.server;
  if (located.origin != "configuration") server.standby.reset();
  add_password(database, server);
  if (server.standby) add_password(*server.standby, server);
  return {.database = std::move(database),
          .server = std::move(server),
          .receivers = config.receivers,
          .dns = config.dns,
          .geo = config.geo,
          .refusals = config.refusals,
          .failures = config.failures,
          .mail = config.mail,
          .clients = config.clients,
          .limits = config.limits,
          .readiness = config.readiness};
}

}  // namespace dmarcq
