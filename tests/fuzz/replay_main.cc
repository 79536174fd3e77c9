// SPDX-License-Identifier: MIT
// Runs a fuzz target without libFuzzer, so that every build has it: over the target's seeds, the
// files given and those below the folders given, and over mutations of them, the same for the same
// seed.
//   replay [-runs=N] [-seconds=N] [-seed=N] PATH…      N mutations in all, or as many as fit in N
//   seconds of CPU
// DMARCQ_FUZZ_KEEP=FILE keeps each input there before it runs: the last one is the one that failed.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest = 64u << 10;  ///< of a mutation

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void run(const std::string& bytes) {
  if (const char* const keep = std::getenv("DMARCQ_FUZZ_KEEP"))
    std::ofstream(keep, std::ios::binary) << bytes;
  // A copy of exactly that size: a sanitizer sees one byte too far.
  const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

class Mutator {
 public:
  Mutator(std::uint64_t seed, const std::vector<std::string>& inputs)
      : random_(seed), inputs_(inputs), words_(dmarcq::fuzz::words()) {
    for (const std::string_view word :
         {std::string_view("\0", 1), std::string_view("\xFF"), std::string_view("\xC2\x85"),
          std::string_view("\n"), std::string_view("\r\n"), std::string_view(" "),
          std::string_view("-1"), std::string_view("99999999999999999999")})
      words_.push_back(word);
  }

  std::string next() {
    std::string bytes = inputs_[below(inputs_.size())].substr(0, largest);
    for (std::size_t steps = 1 + below(4); steps > 0; --steps) mutate(bytes);
    // Now and then one piece over and over: what grows faster than its input shows.
    if (below(50) == 0) repeat(bytes);
    if (bytes.size() > largest) bytes.resize(largest);
    return bytes;
  }

 private:
  std::size_t below(std::size_t bound) {
    return bound == 0 ? 0 : static_cast<std::size_t>(random_() % bound);
  }

  void mutate(std::string& bytes) {
    const std::size_t at = below(bytes.size() + 1), length = std::min(below(40), bytes.size() - at);
    switch (below(8)) {
      case 0: bytes.erase(at, length); break;
      case 1: bytes.insert(at, words_[below(words_.size())]); break;
      case 2: bytes.replace(at, length, words_[below(words_.size())]); break;
      case 3: bytes.insert(below(bytes.size() + 1), bytes.substr(at, below(400))); break;
      case 4:
        if (at < bytes.size()) bytes[at] = static_cast<char>(below(256));
        break;
      case 5:
        if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ 1 << below(8));
        break;
      case 6:
        if (below(4) == 0) bytes.resize(at);
        break;
      default: {
        const std::string& other = inputs_[below(inputs_.size())];
        bytes.insert(at, other.substr(below(other.size() + 1), below(300)));
      }
    }
  }

  void repeat(std::string& bytes) {
    const std::size_t at = below(bytes.size() + 1);
    const std::string piece = below(2) == 0 ? std::string(words_[below(words_.size())])
                                            : bytes.substr(at, 1 + below(60));
    if (piece.empty()) return;
    std::string many;
    for (std::size_t size = below(largest); many.size() < size;) many += piece;
    bytes.insert(at, many);
  }

  std::mt19937_64 random_;
  const std::vector<std::string>& inputs_;
  std::vector<std::string_view> words_;
};

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t runs = 0, seconds = 0, seed = 1;
  std::vector<fs::path> paths;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const auto number = [&](std::string_view option, std::uint64_t& value) {
      if (!argument.starts_with(option)) return false;
      std::from_chars(argument.data() + option.size(), argument.data() + argument.size(), value);
      return true;
    };
    if (number("-runs=", runs) || number("-seconds=", seconds) || number("-seed=", seed)) continue;
    if (fs::is_directory(argument)) {
      for (const auto& entry : fs::recursive_directory_iterator(argument))
        if (entry.is_regular_file() && entry.path().extension() != ".expected")
          paths.push_back(entry.path());
    } else {
      paths.emplace_back(argument);
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> inputs = dmarcq::fuzz::seeds();
  for (const fs::path& path : paths) inputs.push_back(read_file(path));
  if (inputs.empty()) {
    std::fprintf(stderr, "replay: no input\n");
    return 2;
  }
  run("");
  for (const std::string& bytes : inputs) run(bytes);
  Mutator mutator(seed, inputs);
  const auto time_is_up = [&] {
    return std::clock() / CLOCKS_PER_SEC >= static_cast<std::clock_t>(seconds);
  };
  std::uint64_t done = 0;
  for (; done < runs || (seconds > 0 && !time_is_up()); ++done) run(mutator.next());
  std::printf("%zu inputs, %llu mutations\n", inputs.size(), static_cast<unsigned long long>(done));
  return 0;
}
