// SPDX-License-Identifier: MIT
#include "parser/message_auth/authentication_results.h"

#include <algorithm>
#include <optional>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// A word, a quoted string, a comment, or one of ";" and "=". RFC 5322 section 3.2.
struct Token {
  enum class Kind { word, quoted, comment, semicolon, equals } kind;
  std::string text;
  bool spaced = false;  ///< white space or a comment stands before it
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::optional<Token> next() {
    bool spaced = false;
    while (at_ < text_.size() && is_space(text_[at_])) ++at_, spaced = true;
    if (at_ >= text_.size()) return std::nullopt;
    Token token{Token::Kind::word, "", spaced};
    switch (text_[at_]) {
      case ';':
        token.kind = Token::Kind::semicolon;
        ++at_;
        break;
      case '=':
        token.kind = Token::Kind::equals;
        ++at_;
        break;
      case '(':
        token.kind = Token::Kind::comment;
        token.text = comment();
        break;
      case '"':
        token.kind = Token::Kind::quoted;
        token.text = quoted();
        break;
      default: token.text = word();
    }
    return token;
  }
  bool closed() const { return closed_; }

 private:
  std::string word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && !is_space(text_[at_]) && text_[at_] != ';' && text_[at_] != '=' &&
           text_[at_] != '(' && text_[at_] != '"')
      ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  std::string quoted() {
    std::string content;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') return ++at_, content;
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      content += text_[at_];
    }
    closed_ = false;
    return content;
  }
  std::string comment() {
    std::string content;
    int depth = 1;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '(') ++depth;
      if (text_[at_] == ')' && --depth == 0) return ++at_, content;
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      content += text_[at_];
    }
    closed_ = false;
    return content;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool closed_ = true;
};

using Tokens = std::vector<Token>;
using Kind = Token::Kind;

/// A value reaches to the next white space: `smtp.mailfrom="a b"@example.com`, `header.b=Zm9v=`.
std::string value_at(const Tokens& tokens, std::size_t& at) {
  std::string value;
  for (bool first = true; at < tokens.size(); ++at, first = false) {
    const Token& token = tokens[at];
    if (token.kind == Kind::comment || (!first && token.spaced)) break;
    value += token.kind == Kind::equals ? "=" : token.text;
  }
  return value;
}

void add_property(AuthenticationResult& result, const std::string& name, std::string value) {
  if (lower(name) == "reason" && result.reason.empty()) {
    result.reason = std::move(value);
    return;
  }
  if (result.properties.size() >= most_authentication_properties) return;
  const std::size_t dot = name.find('.');
  const bool typed = dot != name.npos;
  result.properties.push_back({typed ? lower(name.substr(0, dot)) : "",
                               lower(typed ? name.substr(dot + 1) : name), std::move(value)});
}

/// What stands between two semicolons. Nothing when it is no result: "none", a recipient's domain
/// in between (Microsoft).
std::optional<AuthenticationResult> result_of(const Tokens& tokens) {
  std::size_t at = 0;
  const auto skip_comments = [&](std::string* into) {
    for (; at < tokens.size() && tokens[at].kind == Kind::comment; ++at) {
      if (into == nullptr) continue;
      if (!into->empty()) *into += ' ';
      *into += tokens[at].text;
    }
  };
  const auto is = [&](Kind kind) { return at < tokens.size() && tokens[at].kind == kind; };
  skip_comments(nullptr);
  if (!is(Kind::word)) return std::nullopt;
  AuthenticationResult result;
  result.method =
      lower(std::string_view(tokens[at].text).substr(0, tokens[at].text.find('/')));  // "dkim/1"
  if (result.method.empty()) return std::nullopt;
  ++at;
  skip_comments(nullptr);
  if (!is(Kind::equals)) return std::nullopt;
  ++at;
  skip_comments(nullptr);
  if (!is(Kind::word) && !is(Kind::quoted)) return std::nullopt;
  result.result = lower(value_at(tokens, at));
  skip_comments(&result.comment);
  while (at < tokens.size()) {
    skip_comments(nullptr);
    if (!is(Kind::word)) {
      if (at < tokens.size()) ++at;
      continue;
    }
    const std::string name = tokens[at++].text;
    skip_comments(nullptr);
    if (!is(Kind::equals)) continue;
    ++at;
    skip_comments(nullptr);
    if (at < tokens.size()) add_property(result, name, value_at(tokens, at));
  }
  return result;
}

}  // namespace

std::string_view AuthenticationResult::property(std::string_view type,
                                                std::string_view name) const {
  for (const Property& property : properties)
    if (property.type == type && property.name == name) return property.value;
  return {};
}

AuthenticationResults parse_authentication_results(std::string_view value) {
  AuthenticationResults found;
  Lexer lexer(value);
  Tokens part;
  bool first = true;
  const auto end_part = [&] {
    if (auto result = result_of(part)) {
      if (found.results.size() < most_authentication_results)
        found.results.push_back(std::move(*result));
      else
        found.well_formed = false;
    } else if (first) {
      const auto id = std::ranges::find_if(part, [](const Token& token) {
        return token.kind == Kind::word || token.kind == Kind::quoted;
      });
      if (id != part.end()) found.authserv_id = lower(id->text);  // a version may follow
    }
    first = false;
    part.clear();
  };
  while (auto token = lexer.next()) {
    if (token->kind == Kind::semicolon)
      end_part();
    else
      part.push_back(std::move(*token));
  }
  end_part();
  if (found.authserv_id == "none") found.authserv_id.clear();
  found.well_formed = found.well_formed && lexer.closed();
  return found;
}

}  // namespace dmarcq
