#include "db/mysql_session.h"

#include <fmt/core.h>
#include <poll.h>

#include <array>

#include "db/mysql_error.h"

namespace boltseal::db {
namespace {

// A program has a few dozen statements; more than this is a text that is made up anew each time.
constexpr std::size_t kMaxStatements = 256;

void bind_bytes(MYSQL_BIND& bound, enum_field_types type, std::string_view bytes) {
  static constexpr char kNothing = 0;  // an empty view may have no address
  bound.buffer_type = type;
  bound.buffer = const_cast<char*>(bytes.empty() ? &kNothing : bytes.data());
  bound.buffer_length = bytes.size();
  bound.length_value = bytes.size();
  bound.length = &bound.length_value;
}

void bind_value(MYSQL_BIND& bound, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    bound.buffer_type = MYSQL_TYPE_LONGLONG;
    bound.buffer = const_cast<std::int64_t*>(number);
  } else if (const auto* text = std::get_if<std::string_view>(&value)) {
    bind_bytes(bound, MYSQL_TYPE_STRING, *text);
  } else if (const auto* blob = std::get_if<Blob>(&value)) {
    bind_bytes(bound, MYSQL_TYPE_LONG_BLOB, blob->bytes);  // has no character set
  } else {
    bound.buffer_type = MYSQL_TYPE_NULL;
  }
}

}  // namespace

Error MysqlSession::failure(unsigned number, std::string_view message, std::string_view sql) {
  if (mysql_ends_session(number)) usable_ = false;
  Error error = mysql_error(number, message, sql);
  const bool late = std::chrono::steady_clock::now() - begun_ >= patience_;
  if (!late || error.code() != ErrorCode::unreachable) return error;
  return Error(ErrorCode::timed_out, error.what(), error.hint());
}

Error MysqlSession::failure(std::string_view sql) {
  return failure(api_.error_number(handle_.get()), api_.error(handle_.get()), sql);
}

Error MysqlSession::failure(MYSQL_STMT* statement, std::string_view sql) {
  // What comes in the middle of rows is told of the connection only.
  const unsigned number = api_.stmt_error_number(statement);
  Error error = number == 0 ? failure(sql) : failure(number, api_.stmt_error(statement), sql);
  // Its state is not looked into: the next use prepares it anew.
  if (const auto it = statements_.find(sql); it != statements_.end()) statements_.erase(it);
  return error;
}

bool MysqlSession::usable() const {
  if (!usable_) return false;
  // Between statements a server says nothing but farewell.
  pollfd socket{.fd = api_.get_socket(handle_.get()), .events = POLLIN, .revents = 0};
  return ::poll(&socket, 1, 0) == 0;
}

Result<void> MysqlSession::begin() {
  begun_ = std::chrono::steady_clock::now();
  if (usable_) return {};
  return fail(ErrorCode::unreachable, "the connection to the database was lost", "try again");
}

Result<MYSQL_STMT*> MysqlSession::prepared(std::string_view sql) {
  if (const auto it = statements_.find(sql); it != statements_.end()) return it->second.get();
  if (statements_.size() >= kMaxStatements) statements_.clear();
  Statement made(api_.stmt_init(handle_.get()), CloseStatement{&api_});
  if (!made) return fail(failure(sql));
  MYSQL_STMT* const statement = made.get();
  if (api_.stmt_prepare(statement, sql.data(), sql.size()) != 0) return fail(failure(statement, sql));
  statements_.emplace(std::string(sql), std::move(made));
  return statement;
}

Result<void> MysqlSession::start(MYSQL_STMT* statement, std::string_view sql, std::span<const Value> values) {
  const std::size_t wanted = api_.stmt_param_count(statement);
  if (wanted != values.size()) {
    return fail(ErrorCode::internal,
                fmt::format("a statement has {} parameters and was given {} values", wanted, values.size()));
  }
  // The library copies the array but goes on to read lengths in ours, so both calls stand in its scope.
  std::vector<MYSQL_BIND> bound(values.size(), MYSQL_BIND{});
  for (std::size_t i = 0; i < values.size(); ++i) bind_value(bound[i], values[i]);
  if (!values.empty() && api_.stmt_bind_param(statement, bound.data()) != 0)
    return fail(failure(statement, sql));
  if (api_.stmt_execute(statement) != 0) return fail(failure(statement, sql));
  return {};
}

Result<Rows> MysqlSession::run(std::string_view sql, std::span<const Value> values) {
  BS_TRY(begin());
  MYSQL_STMT* const statement = BS_TRY(prepared(sql));
  BS_TRY(start(statement, sql, values));
  if (api_.stmt_field_count(statement) != 0) return fetch(statement, sql);
  return Rows({}, static_cast<std::int64_t>(api_.stmt_affected_rows(statement)));
}

// Row by row as they come: the library holds one, not the whole answer a second time.
Result<Rows> MysqlSession::fetch(MYSQL_STMT* statement, std::string_view sql) {
  const std::size_t columns = api_.stmt_field_count(statement);
  std::vector<MYSQL_BIND> none(columns, MYSQL_BIND{});  // nothing is copied before its length is known
  for (MYSQL_BIND& column : none) column.buffer_type = MYSQL_TYPE_STRING;
  if (api_.stmt_bind_result(statement, none.data()) != 0) return fail(failure(statement, sql));
  std::vector<std::vector<Rows::Cell>> rows;
  for (;;) {
    const int state = api_.stmt_fetch(statement);
    if (state == MYSQL_NO_DATA) break;
    if (state != 0 && state != MYSQL_DATA_TRUNCATED) return fail(failure(statement, sql));
    rows.push_back(BS_TRY(fetch_row(statement, sql, columns)));
  }
  api_.stmt_free_result(statement);
  const auto count = static_cast<std::int64_t>(rows.size());
  return Rows(std::move(rows), count);
}

Result<std::vector<Rows::Cell>> MysqlSession::fetch_row(MYSQL_STMT* statement, std::string_view sql,
                                                        std::size_t columns) {
  std::vector<Rows::Cell> row(columns);
  for (unsigned i = 0; i < columns; ++i) {
    std::array<char, 80> small;  // numbers, times, hashes: one conversion tells their length too
    unsigned long length = 0;
    my_bool null = 0, cut = 0;
    MYSQL_BIND column{};
    column.buffer_type = MYSQL_TYPE_STRING;
    column.buffer = small.data();
    column.buffer_length = small.size();
    column.length = &length;
    column.is_null = &null;
    column.error = &cut;
    if (api_.stmt_fetch_column(statement, &column, i, 0) != 0) return fail(failure(statement, sql));
    if (null != 0) continue;
    std::string cell(length, '\0');
    if (length <= small.size()) {
      std::copy_n(small.begin(), length, cell.begin());
    } else {
      column.buffer = cell.data();
      column.buffer_length = length;
      if (api_.stmt_fetch_column(statement, &column, i, 0) != 0) return fail(failure(statement, sql));
    }
    row[i] = std::move(cell);
  }
  return row;
}

Result<void> MysqlSession::execute(const std::string& script) {
  BS_TRY(begin());
  // The server takes several statements at once only while we say so.
  const auto end = script.find(';');
  const bool several =
      end != std::string::npos && script.find_first_not_of("; \n\t", end) != std::string::npos;
  if (several && api_.set_server_option(handle_.get(), MYSQL_OPTION_MULTI_STATEMENTS_ON) != 0)
    return fail(failure(script));
  const bool sent = api_.real_query(handle_.get(), script.data(), script.size()) == 0;
  Result<void> done = sent ? drop_results(script) : Result<void>(fail(failure(script)));
  if (several && usable_ && api_.set_server_option(handle_.get(), MYSQL_OPTION_MULTI_STATEMENTS_OFF) != 0) {
    usable_ = false;
    if (done) return fail(failure(script));
  }
  return done;
}

Result<void> MysqlSession::drop_results(const std::string& script) {
  for (;;) {
    if (MYSQL_RES* const rows = api_.store_result(handle_.get())) {
      api_.free_result(rows);
    } else if (api_.field_count(handle_.get()) != 0) {
      return fail(failure(script));
    }
    const int more = api_.next_result(handle_.get());
    if (more < 0) return {};
    if (more > 0) return fail(failure(script));
  }
}

}  // namespace boltseal::db
