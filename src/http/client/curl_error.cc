#include "http/client/curl_error.h"

#include "base/untrusted.h"

namespace boltseal::http {
namespace {

// X509_V_ERR_* of OpenSSL; part of its stable interface, repeated here as this room does not know OpenSSL.
constexpr long kNotYetValid = 9;
constexpr long kExpired = 10;
constexpr long kSelfSigned = 18;
constexpr long kSelfSignedInChain = 19;
constexpr long kNoIssuer = 20;
constexpr long kNoIssuerLeaf = 21;

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

ErrorCode code_of(CURLcode code, std::string_view detail) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return ErrorCode::timed_out;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
      return ErrorCode::tls_failed;
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
      return ErrorCode::bad_config;
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2_STREAM:
      return ErrorCode::unreachable;  // the connection or the stream ended before the answer did
    case CURLE_FILESIZE_EXCEEDED:
      return ErrorCode::limit_exceeded;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_HTTP2:
    case CURLE_BAD_CONTENT_ENCODING:
      return ErrorCode::bad_response;
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      // TLS 1.3 servers refuse a client's certificate after the handshake.
      return has(detail, "alert") ? ErrorCode::tls_failed : ErrorCode::unreachable;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_UNKNOWN_OPTION:
      return ErrorCode::internal;
    default:
      return ErrorCode::unreachable;
  }
}

std::string certificate_hint(const Request& request, long verify_result) {
  const auto host = escape_untrusted(request.url.authority());
  switch (verify_result) {
    case kNotYetValid:
    case kExpired:
      return "renew the server's certificate; if it is good, check this machine's clock";
    case kSelfSigned:
    case kSelfSignedInChain:
    case kNoIssuer:
    case kNoIssuerLeaf:
      return "name the CA that signed the server's certificate with --ca-file FILE, or put it into "
             "~/.docker/tls/" +
             host + "/ca.crt";
    default:
      return "the certificate must name " + escape_untrusted(request.url.host()) +
             "; check the server's address";
  }
}

std::string hint_of(CURLcode code, const Request& request, std::string_view detail, long verify_result) {
  if (code == CURLE_PEER_FAILED_VERIFICATION) return certificate_hint(request, verify_result);
  if (code == CURLE_SSL_CONNECT_ERROR &&
      (has(detail, "wrong version number") || has(detail, "packet length too long") || has(detail, "record")))
    return "the server seems to speak plain HTTP at this port: check scheme and port of its address";
  if (has(detail, "alert"))
    return "the server may demand a client certificate (client.cert and client.key in the TLS directory)";
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "check the name of the server and this machine's DNS";
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY";
    case CURLE_COULDNT_CONNECT:
      return request.unix_socket.empty()
                 ? "check that the server runs and that its address and port are right"
                 : "check that the service behind " + escape_untrusted(request.unix_socket) + " runs";
    case CURLE_OPERATION_TIMEDOUT:
      return "try again; check the network and the load of the server";
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
      return "check the PEM files of certificate, key and CA";
    case CURLE_PARTIAL_FILE:
      return "try again; a proxy or the server cut the answer";
    default:
      return {};
  }
}

}  // namespace

Error curl_error(CURLcode code, const Request& request, std::string_view detail, long verify_result) {
  std::string text(detail);
  if (text.empty()) {
    const auto api = curl_api();
    text = api ? (*api)->easy_strerror(code) : "libcurl failed";
  }
  return Error(code_of(code, detail), describe(request) + ": " + escape_untrusted(text),
               hint_of(code, request, detail, verify_result));
}

}  // namespace boltseal::http
