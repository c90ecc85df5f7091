#include "keys/pkcs11/sessions.h"

#include "base/untrusted.h"

namespace boltseal::keys::pkcs11 {
namespace {

constexpr int kTries = 4;

std::string name_of(const ck_token_info& info) {
  return "token \"" + escape_untrusted(field_text(info.label, sizeof info.label)) + "\"";
}

}  // namespace

Sessions::~Sessions() {
  for (const ck_session_handle_t session : idle_) module_->calls().C_CloseSession(session);
}

Result<void> Sessions::log_in(ck_session_handle_t session) {
  if ((token_.info.flags & CKF_LOGIN_REQUIRED) == 0) return {};
  // The module is asked: another part of the program may have ended the login, which holds for all sessions.
  ck_session_info state{};
  if (module_->calls().C_GetSessionInfo(session, &state) == CKR_OK &&
      (state.state == CKS_RO_USER_FUNCTIONS || state.state == CKS_RW_USER_FUNCTIONS))
    return {};
  if (refused_) return fail(*refused_);
  const std::unique_lock alone(calm_);
  const std::string what = "logging in at " + name_of(token_.info);
  ck_rv_t code = CKR_OK;
  if ((token_.info.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0) {  // a PIN pad of its own
    code = module_->calls().C_Login(session, CKU_USER, nullptr, 0);
  } else {
    if ((token_.info.flags & CKF_USER_PIN_LOCKED) != 0) return fail(cryptoki_error(CKR_PIN_LOCKED, what));
    if ((token_.info.flags & CKF_USER_PIN_FINAL_TRY) != 0)
      return fail(ErrorCode::bad_passphrase, what + ": one try of the PIN is left, which is not used up here",
                  "log in once by hand (pkcs11-tool --login --list-objects), then start again");
    const Secret pin = BS_TRY(pin_());
    Secret copy = pin.clone();  // C_Login wants bytes that may be written
    code = module_->calls().C_Login(session, CKU_USER, copy.data(), copy.size());
  }
  if (code != CKR_OK && code != CKR_USER_ALREADY_LOGGED_IN) {
    Error error = cryptoki_error(code, what);
    if (error.code() == ErrorCode::bad_passphrase) refused_ = error;
    return fail(std::move(error));
  }
  return {};
}

/// Under the lock: whoever comes second needs the login of the first.
Result<Sessions::Session> Sessions::open(bool writing) {
  if (!found_) {
    token_ = BS_TRY(module_->find_token(uri_));
    found_ = true;
  }
  ck_session_handle_t handle = 0;
  const ck_flags_t flags = CKF_SERIAL_SESSION | (writing ? CKF_RW_SESSION : 0);
  const ck_rv_t code = module_->calls().C_OpenSession(token_.slot, flags, nullptr, nullptr, &handle);
  if (code != CKR_OK) {
    if (is_loss(code)) found_ = false;
    return fail(cryptoki_error(code, "opening a session at " + name_of(token_.info)));
  }
  if (auto done = log_in(handle); !done) {
    module_->calls().C_CloseSession(handle);
    return fail(std::move(done.error()));
  }
  return Session{handle, generation_};
}

Result<Sessions::Session> Sessions::acquire(bool writing) {
  std::unique_lock lock(mutex_);
  // No deadline: a session comes back as soon as its signature is made.
  returned_.wait(lock, [&] { return open_ < most_ || (!writing && !idle_.empty()); });
  if (!writing && !idle_.empty()) {
    const Session session{idle_.back(), generation_};
    idle_.pop_back();
    return session;
  }
  auto session = open(writing);
  if (session) ++open_;
  return session;
}

void Sessions::give_back(const Session& session, bool writing, bool lost) {
  const std::lock_guard lock(mutex_);
  const bool current = session.generation == generation_;
  if (!current) return;  // closed when the loss was noticed
  if (lost) {
    forget_all();
  } else if (writing) {
    module_->calls().C_CloseSession(session.handle);
    --open_;
  } else {
    idle_.push_back(session.handle);
  }
  returned_.notify_all();
}

Result<void> Sessions::run(const std::string& what, const Work& work, bool writing) {
  for (int left = kTries;; --left) {
    const Session session = BS_TRY(acquire(writing));
    ck_rv_t code = CKR_OK;
    {
      const std::shared_lock calm(calm_);
      code = work(module_->calls(), session);
    }
    const bool lost = is_loss(code);
    give_back(session, writing, lost);
    if (code == CKR_OK) return {};
    if (!lost || left == 1) return fail(cryptoki_error(code, what));
  }
}

void Sessions::close_all() {
  const std::lock_guard lock(mutex_);
  if (found_) forget_all();
  returned_.notify_all();
}

/// What is just being signed on another session fails, and is done again on a new one.
void Sessions::forget_all() {
  const std::unique_lock alone(calm_);
  module_->calls().C_CloseAllSessions(token_.slot);
  idle_.clear();
  open_ = 0;
  found_ = false;
  ++generation_;
}

}  // namespace boltseal::keys::pkcs11
