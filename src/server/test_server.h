// For the tests of this room: a server without network.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/public_key.h"
#include "json/reader.h"
#include "server/storage/memory_storage.h"
#include "server/trust_server.h"
#include "tuf/key.h"

namespace boltseal::server::testing {

using Parts = std::vector<std::pair<std::string, std::string>>;

template <typename T>
T must(Result<T> result) {
  EXPECT_TRUE(result) << (result ? "" : result.error().what());
  if (!result) std::abort();
  return std::move(*result);
}

inline std::string multipart(const Parts& parts) {
  std::string body;
  for (const auto& [name, data] : parts) {
    body += "--edge\r\nContent-Disposition: form-data; name=\"files\"; filename=\"" + name +
            "\"\r\nContent-Type: application/octet-stream\r\n\r\n" + data + "\r\n";
  }
  return body + "--edge--\r\n";
}

/// A server in this process. Parts may be replaced before the first request.
class TestServer {
 public:
  explicit TestServer(TrustServerOptions options = {}, TrustServerParts parts = {}) {
    if (!parts.storage) parts.storage = make_memory_storage();
    if (!parts.keys) parts.keys = make_memory_keys(crypto::KeyAlgorithm::ecdsa_p256);
    if (!parts.record) parts.record = HighWater::in_memory();
    parts.clock = &clock;
    storage = parts.storage.get();
    keys = parts.keys.get();
    record = parts.record.get();
    server = std::make_unique<TrustServer>(std::move(options), std::move(parts));
    report = must(server->prepare());
  }

  http::Response ask(std::string_view method, const std::string& target, std::string body = {},
                     std::string_view content_type = "multipart/form-data; boundary=edge") {
    std::vector<http::HeaderField> headers = {{"Content-Type", content_type}, {"Host", host}};
    for (const auto& [name, value] : more_headers) headers.push_back({name, value});
    const auto request = http::make_request(method, target, std::move(body), headers, peer);
    const auto handlers = server->handlers();
    http::Response response = answer(*request, handlers);
    if (response.ready) {
      response.status = response.ready->status();
      response.headers = response.ready->headers();
      response.body = response.ready->body();
    }
    handlers.observe(request->head(), {.status = response.status, .response_bytes = response.body.size()});
    return response;
  }
  /// The same with these credentials.
  http::Response ask_as(const std::string& authorization, std::string_view method, const std::string& target,
                        std::string body = {}) {
    const Parts before = std::exchange(more_headers, {{"Authorization", authorization}});
    auto response = ask(method, target, std::move(body));
    more_headers = before;
    return response;
  }
  http::Response get(const std::string& target) { return ask("GET", target); }
  http::Response post(const Gun& gun, const Parts& parts) {
    return ask("POST", "/v2/" + gun.str() + "/_trust/tuf/", multipart(parts));
  }
  std::string file(const Gun& gun, const std::string& name) { return get(path(gun, name)).body; }
  int status(const Gun& gun, const std::string& name) { return get(path(gun, name)).status; }
  static std::string path(const Gun& gun, const std::string& name) {
    return "/v2/" + gun.str() + "/_trust/tuf/" + name;
  }
  /// The public key that the server gives for a role.
  crypto::PublicKeyPtr key(const Gun& gun, const std::string& role) {
    return must(tuf::parse_key(tuf::Form::notary, get(path(gun, role + ".key")).body)).key;
  }

  FixedClock clock{*parse_rfc3339("2026-11-24T07:00:00Z")};
  Storage* storage;
  KeyService* keys;
  HighWater* record;
  std::unique_ptr<TrustServer> server;
  RecoveryReport report;
  int hits = 0;      ///< answers of the serving cache
  int screened = 0;  ///< refusals for which no body is read
  std::string host = "trust.example";
  Parts more_headers;
  http::Peer peer{.address = "127.0.0.1:40000"};

 private:
  /// The way of a request through the HTTP server.
  http::Response answer(http::Request& request, const http::Handlers& handlers) {
    const http::RequestHead& head = request.head();
    if ((head.method == http::Method::get || head.method == http::Method::head) && request.body().empty()) {
      if (auto ready = handlers.fast(head)) {
        ++hits;
        return {.ready = ready};
      }
    }
    if (auto plan = handlers.plan(head); plan.answer) {
      ++screened;
      return std::move(*plan.answer);
    }
    return handlers.handle(request);
  }
};

/// The class (`detail.Name`) and text of a refused update; the code where there is no such detail.
struct Refused {
  std::string code, name, text;
};
inline Refused refused(const http::Response& response) {
  const auto document = json::Document::parse(response.body, {});
  if (!document) return {"", "", response.body};
  const json::Value& error = document->root().find("errors")->items()[0];
  Refused out{std::string(error.find("code")->as_string()), "", ""};
  const json::Value* detail = error.find("detail");
  const json::Value* name = detail == nullptr ? nullptr : detail->find("Name");
  if (name == nullptr) return out;
  out.name = std::string(name->as_string());
  out.text = std::string(detail->find("Error")->find("Msg")->as_string());
  return out;
}

}  // namespace boltseal::server::testing
