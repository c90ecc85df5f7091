// The beginning of a session: the place that is asked, the root that trust starts from, the chain of roots.
#include <fmt/core.h>

#include <system_error>

#include "base/encoding.h"
#include "base/untrusted.h"
#include "client/session.h"
#include "crypto/digest.h"
#include "tuf/codec.h"

namespace boltseal::client {
namespace {

transport::Item timestamp_item(tuf::Form form) {
  return {.role = RoleName::timestamp(), .limit = tuf::default_limit(form, tuf::FileType::timestamp)};
}

// An answer that ends the chain of roots: there is no next one (TUF.md 1, 5.3.2-9: 404 and 403).
bool ends_chain(const Error& error) {
  switch (error.code()) {
    case ErrorCode::metadata_missing:
    case ErrorCode::no_trust_data:
    case ErrorCode::forbidden:
      return true;
    default:
      return false;
  }
}

}  // namespace

// The place is pinned with the root (SECURITY rule 14): a variable or a guess by name moves nobody elsewhere.
Result<void> Session::check_place() {
  if (before_.transport.empty() || before_.transport == place_) return {};
  if (!location_.by_policy && !accept_place_) {
    return fail(other_place(gun(), before_.transport, place_,
                            "if it has moved: boltseal pin " + gun().str() + " --server " + place_ +
                                ", or name the server in the policy file"));
  }
  moved_from_ = before_.transport;
  return {};
}

// Cached root, else pinned root, else the first one that the server shows.
Result<void> Session::start() {
  before_ = BS_TRY(store_.state());
  BS_TRY(check_place());
  tuf::TrustOptions options;
  options.form = location_.form;
  options.gun = location_.gun;
  options.now = environment_.clock().now();
  options.floors = before_.floors;
  options.tolerate_expired_targets = tolerate_expired_targets_;
  if (location_.pin) {
    options.pin = location_.pin->root;
    options.wildcard_cn = location_.pin->wildcard_certificate;
  }
  if (location_.form == tuf::Form::notary) {
    options.snapshot_bytes = limits::kNotaryMetadataBytes;
    options.targets_bytes = limits::kNotaryMetadataBytes;
  }
  auto cached = store_.cached(RoleName::root());
  if (cached && cache_begins_at_pin(*cached)) {
    if (location_.form == tuf::Form::notary) ask_timestamp();
    BS_TRY(start_from_cache(std::move(options), std::move(*cached)));
  } else {
    first_use_ = hold_ = !location_.pin || !location_.pin->anchors();
    std::string root = BS_TRY(fetch_first_root());
    set_ =
        BS_TRY(tuf::TrustedSet::start(std::move(options), std::move(root), tuf::RootOrigin::first_contact));
    accept(RoleName::root(), set_->root()->version, set_->root().bytes());
    first_root_ = store::AcceptedFile{RoleName::root(), set_->root()->version, set_->root().bytes()};
  }
  return {};
}

// TUF 1.0 always; Notary form where the chain must go on before anything else can be judged.
bool Session::chain_comes_first() const {
  const bool must_advance = location_.pin && location_.pin->root.minimal_version > set_->root()->version;
  const bool pinned_start = location_.pin && (location_.pin->root.sha256 || location_.pin->root.version);
  return location_.form == tuf::Form::tuf1 || must_advance || (pinned_start && !accepted_.empty());
}

// A pin with a root's hash, made after the cache: only a chain that starts at that root counts, so it is
// fetched.
bool Session::cache_begins_at_pin(const std::string& cached) const {
  if (!location_.pin || !location_.pin->root.sha256 || before_.anchor == location_.pin->identity())
    return true;
  return crypto::sha256(as_bytes(cached)) == *location_.pin->root.sha256;
}

// A pin that this cache was not reached from is compared with the cached root like one of first contact.
Result<void> Session::start_from_cache(tuf::TrustOptions options, std::string cached) {
  const bool reached =
      !location_.pin || !location_.pin->anchors() || before_.anchor == location_.pin->identity();
  auto set = tuf::TrustedSet::start(std::move(options), std::move(cached),
                                    reached ? tuf::RootOrigin::cached : tuf::RootOrigin::first_contact);
  if (!set) {
    return fail(std::move(set)
                    .error()
                    .within("the cached root of " + gun().str())
                    .with_hint("restore the file below " + store_.trust_dir() +
                               "/tuf, or remove it and pin the root anew"));
  }
  set_ = std::move(*set);
  return {};
}

Result<std::string> Session::fetch_first_root() {
  transport::Item root{.role = RoleName::root(), .limit = limits::kRootBytes};
  if (location_.pin && location_.pin->root.version) root.version = location_.pin->root.version;
  if (location_.pin && location_.pin->root.sha256 && location_.form == tuf::Form::notary)
    root.sha256 = location_.pin->root.sha256;
  if (location_.form == tuf::Form::tuf1 && !root.version) root.version = 1;
  auto answers = fetch_all({root, timestamp_item(location_.form)});
  early_timestamp_ = std::move(answers[1]);
  return std::move(answers[0]);
}

void Session::ask_timestamp() {
  try {
    asked_timestamp_ = std::async(std::launch::async, [this, item = timestamp_item(location_.form)] {
      return std::move(transport_->fetch_all({item}).front());
    });
  } catch (const std::system_error&) {
    // No thread to be had: the question is asked when its answer is needed.
  }
}

// The transport has one user at a time, so a question under way is waited for.
std::vector<Result<std::string>> Session::fetch_all(const std::vector<transport::Item>& items) {
  if (asked_timestamp_.valid()) early_timestamp_ = asked_timestamp_.get();
  return transport_->fetch_all(items);
}

Result<void> Session::chase_roots() {
  while (const auto want = set_->want_root()) {
    const bool first = !early_timestamp_ && set_->timestamp() == nullptr && location_.form == tuf::Form::tuf1;
    Result<std::string> bytes = fail(ErrorCode::internal, "no root was asked for");
    if (first) {
      auto answers = fetch_all({item_of(*want), item_of(set_->want_timestamp())});
      bytes = std::move(answers[0]);
      early_timestamp_ = std::move(answers[1]);
    } else {
      bytes = fetch(*want);
    }
    if (!bytes) {
      if (ends_chain(bytes.error())) return {};
      // Without an answer nobody knows whether the chain goes on; the cache may speak if it must.
      if (is_outage(bytes.error()) && store_.cached(RoleName::timestamp())) {
        offline_reason_ = bytes.error().what();
        return {};
      }
      return tl::unexpected(std::move(bytes).error());
    }
    BS_TRY(set_->update_root(std::move(*bytes)));
    accept(RoleName::root(), set_->root()->version, set_->root().bytes());
  }
  return {};
}

Result<void> Session::refresh_roots() {
  const auto chain = [this]() -> Result<void> {
    BS_TRY(start());
    BS_TRY(chase_roots());
    if (!online()) {
      return fail(ErrorCode::unreachable, "nobody knows whether there is a newer root: " + offline_reason_,
                  "try again when the server can be reached; nothing was changed");
    }
    return set_->roots_done();
  };
  Result<void> done = chain();
  if (asked_timestamp_.valid()) asked_timestamp_.wait();  // nobody else may use the transport meanwhile
  Result<void> flushed = flush();
  return done ? flushed : done;
}

// A repository that was made anew has another root under the version known here. Then nothing below it can
// verify, and that is what the user must hear.
Error Session::explained(Error error) {
  switch (error.code()) {
    case ErrorCode::threshold_not_met:
    case ErrorCode::hash_mismatch:
    case ErrorCode::rollback:
      break;
    default:
      return error;
  }
  const tuf::Trusted<tuf::Root>& known = set_->root();
  const transport::Item same{
      .role = RoleName::root(), .limit = limits::kRootBytes, .version = known->version};
  auto bytes = std::move(fetch_all({same}).front());
  if (!bytes) return error;
  const auto theirs = tuf::parse_root(location_.form, std::move(*bytes));
  if (!theirs || (*theirs)->version != known->version || theirs->sha256() == known.sha256()) return error;
  return Error(ErrorCode::root_not_trusted,
               fmt::format("{} has another root of version {} (sha256 {}) for {} than the one known here "
                           "(sha256 {}): {}",
                           place_, known->version, hex_encode(theirs->sha256()), gun().str(),
                           hex_encode(known.sha256()), error.what()),
               "if its owner made the repository anew, compare the new root with the owner, remove " +
                   gun().str() + " below " + store_.trust_dir() +
                   "/tuf and /boltseal, and pin that root; else do not trust it");
}

}  // namespace boltseal::client
