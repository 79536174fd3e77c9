// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>

#include "report/answers/page/page_data.h"
#include "report/cli/args/config.h"
#include "report/cli/terminal/io.h"
#include "report/render/digest.h"

namespace dmarcq {

/// `dmarcq report --each`: writes the index and a page for each domain of the question (all where
/// it names none) into the folder, which is made. Only what changed is written; pages of an earlier
/// run whose domains have none any more are removed. Throws StoreError (io).
void write_site(Io&, Snapshot&, const Settings&, const PageQuestion&, Day today,
                const std::string& generated, const std::filesystem::path& folder);

/// `dmarcq report --each --eml`: a mail for each client that has a mail_to and domains in the
/// question (of all where it names none), with the page of its domains alone, written into the
/// folder, which is made. `envelope`: all but the receivers. Throws UsageError where no client has
/// a mail_to, StoreError (io).
void write_client_mails(Io&, Snapshot&, const Settings&, const PageQuestion&, Day today,
                        const std::string& generated, const DigestEnvelope& envelope,
                        const std::filesystem::path& folder);

}  // namespace dmarcq
