// SPDX-License-Identifier: MIT
#include "ingest/mail/body.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "ingest/base/text.h"
#include "ingest/mail/transfer_encoding.h"

namespace dmarcq {
namespace {

bool looks_like_base64(std::string_view body) {
  const std::string_view head = trimmed(body).substr(0, 128);
  return head.size() >= 16 && std::ranges::all_of(head, [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '/' ||
                  c == '=' || c == '\r' || c == '\n';
         });
}

}  // namespace

TransferEncoding declared_encoding(const FieldValue& field) {
  const std::string& word = field.word;
  if (word == "base64") return TransferEncoding::base64;
  if (word == "quoted-printable") return TransferEncoding::quoted_printable;
  if (word == "x-uuencode" || word == "uuencode" || word == "x-uue")
    return TransferEncoding::uuencode;
  return TransferEncoding::identity;
}

std::string decode_body(std::string_view body, TransferEncoding encoding, std::size_t enough) {
  switch (encoding) {
    case TransferEncoding::base64: return decode_base64(body, enough);
    case TransferEncoding::quoted_printable: return decode_quoted_printable(body, enough);
    case TransferEncoding::uuencode:
      if (const auto file = find_uuencoded(body))
        return decode_uu_lines(file->lines, std::min(enough, file->lines.size()));
      break;
    case TransferEncoding::identity: break;
  }
  return std::string(body.substr(0, enough));
}

std::size_t decoded_size(std::string_view body, TransferEncoding encoding) {
  return encoding == TransferEncoding::base64 ? body.size() / 4 * 3 + 3 : body.size();
}

bool is_packed_or_xml(Content content) {
  return content == Content::gzip || content == Content::zip || content == Content::archive ||
         content == Content::xml;
}

TransferEncoding true_encoding(std::string_view body, TransferEncoding declared, Content& content) {
  const std::string_view head = body.substr(0, 4 * body_head_size);
  const auto looks = [&](TransferEncoding encoding) {
    return content_of(decode_body(head, encoding, body_head_size));
  };
  if (declared == TransferEncoding::base64 &&
      is_packed_or_xml(content_of(head.substr(0, body_head_size))))
    declared = TransferEncoding::identity;
  content = looks(declared);
  if (is_packed_or_xml(content)) {
    if (declared == TransferEncoding::identity && content == Content::xml &&
        head.substr(0, 200).find("=3D") != head.npos)
      return TransferEncoding::quoted_printable;
    return declared;
  }
  if (declared != TransferEncoding::base64 && looks_like_base64(body))
    if (const Content real = looks(TransferEncoding::base64); is_packed_or_xml(real)) {
      content = real;
      return TransferEncoding::base64;
    }
  return declared;
}

std::string_view inline_report(std::string_view text) {
  const auto is_tag_end = [](char c) {
    return c == '>' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
  };
  for (std::size_t at = text.find("feedback"); at != text.npos;
       at = text.find("feedback", at + 1)) {
    if (at + 8 >= text.size() || !is_tag_end(text[at + 8])) continue;
    std::size_t start = at;
    if (start > 0 && text[start - 1] == ':') {  // a namespace prefix
      --start;
      while (start > 0 && at - start < 64 &&
             std::isalnum(static_cast<unsigned char>(text[start - 1])) != 0)
        --start;
    }
    if (start == 0 || text[start - 1] != '<') continue;
    --start;
    const std::size_t declaration = text.rfind("<?xml", start);
    if (declaration != text.npos && start - declaration < 4096) start = declaration;
    const std::size_t close = text.rfind("feedback>");
    const std::size_t end = close != text.npos && close > at ? close + 9 : text.size();
    return text.substr(start, end - start);
  }
  return {};
}

bool is_failure_text(std::string_view text) {
  static constexpr std::array<std::string_view, 4> phrases = {
      "has failed the published DMARC", "This is an email abuse report for an email message",
      "authentication failure report for an email message",
      "This is a spf/dkim authentication-failure report"};
  text = text.substr(0, 8192);
  return std::ranges::any_of(phrases, [&](auto phrase) { return text.find(phrase) != text.npos; });
}

bool is_announcement_text(std::string_view text) {
  static constexpr std::array<std::string_view, 4> fields = {
      "report-domain:", "report-id:", "report-size:", "submitter:"};
  const std::string head = "\n" + lower(text.substr(0, 8192));
  return std::ranges::all_of(fields, [&](std::string_view field) {
    return head.find("\n" + std::string(field)) != head.npos;
  });
}

}  // namespace dmarcq
