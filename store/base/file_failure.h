// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <string>

#include "store/base/error.h"

namespace dmarcq {

/// What keeps a database file from being used, whatever the engine calls it.
enum class FileFailure {
  no_space,
  not_writable,
  not_openable,
  device,  ///< reading or writing fails
  locked,
  no_database,  ///< the file is of another kind
  no_memory,
};

/// What to tell the user: the reason names what is in the way, the cure what to do next.
struct FailureWords {
  std::string reason, cure;
};

/// Looks at the file system to tell a missing folder from one that may not be entered, and whose
/// the file is. `cause`: an errno, or 0 where none is known.
FailureWords words_of(FileFailure, const std::filesystem::path& file, int cause);

/// Failures to open or create a file, by errno.
FileFailure failure_of_errno(int cause);

/// Kind::io with "FILE: REASON", and the cure.
StoreError file_error(const std::filesystem::path& file, int cause);

}  // namespace dmarcq
