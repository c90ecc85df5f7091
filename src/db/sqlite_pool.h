// A bounded pool of SQLite connections to one file.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "db/sqlite.h"

namespace boltseal::db {

/// Thread safe. Connections are opened as they are needed, at most `size`. Must outlive its leases.
class SqlitePool {
 public:
  struct Options {
    std::size_t size = 4;
    int wait_ms = 10'000;  ///< deadline of acquire
    SqliteOptions connection;
    /// Run once on each new connection (functions; settings of one's own). May be empty.
    std::function<Result<void>(Sqlite&)> prepare;
  };

  SqlitePool(std::string path, Options options) : path_(std::move(path)), options_(std::move(options)) {}
  SqlitePool(const SqlitePool&) = delete;
  SqlitePool& operator=(const SqlitePool&) = delete;

  /// A borrowed connection; goes back when the lease does.
  class Lease {
   public:
    Lease(Lease&& other) noexcept : pool_(other.pool_), connection_(std::move(other.connection_)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    Sqlite& operator*() const { return *connection_; }
    Sqlite* operator->() const { return connection_.get(); }

   private:
    friend class SqlitePool;
    Lease(SqlitePool* pool, std::unique_ptr<Sqlite> connection)
        : pool_(pool), connection_(std::move(connection)) {}
    SqlitePool* pool_;
    std::unique_ptr<Sqlite> connection_;
  };

  /// Waits for a free connection up to the deadline: locked. Errors of opening as Sqlite::open.
  Result<Lease> acquire();

 private:
  void give_back(std::unique_ptr<Sqlite> connection);
  std::string path_;
  Options options_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Sqlite>> idle_;
  std::size_t open_ = 0;
};

}  // namespace boltseal::db
