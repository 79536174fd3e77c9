// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "report/analysis/alert/alert_kinds.h"
#include "report/cli/cmd.h"
#include "report/cli/command.h"

namespace dmarcq {
namespace {

// One place for what a flag is called and means: a flag that several commands have is the same
// flag.
constexpr Flag format_flag{.name = "--format",
                           .value = "FORMAT",
                           .help = "output format",
                           .choices = "table|plain|json|ndjson|csv|tsv|markdown"};
constexpr Flag csv_flags[] = {
    {.name = "--csv-safe",
     .help =
         "in CSV and TSV, prefix texts that a spreadsheet would run as a formula with an apostrophe; default"},
    {.name = "--csv-raw", .help = "leave such texts unchanged: for programs"},
};
constexpr Flag exit_code_flag{.name = "--exit-code",
                              .help = "exit with 1 if there is something to show"};
constexpr Flag domain_flag{
    .name = "--domain", .value = "D", .help = "this domain and those below it", .repeatable = true};
constexpr Flag since_flag{.name = "--since",
                          .value = "DAY",
                          .help = "from this UTC day: 2026-10-01, or 30d, 12w, 6mo, 1y ago"};
constexpr Flag until_flag{
    .name = "--until", .value = "DAY", .help = "up to and including this UTC day"};
constexpr Flag reporter_flag{.name = "--reporter",
                             .value = "NAME",
                             .help = "as seen by this reporter (org_name)",
                             .repeatable = true};
constexpr Flag trusted_flag{
    .name = "--trusted-only",
    .help = "leave out unverified and contradictory reports: see 'dmarcq reports'"};
constexpr Flag ip_flag{.name = "--ip",
                       .value = "CIDR",
                       .help = "only rows of this address or network",
                       .repeatable = true};
constexpr Flag limit_flag{.name = "--limit", .value = "N", .help = "show only the first N"};
constexpr Flag dns_flag{
    .name = "--dns",
    .help = "fetch the keys of the report mails' DKIM signatures from DNS; off by default"};
constexpr Flag snapshot_flag{
    .name = "--snapshot",
    .value = "FILE",
    .help = "read these keys from a file: a zone file, or output of dig +noall +answer"};
constexpr Flag dns_snapshot_flag{
    .name = "--snapshot",
    .value = "FILE",
    .help = "ask this file instead of DNS: output of 'dmarcq dns fetch', a zone file, or dig"};
constexpr Flag ask_dns_flag{.name = "--dns",
                            .help = "ask DNS for keys and records; off by default"};
constexpr Flag authserv_id_flag{
    .name = "--authserv-id",
    .value = "ID",
    .help =
        "your mail receiver, as named in its Authentication-Results; default: authserv_id of the configuration",
    .repeatable = true};
constexpr Flag verbose_flag{
    .name = "--verbose", .help = "more detail: every fault, every source", .letter = "-v"};

constexpr Flag global[] = {
    {.name = "--db",
     .value = "FILE",
     .help =
         "the database, or a server: postgresql://USER@HOST/NAME; default: DMARCQ_DB, the configuration, or $XDG_DATA_HOME/dmarcq/dmarcq.db"},
    {.name = "--config",
     .value = "FILE",
     .help =
         "the configuration; default: DMARCQ_CONFIG, $XDG_CONFIG_HOME/dmarcq/config.toml, or /etc/dmarcq/config.toml"},
    {.name = "--color",
     .value = "WHEN",
     .help = "colour; NO_COLOR is honoured",
     .choices = "auto|always|never"},
    {.name = "--no-pager",
     .help = "do not send long output on a terminal through DMARCQ_PAGER, PAGER or less"},
    {.name = "--quiet", .help = "errors only: no progress, no hints", .letter = "-q"},
    {.name = "--help", .help = "help for the command", .letter = "-h"},
    {.name = "--version", .help = "versions of the program and its data", .letter = "-V"},
};

constexpr Flag ingest_flags[] = {
    {.name = "--jobs",
     .value = "N",
     .help = "worker threads; default: one per core",
     .letter = "-j"},
    {.name = "--reread", .help = "read and parse again what earlier runs have read"},
    {.name = "--map",
     .value = "FIELD=COLUMN,…",
     .help =
         "take any CSV as a delivery log: which column is email, date, text, code, type, sender, from, message-id, ip, host, user, stage, state"},
    authserv_id_flag,
    dns_flag,
    snapshot_flag,
    verbose_flag,
    format_flag,
    {.name = "--log-format",
     .value = "FORMAT",
     .help = "json: every message and the result as one line of JSON on standard error",
     .choices = "text|json"},
};
constexpr Flag imap_flags[] = {
    {.name = "--password-file",
     .value = "FILE",
     .help = "the first line is the password; default: DMARCQ_IMAP_PASSWORD"},
    {.name = "--password-command", .value = "CMD", .help = "prints the password"},
    {.name = "--token-command",
     .value = "CMD",
     .help = "prints an OAuth 2 token; not needed with [mailbox.oauth2] in the configuration"},
    {.name = "--move-to",
     .value = "FOLDER",
     .help = "move mails whose reports are stored to this folder; others stay"},
    {.name = "--mark-seen", .help = "mark mails whose reports are stored as read"},
    {.name = "--ca-file",
     .value = "FILE",
     .help = "trust these certificates instead of the system's"},
    {.name = "--insecure-plaintext", .help = "imap:// without STARTTLS"},
};

constexpr Flag source_filters[] = {
    domain_flag,
    since_flag,
    until_flag,
    reporter_flag,
    ip_flag,
    {.name = "--service",
     .value = "NAME",
     .help = "senders whose name contains NAME",
     .repeatable = true},
    {.name = "--route",
     .value = "ROUTE",
     .help = "this Salesforce route",
     .choices =
         "core|marketing-cloud|account-engagement|marketing-cloud-next|email-relay|unspecified",
     .repeatable = true},
    {.name = "--salesforce", .help = "only Salesforce, by any route; unproven names do not count"},
    {.name = "--failing", .help = "only sources with mail that fails DMARC"},
    {.name = "--passing", .help = "only sources whose mail all passes"},
    {.name = "--disposition",
     .value = "WHAT",
     .help = "only mail that receivers disposed of in this way",
     .choices = "none|pass|quarantine|reject"},
    trusted_flag,
};
constexpr Flag source_output[] = {
    {.name = "--by",
     .value = "WHAT",
     .help = "group lines by this instead",
     .choices = "ip|service|route|subnet|domain|reporter|day"},
    {.name = "--sort",
     .value = "KEY",
     .help = "sort by this; -KEY reverses",
     .choices = "messages|fail|pass|ip|service|route|reporters|first|last"},
    {.name = "--disagreements",
     .help = "show instead where reporters' verdicts differ from their own raw results"},
    limit_flag,
    exit_code_flag,
    format_flag,
};

constexpr Flag summary_filters[] = {domain_flag, since_flag, until_flag, reporter_flag};
constexpr Flag summary_output[] = {
    {.name = "--sort",
     .value = "KEY",
     .help = "sort by this; -KEY reverses",
     .choices = "domain|messages|fail|reporters"},
    limit_flag,
    {.name = "--flows",
     .help =
         "judge verdicts even beyond 400,000 records, flows and routes beyond 250,000; takes seconds"},
    {.name = "--exit-code", .help = "exit with 1 if mail fails DMARC"},
    {.name = "--format",
     .value = "FORMAT",
     .help = "output format",
     .choices = "table|plain|json|ndjson|csv|tsv|markdown|openmetrics"},
};

constexpr Flag salesforce_filters[] = {domain_flag, since_flag, until_flag, reporter_flag};
constexpr Flag dns_lookups[] = {ask_dns_flag, dns_snapshot_flag};
constexpr Flag salesforce_output[] = {
    {.name = "--exit-code", .help = "exit with 1 if Salesforce mail fails DMARC"},
    format_flag,
};

constexpr Flag sender_flags[] = {
    {.name = "--name", .value = "NAME", .help = "your own name for the sender"},
    {.name = "--service", .value = "NAME", .help = "the service, as 'dmarcq sources' names it"},
    {.name = "--route",
     .value = "ROUTE",
     .help = "the Salesforce route",
     .choices = "core|marketing-cloud|account-engagement|marketing-cloud-next|email-relay"},
    {.name = "--ours", .help = "it is yours; default"},
    {.name = "--foreign",
     .help = "the org, network, SPF or DKIM domain is not yours: its mail is no open question"},
    {.name = "--since",
     .value = "DAY",
     .help = "the day on which the domain was verified; default: today"},
};

constexpr Flag explain_output[] = {
    {.name = "--limit",
     .value = "N",
     .help = "show the N identifications with most messages; default: 8"},
    format_flag};

constexpr Flag message_checks[] = {
    authserv_id_flag,
    ask_dns_flag,
    dns_snapshot_flag,
    {.name = "--key",
     .value = "FILE",
     .help = "the public key of its DKIM signatures: the TXT record's text, or PEM"},
};
constexpr Flag message_output[] = {
    {.name = "--exit-code", .help = "exit with 1 unless DMARC passes"},
    format_flag,
};

constexpr Flag refusal_filters[] = {
    domain_flag,
    since_flag,
    until_flag,
    {.name = "--class",
     .value = "CLASS",
     .help =
         "only refusals of this class: AUTH_DMARC, UNKNOWN_USER, REP_IP …; an unknown one lists all",
     .repeatable = true},
    {.name = "--recipient-domain",
     .value = "D",
     .help = "only mail to this domain and those below it",
     .repeatable = true},
};
constexpr Flag refusal_output[] = {
    {.name = "--by",
     .value = "WHAT",
     .help = "group lines by this; default: class",
     .choices = "class|recipient-domain|day|org|source"},
    exit_code_flag,
    format_flag,
};
constexpr Flag refusal_lists[] = {
    {.name = "--export",
     .value = "LIST",
     .help =
         "CSV for Data Loader: addresses of no use, or bounces to clear since the sender was at fault; needs --objects",
     .choices = "suppress|release"},
    {.name = "--objects",
     .value = "FILE",
     .help =
         "with --export: an export of Id and Email of contacts or leads, whose Ids the list has"},
    {.name = "--opt-out-hard",
     .help = "with --export suppress: a bounce for good also sets HasOptedOutOfEmail"},
};

constexpr Flag failure_filters[] = {
    since_flag,
    until_flag,
    ip_flag,
    {.name = "--complaints", .help = "list complaints (feedback loops) instead of failures"},
};
constexpr Flag failure_output[] = {
    {.name = "--by",
     .value = "WHAT",
     .help = "group lines by this; default: source",
     .choices = "source|route|org|category|day|reporter"},
    {.name = "--examples",
     .value = "N",
     .help =
         "show N single reports, with all that is stored of them; as CSV, instead of the lines"},
    exit_code_flag,
    format_flag,
};
constexpr Flag tls_filters[] = {since_flag, until_flag, reporter_flag};
constexpr Flag tls_output[] = {
    {.name = "--by",
     .value = "WHAT",
     .help = "group lines by this; default: the domains, and what fails",
     .choices = "result|mx|reporter|day"},
    {.name = "--exit-code", .help = "exit with 1 if sessions fail"},
    format_flag,
};
constexpr Flag tls_lookups[] = {
    ask_dns_flag,
    dns_snapshot_flag,
    {.name = "--fetch-policy",
     .help = "with --dns: fetch each domain's mta-sts.txt over HTTPS and compare it"},
};

constexpr Flag reports_filters[] = {
    domain_flag,
    since_flag,
    until_flag,
    reporter_flag,
    ip_flag,
    {.name = "--failing", .help = "only reports with mail that fails DMARC"},
    trusted_flag,
    {.name = "--suspicious", .help = "only those that look forged or untrue, with reasons"},
    {.name = "--distrusted", .help = "show instead those excluded by 'dmarcq reports distrust'"},
};
constexpr Flag reports_output[] = {
    {.name = "--sort",
     .value = "KEY",
     .help = "sort by this; -KEY reverses",
     .choices = "day|messages|fail|reporter|domain|records|begin|end|id"},
    limit_flag,
    format_flag,
};

constexpr Flag sql_output[] = {limit_flag, format_flag};
constexpr Flag config_output[] = {
    {.name = "--origin",
     .help = "where each value comes from: flag, variable, file and line, or default"},
    format_flag};
constexpr Flag help_output[] = {{.name = "--man", .help = "the man page dmarcq(1), for man -l"}};
constexpr Flag page_filters[] = {domain_flag, since_flag, until_flag};
constexpr Flag page_output[] = {
    {.name = "--output",
     .value = "FILE",
     .help = "write the page to FILE; - is standard output; with --each, a folder",
     .letter = "-o"},
    {.name = "--each",
     .help = "a page for each domain and an index, in the folder of -o; a mail for each client, in "
             "that of --eml"},
    {.name = "--title", .value = "TEXT", .help = "heading of the page"},
    {.name = "--top", .value = "N", .help = "number of sources to list; default: 25"},
    {.name = "--timestamp",
     .help = "include the time of creation; without it, the same data gives the same bytes"},
};
constexpr Flag page_mail[] = {
    {.name = "--eml",
     .value = "FILE",
     .help = "write a mail with a short version and the whole page attached; - is standard output"},
    {.name = "--from",
     .value = "ADDRESS",
     .help = "sender address; default: [mail] of the configuration"},
    {.name = "--to",
     .value = "ADDRESS",
     .help = "recipient; default: [mail] of the configuration",
     .repeatable = true},
    {.name = "--subject", .value = "TEXT", .help = "default: domain, verdict and period"},
};

constexpr Flag problems_filters[] = {
    {.name = "--all", .help = "include dismissed ones"},
    {.name = "--reason",
     .value = "WORD",
     .help =
         "only this reason: truncated, malformed_xml, closed_format, no_document, limit, conflict …",
     .repeatable = true},
    {.name = "--not-a-report",
     .help =
         "show instead the items that were skipped because they are not reports, and what they are"},
};
constexpr Flag problems_output[] = {limit_flag, exit_code_flag, format_flag};
constexpr Flag problem_flags[] = {{.name = "--raw", .help = "only the item's bytes, unchanged"},
                                  format_flag};
constexpr Flag retry_flags[] = {dns_flag, snapshot_flag, verbose_flag, format_flag};
constexpr Flag only_format[] = {format_flag};
constexpr Flag export_output[] = {limit_flag,
                                  {.name = "--kind",
                                   .value = "KIND",
                                   .help = "aggregate reports (default), TLS reports as of RFC "
                                           "8460, or failure reports",
                                   .choices = "aggregate|tls|failures"},
                                  {.name = "--format",
                                   .value = "FORMAT",
                                   .help = "lines, or one document",
                                   .choices = "ndjson|json"}};

constexpr Flag readiness_flags[] = {
    {.name = "--all", .help = "one line for each domain; the default without a domain"},
    {.name = "--to",
     .value = "WHAT",
     .help = "the target policy; default: one step above the current one",
     .choices = "quarantine|reject"},
    {.name = "--window",
     .value = "DAYS",
     .help = "length of the window up to the last complete day: 30d (default), 8w, 3mo"},
    {.name = "--record",
     .value = "TXT",
     .help = "your current DMARC record, so that the next one keeps its tags"},
    {.name = "--zone",
     .value = "FILE",
     .help = "your zone file: SPF, selectors and the DMARC record are checked in it"},
    ask_dns_flag,
    dns_snapshot_flag,
    trusted_flag,
};
constexpr Flag what_if_flags[] = {
    {.name = "--what-if",
     .value = "TAGS",
     .help =
         "apply this policy to the stored mail: p=reject,sp=quarantine,np=reject,adkim=s,aspf=s,t=y"},
    {.name = "--exclude",
     .value = "SENDER",
     .help = "leave out senders whose name contains SENDER",
     .repeatable = true},
    {.name = "--fixed",
     .value = "CODE",
     .help = "as if this finding were fixed",
     .repeatable = true},
};
constexpr Flag readiness_output[] = {
    {.name = "--explain", .help = "also show the thresholds and where to change them"},
    {.name = "--exit-code", .help = "exit with 1 unless the domain, or each of them, is ready"},
    format_flag,
};

constexpr Flag compare_flags[] = {
    {.name = "--at",
     .value = "DAY",
     .help = "the day of the change; that day and the next are left out"},
    {.name = "--days", .value = "N", .help = "with --at: number of days on each side; default: 14"},
    {.name = "--before", .value = "A..B", .help = "the days before the change, inclusive"},
    {.name = "--after", .value = "C..D", .help = "the days after the change, inclusive"},
};
constexpr Flag check_flags[] = {
    domain_flag,
    {.name = "--client",
     .value = "NAME",
     .help = "only domains of this client; [[client]] in the configuration"},
    {.name = "--all", .help = "include alerts reported before that have not cleared"},
};
constexpr Flag check_output[] = {
    {.name = "--format",
     .value = "FORMAT",
     .help = "output format; openmetrics: all open alerts, for a monitoring system; tells nobody",
     .choices = "text|table|plain|json|ndjson|csv|tsv|markdown|openmetrics"},
    {.name = "--mail",
     .help = "print a complete mail for 'sendmail -t'; nothing if there is no news"},
    {.name = "--to",
     .value = "ADDRESS",
     .help =
         "recipient; default: [mail] of the configuration; with -o, of what is in no client's mail",
     .repeatable = true},
    {.name = "--from",
     .value = "ADDRESS",
     .help = "sender address; default: [mail] of the configuration"},
    {.name = "--output",
     .value = "DIR",
     .help = "with --mail: write one mail (.eml) per client into DIR, to its mail_to",
     .letter = "-o"},
};

constexpr Flag nameserver_flag{
    .name = "--nameserver",
    .value = "ADDRESS",
    .help = "ask this name server; default: [dns] servers, or those of the machine"};
constexpr Flag dns_timeout_flag{
    .name = "--timeout", .value = "SECONDS", .help = "wait this long for an answer; default: 3"};
constexpr Flag dns_selector_flag{.name = "--selector",
                                 .value = "S",
                                 .help = "check this DKIM selector besides those in reports",
                                 .repeatable = true};
constexpr Flag dns_address_flag{
    .name = "--address", .value = "IP", .help = "SPF result and look-ups for this address"};
constexpr Flag dns_source_flags[] = {dns_snapshot_flag, nameserver_flag, dns_timeout_flag};
constexpr Flag dns_check_flags[] = {
    dns_selector_flag,
    dns_address_flag,
    {.name = "--mta-sts-policy",
     .value = "FILE",
     .help = "check this copy of the domain's mta-sts.txt"},
    {.name = "--fetch-policy", .help = "fetch each domain's mta-sts.txt over HTTPS and check it"},
    {.name = "--ca-file",
     .value = "FILE",
     .help = "with --fetch-policy: trust these certificates instead of the system's"},
};
constexpr Flag dns_fetch_flags[] = {dns_selector_flag, dns_address_flag};
constexpr Flag dns_check_output[] = {
    {.name = "--exit-code", .help = "exit with 1 if there is a fault"},
    format_flag,
};
constexpr Flag dns_flatten_flags[] = {
    {.name = "--check",
     .value = "FILE",
     .help = "compare FILE, output of an earlier run, with DNS; exit with 1 if they differ"},
};
constexpr Flag dns_blocklist_flags[] = {
    {.name = "--list",
     .value = "ZONE",
     .help = "ask this list; default: [dns] blocklists",
     .repeatable = true},
};
constexpr Flag dns_blocklist_output[] = {
    {.name = "--exit-code", .help = "exit with 1 if something is listed"}, format_flag};

constexpr Flag note_flags[] = {{.name = "--domain",
                                .value = "D",
                                .help = "the note concerns only this domain",
                                .repeatable = true}};
constexpr Flag note_list_flags[] = {{.name = "--domain",
                                     .value = "D",
                                     .help = "notes on this domain, and those on all",
                                     .repeatable = true}};

constexpr Flag archive_flags[] = {
    {.name = "--older-than",
     .value = "AGE",
     .help = "months that lie wholly before this: 13mo, 2y, or a date"},
    {.name = "--output", .value = "FOLDER", .help = "where the files are written", .letter = "-o"},
};
constexpr Flag copy_flags[] = {
    {.name = "--to",
     .value = "FILE",
     .help = "the copy, or a server: postgresql://USER@HOST/NAME; empty, or not there yet"},
};
constexpr Flag prune_flags[] = {
    {.name = "--older-than",
     .value = "AGE",
     .help = "everything before this: 24mo, 2y, 90d, or a date"},
    {.name = "--all", .help = "with --older-than: delete the totals too"},
};

/// Names every code of alert, from the table of them.
const std::string& check_about() {
  static const std::string text = [] {
    std::string codes;
    for (const AlertKind& kind : alert_kinds())
      codes += fmt::format("{}{} ({})", codes.empty() ? "" : ", ", kind.word, severity_words(kind));
    return "Reports changes, by client and domain, the most urgent first: act (mail is being lost, "
           "or protection is gone), look (it may be yours, or may become a loss), know "
           "(information). Each alert is reported once, and again only after it has cleared; the "
           "database remembers. [[client]] in the configuration says whose domains are whose; with "
           "--mail and -o, each client is mailed at its mail_to.\n\nCodes: " +
           codes + ". The last two need --dns or --snapshot.";
  }();
  return text;
}

// Long because it is the table of all commands.
std::vector<Command> make_commands() {
  std::vector<Command> table;
  table.push_back({
      .name = "ingest",
      .summary = "Read mail into the database",
      .operands = "[SOURCE…]",
      .about =
          "A SOURCE is an mbox, a Maildir, a mail, a report (XML, gzip, zip, tar …), a folder "
          "of any of these, - for standard input, or a folder on an IMAP server: "
          "imaps://user@host/Folder. The file type is detected from the content. Mail is read "
          "and never changed, unless --move-to or --mark-seen is given. Without SOURCE, every "
          "[[mailbox]] of the configuration is read.\n\n"
          "For 'dmarcq refusals' it also reads files that tell what became of your own mail: "
          "Salesforce's Email Log Files, Marketing Cloud's _Bounce and Bounces.csv, events of "
          "SES, SendGrid, Mailgun and Postmark as JSON, suppression lists as CSV, bounce mails, "
          "and with --map any other CSV. Recipients' addresses in them are forgotten after 90 "
          "days ([refusals] keep), and these files are not kept in the database.\n\n"
          "Each item ends as exactly one of stored, duplicate, not a report, problem; the "
          "closing line adds them up, and names delivery logs and bounces apart. Ingesting again is harmless and fast: reading resumes "
          "where the last run stopped, and the closing line says how many items were already "
          "known. Only one run at a time is allowed; a second one exits with 4. Items that "
          "could not be read are kept (see 'dmarcq problems'), and the exit code is then 3.\n\n"
          "FIELD of --map: email and date are needed; text (the receiver's words), code, type, "
          "state (refused, delayed, delivered …), stage, sender (MAIL FROM), from, message-id, "
          "ip (of the sending server), host (of the receiver), user. A comma, = or % in a "
          "column's name is written %2C, %3D, %25.",
      .groups = {{"FLAGS", ingest_flags}, {"IMAP", imap_flags}},
      .examples = {{"dmarcq ingest reports.mbox", "a mailbox export"},
                   {"dmarcq ingest ~/Maildir/.dmarc more/*.zip",
                    "a Maildir folder and some attachments"},
                   {"dmarcq ingest email-log.csv", "a delivery log of Salesforce"},
                   {"dmarcq ingest --map email=Email,date=Created sendgrid-bounces.csv",
                    "a table of bounces from anywhere"},
                   {"cat reports.mbox | dmarcq ingest - --quiet",
                    "from another program; quiet unless something is wrong"}},
      .most_operands = any_number,
      .run = run_ingest,
  });
  table.push_back({
      .name = "login",
      .summary = "Log in to a mailbox of Microsoft 365 or another OAuth 2 provider",
      .operands = "[NAME]",
      .about =
          "For a [[mailbox]] with a [mailbox.oauth2] of provider, tenant, client_id and "
          "refresh_token_file. It shows an address and a code (device authorization, RFC 8628): "
          "open the address in a browser on any machine, log in, and enter the code. The refresh "
          "token is then stored in refresh_token_file, readable by its owner only, and 'dmarcq "
          "ingest' gets its tokens with it. Run it as the user that runs 'dmarcq ingest'. NAME is "
          "the name of the mailbox, or its user; it may be left out if only one mailbox has "
          "[mailbox.oauth2].\n\n"
          "A client_secret_file alone (Microsoft 365) and a service_account_file (Google) need no "
          "login. Google gives no access to mail by a code: use a service account, or put a "
          "refresh token that was obtained otherwise into the file.",
      .groups = {},
      .examples = {{"dmarcq login reports", "the mailbox called reports"}},
      .most_operands = 1,
      .run = run_login,
  });
  table.push_back({
      .name = "summary",
      .summary = "How each domain stands: volume, pass, fail, policy",
      .operands = "[DOMAIN…]",
      .about =
          "One line per policy domain. A message passes DMARC if DKIM or SPF passes for a name "
          "aligned with its From domain, as the receiver evaluated it. Mail that passes by SPF "
          "only fails as soon as it is forwarded. The policy shown is the one that most "
          "reporters saw on the last complete day.",
      .groups = {{"FILTERS", summary_filters}, {"OUTPUT", summary_output}},
      .examples = {{"dmarcq summary", "all domains, all days"},
                   {"dmarcq summary example.com --since 30d",
                    "one domain and those below it, the last 30 days"},
                   {"dmarcq summary --format json", "for a program"}},
      .most_operands = any_number,
      .pages = true,
      .run = run_summary,
  });
  table.push_back({
      .name = "sources",
      .summary = "Who sends as my domain: one line per source",
      .about =
          "A source is an address together with the service that sends from it. The service is "
          "identified by the strongest evidence: authenticated (SPF or DKIM passed for a name "
          "of the service), learned (the address did so in other rows), network (a published "
          "range), claimed (an unproven name). With [geo] in the configuration, the network and "
          "the country of each address are shown beside it; neither is evidence.",
      .groups = {{"FILTERS", source_filters}, {"OUTPUT", source_output}},
      .examples = {{"dmarcq sources --failing --salesforce", "which Salesforce addresses fail"},
                   {"dmarcq sources --failing --domain example.com --since 30d",
                    "everything that fails DMARC as example.com"},
                   {"dmarcq sources --by service --sort -fail", "which services, worst first"},
                   {"dmarcq sources --ip 192.0.2.0/24 --format csv",
                    "one network, for a spreadsheet"}},
      .pages = true,
      .run = run_sources,
  });
  table.push_back({
      .name = "salesforce",
      .summary = "The Salesforce answer: routes, orgs, what to do",
      .operands = "[DOMAIN…]",
      .about =
          "For each domain: every route by which mail leaves Salesforce, its results, the orgs "
          "that send it, and what is wrong, written as a letter to the Salesforce administrator "
          "and the DNS administrator. Routes that have gone silent are named. Without --since "
          "it covers the last 30 days that have reports.\n\n"
          "An org is yours if you say so ('dmarcq senders add org') or if its mail has ever "
          "carried a valid signature of your domain.",
      .groups = {{"FILTERS", salesforce_filters},
                 {"LOOKUPS", dns_lookups},
                 {"OUTPUT", salesforce_output}},
      .examples = {{"dmarcq salesforce example.com", "one domain and those below it"},
                   {"dmarcq salesforce --since 12w", "all domains, twelve weeks"},
                   {"dmarcq salesforce example.com --format json", "for a program"}},
      .most_operands = any_number,
      .pages = true,
      .run = run_salesforce,
  });
  table.push_back({
      .name = "message",
      .summary = "Explain one mail: who sent it, what passed, what to repair",
      .operands = "FILE… | -",
      .about =
          "For a mail as its recipient saved it (\"show original\", .eml): which way it was sent and "
          "what proves that, SPF, DKIM and DMARC as the receiver found them and as they come out "
          "here, what broke a signature, the rules that Google, Yahoo and Microsoft have for "
          "senders, and what the stored reports say of the same stream. Authentication-Results are "
          "believed only where they are the receiver's own; name it with --authserv-id. Without "
          "--dns or --snapshot nothing is looked up: the body is checked against its signature, the "
          "signature itself is not. Nothing of the mail is stored.\n\n"
          "As JSON each mail is an object of its own, \"dmarcq.message/1\"; several are written "
          "one per line (NDJSON), and a mail that cannot be read is an error and has none.",
      .groups = {{"CHECKS", message_checks}, {"OUTPUT", message_output}},
      .examples = {{"dmarcq message mail.eml", "who sent it, and does it pass?"},
                   {"dmarcq message mail.eml --key key.txt", "with the key from a file"}},
      .least_operands = 1,
      .most_operands = any_number,
      .pages = true,
      .run = run_message,
  });
  table.push_back({
      .name = "refusals",
      .summary = "What delivery logs and bounces say: who refused mail, and why",
      .about =
          "Salesforce's Email Log Files, bounces of Marketing Cloud, bounce mails, events of SES, "
          "SendGrid, Mailgun and Postmark, once 'dmarcq ingest' has read them: what became of each "
          "mail in the end, the receiver's words sorted into classes, and what the aggregate "
          "reports of the same day say: proven DMARC (mail was rejected by policy), reputation or "
          "route (it passed), or refused before DMARC was looked at (no row). Then the causes and "
          "their repair. Recipients' addresses are never shown; --export writes lists for "
          "Salesforce by the Ids of an export.",
      .groups = {{"FILTERS", refusal_filters},
                 {"OUTPUT", refusal_output},
                 {"LISTS FOR SALESFORCE", refusal_lists}},
      .examples = {{"dmarcq refusals", "what was refused, and what to do"},
                   {"dmarcq refusals --by recipient-domain --since 60d", "by whom"},
                   {"dmarcq refusals --class AUTH_DMARC --format csv", "for a spreadsheet"},
                   {"dmarcq refusals --export suppress --objects contacts.csv",
                    "whom not to mail again, for Data Loader"}},
      .pages = true,
      .run = run_refusals,
  });
  table.push_back({
      .name = "failures",
      .summary = "What failure reports tell of single mails that failed",
      .operands = "[DOMAIN…]",
      .about =
          "A failure report (RFC 6591, the ruf of a DMARC record) is about one mail, and tells what "
          "aggregate reports cannot: its header, and so the org and the feature of Salesforce, the "
          "journey or the mailing list that it came from. Each source is shown with what the "
          "aggregate reports of the same days, and of a day more on both sides, say of it. Anyone "
          "can write a header and send such a report; (claimed) marks a sender, an org or a "
          "category that nothing else proves.\n\n"
          "Few receivers send them: Google, Microsoft and Yahoo do not. That there are none proves "
          "nothing. Complaints of feedback loops come to the same mailbox and are counted apart. "
          "Subjects, headers and whole addresses are shown only where the configuration lets them "
          "be stored, and bodies never are.",
      .groups = {{"FILTERS", failure_filters}, {"OUTPUT", failure_output}},
      .examples = {{"dmarcq failures", "which sources, and who they are"},
                   {"dmarcq failures example.com --by category --since 30d",
                    "which features of Salesforce send what fails"},
                   {"dmarcq failures --examples 3", "three single reports"},
                   {"dmarcq failures --by org --format csv", "for a spreadsheet"}},
      .most_operands = any_number,
      .pages = true,
      .run = run_failures,
  });
  table.push_back({
      .name = "tls",
      .summary = "TLS of incoming mail: what fails, who repairs it, MTA-STS",
      .operands = "[DOMAIN…]",
      .about =
          "TLS reports (RFC 8460) tell how other people's connections to the hosts that receive a "
          "domain's mail went. For each domain: sessions, failures, what each result means and "
          "who repairs it, and whether one reporter saw it (its problem, or the way to it) or all "
          "(yours). Then whether its MTA-STS policy can be enforced: ready, not ready, or too "
          "little data. That needs reports on 14 of the last 28 days by two reporters, a "
          "policy in mode testing or enforce, and two weeks without failures, but for less than "
          "1 % of the sessions of one reporter. With --dns, the policy that reporters saw is held "
          "against what is published now.\n\n"
          "Anyone can send such reports on any domain. Only reporters whose mail comes as from "
          "their own domain, on three days or more, have a say in that; the others are named.",
      .groups = {{"FILTERS", tls_filters}, {"LOOKUPS", tls_lookups}, {"OUTPUT", tls_output}},
      .examples = {{"dmarcq tls", "all domains: what fails, and who repairs it"},
                   {"dmarcq tls example.com --by mx --since 30d", "which host fails"},
                   {"dmarcq tls --format csv", "for a spreadsheet"}},
      .most_operands = any_number,
      .pages = true,
      .run = run_tls,
  });
  table.push_back({
      .name = "explain",
      .summary = "Why a source is identified as it is, step by step",
      .operands = "IP | DOMAIN",
      .about = "For an address, a network, or a domain in From, SPF or DKIM: who sent the mail and "
               "on what evidence, which other identifications were rejected and why, which way the "
               "mail came, what is wrong, and the rows that show it.",
      .groups = {{"FILTERS", salesforce_filters},
                 {"LOOKUPS", dns_lookups},
                 {"OUTPUT", explain_output}},
      .examples = {{"dmarcq explain 13.110.6.10", "an address"},
                   {"dmarcq explain amazonses.com", "a name that mail was authenticated with"},
                   {"dmarcq explain example.com --since 30d", "all who send as a domain"}},
      .least_operands = 1,
      .most_operands = 1,
      .pages = true,
      .run = run_explain,
  });
  table.push_back({
      .name = "report",
      .summary = "A page for stakeholders: verdict, reasons, next steps",
      .about =
          "A single HTML file without scripts or external requests, for a browser or for print. "
          "It begins with four figures, the verdict and at most three actions; the appendix is "
          "folded away and not printed. Without --since it covers the days that 'dmarcq "
          "readiness' judges; with --since it ends yesterday, so that a silence shows. The "
          "verdict is as of today, or of the day after --until.\n\n"
          "With --each, -o names a folder: it gets an index of all domains, most urgent first, "
          "and a page for each. Only files that changed are written; pages of domains that are "
          "gone are removed. --each --eml DIR writes a mail for each client to its mail_to "
          "([[client]] in the configuration), with a page of its own domains only.\n\n"
          "With --eml it writes a mail for 'sendmail -t': a short version as text and simple "
          "HTML, with the whole page attached. A period without reports produces a mail that "
          "says so, so its arrival is a sign of life. dmarcq itself never sends mail.",
      .groups = {{"FILTERS", page_filters},
                 {"OUTPUT", page_output},
                 {"MAIL", page_mail},
                 {"DNS", dns_lookups}},
      .examples = {{"dmarcq report -o report.html", "all domains, the days that readiness judges"},
                   {"dmarcq report -o report.html --domain example.com --since 12w",
                    "one domain, twelve weeks"},
                   {"dmarcq report --each -o site", "an index, and a page for each domain"},
                   {"dmarcq report --eml w.eml --since 7d --from a@example.com --to b@example.com",
                    "the week's mail, then: sendmail -t < w.eml"}},
      .run = run_report,
  });
  table.push_back({
      .name = "reports",
      .summary = "The stored reports, and how far each can be trusted",
      .about =
          "All stored reports, including those dated in the future. Such a report comes from a "
          "wrong clock or is forged; other commands leave it out unless --until includes it. The "
          "newest come first. Messages, pass and fail are those of the whole report, or, of a "
          "domain below the report's own (--domain) or an address (--ip), only of those rows.\n\n"
          "Anyone can send a report. Trust says who sent it. Verified: a receiver named by "
          "authserv_id found that DMARC passed for a domain of the reporter, or its DKIM "
          "signature verified (ingest --dns). Plausible: it claims to come from that domain, "
          "and nothing contradicts it. Unverified: a file, or a mail from elsewhere. "
          "Contradictory: DMARC passed for somebody else, or failed according to authserv_id. "
          "Once authserv_id names a receiver, unverified reports are attributed to whoever sent "
          "them, never to the reporter that they name, and teach nothing. Among documents that "
          "claim to be the same report, a verified one always wins.",
      .groups = {{"FILTERS", reports_filters}, {"OUTPUT", reports_output}},
      .examples = {{"dmarcq reports --since 7d", "reports on the last week"},
                   {"dmarcq reports --reporter google.com --sort -messages",
                    "Google's reports, largest first"},
                   {"dmarcq reports --failing --since 7d", "which reports the failures are from"},
                   {"dmarcq reports --suspicious", "which may be forged, and why"}},
      .pages = true,
      .run = run_reports,
  });
  table.push_back({
      .name = "reports show",
      .summary = "One report with every field and record",
      .operands = "ID",
      .about = "ID is the number in 'dmarcq reports', or the report ID given by the reporter.",
      .groups = {{"OUTPUT", only_format}},
      .examples = {{"dmarcq reports show 1", "for reading"},
                   {"dmarcq reports show 1 --format json",
                    "every field, as in 'dmarcq db export'"}},
      .least_operands = 1,
      .most_operands = 1,
      .pages = true,
      .run = run_reports_show,
  });
  table.push_back({
      .name = "reports distrust",
      .summary = "Exclude reports from every answer; what they displaced counts",
      .operands = "ID…",
      .about = "ID is the number in 'dmarcq reports'. The report stays in the database, so that "
               "another copy is recognized, but it no longer counts anywhere.",
      .groups = {},
      .examples = {{"dmarcq reports distrust 1", "a forged one"},
                   {"dmarcq reports distrust 1 2", "two at once"}},
      .least_operands = 1,
      .most_operands = any_number,
      .run = run_reports_distrust,
  });
  table.push_back({
      .name = "reports trust",
      .summary = "Count distrusted reports again",
      .operands = "ID…",
      .groups = {},
      .examples = {{"dmarcq reports trust 1", "reverses 'dmarcq reports distrust 1'"}},
      .least_operands = 1,
      .most_operands = any_number,
      .run = run_reports_trust,
  });
  table.push_back({
      .name = "reports remove",
      .summary = "Delete reports, as if they had never come",
      .operands = "ID…",
      .about = "If such a report arrives again, it is stored again; to get rid of a forged one, "
               "distrust it instead.",
      .groups = {},
      .examples = {{"dmarcq reports remove 1", "also deletes its mail, if that held nothing else"}},
      .least_operands = 1,
      .most_operands = any_number,
      .run = run_reports_remove,
  });
  table.push_back({
      .name = "problems list",
      .summary = "What could not be read, and why",
      .groups = {{"FILTERS", problems_filters}, {"OUTPUT", problems_output}},
      .examples = {{"dmarcq problems list", "open problems"},
                   {"dmarcq problems list --reason truncated", "cut-off attachments only"},
                   {"dmarcq problems list --not-a-report",
                    "mail that was skipped: is a report among it?"}},
      .pages = true,
      .run = run_problems_list,
  });
  table.push_back({
      .name = "problems show",
      .summary = "One problem, or the bytes of its item",
      .operands = "ID",
      .groups = {{"OUTPUT", problem_flags}},
      .examples = {{"dmarcq problems show 1", "what is known about it"},
                   {"dmarcq problems show 1 --raw > item.eml", "the mail as it was found"}},
      .least_operands = 1,
      .most_operands = 1,
      .pages = true,
      .run = run_problems_show,
  });
  table.push_back({
      .name = "problems retry",
      .summary = "Retry what was kept; what succeeds disappears",
      .operands = "[ID…]",
      .about = "Without ID, all open problems are tried. Useful after an update of the program, or "
               "after raising limits in the configuration. What is not kept (more than 16 MiB; "
               "delivery logs and bounces, since they name recipients) is read again by 'dmarcq "
               "ingest'.",
      .groups = {{"FLAGS", retry_flags}},
      .examples = {{"dmarcq problems retry", "all of them"}},
      .most_operands = any_number,
      .run = run_problems_retry,
  });
  table.push_back({
      .name = "problems dismiss",
      .summary = "Mark problems as seen and not of interest",
      .operands = "ID…",
      .groups = {},
      .examples = {{"dmarcq problems dismiss 1", "it is no longer listed or retried"}},
      .least_operands = 1,
      .most_operands = any_number,
      .run = run_problems_dismiss,
  });
  table.push_back({
      .name = "db info",
      .summary = "Figures about the database",
      .groups = {{"OUTPUT", only_format}},
      .examples = {{"dmarcq db info", "size, span of days, reports, items by outcome"}},
      .run = run_db_info,
  });
  table.push_back({
      .name = "db check",
      .summary = "Prove that nothing was lost or counted twice",
      .about = "Checks the file, that the items add up by outcome, and that the messages of all "
               "records add up to those of the reports. Exits with 5 if anything does not hold.",
      .groups = {{"OUTPUT", only_format}},
      .examples = {{"dmarcq db check", "ok, or everything that does not hold"}},
      .run = run_db_check,
  });
  table.push_back({
      .name = "db export",
      .summary = "Every stored report as JSON, one per line",
      .groups = {{"FILTERS", summary_filters}, {"OUTPUT", export_output}},
      .examples = {{"dmarcq db export > reports.ndjson", "all that is stored"},
                   {"dmarcq db export --domain example.com --since 30d", "some of it"},
                   {"dmarcq db export --kind tls", "TLS reports, in their own form"}},
      .run = run_db_export,
  });
  table.push_back({
      .name = "db backup",
      .summary = "Copy the database, even while it is in use",
      .operands = "FILE",
      .groups = {},
      .examples = {{"dmarcq db backup backup.db", "a new file, whole and consistent"}},
      .least_operands = 1,
      .most_operands = 1,
      .run = run_db_backup,
  });
  table.push_back({
      .name = "db restore",
      .summary = "Replace the database with a backup",
      .operands = "FILE",
      .about = "The backup is checked first. The current database is kept beside the new one, with "
               ".before-restore appended to its name.",
      .groups = {},
      .examples = {{"dmarcq db restore backup.db",
                    "back to that day; the next ingest adds what came since"}},
      .least_operands = 1,
      .most_operands = 1,
      .run = run_db_restore,
  });
  table.push_back({
      .name = "db archive",
      .summary = "Move the details of old months into compressed files",
      .about =
          "Writes the reports of each month, as 'dmarcq db export' does, to "
          "reports-YYYY-MM.ndjson.gz in the folder, reads the file back, and then deletes "
          "these rows from the database. Totals stay, as with 'dmarcq db prune'. Documents that "
          "do not count (duplicates, conflicts, distrusted ones) stay until they are pruned. "
          "After a crash a month may be in two files, and nothing is missing. "
          "The files are for DuckDB, jq and the like, and for an object store.",
      .groups = {{"FLAGS", archive_flags}},
      .examples = {{"dmarcq db archive --older-than 13mo -o /srv/dmarcq-archive",
                    "keep a year of details at hand"}},
      .run = run_db_archive,
  });
  table.push_back({
      .name = "db copy",
      .summary = "Copy everything into another database, of a server or a file",
      .about =
          "From a file to a PostgreSQL server, back, or to another file: reports, items, "
          "problems, delivery events, senders, notes, alerts, and how far mailboxes were read. "
          "What is stored while it copies is not in the copy. A copy that was stopped goes on "
          "when the command is run again; until it is whole, 'dmarcq ingest' stores nothing in "
          "it. At the end the exports of both are compared by their SHA-256; exits with 5 if "
          "they differ.",
      .groups = {{"FLAGS", copy_flags}},
      .examples = {{"dmarcq db copy --to postgresql://dmarcq@db.example.com/dmarcq",
                    "move to a server; then name it in the configuration"},
                   {"dmarcq --db postgresql:///dmarcq db copy --to dmarcq.db", "and back"}},
      .run = run_db_copy,
  });
  table.push_back({
      .name = "db prune",
      .summary = "Delete the details of old days, keep their totals",
      .about = "Deletes the rows of days before the given one. The figures of the reports and the "
               "daily totals stay, so 'dmarcq summary' still covers those days and an old report "
               "that arrives again is recognized. With --all these are deleted too, as if the "
               "reports had never come: if they arrive again, they are stored again. Events of "
               "delivery logs of those days are deleted too. 'dmarcq db vacuum' shrinks the "
               "file.\n\n"
               "Recipients' addresses of delivery logs are forgotten after 90 days ([refusals] "
               "keep), by every 'dmarcq ingest' and here: without --older-than, nothing else is "
               "done. Of recipients and envelope senders only the domains stay.",
      .groups = {{"FLAGS", prune_flags}},
      .examples = {{"dmarcq db prune --older-than 24mo",
                    "keep two years of details and all totals"},
                   {"dmarcq db prune", "only forget addresses that are due"}},
      .run = run_db_prune,
  });
  table.push_back({
      .name = "db vacuum",
      .summary = "Shrink the file to the size of its contents",
      .groups = {},
      .examples = {{"dmarcq db vacuum", "temporarily needs as much free space again"}},
      .run = run_db_vacuum,
  });
  table.push_back({
      .name = "readiness",
      .summary = "Can the policy move to quarantine or reject?",
      .operands = "[DOMAIN]",
      .about =
          "Judges each of your senders, including the small ones, over the complete days of the "
          "window. Forwarded mail, mailing lists, other parties' mail and spoofed mail are "
          "taken out and shown separately. The answer is ready, not ready, or too little data; "
          "it comes with the blockers, how to fix them, what the policy would have done to the "
          "stored mail, and the record to publish next.\n\n"
          "Without a domain, all of them are judged, one line each: policy, verdict, what blocks "
          "most, messages, and what the next record asks. Those that need attention come first: "
          "own mail that is refused, what is to be repaired, domains without reports, records "
          "that may be published. With --format json, each domain is one object on one line, "
          "the same as with DOMAIN.\n\n"
          "The thresholds are opinions; you can change each in the configuration (section "
          "[readiness], see --explain). A single reporter never decides the verdict.",
      .groups = {{"FLAGS", readiness_flags},
                 {"WHAT IF", what_if_flags},
                 {"OUTPUT", readiness_output}},
      .examples = {{"dmarcq readiness", "which domains need attention, which may move?"},
                   {"dmarcq readiness example.com", "is the next step safe?"},
                   {"dmarcq readiness example.com --to reject --what-if p=reject,adkim=s",
                    "and with strict DKIM alignment?"},
                   {"dmarcq readiness example.com --fixed core-no-dkim",
                    "and if Salesforce signed?"}},
      .least_operands = 0,
      .most_operands = 1,
      .pages = true,
      .run = run_readiness,
  });
  table.push_back({
      .name = "compare",
      .summary = "Did the change help? Before and after, by sender",
      .operands = "DOMAIN",
      .about =
          "Compares the pass rates of each sender before and after a change, and says whether "
          "the difference is more than noise (two-proportion z-test). With --at, two weeks on "
          "either side are compared (--days); the day of the change and the next day are left "
          "out, as are reports whose window overlaps them. Notes on these days are shown. Both "
          "sides must have reports.",
      .groups = {{"FLAGS", compare_flags}, {"OUTPUT", only_format}},
      .examples = {{"dmarcq compare example.com --before 17d..4d --after 3d..today",
                    "compare these periods"}},
      .least_operands = 1,
      .most_operands = 1,
      .pages = true,
      .run = run_compare,
  });
  table.push_back({
      .name = "check",
      .summary = "Is there news? For cron; exits with 1 if so",
      .about = check_about(),
      .groups = {{"FLAGS", check_flags}, {"LOOKUPS", dns_lookups}, {"OUTPUT", check_output}},
      .examples = {{"dmarcq check", "what is new since the last check"},
                   {"dmarcq check --all --format json", "all open alerts, for a program"},
                   {"dmarcq check --mail --from dmarcq@example.com --to you@example.com",
                    "as a mail: pipe it to 'sendmail -t'"},
                   {"dmarcq check --mail --from dmarcq@example.com -o outbox",
                    "one mail per client, to its mail_to"}},
      .run = run_check,
  });
  table.push_back({
      .name = "dns check",
      .summary = "Check a domain's DNS: DMARC, SPF, DKIM and more",
      .operands = "DOMAIN…",
      .about =
          "Asks DNS what is published for each domain and names every fault: the DMARC record by "
          "RFC 7489 and by the tree walk of RFC 9989, permission of external report addresses, "
          "the SPF tree with its look-ups, DKIM keys, MX, MTA-STS, TLS-RPT and BIMI. If there is "
          "a database, the last 30 days of reports are compared with it: DKIM selectors come "
          "from there, and includes that no sender needs and senders that SPF does not permit "
          "are named.\n\n"
          "With --snapshot, a file answers instead of DNS. What DNS did not answer is unknown, "
          "never missing. Exits with 6 if there was no answer at all.",
      .groups = {{"FLAGS", dns_check_flags},
                 {"DNS", dns_source_flags},
                 {"OUTPUT", dns_check_output}},
      .examples = {{"dmarcq dns check example.com --snapshot dns.snap",
                    "from a file: repeatable, and without network"},
                   {"dmarcq dns check example.com --snapshot dns.snap --address 192.0.2.9",
                    "and what SPF says of one address"},
                   {"dmarcq dns check example.com --snapshot dns.snap --format json",
                    "for a program"}},
      .least_operands = 1,
      .most_operands = any_number,
      .pages = true,
      .run = run_dns_check,
  });
  table.push_back({
      .name = "dns fetch",
      .summary = "Save what 'dns check' asks DNS, for later or elsewhere",
      .operands = "DOMAIN…",
      .about = "Prints every answer that 'dmarcq dns check' and 'dmarcq dns flatten' need, one "
               "record per line. 'dmarcq dns check --snapshot' then gives the same answer as DNS "
               "did. Give both commands the same --selector, --address and --db.",
      .groups = {{"FLAGS", dns_fetch_flags}, {"DNS", dns_source_flags}},
      .examples = {{"dmarcq dns fetch example.com --snapshot dns.snap > snap",
                    "from DNS without --snapshot"}},
      .least_operands = 1,
      .most_operands = any_number,
      .run = run_dns_fetch,
  });
  table.push_back({
      .name = "dns flatten",
      .summary = "An SPF record with addresses in place of its includes",
      .operands = "DOMAIN",
      .about =
          "Prints the record and helper records of at most 450 bytes, and proves that they give "
          "every address the same result, look-up limits apart. Terms whose addresses cannot be "
          "listed stay, such as include:_spf.salesforce.com. A flattened record breaks when a provider changes its "
          "addresses: run --check daily. Dropping unused includes is better ('dmarcq dns "
          "check').\n\n"
          "Exits with 1 if the record cannot be flattened, or with --check if it differs.",
      .groups = {{"FLAGS", dns_flatten_flags}, {"DNS", dns_source_flags}},
      .examples = {{"dmarcq dns flatten example.com --snapshot dns.snap", "the records to publish"},
                   {"dmarcq dns flatten example.com --snapshot dns.snap --check flat.zone",
                    "for cron: has a provider changed its addresses?"}},
      .least_operands = 1,
      .most_operands = 1,
      .run = run_dns_flatten,
  });
  table.push_back({
      .name = "dns blocklist",
      .summary = "Is an address or domain on a block list?",
      .operands = "IP | DOMAIN…",
      .about =
          "Asks the block lists of the configuration ([dns] blocklists) or --list; none by "
          "default. The test points of each list are asked first: if they do not answer as they "
          "should, or the list refuses your resolver (127.255.255.x), nothing follows. At most "
          "100 addresses and domains at once. 'Not listed' proves little: many gateways use "
          "lists of their own.",
      .groups = {{"FLAGS", dns_blocklist_flags},
                 {"DNS", dns_source_flags},
                 {"OUTPUT", dns_blocklist_output}},
      .examples = {{"dmarcq dns blocklist 192.0.2.9 --list bl.example.net --snapshot dns.snap",
                    "one address, one list"}},
      .least_operands = 1,
      .most_operands = any_number,
      .run = run_dns_blocklist,
  });
  table.push_back({
      .name = "senders add",
      .summary = "Say what reports cannot: whose an org or address is",
      .operands = "KIND VALUE…",
      .about =
          "Your word overrides all evidence. KIND is one of\n\n"
          "org: a Salesforce org ID, yours or not; network: addresses that send for you; "
          "spf-domain, dkim-domain: mail that passes for this domain or below; dkim-selector: "
          "mail signed with this selector; mailing-list: a domain or network of a list; relay: "
          "a network or service that relays your mail (Salesforce Email Relay); no-mail: a "
          "domain that sends no mail; verified: a domain that is verified in Salesforce.\n\n"
          "With --foreign, an org, network, spf-domain, dkim-domain or dkim-selector belongs to "
          "somebody else: mail that matches it and that nothing of yours authenticates is no "
          "longer an open question. An entry of the same kind and value is replaced.",
      .groups = {{"FLAGS", sender_flags}},
      .examples =
          {{"dmarcq senders add org 00D5f000004KsTrEAK --ours", "this Salesforce org is yours"},
           {"dmarcq senders add network 203.0.113.25 --name Warehouse", "a server of your own"},
           {"dmarcq senders add relay 198.51.100.0/24", "Salesforce mail goes out through these"},
           {"dmarcq senders add no-mail example.net", "all mail from example.net is spoofed"},
           {"dmarcq senders add spf-domain parcel.example --foreign",
            "mail that passes only for this domain is not yours"}},
      .least_operands = 2,
      .most_operands = 1000,
      .run = run_senders_add,
  });
  table.push_back({
      .name = "senders list",
      .summary = "What you said about senders",
      .groups = {{"OUTPUT", only_format}},
      .examples = {{"dmarcq senders list", "all entries"},
                   {"dmarcq senders list --format csv", "as 'dmarcq senders import' reads it"}},
      .pages = true,
      .run = run_senders_list,
  });
  table.push_back({
      .name = "senders remove",
      .summary = "Remove an entry",
      .operands = "ID | [KIND] VALUE",
      .groups = {},
      .examples = {{"dmarcq senders remove org 00D5f000004KsTrEAK", "by kind and value"}},
      .least_operands = 1,
      .most_operands = 2,
      .run = run_senders_remove,
  });
  table.push_back({
      .name = "senders import",
      .summary = "Read entries from a CSV or TSV file; all or none",
      .operands = "FILE",
      .about = "The first line names the columns: kind and value, and any of name, service, route, "
               "ours (yes, no), since. Every invalid line is reported with its number, and then "
               "nothing is imported. - is standard input.",
      .groups = {},
      .examples = {{"cat senders.csv | dmarcq senders import -", "from another program"},
                   {"dmarcq senders import senders.csv", "a file"}},
      .least_operands = 1,
      .most_operands = 1,
      .run = run_senders_import,
  });
  table.push_back({
      .name = "note",
      .summary = "Keep a change log: what changed on which day",
      .operands = "DAY TEXT…",
      .about = "'compare', 'summary' and the page show the notes on their days.",
      .groups = {{"FLAGS", note_flags}},
      .examples = {{"dmarcq note 2026-10-01 DKIM key sf1 activated", "for all domains"},
                   {"dmarcq note yesterday p=quarantine published --domain example.com",
                    "for one"}},
      .least_operands = 2,
      .most_operands = any_number,
      .run = run_note,
  });
  table.push_back({
      .name = "note list",
      .summary = "The change log",
      .groups = {{"FILTERS", note_list_flags}, {"OUTPUT", only_format}},
      .examples = {{"dmarcq note yesterday Started && dmarcq note list", "all notes, by day"}},
      .pages = true,
      .run = run_note_list,
  });
  table.push_back({
      .name = "note remove",
      .summary = "Remove a note from the change log",
      .operands = "ID",
      .groups = {},
      .examples = {{"dmarcq note yesterday Mistake && dmarcq note remove 1",
                    "ID is the number in 'dmarcq note list'"}},
      .least_operands = 1,
      .most_operands = 1,
      .run = run_note_remove,
  });
  table.push_back({
      .name = "sql",
      .summary = "Query in SQL what no other command answers",
      .operands = "[SELECT]",
      .about =
          "One SELECT in the database's dialect (SQLite's, or PostgreSQL's) over the views v_reports, v_records, v_days, "
          "v_problems, v_senders, v_notes. Without SELECT, the views and their columns are "
          "listed. Nothing can be written. The tables behind the views can be read too, but "
          "change with every release.",
      .groups = {{"OUTPUT", sql_output}},
      .examples = {{"dmarcq sql", "the views, and what their columns mean"},
                   {"dmarcq sql 'select day, sum(dmarc_fail) from v_days group by day'",
                    "failures by day"},
                   {"dmarcq sql 'select * from v_records limit 9' --format csv",
                    "records, for a spreadsheet"}},
      .most_operands = any_number,
      .pages = true,
      .run = run_sql,
  });
  table.push_back({
      .name = "config show",
      .summary = "Every setting in effect",
      .about = "Flags override the environment, which overrides the configuration file, which "
               "overrides the defaults. Unknown keys in the file are errors here too.",
      .groups = {{"OUTPUT", config_output}},
      .examples = {{"dmarcq config show", "settings in effect"},
                   {"dmarcq config show --origin", "with the origin of each value"}},
      .pages = true,
      .run = run_config_show,
  });
  table.push_back({
      .name = "help",
      .summary = "This overview, or help on a command",
      .operands = "[COMMAND]",
      .groups = {{"OUTPUT", help_output}},
      .examples = {{"dmarcq help sources", "what 'sources' answers, its flags, examples"},
                   {"dmarcq help --man > dmarcq.1", "all of it as a man page"}},
      .most_operands = 3,
      .pages = true,
      .run = run_help,
  });
  table.push_back({
      .name = "completion",
      .summary = "A completion script for bash, zsh or fish",
      .operands = "SHELL",
      .about =
          "The packages install these. Without a package: bash sources the script; zsh needs it "
          "as _dmarcq in a folder of $fpath, fish as dmarcq.fish in ~/.config/fish/completions.\n\n"
          "'dmarcq completion domains' prints the domains of the database, which the scripts "
          "offer; nothing where there is none.",
      .groups = {},
      .examples = {{"dmarcq completion bash > dmarcq.bash", "then: source dmarcq.bash"},
                   {"dmarcq completion fish > dmarcq.fish", "for ~/.config/fish/completions"}},
      .least_operands = 1,
      .most_operands = 1,
      .run = run_completion,
  });
  table.push_back({
      .name = "version",
      .summary = "Versions of the program and of the data it judges by",
      .groups = {{"OUTPUT", only_format}},
      .examples = {{"dmarcq --version",
                    "includes the dates of the sender catalogue and suffix list"}},
      .run = run_version,
  });
  for (Command& command : table) {
    const auto is_listing = [](const Flag& flag) {
      return flag.choices.find(format_flag.choices) != std::string_view::npos;
    };
    if (std::ranges::any_of(command.groups, [&](const FlagGroup& group) {
          return std::ranges::any_of(group.flags, is_listing);
        }))
      command.groups.push_back({"CSV", csv_flags});
  }
  return table;
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> table = make_commands();
  return table;
}

std::span<const Flag> global_flags() { return global; }

const Command* find_command(std::string_view name) {
  for (const Command& command : commands())
    if (command.name == name) return &command;
  return nullptr;
}

std::vector<const Command*> commands_below(std::string_view word) {
  std::vector<const Command*> found;
  for (const Command& command : commands())
    if (command.name.size() > word.size() && command.name.starts_with(word) &&
        command.name[word.size()] == ' ')
      found.push_back(&command);
  return found;
}

}  // namespace dmarcq
