// SPDX-License-Identifier: MIT
#pragma once
// The kinds of mailboxes, seen by open_mailbox() and by each other only.
#include <memory>
#include <string>
#include <string_view>

#include "ingest/content.h"
#include "ingest/source/byte_source.h"
#include "ingest/source/source.h"
#include "ingest/source/table.h"

namespace dmarcq {

/// What a table is read with besides its bytes.
struct TableFile {
  ReopenTable reopen = {};
  std::optional<std::int64_t> modified = {};  ///< seconds since 1970
};

/// One stream of bytes, whatever it proves to be: an mbox, an archive with mail in it, a table, or
/// a single item.
std::unique_ptr<ItemSource> open_source(std::unique_ptr<ByteSource>, std::string name,
                                        const OpenOptions&, Progress, const TableFile& = {});

/// A regular file: the same, without what an earlier run read of it. `checkpoint`: what to remember
/// of it when it was read whole, in place of its size and times (Maildir).
std::expected<std::unique_ptr<ItemSource>, Error> open_file(
    std::string path, const OpenOptions&, Progress, std::optional<Checkpoint> checkpoint = {});

/// What a file or folder is called in CheckpointStore: its real path; under limits of its own,
/// another name.
std::string checkpoint_key(const std::string& path, const Limits&);

/// Everything below a directory, files in byte order of their paths.
std::unique_ptr<ItemSource> open_directory(std::string path, const OpenOptions&);

/// A mailbox that yields this item only.
std::unique_ptr<ItemSource> single_item(Item, Progress);

/// Is this archive a mailbox (mail, an mbox, a Maildir or a known table inside, or more members
/// than one item may have), rather than a packed report?
bool holds_a_mailbox(std::string_view archive, const OpenOptions&);
/// The members of an archive as items, streaming: memory does not grow with the archive.
std::unique_ptr<ItemSource> open_container(std::unique_ptr<ByteSource>, std::string name,
                                           const OpenOptions&, Progress,
                                           std::optional<std::int64_t> modified);
/// The same of an archive that lies in memory: the first large tables in it can be read twice, for
/// their survey.
std::unique_ptr<ItemSource> open_container(std::string bytes, std::string name, const OpenOptions&,
                                           Progress, std::optional<std::int64_t> modified);

/// Mails of an mbox as items.
std::unique_ptr<ItemSource> open_mbox(std::unique_ptr<ByteSource>, std::string name, const Limits&,
                                      Progress);

// maildir.cc: what of a Maildir is mail (https://cr.yp.to/proto/maildir.html; Maildir++ keeps
// subfolders in ".Name" directories).
bool is_maildir(const std::string& directory);
/// The Maildir that this directory is the cur/ or new/ of; "" when it is neither.
std::string maildir_of(const std::string& directory);
/// The part of a mail's file name that stays the same when it is read, flagged, or moved from new/
/// to cur/.
std::string_view unique_name(std::string_view file_name);
/// Where a mail is now whose file was renamed meanwhile (its flags changed); "" when it is gone.
std::string renamed_to(const std::string& maildir, std::string_view unique);
/// Is this path a Maildir's tmp/, or inside one? What lies there is not delivered yet.
bool is_in_maildir_tmp(const std::string& path);
/// Is this path inside an archive that of an undelivered mail of a Maildir?
bool is_maildir_tmp_name(std::string_view path);

}  // namespace dmarcq
