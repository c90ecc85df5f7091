// Between nghttp2's C callbacks and H2Session.
#include "http/server/h2_session.h"

namespace boltseal::http {
namespace {

// Floods that nghttp2 cuts off (CVE-2023-44487 and its kin): a burst of resets, then so many a second; queued
// answers to PING and SETTINGS; CONTINUATION frames of one header block; entries of one SETTINGS.
constexpr std::uint64_t kResetBurst = 200;
constexpr std::uint64_t kResetsPerSecond = 33;
constexpr std::size_t kOutboundAcks = 64;
constexpr std::size_t kContinuations = 8;
constexpr std::size_t kSettings = 32;
constexpr std::uint32_t kStreamWindow = 1 << 20;
constexpr std::int32_t kConnectionWindow = 4 << 20;

H2Session& owner_of(void* user) { return *static_cast<H2Session*>(user); }

std::string_view view(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  return owner_of(user).on_begin_headers(*frame);
}

int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
              const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user) {
  return owner_of(user).on_header(*frame, view(name, name_size), view(value, value_size));
}

/// By default nghttp2 drops a field with forbidden bytes and goes on; we drop the request.
int on_invalid_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t*, std::size_t,
                      const std::uint8_t*, std::size_t, std::uint8_t, void*) {
  return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

int on_frame_recv(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  return owner_of(user).on_frame(*frame);
}

int on_data_chunk(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size,
                  void* user) {
  return owner_of(user).on_data(id, view(data, size));
}

int on_stream_close(nghttp2_session*, std::int32_t id, std::uint32_t, void* user) {
  owner_of(user).on_stream_close(id);
  return 0;
}

int on_frame_send(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  owner_of(user).on_frame_sent(*frame);
  return 0;
}

nghttp2_session_callbacks* make_callbacks() {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks, on_invalid_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame_recv);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data_chunk);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
  nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_frame_send);
  return callbacks;
}

nghttp2_option* make_options() {
  nghttp2_option* options = nullptr;
  nghttp2_option_new(&options);
  nghttp2_option_set_stream_reset_rate_limit(options, kResetBurst, kResetsPerSecond);
  nghttp2_option_set_max_continuations(options, kContinuations);
  nghttp2_option_set_max_outbound_ack(options, kOutboundAcks);
  nghttp2_option_set_max_settings(options, kSettings);
  nghttp2_option_set_no_closed_streams(options, 1);
  return options;
}

}  // namespace

nghttp2_session* new_nghttp2_session(H2Session& owner, const ServerLimits& limits) {
  static nghttp2_session_callbacks* const callbacks = make_callbacks();
  static nghttp2_option* const options = make_options();
  nghttp2_session* session = nullptr;
  if (nghttp2_session_server_new2(&session, callbacks, &owner, options) != 0) return nullptr;
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.h2_streams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.h2_head_bytes)},
  };
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, 3);
  nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
  return session;
}

}  // namespace boltseal::http
