#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

#include "keys/passphrase_sources.h"

namespace boltseal::keys {
namespace {

void add_docker(std::string_view role, std::vector<std::string>& out) {
  out.emplace_back(role == "root" ? "DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE"
                                  : "DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE");
}

void add_notary(std::string_view role, std::vector<std::string>& out) {
  if (role == "timestamp") return;
  out.emplace_back(role == "root"       ? "NOTARY_ROOT_PASSPHRASE"
                   : role == "targets"  ? "NOTARY_TARGETS_PASSPHRASE"
                   : role == "snapshot" ? "NOTARY_SNAPSHOT_PASSPHRASE"
                                        : "NOTARY_DELEGATION_PASSPHRASE");
}

class EnvironmentSource final : public PassphraseSource {
 public:
  EnvironmentSource(PassphraseVariables which, Environment environment)
      : which_(which), environment_(std::move(environment)) {}

  Result<std::optional<Passphrase>> get(const PassphraseRequest& request) override {
    std::vector<Passphrase> answers;
    std::string empty;  // a variable that is set to nothing
    for (const std::string& name : variables_of(which_, request.role)) {
      std::optional<std::string> value = environment_(name);
      if (!value) continue;
      if (value->empty()) {
        if (empty.empty()) empty = name;
        continue;
      }
      add(answers, name, *value);
      wipe_string(*value);
    }
    if (request.new_key && answers.empty() && !empty.empty()) {
      return fail(
          ErrorCode::no_passphrase,
          fmt::format("{} is set but empty, and the new {} needs a passphrase", empty, describe(request)),
          fmt::format("give {} a value, or unset it to be asked on a terminal", empty));
    }
    const auto index = static_cast<std::size_t>(request.attempt);
    if (index >= answers.size()) return std::nullopt;
    answers[index].last = request.new_key || index + 1 == answers.size();
    return std::move(answers[index]);
  }

 private:
  static void add(std::vector<Passphrase>& answers, const std::string& name, const std::string& value) {
    const bool same = std::any_of(answers.begin(), answers.end(),
                                  [&](const Passphrase& earlier) { return earlier.text.text() == value; });
    if (!same) answers.push_back({Secret::of_text(value), name, false});
  }

  PassphraseVariables which_;
  Environment environment_;
};

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

std::vector<std::string> variables_of(PassphraseVariables which, std::string_view role) {
  std::vector<std::string> out;
  if (which != PassphraseVariables::notary) add_docker(role, out);
  if (which != PassphraseVariables::docker) add_notary(role, out);
  return out;
}

std::unique_ptr<PassphraseSource> environment_source(PassphraseVariables which, Environment environment) {
  return std::make_unique<EnvironmentSource>(which, std::move(environment));
}

}  // namespace boltseal::keys
