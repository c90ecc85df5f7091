// The records of a backup (docs/reference/formats/backup.md): one JSON object a line, some with bytes behind
// it. Reading is strict and bounded, and checks order, sizes, hashes and the digest of the whole. Foreign
// bytes: nothing in them is trusted. Not thread safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "base/result.h"
#include "crypto/digest.h"
#include "server/storage/storage.h"
#include "vault/key_table.h"

namespace boltseal::server {

inline constexpr std::size_t kBackupLineBytes = 64 << 10;

struct BackupCounts {
  std::int64_t guns = 0, tombstones = 0, files = 0, changes = 0, keys = 0;
  bool operator==(const BackupCounts&) const = default;
};

namespace record {

struct Begin {
  Time created{};
};
/// Opens a GUN; its tombstone and files follow.
struct OfGun {
  Gun gun;
  std::optional<GunState> state;  ///< nothing: as of a GUN that was never marked
};
/// One role of a GUN's tombstone.
struct Buried {
  Time deleted{};
  Form form = Form::notary;
  RoleName role;
  std::int64_t version = 0;
  std::optional<std::string> root;
};
struct File {
  Form form = Form::notary;
  RoleName role;
  StoredFile file;
};
/// Sealing check value: which sealing key the keys need.
struct Vault {
  Bytes check;
};
struct Key {
  vault::KeptKey key;
};
struct End {
  BackupCounts counts;
};

}  // namespace record

using BackupRecord = std::variant<record::Begin, record::OfGun, record::Buried, record::File, Change,
                                  record::Vault, record::Key, record::End>;

class BackupWriter {
 public:
  using Sink = std::function<Result<void>(std::string_view)>;
  explicit BackupWriter(Sink sink) : sink_(std::move(sink)) {}
  /// In the order that the format wants; the digest of all before it is added to End.
  Result<void> write(const BackupRecord& record);

 private:
  Result<void> put(std::string_view bytes);
  Sink sink_;
  crypto::Sha256Stream digest_;
};

/// bad_format: not a backup, or not as the format wants; hash_mismatch; limit_exceeded; errors of the source.
class BackupReader {
 public:
  /// Fills the span as far as it can; 0: the end.
  using Source = std::function<Result<std::size_t>(std::span<char>)>;
  explicit BackupReader(Source source) : source_(std::move(source)) {}
  /// Nothing after End, which must be the last and is checked against what was read.
  Result<std::optional<BackupRecord>> next();
  /// SHA-256 of all before the End record, as that states it; of use after it.
  const Sha256& digest() const { return before_; }

 private:
  Result<bool> fill();
  Result<std::string> line();
  Result<std::string> payload(std::int64_t size);
  Result<BackupRecord> parse(const std::string& text);
  Result<void> check_order(const BackupRecord& record);
  Result<void> check_end(const record::End& end);

  Source source_;
  std::string buffer_;
  std::size_t at_ = 0;
  crypto::Sha256Stream digest_;
  Sha256 before_{};
  BackupCounts seen_;
  int stage_ = 0;
  std::string last_gun_, last_key_;
  std::optional<std::tuple<Form, RoleName, std::int64_t>> last_file_;
  std::optional<std::pair<Form, RoleName>> last_buried_;
  std::int64_t last_change_ = 0;
  std::string stated_digest_;
  bool ended_ = false;
};

}  // namespace boltseal::server
