// SPDX-License-Identifier: MIT
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <utility>
#include <vector>

#include "ingest/mailbox_kinds.h"
#include "ingest/names.h"

namespace dmarcq {
namespace {

namespace fs = std::filesystem;

class DirectoryMailbox final : public Mailbox {
 public:
  DirectoryMailbox(std::string path, const Limits& limits) : limits_(limits) { enter(std::move(path)); }

  std::optional<Item> next() override {
    for (;;) {
      if (file_) {
        if (auto item = file_->next()) return item;
        file_.reset();
      }
      if (fault_) return std::exchange(fault_, std::nullopt);
      if (folders_.empty()) return {};
      Folder& folder = folders_.back();
      if (folder.at == folder.names.size()) {
        folders_.pop_back();
        continue;
      }
      std::string name = folder.names[folder.at++];
      const bool is_folder = name.ends_with('/');
      std::string path = folder.path + name;
      if (is_folder) {
        path.pop_back();
        enter(std::move(path));
      } else {
        open(std::move(path));
      }
    }
  }
  std::uint64_t bytes_done() const override { return progress_->load(std::memory_order_relaxed); }
  std::optional<std::uint64_t> bytes_total() const override { return {}; }

 private:
  struct Folder {
    std::string path;                ///< with a slash behind
    std::vector<std::string> names;  ///< folders with a slash behind, which also gives byte order of whole paths
    std::size_t at = 0;
  };

  void report(std::string path, Error error) { fault_ = Item{{std::move(path), 0, {}, {}}, {}, std::move(error)}; }

  void enter(std::string path) {
    // Each directory once, whatever links lead to it: link loops end, and a lattice of links cannot multiply.
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return report(std::move(path), unreadable("cannot be opened", errno));
    if (!seen_.emplace(status.st_dev, status.st_ino).second) return;

    const bool maildir = is_maildir(path);
    Folder folder{path.ends_with('/') ? path : path + "/", {}, 0};
    std::error_code error;
    for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
      std::string name = entry->path().filename().string();
      std::error_code ignored;
      const fs::file_status kind = entry->status(ignored);  // follows links
      if (fs::is_directory(kind)) {
        const std::string below = folder.path + name;
        // tmp/ holds what is not delivered yet; other folders of a Maildir are its subfolders.
        if (maildir && name == "tmp") continue;
        if (name.starts_with('.') && !is_maildir(below)) continue;
        if (name == "__MACOSX") continue;
        folder.names.push_back(name + "/");
      } else if (fs::is_regular_file(kind)) {
        // Beside cur/ and new/ lie indexes and lists of the server, never mail.
        if (!maildir && !is_system_junk(name)) folder.names.push_back(std::move(name));
      }
      // Pipes, sockets, devices and dangling links are passed over.
    }
    if (error) report(path, unreadable("cannot be read", error.value()));
    std::ranges::sort(folder.names, [](const std::string& a, const std::string& b) { return std::string_view(a) < std::string_view(b); });
    folders_.push_back(std::move(folder));
  }

  void open(std::string path) {
    auto source = file_source(path, progress_);
    if (!source) return report(std::move(path), std::move(source.error()));
    file_ = open_source(std::move(*source), std::move(path), limits_, progress_);
  }

  Limits limits_;
  Progress progress_ = std::make_shared<std::atomic<std::uint64_t>>(0);
  std::vector<Folder> folders_;
  std::set<std::pair<dev_t, ino_t>> seen_;
  std::unique_ptr<Mailbox> file_;
  std::optional<Item> fault_;
};

}  // namespace

std::unique_ptr<Mailbox> open_directory(std::string path, const Limits& limits) {
  return std::make_unique<DirectoryMailbox>(std::move(path), limits);
}

}  // namespace dmarcq
