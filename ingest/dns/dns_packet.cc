// SPDX-License-Identifier: MIT
#include "ingest/dns/dns_packet.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

constexpr std::size_t header_size = 12;
constexpr unsigned class_in = 1;

/// What a name reads as. Kept as one text; labels are separated by dots.
void append_byte(std::string& name, unsigned char byte) {
  if (byte > ' ' && byte < 0x7f && byte != '.' && byte != '\\') {
    name += lower(static_cast<char>(byte));
    return;
  }
  name += '\\';
  for (const unsigned place : {100u, 10u, 1u}) name += static_cast<char>('0' + byte / place % 10);
}

/// The name of a question as append_byte writes the same name in a packet.
std::string as_in_packet(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '.')
      out += '.';
    else
      append_byte(out, static_cast<unsigned char>(c));
  }
  return out;
}

/// Reads forward through a packet. Once something does not fit, it has failed, and all that follows
/// is 0 or empty.
class PacketReader {
 public:
  explicit PacketReader(std::string_view packet) : packet_(packet) {}

  bool failed() const { return failed_; }
  std::size_t position() const { return at_; }
  void go_to(std::size_t at) { at_ = at; }

  unsigned byte() {
    if (failed_ || at_ >= packet_.size()) return fail();
    return static_cast<unsigned char>(packet_[at_++]);
  }
  unsigned word() {
    const unsigned high = byte();
    return high << 8 | byte();
  }
  std::uint32_t long_word() {
    const std::uint32_t high = word();
    return high << 16 | word();
  }
  std::string_view bytes(std::size_t size) {
    if (failed_ || size > packet_.size() - at_) {
      fail();
      return {};
    }
    at_ += size;
    return packet_.substr(at_ - size, size);
  }

  /// A name in lower case, "" for the root. A compression pointer (RFC 1035 section 4.1.4) has to
  /// point before the part of the name that it ends, so that pointers cannot go round.
  std::string name() {
    std::string text;
    std::size_t start = at_, after = 0, length = 0;
    for (unsigned size = byte(); size != 0 && !failed_; size = byte()) {
      if (size >= 0xc0) {
        const std::size_t target = (size & 0x3f) << 8 | byte();
        if (failed_ || target >= start) return fail(), std::string();
        if (after == 0) after = at_;
        start = at_ = target;
        continue;
      }
      length += size + 1;
      if (size > 63 || length > 254) return fail(), std::string();
      if (!text.empty()) text += '.';
      for (const char c : bytes(size)) append_byte(text, static_cast<unsigned char>(c));
    }
    if (after != 0) at_ = after;
    return failed_ ? std::string() : text;
  }

 private:
  unsigned fail() {
    failed_ = true;
    return 0;
  }
  std::string_view packet_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

struct PacketRecord {
  std::string name;
  unsigned type = 0;
  std::uint32_t ttl = 0;
  std::string data;
};

std::string address_text(std::string_view bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

/// The data of a record as DnsAnswer has them. Nothing when they are malformed; "" for types that
/// nobody asks for. The reader stands at their beginning.
std::optional<std::string> data_of(PacketReader& reader, unsigned type, std::size_t size) {
  const std::size_t end = reader.position() + size;
  std::string text;
  if (type == type_number(RecordType::a) || type == type_number(RecordType::aaaa)) {
    if (size != (type == type_number(RecordType::a) ? 4u : 16u)) return std::nullopt;
    text = address_text(reader.bytes(size));
  } else if (type == type_number(RecordType::txt)) {
    while (reader.position() < end && !reader.failed()) text += reader.bytes(reader.byte());
  } else if (type == type_number(RecordType::mx)) {
    text = std::to_string(reader.word()) + " ";
    const std::string host = reader.name();
    text += host.empty() ? "." : host;
  } else if (type == type_number(RecordType::cname) || type == type_number(RecordType::ptr) ||
             type == type_number(RecordType::ns)) {
    text = reader.name();
  } else if (type == type_number(RecordType::soa)) {
    for (int i = 0; i < 2; ++i) {
      const std::string name = reader.name();
      text += (i > 0 ? " " : "") + (name.empty() ? "." : name);
    }
    for (int i = 0; i < 5; ++i) text += ' ' + std::to_string(reader.long_word());
  } else {
    reader.bytes(size);
  }
  if (reader.failed() || reader.position() != end) return std::nullopt;
  return text;
}

/// Nothing when the packet ends, or the data do not fit their size. The type of a record of another
/// class is 0.
std::optional<PacketRecord> next_record(PacketReader& reader) {
  PacketRecord record;
  record.name = reader.name();
  record.type = reader.word();
  const bool internet = reader.word() == class_in;
  record.ttl = reader.long_word();
  if (record.ttl > 0x7fffffff) record.ttl = 0;  // RFC 2181 section 8
  const std::size_t size = reader.word();
  if (!internet) record.type = 0;
  auto data = data_of(reader, record.type, size);
  if (reader.failed() || !data) return std::nullopt;
  record.data = std::move(*data);
  return record;
}

DnsAnswer unknown(std::string why) {
  return {.status = DnsAnswer::Status::unknown, .why = std::move(why)};
}

/// Follows the aliases from the name that was asked for, and takes the records at their end.
DnsAnswer follow(const std::vector<PacketRecord>& records, std::string at, unsigned type) {
  DnsAnswer answer{.status = DnsAnswer::Status::no_data};
  std::optional<std::uint32_t> ttl;
  const auto take = [&](const PacketRecord& record) {
    ttl = std::min(ttl.value_or(record.ttl), record.ttl);
  };
  while (answer.aliases.size() <= most_aliases) {
    for (const PacketRecord& record : records) {
      if (record.type != type || record.name != at) continue;
      take(record);
      answer.status = DnsAnswer::Status::found;
      answer.data.push_back(record.data);
    }
    answer.ttl = ttl.value_or(0);
    if (answer.status == DnsAnswer::Status::found) return answer;
    const auto alias = std::ranges::find_if(records, [&](const PacketRecord& record) {
      return record.type == type_number(RecordType::cname) && record.name == at;
    });
    if (alias == records.end()) return answer;
    if (alias->data.empty()) return unknown("CNAME to the root");
    take(*alias);
    at = alias->data;
    answer.aliases.push_back(at);
  }
  return unknown("CNAME loop");
}

void remove_duplicates(std::vector<std::string>& data) {
  std::vector<std::string> kept;
  std::vector<std::string> sorted = data;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) == sorted.end()) return;
  for (std::string& one : data)
    if (std::ranges::find(kept, one) == kept.end()) kept.push_back(std::move(one));
  data = std::move(kept);
}

}  // namespace

std::string rcode_text(unsigned rcode) {
  constexpr std::array names{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};
  return rcode < names.size() ? names[rcode] : "response code " + std::to_string(rcode);
}

std::uint16_t type_number(RecordType type) noexcept {
  switch (type) {
    case RecordType::a: return 1;
    case RecordType::aaaa: return 28;
    case RecordType::txt: return 16;
    case RecordType::mx: return 15;
    case RecordType::ptr: return 12;
    case RecordType::cname: return 5;
    case RecordType::ns: return 2;
    case RecordType::soa: return 6;
  }
  return 0;
}

std::optional<RecordType> record_type(std::string_view text) {
  using T = RecordType;
  for (const T type : {T::a, T::aaaa, T::txt, T::mx, T::ptr, T::cname, T::ns, T::soa})
    if (lower(text) == lower(to_text(type))) return type;
  return std::nullopt;
}

DnsAnswer answer_from_packet(std::string_view packet, const DnsQuestion& question) {
  if (packet.size() > most_packet_bytes) return unknown("answer larger than 64 KiB");
  PacketReader reader(packet);
  reader.word();  // the id: who sent the question compares it
  const unsigned flags = reader.word();
  const unsigned questions = reader.word(), answers = reader.word(), authorities = reader.word();
  reader.word();
  if (reader.failed() || (flags & 0x8000) == 0 || questions != 1)
    return unknown("malformed answer");
  const std::string asked = as_in_packet(folded_domain(question.name));
  const bool same_name = reader.name() == asked,
             same_type = reader.word() == type_number(question.type),
             internet = reader.word() == class_in;
  if (reader.failed()) return unknown("malformed answer");
  if (!same_name || !same_type || !internet) return unknown("answer to another question");
  const unsigned rcode = flags & 0xf;
  if (rcode != 0 && rcode != 3) return unknown(rcode_text(rcode));
  if ((flags & 0x0200) != 0) return unknown("truncated answer");
  if (answers > most_packet_records) return unknown("answer with more than 1,000 records");

  std::vector<PacketRecord> records;
  for (unsigned i = 0; i < answers; ++i) {
    auto record = next_record(reader);
    if (!record) return unknown("malformed answer");
    records.push_back(std::move(*record));
  }
  bool has_soa = false, has_ns = false;  // a referral has NS without SOA (RFC 2308 section 2.2)
  for (unsigned i = 0; i < std::min<unsigned>(authorities, most_packet_records); ++i) {
    const auto record = next_record(reader);
    if (!record) break;
    has_soa |= record->type == type_number(RecordType::soa);
    has_ns |= record->type == type_number(RecordType::ns);
  }
  DnsAnswer answer = follow(records, asked, type_number(question.type));
  if (answer.status != DnsAnswer::Status::no_data) {
    remove_duplicates(answer.data);
    return answer;
  }
  const bool recursive = (flags & 0x0080) != 0;
  if (rcode == 3)
    answer.status = DnsAnswer::Status::no_name;
  else if (!recursive && !has_soa && (has_ns || !answer.aliases.empty()))
    answer.status = DnsAnswer::Status::unknown, answer.why = "the name server is not recursive";
  return answer;
}

}  // namespace dmarcq
