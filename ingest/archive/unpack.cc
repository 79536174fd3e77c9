// SPDX-License-Identifier: MIT
#include "ingest/archive/unpack.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "ingest/archive/archive_reader.h"
#include "ingest/archive/gzip.h"
#include "ingest/base/csv.h"
#include "ingest/base/pieces.h"
#include "ingest/content.h"
#include "ingest/mail/charset.h"
#include "ingest/mail/encoded_text.h"
#include "ingest/names.h"
#include "ingest/source/table.h"

namespace dmarcq {
namespace {

/// What an archive, a member and an entry of a directory cost at least, so that a hundred in each
/// of a hundred come to an end as well.
constexpr std::size_t cost_of_an_archive = 4096, cost_of_a_member = 512, cost_of_an_entry = 256;
constexpr std::size_t head_size = 512, table_head_size = 4096;
constexpr std::size_t longest_name = 1000;
/// How often the walk over a zip is taken up again behind a damaged member.
constexpr int most_walks = 16;
/// libarchive keeps the whole directory of a zip in memory. More entries than this for each member
/// allowed, and it is not opened: archives inside have entries of their own.
constexpr std::size_t entries_for_each_member = 100;

/// A gzip header may hold a name of megabytes: of those the end is kept, where ".xml" stands.
std::string join(std::string_view outer, std::string_view inner) {
  inner = inner.substr(inner.size() - std::min(inner.size(), longest_name));
  if (outer.empty()) return valid_utf8(inner);
  if (inner.empty()) return std::string(outer);
  return std::string(outer) + "/" + valid_utf8(inner);
}

/// The name of what is inside a gzip file: the one its header states, else its own without the
/// ending. A name that says ".xml" wins, since the header often holds the name of a temporary file.
std::string inner_name(std::string_view outer, std::string_view stated) {
  std::string_view stem = last_component(outer);
  for (const std::string_view ending : {".gz", ".gzip"})
    if (ends_with_word(stem, ending)) {
      stem.remove_suffix(ending.size());
      break;
    }
  stated = last_component(stated);
  if (stated.empty() || (named_xml(stem) && !named_xml(stated))) return std::string(stem);
  return std::string(stated);
}

/// Entries of a zip's directory, up to `most`. They are counted by their signature, which packed
/// data hold by chance once in 4 GiB.
std::size_t count_zip_entries(std::string_view bytes, std::size_t most) {
  std::size_t count = 0;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (count < most) {
    at = static_cast<const char*>(::memmem(at, static_cast<std::size_t>(end - at), "PK\1\2", 4));
    if (at == nullptr) break;
    at += 4;
    ++count;
  }
  return count;
}

/// Word processors, spreadsheets, Java and Android pack in zip, too; their inside is nobody's
/// report.
bool is_of_an_application(std::string_view member) noexcept {
  static constexpr std::array<std::string_view, 5> marks = {"[Content_Types].xml", "mimetype",
                                                            "_rels/.rels", "META-INF/MANIFEST.MF",
                                                            "AndroidManifest.xml"};
  return std::ranges::find(marks, member) != marks.end();
}

bool is_table(std::string_view head) {
  if (head.starts_with(table_preamble_word)) return true;
  const auto converted = utf8_of_utf16(head);
  return looks_like_table(converted ? *converted : head);
}

/// A name tells nothing for sure; it is asked where nothing could be read.
bool named_log(std::string_view name) noexcept {
  static constexpr std::array<std::string_view, 6> endings = {".csv",  ".tsv",    ".tab",
                                                              ".json", ".ndjson", ".jsonl"};
  return std::ranges::any_of(endings, [&](auto ending) { return ends_with_word(name, ending); });
}

/// Of what is damaged: `head` is what could be read of it, or the start of that.
bool is_start_of_log(std::string_view name, std::string_view head) {
  const Content content = content_of(head.substr(0, head_size));
  if (content == Content::json) return !looks_like_tls_report(head);
  return content != Content::xml &&
         (is_table(head.substr(0, table_head_size)) || (head.empty() && named_log(name)));
}

class Unpacker {
 public:
  Unpacker(const Limits& limits, Budget& budget) : limits_(limits), budget_(budget) {}
  Unpacked found;

  void look(const std::string& name, std::string_view bytes, std::string* owned, std::size_t level,
            std::vector<std::string> deviations) {
    const auto keep = [&](std::vector<Document>& to, DocumentKind kind) {
      to.push_back({name,
                    owned != nullptr ? std::move(*owned) : std::string(bytes),
                    std::move(deviations),
                    {},
                    kind});
    };
    const auto keep_document = [&](DocumentKind kind) {
      if (budget_.reports_used_up()) return;
      const auto fault = [&](const std::string& part, Error error) {
        found.log_fault |= kind != DocumentKind::report && kind != DocumentKind::tls_report;
        this->fault(part, std::move(error));
      };
      if (!budget_.add_report()) return fault(name, budget_.too_many_reports());
      if (!budget_.decode(size_of_conversion(bytes) + (owned == nullptr ? bytes.size() : 0)))
        return fault(name, budget_.size_exceeded());
      keep(found.documents, kind);
    };
    const Content content = content_of(bytes.substr(0, head_size));
    switch (content) {
      case Content::gzip:
      case Content::zip:
      case Content::archive:
        if (level >= limits_.archive_nesting)
          return fault(
              name, {Fault::limit,
                     "packed more than " + std::to_string(limits_.archive_nesting) + " levels deep",
                     "archive_nesting"});
        if (content == Content::gzip) return open_gzip(name, bytes, level, std::move(deviations));
        return open_archive(name, bytes, level, content);
      case Content::xml: return keep_document(DocumentKind::report);
      case Content::empty:
        if (named_report(name)) fault(name, {Fault::truncated, "empty", {}});
        return;
      case Content::json:
        if (looks_like_tls_report(bytes)) return keep_document(DocumentKind::tls_report);
        if (!named_xml(name)) return keep_document(DocumentKind::events);
        break;
      case Content::mail:
      case Content::emlx:
      case Content::mbox:
        if (!named_xml(name)) return keep(found.mails, DocumentKind::report);
        break;
      case Content::other: break;
    }
    if (named_xml(name))
      keep_document(DocumentKind::report);  // the parser says what is wrong with it
    else if (is_table(bytes.substr(0, table_head_size)))
      keep_document(DocumentKind::table);
    else if (named_packed(name))
      fault(name, {Fault::corrupt_archive, "not compressed, although the file name says so", {}});
  }

 private:
  void fault(const std::string& name, Error error) {
    // Archives nested on purpose could hold a hundred thousand; nobody reads them.
    if (found.faults.size() < limits_.archive_entries)
      found.faults.push_back({name, std::move(error)});
  }

  /// Of what ends too early or is damaged inside: `head` is what could be read of `inner`.
  void fault(const std::string& name, Error error, std::string_view inner, std::string_view head) {
    found.log_fault |= is_start_of_log(inner, head);
    fault(name, std::move(error));
  }

  void open_gzip(const std::string& name, std::string_view bytes, std::size_t level,
                 std::vector<std::string> deviations) {
    Gunzipped result = gunzip(bytes, budget_, limits_);
    const std::string inner = inner_name(name, result.name);
    if (result.fault) return fault(name, std::move(*result.fault), inner, result.bytes);
    std::ranges::move(result.deviations, std::back_inserter(deviations));
    look(join(name, inner), result.bytes, &result.bytes, level + 1, std::move(deviations));
  }

  void open_archive(const std::string& name, std::string_view bytes, std::size_t level,
                    Content content) {
    const std::size_t most = entries_for_each_member * limits_.archive_entries;
    const std::size_t entries = content == Content::zip ? count_zip_entries(bytes, most) : 0;
    if (entries == most) return fault(name, too_many_members());
    if (!budget_.unpack(cost_of_an_archive + entries * cost_of_an_entry))
      return fault(name, budget_.exceeded());
    // Data damaged beyond repair end libarchive's walk. A zip has a directory, so a second walk can
    // go past the damaged member.
    std::size_t done = 0;
    bool again = true;
    for (int walk = 0; again && walk < most_walks; ++walk) {
      again = false;
      if (walk > 0 && !budget_.unpack(bytes.size())) return fault(name, budget_.exceeded());
      ArchiveReader reader(view_source(bytes));
      for (std::size_t number = 1;; ++number) {
        auto member = reader.next();
        if (!member) {
          // Where a walk was taken up again, the damage is reported already.
          if (walk == 0 || number > done + 1)
            fault(name, end_of_walk(std::move(member.error()), bytes, content));
          return;
        }
        if (!*member) break;
        if (number <= done) continue;
        done = number;
        if (number > limits_.archive_entries) return fault(name, too_many_members());
        if (!budget_.unpack(cost_of_a_member)) return fault(name, budget_.exceeded());
        if (content == Content::zip && is_of_an_application((*member)->name)) return;
        if (!open_member(name, **member, reader, level, content) || budget_.reports_used_up())
          return;
        if (!reader.usable()) {
          again = content == Content::zip;
          break;
        }
      }
    }
  }

  /// False when the limits forbid to go on with the archive.
  bool open_member(const std::string& archive, const Member& member, ArchiveReader& reader,
                   std::size_t level, Content content) {
    if (!member.regular || is_system_junk(member.name)) return skip(archive, reader, content);
    const std::string name = join(archive, member.name);
    if (member.encrypted) {
      // An encrypted office file is not our business.
      if (named_report(member.name)) fault(name, {Fault::encrypted, "needs a password", {}});
      return skip(archive, reader, content);
    }
    Pieces pieces(member.size ? *member.size + 1 : head_size);
    bool over = false;
    std::optional<Error> damage = read(reader, pieces, head_size, over);
    const Content kind = content_of(pieces.head().substr(0, head_size));
    const bool wanted = named_report(name) || (kind != Content::other && kind != Content::empty) ||
                        is_table(pieces.head());
    if (!wanted && !damage) return skip(archive, reader, content);
    if (!damage && !over && pieces.size() >= head_size)
      damage = read(reader, pieces, std::string::npos, over);
    if (over) {
      fault(name, std::move(*damage), name, pieces.head());
      return false;
    }
    if (damage) {
      if (wanted) fault(name, std::move(*damage), name, pieces.head());
      return true;
    }
    std::string bytes = std::move(pieces).join();
    look(name, bytes, &bytes, level + 1, {});
    return true;
  }

  /// A zip knows where its next member begins. In the others what is passed over must be
  /// decompressed, and that is not free.
  bool skip(const std::string& archive, ArchiveReader& reader, Content content) {
    if (content == Content::zip) return true;
    std::array<char, 64u << 10> sink;
    for (;;) {
      const auto count = reader.read(sink.data(), sink.size());
      if (!count || *count == 0) return true;
      if (!budget_.unpack(*count)) {
        fault(archive, budget_.exceeded());
        return false;
      }
    }
  }

  /// Reads until there are `up_to` bytes. `over`: the fault is a limit, so that not even to pass
  /// over the rest is allowed.
  std::optional<Error> read(ArchiveReader& reader, Pieces& pieces, std::size_t up_to, bool& over) {
    std::optional<Error> damage;
    bool ended = false;
    while (!ended && !damage && pieces.size() < up_to) {
      const std::size_t produced = pieces.append(1, [&](char* data, std::size_t room) {
        std::size_t got = 0;
        while (got < room && pieces.size() + got < up_to) {
          const auto count =
              reader.read(data + got, std::min(room - got, up_to - pieces.size() - got));
          if (!count) damage = count.error();
          if (!count || *count == 0) {
            ended = true;
            break;
          }
          got += *count;
        }
        return got;
      });
      over = !budget_.unpack(produced);
      if (over) return budget_.exceeded();
      over = is_bomb(pieces.size(), reader.consumed(), limits_);
      if (over) return ratio_exceeded(limits_);
    }
    return damage;
  }

  /// A zip that ends before its directory ends too early, even if its members are whole: there may
  /// have been more of them.
  static Error end_of_walk(Error error, std::string_view bytes, Content content) {
    if (content == Content::zip && error.fault == Fault::corrupt_archive &&
        bytes.find("PK\5\6") == bytes.npos)
      return {Fault::truncated, "zip ends before its directory", {}};
    return error;
  }

  Error too_many_members() const {
    return {Fault::limit,
            "archive has more than " + std::to_string(limits_.archive_entries) + " members",
            "archive_entries"};
  }

  const Limits& limits_;
  Budget& budget_;
};

}  // namespace

Unpacked unpack(std::string_view name, std::string_view bytes, const Limits& limits) {
  MemoryPool::Share memory;
  Budget budget(Budget::Of::file, bytes.size(), limits, memory);
  budget.offer(bytes.size());
  return unpack(name, bytes, nullptr, limits, budget);
}

Unpacked unpack(std::string_view name, std::string_view bytes, std::string* owned,
                const Limits& limits, Budget& budget) {
  Unpacker unpacker(limits, budget);
  unpacker.look(std::string(name), bytes, owned, 0, {});
  return std::move(unpacker.found);
}

bool begins_like_log(std::string_view bytes) {
  constexpr std::size_t enough = 1u << 20;
  Limits limits;  // a bomb is unpacked no further either
  limits.item_bytes = limits.document_size = limits.ratio_free_size = 4 * enough;
  const Unpacked found = unpack("", bytes.substr(0, enough), limits);
  return found.log_fault || std::ranges::any_of(found.documents, [](const Document& document) {
           return document.kind != DocumentKind::report &&
                  document.kind != DocumentKind::tls_report;
         });
}

}  // namespace dmarcq
