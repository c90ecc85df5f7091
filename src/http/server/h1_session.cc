// HTTP/1.1 on one connection: requests one after the other, pipelined ones wait in the input buffer.
#include "http/server/conditional.h"
#include "http/server/h1_parser.h"
#include "http/server/in_buffer.h"
#include "http/server/out_queue.h"
#include "http/server/protocol.h"

namespace boltseal::http {
namespace {

constexpr std::size_t kHeadRoom = 4 << 10;
constexpr std::size_t kBodyRoom = 32 << 10;
constexpr int kRounds = 64;  ///< steps before other connections get their turn

class H1Session final : public Protocol {
 public:
  explicit H1Session(ConnectionServices& connection)
      : connection_(connection), core_(connection.core()), since_(std::chrono::steady_clock::now()) {}

  Want advance() override;
  void answer(std::uint32_t stream_id, Response response) override;
  bool in_time(SteadyTime now) override;
  void shut_down() override;

 private:
  enum class State : std::uint8_t { head, body, answer, closing };
  enum class Step : std::uint8_t { again, input, wait };

  Step step();
  Step step_head();
  Step step_body();
  Step begin(std::string_view head_bytes);
  Step answer_head(std::string_view head_bytes, Response response);
  void begin_body(const Plan& plan);
  void dispatch();

  Io fill();
  void send(const RequestHead& head, Response response);
  void send_ready(const RequestHead& head, ReadyResponsePtr ready);
  void add_head_end();
  void finish(const RequestHead& head, int status, std::size_t response_bytes);
  void refuse(int status, std::string_view reason, const RequestHead* head);
  bool body_in_time(SteadyTime now) const;

  ConnectionServices& connection_;
  Core& core_;
  InBuffer in_;
  OutQueue out_;
  H1Parser parser_;
  std::shared_ptr<OwnedRequest> request_;
  State state_ = State::head;
  SteadyTime since_;  ///< head: when it, or the wait for it, began; body: when the head was complete
  SteadyTime last_input_;
  std::size_t searched_ = 0;  ///< input in which no end of a head was found
  std::size_t body_limit_ = 0;
  std::size_t body_bytes_ = 0;  ///< of the request that is being answered
  bool on_loop_ = false;
  bool keep_alive_ = true;
  bool http10_ = false;
  bool first_ = true;  ///< no request yet on this connection
  bool linger_ = false;
  bool shutting_down_ = false;
  bool dead_ = false;
};

Want H1Session::advance() {
  for (int round = 0; round < kRounds; ++round) {
    if (dead_) return Want::close;
    const Step next = out_.full() ? Step::wait : step();
    if (next == Step::again) continue;

    const bool was_full = out_.full();
    const Io sent = out_.send(connection_.stream(), state_ == State::closing);
    if (sent == Io::want_write) return Want::write;
    if (sent == Io::want_read) return Want::read;
    if (sent != Io::ok) return Want::close;
    if (was_full) continue;
    if (state_ == State::closing) return linger_ || !in_.empty() ? Want::linger : Want::close;
    if (next == Step::wait) return Want::answer;

    switch (fill()) {
      case Io::ok:
        break;
      case Io::want_read:
        return Want::read;
      case Io::want_write:
        return Want::write;
      case Io::eof:
      case Io::failed:
        return Want::close;
    }
  }
  return Want::yield;
}

Io H1Session::fill() {
  Stream& stream = connection_.stream();
  if (!stream.may_have_more()) {
    if (state_ == State::head) in_.shrink(2 * kHeadRoom);
    return Io::want_read;
  }
  const auto [at, size] = in_.room(state_ == State::body ? kBodyRoom : kHeadRoom / 2);
  std::size_t got = 0;
  const Io io = stream.read(at, size, got);
  in_.commit(got);
  if (got > 0 && state_ == State::body) last_input_ = std::chrono::steady_clock::now();
  return io;
}

H1Session::Step H1Session::step() {
  switch (state_) {
    case State::head:
      return step_head();
    case State::body:
      return step_body();
    case State::answer:
    case State::closing:
      break;
  }
  return Step::wait;
}

H1Session::Step H1Session::step_head() {
  const std::string_view bytes = in_.view();
  if (bytes.empty()) return Step::input;
  if (searched_ == 0) since_ = std::chrono::steady_clock::now();
  const std::size_t limit = core_.limits().head_bytes;
  const H1Parser::End end = H1Parser::find_end(bytes, searched_);
  if (end.bare_lf) {
    refuse(400, "bare LF", nullptr);
  } else if (end.at > limit || (end.at == 0 && bytes.size() >= limit)) {
    refuse(431, "the request head is too large", nullptr);
  } else if (end.at == 0) {
    searched_ = bytes.size();
    return Step::input;
  } else {
    if (searched_ != 0) since_ = std::chrono::steady_clock::now();  // durations count from the whole head
    searched_ = 0;
    return begin(bytes.substr(0, end.at));
  }
  return Step::again;
}

H1Session::Step H1Session::begin(std::string_view head_bytes) {
  first_ = false;
  body_bytes_ = 0;
  const H1Parser::Refusal refusal = parser_.parse_head(head_bytes, core_.limits().header_fields);
  if (refusal.status != 0) {
    refuse(refusal.status, refusal.reason, nullptr);
    return Step::again;
  }
  RequestHead& head = parser_.head();
  head.peer = connection_.peer().get();
  head.id = core_.next_request_id();
  http10_ = head_bytes.substr(0, head_bytes.find('\r')).ends_with("1.0");
  keep_alive_ = parser_.keep_alive() && !shutting_down_;
  const bool has_body = parser_.has_body();

  Response redirect;
  if (core_.redirect_of(head, redirect)) return answer_head(head_bytes, std::move(redirect));
  if (ReadyResponsePtr ready = core_.ask_fast(head, has_body)) {
    send_ready(head, std::move(ready));
    in_.consume(head_bytes.size());
    return Step::again;
  }
  Plan plan = core_.ask_plan(head);
  if (plan.answer) return answer_head(head_bytes, std::move(*plan.answer));
  if (has_body && parser_.content_length().value_or(0) > plan.body_limit) {
    refuse(413, "the body is too large", &head);
    return Step::again;
  }
  request_ = std::make_shared<OwnedRequest>(head, connection_.peer());
  on_loop_ = plan.on_loop;
  in_.consume(head_bytes.size());
  if (has_body) {
    begin_body(plan);
  } else {
    dispatch();
  }
  return Step::again;
}

/// An answer that does not wait for the body, which is then dropped with the connection.
H1Session::Step H1Session::answer_head(std::string_view head_bytes, Response response) {
  const bool has_body = parser_.has_body();
  linger_ = has_body;
  keep_alive_ = keep_alive_ && !has_body;
  send(parser_.head(), std::move(response));
  in_.consume(head_bytes.size());
  return Step::again;
}

void H1Session::begin_body(const Plan& plan) {
  state_ = State::body;
  body_limit_ = plan.body_limit;
  since_ = last_input_ = std::chrono::steady_clock::now();
  if (parser_.expects_continue() && in_.empty()) out_.add("HTTP/1.1 100 Continue\r\n\r\n");
}

H1Session::Step H1Session::step_body() {
  const H1Parser::Fed fed = parser_.feed(in_.view(), request_->body(), body_limit_);
  in_.consume(fed.consumed);
  body_bytes_ = request_->body().size();
  if (!request_->lease.grow_to(core_.bodies(), body_bytes_)) {
    refuse(503, "too many large requests at once", &request_->head());
  } else if (fed.refusal.status != 0) {
    refuse(fed.refusal.status, fed.refusal.reason, &request_->head());
  } else if (fed.done) {
    dispatch();
  } else {
    return Step::input;
  }
  return Step::again;
}

void H1Session::dispatch() {
  state_ = State::answer;
  if (on_loop_) {
    answer(0, core_.run_handler(*request_));
  } else if (!connection_.run_on_worker(0, request_)) {
    refuse(503, "too many requests at once", &request_->head());
  }
}

void H1Session::answer(std::uint32_t, Response response) {
  if (state_ != State::answer) return;
  const std::shared_ptr<OwnedRequest> request = std::move(request_);
  if (shutting_down_ || response.close) keep_alive_ = false;
  if (response.ready) {
    send_ready(request->head(), std::move(response.ready));
  } else {
    send(request->head(), std::move(response));
  }
}

void H1Session::add_head_end() {
  out_.add(date_line());
  if (!keep_alive_) {
    out_.add("Connection: close\r\n\r\n");
  } else {
    out_.add(http10_ ? "Connection: keep-alive\r\n\r\n" : "\r\n");
  }
}

void H1Session::send_ready(const RequestHead& head, ReadyResponsePtr ready) {
  const bool not_modified = ready->status() == 200 && is_not_modified(head, ready->etag());
  out_.add(not_modified ? ready->not_modified_head() : ready->head());
  add_head_end();
  std::size_t body_bytes = 0;
  if (!not_modified && head.method != Method::head) {
    body_bytes = ready->body().size();
    out_.add_body(ready->body(), ready);
  }
  finish(head, not_modified ? 304 : ready->status(), body_bytes);
}

void H1Session::send(const RequestHead& head, Response response) {
  auto text = response_head(response.status, response.headers, response.body.size());
  if (!text) {  // run_handler and refusal have checked: only a status outside 200..599 is left
    response = core_.refusal(500, "internal error");
    text = response_head(500, response.headers, response.body.size());
  }
  out_.add(*text);
  add_head_end();
  std::size_t body_bytes = 0;
  const bool bare = head.method == Method::head || response.status == 204 || response.status == 304;
  if (!bare && !response.body.empty()) {
    body_bytes = response.body.size();
    const auto body = std::make_shared<const std::string>(std::move(response.body));
    out_.add_body(*body, body);
  }
  finish(head, response.status, body_bytes);
}

void H1Session::finish(const RequestHead& head, int status, std::size_t response_bytes) {
  const SteadyTime now = std::chrono::steady_clock::now();
  Exchange exchange;
  exchange.status = status;
  exchange.request_bytes = head.head_bytes + body_bytes_;
  exchange.response_bytes = response_bytes;
  exchange.duration = now - since_;
  core_.account(head, exchange);
  state_ = keep_alive_ ? State::head : State::closing;
  since_ = now;
}

void H1Session::refuse(int status, std::string_view reason, const RequestHead* head) {
  keep_alive_ = false;
  linger_ = true;
  if (head == nullptr) {
    log::write(log::Level::info, "request_refused",
               {{"status", status}, {"reason", reason}, {"remote", connection_.peer()->address}});
    Response response = core_.refusal(status, reason);
    out_.add(response_head(status, response.headers, response.body.size()).value_or(std::string()));
    add_head_end();
    out_.add(response.body);
    state_ = State::closing;
    since_ = std::chrono::steady_clock::now();
    return;
  }
  const std::shared_ptr<OwnedRequest> request = std::move(request_);  // keeps *head alive
  send(*head, core_.refusal(status, reason));
}

bool H1Session::body_in_time(SteadyTime now) const {
  const auto stall = core_.limits().stall;
  if (now - last_input_ > stall) return false;
  const auto elapsed = now - since_;
  if (elapsed <= stall) return true;
  const auto seconds =
      static_cast<std::size_t>(std::chrono::duration_cast<std::chrono::seconds>(elapsed).count());
  return body_bytes_ >= seconds * core_.limits().body_bytes_per_second;
}

bool H1Session::in_time(SteadyTime now) {
  const ServerLimits& limits = core_.limits();
  if (out_.blocked_for(now) > limits.stall) {
    dead_ = true;
    return false;
  }
  if (state_ == State::head && in_.empty()) {
    dead_ = now - since_ > (first_ ? limits.head : limits.idle);
    return !dead_;
  }
  if (state_ == State::head && now - since_ > limits.head) {
    refuse(408, "the request head took too long", nullptr);
    return false;
  }
  if (state_ == State::body && !body_in_time(now)) {
    refuse(408, "the request body took too long", &request_->head());
    return false;
  }
  return true;
}

void H1Session::shut_down() {
  shutting_down_ = true;
  keep_alive_ = false;
  // A request that has begun is still answered, also one whose head is on its way.
  if (state_ == State::head && in_.empty()) state_ = State::closing;
}

}  // namespace

std::unique_ptr<Protocol> make_h1_session(ConnectionServices& connection) {
  return std::make_unique<H1Session>(connection);
}

}  // namespace boltseal::http
