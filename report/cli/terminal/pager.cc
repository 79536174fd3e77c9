// SPDX-License-Identifier: MIT
#include "report/cli/terminal/pager.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>

extern char** environ;

namespace dmarcq {
namespace {

bool is_installed(std::string_view program) {
  const char* path = std::getenv("PATH");
  std::string_view folders = path ? path : "";
  while (!folders.empty()) {
    const std::size_t end = std::min(folders.find(':'), folders.size());
    const std::string candidate = std::string(folders.substr(0, end)) + "/" + std::string(program);
    if (access(candidate.c_str(), X_OK) == 0) return true;
    folders.remove_prefix(std::min(end + 1, folders.size()));
  }
  return false;
}

}  // namespace

std::string pager_command() {
  for (const char* name : {"DMARCQ_PAGER", "PAGER"})
    if (const char* value = std::getenv(name); value != nullptr)
      return std::string_view(value) == "cat" ? "" : value;
  return is_installed("less") ? "less" : "";
}

void Pager::start(const std::string& command) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return;
  setenv("LESS", "FRX", 0);
  setenv("LESSCHARSET", "utf-8", 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe[0], STDIN_FILENO);
  // We ignore these; the pager must not inherit that.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t normal;
  sigemptyset(&normal);
  sigaddset(&normal, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &normal);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  std::string words = command;
  std::array<char*, 4> arguments{const_cast<char*>("sh"), const_cast<char*>("-c"), words.data(),
                                 nullptr};
  const bool started =
      posix_spawn(&process_, "/bin/sh", &actions, &attributes, arguments.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (started) {
    dup2(pipe[1], STDOUT_FILENO);
    // ^C is for the pager from here on: it searches and stops searching by it, and we must not
    // leave it alone on the terminal.
    std::signal(SIGINT, SIG_IGN);
    std::signal(SIGQUIT, SIG_IGN);
  } else {
    process_ = 0;
  }
  close(pipe[0]);
  close(pipe[1]);
}

Pager::~Pager() {
  if (process_ == 0) return;
  close(STDOUT_FILENO);
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace dmarcq
