// Who did what: one JSON object a line for each answered request, for an audit. Credentials are never in it.
//
//   {"time":"...","level":"info","event":"access","id":"<request id>","source":"token","identity":"alice",
//    "operation":"UpdateTUF","method":"POST","gun":"docker.io/library/a","status":200,"remote":"10.0.0.7",
//    "request_bytes":9000,"bytes":0,"duration_us":1700,"files":[{"form":"notary","role":"targets","version":3,
//    "keys":["<id of a key that signed>"]}]}
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http/server/server.h"
#include "server/auth/gate.h"
#include "server/auth/options.h"

namespace boltseal::server {

/// A file of a publish, as sent: the ids are those under which it carries signatures.
struct SentFile {
  std::string form;
  std::string role;
  std::int64_t version = 0;
  std::vector<std::string> keys;
};

/// What the handlers found out about a request, from its first step to its line in the log.
struct RequestNote {
  Visit visit;
  std::string code;  ///< of the error that was answered
  std::string reason;
  std::vector<SentFile> files;
};

/// One line without its end. `operation`: name as in metrics, may be empty. `client`: where the request comes
/// from.
std::string access_line(const http::RequestHead& head, const http::Exchange& exchange,
                        const RequestNote* note, std::string_view operation, std::string_view client,
                        Time now);

/// Lines go to the file from a thread of its own, so that a slow disk holds up no loop. While the disk takes
/// nothing, up to 16 MiB wait; beyond it lines are lost, counted and the count is written. Thread safe.
class AccessLog {
 public:
  explicit AccessLog(AccessLogOptions options, const Clock& clock);
  ~AccessLog();  ///< writes what is waiting
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  bool on() const { return options_.on; }
  /// Opens the file (again: after it was moved away); lines that wait go to the new one. io_error: the old
  /// one goes on.
  Result<void> open();
  void write(std::string line);

 private:
  struct State;
  AccessLogOptions options_;
  std::unique_ptr<State> state_;
};

}  // namespace boltseal::server
