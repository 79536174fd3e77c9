// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "report/cli/args/suggest.h"
#include "report/cli/cmd.h"
#include "report/cli/help/help.h"
#include "report/cli/help/manual.h"
#include "report/render/paragraph.h"

namespace dmarcq {

Exit run_help(const Args& args, Io& io) {
  if (args.has("--man")) {
    io.out << manual_page();
    return Exit::done;
  }
  const unsigned width = text_width(io.out, help_width);
  if (args.operands.empty()) {
    io.out << overview(width);
    return Exit::done;
  }
  const std::string name = fmt::format("{}", fmt::join(args.operands, " "));
  const auto below = commands_below(name);
  if (!below.empty()) {
    if (const Command* command = find_command(name)) io.out << help_page(*command, width) << '\n';
    io.out << group_page(name, width);
    return Exit::done;
  }
  if (const Command* command = find_command(name)) {
    io.out << help_page(*command, width);
    return Exit::done;
  }
  std::vector<std::string> names;
  for (const Command& command : commands()) names.emplace_back(command.name);
  throw UsageError(fmt::format("unknown command '{}'{}", name, did_you_mean(name, names)),
                   "dmarcq help");
}

}  // namespace dmarcq
