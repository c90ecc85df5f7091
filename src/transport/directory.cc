#include "transport/directory.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/files.h"
#include "base/untrusted.h"
#include "crypto/digest.h"
#include "json/reader.h"
#include "transport/file_names.h"

namespace boltseal::transport {
namespace {

constexpr const char* kLock = ".boltseal.lock";
constexpr int kLockWaitMs = 30'000;
constexpr mode_t kMode = 0644;  // metadata is public; the directory may be served by a web server

/// Order of writing: what others refer to first, so that a reader in between finds the old state complete.
int order_of(const RoleName& role) {
  if (role == RoleName::root()) return 0;
  if (role == RoleName::snapshot()) return 2;
  if (role == RoleName::timestamp()) return 3;
  return 1;
}

class DirectoryTransport final : public Transport {
 public:
  DirectoryTransport(Directory directory, tuf::Form form) : directory_(std::move(directory)), form_(form) {}

  tuf::Form form() const override { return form_; }
  std::string describe() const override { return escape_untrusted(directory_.path()); }
  std::vector<Result<std::string>> fetch_all(const std::vector<Item>& items) override;
  Result<void> publish(const std::vector<Part>& parts) override;
  Result<void> remove_all() override;

 private:
  Result<std::string> fetch(const Item& item) const;
  Result<std::string> read(const std::string& name, std::size_t limit) const;
  Result<std::string> fetch_by_hash(const Item& item) const;
  Result<std::string> fetch_root_by_hash(const Item& item) const;
  Result<void> write(const Part& part) const;

  Directory directory_;
  tuf::Form form_;
};

Result<std::string> DirectoryTransport::read(const std::string& name, std::size_t limit) const {
  auto bytes = directory_.read(name, limit);
  if (bytes) bytes->reserve(bytes->size() + json::Document::kPadding);
  return bytes;
}

/// A bundle has plain names, an exported consistent snapshot has hashed ones: the hash decides in both.
Result<std::string> DirectoryTransport::fetch_by_hash(const Item& item) const {
  auto bytes = read(BS_TRY(notary_file_name(item)), item.limit);
  if (!bytes && bytes.error().code() == ErrorCode::not_found)
    bytes = read(item.role.notary_file(), item.limit);
  if (bytes && crypto::sha256(*bytes) == *item.sha256) return bytes;
  if (item.role == RoleName::root() && (bytes || bytes.error().code() == ErrorCode::not_found))
    return fetch_root_by_hash(item);
  if (bytes) return fail(ErrorCode::not_found, "another version is there");
  return bytes;
}

/// Roots are kept by version: "1.root.json".
Result<std::string> DirectoryTransport::fetch_root_by_hash(const Item& item) const {
  for (const auto& name : BS_TRY(directory_.list())) {
    const auto dot = name.find('.');
    if (dot == 0 || dot == std::string::npos) continue;
    if (name.find_first_not_of("0123456789") != dot || name.substr(dot) != ".root.json") continue;
    auto bytes = read(name, item.limit);
    if (bytes && crypto::sha256(*bytes) == *item.sha256) return bytes;
  }
  return fail(ErrorCode::not_found, "no version of the root has this hash");
}

Result<std::string> DirectoryTransport::fetch(const Item& item) const {
  Result<std::string> bytes = fail(ErrorCode::not_found, "");
  if (form_ == tuf::Form::notary && item.sha256) {
    bytes = fetch_by_hash(item);
  } else {
    bytes =
        read(BS_TRY(form_ == tuf::Form::notary ? notary_file_name(item) : tuf1_file_name(item)), item.limit);
  }
  if (!bytes && bytes.error().code() == ErrorCode::not_found) {
    return fail(absent(item, "this directory", describe()));
  }
  return bytes;
}

std::vector<Result<std::string>> DirectoryTransport::fetch_all(const std::vector<Item>& items) {
  std::vector<Result<std::string>> out;
  out.reserve(items.size());
  for (const auto& item : items) out.push_back(fetch(item));
  return out;
}

Result<void> DirectoryTransport::write(const Part& part) const {
  const Item plain{part.role, 0, std::nullopt, std::nullopt};
  const Item versioned{part.role, 0, std::nullopt, part.version};
  if (form_ == tuf::Form::notary) {
    const bool root = part.role == RoleName::root();
    if (root && part.version)
      BS_TRY(directory_.write_atomic(BS_TRY(notary_file_name(versioned)), part.bytes, kMode));
    return directory_.write_atomic(BS_TRY(notary_file_name(plain)), part.bytes, kMode);
  }
  if (part.role == RoleName::timestamp())
    return directory_.write_atomic(BS_TRY(tuf1_file_name(plain)), part.bytes, kMode);
  if (!part.version) return fail(ErrorCode::usage, "a TUF 1.0 file is published with its version");
  BS_TRY(directory_.write_atomic(BS_TRY(tuf1_file_name(versioned)), part.bytes, kMode));
  // Tools that start from a directory look for its newest root under the plain name.
  if (part.role == RoleName::root())
    return directory_.write_atomic(BS_TRY(tuf1_file_name(plain)), part.bytes, kMode);
  return {};
}

Result<void> DirectoryTransport::publish(const std::vector<Part>& parts) {
  const auto lock = BS_TRY(directory_.lock(kLock, kLockWaitMs));
  auto ordered = parts;
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Part& a, const Part& b) { return order_of(a.role) < order_of(b.role); });
  for (const auto& part : ordered) BS_TRY(write(part));
  return {};
}

Result<void> DirectoryTransport::remove_all() {
  const auto lock = BS_TRY(directory_.lock(kLock, kLockWaitMs));
  auto names = BS_TRY(directory_.list());
  // Timestamp first: without it a reader finds nothing to trust.
  std::stable_partition(names.begin(), names.end(),
                        [](const std::string& name) { return name == "timestamp.json"; });
  for (const auto& name : names) {
    if (name.ends_with(".json")) BS_TRY(directory_.remove(name));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Transport>> directory(const std::string& path, tuf::Form form, bool create) {
  auto opened = BS_TRY(Directory::open(path, create));
  return std::unique_ptr<Transport>(std::make_unique<DirectoryTransport>(std::move(opened), form));
}

}  // namespace boltseal::transport
