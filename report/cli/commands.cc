// SPDX-License-Identifier: MIT
#include <algorithm>

#include "report/cli/cmd.h"
#include "report/cli/command.h"

namespace dmarcq {
namespace {

// One place for what a flag is called and means: a flag that several commands have is the same
// flag.
constexpr Flag format_flag{.name = "--format",
                           .value = "FORMAT",
                           .help = "how to show the answer",
                           .choices = "table|plain|json|ndjson|csv|tsv|markdown"};
constexpr Flag csv_flags[] = {
    {.name = "--csv-safe",
     .help =
         "in CSV and TSV, texts that a spreadsheet would run as a formula get an apostrophe; this is the default"},
    {.name = "--csv-raw", .help = "leave them as they are: for programs"},
};
constexpr Flag exit_code_flag{.name = "--exit-code",
                              .help = "end with 1 when there is something to show"};
constexpr Flag domain_flag{
    .name = "--domain", .value = "D", .help = "this domain and those below it", .repeatable = true};
constexpr Flag since_flag{
    .name = "--since",
    .value = "DAY",
    .help = "from this UTC day on: 2026-10-01, or 30d, 12w, 6mo, 1y before today"};
constexpr Flag until_flag{
    .name = "--until", .value = "DAY", .help = "up to and including this UTC day"};
constexpr Flag reporter_flag{.name = "--reporter",
                             .value = "NAME",
                             .help = "as seen by this reporter (org_name)",
                             .repeatable = true};
constexpr Flag trusted_flag{
    .name = "--trusted-only",
    .help = "without reports that nothing shows to be by their reporter: see 'dmarcq reports'"};
constexpr Flag limit_flag{.name = "--limit", .value = "N", .help = "show the first N only"};
constexpr Flag dns_flag{
    .name = "--dns",
    .help = "ask DNS for the keys of DKIM signatures of report mails; else nothing is asked"};
constexpr Flag snapshot_flag{
    .name = "--snapshot",
    .value = "FILE",
    .help = "find these keys in a file: a zone, or what dig +noall +answer prints"};
constexpr Flag verbose_flag{
    .name = "--verbose", .help = "say more: every fault, every source", .letter = "-v"};

constexpr Flag global[] = {
    {.name = "--db",
     .value = "FILE",
     .help = "the database; else DMARCQ_DB, the configuration, or $XDG_DATA_HOME/dmarcq/dmarcq.db"},
    {.name = "--config",
     .value = "FILE",
     .help = "the configuration; else DMARCQ_CONFIG, or $XDG_CONFIG_HOME/dmarcq/config.toml"},
    {.name = "--color",
     .value = "WHEN",
     .help = "colour; NO_COLOR is honoured",
     .choices = "auto|always|never"},
    {.name = "--no-pager",
     .help = "do not show long answers with DMARCQ_PAGER, PAGER or less; only done on a terminal"},
    {.name = "--quiet", .help = "only errors, no progress, no advice", .letter = "-q"},
    {.name = "--help", .help = "help on the command", .letter = "-h"},
    {.name = "--version", .help = "versions of the program and its data", .letter = "-V"},
};

constexpr Flag ingest_flags[] = {
    {.name = "--jobs",
     .value = "N",
     .help = "worker threads; the default is one for each core",
     .letter = "-j"},
    {.name = "--reread",
     .help = "read again what is known from an earlier run, and parse it again"},
    {.name = "--authserv-id",
     .value = "ID",
     .help =
         "who receives your mail, as in its Authentication-Results; else authserv_id of the configuration",
     .repeatable = true},
    dns_flag,
    snapshot_flag,
    verbose_flag,
    format_flag,
    {.name = "--log-format",
     .value = "FORMAT",
     .help = "json: every message, and the result, as a line of JSON on standard error",
     .choices = "text|json"},
};
constexpr Flag imap_flags[] = {
    {.name = "--password-file",
     .value = "FILE",
     .help = "its first line is the password; else DMARCQ_IMAP_PASSWORD"},
    {.name = "--password-command", .value = "CMD", .help = "prints the password"},
    {.name = "--token-command",
     .value = "CMD",
     .help = "prints an OAuth 2 token (XOAUTH2: Gmail, Microsoft 365)"},
    {.name = "--move-to",
     .value = "FOLDER",
     .help = "move mails whose reports are stored; the others stay"},
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
    {.name = "--ip", .value = "CIDR", .help = "this address or network", .repeatable = true},
    {.name = "--service",
     .value = "NAME",
     .help = "this sender, by any part of its name",
     .repeatable = true},
    {.name = "--route",
     .value = "ROUTE",
     .help = "this way through Salesforce",
     .choices =
         "core|marketing-cloud|account-engagement|marketing-cloud-next|email-relay|unspecified",
     .repeatable = true},
    {.name = "--salesforce",
     .help = "Salesforce only, by whatever route; an unproven name is not enough"},
    {.name = "--failing", .help = "only sources with mail that fails DMARC"},
    {.name = "--passing", .help = "only sources all of whose mail passes"},
    trusted_flag,
};
constexpr Flag source_output[] = {
    {.name = "--by",
     .value = "WHAT",
     .help = "one line for each of these instead",
     .choices = "ip|service|route|subnet|domain|reporter|day"},
    {.name = "--sort",
     .value = "KEY",
     .help = "order by this; -KEY reverses",
     .choices = "messages|fail|pass|ip|service|route|reporters|first|last"},
    {.name = "--disagreements",
     .help = "instead: where reporters' verdicts differ from their own raw results"},
    limit_flag,
    exit_code_flag,
    format_flag,
};

constexpr Flag summary_filters[] = {domain_flag, since_flag, until_flag, reporter_flag};
constexpr Flag summary_output[] = {
    {.name = "--sort",
     .value = "KEY",
     .help = "order by this; -KEY reverses",
     .choices = "domain|messages|fail|reporters"},
    limit_flag,
    {.name = "--flows",
     .help = "judge flows and routes also of more than 250,000 records, which takes seconds"},
    {.name = "--exit-code", .help = "end with 1 when mail fails DMARC"},
    format_flag,
};

constexpr Flag salesforce_filters[] = {domain_flag, since_flag, until_flag, reporter_flag};
constexpr Flag salesforce_output[] = {
    {.name = "--exit-code", .help = "end with 1 when Salesforce mail fails DMARC"},
    format_flag,
};

constexpr Flag sender_flags[] = {
    {.name = "--name", .value = "NAME", .help = "your own word for the sender"},
    {.name = "--service",
     .value = "NAME",
     .help = "the service that it is, as 'dmarcq sources' names it"},
    {.name = "--route",
     .value = "ROUTE",
     .help = "the way through Salesforce",
     .choices = "core|marketing-cloud|account-engagement|marketing-cloud-next|email-relay"},
    {.name = "--ours", .help = "it is yours; this is the default"},
    {.name = "--foreign",
     .help =
         "an org, network, envelope or signing domain is not yours: its mail raises no question"},
    {.name = "--since",
     .value = "DAY",
     .help = "the day on which the domain was verified; else today"},
};

constexpr Flag explain_output[] = {
    {.name = "--limit",
     .value = "N",
     .help = "show the N readings with most messages; the default is 8"},
    {.name = "--format",
     .value = "FORMAT",
     .help = "how to show the answer",
     .choices = "table|json"}};

constexpr Flag reports_filters[] = {
    domain_flag,
    since_flag,
    until_flag,
    reporter_flag,
    trusted_flag,
    {.name = "--suspicious",
     .help = "only those that look as if they were not by their reporter, or not true, with why"},
    {.name = "--distrusted", .help = "instead: those that 'dmarcq reports distrust' took out"},
};
constexpr Flag reports_output[] = {
    {.name = "--sort",
     .value = "KEY",
     .help = "order by this; -KEY reverses",
     .choices = "id|begin|end|reporter|domain|records|messages"},
    limit_flag,
    format_flag,
};

constexpr Flag sql_output[] = {limit_flag, format_flag};
constexpr Flag config_output[] = {
    {.name = "--origin",
     .help = "where each value comes from: flag, variable, file and line, or built in"},
    format_flag};
constexpr Flag help_output[] = {{.name = "--man", .help = "the man page dmarcq(1), for man -l"}};
constexpr Flag page_filters[] = {domain_flag, since_flag, until_flag};
constexpr Flag page_output[] = {
    {.name = "--output",
     .value = "FILE",
     .help = "write the page here; - is standard output",
     .letter = "-o"},
    {.name = "--title", .value = "TEXT", .help = "heading of the page"},
    {.name = "--top", .value = "N", .help = "sources to list; the default is 25"},
    {.name = "--timestamp",
     .help = "say when the page was made; without it the same data gives the same bytes"},
};
constexpr Flag page_mail[] = {
    {.name = "--eml",
     .value = "FILE",
     .help = "write a mail with the page in short and, attached, in full; - is standard output"},
    {.name = "--from", .value = "ADDRESS", .help = "who sends it"},
    {.name = "--to", .value = "ADDRESS", .help = "who gets it", .repeatable = true},
    {.name = "--subject", .value = "TEXT", .help = "else domain, verdict and period"},
};

constexpr Flag problems_filters[] = {
    {.name = "--all", .help = "dismissed ones too"},
    {.name = "--reason",
     .value = "WORD",
     .help = "only this: truncated, malformed_xml, closed_format, no_document, limit, conflict …",
     .repeatable = true},
    {.name = "--not-a-report",
     .help =
         "instead: the items that were passed over because they are no report, and what they are"},
};
constexpr Flag problems_output[] = {limit_flag, exit_code_flag, format_flag};
constexpr Flag problem_flags[] = {
    {.name = "--raw", .help = "the item's bytes as they were found, nothing else"}, format_flag};
constexpr Flag retry_flags[] = {dns_flag, snapshot_flag, verbose_flag, format_flag};
constexpr Flag only_format[] = {format_flag};
constexpr Flag export_output[] = {limit_flag,
                                  {.name = "--format",
                                   .value = "FORMAT",
                                   .help = "lines, or one document",
                                   .choices = "ndjson|json"}};

constexpr Flag readiness_flags[] = {
    {.name = "--to",
     .value = "WHAT",
     .help = "the policy asked about; else the next above the present one",
     .choices = "quarantine|reject"},
    {.name = "--window",
     .value = "DAYS",
     .help = "so long before the last complete day: 30d (default), 8w, 3mo"},
    {.name = "--record",
     .value = "TXT",
     .help = "your DMARC record, so that the next one keeps its tags"},
    {.name = "--zone",
     .value = "FILE",
     .help = "your zone as a master file: SPF, selectors and the DMARC record are checked in it"},
    trusted_flag,
};
constexpr Flag what_if_flags[] = {
    {.name = "--what-if",
     .value = "TAGS",
     .help =
         "try this policy on the stored mail: p=reject,sp=quarantine,np=reject,adkim=s,aspf=s,t=y"},
    {.name = "--exclude",
     .value = "SENDER",
     .help = "without this sender, by any part of its name",
     .repeatable = true},
    {.name = "--fixed",
     .value = "CODE",
     .help = "as if this finding were repaired",
     .repeatable = true},
};
constexpr Flag readiness_output[] = {
    {.name = "--explain", .help = "show the thresholds too, and where to change them"},
    {.name = "--exit-code", .help = "end with 1 unless the domain is ready"},
    {.name = "--format",
     .value = "FORMAT",
     .help = "how to show the answer",
     .choices = "table|json"},
};

constexpr Flag compare_flags[] = {
    {.name = "--at", .value = "DAY", .help = "the day of the change; it and the next are left out"},
    {.name = "--days", .value = "N", .help = "with --at: so many days on each side, 14 by default"},
    {.name = "--before", .value = "A..B", .help = "the days before, both included"},
    {.name = "--after", .value = "C..D", .help = "the days after"},
};
constexpr Flag table_or_json[] = {{.name = "--format",
                                   .value = "FORMAT",
                                   .help = "how to show the answer",
                                   .choices = "table|json"}};

constexpr Flag check_flags[] = {
    domain_flag,
    {.name = "--all", .help = "also what was told before and has not cleared"},
};
constexpr Flag check_output[] = {
    {.name = "--format",
     .value = "FORMAT",
     .help = "how to show the answer",
     .choices = "text|json"},
    {.name = "--mail",
     .help = "print a whole mail for 'sendmail -t'; nothing when there is no news"},
    {.name = "--to", .value = "ADDRESS", .help = "who gets the mail", .repeatable = true},
    {.name = "--from", .value = "ADDRESS", .help = "who sends it"},
};

constexpr Flag note_flags[] = {
    {.name = "--domain", .value = "D", .help = "it concerns this domain only", .repeatable = true}};
constexpr Flag note_list_flags[] = {{.name = "--domain",
                                     .value = "D",
                                     .help = "notes on this domain, and those on all",
                                     .repeatable = true}};

constexpr Flag prune_flags[] = {
    {.name = "--older-than",
     .value = "AGE",
     .help = "what lies before this: 24mo, 2y, 90d, or a day"},
    {.name = "--all", .help = "forget the totals too"},
};

// Long because it is the table of all commands.
std::vector<Command> make_commands() {
  std::vector<Command> table;
  table.push_back({
      .name = "ingest",
      .summary = "Read mail into the database",
      .operands = "[SOURCE…]",
      .about =
          "A SOURCE is an mbox, a Maildir, a mail, a report (XML, gzip, zip, tar …), a folder of any of these, - for standard input, or a folder on "
          "an IMAP server: imaps://user@host/Folder. What a file is is decided by its content. Mail is only read, never changed, unless --move-to or "
          "--mark-seen say so. Without SOURCE: each [[mailbox]] of the configuration.\n\n"
          "Each item ends as exactly one of stored, duplicate, not a report, problem; the closing line adds them up. Ingesting again is "
          "harmless and quick: a mailbox is read on from where it was left, and the closing line says how many items are known from earlier "
          "runs. One run at a time: a second one ends with 4. What could not be read is kept; see 'dmarcq problems'. Ends with 3 when there was such an item.",
      .groups = {{"FLAGS", ingest_flags}, {"IMAP", imap_flags}},
      .examples = {{"dmarcq ingest reports.mbox", "a mailbox export"},
                   {"dmarcq ingest ~/Maildir/.dmarc more/*.zip",
                    "a Maildir folder and some attachments"},
                   {"cat reports.mbox | dmarcq ingest - --quiet",
                    "from another program; silent unless something is wrong"}},
      .most_operands = any_number,
      .run = run_ingest,
  });
  table.push_back({
      .name = "summary",
      .summary = "How each domain stands: volume, pass, fail, policy",
      .operands = "[DOMAIN…]",
      .about =
          "One line for each policy domain. A message passes DMARC when DKIM or SPF passes for a name aligned with its From domain, as the "
          "receiver judged it. Mail that passes by SPF only fails as soon as somebody forwards it. The policy is the one that most reporters saw "
          "on the last complete day.",
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
      .summary = "Who sends as my domain: one line for each source",
      .about =
          "A source is an address with the service that sends from it. The service is recognised by what the mail proves: authenticated (SPF or "
          "DKIM passed for a name of the service), learned (this address did so elsewhere), network (a published range), claimed (an unproven "
          "name).",
      .groups = {{"FILTERS", source_filters}, {"OUTPUT", source_output}},
      .examples = {{"dmarcq sources --failing --salesforce",
                    "which Salesforce addresses fail alignment"},
                   {"dmarcq sources --failing --domain example.com --since 30d",
                    "everything that fails as example.com"},
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
          "For each domain: every way mail leaves Salesforce, how it fares, whose orgs send it, and what is wrong, written as a letter to the Salesforce "
          "administrator and to the one who keeps the DNS zone. Routes that fell silent are named. Without --since it looks at the last 30 days that have "
          "reports.\n\n"
          "An org is yours when you say so ('dmarcq senders add org'), or when its mail ever carried a valid signature for your domain.",
      .groups = {{"FILTERS", salesforce_filters}, {"OUTPUT", salesforce_output}},
      .examples = {{"dmarcq salesforce example.com", "one domain and those below it"},
                   {"dmarcq salesforce --since 12w", "all domains, twelve weeks"},
                   {"dmarcq salesforce example.com --format json", "for a program"}},
      .most_operands = any_number,
      .pages = true,
      .run = run_salesforce,
  });
  table.push_back({
      .name = "explain",
      .summary = "Why a source is what it is said to be, step by step",
      .operands = "IP | DOMAIN",
      .about =
          "For an address or network, or a domain in From, SPF or DKIM: who sent the mail and by what evidence, which other readings were rejected and why, "
          "which way the mail came, what is wrong, and the rows that say so.",
      .groups = {{"FILTERS", salesforce_filters}, {"OUTPUT", explain_output}},
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
      .summary = "A page for stakeholders: verdict, reasons, what to do",
      .about =
          "One HTML file without scripts or outside requests, to be read in a browser or printed. It begins with the verdict and the next step. Without "
          "--since: the 30 days up to the last one that has a report; with it, up to yesterday, so that a silence shows. The verdict is as of today, or of "
          "the day after --until.\n\n"
          "With --eml a mail for 'sendmail -t': the page in short as text and as simple HTML, the whole page attached. A period without reports gives a "
          "mail that says so: its arrival is the sign of life. dmarcq sends nothing itself.",
      .groups = {{"FILTERS", page_filters}, {"OUTPUT", page_output}, {"MAIL", page_mail}},
      .examples = {{"dmarcq report -o report.html",
                    "all domains, the last 30 days that have reports"},
                   {"dmarcq report -o report.html --domain example.com --since 12w",
                    "one domain, twelve weeks"},
                   {"dmarcq report --eml w.eml --since 7d --from a@example.com --to b@example.com",
                    "the week's mail, then: sendmail -t < w.eml"}},
      .run = run_report,
  });
  table.push_back({
      .name = "reports",
      .summary = "The stored reports, and how far each is to be trusted",
      .about =
          "All of them, those from the future too. Such a report comes from a wrong clock or is forged; other commands leave it out unless --until asks for it.\n\n"
          "Anyone can mail a report. Trust says who sent it: verified, a receiver that authserv_id names found that DMARC passed for a domain of the reporter, or its DKIM signature was checked (ingest --dns); plausible, it comes as from "
          "that domain, and nothing speaks against it; unverified, a file, or a mail from elsewhere; contradictory, DMARC passed for somebody else, or failed by the word of authserv_id. Where that names a "
          "receiver, what is not verified goes by who sent it, is never the reporter that it names, and teaches nothing. Of documents that claim to be one report, a verified one counts whatever the others hold.",
      .groups = {{"FILTERS", reports_filters}, {"OUTPUT", reports_output}},
      .examples = {{"dmarcq reports --since 7d", "what came in for the last week"},
                   {"dmarcq reports --reporter google.com --sort -messages",
                    "Google's, largest first"},
                   {"dmarcq reports --suspicious", "which may be forged, and why"}},
      .pages = true,
      .run = run_reports,
  });
  table.push_back({
      .name = "reports show",
      .summary = "One report with every field and record",
      .operands = "ID",
      .about = "ID is the number in 'dmarcq reports', or the report id that the reporter gave.",
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
      .summary = "Take reports out of every answer; what they displaced counts",
      .operands = "ID…",
      .about =
          "ID is the number in 'dmarcq reports'. The report stays in the database and is known when it comes again, but counts nowhere, as if it had never come.",
      .groups = {},
      .examples = {{"dmarcq reports distrust 1", "a forged one"},
                   {"dmarcq reports distrust 1 2", "two at once"}},
      .least_operands = 1,
      .most_operands = any_number,
      .run = run_reports_distrust,
  });
  table.push_back({
      .name = "reports trust",
      .summary = "Let distrusted reports count again",
      .operands = "ID…",
      .groups = {},
      .examples = {{"dmarcq reports trust 1", "takes 'dmarcq reports distrust 1' back"}},
      .least_operands = 1,
      .most_operands = any_number,
      .run = run_reports_trust,
  });
  table.push_back({
      .name = "reports remove",
      .summary = "Forget reports, as if they had never come",
      .operands = "ID…",
      .about =
          "Should such a report come again, it is stored again: a forged one is better distrusted.",
      .groups = {},
      .examples = {{"dmarcq reports remove 1",
                    "and the mail that brought it, if it brought nothing else"}},
      .least_operands = 1,
      .most_operands = any_number,
      .run = run_reports_remove,
  });
  table.push_back({
      .name = "problems list",
      .summary = "What could not be taken, and why",
      .groups = {{"FILTERS", problems_filters}, {"OUTPUT", problems_output}},
      .examples = {{"dmarcq problems list", "those that are open"},
                   {"dmarcq problems list --reason truncated", "cut-off attachments only"},
                   {"dmarcq problems list --not-a-report",
                    "mail that was passed over: is a report among it?"}},
      .pages = true,
      .run = run_problems_list,
  });
  table.push_back({
      .name = "problems show",
      .summary = "One problem, or the bytes it lies in",
      .operands = "ID",
      .groups = {{"OUTPUT", problem_flags}},
      .examples = {{"dmarcq problems show 1", "what is known of it"},
                   {"dmarcq problems show 1 --raw > item.eml", "the mail as it was found"}},
      .least_operands = 1,
      .most_operands = 1,
      .pages = true,
      .run = run_problems_show,
  });
  table.push_back({
      .name = "problems retry",
      .summary = "Try again what was kept; those cured disappear",
      .operands = "[ID…]",
      .about =
          "Without ID: all that are open. Of use after an update of the program, or with larger limits in the configuration.",
      .groups = {{"FLAGS", retry_flags}},
      .examples = {{"dmarcq problems retry", "all of them"}},
      .most_operands = any_number,
      .run = run_problems_retry,
  });
  table.push_back({
      .name = "problems dismiss",
      .summary = "Mark problems as seen and of no interest",
      .operands = "ID…",
      .groups = {},
      .examples = {{"dmarcq problems dismiss 1", "it is no longer listed, nor tried again"}},
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
      .about =
          "Checks the file, that the items add up by outcome, and that the messages of all records add up to those of the reports. Ends with 5 when "
          "something does not hold.",
      .groups = {{"OUTPUT", only_format}},
      .examples = {{"dmarcq db check", "ok, or what does not hold"}},
      .run = run_db_check,
  });
  table.push_back({
      .name = "db export",
      .summary = "Every stored report as JSON, one a line",
      .groups = {{"FILTERS", summary_filters}, {"OUTPUT", export_output}},
      .examples = {{"dmarcq db export > reports.ndjson", "all that is stored"},
                   {"dmarcq db export --domain example.com --since 30d", "some of it"}},
      .run = run_db_export,
  });
  table.push_back({
      .name = "db backup",
      .summary = "Copy the database, also while it is written to",
      .operands = "FILE",
      .groups = {},
      .examples = {{"dmarcq db backup backup.db", "a new file, whole and consistent"}},
      .least_operands = 1,
      .most_operands = 1,
      .run = run_db_backup,
  });
  table.push_back({
      .name = "db restore",
      .summary = "Put a backup in the place of the database",
      .operands = "FILE",
      .about =
          "The backup is checked first. What was there before is kept beside the database, with .before-restore behind its name.",
      .groups = {},
      .examples = {{"dmarcq db restore backup.db",
                    "back to that day; ingest brings what came since"}},
      .least_operands = 1,
      .most_operands = 1,
      .run = run_db_restore,
  });
  table.push_back({
      .name = "db prune",
      .summary = "Forget the details of old days, keep their totals",
      .about =
          "Rows of days before the given one go; the reports' figures and the daily totals stay, so that 'dmarcq summary' still reaches back and an "
          "old report that comes again is known. With --all these are forgotten too, as if the reports had never come: should they come again, "
          "they are stored again. The file shrinks with 'dmarcq db vacuum'.",
      .groups = {{"FLAGS", prune_flags}},
      .examples = {{"dmarcq db prune --older-than 24mo", "details of two years, totals of all"}},
      .run = run_db_prune,
  });
  table.push_back({
      .name = "db vacuum",
      .summary = "Make the file as small as its contents",
      .groups = {},
      .examples = {{"dmarcq db vacuum", "needs as much free space again for a moment"}},
      .run = run_db_vacuum,
  });
  table.push_back({
      .name = "readiness",
      .summary = "May the policy move to quarantine or reject?",
      .operands = "DOMAIN",
      .about =
          "Judges each of your senders, the small ones too, over the complete days of the window. Mail that was forwarded, went through lists, belongs "
          "to others or is spoofed is taken out and shown beside it. The answer is ready, not ready, or too little data; with it come what stands in "
          "the way, how to repair it, what the policy would have done to the stored mail, and the record to publish next.\n\n"
          "The thresholds are opinions; the configuration may change each (section [readiness], see --explain). One reporter's word never decides.",
      .groups = {{"FLAGS", readiness_flags},
                 {"WHAT IF", what_if_flags},
                 {"OUTPUT", readiness_output}},
      .examples = {{"dmarcq readiness example.com", "is the next step safe?"},
                   {"dmarcq readiness example.com --to reject --what-if p=reject,adkim=s",
                    "and with strict DKIM alignment?"},
                   {"dmarcq readiness example.com --fixed core-no-dkim",
                    "and if Salesforce signed?"}},
      .least_operands = 1,
      .most_operands = 1,
      .pages = true,
      .run = run_readiness,
  });
  table.push_back({
      .name = "compare",
      .summary = "Did the change help? Before and after, by sender",
      .operands = "DOMAIN",
      .about =
          "Compares the pass rates of each sender before and after a change, and says whether the difference is more than noise (two-proportion z-test). "
          "With --at, two weeks on either side are compared (--days); the day of the change and the next are left out, and so are reports whose window "
          "reaches over them. Notes of these days are shown. Each side must have reports.",
      .groups = {{"FLAGS", compare_flags}, {"OUTPUT", table_or_json}},
      .examples = {{"dmarcq compare example.com --before 17d..4d --after 3d..today",
                    "these days with those"}},
      .least_operands = 1,
      .most_operands = 1,
      .pages = true,
      .run = run_compare,
  });
  table.push_back({
      .name = "check",
      .summary = "Is there news? For cron; ends with 1 if so",
      .about =
          "Tells what changed: new-source, new-route, sender-started-failing, sender-vanished, spoofing-burst, policy-changed, "
          "enforcement-hit-own-mail, reports-stopped, problems-new. Each alert is told once, and again only after it has cleared; the database remembers.",
      .groups = {{"FLAGS", check_flags}, {"OUTPUT", check_output}},
      .examples = {{"dmarcq check", "what is new since the last check"},
                   {"dmarcq check --all --format json", "everything that is open, for a program"},
                   {"dmarcq check --mail --from dmarcq@example.com --to you@example.com",
                    "as a mail: pipe it to 'sendmail -t'"}},
      .run = run_check,
  });
  table.push_back({
      .name = "senders add",
      .summary = "Tell what reports do not say: whose an org or address is",
      .operands = "KIND VALUE…",
      .about =
          "Your word beats all evidence. KIND is one of\n\n"
          "org: a Salesforce org id, yours or foreign; network: addresses that send for you; spf-domain, dkim-domain: mail that passes for this domain or "
          "below; dkim-selector: mail signed with this selector; mailing-list: a domain or network of a list; relay: a network, or a service, that passes "
          "your mail on (Salesforce Email Relay); no-mail: a domain that sends none; verified: a domain that is verified in Salesforce.\n\n"
          "With --foreign an org, network, spf-domain, dkim-domain or dkim-selector is somebody else's: mail that nothing of yours authenticates, and that fits it, "
          "raises no question any more. An entry of the same kind and value is replaced.",
      .groups = {{"FLAGS", sender_flags}},
      .examples =
          {{"dmarcq senders add org 00D5f000004KsTrEAK --ours", "this Salesforce org is yours"},
           {"dmarcq senders add network 203.0.113.25 --name Warehouse", "a server of your own"},
           {"dmarcq senders add relay 198.51.100.0/24", "Salesforce mail goes out through these"},
           {"dmarcq senders add no-mail example.net", "whatever comes as example.net is forged"},
           {"dmarcq senders add spf-domain parcel.example --foreign",
            "mail that passes only for this name is not yours"}},
      .least_operands = 2,
      .most_operands = 1000,
      .run = run_senders_add,
  });
  table.push_back({
      .name = "senders list",
      .summary = "What you told about senders",
      .groups = {{"OUTPUT", only_format}},
      .examples = {{"dmarcq senders list", "all entries"},
                   {"dmarcq senders list --format csv", "as 'dmarcq senders import' reads it"}},
      .pages = true,
      .run = run_senders_list,
  });
  table.push_back({
      .name = "senders remove",
      .summary = "Take an entry back",
      .operands = "ID | [KIND] VALUE",
      .groups = {},
      .examples = {{"dmarcq senders remove org 00D5f000004KsTrEAK", "by kind and value"}},
      .least_operands = 1,
      .most_operands = 2,
      .run = run_senders_remove,
  });
  table.push_back({
      .name = "senders import",
      .summary = "Take entries from a CSV or TSV file; all or none",
      .operands = "FILE",
      .about =
          "The first line names the columns: kind and value, and any of name, service, route, ours (yes, no), since. Every line that cannot be taken is "
          "told with its number, and then nothing is imported. - is standard input.",
      .groups = {},
      .examples = {{"cat senders.csv | dmarcq senders import -", "from another program"},
                   {"dmarcq senders import senders.csv", "a file"}},
      .least_operands = 1,
      .most_operands = 1,
      .run = run_senders_import,
  });
  table.push_back({
      .name = "note",
      .summary = "Keep a change log: what was changed on which day",
      .operands = "DAY TEXT…",
      .about = "'compare', 'summary' and the page show the notes of their days.",
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
      .summary = "Take a note out of the change log",
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
      .summary = "Ask in SQL what no other command answers",
      .operands = "[SELECT]",
      .about =
          "One SELECT, as SQLite understands it, over the views v_reports, v_records, v_days, v_problems, v_senders, v_notes; without SELECT: the views and their "
          "columns. Nothing can be written. The tables behind the views can be read too, but change with every release.",
      .groups = {{"OUTPUT", sql_output}},
      .examples = {{"dmarcq sql", "which views there are, and what their columns mean"},
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
      .summary = "Every setting as it is in force",
      .about =
          "Flags beat the environment, which beats the configuration file, which beats what is built in. Unknown keys in the file are errors, also here.",
      .groups = {{"OUTPUT", config_output}},
      .examples = {{"dmarcq config show", "what is in force"},
                   {"dmarcq config show --origin", "and where each value comes from"}},
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
          "The packages install these. Without a package: bash sources the script; zsh takes it as _dmarcq in a folder of $fpath, fish as dmarcq.fish in "
          "~/.config/fish/completions.",
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
      .examples = {{"dmarcq --version", "also the dates of sender catalogue and suffix list"}},
      .run = run_version,
  });
  for (Command& command : table) {
    const auto is_listing = [](const Flag& flag) { return flag.choices == format_flag.choices; };
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
