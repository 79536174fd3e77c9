// SPDX-License-Identifier: MIT
#include "report/cli/args/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#define TOML_HEADER_ONLY 1
#define TOML_ASSERT(condition) \
  static_cast<void>(0)  // what its parser asserts of a file, it reports as an error without
                        // assertions
#include <toml++/toml.h>

#include "ingest/base/text.h"
#include "parser/domain_name.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/dns_choice.h"
#include "report/cli/args/filters.h"
#include "report/cli/args/mail_arguments.h"
#include "report/cli/args/mailbox_config.h"
#include "report/cli/args/suggest.h"
#include "report/cli/terminal/file_text.h"

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
    if (found == nullptr) {
      std::vector<std::string> known;
      for (const LimitKey& one : limit_keys) known.emplace_back(one.name);
      unknown_key(file, key, "limits.", known);
    }
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
    if (found == readiness_keys().end()) {
      std::vector<std::string> known;
      for (const ReadinessKey& one : readiness_keys()) known.emplace_back(one.name);
      unknown_key(file, key, "readiness.", known);
    }
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

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

/// $XDG_…_HOME/dmarcq, or below the home directory where the variable is not set.
std::optional<fs::path> xdg_folder(const char* variable, std::string_view below_home) {
  if (const auto folder = environment(variable); folder && folder->front() == '/')
    return fs::path(*folder) / "dmarcq";
  if (const auto home = environment("HOME")) return fs::path(*home) / below_home / "dmarcq";
  return std::nullopt;
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

struct MailboxText {
  std::string_view name;
  std::string MailboxConfig::* member;
};
struct MailboxSwitch {
  std::string_view name;
  bool MailboxConfig::* member;
};
constexpr std::array<MailboxText, 8> mailbox_texts{
    {{"source", &MailboxConfig::source},
     {"name", &MailboxConfig::name},
     {"password_file", &MailboxConfig::password_file},
     {"password_command", &MailboxConfig::password_command},
     {"password_env", &MailboxConfig::password_env},
     {"token_command", &MailboxConfig::token_command},
     {"move_to", &MailboxConfig::move_to},
     {"ca_file", &MailboxConfig::ca_file}}};
constexpr std::array<MailboxSwitch, 2> mailbox_switches{
    {{"mark_seen", &MailboxConfig::mark_seen},
     {"insecure_plaintext", &MailboxConfig::insecure_plaintext}}};

struct OAuthText {
  std::string_view name;
  std::string OAuthConfig::* member;
};
constexpr std::array<OAuthText, 11> oauth_texts{
    {{"provider", &OAuthConfig::provider},
     {"tenant", &OAuthConfig::tenant},
     {"client_id", &OAuthConfig::client_id},
     {"client_secret_file", &OAuthConfig::client_secret_file},
     {"refresh_token_file", &OAuthConfig::refresh_token_file},
     {"service_account_file", &OAuthConfig::service_account_file},
     {"token_url", &OAuthConfig::token_url},
     {"device_url", &OAuthConfig::device_url},
     {"scope", &OAuthConfig::scope},
     {"ca_file", &OAuthConfig::ca_file},
     {"token_cache", &OAuthConfig::token_cache}}};

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
    const auto text = std::ranges::find(oauth_texts, key.str(), &OAuthText::name);
    if (text == oauth_texts.end()) {
      std::vector<std::string> known;
      for (const OAuthText& t : oauth_texts) known.emplace_back(t.name);
      unknown_key(file, key, "mailbox.oauth2.", known);
    }
    oauth.*text->member = mailbox_text(file, fmt::format("oauth2.{}", key.str()), value);
  }
  return oauth;
}

MailboxConfig read_mailbox(const fs::path& file, const toml::table& table) {
  MailboxConfig mailbox;
  for (const auto& [key, value] : table) {
    const auto text = std::ranges::find(mailbox_texts, key.str(), &MailboxText::name);
    const auto on = std::ranges::find(mailbox_switches, key.str(), &MailboxSwitch::name);
    if (text != mailbox_texts.end()) {
      mailbox.*text->member = mailbox_text(file, key.str(), value);
    } else if (on != mailbox_switches.end()) {
      const auto given = value.value_exact<bool>();
      if (!given)
        throw UsageError(
            fmt::format("{}: mailbox.{} is neither true nor false", place(file, value), key.str()));
      mailbox.*on->member = *given;
    } else if (key.str() == "timeout") {
      const auto given = value.value_exact<std::int64_t>();
      if (!given || *given < 1 || *given > 3600)
        throw UsageError(
            fmt::format("{}: mailbox.timeout is not a number of seconds", place(file, value)));
      mailbox.timeout = static_cast<unsigned>(*given);
    } else if (key.str() == "oauth2") {
      mailbox.oauth2 = read_oauth(file, value);
    } else {
      std::vector<std::string> known{"timeout", "oauth2"};
      for (const MailboxText& t : mailbox_texts) known.emplace_back(t.name);
      for (const MailboxSwitch& t : mailbox_switches) known.emplace_back(t.name);
      unknown_key(file, key, "mailbox.", known);
    }
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

std::vector<std::string> read_receivers(const fs::path& file, const toml::node& node) {
  std::vector<std::string> receivers;
  const auto add = [&](const toml::node& one) {
    const auto text = one.value_exact<std::string>();
    if (!text)
      throw UsageError(fmt::format("{}: authserv_id is not a string", place(file, one)),
                       "authserv_id = \"mx.example.com\", or a list");
    receivers.push_back(
        authserv_id_argument(fmt::format("{}: authserv_id", place(file, one)), *text));
  };
  if (const toml::array* list = node.as_array()) {
    for (const toml::node& one : *list) add(one);
  } else {
    add(node);
  }
  return receivers;
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
      unknown_key(file, key, "dns.", {"ask", "blocklists", "servers", "timeout"});
    }
  }
  return dns;
}

RefusalSettings read_refusals(const fs::path& file, const toml::table& table) {
  RefusalSettings refusals;
  for (const auto& [key, node] : table) {
    if (key.str() != "keep") unknown_key(file, key, "refusals.", {"keep"});
    const auto text = node.value_exact<std::string>();
    constexpr Day longest = 3'650;
    const std::string name = fmt::format("{}: refusals.keep", place(file, node));
    // A length of time, not a day.
    const bool is_length = text && !text->empty() && text->find('-') == std::string::npos &&
                           text->front() >= '0' && text->front() <= '9';
    const Day days = is_length ? today() - day_argument(name, *text, today()) : 0;
    if (days < 1 || days > longest)
      throw UsageError(name + " is not a length of time", "keep = \"90d\"; 1d to 3650d");
    refusals.keep_days = static_cast<unsigned>(days);
  }
  return refusals;
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

/// A string or a list of them.
std::vector<MailAddress> read_mail_to(const fs::path& file, const toml::node& node) {
  std::vector<MailAddress> addresses;
  const auto add = [&](const toml::node& one) {
    const auto text = one.value_exact<std::string>();
    if (!text)
      throw UsageError(fmt::format("{}: client.mail_to is not a string", place(file, one)),
                       "mail_to = \"you@example.com\", or a list");
    addresses.push_back(
        address_argument(fmt::format("{}: client.mail_to", place(file, one)), *text));
  };
  if (const toml::array* list = node.as_array()) {
    for (const toml::node& one : *list) add(one);
  } else {
    add(node);
  }
  return addresses;
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
        client.mail_to = read_mail_to(file, value);
      } else {
        unknown_key(file, key, "client.", {"name", "domains", "mail_to"});
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

std::optional<fs::path> config_file(const Args& args) {
  if (const auto file = args.value("--config")) return fs::path(*file);
  if (const auto named = environment("DMARCQ_CONFIG")) return fs::path(*named);
  std::error_code ignored;
  if (const auto folder = xdg_folder("XDG_CONFIG_HOME", ".config");
      folder && fs::exists(*folder / "config.toml", ignored))
    return *folder / "config.toml";
  return std::nullopt;
}

std::vector<MailboxConfig> configured_mailboxes(const Args& args) {
  const auto file = config_file(args);
  if (!file) return {};
  const toml::table table = parse_file(*file);
  const toml::node* node = table.get("mailbox");
  return node == nullptr ? std::vector<MailboxConfig>() : read_mailboxes(*file, *node);
}

Config read_config(const fs::path& file) {
  const toml::table table = parse_file(file);
  Config config;
  for (const auto& [key, node] : table) {
    if (key.str() == "db") {
      const auto path = node.value_exact<std::string>();
      if (!path || path->empty())
        throw UsageError(fmt::format("{}: db is not a path", place(file, node)));
      config.database = fs::path(*path);
    } else if (key.str() == "authserv_id") {
      config.receivers = read_receivers(file, node);
    } else if (key.str() == "dns") {
      if (!node.is_table())
        throw UsageError(fmt::format("{}: dns is not a table", place(file, node)),
                         "write [dns] on a line of its own");
      config.dns = read_dns(file, *node.as_table());
    } else if (key.str() == "refusals") {
      if (!node.is_table())
        throw UsageError(fmt::format("{}: refusals is not a table", place(file, node)),
                         "write [refusals] on a line of its own");
      config.refusals = read_refusals(file, *node.as_table());
    } else if (key.str() == "mailbox") {
      read_mailboxes(file, node);  // mistakes are told whatever the command; who reads mail asks
                                   // configured_mailboxes()
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
      unknown_key(
          file, key, "",
          {"db", "authserv_id", "dns", "refusals", "mailbox", "client", "limits", "readiness"});
    }
  }
  return config;
}

namespace {

struct DatabaseChoice {
  fs::path path;
  std::string origin;
};

/// Flag, environment, file, then the place that is built in.
DatabaseChoice database_choice(const Args& args, const Config& config,
                               const std::string& origin_in_file) {
  if (const auto path = args.value("--db")) return {*path, "flag --db"};
  if (const auto variable = environment("DMARCQ_DB")) return {*variable, "variable DMARCQ_DB"};
  if (config.database) return {*config.database, origin_in_file};
  if (const auto folder = xdg_folder("XDG_DATA_HOME", ".local/share"))
    return {*folder / "dmarcq.db", "built in"};
  throw UsageError("no database specified", "--db FILE, or set DMARCQ_DB");
}

std::string origin_of_file(const Args& args) {
  return args.has("--config")           ? "flag --config"
         : environment("DMARCQ_CONFIG") ? "variable DMARCQ_CONFIG"
                                        : "built in";
}

std::string setting_text(const std::variant<unsigned ReadinessLimits::*, double ReadinessLimits::*,
                                            std::vector<std::string> ReadinessLimits::*>& member,
                         const ReadinessLimits& limits) {
  if (const auto* number = std::get_if<unsigned ReadinessLimits::*>(&member))
    return std::to_string(limits.**number);
  if (const auto* share = std::get_if<double ReadinessLimits::*>(&member))
    return fmt::format("{}", limits.**share);
  return fmt::format(
      "{}", fmt::join(limits.*std::get<std::vector<std::string> ReadinessLimits::*>(member), ", "));
}

}  // namespace

std::vector<SettingLine> setting_lines(const Args& args) {
  const auto file = config_file(args);
  const Config config = file ? read_config(*file) : Config{};
  const toml::table table = file ? parse_file(*file) : toml::table{};
  const auto origin = [&](const toml::node_view<const toml::node>& node) {
    return node ? place(*file, *node.node()) : std::string("built in");
  };
  std::vector<SettingLine> lines;
  lines.push_back({"config", file ? file->string() : "(none)", origin_of_file(args)});
  const DatabaseChoice database = database_choice(args, config, origin(table["db"]));
  lines.push_back({"db", database.path.string(), database.origin});
  lines.push_back(
      {"authserv_id",
       config.receivers.empty() ? "(none)" : fmt::format("{}", fmt::join(config.receivers, ", ")),
       origin(table["authserv_id"])});
  lines.push_back({"dns.ask", config.dns.ask ? "true" : "false", origin(table["dns"]["ask"])});
  lines.push_back({"dns.servers",
                   config.dns.servers.empty() ? "(the machine's)" : config.dns.servers,
                   origin(table["dns"]["servers"])});
  lines.push_back(
      {"dns.timeout", std::to_string(config.dns.timeout), origin(table["dns"]["timeout"])});
  lines.push_back({"dns.blocklists",
                   config.dns.blocklists.empty()
                       ? "(none)"
                       : fmt::format("{}", fmt::join(config.dns.blocklists, ", ")),
                   origin(table["dns"]["blocklists"])});
  lines.push_back({"refusals.keep", fmt::format("{}d", config.refusals.keep_days),
                   origin(table["refusals"]["keep"])});
  const std::vector<MailboxConfig> mailboxes = configured_mailboxes(args);
  for (std::size_t i = 0; i < mailboxes.size(); ++i) {
    const auto one = table["mailbox"].is_table() ? table["mailbox"] : table["mailbox"][i];
    const auto add = [&](std::string_view name, std::string value) {
      if (one[name])
        lines.push_back(
            {fmt::format("mailbox[{}].{}", i + 1, name), std::move(value), origin(one[name])});
    };
    for (const MailboxText& text : mailbox_texts) add(text.name, mailboxes[i].*text.member);
    for (const MailboxSwitch& on : mailbox_switches)
      add(on.name, mailboxes[i].*on.member ? "true" : "false");
    add("timeout", std::to_string(mailboxes[i].timeout));
    if (!mailboxes[i].oauth2) continue;
    for (const OAuthText& text : oauth_texts)
      if (const auto given = one["oauth2"][text.name])
        lines.push_back({fmt::format("mailbox[{}].oauth2.{}", i + 1, text.name),
                         (*mailboxes[i].oauth2).*text.member, origin(given)});
  }
  for (std::size_t i = 0; i < config.clients.size(); ++i) {
    const Client& client = config.clients[i];
    lines.push_back({fmt::format("client[{}].{}", i + 1, client.name),
                     fmt::format("{}", fmt::join(client.domains, ", ")),
                     origin(table["client"][i])});
    std::vector<std::string> addresses;
    for (const MailAddress& to : client.mail_to) addresses.push_back(to.address);
    if (!addresses.empty())
      lines.push_back({fmt::format("client[{}].mail_to", i + 1),
                       fmt::format("{}", fmt::join(addresses, ", ")),
                       origin(table["client"][i]["mail_to"])});
  }
  for (const LimitKey& key : limit_keys)
    lines.push_back({fmt::format("limits.{}", key.name), std::to_string(config.limits.*key.member),
                     origin(table["limits"][key.name])});
  for (const ReadinessKey& key : readiness_keys())
    lines.push_back({fmt::format("readiness.{}", key.name),
                     setting_text(key.member, config.readiness),
                     origin(table["readiness"][key.name])});
  return lines;
}

std::vector<ClientDomains> client_domains(const Settings& settings) {
  std::vector<ClientDomains> clients;
  for (const Client& client : settings.clients) clients.push_back({client.name, client.domains});
  return clients;
}

Settings settings_of(const Args& args) {
  const auto file = config_file(args);
  const Config config = file ? read_config(*file) : Config{};
  return {.database = database_choice(args, config, {}).path,
          .receivers = config.receivers,
          .dns = config.dns,
          .refusals = config.refusals,
          .clients = config.clients,
          .limits = config.limits,
          .readiness = config.readiness};
}

}  // namespace dmarcq
