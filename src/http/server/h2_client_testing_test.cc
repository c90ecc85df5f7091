#include "http/server/h2_client_testing.h"

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "http/server/server_testing.h"

namespace boltseal::http::testing_support {

struct TlsClient::State {
  explicit State(std::uint16_t port) : raw(port) {}
  RawClient raw;
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* ssl = nullptr;
  ~State() {
    SSL_free(ssl);
    SSL_CTX_free(context);
  }
};

TlsClient::TlsClient(std::uint16_t port, const TlsClientOptions& options)
    : state_(std::make_unique<State>(port)) {
  State& s = *state_;
  const timeval limit{10, 0};
  setsockopt(s.raw.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  SSL_CTX_set_security_level(s.context, 0);  // so that the test may offer what the server must refuse
  SSL_CTX_set_min_proto_version(s.context, TLS1_VERSION);
  if (options.max_version != 0) SSL_CTX_set_max_proto_version(s.context, options.max_version);
  if (!options.ciphers.empty()) SSL_CTX_set_cipher_list(s.context, options.ciphers.c_str());
  if (!options.certificate.empty()) {
    SSL_CTX_use_certificate_chain_file(s.context, options.certificate.c_str());
    SSL_CTX_use_PrivateKey_file(s.context, options.key.c_str(), SSL_FILETYPE_PEM);
  }
  if (!options.alpn.empty()) {
    const std::string wire = static_cast<char>(options.alpn.size()) + options.alpn;
    SSL_CTX_set_alpn_protos(s.context, reinterpret_cast<const unsigned char*>(wire.data()),
                            static_cast<unsigned>(wire.size()));
  }
  s.ssl = SSL_new(s.context);
  SSL_set_fd(s.ssl, s.raw.fd());
  ok_ = SSL_connect(s.ssl) == 1;
}

TlsClient::~TlsClient() { ERR_clear_error(); }

bool TlsClient::send(std::string_view bytes) {
  return bytes.empty() || SSL_write(state_->ssl, bytes.data(), static_cast<int>(bytes.size())) > 0;
}

std::string TlsClient::receive() {
  std::string out(65536, '\0');
  const int n = SSL_read(state_->ssl, out.data(), static_cast<int>(out.size()));
  out.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return out;
}

std::string TlsClient::until_close(bool& clean) {
  std::string all;
  while (true) {
    const std::string more = receive();
    if (more.empty()) break;
    all += more;
  }
  clean = (SSL_get_shutdown(state_->ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
  return all;
}

std::string TlsClient::server_name() const {
  X509* certificate = SSL_get0_peer_certificate(state_->ssl);
  char name[256] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  return name;
}

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(state_->ssl, &name, &size);
  return std::string(reinterpret_cast<const char*>(name), size);
}

struct H2Client::State {
  explicit State(std::uint16_t port) : tls(port, {.alpn = "h2"}) {}
  TlsClient tls;
  nghttp2_session* session = nullptr;
  std::map<std::int32_t, Answer> answers;
  std::map<std::int32_t, std::string> bodies;
  bool goaway = false;
  ~State() { nghttp2_session_del(session); }
};

namespace {

nghttp2_nv nv(const std::pair<std::string, std::string>& field) {
  auto bytes = [](const std::string& text) {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
  };
  return {bytes(field.first), bytes(field.second), field.first.size(), field.second.size(),
          NGHTTP2_NV_FLAG_NONE};
}

}  // namespace

/// What the client notes of the frames that come in.
struct H2ClientCallbacks {
  static nghttp2_session_callbacks* make() {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(
        callbacks,
        [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
           const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user) {
          H2Client::Answer& answer = static_cast<H2Client::State*>(user)->answers[frame->hd.stream_id];
          const std::string key(reinterpret_cast<const char*>(name), name_size);
          const std::string text(reinterpret_cast<const char*>(value), value_size);
          if (key == ":status") answer.status = std::atoi(text.c_str());
          (frame->headers.cat == NGHTTP2_HCAT_HEADERS ? answer.trailers : answer.fields)[key] = text;
          return 0;
        });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
        callbacks, [](nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                      std::size_t size, void* user) {
          static_cast<H2Client::State*>(user)->answers[id].body.append(reinterpret_cast<const char*>(data),
                                                                       size);
          return 0;
        });
    nghttp2_session_callbacks_set_on_stream_close_callback(
        callbacks, [](nghttp2_session*, std::int32_t id, std::uint32_t code, void* user) {
          H2Client::Answer& answer = static_cast<H2Client::State*>(user)->answers[id];
          answer.closed = true;
          answer.reset = code;
          return 0;
        });
    nghttp2_session_callbacks_set_on_frame_recv_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
          if (frame->hd.type == NGHTTP2_GOAWAY) static_cast<H2Client::State*>(user)->goaway = true;
          return 0;
        });
    return callbacks;
  }
};

H2Client::H2Client(std::uint16_t port) : state_(std::make_unique<State>(port)) {
  nghttp2_session_callbacks* callbacks = H2ClientCallbacks::make();
  nghttp2_option* options = nullptr;
  nghttp2_option_new(&options);
  nghttp2_option_set_no_http_messaging(options, 1);  // lets the test send what is forbidden
  nghttp2_option_set_max_send_header_block_length(options, 1 << 20);
  nghttp2_session_client_new2(&state_->session, callbacks, state_.get(), options);
  nghttp2_option_del(options);
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_submit_settings(state_->session, NGHTTP2_FLAG_NONE, nullptr, 0);
}

H2Client::~H2Client() = default;

std::int32_t H2Client::submit(const std::string& method, const std::string& path, const Fields& fields,
                              const std::string& body) {
  Fields all{{":method", method}, {":scheme", "https"}, {":path", path}};
  const bool own =
      std::any_of(fields.begin(), fields.end(), [](const auto& f) { return f.first == ":authority"; });
  if (!own) all.emplace_back(":authority", "localhost");
  all.insert(all.end(), fields.begin(), fields.end());
  std::vector<nghttp2_nv> block;
  for (const auto& field : all) block.push_back(nv(field));
  nghttp2_data_provider provider{};
  provider.source.ptr = state_.get();
  provider.read_callback = [](nghttp2_session*, std::int32_t id, std::uint8_t* out, std::size_t size,
                              std::uint32_t* flags, nghttp2_data_source* source, void*) -> ssize_t {
    std::string& rest = static_cast<State*>(source->ptr)->bodies[id];
    const std::size_t n = std::min(size, rest.size());
    std::memcpy(out, rest.data(), n);
    rest.erase(0, n);
    if (rest.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(n);
  };
  const std::int32_t id = nghttp2_submit_request(state_->session, nullptr, block.data(), block.size(),
                                                 body.empty() ? nullptr : &provider, nullptr);
  state_->bodies[id] = body;
  return id;
}

void H2Client::reset(std::int32_t stream) {
  nghttp2_submit_rst_stream(state_->session, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
}

bool H2Client::flush() {
  const std::uint8_t* bytes = nullptr;
  ssize_t n = 0;
  while ((n = nghttp2_session_mem_send(state_->session, &bytes)) > 0) {
    if (!state_->tls.send({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(n)})) return false;
  }
  return n == 0;
}

bool H2Client::pump() {
  if (!state_->tls.ok() || !flush()) return false;
  const std::string in = state_->tls.receive();
  if (in.empty()) return false;
  return nghttp2_session_mem_recv(state_->session, reinterpret_cast<const std::uint8_t*>(in.data()),
                                  in.size()) >= 0;
}

H2Client::Answer H2Client::wait(std::int32_t stream) {
  while (!state_->answers[stream].closed && pump()) {
  }
  return state_->answers[stream];
}

bool H2Client::goaway() const { return state_->goaway; }

}  // namespace boltseal::http::testing_support
