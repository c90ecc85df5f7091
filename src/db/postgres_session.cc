#include "db/postgres_session.h"

#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "base/encoding.h"
#include "base/untrusted.h"
#include "db/postgres_errors.h"
#include "db/statement_text.h"

namespace boltseal::db {
namespace {

// Types of pg_type.dat; they never change.
constexpr Oid kBytea = 17;
constexpr Oid kInt8 = 20;
constexpr Oid kToInfer = 0;

/// `?` becomes $1, $2, ...
std::string numbered(std::string_view sql) {
  std::string out;
  int number = 0;
  for (const char c : sql) {
    if (c == '?') {
      out += fmt::format("${}", ++number);
    } else {
      out += c;
    }
  }
  return out;
}

/// The values as libpq takes them; texts end with a zero byte, bytes have a length.
struct Parameters {
  std::vector<std::string> texts;
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths, formats;

  explicit Parameters(std::span<const Value> all) {
    texts.reserve(all.size());  // the addresses must stay
    for (const Value& value : all) add(value);
  }
  int count() const { return static_cast<int>(values.size()); }

 private:
  void add(const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      texts.push_back(std::to_string(*number));
      push(kInt8, texts.back().c_str(), 0, 0);
    } else if (const auto* text = std::get_if<std::string_view>(&value)) {
      texts.emplace_back(*text);
      push(kToInfer, texts.back().c_str(), 0, 0);
    } else if (const auto* blob = std::get_if<Blob>(&value)) {
      // An empty view may have no address, and libpq reads a null pointer as NULL.
      push(kBytea, blob->bytes.empty() ? "" : blob->bytes.data(), static_cast<int>(blob->bytes.size()), 1);
    } else {
      push(kToInfer, nullptr, 0, 0);
    }
  }
  void push(Oid type, const char* value, int length, int format) {
    types.push_back(type);
    values.push_back(value);
    lengths.push_back(length);
    formats.push_back(format);
  }
};

/// What libpq could not carry: a text with a zero byte would be cut there.
bool can_be_sent(std::span<const Value> values) {
  constexpr std::size_t kMost = 1U << 30;  // of one value, as the server's
  return std::all_of(values.begin(), values.end(), [](const Value& value) {
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      return text->size() < kMost && text->find('\0') == std::string_view::npos;
    }
    const auto* blob = std::get_if<Blob>(&value);
    return blob == nullptr || blob->bytes.size() < kMost;
  });
}

}  // namespace

PostgresSession::PostgresSession(const PostgresApi& api, PGconn* connection,
                                 std::chrono::milliseconds statement_timeout)
    : api_(api), connection_(connection), timeout_(statement_timeout) {}

PostgresSession::~PostgresSession() { api_.PQfinish(connection_); }

Result<void> PostgresSession::set_up() {
  if (api_.PQsetnonblocking(connection_, 1) != 0) return fail(lost("connect"));
  const auto statement = std::max<std::int64_t>(timeout_.count(), 1);
  return execute(fmt::format(
      "SET statement_timeout={0}; SET lock_timeout={1}; SET idle_in_transaction_session_timeout={2}; "
      "SET client_encoding='UTF8'; SET bytea_output='hex'; SET datestyle='ISO, YMD'; SET timezone='UTC'; "
      "SET standard_conforming_strings=on; SET client_min_messages='warning'; "
      "SET default_transaction_isolation='read committed'",
      statement, std::max<std::int64_t>(statement / 2, 1), statement * 4));
}

bool PostgresSession::usable() const {
  if (broken_ || api_.PQstatus(connection_) != CONNECTION_OK) return false;
  pollfd socket{api_.PQsocket(connection_), POLLRDHUP, 0};
  return ::poll(&socket, 1, 0) == 0;
}

Result<void> PostgresSession::wait_for_input(std::chrono::milliseconds timeout) {
  pollfd socket{api_.PQsocket(connection_), POLLIN, 0};
  const int ready = ::poll(&socket, 1, static_cast<int>(timeout.count()));
  if (ready < 0 && errno != EINTR) return fail(lost("LISTEN"));
  if (ready > 0 && api_.PQconsumeInput(connection_) == 0) return fail(lost("LISTEN"));
  return {};
}

std::vector<std::string> PostgresSession::take_notices() {
  std::vector<std::string> out;
  while (const std::unique_ptr<PGnotify, decltype(&::PQfreemem)> notice{api_.PQnotifies(connection_),
                                                                        api_.PQfreemem}) {
    out.emplace_back(notice->extra);
  }
  return out;
}

PostgresSession::Deadline PostgresSession::deadline() const {
  // Later than the server's, which is to be the first to say no.
  return std::chrono::steady_clock::now() + timeout_ + timeout_ / 4 + std::chrono::milliseconds(250);
}

Error PostgresSession::lost(std::string_view sql) {
  broken_ = true;
  std::string_view said = api_.PQerrorMessage(connection_);
  while (said.ends_with('\n')) said.remove_suffix(1);
  return Error(
      ErrorCode::unreachable,
      fmt::format("PostgreSQL: {} in \"{}\"",
                  said.empty() ? "the connection is lost" : escape_untrusted(said), first_words(sql)),
      "check that the database server runs");
}

Error PostgresSession::refused(const PGresult* answer, std::string_view sql) {
  const char* state = api_.PQresultErrorField(answer, PG_DIAG_SQLSTATE);
  if (state == nullptr) return lost(sql);  // libpq's own finding
  const char* message = api_.PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY);
  const std::string_view said = message == nullptr ? "" : message;
  // What was prepared is gone (another pooler's session), or a table was altered since: a new session will
  // do.
  const bool stale = std::string_view(state) == "26000" || said.starts_with("cached plan must not change");
  Error error = stale ? Error(ErrorCode::unreachable, fmt::format("PostgreSQL: {} in \"{}\"",
                                                                  escape_untrusted(said), first_words(sql)))
                      : statement_error(state, said, sql);
  if (error.code() == ErrorCode::unreachable) broken_ = true;
  return error;
}

Result<short> PostgresSession::wait(short events, std::string_view sql, Deadline until) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd socket{api_.PQsocket(connection_), events, 0};
    const int ready =
        ::poll(&socket, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000)));
    if (ready > 0) return socket.revents;
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return fail(lost(sql));
    if (left.count() > 0) continue;
    broken_ = true;
    return fail(ErrorCode::timed_out,
                fmt::format("PostgreSQL gave no answer to \"{}\" in time", first_words(sql)),
                "the database server or the network to it is overloaded or gone; try again");
  }
}

Result<void> PostgresSession::flush(std::string_view sql, Deadline until) {
  while (true) {
    const int left = api_.PQflush(connection_);
    if (left == 0) return {};
    if (left < 0) return fail(lost(sql));
    const short ready = BS_TRY(wait(POLLIN | POLLOUT, sql, until));
    if ((ready & ~POLLOUT) != 0 && api_.PQconsumeInput(connection_) == 0) return fail(lost(sql));
  }
}

Result<PostgresSession::Answer> PostgresSession::next(std::string_view sql, Deadline until) {
  while (api_.PQisBusy(connection_) != 0) {
    BS_TRY(wait(POLLIN, sql, until));
    if (api_.PQconsumeInput(connection_) == 0) return fail(lost(sql));
  }
  return Answer(api_.PQgetResult(connection_), api_.PQclear);
}

Result<PostgresSession::Answer> PostgresSession::finish(bool sent, std::string_view sql, Deadline until) {
  if (!sent) return fail(lost(sql));
  BS_TRY(flush(sql, until));
  Answer last(nullptr, api_.PQclear);
  std::optional<Error> problem;
  // All answers must be taken, else the connection takes no next statement.
  while (true) {
    Answer answer = BS_TRY(next(sql, until));
    if (!answer) break;
    const ExecStatusType status = api_.PQresultStatus(answer.get());
    const bool good = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
    if (!good && !problem) problem = refused(answer.get(), sql);
    if (!good && (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH)) {
      broken_ = true;  // would never end
      break;
    }
    last = std::move(answer);
  }
  if (problem) return fail(*std::move(problem));
  if (!last) return fail(lost(sql));
  return last;
}

Result<std::string> PostgresSession::prepare(std::string_view sql, std::span<const Value> values,
                                             Deadline until) {
  std::string key(sql);
  for (const Value& value : values) key += static_cast<char>('0' + value.index());
  if (const auto found = prepared_.find(key); found != prepared_.end()) return found->second;
  const Parameters parameters(values);
  const std::string name = fmt::format("boltseal_{}", prepared_.size());
  const bool sent = api_.PQsendPrepare(connection_, name.c_str(), numbered(sql).c_str(), parameters.count(),
                                       parameters.types.data()) == 1;
  BS_TRY(finish(sent, sql, until));
  prepared_.emplace(std::move(key), name);
  return name;
}

Result<Rows> PostgresSession::run(std::string_view sql, std::span<const Value> values) {
  if (broken_) return fail(lost(sql));
  if (!can_be_sent(values)) {
    return fail(ErrorCode::storage_failed,
                fmt::format("PostgreSQL: a value is too large, or a text with a zero byte, in \"{}\"",
                            first_words(sql)));
  }
  const Deadline until = deadline();
  const std::string name = BS_TRY(prepare(sql, values, until));
  const Parameters parameters(values);
  const bool sent =
      api_.PQsendQueryPrepared(connection_, name.c_str(), parameters.count(), parameters.values.data(),
                               parameters.lengths.data(), parameters.formats.data(), 0) == 1;
  const Answer answer = BS_TRY(finish(sent, sql, until));
  return rows_of(answer.get(), sql);
}

Result<Rows> PostgresSession::rows_of(const PGresult* answer, std::string_view sql) const {
  const int columns = api_.PQnfields(answer);
  const int count = api_.PQntuples(answer);
  std::vector<std::vector<Rows::Cell>> cells(static_cast<std::size_t>(count));
  for (int row = 0; row < count; ++row) {
    auto& line = cells[static_cast<std::size_t>(row)];
    line.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
      if (api_.PQgetisnull(answer, row, column) != 0) {
        line.emplace_back();
        continue;
      }
      std::string_view text(api_.PQgetvalue(answer, row, column),
                            static_cast<std::size_t>(api_.PQgetlength(answer, row, column)));
      if (api_.PQftype(answer, column) != kBytea) {
        line.emplace_back(text);
        continue;
      }
      const auto bytes = hex_decode(text.starts_with("\\x") ? text.substr(2) : "?");
      if (!bytes) {
        return fail(ErrorCode::storage_failed,
                    fmt::format("PostgreSQL: bytes that cannot be read in \"{}\"", first_words(sql)));
      }
      line.emplace_back(std::string(bytes->begin(), bytes->end()));
    }
  }
  std::string_view tag = api_.PQcmdTuples(const_cast<PGresult*>(answer));
  const Rows counted({{Rows::Cell(tag)}}, 0);
  return Rows(std::move(cells), counted.integer(0, 0));
}

Result<void> PostgresSession::execute(const std::string& script) {
  if (broken_) return fail(lost(script));
  const Deadline until = deadline();
  const bool sent = api_.PQsendQuery(connection_, script.c_str()) == 1;
  const Answer answer = BS_TRY(finish(sent, script, until));
  // The server answers a commit of a transaction that had failed with success: it has rolled back.
  if (script == "COMMIT" && std::string_view(api_.PQcmdStatus(answer.get())) != "COMMIT") {
    return fail(ErrorCode::storage_failed, "PostgreSQL: the transaction had failed and is undone");
  }
  return {};
}

}  // namespace boltseal::db
