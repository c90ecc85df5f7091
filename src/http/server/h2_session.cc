#include "http/server/h2_session.h"

#include <algorithm>
#include <cstring>

#include "http/server/conditional.h"

namespace boltseal::http {
namespace {

constexpr std::size_t kRead = 16 << 10;
constexpr int kRounds = 64;

nghttp2_nv field(std::string_view name, std::string_view value) {
  auto bytes = [](std::string_view text) {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

ssize_t body_wanted(nghttp2_session*, std::int32_t id, std::uint8_t* out, std::size_t size,
                    std::uint32_t* flags, nghttp2_data_source* source, void*) {
  return static_cast<H2Session*>(source->ptr)->on_body_wanted(id, out, size, *flags);
}

/// Value of our Date line alone.
std::string_view date_value() {
  const std::string_view line = date_line();
  return line.substr(6, line.size() - 8);
}

}  // namespace

H2Session::H2Session(ConnectionServices& connection)
    : connection_(connection),
      core_(connection.core()),
      session_(new_nghttp2_session(*this, core_.limits())),
      idle_since_(std::chrono::steady_clock::now()) {}

H2Session::~H2Session() { nghttp2_session_del(session_); }

Want H2Session::advance() {
  if (session_ == nullptr) return Want::close;
  for (int round = 0; round < kRounds; ++round) {
    if (dead_) return Want::close;
    const Io sent = send_all();
    if (sent == Io::want_write) return Want::write;
    if (sent != Io::ok && sent != Io::want_read) return Want::close;
    if (finished()) return Want::close;
    Io in = read_some();
    // All that lies ready is read before the next answer goes out: several share a record and a write.
    while (in == Io::ok && !dead_ && !out_.full() && connection_.stream().may_have_more()) in = read_some();
    if (in == Io::eof || in == Io::failed) return Want::close;
    if (in == Io::want_write) return Want::write;
    if (in == Io::want_read && nghttp2_session_want_write(session_) == 0) return Want::read;
  }
  return Want::yield;
}

Io H2Session::read_some() {
  if (!connection_.stream().may_have_more()) return Io::want_read;
  char bytes[kRead];
  std::size_t got = 0;
  const Io io = connection_.stream().read(bytes, sizeof bytes, got);
  if (got == 0) return io;
  // nghttp2 ends a broken session itself with GOAWAY; an error here means that not even that is of use.
  if (nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes), got) < 0) dead_ = true;
  return io;
}

Io H2Session::send_all() {
  while (true) {
    while (!out_.full()) {
      const std::uint8_t* bytes = nullptr;
      const ssize_t n = nghttp2_session_mem_send(session_, &bytes);
      if (n < 0) dead_ = true;
      if (n <= 0) break;
      out_.add({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(n)});
    }
    const bool more = out_.full();
    const Io io = out_.send(connection_.stream(), dead_ || finished());
    if (io != Io::ok || !more) return io;
  }
}

bool H2Session::finished() const {
  return nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0;
}

H2Stream* H2Session::find(std::int32_t stream_id) {
  const auto it = streams_.find(stream_id);
  return it == streams_.end() ? nullptr : it->second.get();
}

int H2Session::on_begin_headers(const nghttp2_frame& frame) {
  if (frame.hd.type != NGHTTP2_HEADERS) return 0;
  if (frame.headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
  auto stream = std::make_unique<H2Stream>();
  stream->id = frame.hd.stream_id;
  stream->since = std::chrono::steady_clock::now();
  streams_[stream->id] = std::move(stream);
  return 0;
}

int H2Session::on_header(const nghttp2_frame& frame, std::string_view name, std::string_view value) {
  H2Stream* stream = find(frame.hd.stream_id);
  // Trailers are read and dropped, as in HTTP/1.1.
  if (stream == nullptr || stream->state != H2Stream::State::head) return 0;
  stream->add_field(name, value, core_.limits().h2_head_bytes);
  return 0;
}

int H2Session::on_frame(const nghttp2_frame& frame) {
  if (frame.hd.type != NGHTTP2_HEADERS && frame.hd.type != NGHTTP2_DATA) return 0;
  H2Stream* stream = find(frame.hd.stream_id);
  if (stream == nullptr) return 0;
  const bool ended = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  if (stream->state == H2Stream::State::head) {
    begin(*stream, !ended);
  } else if (ended && stream->state == H2Stream::State::body) {
    dispatch(*stream);
  }
  return 0;
}

void H2Session::begin(H2Stream& stream, bool has_body) {
  first_ = false;
  stream.since = stream.last_input = std::chrono::steady_clock::now();
  const std::string_view why = stream.make_head();
  RequestHead& head = stream.head;
  head.peer = connection_.peer().get();
  head.id = core_.next_request_id();
  if (stream.too_large() || stream.field_count() > core_.limits().header_fields) {
    return refuse(stream, 431, "the request head is too large");
  }
  if (!why.empty()) return refuse(stream, 400, why);

  Response redirect;
  if (core_.redirect_of(head, redirect)) return send(stream, std::move(redirect));
  if (ReadyResponsePtr ready = core_.ask_fast(head, has_body)) return send_ready(stream, std::move(ready));
  Plan plan = core_.ask_plan(head);
  if (plan.answer) return send(stream, std::move(*plan.answer));
  stream.on_loop = plan.on_loop;
  stream.request = std::make_shared<OwnedRequest>(head, connection_.peer());
  if (!has_body) return dispatch(stream);

  // nghttp2 has checked the field's form; over 19 digits it has refused it.
  const std::string length(head.header("content-length"));
  if (!length.empty() && std::strtoull(length.c_str(), nullptr, 10) > plan.body_limit) {
    return refuse(stream, 413, "the body is too large");
  }
  stream.state = H2Stream::State::body;
  stream.body_limit = plan.body_limit;
  if (equal_ignoring_case(head.header("expect"), "100-continue")) {
    const nghttp2_nv status = field(":status", "100");
    nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream.id, nullptr, &status, 1, nullptr);
  }
}

int H2Session::on_data(std::int32_t stream_id, std::string_view bytes) {
  H2Stream* stream = find(stream_id);
  if (stream == nullptr || stream->state != H2Stream::State::body) return 0;
  stream->last_input = std::chrono::steady_clock::now();
  stream->body_bytes += bytes.size();
  if (stream->body_bytes > stream->body_limit) {
    refuse(*stream, 413, "the body is too large");
  } else if (!stream->request->lease.grow_to(core_.bodies(), stream->body_bytes)) {
    refuse(*stream, 503, "too many large requests at once");
  } else {
    stream->request->body().append(bytes);
  }
  return 0;
}

void H2Session::dispatch(H2Stream& stream) {
  stream.state = H2Stream::State::answer;
  if (stream.on_loop) {
    send(stream, core_.run_handler(*stream.request));
    return;
  }
  // A peer that resets its streams while their handlers run gets no more of them than one that does not.
  if (jobs_ >= core_.limits().h2_streams ||
      !connection_.run_on_worker(static_cast<std::uint32_t>(stream.id), stream.request)) {
    return refuse(stream, 503, "too many requests at once");
  }
  ++jobs_;
}

void H2Session::answer(std::uint32_t stream_id, Response response) {
  --jobs_;
  H2Stream* stream = find(static_cast<std::int32_t>(stream_id));
  if (stream != nullptr && stream->state == H2Stream::State::answer) send(*stream, std::move(response));
}

void H2Session::refuse(H2Stream& stream, int status, std::string_view reason) {
  if (stream.head.raw_path.empty()) {
    log::write(log::Level::info, "request_refused",
               {{"status", status}, {"reason", reason}, {"remote", connection_.peer()->address}});
  }
  send(stream, core_.refusal(status, reason));
}

void H2Session::send_ready(H2Stream& stream, ReadyResponsePtr ready) {
  if (ready->status() == 200 && is_not_modified(stream.head, ready->etag())) {
    std::vector<HeaderList::Field> kept;
    for (const auto& entry : ready->h2_fields()) {
      if (entry.first != "content-type" && entry.first != "content-length") kept.push_back(entry);
    }
    return submit(stream, 304, kept);
  }
  if (stream.head.method != Method::head) {
    stream.rest = ready->body();
    stream.owner = ready;
  }
  submit(stream, ready->status(), ready->h2_fields());
}

void H2Session::send(H2Stream& stream, Response response) {
  if (response.ready) return send_ready(stream, std::move(response.ready));
  if (stream.head.method != Method::head) {
    for (const auto& [name, value] : response.trailers.fields())
      stream.trailers.emplace_back(lower_case(name), value);
  }
  // One builder for both versions: what HTTP/1.1 refuses is refused here.
  auto ready = ReadyResponse::make(response.status, std::move(response.headers), std::move(response.body));
  if (!ready) ready = ReadyResponse::make(500, {}, "internal error\n");
  if (ready) send_ready(stream, std::move(*ready));
}

void H2Session::submit(H2Stream& stream, int status, const std::vector<HeaderList::Field>& fields) {
  stream.state = H2Stream::State::sending;
  stream.last_output = std::chrono::steady_clock::now();
  const std::string status_text = std::to_string(status);
  std::vector<nghttp2_nv> block;
  block.reserve(fields.size() + 2);
  block.push_back(field(":status", status_text));
  for (const auto& [name, value] : fields) {
    // Clients such as curl take an answer for complete at its length and do not wait for its trailers.
    if (stream.trailers.empty() || name != "content-length") block.push_back(field(name, value));
  }
  block.push_back(field("date", date_value()));
  nghttp2_data_provider body{};
  body.source.ptr = this;
  body.read_callback = body_wanted;
  nghttp2_submit_response(session_, stream.id, block.data(), block.size(),
                          stream.rest.empty() && stream.trailers.empty() ? nullptr : &body);
  finish(stream, status);
}

void H2Session::finish(H2Stream& stream, int status) {
  Exchange exchange;
  exchange.status = status;
  exchange.request_bytes = stream.head.head_bytes + stream.body_bytes;
  exchange.response_bytes = stream.rest.size();
  exchange.duration = stream.last_output - stream.since;
  // What a handler marked, it marked on the request's own head.
  core_.account(stream.request ? stream.request->head() : stream.head, exchange);
  stream.request.reset();
}

ssize_t H2Session::on_body_wanted(std::int32_t stream_id, std::uint8_t* out, std::size_t size,
                                  std::uint32_t& flags) {
  H2Stream* stream = find(stream_id);
  if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  const std::size_t n = std::min(size, stream->rest.size());
  std::memcpy(out, stream->rest.data(), n);
  stream->rest.remove_prefix(n);
  stream->bytes_out += n;
  if (stream->rest.empty()) {
    flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!stream->trailers.empty()) {
      flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      submit_trailers(*stream);
    }
    stream->owner.reset();
  }
  return static_cast<ssize_t>(n);
}

void H2Session::submit_trailers(H2Stream& stream) {
  std::vector<nghttp2_nv> block;
  for (const auto& [name, value] : stream.trailers) block.push_back(field(name, value));
  nghttp2_submit_trailer(session_, stream.id, block.data(), block.size());
}

void H2Session::on_stream_close(std::int32_t stream_id) {
  streams_.erase(stream_id);
  if (streams_.empty()) idle_since_ = std::chrono::steady_clock::now();
}

/// An answer that came before the end of the request ends the upload (RFC 9113 8.1).
void H2Session::on_frame_sent(const nghttp2_frame& frame) {
  const bool ends = (frame.hd.type == NGHTTP2_HEADERS || frame.hd.type == NGHTTP2_DATA) &&
                    (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  if (ends && nghttp2_session_get_stream_remote_close(session_, frame.hd.stream_id) == 0) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, frame.hd.stream_id, NGHTTP2_NO_ERROR);
  }
}

bool H2Session::stream_in_time(H2Stream& stream, SteadyTime now) const {
  const ServerLimits& limits = core_.limits();
  if (stream.state == H2Stream::State::head) return now - stream.since <= limits.head;
  if (stream.state == H2Stream::State::body) {
    if (now - stream.last_input > limits.stall) return false;
    const auto elapsed = now - stream.since;
    const auto seconds =
        static_cast<std::size_t>(std::chrono::duration_cast<std::chrono::seconds>(elapsed).count());
    return elapsed <= limits.stall || stream.body_bytes >= seconds * limits.body_bytes_per_second;
  }
  if (stream.state != H2Stream::State::sending) return true;
  if (stream.bytes_out != stream.bytes_out_seen) {
    stream.bytes_out_seen = stream.bytes_out;
    stream.last_output = now;
  }
  return now - stream.last_output <= limits.stall;
}

bool H2Session::in_time(SteadyTime now) {
  if (session_ == nullptr) return false;
  const ServerLimits& limits = core_.limits();
  bool good = out_.blocked_for(now) <= limits.stall;
  if (streams_.empty()) good = good && now - idle_since_ <= (first_ ? limits.head : limits.idle);
  for (const auto& [id, stream] : streams_) good = good && stream_in_time(*stream, now);
  if (good) return true;
  if (out_.blocked_for(now) > limits.stall) {
    dead_ = true;
  } else {
    // One stream that stalls costs the whole connection: an honest client has no reason to.
    nghttp2_session_terminate_session(session_, NGHTTP2_NO_ERROR);
  }
  return false;
}

void H2Session::shut_down() {
  if (session_ == nullptr) return;
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                        NGHTTP2_NO_ERROR, nullptr, 0);
}

std::unique_ptr<Protocol> make_h2_session(ConnectionServices& connection) {
  return std::make_unique<H2Session>(connection);
}

}  // namespace boltseal::http
