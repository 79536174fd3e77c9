// SPDX-License-Identifier: MIT
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <utility>
#include <vector>

#include "ingest/names.h"
#include "ingest/source/source_kinds.h"

namespace dmarcq {
namespace {

namespace fs = std::filesystem;

class DirectoryMailbox final : public ItemSource {
 public:
  DirectoryMailbox(std::string path, const OpenOptions& options) : options_(options) {
    enter(std::move(path));
  }

  std::optional<Item> next() override {
    for (;;) {
      if (file_) {
        if (auto item = file_->next()) return item;
        known_ += file_->known();
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
        open(std::move(path), folder);
      }
    }
  }
  std::uint64_t bytes_done() const override { return progress_->load(std::memory_order_relaxed); }
  std::optional<std::uint64_t> bytes_total() const override { return {}; }
  std::uint64_t known() const override { return known_; }

 private:
  struct Folder {
    std::string path;                ///< with a slash behind
    std::vector<std::string> names;  ///< folders with a slash behind, which also gives byte order
                                     ///< of whole paths
    std::size_t at = 0;
    std::string maildir, key;  ///< of cur/ and new/: the Maildir, and what it is called in Memory
  };

  void report(std::string path, Error error) {
    fault_ = Item{{std::move(path), 0, {}, {}}, {}, std::move(error), {}, {}};
  }

  void enter(std::string path) {
    // Each directory once, whatever links lead to it: link loops end, and a lattice of links cannot
    // multiply.
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0)
      return report(std::move(path), unreadable("cannot be opened", errno));
    if (!seen_.emplace(status.st_dev, status.st_ino).second) return;

    const bool maildir = is_maildir(path);
    Folder folder{path.ends_with('/') ? path : path + "/", {}, 0, maildir_of(path), {}};
    std::vector<std::string> read;
    if (!folder.maildir.empty()) {
      folder.key = checkpoint_key(folder.maildir, options_.limits);
      if (options_.checkpoints != nullptr) read = options_.checkpoints->names(folder.key);
    }
    std::error_code error;
    for (fs::directory_iterator entry(path, error), end; !error && entry != end;
         entry.increment(error)) {
      std::string name = entry->path().filename().string();
      std::error_code ignored;
      if (entry->is_directory(ignored)) {  // follows links
        const std::string below = folder.path + name;
        // tmp/ holds what is not delivered yet; other folders of a Maildir are its subfolders.
        if (maildir && name == "tmp") continue;
        if (name.starts_with('.') && !is_maildir(below)) continue;
        if (name == "__MACOSX") continue;
        folder.names.push_back(name + "/");
      } else if (entry->is_regular_file(ignored)) {
        // Beside cur/ and new/ lie indexes and lists of the server, never mail.
        if (maildir || is_system_junk(name)) continue;
        if (std::ranges::binary_search(read, unique_name(name), {},
                                       [](const std::string& s) { return std::string_view(s); }))
          ++known_;
        else
          folder.names.push_back(std::move(name));
      }
      // Pipes, sockets, devices and dangling links are passed over.
    }
    if (error) report(path, unreadable("cannot be read", error.value()));
    std::ranges::sort(folder.names, [](const std::string& a, const std::string& b) {
      return std::string_view(a) < std::string_view(b);
    });
    folders_.push_back(std::move(folder));
  }

  void open(std::string path, const Folder& folder) {
    std::optional<Checkpoint> checkpoint;
    std::string unique;
    if (!folder.maildir.empty()) {
      unique = unique_name(last_component(path));
      checkpoint = Checkpoint{folder.key, {}, unique};
    }
    auto file = open_file(path, options_, progress_, checkpoint);
    if (!file && checkpoint && ::access(path.c_str(), F_OK) != 0) {
      // Somebody read the mail meanwhile: it has other flags now, or is gone.
      const std::string now = renamed_to(folder.maildir, unique);
      if (now.empty()) return;
      file = open_file(now, options_, progress_, checkpoint);
    }
    if (!file) return report(std::move(path), std::move(file.error()));
    file_ = std::move(*file);
  }

  OpenOptions options_;
  std::uint64_t known_ = 0;
  Progress progress_ = std::make_shared<std::atomic<std::uint64_t>>(0);
  std::vector<Folder> folders_;
  std::set<std::pair<dev_t, ino_t>> seen_;
  std::unique_ptr<ItemSource> file_;
  std::optional<Item> fault_;
};

}  // namespace

std::unique_ptr<ItemSource> open_directory(std::string path, const OpenOptions& options) {
  return std::make_unique<DirectoryMailbox>(std::move(path), options);
}

}  // namespace dmarcq
