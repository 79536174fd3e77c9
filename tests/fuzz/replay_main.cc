// SPDX-License-Identifier: MIT
// Runs a fuzz target without libFuzzer, so that every build has it: over the files given and those below the folders
// given, and over seeded mutations of them.
//   replay [-runs=N] [-seed=N] PATH…      N mutations in all
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void run(const std::string& bytes) {
  // A copy of exactly that size: a sanitizer sees one byte too far.
  const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

class Mutator {
 public:
  Mutator(std::uint64_t seed, const std::vector<std::string>& inputs) : random_(seed), inputs_(inputs) {}

  std::string next() {
    std::string bytes = inputs_[below(inputs_.size())];
    for (std::size_t steps = 1 + below(4); steps > 0; --steps) mutate(bytes);
    return bytes;
  }

 private:
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : static_cast<std::size_t>(random_() % bound); }

  void mutate(std::string& bytes) {
    static constexpr std::string_view pieces[] = {"<", ">", "/", "&", "\"", "'", "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>", "</", "/>", "&#x0;", "&amp;",
                                                  "<!DOCTYPE", "=", " ", "\n", "<record>", "</record>", "</feedback>", "<feedback>", std::string_view("\0", 1),
                                                  "\xFF", "\xC2\x85", "xmlns:d=\"u\"", "d:", "<a>", "</a>", "-1", "99999999999999999999"};
    const std::size_t at = below(bytes.size() + 1), length = std::min(below(40), bytes.size() - at);
    switch (below(6)) {
      case 0: bytes.erase(at, length); break;
      case 1: bytes.insert(at, pieces[below(std::size(pieces))]); break;
      case 2: bytes.replace(at, length, pieces[below(std::size(pieces))]); break;
      case 3: bytes.insert(below(bytes.size() + 1), bytes.substr(at, below(400))); break;
      case 4:
        if (at < bytes.size()) bytes[at] = static_cast<char>(below(256));
        break;
      default: {
        const std::string& other = inputs_[below(inputs_.size())];
        bytes.insert(at, other.substr(below(other.size() + 1), below(300)));
      }
    }
  }

  std::mt19937_64 random_;
  const std::vector<std::string>& inputs_;
};

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t runs = 0, seed = 1;
  std::vector<fs::path> paths;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const auto number = [&](std::string_view option, std::uint64_t& value) {
      if (!argument.starts_with(option)) return false;
      std::from_chars(argument.data() + option.size(), argument.data() + argument.size(), value);
      return true;
    };
    if (number("-runs=", runs) || number("-seed=", seed)) continue;
    if (fs::is_directory(argument)) {
      for (const auto& entry : fs::recursive_directory_iterator(argument))
        if (entry.is_regular_file() && entry.path().extension() != ".expected") paths.push_back(entry.path());
    } else {
      paths.emplace_back(argument);
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> inputs;
  for (const fs::path& path : paths) inputs.push_back(read_file(path));
  if (inputs.empty()) {
    std::fprintf(stderr, "replay: no input\n");
    return 2;
  }
  for (const std::string& bytes : inputs) run(bytes);
  Mutator mutator(seed, inputs);
  for (std::uint64_t i = 0; i < runs; ++i) {
    const std::string bytes = mutator.next();
    if (const char* const keep = std::getenv("DMARCQ_FUZZ_KEEP")) std::ofstream(keep, std::ios::binary) << bytes;  // the one that crashes
    run(bytes);
  }
  std::printf("%zu inputs, %llu mutations\n", inputs.size(), static_cast<unsigned long long>(runs));
  return 0;
}
