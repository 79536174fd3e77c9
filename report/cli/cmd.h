// SPDX-License-Identifier: MIT
#pragma once
#include "report/cli/command.h"

namespace dmarcq {

// What the command table (commands.cc) calls; each is the whole of a command and lives in its own
// cmd_<name>.cc.
Exit run_ingest(const Args&, Io&);
Exit run_login(const Args&, Io&);
Exit run_salesforce(const Args&, Io&);
Exit run_senders_add(const Args&, Io&);
Exit run_senders_list(const Args&, Io&);
Exit run_senders_remove(const Args&, Io&);
Exit run_senders_import(const Args&, Io&);
Exit run_sources(const Args&, Io&);
Exit run_explain(const Args&, Io&);
Exit run_message(const Args&, Io&);
Exit run_refusals(const Args&, Io&);
Exit run_failures(const Args&, Io&);
Exit run_tls(const Args&, Io&);
Exit run_summary(const Args&, Io&);
Exit run_report(const Args&, Io&);
Exit run_reports(const Args&, Io&);
Exit run_reports_show(const Args&, Io&);
Exit run_reports_distrust(const Args&, Io&);
Exit run_reports_trust(const Args&, Io&);
Exit run_reports_remove(const Args&, Io&);
Exit run_problems_list(const Args&, Io&);
Exit run_problems_show(const Args&, Io&);
Exit run_problems_retry(const Args&, Io&);
Exit run_problems_dismiss(const Args&, Io&);
Exit run_db_info(const Args&, Io&);
Exit run_db_check(const Args&, Io&);
Exit run_db_export(const Args&, Io&);
Exit run_db_backup(const Args&, Io&);
Exit run_db_restore(const Args&, Io&);
Exit run_db_archive(const Args&, Io&);
Exit run_db_copy(const Args&, Io&);
Exit run_db_prune(const Args&, Io&);
Exit run_db_vacuum(const Args&, Io&);
Exit run_readiness(const Args&, Io&);
Exit run_compare(const Args&, Io&);
Exit run_check(const Args&, Io&);
Exit run_dns_check(const Args&, Io&);
Exit run_dns_fetch(const Args&, Io&);
Exit run_dns_flatten(const Args&, Io&);
Exit run_dns_blocklist(const Args&, Io&);
Exit run_note(const Args&, Io&);
Exit run_note_list(const Args&, Io&);
Exit run_note_remove(const Args&, Io&);
Exit run_sql(const Args&, Io&);
Exit run_config_show(const Args&, Io&);
Exit run_completion(const Args&, Io&);
Exit run_help(const Args&, Io&);
Exit run_version(const Args&, Io&);

}  // namespace dmarcq
