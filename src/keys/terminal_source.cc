#include <fmt/core.h>

#include "base/untrusted.h"
#include "keys/passphrase_sources.h"

namespace boltseal::keys {
namespace {

constexpr std::string_view kRootWarning =
    "You are about to create a new root signing key passphrase. This passphrase\n"
    "will be used to protect the most sensitive key in your signing system. Please\n"
    "choose a long, complex passphrase and be careful to keep the password and the\n"
    "key file itself secure and backed up. It is highly recommended that you use a\n"
    "password manager to generate the passphrase and keep it safe. There will be no\n"
    "way to recover this key. You can find the key in your config directory.";

Secret trimmed(Secret typed) {
  const std::string_view text = typed.text();
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  if (first == 0 && last + 1 == text.size()) return typed;
  return Secret::of_text(text.substr(first, last + 1 - first));
}

class TerminalSource final : public PassphraseSource {
 public:
  TerminalSource(term::Prompter& prompter, PromptWording wording) : prompter_(prompter), wording_(wording) {}

  Result<std::optional<Passphrase>> get(const PassphraseRequest& request) override {
    if (!prompter_.available()) return std::nullopt;
    Secret text = BS_TRY(request.new_key ? choose(request) : ask_again(request));
    return Passphrase{std::move(text), "the terminal",
                      request.new_key || request.attempt + 1 >= kOpenAttempts};
  }

 private:
  Result<Secret> ask_again(const PassphraseRequest& request) {
    if (request.attempt > 0) prompter_.tell("Passphrase incorrect. Please retry.");
    if (!request.key_id) return ask("Enter passphrase for encrypted key: ");
    return ask(question("Enter", request));
  }

  Result<Secret> choose(const PassphraseRequest& request) {
    if (request.role == "root") prompter_.tell(kRootWarning);
    for (int i = 0; i < kChooseAttempts; ++i) {
      Secret first = BS_TRY(ask(question("Enter", request)));
      if (first.size() < kShortestTypedPassphrase) {
        prompter_.tell(
            "Passphrase is too short. Please use a password manager to generate and store a good random "
            "passphrase.");
        continue;
      }
      const Secret second = BS_TRY(ask(question("Repeat", request)));
      if (equal_constant_time(first.view(), second.view())) return first;
      prompter_.tell("Passphrases do not match. Please retry.");
    }
    return fail(ErrorCode::no_passphrase, "maximum number of passphrase attempts exceeded",
                fmt::format("choose a passphrase of at least {} bytes", kShortestTypedPassphrase));
  }

  Result<Secret> ask(const std::string& question) { return trimmed(BS_TRY(prompter_.ask_secret(question))); }

  std::string question(std::string_view verb, const PassphraseRequest& request) const {
    const bool repository =
        wording_ == PromptWording::docker && (request.role == "targets" || request.role == "snapshot");
    return fmt::format("{} passphrase for {}{} key with ID {}: ", verb, request.new_key ? "new " : "",
                       repository ? "repository" : escape_untrusted(request.role),
                       request.key_id ? request.key_id->short_form() : "unknown");
  }

  term::Prompter& prompter_;
  PromptWording wording_;
};

}  // namespace

std::unique_ptr<PassphraseSource> terminal_source(term::Prompter& prompter, PromptWording wording) {
  return std::make_unique<TerminalSource>(prompter, wording);
}

}  // namespace boltseal::keys
