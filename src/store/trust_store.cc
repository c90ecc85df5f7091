#include "store/trust_store.h"

#include <algorithm>

#include "base/limits.h"
#include "store/state_file.h"

namespace boltseal::store {
namespace {

constexpr std::size_t kStateBytes = 16u << 20;
constexpr int kLockWaitMs = 10'000;

// The floor that stands after a commit must not be lower than one that another process wrote meanwhile,
// unless recovery (a new snapshot or timestamp key) dropped it on purpose.
TrustState state_to_write(const TrustState& on_disk, const TrustState& wanted,
                          const std::vector<RoleName>& forget) {
  TrustState base = on_disk;
  for (const RoleName& role : forget) base.floors.roles.erase(role);
  return merge_states(base, wanted);
}

}  // namespace

TrustStore::TrustStore(std::string trust_dir, tuf::Form form, Gun gun)
    : trust_dir_(std::move(trust_dir)), form_(form), gun_(std::move(gun)) {}

std::string TrustStore::file_of(const RoleName& role) const {
  if (form_ == tuf::Form::notary) return "tuf/" + gun_.directory() + "/metadata/" + role.notary_file();
  return "boltseal/" + gun_.directory() + "/@tuf1/metadata/" + role.encoded_file();
}

std::string TrustStore::state_file() const {
  return "boltseal/" + gun_.directory() + (form_ == tuf::Form::notary ? "/@notary" : "/@tuf1") +
         "/state.json";
}

std::optional<std::string> TrustStore::cached(const RoleName& role) const {
  const auto directory = Directory::open(trust_dir_);
  if (!directory) return std::nullopt;
  auto bytes = directory->read(file_of(role), limits::kNotaryMetadataBytes);
  if (!bytes) return std::nullopt;
  return std::move(*bytes);
}

Result<TrustState> TrustStore::state() const {
  const auto directory = Directory::open(trust_dir_);
  if (!directory) {
    if (directory.error().code() == ErrorCode::not_found) return TrustState{};
    return tl::unexpected(directory.error());
  }
  auto text = directory->read(state_file(), kStateBytes);
  if (!text) {
    if (text.error().code() == ErrorCode::not_found) return TrustState{};
    return tl::unexpected(std::move(text).error());
  }
  auto state = parse_state(std::move(*text));
  if (!state) {
    return fail(
        std::move(state)
            .error()
            .within("the record of what was verified before (" + trust_dir_ + "/" + state_file() +
                    ") is broken")
            .with_hint(
                "without it older trust data could pass as new; remove the file only if you accept that"));
  }
  return state;
}

Result<void> TrustStore::commit(const std::vector<AcceptedFile>& files, const TrustState& state,
                                const std::vector<RoleName>& forget) {
  const Directory directory = BS_TRY(Directory::open(trust_dir_, true));
  const FileLock lock = BS_TRY(directory.lock("boltseal/" + gun_.directory() + "/@lock", kLockWaitMs));
  const TrustState on_disk = BS_TRY(this->state());
  const TrustState next = state_to_write(on_disk, state, forget);
  for (const RoleName& role : forget) {
    auto removed = directory.remove(file_of(role));
    if (!removed && removed.error().code() != ErrorCode::not_found) return removed;
  }
  // The record goes first: after a crash between the two, the floor is known and the file is fetched again.
  if (next != on_disk) BS_TRY(directory.write_atomic(state_file(), write_state(next)));
  for (const AcceptedFile& file : files) {
    const auto floor = next.floors.roles.find(file.role);
    if (floor != next.floors.roles.end() && file.version < floor->second.version) continue;
    BS_TRY(directory.write_atomic(file_of(file.role), file.bytes));
  }
  return {};
}

Result<std::vector<Gun>> cached_guns(const std::string& trust_dir) {
  const Directory top = BS_TRY(Directory::open(trust_dir));
  auto tuf = top.subdirectory("tuf");
  if (!tuf) {
    if (tuf.error().code() == ErrorCode::not_found) return std::vector<Gun>{};
    return tl::unexpected(std::move(tuf).error());
  }
  constexpr std::string_view kRoot = "/metadata/root.json";
  std::vector<Gun> out;
  for (const std::string& name : BS_TRY(tuf->list())) {
    if (!name.ends_with(kRoot)) continue;
    auto gun = Gun::parse_lenient(std::string_view(name).substr(0, name.size() - kRoot.size()));
    if (gun) out.push_back(std::move(*gun));
  }
  std::sort(out.begin(), out.end());
  constexpr std::size_t kMost = 10'000;
  if (out.size() > kMost) out.erase(out.begin() + kMost, out.end());
  return out;
}

}  // namespace boltseal::store
