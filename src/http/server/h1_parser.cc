#include "http/server/h1_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <vector>

#include "http/server/body_reader.h"
#include "http/server/head_check.h"
#include "http/server/path.h"

namespace boltseal::http {
namespace {

namespace beast_http = boost::beast::http;
using BeastError = boost::beast::error_code;
using BeastText = boost::beast::string_view;

std::string_view text_of(BeastText text) { return {text.data(), text.size()}; }

/// What Beast tells us of a head: views of our own buffer, so that nothing is copied.
class Collector final : public beast_http::basic_parser<true> {
 public:
  std::string_view method;
  std::string_view target;
  int version = 11;
  std::vector<HeaderField>* fields = nullptr;
  bool head_done = false;

 private:
  void on_request_impl(beast_http::verb, BeastText m, BeastText t, int v, BeastError& ec) override {
    method = text_of(m);
    target = text_of(t);
    version = v;
    ec = {};
  }
  void on_response_impl(int, BeastText, int, BeastError& ec) override { ec = {}; }
  void on_field_impl(beast_http::field, BeastText name, BeastText value, BeastError& ec) override {
    if (!head_done) fields->push_back({text_of(name), text_of(value)});
    ec = {};
  }
  void on_header_impl(BeastError& ec) override {
    head_done = true;
    ec = {};
  }
  void on_finish_impl(BeastError& ec) override { ec = {}; }
  // Never called: bodies are not given to Beast (http/server/body_reader.h).
  void on_body_init_impl(boost::optional<std::uint64_t> const&, BeastError& ec) override { ec = {}; }
  std::size_t on_body_impl(BeastText, BeastError& ec) override { return refuse_body(ec); }
  void on_chunk_header_impl(std::uint64_t, BeastText, BeastError& ec) override { refuse_body(ec); }
  std::size_t on_chunk_body_impl(std::uint64_t, BeastText, BeastError& ec) override {
    return refuse_body(ec);
  }
  static std::size_t refuse_body(BeastError& ec) {
    ec = beast_http::error::unexpected_body;
    return 0;
  }
};

}  // namespace

struct H1Parser::State {
  std::optional<Collector> beast;
  std::optional<BodyReader> body;
  std::vector<HeaderField> fields;
  std::string decoded_path;
  RequestHead head;
  HeadFacts facts;

  /// Start line and fields of what Beast has read.
  Refusal take_head(std::size_t head_bytes) {
    head = RequestHead();
    head.method_text = beast->method;
    head.method = method_of(beast->method);
    head.headers = fields;
    head.head_bytes = head_bytes;
    head.host = head.header("Host");
    const auto target = split_target(beast->target);
    if (!target) return {400, "bad request target"};
    if (target->raw_path == "*" && beast->method != "OPTIONS") return {400, "bad request target"};
    if (!target->authority.empty() && !equal_ignoring_case(target->authority, head.host)) {
      return {400, "the URL names another host than Host"};
    }
    head.raw_path = target->raw_path;
    head.query = target->query;
    const auto path = decode_path(target->raw_path, decoded_path);
    if (!path) return {400, "bad percent encoding in the path"};
    head.path = *path;
    return {};
  }
};

H1Parser::H1Parser() : state_(std::make_unique<State>()) {}
H1Parser::~H1Parser() = default;

H1Parser::Refusal H1Parser::parse_head(std::string_view bytes, std::size_t max_fields) {
  State& s = *state_;
  s.facts = check_head(bytes, max_fields);
  if (s.facts.refuse != 0) return {s.facts.refuse, s.facts.reason};

  s.fields.clear();
  s.beast.emplace();
  s.beast->fields = &s.fields;
  s.beast->header_limit(static_cast<std::uint32_t>(bytes.size()) + 1);
  s.beast->body_limit(boost::none);
  BeastError ec;
  const std::size_t used = s.beast->put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
  if (ec == beast_http::error::bad_version) return {505, "unknown HTTP version"};
  if (ec || used != bytes.size() || !s.beast->head_done) return {400, "bad request"};

  const auto length = s.beast->content_length();
  const bool same_length = length.has_value() == s.facts.content_length.has_value() &&
                           (!length.has_value() || *length == *s.facts.content_length);
  if (s.beast->chunked() != s.facts.chunked || !same_length) return {400, "unclear framing"};
  s.body.emplace(s.facts.chunked ? std::nullopt : std::optional(s.facts.content_length.value_or(0)));
  return s.take_head(bytes.size());
}

const RequestHead& H1Parser::head() const { return state_->head; }
RequestHead& H1Parser::head() { return state_->head; }
bool H1Parser::keep_alive() const { return state_->beast->keep_alive(); }
bool H1Parser::expects_continue() const { return state_->facts.expects_continue; }
std::optional<std::uint64_t> H1Parser::content_length() const { return state_->facts.content_length; }

bool H1Parser::has_body() const {
  return state_->facts.chunked || (state_->facts.content_length && *state_->facts.content_length > 0);
}

H1Parser::End H1Parser::find_end(std::string_view bytes, std::size_t from) {
  // Starts three bytes early: the blank line may have come in two pieces.
  for (std::size_t at = from > 3 ? from - 3 : 0; (at = bytes.find('\n', at)) != std::string_view::npos;
       ++at) {
    if (at == 0 || bytes[at - 1] != '\r') return {0, true};
    if (at >= 3 && bytes[at - 2] == '\n' && bytes[at - 3] == '\r') return {at + 1, false};
  }
  return {};
}

H1Parser::Fed H1Parser::feed(std::string_view bytes, std::string& body, std::size_t limit) {
  const BodyReader::Fed read = state_->body->feed(bytes, body, limit);
  Fed fed{.consumed = read.consumed, .done = read.done};
  if (read.refused != 0)
    fed.refusal = {read.refused, read.refused == 413 ? "the body is too large" : "bad chunk"};
  return fed;
}

}  // namespace boltseal::http
