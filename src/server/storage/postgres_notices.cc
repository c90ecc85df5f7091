#include "server/storage/postgres_notices.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/log.h"
#include "db/postgres_listener.h"

namespace boltseal::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kCurrentFor{1000};  // after the question that was answered
constexpr milliseconds kAskEvery{250};
constexpr milliseconds kAnswerWithin{1000};
constexpr milliseconds kReconnectAfter{200};

class PostgresNotices final : public ChangeNotices {
 public:
  PostgresNotices(db::PostgresOptions options, std::string own_sender)
      : options_(std::move(options)), own_prefix_(std::move(own_sender) + " ") {
    options_.statement_timeout = kAnswerWithin;
  }
  ~PostgresNotices() override { stop(); }

  void start(Receiver receiver) override {
    receiver_ = std::move(receiver);
    thread_ = std::thread([this] { run(); });
  }

  void stop() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    stop_.notify_all();
    if (thread_.joinable()) thread_.join();
    current_until_ = 0;
  }

  SteadyTime current_until() const override {
    return SteadyTime(SteadyTime::duration(current_until_.load(std::memory_order_acquire)));
  }

 private:
  bool stopping(milliseconds pause = milliseconds(0)) {
    std::unique_lock lock(mutex_);
    return stop_.wait_for(lock, pause, [this] { return stopping_; });
  }

  void run() {
    bool told = false;
    while (!stopping()) {
      const auto lost = listen(told);
      current_until_.store(0, std::memory_order_release);
      if (lost) return;  // asked to stop
      if (!told) log::warning("change_notices_lost", {{"reason", Untrusted(lost.error().what())}});
      told = true;
      if (stopping(kReconnectAfter)) return;
    }
  }

  /// Until the end, or until the connection fails.
  Result<void> listen(bool& told) {
    const auto listener = BS_TRY(db::listen_postgres(options_, std::string(kChangeChannel)));
    receiver_.missed();
    if (told) log::info("change_notices_heard_again");
    told = false;
    while (!stopping()) {
      const SteadyTime asked = steady_clock::now();
      deliver(BS_TRY(listener->ping()));
      current_until_.store((asked + kCurrentFor).time_since_epoch().count(), std::memory_order_release);
      while (!stopping() && steady_clock::now() < asked + kAskEvery) {
        deliver(BS_TRY(listener->wait(kAskEvery / 5)));
      }
    }
    return {};
  }

  void deliver(const std::vector<std::string>& payloads) {
    for (const std::string& payload : payloads) {
      const std::size_t blank = payload.find(' ');
      if (blank == std::string::npos) continue;
      const std::string gun = payload.substr(blank + 1);
      if (!payload.starts_with(own_prefix_)) {
        receiver_.changed(gun);
      } else if (receiver_.own) {
        receiver_.own(gun);
      }
    }
  }

  db::PostgresOptions options_;
  const std::string own_prefix_;
  Receiver receiver_;
  std::atomic<SteadyTime::rep> current_until_{0};
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<ChangeNotices> make_postgres_notices(db::PostgresOptions options, std::string own_sender) {
  return std::make_unique<PostgresNotices>(std::move(options), std::move(own_sender));
}

}  // namespace boltseal::server
