// SPDX-License-Identifier: MIT
#pragma once
// The kinds of mailboxes, seen by open_mailbox() and by each other only.
#include <memory>
#include <string>
#include <string_view>

#include "ingest/byte_source.h"
#include "ingest/content.h"
#include "ingest/mailbox.h"

namespace dmarcq {

/// One stream of bytes, whatever it proves to be: an mbox, an archive with mail in it, or a single item.
std::unique_ptr<Mailbox> open_source(std::unique_ptr<ByteSource>, std::string name, const Limits&, Progress);

/// Everything below a directory, files in byte order of their paths.
std::unique_ptr<Mailbox> open_directory(std::string path, const Limits&);

/// A mailbox that yields this item only.
std::unique_ptr<Mailbox> single_item(Item, Progress);

/// Is this archive a mailbox (mail, an mbox or a Maildir inside, or more members than one item may have), rather than a packed report?
bool holds_a_mailbox(std::string_view archive, const Limits&);
/// The members of an archive as items, streaming: memory does not grow with the archive.
std::unique_ptr<Mailbox> open_container(std::unique_ptr<ByteSource>, std::string name, const Limits&, Progress);

/// Mails of an mbox as items.
std::unique_ptr<Mailbox> open_mbox(std::unique_ptr<ByteSource>, std::string name, const Limits&, Progress);

// maildir.cc: what of a Maildir is mail (https://cr.yp.to/proto/maildir.html; Maildir++ keeps subfolders in ".Name" directories).
bool is_maildir(const std::string& directory);
/// Is this path a Maildir's tmp/, or inside one? What lies there is not delivered yet.
bool is_in_maildir_tmp(const std::string& path);
/// Is this path inside an archive that of an undelivered mail of a Maildir?
bool is_maildir_tmp_name(std::string_view path);

}  // namespace dmarcq
