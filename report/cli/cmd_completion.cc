// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "report/cli/args/suggest.h"
#include "report/cli/cmd.h"
#include "report/cli/help/completions.h"

namespace dmarcq {

Exit run_completion(const Args& args, Io& io) {
  const std::vector<std::string> shells{"bash", "zsh", "fish"};
  const std::string& shell = args.operands.front();
  for (const std::string& known : shells)
    if (shell == known) {
      io.out << completion_script(shell);
      return Exit::done;
    }
  throw UsageError(fmt::format("no completion for '{}'{}", shell, did_you_mean(shell, shells)),
                   "bash, zsh, fish");
}

}  // namespace dmarcq
