// The high-water record: what this server has acknowledged, kept outside the database and its backups, so
// that a restored store is noticed (SECURITY rule 12).
//
// A file of one JSON object a line, appended and fsynced after each commit and before its answer; rewritten
// when most of it is outdated. A last line that was cut by a crash is left out: its answer was never sent.
// Thread safe. Errors: io_error, disk_full, bad_format (a line in the middle that cannot be read).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/files.h"
#include "base/names.h"
#include "base/result.h"
#include "server/storage/storage.h"

namespace boltseal::server {

class HighWater {
 public:
  struct Mark {
    std::int64_t epoch = 1;
    std::int64_t version = 0;
    Sha256 sha256{};
  };

  /// A record in `directory` (the keys directory); `existed()` tells whether there was one.
  static Result<std::unique_ptr<HighWater>> open(Directory directory);
  /// Another process's record as it stands, for looking at it: nothing is written, and nothing may be raised.
  /// not_found: there is none.
  static Result<std::unique_ptr<HighWater>> read(const Directory& directory);
  /// A record that is not kept: for memory storage.
  static std::unique_ptr<HighWater> in_memory();

  bool existed() const { return existed_; }
  std::optional<Mark> mark(const Gun& gun, Form form, const RoleName& role) const;
  /// All that is recorded of a GUN.
  std::vector<std::pair<Head, Mark>> of(const Gun& gun) const;
  std::vector<Gun> guns() const;

  struct Rise {
    Gun gun;
    std::int64_t epoch = 1;
    std::vector<Head> heads;
  };
  /// Several at once, with one sync.
  Result<void> raise_all(const std::vector<Rise>& rises);
  /// Raises the marks of one GUN and makes that durable. A lower version in the same epoch changes nothing.
  Result<void> raise(const Gun& gun, std::int64_t epoch, const std::vector<Head>& heads);

 private:
  using Key = std::tuple<Gun, Form, RoleName>;
  HighWater() = default;
  bool lift(const Gun& gun, std::int64_t epoch, const Head& head);
  Result<void> append(const std::string& line);
  Result<void> sync_up_to(std::uint64_t line);
  Result<void> rewrite();
  Result<void> load(const std::string& text);

  mutable std::mutex mutex_;
  std::map<Key, Mark> marks_;
  std::optional<Directory> directory_;
  std::shared_ptr<const Fd> file_;
  std::size_t file_bytes_ = 0;
  std::uint64_t written_ = 0;  ///< times that something was appended
  bool damaged_ = false;       ///< the file does not say what the marks do: the next change writes it anew
  std::mutex sync_mutex_;      ///< taken before mutex_
  std::uint64_t synced_ = 0;   ///< of these, what is durable; under sync_mutex_
  bool existed_ = false;
};

}  // namespace boltseal::server
