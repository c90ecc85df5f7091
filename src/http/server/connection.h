// One accepted connection: handshake, protocol, waiting, closing. Internal. Lives on its loop's thread; kept
// alive by the loop and by what waits for it.
#pragma once

#include <memory>
#include <string>

#include "http/server/asio.h"
#include "http/server/protocol.h"

namespace boltseal::http {

class Loop;

class Connection final : public ConnectionServices, public std::enable_shared_from_this<Connection> {
 public:
  Connection(Loop& loop, TcpSocket socket, std::string address, std::shared_ptr<const TlsContext> tls);
  ~Connection() override;

  void start();
  void tick(SteadyTime now);  ///< closes when the peer takes too long
  void shut_down();           ///< graceful
  void close();               ///< at once

  Core& core() override;
  Stream& stream() override { return stream_; }
  const std::shared_ptr<const Peer>& peer() override { return peer_; }
  bool run_on_worker(std::uint32_t stream_id, std::shared_ptr<OwnedRequest> request) override;

  std::size_t index = 0;  ///< place in the loop's list; the loop's own

 private:
  void advance();
  bool finish_handshake();  ///< false: waits or has closed
  void follow(Want want);
  void wait_readable();
  void wait_writable();
  void linger();
  void on_lingering_input();

  Loop& loop_;
  TcpSocket socket_;
  std::string address_;
  Stream stream_;
  std::shared_ptr<const Peer> peer_;
  std::unique_ptr<Protocol> protocol_;
  SteadyTime deadline_;  ///< of handshake and lingering
  std::size_t lingered_ = 0;
  bool reading_ = false;
  bool writing_ = false;
  bool lingering_ = false;
  bool closed_ = false;
};

}  // namespace boltseal::http
