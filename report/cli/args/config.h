// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ingest/base/limits.h"
#include "report/analysis/client.h"
#include "report/analysis/readiness/readiness.h"
#include "report/cli/command.h"
#include "report/render/mail_message.h"
#include "store/base/location.h"

namespace dmarcq {

/// What the configuration file may say; setting_keys.h explains each key. An unknown one is an
/// error with a suggestion. Domains of different clients are strangers to each other; those of none
/// belong together.
struct Client {
  std::string name;
  std::vector<std::string> domains;
  std::vector<MailAddress> mail_to;  ///< who gets the mails of 'dmarcq check --mail -o DIR'
};
struct DnsSettings {
  bool ask = false;
  unsigned timeout = 3;  ///< seconds, of the first try; the second and last one may take twice as
                         ///< long
  std::string servers;   ///< "192.0.2.53,[2001:db8::53]:5353"; "": those of the machine
  std::vector<std::string> blocklists;  ///< "zen.spamhaus.org": what 'dmarcq dns blocklist' asks
};
struct GeoSettings {
  std::filesystem::path asn, country;  ///< MMDB files; "": none
};
struct RefusalSettings {
  unsigned keep_days = 90;  ///< recipients' addresses of delivery logs are forgotten after so many
};
struct FailureSettings {
  bool headers = false;     ///< keep what names people, and the header of the mail
  unsigned keep_days = 90;  ///< what names people in failure reports is forgotten after so many
};
/// Who sends the mails of 'check --mail' and 'report --eml', and who gets them, where no flag says
/// so.
struct MailSettings {
  std::string from;  ///< "dmarcq@example.com"
  std::vector<std::string> to;
};
/// A server of databases.
struct ServerSettings {
  std::optional<Location> standby;              ///< db_read: where commands that only read ask
  std::string password_file, password_command;  ///< "": libpq's own ways
};
struct Config {
  std::optional<Location> database;
  ServerSettings server;
  std::vector<std::string> receivers;  ///< authserv_id
  DnsSettings dns;
  GeoSettings geo;
  RefusalSettings refusals;
  FailureSettings failures;
  MailSettings mail;
  std::vector<Client> clients;
  Limits limits;
  ReadinessLimits readiness;
};

/// Reads a configuration file. Throws UsageError with file, line and cause; FileError when it
/// cannot be read.
Config read_config(const std::filesystem::path&);

/// All settings of a run: flags beat the environment, which beats the file.
struct Settings {
  Location database;
  ServerSettings server;  ///< `standby` only where the database is that of the configuration
  std::vector<std::string> receivers;
  DnsSettings dns;
  GeoSettings geo;
  RefusalSettings refusals;
  FailureSettings failures;
  MailSettings mail;
  std::vector<Client> clients;
  Limits limits;
  ReadinessLimits readiness;
};

/// The line on which each setting of a file stands: "limits.mail_size" → "config.toml:3", and
/// "mailbox[1].source", "client[2]". Throws as read_config() does.
std::map<std::string, std::string> setting_places(const std::filesystem::path&);

/// An authserv-id as it is compared (RFC 8601 section 2.5): a name without blanks, in lower case.
/// UsageError else; `place` says where it stands.
std::string authserv_id_argument(const std::string& place, std::string_view text);

/// Which domains belong together, by client.
std::vector<ClientDomains> client_domains(const Settings&);

/// Of the configuration and the database that config_files.h finds.
Settings settings_of(const Args&);

}  // namespace dmarcq
