#include "client/inspect.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/encoding.h"
#include "base/untrusted.h"
#include "client/first_use.h"

namespace boltseal::client {
namespace {

constexpr Duration kSoon = 30 * kDay;

InspectedRole base_role(const char* name, const tuf::RoleKeys& keys) {
  return {.name = name, .threshold = keys.threshold, .keyids = keys.keyids};
}

void add_roles(const Session& session, Inspection& out) {
  const tuf::Root& root = session.set().root().body();
  out.roles = {base_role("root", root.root), base_role("targets", root.targets),
               base_role("snapshot", root.snapshot), base_role("timestamp", root.timestamp)};
  const tuf::Targets& top = session.set().targets(RoleName::root(), RoleName::targets())->body();
  if (!top.delegations) return;
  for (const tuf::DelegatedRole& role : top.delegations->roles) {
    out.roles.push_back(
        {.name = role.name, .threshold = role.threshold, .keyids = role.keyids, .paths = role.paths});
  }
}

void add_facts(const Session& session, Time now, Inspection& out) {
  for (const tuf::RoleFacts& facts : session.set().facts()) {
    const auto role = std::find_if(out.roles.begin(), out.roles.end(),
                                   [&](const InspectedRole& r) { return r.name == facts.role.str(); });
    if (role == out.roles.end()) continue;
    role->version = facts.version;
    role->expires = facts.expires;
    const bool timestamp = facts.role == RoleName::timestamp();
    if (!timestamp && facts.expires - now < kSoon) {
      out.warnings.push_back(fmt::format("{} expires in {}: its owner must sign it anew",
                                         escape_untrusted(facts.role.str()),
                                         describe_duration(facts.expires - now)));
    }
  }
  for (const tuf::SkippedRole& skipped : session.skipped()) {
    if (skipped.error.code() == ErrorCode::target_not_found) continue;  // never signed: normal
    out.warnings.push_back(escape_untrusted(skipped.edge.role.str()) +
                           " is left out: " + skipped.error.what());
  }
}

// SECURITY rule 7: a key in two roles makes one theft count twice.
void warn_of_shared_keys(const Session& session, Inspection& out) {
  const tuf::Root& root = session.set().root().body();
  std::map<KeyId, std::string> seen;
  const std::pair<const char*, const tuf::RoleKeys*> roles[] = {{"root", &root.root},
                                                                {"targets", &root.targets},
                                                                {"snapshot", &root.snapshot},
                                                                {"timestamp", &root.timestamp}};
  for (const auto& [name, role] : roles) {
    for (const std::string& id : role->keyids) {
      const auto key = root.keys.find(id);
      if (key == root.keys.end() || !key->second.canonical_id) continue;
      const auto [it, fresh] = seen.emplace(*key->second.canonical_id, name);
      if (!fresh && it->second != name)
        out.warnings.push_back(fmt::format("one key serves both {} and {}", it->second, name));
    }
  }
}

InspectedTag tag_of(const tuf::ListedTarget& listed) {
  InspectedTag tag{.name = listed.name};
  for (const tuf::Found& found : listed.signed_by) tag.signers.push_back(found.edge.role);
  if (listed.winner) {
    const tuf::Target& target = listed.signed_by[*listed.winner].target;
    if (target.hashes.sha256) tag.digest = Digest::of_sha256(*target.hashes.sha256);
    tag.length = target.length;
  }
  return tag;
}

}  // namespace

Result<Inspection> inspect(Environment& environment, const Gun& gun, const std::string& tag) {
  auto session = BS_TRY(Session::open(environment, gun));
  BS_TRY(session->refresh());
  BS_TRY(settle_first_use(environment, *session));
  const auto listed = BS_TRY(session->list());
  Inspection out{
      .gun = session->gun(), .transport = session->transport().describe(), .form = session->location().form};
  for (const tuf::ListedTarget& target : listed) {
    if (tag.empty() || target.name == tag) out.tags.push_back(tag_of(target));
  }
  add_roles(*session, out);
  add_facts(*session, environment.clock().now(), out);
  warn_of_shared_keys(*session, out);
  out.root_sha256 = hex_encode(session->set().root().sha256());
  out.online = session->online();
  out.first_use = session->first_use();
  return out;
}

}  // namespace boltseal::client
