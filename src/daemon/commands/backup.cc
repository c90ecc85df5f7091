// boltseald backup FILE, boltseald restore FILE
#include "server/backup/backup.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

#include "daemon/backup_file.h"
#include "daemon/commands/commands.h"
#include "daemon/role_server.h"
#include "daemon/store_access.h"

namespace boltseal::daemon {
namespace {

std::string describe(const server::BackupCounts& counts) {
  return fmt::format("{} repositories ({} deleted), {} files, {} changes, {} sealed keys", counts.guns,
                     counts.tombstones, counts.files, counts.changes, counts.keys);
}

Result<void> backup(const Invocation& invocation) {
  const auto storage = BS_TRY(open_store_files(invocation));
  const auto keys = BS_TRY(open_key_rows(invocation, false));
  server::BackupCounts counts;
  BS_TRY(
      write_backup_file(invocation.operand(0), [&](const server::BackupWriter::Sink& sink) -> Result<void> {
        counts = BS_TRY(server::write_backup(*storage, keys.get(), system_clock().now(), sink));
        return {};
      }));
  fmt::print(stderr, "{}: {}.\n", invocation.operand(0), describe(counts));
  if (counts.keys > 0) {
    fmt::print(stderr,
               "The key that seals them, sealing.key in the keys directory, is not in it. Keep that apart: "
               "without it "
               "the keys are lost.\n");
  }
  return {};
}

Result<void> restore(const Invocation& invocation) {
  const ServerConfig* config = BS_TRY(stored_server(invocation));
  const Places places = BS_TRY(invocation.places());
  const Home home = BS_TRY(open_home(places));  // no server may run meanwhile
  const auto storage = BS_TRY(open_storage(*config, places));
  const auto keys = BS_TRY(open_key_rows(invocation, true));
  const std::string& path = invocation.operand(0);
  const auto counts =
      BS_TRY(server::restore_backup([&] { return open_backup_file(path); }, *storage, keys.get()));
  fmt::print(stderr, "Restored {}.\n", describe(counts));
  const bool sealed = ::access((places.keys_dir + "/sealing.key").c_str(), F_OK) == 0;
  if (counts.keys > 0 && !sealed) {
    fmt::print(stderr, "Put the sealing.key that belongs to these keys into {} before the server starts.\n",
               places.keys_dir);
  }
  const bool record = ::access((places.keys_dir + "/high-water").c_str(), F_OK) == 0;
  fmt::print(stderr, "{}\n",
             record
                 ? "The next start compares the store with the high-water record, and says what it has lost."
                 : "There is no high-water record here: the next start takes the store as it is.");
  return {};
}

}  // namespace

const CommandEntry kBackup{
    .words = "backup",
    .operands = "FILE",
    .help = "copy the store, whatever its kind, into a new file; may run beside the server",
    .least_operands = 1,
    .most_operands = 1,
    .run = backup};
const CommandEntry kRestore{.words = "restore",
                            .operands = "FILE",
                            .help = "fill the empty store of the configuration from a backup",
                            .least_operands = 1,
                            .most_operands = 1,
                            .run = restore};

}  // namespace boltseal::daemon
