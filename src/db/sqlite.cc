#include "db/sqlite.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <vector>

#include "db/statement_text.h"

namespace boltseal::db {

struct SqliteQuery::Entry {
  sqlite3_stmt* statement = nullptr;
  std::string sql;
  bool busy = false;
  ~Entry() { sqlite3_finalize(statement); }
};

struct Sqlite::State {
  sqlite3* handle = nullptr;
  std::string path;
  // Several entries of one text: a query may be used again while an outer one is still read.
  std::multimap<std::string, std::unique_ptr<SqliteQuery::Entry>, std::less<>> statements;
  std::vector<std::unique_ptr<TextFunction>> functions;
  ~State() {
    statements.clear();
    sqlite3_close(handle);
  }
};

namespace {

ErrorCode code_of(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_FULL:
      return ErrorCode::disk_full;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::locked;
    case SQLITE_CONSTRAINT:
      return ErrorCode::conflict;
    default:
      return ErrorCode::storage_failed;
  }
}

std::string hint_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::disk_full:
      return "free space on the disk that holds the database";
    case ErrorCode::locked:
      return "another process holds the database; try again";
    case ErrorCode::storage_failed:
      return "check the disk and the permissions of the state directory";
    default:
      return {};
  }
}

/// SQLite gives its WAL and index files the mode of the database file, so that must be right from the start.
Result<void> make_private_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    const int problem = errno;
    return fail(problem == ENOSPC ? ErrorCode::disk_full : ErrorCode::io_error,
                fmt::format("cannot open the database {}: {}", path, std::strerror(problem)),
                "check that the directory exists and can be written");
  }
  ::close(fd);
  return {};
}

constexpr const char* kSettings =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;";

std::string_view value_text(sqlite3_value* value) {
  const void* data = sqlite3_value_blob(value);
  const int size = sqlite3_value_bytes(value);
  if (data == nullptr || size <= 0) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

void call_text_function(sqlite3_context* context, int, sqlite3_value** values) {
  const auto& function = *static_cast<const Sqlite::TextFunction*>(sqlite3_user_data(context));
  const auto answer = function(value_text(values[0]), value_text(values[1]));
  if (!answer) return sqlite3_result_null(context);
  sqlite3_result_text64(context, answer->data(), answer->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

}  // namespace

Sqlite::Sqlite(std::unique_ptr<State> state) : state_(std::move(state)) {}
Sqlite::~Sqlite() = default;

Result<std::unique_ptr<Sqlite>> Sqlite::open(const std::string& path, const SqliteOptions& options) {
  if (options.create) {
    BS_TRY(make_private_file(path));
  } else if (::access(path.c_str(), F_OK) != 0) {
    return fail(ErrorCode::not_found, "there is no database " + path);
  }
  auto state = std::make_unique<State>();
  state->path = path;
  const int code =
      sqlite3_open_v2(path.c_str(), &state->handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  if (code != SQLITE_OK) {
    return fail(code_of(code), fmt::format("cannot open the database {}: {}", path, sqlite3_errstr(code)),
                hint_of(code_of(code)));
  }
  sqlite3_busy_timeout(state->handle, options.busy_timeout_ms);
  auto connection = std::unique_ptr<Sqlite>(new Sqlite(std::move(state)));
  BS_TRY(connection->execute(kSettings));
  return connection;
}

Error Sqlite::error(int code, std::string_view statement) const {
  const ErrorCode mapped = code_of(code);
  return Error(mapped,
               fmt::format("database {}: {} ({}) in \"{}\"", state_->path, sqlite3_errmsg(state_->handle),
                           code, first_words(statement)),
               hint_of(mapped));
}

Result<void> Sqlite::execute(const std::string& script) {
  const int code = sqlite3_exec(state_->handle, script.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(error(code, script));
  return {};
}

Result<SqliteQuery> Sqlite::query(std::string_view sql) {
  ++queries_;
  auto [first, last] = state_->statements.equal_range(sql);
  for (auto it = first; it != last; ++it) {
    if (it->second->busy) continue;
    it->second->busy = true;
    return SqliteQuery(this, it->second.get());
  }
  auto entry = std::make_unique<SqliteQuery::Entry>();
  entry->sql = std::string(sql);
  const int code = sqlite3_prepare_v3(state_->handle, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &entry->statement, nullptr);
  if (code != SQLITE_OK) return fail(error(code, sql));
  entry->busy = true;
  auto* raw = entry.get();
  state_->statements.emplace(std::string(sql), std::move(entry));
  return SqliteQuery(this, raw);
}

std::int64_t Sqlite::changes() const { return sqlite3_changes64(state_->handle); }
std::int64_t Sqlite::last_row_id() const { return sqlite3_last_insert_rowid(state_->handle); }

Result<void> Sqlite::define(const std::string& name, TextFunction function) {
  state_->functions.push_back(std::make_unique<TextFunction>(std::move(function)));
  const int code = sqlite3_create_function_v2(
      state_->handle, name.c_str(), 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
      state_->functions.back().get(), call_text_function, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(error(code, name));
  return {};
}

SqliteQuery::SqliteQuery(SqliteQuery&& other) noexcept
    : owner_(other.owner_), entry_(std::exchange(other.entry_, nullptr)), bind_error_(other.bind_error_) {}

SqliteQuery::~SqliteQuery() {
  if (entry_ == nullptr) return;
  sqlite3_reset(entry_->statement);
  sqlite3_clear_bindings(entry_->statement);
  entry_->busy = false;
}

void SqliteQuery::note(int code) {
  if (code != SQLITE_OK && bind_error_ == 0) bind_error_ = code;
}

SqliteQuery& SqliteQuery::bind(int index, std::int64_t value) {
  note(sqlite3_bind_int64(entry_->statement, index, value));
  return *this;
}

SqliteQuery& SqliteQuery::bind(int index, std::string_view text) {
  // An empty view may have no address, and SQLite reads a null pointer as NULL.
  const char* data = text.empty() ? "" : text.data();
  note(sqlite3_bind_text64(entry_->statement, index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

SqliteQuery& SqliteQuery::bind_blob(int index, std::string_view bytes) {
  const char* data = bytes.empty() ? "" : bytes.data();
  note(sqlite3_bind_blob64(entry_->statement, index, data, bytes.size(), SQLITE_TRANSIENT));
  return *this;
}

SqliteQuery& SqliteQuery::bind_null(int index) {
  note(sqlite3_bind_null(entry_->statement, index));
  return *this;
}

Result<bool> SqliteQuery::step() {
  if (bind_error_ != 0) return fail(owner_->error(bind_error_, entry_->sql));
  const int code = sqlite3_step(entry_->statement);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail(owner_->error(code, entry_->sql));
}

Result<void> SqliteQuery::run() {
  while (BS_TRY(step())) {
  }
  return {};
}

bool SqliteQuery::is_null(int column) const {
  return sqlite3_column_type(entry_->statement, column) == SQLITE_NULL;
}

std::int64_t SqliteQuery::integer(int column) const {
  return sqlite3_column_int64(entry_->statement, column);
}

std::string SqliteQuery::text(int column) const {
  const void* data = sqlite3_column_blob(entry_->statement, column);
  const int size = sqlite3_column_bytes(entry_->statement, column);
  if (data == nullptr || size <= 0) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

Result<SqliteTransaction> SqliteTransaction::begin(Sqlite& connection) {
  BS_TRY(connection.execute("BEGIN IMMEDIATE"));
  return SqliteTransaction(&connection);
}

SqliteTransaction::~SqliteTransaction() {
  if (connection_ == nullptr) return;
  // After some failures SQLite has rolled back by itself; then this fails and there is nothing to undo.
  const auto rolled_back = connection_->execute("ROLLBACK");
  static_cast<void>(rolled_back);
}

Result<void> SqliteTransaction::commit() {
  BS_TRY(connection_->execute("COMMIT"));
  connection_ = nullptr;
  return {};
}

Result<SqliteSnapshot> SqliteSnapshot::begin(Sqlite& connection) {
  BS_TRY(connection.execute("BEGIN DEFERRED"));
  return SqliteSnapshot(&connection);
}

SqliteSnapshot::~SqliteSnapshot() {
  if (connection_ == nullptr) return;
  const auto ended = connection_->execute("ROLLBACK");
  static_cast<void>(ended);
}

}  // namespace boltseal::db
