// links: tuf
// A whole repository from mutated bodies. The input is: one byte (bit 0: the form; bit 1: offer everything as
// cached files first), then parts between 0x1E bytes: root, next root, timestamp, snapshot, targets,
// targets/releases, name to look up. The parts are the canonical `signed` texts; the fuzzer signs them with
// one key that the seeds list for every role, so mutations reach what lies behind the signatures. "@root",
// "@snapshot", "@targets" and "@releases" in a part become the base64 SHA-256 of that file.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "crypto/software_key.h"
#include "tuf/codec.h"
#include "tuf/delegation_walk.h"
#include "tuf/target_listing.h"
#include "tuf/trusted_set.h"

namespace {

using namespace boltseal;
using namespace boltseal::tuf;

enum Part : std::size_t { kRoot, kNextRoot, kTimestamp, kSnapshot, kTargets, kReleases, kName, kParts };
using Parts = std::array<std::string, kParts>;

crypto::SoftwareKey& key() {
  static const crypto::SoftwareKeyPtr made = [] {
    Bytes scalar(32, 7);
    return *crypto::SoftwareKey::from_ec_scalar(crypto::KeyAlgorithm::ecdsa_p256, scalar);
  }();
  return *made;
}

/// Key ids that the part's own role list might mean: every 64-digit hex string of the root.
std::vector<std::string> key_ids(std::string_view root) {
  std::vector<std::string> ids;
  for (std::size_t at = root.find('"'); at != std::string_view::npos && ids.size() < 16;
       at = root.find('"', at + 1)) {
    const std::string_view candidate = root.substr(at + 1, 64);
    if (candidate.size() == 64 && is_lower_hex(candidate)) {
      if (std::find(ids.begin(), ids.end(), candidate) == ids.end()) ids.emplace_back(candidate);
    }
  }
  return ids;
}

std::string sign(Form form, const std::string& canonical, const std::vector<std::string>& ids) {
  std::vector<Signature> signatures;
  const auto scheme =
      form == Form::notary ? crypto::Scheme::ecdsa_raw_sha256 : crypto::Scheme::ecdsa_der_sha256;
  const auto made = key().sign_text(scheme, canonical);
  if (!made) return canonical;
  for (const std::string& id : ids) {
    Signature signature;
    signature.keyid = id;
    signature.method = form == Form::notary ? "ecdsa" : "";
    signature.sig = *made;
    signatures.push_back(std::move(signature));
  }
  return assemble(form, wire_text(form, canonical), signatures);
}

void substitute(std::string& text, std::string_view token, const std::string& file) {
  for (std::size_t at = text.find(token); at != std::string::npos; at = text.find(token, at + 1)) {
    text.replace(at, token.size(), base64_encode(crypto::sha256(file)));
  }
}

/// Bodies to files, leaves first, as each names the hashes of those below it.
void sign_all(Form form, Parts& parts) {
  const std::vector<std::string> ids = key_ids(parts[kNextRoot].empty() ? parts[kRoot] : parts[kNextRoot]);
  parts[kReleases] = sign(form, parts[kReleases], key_ids(parts[kTargets]));
  parts[kTargets] = sign(form, parts[kTargets], ids);
  const std::vector<std::string> first_ids = key_ids(parts[kRoot]);
  parts[kRoot] = sign(form, parts[kRoot], first_ids);
  if (!parts[kNextRoot].empty()) parts[kNextRoot] = sign(form, parts[kNextRoot], ids);
  substitute(parts[kSnapshot], "@root", parts[kNextRoot].empty() ? parts[kRoot] : parts[kNextRoot]);
  substitute(parts[kSnapshot], "@targets", parts[kTargets]);
  substitute(parts[kSnapshot], "@releases", parts[kReleases]);
  parts[kSnapshot] = sign(form, parts[kSnapshot], ids);
  substitute(parts[kTimestamp], "@snapshot", parts[kSnapshot]);
  parts[kTimestamp] = sign(form, parts[kTimestamp], ids);
}

void walk(TrustedSet& set, Form form, const Parts& parts) {
  const auto bring = [&](const RoleEdge& edge) -> Result<void> {
    const auto want = BS_TRY(set.want_targets(edge.delegator, edge.role));
    if (!want) return {};
    return set.update_targets(edge.delegator, edge.role,
                              edge.role == RoleName::targets() ? parts[kTargets] : parts[kReleases]);
  };
  const LookupOrder order = form == Form::tuf1 ? LookupOrder::tuf1 : LookupOrder::docker;
  DelegationWalk search(order, parts[kName]);
  while (const auto edge = search.next(set)) {
    if (auto done = bring(*edge); !done) search.skip(*edge, std::move(done.error()));
  }
  const auto found = search.result(set);
  if (found && found->target.name != parts[kName]) std::abort();
  TargetListing listing(order, 64);
  while (const auto edge = listing.next(set)) {
    if (auto done = bring(*edge); !done) listing.skip(*edge, std::move(done.error()));
  }
  (void)listing.result(set);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 100'000) return 0;
  const Form form = (data[0] & 1U) != 0 ? Form::tuf1 : Form::notary;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  Parts parts;
  for (std::string& part : parts) {
    const std::size_t end = rest.find('\x1E');
    part = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  sign_all(form, parts);

  TrustOptions options;
  options.form = form;
  options.gun = *Gun::parse("registry.example/team/app");
  options.now = *parse_rfc3339("2026-11-24T00:00:00Z");
  auto set = TrustedSet::start(options, parts[kRoot], RootOrigin::first_contact);
  if (!set) return 0;
  if (!parts[kNextRoot].empty()) (void)set->update_root(parts[kNextRoot]);
  if (!set->roots_done()) return 0;
  if ((data[0] & 2U) != 0) {
    set->offer_local(RoleName::timestamp(), parts[kTimestamp]);
    set->offer_local(RoleName::snapshot(), parts[kSnapshot]);
  }
  if (!set->update_timestamp(parts[kTimestamp])) return 0;
  if (set->want_snapshot() && !set->update_snapshot(parts[kSnapshot])) return 0;
  walk(*set, form, parts);
  // What was accepted is never above what the floors remember.
  for (const RoleFacts& facts : set->facts()) {
    const auto floor = set->floors().roles.find(facts.role);
    if (floor == set->floors().roles.end() || floor->second.version < facts.version) std::abort();
  }
  return 0;
}
