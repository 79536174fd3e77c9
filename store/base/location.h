// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <utility>

namespace dmarcq {

/// Where a database is: a file of this machine, or the address of a server, "postgresql://…"
/// (libpq's form, with all that it takes: service files, several hosts, sslmode). An address holds
/// no password: libpq has files for it.
class Location {
 public:
  Location() = default;
  Location(std::filesystem::path file) : file_(std::move(file)) {}
  /// What the user wrote: "postgresql://…", "postgres://…", else a path.
  static Location parse(const std::string& text);

  bool is_server() const { return !address_.empty(); }
  /// "" of a server.
  const std::filesystem::path& file() const { return file_; }
  /// "" of a file.
  const std::string& address() const { return address_; }
  /// As errors and settings show it.
  std::string text() const { return is_server() ? address_ : file_.string(); }
  /// Where notes of this machine about the database lie ("….reading", "….lock"): beside a file; of
  /// a server in $XDG_STATE_HOME/dmarcq (~/.local/state/dmarcq, /var/lib/dmarcq), by a digest of
  /// the address.
  std::filesystem::path notes() const;
  /// Is there one, as far as can be told without asking it?
  bool may_exist() const;

  /// Asked for the password of a server at each connection, since it may be a token that expires;
  /// "" is none. Throws StoreError.
  void set_password(std::function<std::string()> source) { password_ = std::move(source); }
  std::string password() const { return password_ ? password_() : std::string(); }

  friend bool operator==(const Location& a, const Location& b) {
    return a.file_ == b.file_ && a.address_ == b.address_;
  }

 private:
  std::filesystem::path file_;
  std::string address_;
  std::function<std::string()> password_;
};

}  // namespace dmarcq
