// HTTP/2 on one connection: an nghttp2 session between the stream and the handlers, with the limits against
// rapid reset, CONTINUATION, PING and SETTINGS floods. Internal to http/server.
#pragma once

#include <nghttp2/nghttp2.h>

#include <unordered_map>

#include "http/server/h2_stream.h"
#include "http/server/out_queue.h"
#include "http/server/protocol.h"

namespace boltseal::http {

class H2Session final : public Protocol {
 public:
  explicit H2Session(ConnectionServices& connection);
  ~H2Session() override;

  Want advance() override;
  void answer(std::uint32_t stream_id, Response response) override;
  bool in_time(SteadyTime now) override;
  void shut_down() override;

  // Called by nghttp2 (h2_callbacks.cc) while it reads; 0 or an nghttp2 error.
  int on_begin_headers(const nghttp2_frame& frame);
  int on_header(const nghttp2_frame& frame, std::string_view name, std::string_view value);
  int on_frame(const nghttp2_frame& frame);
  int on_data(std::int32_t stream_id, std::string_view bytes);
  void on_stream_close(std::int32_t stream_id);
  void on_frame_sent(const nghttp2_frame& frame);
  ssize_t on_body_wanted(std::int32_t stream_id, std::uint8_t* out, std::size_t size, std::uint32_t& flags);

 private:
  H2Stream* find(std::int32_t stream_id);
  void begin(H2Stream& stream, bool has_body);
  void dispatch(H2Stream& stream);
  void send(H2Stream& stream, Response response);
  void send_ready(H2Stream& stream, ReadyResponsePtr ready);
  void refuse(H2Stream& stream, int status, std::string_view reason);
  void submit(H2Stream& stream, int status, const std::vector<HeaderList::Field>& fields);
  void submit_trailers(H2Stream& stream);
  void finish(H2Stream& stream, int status);
  bool stream_in_time(H2Stream& stream, SteadyTime now) const;

  Io read_some();
  Io send_all();
  bool finished() const;

  ConnectionServices& connection_;
  Core& core_;
  nghttp2_session* session_ = nullptr;
  OutQueue out_;
  std::unordered_map<std::int32_t, std::unique_ptr<H2Stream>> streams_;
  std::size_t jobs_ = 0;  ///< handlers that run, for streams that may be gone already
  SteadyTime idle_since_;
  bool first_ = true;
  bool dead_ = false;
};

/// Callbacks and options of all sessions; made once.
nghttp2_session* new_nghttp2_session(H2Session& owner, const ServerLimits& limits);

}  // namespace boltseal::http
