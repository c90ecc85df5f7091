// links: http/server
// HTTP/1.1 head and body: never a crash; what is accepted is framed in one way only, and a body comes out the
// same however it is cut.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "http/server/h1_parser.h"
#include "http/server/path.h"

namespace {

using boltseal::http::H1Parser;

void require(bool condition) {
  if (!condition) std::abort();
}

/// Body of `bytes` fed in two pieces; `done` says whether it ended.
std::string body_of(std::string_view head, std::string_view bytes, std::size_t cut, bool& done,
                    std::size_t& used) {
  H1Parser parser;
  require(parser.parse_head(head, 100).status == 0);
  std::string body;
  H1Parser::Fed fed = parser.feed(bytes.substr(0, cut), body, 1 << 20);
  used = fed.consumed;
  if (!fed.done && fed.refusal.status == 0) {
    fed = parser.feed(bytes.substr(used), body, 1 << 20);
    used += fed.consumed;
  }
  done = fed.done;
  return body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const H1Parser::End end = H1Parser::find_end(bytes, 0);
  const std::string_view head = end.at > 0 ? bytes.substr(0, end.at) : bytes;
  H1Parser parser;
  if (parser.parse_head(head, 100).status != 0) return 0;
  require(end.at > 0 && !end.bare_lf);
  const auto& request = parser.head();
  require(request.count("Host") <= 1 &&
          request.count("Content-Length") + request.count("Transfer-Encoding") <= 1);
  require(!request.raw_path.empty());
  require(boltseal::http::is_clean_path(boltseal::http::clean_path(request.path)));
  if (!parser.has_body()) return 0;

  const std::string_view rest = bytes.substr(end.at);
  bool whole_done = false, cut_done = false;
  std::size_t whole_used = 0, cut_used = 0;
  const std::string whole = body_of(head, rest, rest.size(), whole_done, whole_used);
  const std::string cut = body_of(head, rest, rest.size() / 2, cut_done, cut_used);
  require(whole_done == cut_done);
  if (whole_done) require(whole == cut && whole_used == cut_used);
  return 0;
}
