// The two sources of passphrases: variables of the environment and a person at the terminal.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keys/passphrase.h"
#include "term/prompt.h"

namespace boltseal::keys {

/// Value of a variable; nothing where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
/// The environment of this process.
Environment process_environment();

/// docker:  DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE for role root,
///          DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE for every other role.
/// notary:  NOTARY_ROOT_, NOTARY_TARGETS_, NOTARY_SNAPSHOT_PASSPHRASE for these roles,
///          NOTARY_DELEGATION_PASSPHRASE for every other role but timestamp.
/// both:    docker's first, then notary's when the first is wrong.
enum class PassphraseVariables : std::uint8_t { docker, notary, both };

/// Names of the variables that answer for a role, in order.
std::vector<std::string> variables_of(PassphraseVariables which, std::string_view role);

/// No minimum length. A variable that is set but empty counts as not set for a key that exists; for a new
/// key it is no_passphrase: a file without protection is never what was meant.
std::unique_ptr<PassphraseSource> environment_source(PassphraseVariables which,
                                                     Environment environment = process_environment());

/// What the questions call the roles: docker says "repository" for targets and snapshot.
enum class PromptWording : std::uint8_t { notary, docker };

/// Asks a person, with the words of notary 0.7.0: four tries for a key that exists, twelve for a new
/// passphrase, which has at least 8 bytes and is typed twice. White space around an answer is dropped.
/// Answers nothing where the prompter is not available. The prompter must outlive the source.
std::unique_ptr<PassphraseSource> terminal_source(term::Prompter& prompter,
                                                  PromptWording wording = PromptWording::notary);

inline constexpr std::size_t kShortestTypedPassphrase = 8;  ///< bytes
inline constexpr int kOpenAttempts = 4;
inline constexpr int kChooseAttempts = 12;

}  // namespace boltseal::keys
