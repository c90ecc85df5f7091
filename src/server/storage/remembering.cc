#include "server/storage/remembering.h"

#include "server/storage/named.h"

namespace boltseal::server {
namespace {

std::size_t size_of(const std::optional<StoredFile>& file) {
  constexpr std::size_t kOverhead = 256;  // of the nodes of the map
  return kOverhead + (file ? file->bytes.size() : 0);
}

/// Does the snapshot go on naming this file?
bool still_named(const NewFile& snapshot, const RoleName& role, const StoredFile& file) {
  if (snapshot.form == Form::notary) return named_hash(snapshot.bytes, role.str()) == file.sha256;
  return role == RoleName::root() || named_version(snapshot.bytes, role.str()) == file.version;
}

}  // namespace

bool Remembering::forget(const Gun& gun) {
  std::lock_guard lock(mutex_);
  const auto found = guns_.find(gun);
  if (found == guns_.end()) return false;
  bytes_ -= found->second.bytes;
  order_.erase(found->second.place);
  guns_.erase(found);
  return true;
}

void Remembering::forget_all() {
  std::lock_guard lock(mutex_);
  guns_.clear();
  order_.clear();
  bytes_ = 0;
}

Remembering::Memory& Remembering::memory(const Gun& gun) const {
  const auto [found, fresh] = guns_.try_emplace(gun);
  if (fresh) {
    constexpr std::size_t kOverhead = 512;  // of the name, its places and its state
    found->second.place = order_.insert(order_.begin(), gun);
    found->second.bytes = kOverhead;
    bytes_ += kOverhead;
  } else {
    order_.splice(order_.begin(), order_, found->second.place);
  }
  return found->second;
}

void Remembering::keep(Memory& memory, Files Memory::* files, Form form, const RoleName& role,
                       std::optional<StoredFile> file) const {
  auto& slot = (memory.*files)[{form, role}];
  const std::size_t before = slot ? size_of(slot) : 0;
  const std::size_t after = size_of(file);
  slot = std::move(file);
  memory.bytes += after - before;
  bytes_ += after - before;
}

void Remembering::make_room() const {
  while (bytes_ > max_bytes_ && order_.size() > 1) {
    const auto last = guns_.find(order_.back());
    bytes_ -= last->second.bytes;
    order_.pop_back();
    guns_.erase(last);
  }
}

Storage::Found Remembering::recall(Files Memory::* files, const Gun& gun, Form form, const RoleName& role,
                                   Found (Storage::*ask)(const Gun&, Form, const RoleName&) const) const {
  {
    std::lock_guard lock(mutex_);
    if (const auto known = guns_.find(gun); known != guns_.end()) {
      const auto file = (known->second.*files).find({form, role});
      if (file != (known->second.*files).end()) return file->second;
    }
  }
  auto file = BS_TRY((below_.*ask)(gun, form, role));
  std::lock_guard lock(mutex_);
  keep(memory(gun), files, form, role, file);
  make_room();
  return file;
}

Storage::Found Remembering::latest(const Gun& gun, Form form, const RoleName& role) const {
  return recall(&Memory::latest, gun, form, role, &Storage::latest);
}

Storage::Found Remembering::current(const Gun& gun, Form form, const RoleName& role) const {
  return recall(&Memory::current, gun, form, role, &Storage::current);
}

Result<GunState> Remembering::state(const Gun& gun) const {
  {
    std::lock_guard lock(mutex_);
    const auto known = guns_.find(gun);
    if (known != guns_.end() && known->second.state) return *known->second.state;
  }
  const GunState state = BS_TRY(below_.state(gun));
  std::lock_guard lock(mutex_);
  memory(gun).state = state;
  make_room();
  return state;
}

Result<std::optional<Tombstone>> Remembering::tombstone(const Gun& gun) const {
  {
    std::lock_guard lock(mutex_);
    const auto known = guns_.find(gun);
    if (known != guns_.end() && known->second.stone) return *known->second.stone;
  }
  auto stone = BS_TRY(below_.tombstone(gun));
  std::lock_guard lock(mutex_);
  memory(gun).stone = stone;
  make_room();
  return stone;
}

Result<void> Remembering::publish(const Batch& batch) {
  const auto stored = below_.publish(batch);
  if (!stored) {
    forget(batch.gun);
    return stored;
  }
  std::lock_guard lock(mutex_);
  if (guns_.contains(batch.gun)) take_over(batch);
  return {};
}

/// What the batch has made of the state that it was decided on.
void Remembering::take_over(const Batch& batch) const {
  Memory& known = memory(batch.gun);
  if (batch.reinitialises || batch.needs_recovery) {
    known.state.reset();
    known.stone.reset();
  }
  for (const NewFile& file : batch.files) {
    if (file.role == RoleName::snapshot()) drop_unnamed(known, file);
  }
  for (const NewFile& file : batch.files) {
    const StoredFile stored{file.version, file.bytes, file.sha256, batch.time};
    keep(known, &Memory::latest, file.form, file.role, stored);
    keep(known, &Memory::current, file.form, file.role, stored);
  }
  make_room();
}

void Remembering::drop_unnamed(Memory& known, const NewFile& snapshot) const {
  for (auto it = known.current.begin(); it != known.current.end();) {
    const auto& [form, role] = it->first;
    const bool other = form != snapshot.form || role == RoleName::snapshot() || role == RoleName::timestamp();
    if (other || (it->second && still_named(snapshot, role, *it->second))) {
      ++it;
      continue;
    }
    known.bytes -= size_of(it->second);
    bytes_ -= size_of(it->second);
    it = known.current.erase(it);
  }
}

Result<bool> Remembering::remove(const Gun& gun, Time now) {
  forget(gun);
  const auto removed = below_.remove(gun, now);
  forget(gun);
  return removed;
}

Result<void> Remembering::set_needs_recovery(const Gun& gun, bool value) {
  const auto done = below_.set_needs_recovery(gun, value);
  forget(gun);
  return done;
}

Result<void> Remembering::allow_reset(const Gun& gun) {
  const auto done = below_.allow_reset(gun);
  forget(gun);
  return done;
}

}  // namespace boltseal::server
