// SPDX-License-Identifier: MIT
// Any bytes are unpacked within the limits; an archive that was cut anywhere gives no shorter
// document.
#include <algorithm>

#include "ingest/archive/unpack.h"
#include "ingest/content.h"
#include "parser/aggregate/xml_text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/packing.h"

namespace dmarcq::fuzz {
namespace {

Unpacked unpacked(std::string_view name, std::string_view bytes) {
  const Limits limits = small_limits();
  Unpacked out = unpack(name, bytes, limits);
  std::size_t sum = 0;
  for (const Document& document : out.documents) sum += document.bytes.size();
  for (const Document& mail : out.mails) sum += mail.bytes.size();
  require(sum <= limits.document_size + bytes.size(), "no more than allowed");
  for (const auto* list : {&out.documents, &out.mails})
    for (const Document& document : *list)
      require(is_utf8(document.name) && document.name.starts_with(name),
              "names are UTF-8 and begin with the attachment's");
  for (const PackedFault& fault : out.faults)
    require(is_utf8(fault.name) && is_utf8(fault.error.text), "faults are UTF-8");
  return out;
}

void properties(std::string_view input) {
  (void)content_of(input.substr(0, 512));
  (void)closed_format(input);
  unpacked("a", input);

  const std::string document = "<?xml version=\"1.0\"?>" + std::string(input.substr(0, 4000)),
                    other = "<?xml version=\"1.0\"?><b/>";
  const std::vector<test::ZipMember> members{{"a.xml", document}, {"b.xml", other}};
  const std::string packed = input.size() % 2 == 0 ? test::zip_of(members)
                                                   : test::deflated(test::tar_of(members));
  const Unpacked back = unpacked("a", packed);
  require(back.faults.empty() && back.documents.size() == 2 &&
              back.documents[0].bytes == document && back.documents[1].bytes == other,
          "what was packed comes back");
  if (input.empty()) return;
  const Unpacked cut =
      unpacked("a", std::string_view(packed).substr(
                        0, static_cast<unsigned char>(input.back()) * packed.size() / 256));
  for (const Document& one : cut.documents)
    require(one.bytes == document || one.bytes == other, "a cut archive has no shorter document");
}

}  // namespace

std::vector<std::string> seeds() {
  const std::string xml = "<?xml version=\"1.0\"?><feedback/>\n";
  const std::string zip = test::zip_of({{"a.xml", xml}});
  return {zip,
          test::zip_of({{"b.zip", zip}, {"c.txt", "hi"}}),
          test::deflated(zip),
          test::tar_of({{"d/", ""}, {"d/a.xml", xml}}),
          test::deflated(test::deflated(xml)),
          xml,
          "{\"organization-name\":\"a\"}"};
}

std::vector<std::string_view> words() {
  return {"PK\3\4",
          "PK\1\2",
          "PK\5\6",
          "PK\7\x08",
          "PK\6\6",
          "\x1f\x8b\x08",
          "BZh91AY&SY",
          "\xfd"
          "7zXZ",
          "7z\xbc\xaf\x27\x1c",
          "\x28\xb5\x2f\xfd",
          "ustar",
          "070701",
          "\x1f\x9d",
          "\x04\x22\x4d\x18",
          "LZIP\1",
          "<?xml",
          ".xml",
          std::string_view("\0\0\0\0", 4),
          "\xff\xff\xff\xff"};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(
      data, size, {.milliseconds = 100, .microseconds_per_byte = 20, .bytes = 80u << 20},
      dmarcq::fuzz::properties);
}
