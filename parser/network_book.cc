// SPDX-License-Identifier: MIT
#include "parser/network_book.h"

#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "ingest/mail/encoded_text.h"
#include "parser/aggregate/field_text.h"

#ifdef DMARCQ_MMDB
#include <maxminddb.h>
#endif

namespace dmarcq {

#ifdef DMARCQ_MMDB

namespace {

constexpr std::uintmax_t most_bytes = std::uintmax_t{2} << 30;  // it is mapped, not read

/// Where makers of such files keep the same fact: a path of member names.
using Place = std::array<const char*, 3>;
constexpr Place number_places[] = {{"autonomous_system_number"}, {"asn"}, {"as_number"}};
constexpr Place name_places[] = {{"autonomous_system_organization"}, {"as_name"}, {"as_org"}};
constexpr Place country_places[] = {
    {"country", "iso_code"}, {"registered_country", "iso_code"}, {"country_code"}, {"country"}};

std::optional<MMDB_entry_data_s> value_at(MMDB_entry_s entry, const Place& place) {
  std::array<const char*, 4> path{place[0], place[1], place[2], nullptr};
  MMDB_entry_data_s data;
  if (MMDB_aget_value(&entry, &data, path.data()) != MMDB_SUCCESS || !data.has_data)
    return std::nullopt;
  return data;
}

std::string_view text_of(const MMDB_entry_data_s& data) {
  if (data.type != MMDB_DATA_TYPE_UTF8_STRING) return {};
  return {data.utf8_string, std::min<std::size_t>(data.data_size, 4 * longest_as_name)};
}

/// A number, or "AS64500".
std::uint32_t as_number_of(const MMDB_entry_data_s& data) {
  if (data.type == MMDB_DATA_TYPE_UINT32) return data.uint32;
  if (data.type == MMDB_DATA_TYPE_UINT16) return data.uint16;
  std::string_view text = text_of(data);
  if (text.starts_with("AS")) text.remove_prefix(2);
  std::uint32_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc() && end == text.data() + text.size() ? number : 0;
}

void add_network(const MMDB_entry_s& entry, NetworkFacts& facts) {
  for (const Place& place : number_places)
    if (const auto data = value_at(entry, place); data && facts.as_number == 0)
      facts.as_number = as_number_of(*data);
  for (const Place& place : name_places)
    if (const auto data = value_at(entry, place); data && facts.as_name.empty())
      facts.as_name = shortened(valid_utf8(text_of(*data)), longest_as_name);
}

void add_country(const MMDB_entry_s& entry, NetworkFacts& facts) {
  for (const Place& place : country_places) {
    const auto data = value_at(entry, place);
    const std::string_view code = data ? text_of(*data) : std::string_view();
    const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (code.size() == 2 && is_letter(code[0]) && is_letter(code[1])) {
      facts.country = code;
      return;
    }
  }
}

}  // namespace

struct NetworkFile::Impl {
  MMDB_s file{};
  Facts wanted = Facts::as_numbers;

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (file.filename != nullptr) MMDB_close(&file);
  }

  void add(const MMDB_entry_s& entry, NetworkFacts& facts) const {
    if (wanted == Facts::as_numbers)
      add_network(entry, facts);
    else
      add_country(entry, facts);
  }

  /// Do any of the first networks have such facts? A file of another kind has none.
  bool holds_facts() const {
    constexpr unsigned most_nodes = 100'000, most_entries = 64;
    std::vector<std::uint32_t> open{0};
    unsigned nodes = 0, entries = 0;
    while (!open.empty() && nodes < most_nodes && entries < most_entries) {
      const std::uint32_t number = open.back();
      open.pop_back();
      ++nodes;
      MMDB_search_node_s node;
      if (MMDB_read_node(&file, number, &node) != MMDB_SUCCESS) continue;
      const auto has_facts = [&](std::uint8_t type, std::uint64_t next, const MMDB_entry_s& entry) {
        if (type == MMDB_RECORD_TYPE_SEARCH_NODE) open.push_back(static_cast<std::uint32_t>(next));
        if (type != MMDB_RECORD_TYPE_DATA) return false;
        ++entries;
        NetworkFacts facts;
        add(entry, facts);
        return !facts.empty();
      };
      if (has_facts(node.right_record_type, node.right_record, node.right_record_entry) ||
          has_facts(node.left_record_type, node.left_record, node.left_record_entry))
        return true;
    }
    return false;
  }
};

std::expected<NetworkFile, std::string> NetworkFile::open(const std::filesystem::path& path,
                                                          Facts wanted) {
  const auto fault = [&](std::string_view reason) {
    return std::unexpected(fmt::format("{}: {}", path.string(), reason));
  };
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (error || status.type() == std::filesystem::file_type::not_found)
    return fault(error && status.type() != std::filesystem::file_type::not_found
                     ? error.message()
                     : "there is no such file");
  if (!std::filesystem::is_regular_file(status)) return fault("not a file");
  const auto bytes = std::filesystem::file_size(path, error);
  if (error) return fault(error.message());
  if (bytes == 0) return fault("not an MMDB file, or damaged");
  if (bytes > most_bytes) return fault("larger than 2 GiB");
  auto impl = std::make_unique<Impl>();
  impl->wanted = wanted;
  const int opened = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &impl->file);
  if (opened != MMDB_SUCCESS) {
    impl->file.filename = nullptr;  // MMDB_open() has tidied up
    return fault(opened == MMDB_FILE_OPEN_ERROR || opened == MMDB_IO_ERROR
                     ? fmt::format("cannot be read: {}", std::strerror(errno))
                     : "not an MMDB file, or damaged");
  }
  if (!impl->holds_facts())
    return fault(fmt::format("an MMDB file without {} (it calls itself '{}')",
                             wanted == Facts::as_numbers ? "names of networks" : "countries",
                             shortened(valid_utf8(impl->file.metadata.database_type == nullptr
                                                      ? ""
                                                      : impl->file.metadata.database_type),
                                       60)));
  return NetworkFile(std::move(impl));
}

void NetworkFile::look_up(const IpAddress& address, NetworkFacts& facts) const {
  sockaddr_storage storage{};
  const std::string_view bytes = address.bytes();
  if (address.is_v4()) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
    v4->sin_family = AF_INET;
    std::memcpy(&v4->sin_addr, bytes.data(), bytes.size());
  } else {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
    v6->sin6_family = AF_INET6;
    std::memcpy(&v6->sin6_addr, bytes.data(), bytes.size());
  }
  int error = MMDB_SUCCESS;
  const MMDB_lookup_result_s result =
      MMDB_lookup_sockaddr(&impl_->file, reinterpret_cast<const sockaddr*>(&storage), &error);
  if (error == MMDB_SUCCESS && result.found_entry) impl_->add(result.entry, facts);
}

#else  // built without libmaxminddb

struct NetworkFile::Impl {};

std::expected<NetworkFile, std::string> NetworkFile::open(const std::filesystem::path& path,
                                                          Facts) {
  return std::unexpected(fmt::format(
      "{}: this dmarcq was built without libmaxminddb and reads no MMDB files", path.string()));
}

void NetworkFile::look_up(const IpAddress&, NetworkFacts&) const {}

#endif

std::string to_text(const NetworkFacts& facts) {
  std::string words = facts.as_number == 0 ? std::string() : fmt::format("AS{}", facts.as_number);
  if (!facts.as_name.empty()) words += (words.empty() ? "" : " ") + facts.as_name;
  if (!facts.country.empty()) words += (words.empty() ? "" : ", ") + facts.country;
  return words;
}

std::string network_words(const NetworkBook* book, const IpAddress& address) {
  return book == nullptr ? std::string() : to_text(book->of(address));
}

NetworkFile::NetworkFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NetworkFile::NetworkFile(NetworkFile&&) noexcept = default;
NetworkFile& NetworkFile::operator=(NetworkFile&&) noexcept = default;
NetworkFile::~NetworkFile() = default;

}  // namespace dmarcq
