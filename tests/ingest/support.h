// SPDX-License-Identifier: MIT
#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/documents.h"
#include "tests/support/packing.h"
#include "tests/support/temporary_folder.h"

namespace dmarcq::test {

namespace fs = std::filesystem;

inline std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void write_file(const fs::path& path, std::string_view bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// An item as a file of its own gives it.
inline Item item_of(std::string name, std::string bytes) {
  Item item;
  item.origin.source = std::move(name);
  item.bytes = std::move(bytes);
  return item;
}

inline std::vector<Item> read_all(const fs::path& path, const Limits& limits = {}) {
  auto mailbox = open_mailbox(path, limits);
  REQUIRE(mailbox);
  std::vector<Item> items;
  while (auto item = (*mailbox)->next()) items.push_back(std::move(*item));
  return items;
}

/// A mail with one attachment.
inline std::string mail_with(std::string_view type, std::string_view attachment,
                             std::string_view id = "m1") {
  return "From: dmarc@reporter.example\nTo: dmarc@example.org\nSubject: Report domain: example.org\nMessage-ID: <" +
         std::string(id) +
         "@reporter.example>\nMIME-Version: 1.0\nContent-Type: " + std::string(type) +
         "\nContent-Transfer-Encoding: base64\n\n" + base64(attachment);
}

inline constexpr std::string_view small_report =
    "<?xml version=\"1.0\"?>\n<feedback><record/></feedback>\n";

/// Peak resident memory of this process in MiB, as Linux counts it; reset first where the kernel
/// allows that.
inline void reset_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }
inline std::size_t peak_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6)) / 1024;
  return 0;
}

/// Seconds of processor time of this process: a busy machine does not lengthen them.
inline double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool sanitized = true;  // memory and time mean nothing then
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace dmarcq::test
