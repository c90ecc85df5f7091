// A store as one stream of records, and back, whatever kind of storage on either side: backups, and the way
// from one database to another (docs/reference/formats/backup.md). Sealed keys go with it, the sealing key
// and the high-water record never do.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "server/backup/record.h"
#include "server/storage/storage.h"
#include "vault/key_table.h"

namespace boltseal::server {

/// Writes everything, beside a server that goes on: each GUN as it is at one moment, the feed as far as it
/// went at the beginning. `keys`: null leaves them out. conflict: a GUN was deleted while it was read; try
/// again.
Result<BackupCounts> write_backup(const Storage& storage, vault::KeyTable* keys, Time now,
                                  const BackupWriter::Sink& sink);

/// Reads all of it, keeps nothing. Errors as BackupReader.
Result<BackupCounts> check_backup(const BackupReader::Source& source);

/// Opens the backup from its beginning.
using OpenBackup = std::function<Result<BackupReader::Source>()>;

/// Reads the backup twice: first to check all of it, then into the store, in one transaction that is
/// committed only when both readings were of the same bytes. already_exists: the store, or the key table, is
/// not empty. `keys`: null leaves them out. Keys that are there already, exactly so, do not hinder: an
/// earlier try.
Result<BackupCounts> restore_backup(const OpenBackup& open, Storage& storage, vault::KeyTable* keys);

}  // namespace boltseal::server
