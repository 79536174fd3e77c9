// SPDX-License-Identifier: MIT
// Any tree of files is a mailbox; what was read of it is remembered, and what comes later is read.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "ingest/source/source.h"
#include "tests/fuzz/fuzz.h"

namespace dmarcq::fuzz {
namespace {

namespace fs = std::filesystem;

/// A folder of this process, in memory where there is such a place.
const fs::path& work_folder() {
  struct Folder {
    fs::path path =
        (fs::is_directory("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path()) /
        ("dmarcq-fuzz-" + std::to_string(::getpid()));
    ~Folder() {
      std::error_code ignored;
      fs::remove_all(path, ignored);
    }
  };
  static const Folder folder;
  return folder.path;
}

class Remembered : public CheckpointStore {
 public:
  std::map<std::string, std::string> states;
  std::map<std::string, std::set<std::string>> read;
  bool all = false;  ///< every file was read, and is what it was
  std::optional<std::string> state(const std::string& source) override {
    if (all) return as_it_is(source);
    const auto found = states.find(source);
    return found == states.end() ? std::nullopt : std::optional(found->second);
  }
  std::vector<std::string> names(const std::string& source) override {
    return {read[source].begin(), read[source].end()};
  }
  /// What is remembered of a file of one item: the words are those of ingest/source/source.cc.
  static std::string as_it_is(const std::string& source) {
    struct stat status{};
    if (::stat(source.substr(0, source.find('#')).c_str(), &status) != 0) return {};
    std::string state = "file 1 1 " + std::to_string(status.st_ino) + ' ' +
                        std::to_string(status.st_size);
    for (const timespec& time : {status.st_mtim, status.st_ctim})
      state += ' ' + std::to_string(time.tv_sec) + '.' + std::to_string(time.tv_nsec);
    return state;
  }
  void take(const Checkpoint& mark) {
    if (mark.name.empty())
      states[mark.source] = mark.state;
    else
      read[mark.source].insert(mark.name);
  }
};

/// Parts that are no way out of the folder.
fs::path path_in(std::string_view text) {
  fs::path path;
  for (std::size_t at = 0, parts = 0; at <= text.size() && parts < 4; ++parts) {
    const std::size_t end = std::min(text.find('/', at), text.size());
    std::string name(text.substr(at, std::min<std::size_t>(end - at, 60)));
    std::erase(name, '\0');
    if (name != "" && name != "." && name != "..") path /= name;
    at = end + 1;
  }
  return path.empty() ? fs::path("file") : path;
}

/// "path\ncontent\fpath\ncontent": of a file, of a folder when the path ends in a slash, of a link
/// when the content begins with "->".
void make_tree(const fs::path& root, std::string_view input, std::ios::openmode mode) {
  std::error_code ignored;
  std::size_t files = 0;
  for (std::size_t at = 0; at < input.size() && files < 20; ++files) {
    const std::size_t end = std::min(input.find('\f', at), input.size());
    const std::string_view piece = input.substr(at, end - at),
                           name = piece.substr(0, piece.find('\n'));
    const std::string_view content = piece.substr(std::min(piece.size(), name.size() + 1));
    const fs::path path = root / path_in(name);
    fs::create_directories(name.ends_with('/') ? path : path.parent_path(), ignored);
    if (content.starts_with("->"))
      fs::create_symlink(path_in(content.substr(2)), path, ignored);
    else if (!name.ends_with('/') && !fs::is_symlink(path, ignored))
      std::ofstream(path, std::ios::binary | mode) << content;
    at = end + 1;
  }
}

struct Read {
  std::size_t items = 0, faults = 0;
  std::uint64_t known = 0, bytes = 0;
};

Read read_all(const fs::path& root, Remembered& memory) {
  Read read;
  const auto mailbox =
      open_mailbox(root, OpenOptions{.limits = small_limits(), .checkpoints = &memory});
  require(mailbox.has_value(), "what is there can be opened");
  while (const auto item = (*mailbox)->next()) {
    ++read.items;
    read.bytes += item->bytes.size();
    if (item->fault) ++read.faults;
    require(item->bytes.size() <= small_limits().mail_size, "no item over the limit");
    if (item->checkpoint) memory.take(*item->checkpoint);
  }
  require(!(*mailbox)->next(), "the end stays the end");
  read.known = (*mailbox)->known();
  const auto total = (*mailbox)->bytes_total();
  require(!total || (*mailbox)->bytes_done() <= *total, "no more than there is");
  return read;
}

/// A pipe that holds the input.
std::size_t read_pipe(std::string_view input) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return 0;
  [[maybe_unused]] const auto written = ::write(ends[1], input.data(), input.size());
  ::close(ends[1]);
  std::size_t items = 0;
  if (const auto mailbox = open_mailbox("/dev/fd/" + std::to_string(ends[0]), small_limits()))
    while ((*mailbox)->next()) ++items;
  ::close(ends[0]);
  return items;
}

void properties(std::string_view input) {
  const fs::path& root = work_folder();
  std::error_code ignored;
  fs::remove_all(root, ignored);
  fs::create_directories(root, ignored);
  make_tree(root, input, std::ios::trunc);
  Remembered memory;
  const Read first = read_all(root, memory), again = read_all(root, memory);
  // A file in a Maildir is known as one, whatever it holds; what a link leads to a second time is
  // known already.
  require(again.items + again.known <= first.items + first.known || first.faults > 0,
          "nothing is read that was not there");
  require((again.items + again.known > 0) == (first.items > 0) || first.faults > 0,
          "what was read is read again, or known");
  // Each file by its own name, as people give them; and as one that is what it was.
  std::size_t files = 0;
  for (fs::recursive_directory_iterator entry(root, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    if (!entry->is_regular_file(ignored) || ++files > 3) continue;
    Remembered none;
    read_all(entry->path(), none);
    none.all = true;
    const Read known = read_all(entry->path(), none);
    require(known.known <= 1 || known.items > 0, "a file that is what it was is known as it was");
  }
  if (input.size() <= (60u << 10)) read_pipe(input);
  // The same once more behind it: boxes grow, Maildirs stay.
  make_tree(root, input, std::ios::app);
  const Read more = read_all(root, memory);
  require(more.items + more.known >= again.known || more.faults > 0, "nothing gets lost");
}

constexpr std::string_view mail =
    "From: a@b.example\nSubject: s\nMessage-ID: <1@b.example>\n\nbody\n";

}  // namespace

std::vector<std::string> seeds() {
  const std::string one(mail), box = "From a@b.example Fri Jul  8 12:08:34 2026\n" + one + "\n";
  return {"box\n" + box + box,
          "cur/1:2,S\n" + one + "\fnew/2\n" + one + "\ftmp/3\n" + one + "\fdovecot-uidlist\n1",
          ".dmarc/cur/1\n" + one + "\f.dmarc/new/\n\fa.eml\n" + one +
              "\fb.xml\n<feedback/>\f.hidden/x\n" + one,
          "folder/a.eml\n" + one + "\ffolder/loop\n->..\fdangling\n->nowhere\fagain\n->folder",
          "empty\n\f__MACOSX/x\nx\f.DS_Store\nx\fThumbs.db\nx"};
}

std::vector<std::string_view> words() {
  return {"\f",
          "cur/",
          "new/",
          "tmp/",
          ".dmarc/",
          "->",
          "->..",
          "a.eml\n",
          "box\n",
          "From ",
          "From a@b.example Fri Jul  8 12:08:34 2026\n",
          "\n\n",
          "From: ",
          ":2,S",
          "<feedback>",
          "\x1f\x8b\x08",
          "PK\3\4"};
}

}  // namespace dmarcq::fuzz

// Files, even in memory, cost system calls.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(
      data, size,
      {.milliseconds = 200, .microseconds_per_byte = 20, .bytes = 80u << 20, .bytes_per_byte = 200},
      dmarcq::fuzz::properties);
}
