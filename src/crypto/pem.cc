#include "crypto/pem.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/secret.h"

namespace boltseal::crypto {
namespace {

constexpr std::size_t kMaxText = 1u << 20;
constexpr std::size_t kMaxBlocks = 256;
constexpr std::size_t kMaxHeaders = 64;
constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

tl::unexpected<Error> bad_pem(const char* what) {
  return fail(ErrorCode::bad_format, std::string("bad PEM: ") + what);
}

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Takes the text apart into lines without their ends.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  bool at_end() const { return rest_.empty(); }
  std::string_view next() {
    const std::size_t end = rest_.find('\n');
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
  }
  std::string_view peek() const {
    Lines ahead = *this;
    return ahead.next();
  }
  /// Octets before the next boundary line.
  std::size_t before_boundary() const { return std::min(rest_.find(kDashes), rest_.size()); }

 private:
  std::string_view rest_;
};

/// The type in a boundary line; empty where the line is none.
std::string_view boundary_type(std::string_view line, std::string_view prefix) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
  if (!line.starts_with(prefix) || !line.ends_with(kDashes) || line.size() <= prefix.size() + kDashes.size())
    return {};
  return line.substr(prefix.size(), line.size() - prefix.size() - kDashes.size());
}

Result<void> read_headers(Lines& lines, PemBlock& block) {
  while (!lines.at_end() && !lines.peek().starts_with(kDashes)) {
    const std::size_t colon = lines.peek().find(':');
    if (colon == std::string_view::npos) break;
    const std::string_view line = lines.next();
    const std::string_view name = trim(line.substr(0, colon));
    if (block.header(name) != nullptr) return bad_pem("a header stands twice");
    if (block.headers.size() == kMaxHeaders)
      return fail(ErrorCode::limit_exceeded, "PEM block has over 64 headers");
    block.headers.emplace_back(name, trim(line.substr(colon + 1)));
  }
  return {};
}

/// From the line after BEGIN up to and with END.
Result<PemBlock> read_block(Lines& lines, std::string_view type) {
  PemBlock block;
  block.type = type;
  BS_TRY(read_headers(lines, block));
  std::string base64;
  base64.reserve(lines.before_boundary());  // never grown: no copy of a private key stays behind
  Result<PemBlock> result = bad_pem("a block is cut off");
  while (!lines.at_end()) {
    const std::string_view line = lines.next();
    if (!line.starts_with(kDashes)) {
      base64 += trim(line);
      continue;
    }
    if (boundary_type(line, kEnd) != type) {
      result = bad_pem("the ends of a block differ");
    } else if (auto der = base64_decode(base64); der) {
      block.der = std::move(*der);
      result = std::move(block);
    } else {
      result = bad_pem("a block's base64 is not strict");
    }
    break;
  }
  wipe_string(base64);
  return result;
}

Result<std::vector<PemBlock>> read_blocks(std::string_view text, std::size_t wanted) {
  if (text.size() > kMaxText) return fail(ErrorCode::limit_exceeded, "PEM text is larger than 1 MiB");
  std::vector<PemBlock> blocks;
  Lines lines(text);
  while (!lines.at_end() && blocks.size() < wanted) {
    const std::string_view type = boundary_type(lines.next(), kBegin);
    if (type.empty()) continue;
    if (blocks.size() == kMaxBlocks) return fail(ErrorCode::limit_exceeded, "PEM text has over 256 blocks");
    blocks.push_back(BS_TRY(read_block(lines, type)));
  }
  return blocks;
}

void append_body(std::string& out, std::string_view type, ByteView der) {
  std::string base64 = base64_encode(der);
  for (std::size_t at = 0; at < base64.size(); at += 64) {
    out.append(base64, at, 64);
    out += '\n';
  }
  wipe_string(base64);
  out.append(kEnd).append(type).append(kDashes) += '\n';
}

std::size_t text_size(std::size_t der_size) { return 64 + (der_size + 2) / 3 * 4 * 65 / 64; }

}  // namespace

PemBlock& PemBlock::operator=(PemBlock&& other) noexcept {
  wipe_memory(der.data(), der.size());
  type = std::move(other.type);
  headers = std::move(other.headers);
  der = std::move(other.der);
  return *this;
}

PemBlock& PemBlock::operator=(const PemBlock& other) {
  if (this != &other) *this = PemBlock(other);
  return *this;
}

PemBlock::~PemBlock() { wipe_memory(der.data(), der.size()); }

const std::string* PemBlock::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return &value;
  return nullptr;
}

void PemBlock::set_header(std::string_view name, std::string value) {
  remove_header(name);
  headers.emplace_back(name, std::move(value));
}

void PemBlock::remove_header(std::string_view name) {
  std::erase_if(headers, [name](const auto& header) { return header.first == name; });
}

Result<std::vector<PemBlock>> pem_read_all(std::string_view text) {
  return read_blocks(text, kMaxBlocks + 1);
}

Result<PemBlock> pem_read_first(std::string_view text) {
  auto blocks = BS_TRY(read_blocks(text, 1));
  if (blocks.empty()) return bad_pem("no block");
  return std::move(blocks.front());
}

Result<std::string> pem_write(const PemBlock& block) {
  auto headers = block.headers;
  std::sort(headers.begin(), headers.end(), [](const auto& a, const auto& b) {
    const bool a_first = a.first == "Proc-Type";
    const bool b_first = b.first == "Proc-Type";
    return a_first != b_first ? a_first : a.first < b.first;
  });
  std::string out;
  out.reserve(text_size(block.der.size()) + 2 * block.type.size());
  out.append(kBegin).append(block.type).append(kDashes) += '\n';
  for (const auto& [name, value] : headers) {
    const bool breaks = (name + value).find_first_of("\r\n") != std::string::npos;
    if (breaks || name.empty() || name.find(':') != std::string::npos)
      return fail(ErrorCode::bad_format, "PEM header holds a line break, or its name a colon");
    out.append(name).append(": ").append(value) += '\n';
  }
  if (!headers.empty()) out += '\n';
  append_body(out, block.type, block.der);
  return out;
}

std::string pem_text(std::string_view type, ByteView der) {
  std::string out;
  out.reserve(text_size(der.size()) + 2 * type.size());
  out.append(kBegin).append(type).append(kDashes) += '\n';
  append_body(out, type, der);
  return out;
}

}  // namespace boltseal::crypto
