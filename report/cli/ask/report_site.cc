// SPDX-License-Identifier: MIT
#include "report/cli/ask/report_site.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <system_error>

#include "ingest/base/text.h"
#include "report/analysis/client.h"
#include "report/answers/portfolio/portfolio_answer.h"
#include "report/answers/portfolio/site_answer.h"
#include "report/cli/args/filters.h"
#include "report/cli/args/mail_arguments.h"
#include "report/cli/command.h"
#include "report/render/page/html_page.h"
#include "report/render/page/html_site.h"
#include "store/base/new_file.h"

namespace dmarcq {
namespace {

namespace fs = std::filesystem;

/// The names of the pages of the last run, one each line: what may be removed when it is no longer
/// made.
constexpr const char* list_of_pages = ".dmarcq-pages";
constexpr std::uintmax_t most_listed = 64u << 20;

std::string bytes_of(const fs::path& file) {
  std::error_code fault;
  if (!fs::is_regular_file(fs::symlink_status(file, fault)) ||
      fs::file_size(file, fault) > most_listed)
    return {};
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// True when the file had other bytes.
bool write_changed(const fs::path& file, const std::string& bytes) {
  if (bytes_of(file) == bytes) return false;
  NewFile made(file);
  made.write(bytes);
  made.put_in_place();
  return true;
}

/// A name as page_file_name() makes them: nothing else is ever removed.
bool is_page_name(const std::string& name) {
  return name.ends_with(".html") && name.size() <= 205 && name.front() != '.' &&
         name != "index.html" && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
                  c == '_';
         });
}

/// The pages of earlier runs.
std::set<std::string> listed_pages(const fs::path& folder) {
  std::set<std::string> pages;
  const std::string listed = bytes_of(folder / list_of_pages);
  for (std::size_t at = 0; at < listed.size();) {
    const std::size_t end = std::min(listed.find('\n', at), listed.size());
    std::string name = listed.substr(at, end - at);
    at = end + 1;
    if (!name.empty() && is_page_name(name)) pages.insert(std::move(name));
  }
  return pages;
}

std::size_t remove_others(const fs::path& folder, const std::set<std::string>& earlier,
                          const std::set<std::string>& pages) {
  std::size_t removed = 0;
  for (const std::string& name : earlier) {
    std::error_code fault;
    if (!pages.contains(name) && fs::is_regular_file(fs::symlink_status(folder / name, fault)))
      removed += fs::remove(folder / name, fault) ? 1 : 0;
  }
  return removed;
}

void make_folder(const fs::path& folder, std::string_view flag) {
  std::error_code fault;
  fs::create_directories(folder, fault);
  if (fault)
    throw FileError(fmt::format("{}: {}", folder.string(), fault.message()),
                    fmt::format("{} names the folder", flag));
}

/// The domains of a client: those that it lists, and those with reports that are its own
/// (client_of), as far as the question asks about them.
std::vector<std::string> domains_of(const Client& client, const Settings& settings,
                                    const std::vector<std::string>& known,
                                    const std::vector<std::string>& asked) {
  const std::vector<ClientDomains> clients = client_domains(settings);
  std::set<std::string> domains(client.domains.begin(), client.domains.end());
  for (const std::string& domain : known)
    if (client_of(clients, domain) == client.name) domains.insert(domain);
  if (!asked.empty())
    std::erase_if(domains, [&](const std::string& domain) {
      return std::ranges::none_of(asked,
                                  [&](const std::string& one) { return at_or_below(domain, one); });
    });
  return {domains.begin(), domains.end()};
}

}  // namespace

void write_site(Io& io, Snapshot& snapshot, const Settings& settings, const PageQuestion& question,
                Day today, const std::string& generated, const fs::path& folder) {
  Site site{.title = question.title,
            .lines = {},
            .clients = {},
            .left_out = 0,
            .as_of = question.until ? std::min(*question.until + 1, today) : today,
            .generated = generated};
  for (const std::string& domain : question.domains) require_known(snapshot, domain);
  const std::vector<std::string> domains = page_domains(snapshot, question);
  if (question.domains.empty()) site.left_out = portfolio_domains(snapshot).left_out;
  make_folder(folder, "-o");
  std::atomic<std::size_t> written = 0;
  PageQuestion of_one = question;
  of_one.title.clear();
  of_one.generated = generated;
  const auto write_page = [&](const std::string& domain, const std::string& html) {
    if (write_changed(folder / page_file_name(domain), html)) ++written;
  };
  // Whether the record of a domain above governs a name is known only when both were judged.
  std::mutex guard;
  std::map<std::string, std::string> waiting;
  site.lines = site_answer(
      snapshot, domains, of_one, today, [&](std::size_t place, const StakeholderPage& page) {
        const std::string& domain = domains[place];
        const bool lies_below = std::ranges::any_of(domains, [&](const std::string& other) {
          return other != domain && at_or_below(domain, other);
        });
        std::string html = html_page(page);
        if (!lies_below) {
          write_page(domain, html);
        } else {
          const std::scoped_lock lock(guard);
          waiting.emplace(domain, std::move(html));
        }
      });
  const std::vector<ClientDomains> clients = client_domains(settings);
  for (const SiteLine& line : site.lines)
    if (const std::string_view client = client_of(clients, line.domain); !client.empty())
      site.clients.emplace(line.domain, client);
  std::set<std::string> pages;
  for (const SiteLine& line : site.lines) {
    pages.insert(page_file_name(line.domain));
    if (const auto html = waiting.find(line.domain); html != waiting.end())
      write_page(line.domain, html->second);
  }
  if (write_changed(folder / "index.html", html_site_index(site))) ++written;
  const std::set<std::string> earlier = listed_pages(folder);
  std::set<std::string> kept = pages;
  std::size_t removed = 0;
  // Asked about some domains, the pages of others stay.
  if (question.domains.empty())
    removed = remove_others(folder, earlier, pages);
  else
    kept.insert(earlier.begin(), earlier.end());
  std::string listed;
  for (const std::string& name : kept) listed += name + "\n";
  write_changed(folder / list_of_pages, listed);
  if (!io.quiet)
    io.err << fmt::format("{} and an index in {}: {} changed{}\n", counted(pages.size(), "page"),
                          folder.string(), with_thousands(written),
                          removed > 0 ? fmt::format(", {} removed", with_thousands(removed)) : "");
}

void write_client_mails(Io& io, Snapshot& snapshot, const Settings& settings,
                        const PageQuestion& question, Day today, const std::string& generated,
                        const DigestEnvelope& envelope, const fs::path& folder) {
  if (std::ranges::all_of(settings.clients, [](const Client& c) { return c.mail_to.empty(); }))
    throw UsageError("--each --eml: no client has a mail_to",
                     "mail_to = \"you@example.com\" in a [[client]] of the configuration");
  make_folder(folder, "--eml");
  const std::vector<std::string> known = portfolio_domains(snapshot).names;
  std::size_t written = 0;
  for (const Client& client : settings.clients) {
    if (client.mail_to.empty()) continue;
    PageQuestion of_client = question;
    of_client.domains = domains_of(client, settings, known, question.domains);
    of_client.exactly = true;
    if (of_client.domains.empty()) continue;
    if (of_client.title.empty()) of_client.title = "DMARC report: " + client.name;
    of_client.generated = generated;
    const StakeholderPage page = page_data(snapshot, of_client, today);
    DigestEnvelope to = envelope;
    to.to = client.mail_to;
    NewFile file(new_mail_file(folder, today, client.name));
    file.write(digest_mail(page, to, html_page(page)));
    file.put_in_place();
    ++written;
  }
  if (!io.quiet) io.err << fmt::format("{} in {}\n", counted(written, "mail"), folder.string());
}

}  // namespace dmarcq
