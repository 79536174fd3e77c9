// SPDX-License-Identifier: MIT
// What servers do to it: tests/hostile/oauth_test.py, tests/e2e/dns_test.py.
#include "ingest/base/https.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("is_loopback: this machine and others") {
  for (const char* host : {"localhost", "127.0.0.1", "127.255.255.254", "[::1]"}) {
    CAPTURE(host);
    CHECK(is_loopback(host));
  }
  for (const char* host :
       {"", "localhost.example.com", "notlocalhost", "127.0.0.1.example.com", "127.example.com",
        "127", "1270.0.0.1", "128.0.0.1", "0.127.0.0.1", "192.0.2.1", "[::2]", "[::1].example",
        "[2001:db8::1]", "imap.example.com"}) {
    CAPTURE(host);
    CHECK_FALSE(is_loopback(host));
  }
}

TEST_CASE("is_web_url: https, and http to this machine only") {
  for (const char* url :
       {"https://login.example.com", "https://login.example.com/a/b?c=d", "https://192.0.2.1:8443/",
        "https://[2001:db8::1]:8443/token", "https://localhost/", "http://localhost/token",
        "http://127.0.0.1:8080/token", "http://[::1]/token", "http://[::1]:8080/token"}) {
    CAPTURE(url);
    CHECK(is_web_url(url));
  }
  for (const char* url : {"",
                          "https://",
                          "https:///token",
                          "https://:443/",
                          "login.example.com",
                          "ftp://login.example.com/",
                          "file:///etc/passwd",
                          "http://login.example.com/token",
                          "http://192.0.2.1/",
                          "http://localhost.example.com/",
                          "http://127.0.0.1.example.com/",
                          "http://127.0.0.1@login.example.com/",
                          "http://127.0.0.1:8080:80/",
                          "http://127.0.0.1\\@login.example.com/",
                          "http://[::1].example.com/",
                          "http://[::1",
                          "https://user@login.example.com/",
                          "https://user:word@login.example.com/",
                          "https://login.example.com/#fragment",
                          "https://login.example.com/a b",
                          "https://login.example.com/\r\nHost: x",
                          "https://login.example.com/\x7f",
                          "https://login.example.com/\xc3\xa4",
                          "HTTPS",
                          " https://login.example.com/"}) {
    CAPTURE(url);
    CHECK_FALSE(is_web_url(url));
  }
}

TEST_CASE("web_host: host and port of a URL") {
  struct Row {
    const char *url, *host;
  };
  for (const auto& [url, host] : {Row{"https://login.example.com/a", "login.example.com"},
                                  Row{"https://login.example.com", "login.example.com"},
                                  Row{"https://login.example.com?x", "login.example.com"},
                                  Row{"http://127.0.0.1:8080/t", "127.0.0.1:8080"},
                                  Row{"https://[2001:db8::1]:1/", "[2001:db8::1]:1"}}) {
    CAPTURE(url);
    CHECK(web_host(url) == host);
  }
}

TEST_CASE("ask_https: another URL is not asked") {
  for (const char* url : {"http://login.example.com/", "file:///etc/passwd", ""}) {
    const auto answer = ask_https({.url = url, .form = "a=b"}, {});
    REQUIRE_FALSE(answer);
    CHECK(answer.error() == "its URL is not https://");
  }
}
