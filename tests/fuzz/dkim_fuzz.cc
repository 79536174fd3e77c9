// SPDX-License-Identifier: MIT
// DKIM: any mail and any key record cost little; line ends change no result; what passes is bound
// to the key that DNS gave for it.
#include <algorithm>

#include "ingest/dns/dns_snapshot.h"
#include "parser/dns_record/dkim_key.h"
#include "parser/domain_name.h"
#include "parser/message_auth/dkim.h"
#include "parser/message_auth/mail_sender.h"
#include "tests/fuzz/fuzz.h"

namespace dmarcq::fuzz {
namespace {

/// Has the key of RFC 8463 section A.2 for every name, or what an input says instead.
class Keys : public Resolver {
 public:
  explicit Keys(std::string record) : record_(std::move(record)) {}
  DnsAnswer ask(const DnsQuestion& question) override {
    require(is_domain_name(question.name) &&
                question.name.find("._domainkey.") != question.name.npos &&
                question.type == RecordType::txt,
            "only keys are asked for");
    ++asked;
    return {.status = DnsAnswer::Status::found, .data = {record_}};
  }
  std::size_t asked = 0;

 private:
  std::string record_;
};

std::string with_crlf(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
    out += text[i];
  }
  return out;
}

void properties(std::string_view input) {
  if (const auto key = parse_dkim_key(input); key && key->type == DkimKey::Type::rsa)
    require(key->key.bits() >= 1024 && key->key.bits() <= 8192, "keys have a usable length");
  if (auto snapshot = DnsSnapshot::parse(input); !snapshot)
    require(!snapshot.error().empty(), "an error says what is wrong");
  else
    for (const char* const name :
         {"a.b", "c._domainkey.a.b", "s1._domainkey.kestreloutdoor.example"})
      require(snapshot->txt(name).texts.empty() ==
                  (snapshot->txt(name).status != TxtAnswer::Status::found),
              "what is found has a text");
  const std::size_t cut = input.find('\0');  // a key record, NUL, a mail
  Keys keys(std::string(cut == input.npos
                            ? "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
                            : input.substr(0, cut)));
  const std::string_view mail = cut == input.npos ? input : input.substr(cut + 1);
  const auto all = [](std::string_view) { return true; };
  const std::vector<DkimCheck> checks = check_dkim(mail, keys, all),
                               again = check_dkim(with_crlf(mail), keys, all);
  require(checks.size() <= most_checked_signatures && keys.asked <= 2 * most_checked_signatures,
          "few signatures are checked");
  // Limits count line ends.
  if (mail.size() <= (10u << 10))
    require(std::ranges::equal(checks, again, {}, &DkimCheck::result, &DkimCheck::result),
            "line ends change no result");
  for (const DkimCheck& check : checks) {
    require((check.result == SignatureResult::pass) == check.reason.empty(),
            "what does not pass has a reason");
    if (check.result == SignatureResult::pass)
      require(std::ranges::count(check.signed_fields, "from") > 0, "From is signed");
  }
  MailTrace trace;
  trace.from = "a@a.b";
  const std::string key = signed_for_from(mail, trace, keys);
  require(key.empty() || key.ends_with("a.b"), "a signature is aligned with From");
}

}  // namespace

std::vector<std::string> seeds() {
  using namespace std::string_literals;
  return {
      "v=DKIM1; k=rsa; t=s:y; h=sha256; s=email; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA"s,
      "v=DKIM1; k=ed25519; p=\0DKIM-Signature: v=1; a=rsa-sha256; b=; bh=; d=a.b; h=from; s=c\n\nx\n"s};
}

std::vector<std::string_view> words() {
  using namespace std::string_view_literals;
  return {"DKIM-Signature: ",
          "v=1; ",
          "a=rsa-sha256; ",
          "a=ed25519-sha256; ",
          "c=relaxed/simple; ",
          "l=0; ",
          "bh=",
          "b=",
          "d=a.b; ",
          "h=from; ",
          "\0DKIM-Signature: "sv,
          "a.b. TXT \"v=DKIM1; p=\"\n",
          "a.b. CNAME a.b.\n",
          "i=@a.b; ",
          "s=c; ",
          "From: a@a.b\n",
          "v=DKIM1; ",
          "k=ed25519; ",
          "t=s; ",
          "\r\n",
          "\n ",
          "\n\n",
          " \t"};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {.microseconds_per_byte = 5, .bytes_per_byte = 200},
                               dmarcq::fuzz::properties);
}
