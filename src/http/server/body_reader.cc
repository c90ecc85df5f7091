#include "http/server/body_reader.h"

#include <algorithm>

#include "http/grammar.h"

namespace boltseal::http {
namespace {

constexpr unsigned kMostDigits = 16;
// Framing that is tolerated in all; each chunk excuses its own size line and twice its data.
constexpr std::uint64_t kMostExcess = 16 << 10;
constexpr std::uint64_t kSizeLine = 16;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_text(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

}  // namespace

BodyReader::BodyReader(std::optional<std::uint64_t> length)
    : state_(!length        ? State::size
             : *length != 0 ? State::known
                            : State::done),
      left_(length.value_or(0)) {}

BodyReader::Fed BodyReader::feed(std::string_view bytes, std::string& body, std::size_t limit) {
  Fed fed;
  while (state_ != State::done && fed.consumed < bytes.size()) {
    if (state_ == State::data || state_ == State::known) {
      const std::size_t room = limit - std::min(limit, body.size());
      if (left_ > room) {
        fed.refused = 413;
        return fed;
      }
      const auto take = std::min<std::uint64_t>(left_, bytes.size() - fed.consumed);
      body.append(bytes.substr(fed.consumed, take));
      fed.consumed += take;
      left_ -= take;
      if (left_ == 0) state_ = state_ == State::data ? State::data_cr : State::done;
      continue;
    }
    if (!step(bytes[fed.consumed]) || ++excess_ > kMostExcess) {
      fed.refused = 400;
      return fed;
    }
    ++fed.consumed;
  }
  fed.done = state_ == State::done;
  return fed;
}

bool BodyReader::step(char c) {
  const auto expect = [&](char wanted, State next) {
    state_ = next;
    return c == wanted;
  };
  switch (state_) {
    case State::size:
      return digit(c);
    case State::extension:
      if (c == '\r') return expect('\r', State::size_lf);
      return is_text(c);
    case State::size_lf:
      excess_ -= std::min(excess_, kSizeLine + 2 * std::min(left_, kMostExcess));
      return expect('\n', left_ == 0 ? State::trailer_start : State::data);
    case State::data_cr:
      return expect('\r', State::data_lf);
    case State::data_lf:
      digits_ = 0;
      return expect('\n', State::size);
    case State::trailer_start:
      if (c == '\r') return expect('\r', State::end_lf);
      state_ = State::trailer_name;
      return is_token_char(c);
    case State::trailer_name:
      if (c == ':') return expect(':', State::trailer_value);
      return is_token_char(c);
    case State::trailer_value:
      if (c == '\r') return expect('\r', State::trailer_lf);
      return is_text(c);
    case State::trailer_lf:
      return expect('\n', State::trailer_start);
    case State::end_lf:
      return expect('\n', State::done);
    default:
      return false;
  }
}

bool BodyReader::digit(char c) {
  if (const int value = hex_value(c); value >= 0) {
    left_ = left_ << 4 | static_cast<unsigned>(value);
    return ++digits_ <= kMostDigits;
  }
  if (digits_ == 0) return false;
  state_ = c == '\r' ? State::size_lf : State::extension;
  return c == '\r' || c == ';';
}

}  // namespace boltseal::http
