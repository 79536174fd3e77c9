// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>

#include "report/answers/page/page_data.h"
#include "report/cli/args/config.h"
#include "report/cli/terminal/io.h"

namespace dmarcq {

/// `dmarcq report --each`: writes the index and a page for each domain of the question (all where it
/// names none) into the folder, which is made. Only what changed is written; pages of an earlier run
/// whose domains have none any more are removed. Throws StoreError (io).
void write_site(Io&, Snapshot&, const Settings&, const PageQuestion&, Day today,
                const std::string& generated, const std::filesystem::path& folder);

}  // namespace dmarcq
