#include "db/postgres_listener.h"

#include "db/postgres_session.h"

namespace boltseal::db {
namespace {

class Listener final : public PostgresListener {
 public:
  explicit Listener(std::unique_ptr<PostgresSession> session) : session_(std::move(session)) {}

  Result<std::vector<std::string>> wait(std::chrono::milliseconds timeout) override {
    BS_TRY(session_->wait_for_input(timeout));
    return session_->take_notices();
  }
  Result<std::vector<std::string>> ping() override {
    BS_TRY(session_->execute("SELECT 1"));
    return session_->take_notices();
  }

 private:
  std::unique_ptr<PostgresSession> session_;
};

}  // namespace

Result<std::unique_ptr<PostgresListener>> listen_postgres(const PostgresOptions& options,
                                                          const std::string& channel) {
  auto session = BS_TRY(connect_postgres_session(options));
  BS_TRY(session->execute("LISTEN " + channel));
  return std::make_unique<Listener>(std::move(session));
}

}  // namespace boltseal::db
