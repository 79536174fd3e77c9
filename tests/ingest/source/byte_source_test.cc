// SPDX-License-Identifier: MIT
#include "ingest/source/byte_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "tests/ingest/support.h"

using namespace dmarcq;
using namespace dmarcq::test;
using namespace std::string_literals;

namespace {

/// All that comes, in reads of `step` bytes; "error: …" behind it where it ends so.
std::string all_of(ByteSource& source, std::size_t step = 7) {
  std::string text, block(step, '\0');
  for (;;) {
    const auto count = source.read(block.data(), block.size());
    if (!count) return text + "error: " + count.error().text;
    CHECK(*count <= step);
    if (*count == 0) return text;
    text.append(block, 0, *count);
  }
}

const std::string sample = "0123456789\0\xff\n"s;

struct Pipe {
  int ends[2];
  Pipe() { REQUIRE(::pipe(ends) == 0); }
  void write(std::string_view bytes) const {
    REQUIRE(::write(ends[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
};

}  // namespace

TEST_CASE("byte source: memory, a view and a file give the same") {
  const TemporaryFolder scratch;
  const auto file = scratch.write("a", sample);
  for (const std::size_t step : {1, 5, 13, 100}) {
    CAPTURE(step);
    std::vector<std::unique_ptr<ByteSource>> sources;
    sources.push_back(memory_source(sample));
    sources.push_back(view_source(sample));
    sources.push_back(file_source(file, {}).value());
    for (const auto& source : sources) {
      CHECK(source->size() == sample.size());
      CHECK(all_of(*source, step) == sample);
      CHECK(all_of(*source, step) == "");  // the end stays
      CHECK(source->seek(10));
      CHECK(all_of(*source, step) == sample.substr(10));
      CHECK(source->seek(0));
      CHECK(all_of(*source, step) == sample);
      CHECK(source->seek(sample.size()));
      CHECK(all_of(*source, step) == "");
    }
  }
  CHECK_FALSE(view_source(sample)->seek(sample.size() + 1));
  CHECK(all_of(*memory_source("")) == "");
  CHECK(all_of(*view_source({})) == "");
}

TEST_CASE("byte source: what was looked at comes first") {
  const auto made = [](std::string prefix, std::string rest) {
    return prefixed_source(std::move(prefix), memory_source(std::move(rest)));
  };
  for (const std::size_t step : {1, 3, 100}) {
    CHECK(all_of(*made("abc", "def"), step) == "abcdef");
    CHECK(all_of(*made("", "def"), step) == "def");
    CHECK(all_of(*made("abc", ""), step) == "abc");
    CHECK(all_of(*made("", ""), step) == "");
  }
  // A position is one of the rest, from which the bytes were taken.
  auto rest = memory_source("abcdef");
  std::string prefix;
  REQUIRE(read_up_to(*rest, prefix, 3));
  const auto source = prefixed_source(prefix, std::move(rest));
  CHECK(source->size() == 6u);
  char byte;
  REQUIRE(source->read(&byte, 1) == 1u);
  CHECK(source->seek(1));
  CHECK(all_of(*source) == "bcdef");
  CHECK_FALSE(source->seek(7));
}

TEST_CASE("byte source: read up to a size, or the end") {
  Pipe pipe;
  pipe.write(sample);
  ::close(pipe.ends[1]);
  const auto from_pipe = descriptor_source(pipe.ends[0], true, {});
  CHECK_FALSE(from_pipe->size());
  CHECK_FALSE(from_pipe->seek(0));
  const auto from_memory = memory_source(sample);
  for (ByteSource* source : {from_pipe.get(), from_memory.get()}) {
    std::string text = "kept";
    REQUIRE(read_up_to(*source, text, 4));
    CHECK(text == "kept");
    REQUIRE(read_up_to(*source, text, 7));
    CHECK(text == "kept012");
    REQUIRE(read_up_to(*source, text, 7));
    CHECK(text == "kept012");
    REQUIRE(read_up_to(*source, text, 1'000'000));
    CHECK(text == "kept" + sample);
    REQUIRE(read_up_to(*source, text, 1'000'000));
    CHECK(text == "kept" + sample);
  }
}

TEST_CASE("byte source: a file that grows is read on") {
  const TemporaryFolder scratch;
  const auto file = scratch.write("a", "one ");
  const auto source = file_source(file, {}).value();
  std::ofstream(file, std::ios::app) << "two";
  std::string text;
  REQUIRE(read_up_to(*source, text, 100));
  CHECK(text == "one two");
}

TEST_CASE("byte source: an error is told with what came before it") {
  class Failing final : public ByteSource {
   public:
    explicit Failing(bool sized) : sized_(sized) {}
    std::expected<std::size_t, Error> read(char* to, std::size_t) override {
      if (left_ == 0) return std::unexpected(Error{Fault::unreadable, "read error", ""});
      *to = static_cast<char>('0' + left_--);
      return 1;
    }
    std::optional<std::uint64_t> size() const override {
      return sized_ ? std::optional<std::uint64_t>(10) : std::nullopt;
    }

   private:
    bool sized_;
    int left_ = 3;
  };
  for (const bool sized : {false, true}) {
    Failing source(sized);
    std::string text;
    const auto read = read_up_to(source, text, 10);
    REQUIRE_FALSE(read);
    CHECK(read.error().text == "read error");
    CHECK(text == "321");
  }
}

TEST_CASE("byte source: what cannot be opened or read") {
  const TemporaryFolder scratch;
  const auto text_of = [](const auto& opened) {
    return opened ? all_of(**opened) : "error: " + opened.error().text;
  };
  const auto missing = file_source(scratch.path() / "none", {});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().fault == Fault::unreadable);
  CHECK(missing.error().text.find("No such file or directory") != std::string::npos);
  CHECK(text_of(file_source(scratch.path(), {})).find("Is a directory") != std::string::npos);
  CHECK(text_of(file_source("/dev/zero", {})).starts_with("error: "));
  CHECK(text_of(file_source("/dev/null", {})).starts_with("error: "));
  const Error error = unreadable("cannot be read", EACCES);
  CHECK(error.fault == Fault::unreadable);
  CHECK(error.text == "cannot be read: Permission denied");
  CHECK(error.limit.empty());
}

TEST_CASE("byte source: bytes read are counted") {
  const TemporaryFolder scratch;
  const Progress progress = std::make_shared<std::atomic<std::uint64_t>>(5);
  const auto one = file_source(scratch.write("a", sample), progress).value();
  const auto two = file_source(scratch.write("b", "xyz"), progress).value();
  all_of(*one);
  CHECK(*progress == 5 + sample.size());
  all_of(*two);
  CHECK(*progress == 5 + sample.size() + 3);
}

TEST_CASE("byte source: a descriptor is closed by its owner only") {
  for (const bool owned : {true, false}) {
    const Pipe pipe;
    pipe.write("x");
    ::close(pipe.ends[1]);
    CHECK(all_of(*descriptor_source(pipe.ends[0], owned, {})) == "x");
    char byte;
    CHECK((::read(pipe.ends[0], &byte, 1) == 0) == !owned);
    if (!owned) ::close(pipe.ends[0]);
  }
}

TEST_CASE("byte source: a pipe that has nothing to give ends once a stop is asked for") {
  const TemporaryFolder scratch;
  const std::string name = (scratch.path() / "pipe").string();
  REQUIRE(::mkfifo(name.c_str(), 0600) == 0);
  const std::atomic<bool> stop = true;
  const Pipe silent;
  const auto start = std::chrono::steady_clock::now();
  CHECK(all_of(*descriptor_source(silent.ends[0], true, {}, &stop)).starts_with("error: "));
  const auto named = file_source(name, {}, &stop);
  REQUIRE(named);
  CHECK(all_of(**named).starts_with("error: "));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(4));
  ::close(silent.ends[1]);
  // A file goes on to its end.
  CHECK(all_of(*file_source(scratch.write("a", sample), {}, &stop).value()) == sample);
}

TEST_CASE("byte source: a named pipe with a writer gives what is written") {
  const TemporaryFolder scratch;
  const std::string name = (scratch.path() / "pipe").string();
  REQUIRE(::mkfifo(name.c_str(), 0600) == 0);
  const auto source = file_source(name, {});
  REQUIRE(source);
  std::ofstream(name) << sample;
  CHECK(all_of(**source) == sample);
}
