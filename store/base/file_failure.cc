// SPDX-License-Identifier: MIT
#include "store/base/file_failure.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>

namespace dmarcq {
namespace {

namespace fs = std::filesystem;

std::string errno_text(int cause) { return std::generic_category().message(cause); }

fs::path folder_of(const fs::path& file) {
  const fs::path folder = file.parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

std::string user_name(uid_t user) {
  const passwd* found = ::getpwuid(user);
  return found != nullptr ? found->pw_name : fmt::format("with the number {}", user);
}

bool may(const fs::path& place, int access) {
  return ::faccessat(AT_FDCWD, place.c_str(), access, AT_EACCESS) == 0;
}

/// "it belongs to the user dmarcq: …", or how to get the right where it is one's own.
std::string cure_of_permission(const fs::path& place) {
  struct stat found{};
  if (::stat(place.c_str(), &found) != 0 || found.st_uid == ::geteuid())
    return fmt::format("chmod u+rwX {}, or name another database with --db", place.native());
  return fmt::format(
      "{} belongs to the user {}: run dmarcq as that user, or name another database "
      "with --db",
      place.native(), user_name(found.st_uid));
}

/// What is wrong with the folders that lead to a file, from the root on.
std::optional<FailureWords> obstacle_before(const fs::path& file) {
  fs::path seen;
  std::error_code ignored;
  for (const fs::path& part : fs::absolute(folder_of(file), ignored)) {
    const fs::path above = seen;
    seen /= part;
    struct stat found{};
    if (::stat(seen.c_str(), &found) != 0) {
      if (errno == ENOENT)
        return FailureWords{fmt::format("the folder {} does not exist", seen.native()),
                            fmt::format("mkdir -p {}, or name another database with --db",
                                        folder_of(file).native())};
      if (errno == EACCES)
        return FailureWords{fmt::format("{}: {}", above.native(), errno_text(EACCES)),
                            cure_of_permission(above)};
      return FailureWords{fmt::format("{}: {}", seen.native(), errno_text(errno)),
                          "name another database with --db"};
    }
    if (!S_ISDIR(found.st_mode))
      return FailureWords{fmt::format("{} is not a folder", seen.native()),
                          "name another database with --db"};
  }
  if (!may(seen, X_OK))
    return FailureWords{fmt::format("{}: {}", seen.native(), errno_text(EACCES)),
                        cure_of_permission(seen)};
  return std::nullopt;
}

bool is_read_only(const fs::path& place) {
  struct statvfs found{};
  return ::statvfs(place.c_str(), &found) == 0 && (found.f_flag & ST_RDONLY) != 0;
}

FailureWords not_writable(const fs::path& file) {
  const fs::path folder = folder_of(file);
  if (is_read_only(folder))
    return {"the file system is mounted read-only",
            "remount it for writing, or copy the database elsewhere and name the copy with --db"};
  if (fs::exists(file) && !may(file, W_OK))
    return {fmt::format("it may not be written to: {}", errno_text(EACCES)),
            cure_of_permission(file)};
  if (!may(folder, W_OK))
    return {fmt::format("its folder {} may not be written to, where the log lies beside it: {}",
                        folder.native(), errno_text(EACCES)),
            cure_of_permission(folder)};
  return {"it is read-only: moved away while in use, or marked as such by another program",
          "run the command again; if that does not help, restore a backup"};
}

FailureWords not_openable(const fs::path& file, int cause) {
  if (const auto obstacle = obstacle_before(file)) return *obstacle;
  std::error_code ignored;
  if (fs::exists(file, ignored) && !may(file, R_OK))
    return {errno_text(EACCES), cure_of_permission(file)};
  if (cause == EMFILE || cause == ENFILE)
    return {errno_text(cause), "raise the limit of open files (ulimit -n)"};
  if (cause == EROFS || !may(folder_of(file), W_OK)) return not_writable(file);
  return {cause == 0 ? "it cannot be opened" : errno_text(cause),
          "name another database with --db"};
}

}  // namespace

FailureWords words_of(FileFailure failure, const fs::path& file, int cause) {
  const std::string folder = folder_of(file).native();
  switch (failure) {
    case FileFailure::no_space:
      return {cause == 0 ? errno_text(ENOSPC) : errno_text(cause),
              fmt::format("what was stored is kept: make room ('df -h {}' shows it), then run the "
                          "same command again",
                          folder)};
    case FileFailure::not_writable: return not_writable(file);
    case FileFailure::not_openable: return not_openable(file, cause);
    case FileFailure::device:
      return {fmt::format("reading or writing fails{}", cause == 0 ? "" : ": " + errno_text(cause)),
              "look for faults of the disk or the network file system ('dmesg'), then 'dmarcq db "
              "check'"};
    case FileFailure::locked:
      return {"another program is using it and has locked it",
              fmt::format("wait until it is done ('fuser {}' shows which), then run the same "
                          "command again",
                          file.native())};
    case FileFailure::no_database:
      return {"the file is no database of dmarcq",
              "name another database with --db; to start anew under this name, move the file away"};
    case FileFailure::no_memory: return {"out of memory", "give it more memory"};
  }
  return {};
}

FileFailure failure_of_errno(int cause) {
  switch (cause) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return FileFailure::no_space;
    case EROFS: return FileFailure::not_writable;
    case EIO: return FileFailure::device;
    case ENOMEM: return FileFailure::no_memory;
    default: return FileFailure::not_openable;
  }
}

StoreError file_error(const fs::path& file, int cause) {
  FailureWords words = words_of(failure_of_errno(cause), file, cause);
  return {StoreError::Kind::io, fmt::format("{}: {}", file.native(), words.reason),
          std::move(words.cure)};
}

}  // namespace dmarcq
