// The file of a backup: written beside its name and put there whole, never over another one; read in pieces.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "server/backup/record.h"

namespace boltseal::daemon {

/// Writes `path` (mode 0600) by what `fill` hands to its sink; on an error nothing is left. already_exists,
/// io_error, disk_full, errors of `fill`.
Result<void> write_backup_file(const std::string& path,
                               const std::function<Result<void>(const server::BackupWriter::Sink&)>& fill);

/// Opens the file from its beginning. not_found, io_error.
Result<server::BackupReader::Source> open_backup_file(const std::string& path);

}  // namespace boltseal::daemon
