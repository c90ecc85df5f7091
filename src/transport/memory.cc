#include "transport/memory.h"

#include <algorithm>

#include "crypto/digest.h"
#include "json/reader.h"
#include "transport/file_names.h"

namespace boltseal::transport {
namespace {

std::string padded(const std::string& bytes) {
  std::string out;
  out.reserve(bytes.size() + json::Document::kPadding);
  out = bytes;
  return out;
}

}  // namespace

Result<std::string> MemoryTransport::fetch(const Item& item) {
  ++fetches_;
  if (failure_) return fail(*failure_);
  const std::string* found = nullptr;
  if (item.sha256) {
    const auto at = hashes_.find({item.role, *item.sha256});
    if (at != hashes_.end()) found = &at->second;
  } else if (item.version) {
    const auto at = versions_.find({item.role, *item.version});
    if (at != versions_.end()) found = &at->second;
  } else {
    const auto at = current_.find(item.role);
    if (at != current_.end()) found = &at->second;
  }
  if (found == nullptr) return fail(absent(item, "the repository", "memory"));
  if (found->size() > item.limit)
    return fail(ErrorCode::limit_exceeded, item.role.str() + " has " + std::to_string(found->size()) +
                                               " bytes, more than " + std::to_string(item.limit));
  return padded(*found);
}

std::vector<Result<std::string>> MemoryTransport::fetch_all(const std::vector<Item>& items) {
  std::vector<Result<std::string>> out;
  out.reserve(items.size());
  for (const auto& item : items) out.push_back(fetch(item));
  return out;
}

Result<void> MemoryTransport::publish(const std::vector<Part>& parts) {
  if (failure_) return fail(*failure_);
  for (const auto& part : parts) {
    current_[part.role] = part.bytes;
    hashes_[{part.role, crypto::sha256(part.bytes)}] = part.bytes;
    if (part.version) versions_[{part.role, *part.version}] = part.bytes;
  }
  return {};
}

Result<std::string> MemoryTransport::server_key(const RoleName& role) {
  if (failure_) return fail(*failure_);
  const auto found = keys_.find(role);
  if (found == keys_.end()) return Transport::server_key(role);
  return found->second.first;
}

Result<std::string> MemoryTransport::rotate_server_key(const RoleName& role) {
  if (failure_) return fail(*failure_);
  const auto found = keys_.find(role);
  if (found == keys_.end() || found->second.second.empty()) return Transport::rotate_server_key(role);
  found->second.first = std::exchange(found->second.second, {});
  return found->second.first;
}

Result<void> MemoryTransport::remove_all() {
  if (failure_) return fail(*failure_);
  current_.clear();
  versions_.clear();
  hashes_.clear();
  return {};
}

void MemoryTransport::set_server_key(const RoleName& role, std::string current, std::string next) {
  keys_.insert_or_assign(role, std::pair(std::move(current), std::move(next)));
}

}  // namespace boltseal::transport
