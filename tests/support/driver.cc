#include "tests/support/driver.h"

#include <fmt/core.h>

#include "tuf/codec.h"

namespace boltseal::test {

using tuf::Form;
using tuf::LocalFile;

Client::Client(Simulator& the_server) : Client(the_server, the_server.newest_root()) {}

Client::Client(Simulator& the_server, std::string root) : server(&the_server) {
  disk.emplace(RoleName::root(), std::move(root));
}

void Client::keep(const RoleName& role_name, const std::string& bytes) {
  disk.insert_or_assign(role_name, bytes);
  floors = set->floors();
}

Result<void> Client::start() {
  tuf::TrustOptions options;
  options.form = server->form;
  options.gun = BS_TRY(Gun::parse(server->gun));
  options.now = now;
  options.floors = floors;
  configure(options);
  set = BS_TRY(tuf::TrustedSet::start(std::move(options), disk.at(RoleName::root()), origin));
  return {};
}

Result<void> Client::load_roots() {
  while (const auto want = set->want_root()) {
    auto bytes = server->fetch(*want);
    if (!bytes) {
      if (bytes.error().code() == ErrorCode::not_found || bytes.error().code() == ErrorCode::forbidden) break;
      return fail(std::move(bytes.error()));
    }
    const tuf::RootStep step = BS_TRY(set->update_root(*bytes));
    keep(RoleName::root(), *bytes);
    if (step.dropped_timestamp) {
      disk.erase(RoleName::timestamp());
      disk.erase(RoleName::snapshot());
    }
  }
  return set->roots_done();
}

Result<bool> Client::load_online() {
  for (const RoleName& role_name : {RoleName::timestamp(), RoleName::snapshot()}) {
    if (disk.contains(role_name)) set->offer_local(role_name, disk.at(role_name));
  }
  const std::string timestamp = BS_TRY(server->fetch(set->want_timestamp()));
  const tuf::TimestampStep step = BS_TRY(set->update_timestamp(timestamp));
  if (step.persist) keep(RoleName::timestamp(), timestamp);
  if (const auto want = set->want_snapshot()) {
    auto snapshot = server->fetch(*want);
    if (!snapshot) return fail(ErrorCode::metadata_missing, "no snapshot: " + snapshot.error().what());
    const tuf::SnapshotStep taken = BS_TRY(set->update_snapshot(*snapshot));
    if (taken.other_root) return false;
    keep(RoleName::snapshot(), *snapshot);
  }
  return true;
}

Result<void> Client::load_targets(const tuf::RoleEdge& edge) {
  const auto cached = disk.find(edge.role);
  if (cached != disk.end() &&
      set->offer_local_targets(edge.delegator, edge.role, cached->second) == LocalFile::current) {
    return {};
  }
  const auto want = BS_TRY(set->want_targets(edge.delegator, edge.role));
  if (!want) return {};
  auto bytes = server->fetch(*want);
  if (!bytes) return fail(ErrorCode::metadata_missing, "no file: " + bytes.error().what());
  BS_TRY(set->update_targets(edge.delegator, edge.role, *bytes));
  keep(edge.role, *bytes);
  return {};
}

Result<void> Client::refresh_once() {
  BS_TRY(start());
  const tuf::RoleEdge top{RoleName::root(), RoleName::targets()};
  if (server->form == Form::tuf1) {
    BS_TRY(load_roots());
    BS_TRY(load_online());
    return load_targets(top);
  }
  // Notary: only where something does not fit is it worth asking for another root.
  Result<bool> online = false;
  const auto done = set->roots_done();
  if (done) online = load_online();
  if (!online || !*online) {
    if (done) BS_TRY(set->refresh_roots());
    BS_TRY(load_roots());
    online = load_online();
    if (!online) return fail(std::move(online.error()));
    if (!*online) return fail(ErrorCode::hash_mismatch, "the snapshot names yet another root");
  }
  return load_targets(top);
}

Result<void> Client::refresh() {
  auto done = refresh_once();
  refusal = set ? set->last_refusal() : std::nullopt;
  if (done) origin = tuf::RootOrigin::cached;
  return done;
}

Result<void> Client::refresh_offline() {
  BS_TRY(start());
  BS_TRY(set->roots_done());
  for (const RoleName& role_name : {RoleName::timestamp(), RoleName::snapshot()}) {
    if (disk.contains(role_name)) set->offer_local(role_name, disk.at(role_name));
  }
  BS_TRY(set->use_local_timestamp());
  if (set->snapshot() == nullptr) return fail(ErrorCode::metadata_missing, "no snapshot in the cache");
  const auto kept =
      set->offer_local_targets(RoleName::root(), RoleName::targets(), disk.at(RoleName::targets()));
  if (kept != LocalFile::current) return fail(ErrorCode::metadata_missing, "no targets in the cache");
  return {};
}

Result<tuf::Found> Client::find(std::string_view name, tuf::LookupOrder order) {
  tuf::DelegationWalk walk(order, std::string(name), walk_options);
  while (const auto edge = walk.next(*set)) {
    if (auto loaded = load_targets(*edge); !loaded) walk.skip(*edge, std::move(loaded.error()));
  }
  return walk.result(*set);
}

Result<tuf::Found> Client::find(std::string_view name) {
  return find(name, server->form == Form::tuf1 ? tuf::LookupOrder::tuf1 : tuf::LookupOrder::docker);
}

Result<tuf::Found> Client::look_up(std::string_view name) {
  BS_TRY(refresh());
  return find(name);
}

Result<std::vector<tuf::ListedTarget>> Client::list(tuf::LookupOrder order) {
  tuf::TargetListing listing(order);
  while (const auto edge = listing.next(*set)) {
    if (auto loaded = load_targets(*edge); !loaded) listing.skip(*edge, std::move(loaded.error()));
  }
  return listing.result(*set);
}

std::string Client::state() const {
  std::string text;
  const auto add = [&](const RoleName& role_name, std::int64_t version) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", role_name.str(), version);
  };
  const auto version_of = [&](const RoleName& role_name, const std::string& bytes) -> std::int64_t {
    const Form form = server->form;
    if (role_name == RoleName::root()) return (*tuf::parse_root(form, bytes))->version;
    if (role_name == RoleName::timestamp()) return (*tuf::parse_timestamp(form, bytes))->version;
    if (role_name == RoleName::snapshot()) return (*tuf::parse_snapshot(form, bytes))->version;
    return (*tuf::parse_targets(form, role_name, bytes))->version;
  };
  for (const RoleName& base :
       {RoleName::root(), RoleName::timestamp(), RoleName::snapshot(), RoleName::targets()}) {
    if (disk.contains(base)) add(base, version_of(base, disk.at(base)));
  }
  for (const auto& [role_name, bytes] : disk) {
    if (role_name.is_delegation()) add(role_name, version_of(role_name, bytes));
  }
  return text;
}

}  // namespace boltseal::test
