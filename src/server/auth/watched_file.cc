#include "server/auth/watched_file.h"

#include <sys/stat.h>

#include "base/files.h"

namespace boltseal::server {

Result<std::optional<std::string>> WatchedFile::changed() {
  struct stat info{};
  // A file that is gone is a change too: read_file says so.
  Stamp now;
  if (::stat(path_.c_str(), &info) == 0) {
    now = {static_cast<std::uint64_t>(info.st_dev), static_cast<std::uint64_t>(info.st_ino),
           static_cast<std::int64_t>(info.st_size), static_cast<std::int64_t>(info.st_mtim.tv_sec),
           static_cast<std::int64_t>(info.st_mtim.tv_nsec)};
  }
  if (now == seen_) return std::optional<std::string>();
  // The stamp is older than the content: what is written meanwhile is seen at the next call.
  seen_ = now;
  return std::optional<std::string>(BS_TRY(read_file(path_, limit_)));
}

}  // namespace boltseal::server
