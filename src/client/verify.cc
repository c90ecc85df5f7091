#include "client/verify.h"

#include <fmt/core.h>

#include <thread>

#include "base/encoding.h"
#include "base/untrusted.h"
#include "client/first_use.h"
#include "client/session.h"
#include "registry/client.h"

namespace boltseal::client {
namespace {

// Asks the registry on a thread and connections of its own, so that its round trips cost no time.
class RegistryQuestion {
 public:
  RegistryQuestion(const Environment& environment, const registry::Reference& reference,
                   const VerifyOptions& options)
      : thread_([this, &environment, reference, insecure = options.insecure_registries] {
          ask(environment, reference, insecure);
        }) {}
  RegistryQuestion(const RegistryQuestion&) = delete;
  RegistryQuestion& operator=(const RegistryQuestion&) = delete;
  ~RegistryQuestion() {
    if (thread_.joinable()) thread_.join();
  }

  policy::RegistryEvidence answer() {
    thread_.join();
    return std::move(evidence_);
  }

 private:
  void ask(const Environment& environment, const registry::Reference& reference,
           const std::vector<std::string>& insecure) {
    evidence_.asked = policy::RegistryEvidence::Asked::yes;
    auto network = environment.make_network();
    if (!network) {
      evidence_.error = std::move(network).error();
      return;
    }
    registry::RegistryClient client(*network->http, {.insecure_hosts = insecure});
    auto descriptor = client.resolve(reference);
    if (!descriptor) {
      evidence_.error = std::move(descriptor).error();
      return;
    }
    evidence_.digest = descriptor->digest;
    evidence_.media_type = descriptor->media_type;
  }

  policy::RegistryEvidence evidence_;
  std::thread thread_;  // last: it uses the rest
};

// The image's digest must be known by SHA-256, or there is nothing to compare.
Result<policy::SignedTarget> signed_target(const tuf::Found& found) {
  if (!found.target.hashes.sha256) {
    return fail(ErrorCode::bad_format,
                "the signed entry of " + escape_untrusted(found.target.name) + " has no SHA-256 digest",
                "its publisher must sign it again with a current tool");
  }
  return policy::SignedTarget{.name = found.target.name,
                              .digest = Digest::of_sha256(*found.target.hashes.sha256),
                              .length = found.target.length,
                              .media_type = found.facts.media_type.value_or(""),
                              .role = found.edge.role};
}

Result<policy::TrustEvidence> gather(Session& session, const std::string& tag) {
  BS_TRY(session.refresh());
  auto found = session.find(tag);
  policy::TrustEvidence evidence = session.evidence();
  if (found) {
    evidence.target = BS_TRY(signed_target(*found));
  } else if (found.error().code() != ErrorCode::target_not_found) {
    return tl::unexpected(std::move(found).error());
  }
  return evidence;
}

bool is_local(const Error& error) {
  return error.error_class() == ErrorClass::io || error.error_class() == ErrorClass::usage ||
         error.error_class() == ErrorClass::internal;
}

}  // namespace

Result<policy::Verdict> verify(Environment& environment, const Subject& subject,
                               const VerifyOptions& options) {
  policy::Evidence evidence{.reference = subject.shown, .gun = subject.gun};
  evidence.asked_digest = subject.digest;
  if (subject.target.empty()) {
    evidence.trust_error =
        Error(ErrorCode::cannot_prove_freshness,
              "trust data speaks of tags: a bare digest has none whose signature could be checked",
              "name the tag: " + escape_untrusted(subject.gun.str()) + ":TAG, or TAG@DIGEST for both");
    return policy::decide(std::move(evidence), environment.policy(), environment.clock().now(), false);
  }
  std::optional<RegistryQuestion> question;
  if (options.ask_registry && subject.reference) {
    registry::Reference tagged = *subject.reference;
    if (auto tag = Tag::parse(subject.target)) tagged = tagged.with_tag(std::move(*tag));
    question.emplace(environment, tagged, options);
  }
  auto session = BS_TRY(Session::open(environment, subject.gun));
  auto trust = gather(*session, subject.target);
  if (question) evidence.registry = question->answer();
  bool accepted = false;
  if (trust) {
    accepted = trust->first_use && person_accepts_first_use(environment, *session);
    evidence.trust = std::move(*trust);
  } else if (is_local(trust.error())) {
    return tl::unexpected(std::move(trust).error());
  } else {
    evidence.trust_error = std::move(trust).error();
  }
  policy::Verdict verdict =
      policy::decide(std::move(evidence), environment.policy(), environment.clock().now(), accepted);
  if (session->first_use() && may_keep_first_use(environment, *session, accepted)) BS_TRY(session->keep());
  return verdict;
}

}  // namespace boltseal::client
