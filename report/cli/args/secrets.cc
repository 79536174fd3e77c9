// SPDX-License-Identifier: MIT
#include "report/cli/args/secrets.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <utility>

namespace dmarcq {
namespace {

std::string without_line_end(std::string text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

std::unexpected<Error> no_secret(std::string text) {
  return std::unexpected(unreadable(std::move(text)));
}

}  // namespace

std::expected<std::string, Error> secret_from_file(const std::string& file) {
  std::ifstream stream(file);
  std::string line;
  if (!stream || !std::getline(stream, line))
    return no_secret("the password file " + file + " is unreadable or empty");
  return without_line_end(std::move(line));
}

std::expected<std::string, Error> secret_from_command(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "re");
  if (pipe == nullptr) return no_secret("'" + command + "' cannot be run");
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF && text.size() < 64 * 1024; c = std::fgetc(pipe))
    text += static_cast<char>(c);
  const int status = ::pclose(pipe);
  if (status != 0)
    return no_secret(fmt::format("'{}' ends with {}", command,
                                 WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)));
  text = without_line_end(text.substr(0, text.find('\n')));
  if (text.empty()) return no_secret("'" + command + "' prints nothing");
  return text;
}

}  // namespace dmarcq
