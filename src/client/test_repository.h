// For this room's tests: a simulated repository behind a Transport, and an environment in a temporary folder.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "client/environment.h"
#include "client/session.h"
#include "crypto/digest.h"
#include "tests/support/simulator.h"

namespace boltseal::client {

/// Serves a Simulator as a transport would. The simulator must outlive it.
class SimTransport final : public transport::Transport {
 public:
  explicit SimTransport(test::Simulator& server) : server_(server) {}
  tuf::Form form() const override { return server_.form; }
  std::string describe() const override { return place; }

  std::vector<Result<std::string>> fetch_all(const std::vector<transport::Item>& items) override {
    ++rounds;
    std::vector<Result<std::string>> out;
    for (const transport::Item& item : items) out.push_back(fetch(item));
    return out;
  }
  Result<void> publish(const std::vector<transport::Part>&) override {
    return fail(ErrorCode::usage, "read only");
  }

  std::string place = "simulator";
  int rounds = 0;               ///< round trips
  std::optional<Error> outage;  ///< every answer

 private:
  Result<std::string> fetch(const transport::Item& item) {
    static std::mutex one_at_a_time;  // the simulator is not thread safe
    const std::lock_guard lock(one_at_a_time);
    if (outage) return tl::unexpected(*outage);
    tuf::Want want{.role = item.role, .version = item.version, .sha256 = item.sha256, .limit = item.limit};
    if (item.role == RoleName::root() && !item.version) want.version = server_.roots.rbegin()->first;
    auto bytes = server_.fetch(want);
    if (bytes || bytes.error().code() != ErrorCode::not_found) return bytes;
    const bool first = item.role == RoleName::root() && !item.version;
    return fail(first ? ErrorCode::no_trust_data : ErrorCode::metadata_missing,
                "the server has no such file");
  }
  test::Simulator& server_;
};

class RepositoryTest : public testing::TestWithParam<tuf::Form> {
 protected:
  RepositoryTest() : clock(test::sim_now()), server(GetParam()) {
    char pattern[] = "/tmp/boltseal-client-XXXXXX";
    folder = mkdtemp(pattern);
  }
  ~RepositoryTest() override {
    set_file_fault_hook({});
    EXPECT_EQ(std::system(("rm -rf " + folder).c_str()), 0);
  }

  std::unique_ptr<Environment> environment() {
    Settings settings{
        .trust_dir = folder + "/trust", .docker_config_dir = folder + "/docker", .interactive = false};
    settings.server = server_url;
    settings.server_variable = server_variable;
    if (!policy_text.empty()) {
      const auto directory = Directory::open(folder);
      EXPECT_TRUE(directory->write_atomic("policy.json", policy_text));
      settings.user_policy = folder + "/policy.json";
    }
    auto made = Environment::create(std::move(settings), clock);
    EXPECT_TRUE(made) << made.error().what();
    return std::move(*made);
  }
  Location pinned_location() const {
    policy::Pin pin{.gun = *policy::GunPattern::parse(test::kGun)};
    pin.root.sha256 = first_root_hash;
    pin.root.version = 1;
    return {.gun = *Gun::parse(test::kGun),
            .url = place,
            .form = GetParam(),
            .pin = pin,
            .by_policy = place_by_policy};
  }
  /// A session that knows the repository's first root as pinned.
  std::unique_ptr<Session> session(Environment& env, bool pinned = true) {
    Location location = pinned_location();
    if (!pinned) location.pin.reset();
    auto transport = std::make_unique<SimTransport>(server);
    transport->outage = outage;
    transport->place = place;
    wire = transport.get();
    return std::make_unique<Session>(env, std::move(location), std::move(transport));
  }
  /// One whole run of a command: refresh and look "v1" up.
  Result<tuf::Found> run(bool pinned = true) {
    const auto env = environment();
    const auto s = session(*env, pinned);
    BS_TRY(s->refresh());
    online = s->online();
    auto found = s->find("v1");
    rounds = wire->rounds;
    return found;
  }
  std::optional<std::string> cached(const RoleName& role) const {
    return store::TrustStore(folder + "/trust", GetParam(), *Gun::parse(test::kGun)).cached(role);
  }

  FixedClock clock;
  test::Simulator server;
  Sha256 first_root_hash = crypto::sha256(as_bytes(server.newest_root()));
  std::string folder;
  std::string policy_text;
  std::string server_url;       ///< --server
  std::string server_variable;  ///< DOCKER_CONTENT_TRUST_SERVER
  std::optional<Error> outage;
  std::string place = "simulator";
  bool place_by_policy = false;
  SimTransport* wire = nullptr;
  bool online = true;
  int rounds = 0;
};

}  // namespace boltseal::client
