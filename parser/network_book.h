// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "parser/ip_address.h"

namespace dmarcq {

/// What others publish about an address, to be shown beside it and nothing else: it is no evidence
/// of who sent a mail, and no verdict rests on it.
struct NetworkFacts {
  std::uint32_t as_number = 0;  ///< 0: not known
  std::string as_name;          ///< well-formed UTF-8, at most longest_as_name bytes; "": not known
  std::string country;          ///< two capital letters (ISO 3166); "": not known
  bool empty() const { return as_number == 0 && as_name.empty() && country.empty(); }
};
inline constexpr std::size_t longest_as_name = 100;
/// "AS64500 EXAMPLE-NET, NL"; "" where nothing is known.
std::string to_text(const NetworkFacts&);

/// Facts about addresses from a local file in the MaxMind DB format (.mmdb): of networks, of
/// countries, or both, whoever made it. The members that it is searched for are those of GeoLite2,
/// DB-IP and IPinfo. Reading is safe from several threads at a time.
class NetworkFile {
 public:
  /// What the file is wanted for.
  enum class Facts { as_numbers, countries };
  /// An error is one line that names the file and the reason: it is missing, no file, too large,
  /// damaged, holds no such facts, or this build cannot read it.
  static std::expected<NetworkFile, std::string> open(const std::filesystem::path&, Facts);
  NetworkFile(NetworkFile&&) noexcept;
  NetworkFile& operator=(NetworkFile&&) noexcept;
  ~NetworkFile();

  /// Adds what the file says of the address; nothing where it says nothing or is damaged there.
  void look_up(const IpAddress&, NetworkFacts&) const;

 private:
  struct Impl;
  explicit NetworkFile(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

/// The files that were named, as one.
class NetworkBook {
 public:
  void add(NetworkFile file) { files_.push_back(std::move(file)); }
  bool empty() const { return files_.empty(); }
  NetworkFacts of(const IpAddress& address) const {
    NetworkFacts facts;
    for (const NetworkFile& file : files_) file.look_up(address, facts);
    return facts;
  }

 private:
  std::vector<NetworkFile> files_;
};

/// What is shown beside an address: its facts as text; "" where nothing is known, or without a book
/// (null).
std::string network_words(const NetworkBook*, const IpAddress&);

}  // namespace dmarcq
