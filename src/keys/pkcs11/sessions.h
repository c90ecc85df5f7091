// Logged-in sessions at one token. For the .cc files of this folder alone.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "base/secret.h"
#include "keys/pkcs11/module.h"

namespace boltseal::keys::pkcs11 {

/// Thread safe. Sessions are opened as they are needed, at most as many as the token allows. Login is the
/// whole program's at a token; it is renewed where it got lost (token pulled and put back, sessions closed).
/// A PIN that was refused is not tried again by this object: a few wrong ones lock a token.
class Sessions {
 public:
  Sessions(std::shared_ptr<const Module> module, Uri uri, std::function<Result<Secret>()> pin,
           std::size_t most)
      : module_(std::move(module)), uri_(std::move(uri)), pin_(std::move(pin)), most_(most) {}
  ~Sessions();
  Sessions(const Sessions&) = delete;
  Sessions& operator=(const Sessions&) = delete;

  struct Session {
    ck_session_handle_t handle;
    std::uint64_t generation;  ///< handles of objects are good for one generation
  };
  using Work = std::function<ck_rv_t(const ck_function_list&, const Session&)>;

  /// Runs `work` with a session; after a loss of session, login or token again with a new one. `what`
  /// stands in messages. Errors: cryptoki_error(), Module::find_token(), those of the PIN's source.
  Result<void> run(const std::string& what, const Work& work, bool writing = false);

  /// Ends all sessions of this program at the token; the next use logs in again.
  void close_all();

 private:
  Result<Session> acquire(bool writing);
  void give_back(const Session& session, bool writing, bool lost);
  Result<Session> open(bool writing);
  void forget_all();
  Result<void> log_in(ck_session_handle_t session);

  const std::shared_ptr<const Module> module_;
  const Uri uri_;
  const std::function<Result<Secret>()> pin_;
  const std::size_t most_;

  /// Work shares it; login and the end of all sessions have it alone: modules (SoftHSM 2.6) fall over a
  /// signature that is being made meanwhile. Taken after mutex_, and never held while that is waited for.
  std::shared_mutex calm_;
  std::mutex mutex_;
  std::condition_variable returned_;
  Module::Found token_{};
  bool found_ = false;
  std::optional<Error> refused_;  ///< what the token said to the PIN
  std::vector<ck_session_handle_t> idle_;
  std::size_t open_ = 0;
  std::uint64_t generation_ = 1;
};

}  // namespace boltseal::keys::pkcs11
