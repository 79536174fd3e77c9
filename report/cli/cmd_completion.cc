// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>

#include "report/cli/args/config.h"
#include "report/cli/args/suggest.h"
#include "report/cli/cmd.h"
#include "report/cli/help/completions.h"
#include "store/queries.h"
#include "store/store.h"

namespace dmarcq {

namespace {

/// Reports name the domains, so a script that hands them to a shell must not find anything in them
/// that the shell would run.
bool is_plain_name(const std::string& domain) {
  return !domain.empty() && domain.front() != '-' &&
         std::ranges::all_of(domain, [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                  c == '_';
         });
}

/// For a shell that waits at a prompt: nothing where there is no database, and never a long wait.
/// The scripts discard what is said of a database that cannot be read.
void write_domains(const Args& args, Io& io) {
  ::alarm(2);  // ends the process
  const Settings settings = settings_of(args);
  if (!settings.database.may_exist()) return;
  const std::unique_ptr<Snapshot> snapshot = open_snapshot(settings.database);
  for (const std::string& domain : known_domains(*snapshot))
    if (is_plain_name(domain)) io.out << domain << '\n';
}

}  // namespace

Exit run_completion(const Args& args, Io& io) {
  const std::vector<std::string> shells{"bash", "zsh", "fish"};
  const std::string& shell = args.operands.front();
  if (shell == "domains") {
    write_domains(args, io);
    return Exit::done;
  }
  for (const std::string& known : shells)
    if (shell == known) {
      io.out << completion_script(shell);
      return Exit::done;
    }
  throw UsageError(fmt::format("no completion for '{}'{}", shell, did_you_mean(shell, shells)),
                   "bash, zsh, fish");
}

}  // namespace dmarcq
