#include "client/first_use.h"

#include <fmt/core.h>

#include "base/encoding.h"
#include "base/untrusted.h"

namespace boltseal::client {

std::string describe_root(const tuf::TrustedSet& set) {
  std::string text =
      fmt::format("root version {}, sha256 {}", set.root()->version, hex_encode(set.root().sha256()));
  for (const std::string& id : set.root()->root.keyids) text += "\n  root key " + escape_untrusted(id);
  return text;
}

bool person_accepts_first_use(Environment& environment, const Session& session) {
  term::Prompter& prompter = environment.prompter();
  if (!session.first_use() || environment.policy().allows_first_use(session.gun()) || !prompter.available())
    return false;
  prompter.tell("First contact with " + session.gun().str() + " at " +
                escape_untrusted(session.location().url) + ":\n  " + describe_root(session.set()));
  return term::confirm(prompter, "Is this the root that its owner published? [y/N] ");
}

bool may_keep_first_use(const Environment& environment, const Session& session, bool person_accepted) {
  return person_accepted || environment.policy().allows_first_use(session.gun());
}

Result<void> settle_first_use(Environment& environment, Session& session) {
  if (!session.first_use()) return {};
  if (may_keep_first_use(environment, session, person_accepts_first_use(environment, session)))
    return session.keep();
  return fail(ErrorCode::first_use,
              "this is the first contact with " + session.gun().str() +
                  ": nothing here says whether its root is the right one (" + describe_root(session.set()) +
                  ")",
              "compare the root with its owner and run: boltseal pin " + session.gun().str());
}

}  // namespace boltseal::client
