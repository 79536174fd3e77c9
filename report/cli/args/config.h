// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ingest/base/limits.h"
#include "report/analysis/client.h"
#include "report/analysis/readiness/readiness.h"
#include "report/cli/command.h"
#include "report/render/mail_message.h"

namespace dmarcq {

/// What the configuration file may say. Every key is known; an unknown one is an error with a
/// suggestion.
///
///     db = "/var/lib/dmarcq/dmarcq.db"
///     authserv_id = "mx.example.com"   # who receives your mail, as its Authentication-Results
///     say; or a list [dns] ask = true                # as with --dns, in every command that has it
///     servers = "192.0.2.53"    # instead of those of the machine
///     timeout = 3               # seconds, of the first try; the second and last one may take
///     twice as long
///     blocklists = ["zen.spamhaus.org"]   # what 'dmarcq dns blocklist' asks; none by default
///     [refusals]
///     keep = "90d"              # how long recipients' addresses of delivery logs are kept
///     [[mailbox]]               # what 'dmarcq ingest' without arguments reads: mailbox_config.h
///     source = "imaps://user@host/Folder"
///     [limits]
///     mail_size = "128 MiB"     # a number of bytes, or with KiB, MiB, GiB; counts are plain
///     numbers
///     [[client]]                # domains of different clients are strangers to each other; those
///     of none belong together name = "Kestrel" domains = ["kestrel.example",
///     "kestrel-news.example"] mail_to = "postmaster@kestrel.example"   # or a list [readiness] #
///     'dmarcq readiness DOMAIN --explain' lists all keys observe_days = 60 own_rate_reject = "99.9
///     %" expected = ["Salesforce marketing-cloud"]
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
struct RefusalSettings {
  unsigned keep_days = 90;  ///< recipients' addresses of delivery logs are forgotten after so many
};
struct Config {
  std::optional<std::filesystem::path> database;
  std::vector<std::string> receivers;  ///< authserv_id
  DnsSettings dns;
  RefusalSettings refusals;
  std::vector<Client> clients;
  Limits limits;
  ReadinessLimits readiness;
};

/// Reads a configuration file. Throws UsageError with file, line and cause; FileError when it
/// cannot be read.
Config read_config(const std::filesystem::path&);

/// All settings of a run: flags beat the environment, which beats the file.
struct Settings {
  std::filesystem::path database;
  std::vector<std::string> receivers;
  DnsSettings dns;
  RefusalSettings refusals;
  std::vector<Client> clients;
  Limits limits;
  ReadinessLimits readiness;
};

/// One setting as it is in force.
struct SettingLine {
  std::string key;     ///< "limits.mail_size", "mailbox[1].source"
  std::string value;   ///< as it could stand in the file, without quotes
  std::string origin;  ///< "flag --db", "variable DMARCQ_DB", "/etc/dmarcq/config.toml:3", "built
                       ///< in"
};
/// All settings, in the order of the manual. Secrets are not among them: the file names where they
/// are found, not what they are.
std::vector<SettingLine> setting_lines(const Args&);

/// The configuration in force, if there is one.
std::optional<std::filesystem::path> config_file(const Args&);

/// An authserv-id as it is compared (RFC 8601 section 2.5): a name without blanks, in lower case.
/// UsageError else; `place` says where it stands.
std::string authserv_id_argument(const std::string& place, std::string_view text);

/// Which domains belong together, by client.
std::vector<ClientDomains> client_domains(const Settings&);

/// Looks for --config, DMARCQ_CONFIG, $XDG_CONFIG_HOME/dmarcq/config.toml (which may be missing),
/// then for the database.
Settings settings_of(const Args&);

}  // namespace dmarcq
