// What a connection speaks after its handshake: HTTP/1.1 or HTTP/2. Internal. All calls come on the thread of
// the connection's loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "http/server/core.h"
#include "http/server/request.h"
#include "http/server/response.h"
#include "http/server/stream.h"

namespace boltseal::http {

using SteadyTime = std::chrono::steady_clock::time_point;

/// What a protocol waits for after it has done all that it could.
enum class Want : std::uint8_t {
  read,    ///< the socket readable
  write,   ///< the socket writable
  answer,  ///< only a worker's answer
  yield,   ///< nothing: it has done its share, others first
  linger,  ///< all is sent, input may be left: close without cutting the answer off
  close
};

/// The connection as its protocol sees it.
class ConnectionServices {
 public:
  virtual ~ConnectionServices() = default;
  virtual Core& core() = 0;
  virtual Stream& stream() = 0;
  virtual const std::shared_ptr<const Peer>& peer() = 0;
  /// Runs the handler on a worker; its answer comes back through Protocol::answer(stream_id). False: no room.
  virtual bool run_on_worker(std::uint32_t stream_id, std::shared_ptr<OwnedRequest> request) = 0;
};

class Protocol {
 public:
  virtual ~Protocol() = default;
  /// Reads, parses, dispatches and writes as far as it goes.
  virtual Want advance() = 0;
  virtual void answer(std::uint32_t stream_id, Response response) = 0;
  /// Called about twice a second. False: the peer took too long; advance() is called once more, to say so.
  virtual bool in_time(SteadyTime now) = 0;
  /// No new requests; close when the running ones have been answered. advance() is called afterwards.
  virtual void shut_down() = 0;
};

std::unique_ptr<Protocol> make_h1_session(ConnectionServices& connection);
std::unique_ptr<Protocol> make_h2_session(ConnectionServices& connection);

}  // namespace boltseal::http
