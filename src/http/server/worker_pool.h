// A fixed number of threads and a bounded queue for handlers that block. Internal. Thread safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace boltseal::http {

class WorkerPool {
 public:
  WorkerPool(std::size_t threads, std::size_t max_queued);
  ~WorkerPool() { stop(); }

  /// False when the queue is full or the pool has stopped. A job must not throw.
  bool submit(std::function<void()> job);
  /// Lets running jobs end, drops those that wait, joins the threads.
  void stop();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  std::size_t max_queued_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace boltseal::http
